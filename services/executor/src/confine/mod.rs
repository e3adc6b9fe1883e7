//! Keeping an agent inside its worktree, by what the host offers.
//!
//! A small program of ours ([`enter`], `errand confine` on the command line) takes rights away from itself and then
//! becomes the agent, so that everything the agent starts is held as well. Landlock, of the Linux kernel, is taken
//! first; bubblewrap where it is installed and Landlock cannot do what is asked; else the agent runs unconfined, or
//! not at all, as [`Isolation`] says.
//!
//! What is held: files (only what [`Rules`] names can be read or written), TCP connections by port, signals to
//! processes outside, and the memory and environment of processes outside. What is not: UDP, and sockets in the
//! file system, of which current kernels have no rules; nor other sessions' branches, for git writes them all into
//! one folder: a branch that was moved from elsewhere is put back ([`crate::workspace::Worktree::take_back_branch`]).

mod access;
mod bubblewrap;
mod capabilities;
mod confinement;
mod enter;
mod error;
mod host;
mod kernel;
mod rules;
mod toolchain;

pub use access::{AgentAccess, Folders, Isolation, Network};
pub use confinement::{Confinement, Helper, Invocation};
pub use enter::enter;
pub use error::ConfineError;
pub use host::Host;
pub use rules::Rules;
pub(crate) use toolchain::find_program;
