//! What is too long for an event, whole: tool outputs and diffs, as files named by their SHA-256.
//!
//! Every session has a folder. The number and size of its files and the size of all together are bounded, and a
//! folder that nothing was added to for [`RETENTION`] is removed. Whoever keeps a text here has taken the secrets out.

mod cleaning;
mod limits;
mod store;

pub use cleaning::RETENTION;
pub use limits::AttachmentLimits;
pub use store::{Attachments, NotKept};
