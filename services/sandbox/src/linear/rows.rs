//! What is stored of Linear: issues, comments and attachments. Times are microseconds since 1970.

mod attachment;
mod comment;
mod issue;

pub(crate) use attachment::Attachment;
pub(crate) use comment::Comment;
pub(crate) use issue::{Issue, PRIORITIES};
