//! The parts of a story's page, each with its template.
mod changes;
mod controls;
mod facts;
mod head;
mod progress;
mod saying;
mod timeline_note;
mod told;
mod tools;
mod trace;
mod whole;

pub use changes::changes;
pub use controls::controls;
pub use facts::facts;
pub use head::head;
pub use progress::progress;
pub use saying::saying;
pub use timeline_note::timeline_note;
pub use told::told;
pub use tools::tools;
pub use trace::trace;

/// Entries of a trace on the page, the latest; the API has all.
const TRACE_SHOWN: usize = 200;

fn latest<T>(all: &[T]) -> &[T] {
    &all[all.len().saturating_sub(TRACE_SHOWN)..]
}
