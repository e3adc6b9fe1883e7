//! Leaves of what is too long for an event its first part, and keeps the whole as a file.
use super::recorder::bounded;
use crate::{
    attachments::{Attachments, NotKept},
    redaction::Redactor,
    session::Progress,
};
use errand_proto::v1;
use uuid::Uuid;

/// Bounds of what one event may hold; of what is longer the file has the whole.
const MAX_TOOL_OUTPUT_CHARS: usize = 16_000;
const MAX_DIFF_BYTES: usize = 200_000;

/// Where one run keeps what is too long.
pub struct Whole {
    attachments: Attachments,
    session: Uuid,
    redactor: Redactor,
}

impl Whole {
    pub const fn new(attachments: Attachments, session: Uuid, redactor: Redactor) -> Self {
        Self {
            attachments,
            session,
            redactor,
        }
    }

    /// `what`, fit for an event.
    pub async fn shortened(&self, mut what: Progress) -> Progress {
        match &mut what {
            Progress::ToolCall(call) => self.shorten_output(call).await,
            Progress::Changes(changes) => self.shorten_diff(changes).await,
            _ => {}
        }
        what
    }

    async fn shorten_output(&self, call: &mut v1::ToolCall) {
        if call.output.chars().nth(MAX_TOOL_OUTPUT_CHARS).is_none() {
            return;
        }
        let (whole, kept) = self.keep(std::mem::take(&mut call.output)).await;
        call.output = bounded(&whole, MAX_TOOL_OUTPUT_CHARS);
        match kept {
            Ok(attachment) => call.whole_output = Some(attachment),
            Err(reason) => call.output += &format!(" (they were not kept: {reason})"),
        }
    }

    async fn shorten_diff(&self, changes: &mut v1::ChangesCommitted) {
        if changes.diff.len() <= MAX_DIFF_BYTES {
            return;
        }
        let (mut diff, kept) = self.keep(std::mem::take(&mut changes.diff)).await;
        let end = diff.floor_char_boundary(MAX_DIFF_BYTES);
        diff.truncate(diff[..end].rfind('\n').map_or(end, |line| line + 1));
        changes.diff = diff;
        changes.diff_truncated = true;
        match kept {
            Ok(attachment) => changes.whole_diff = Some(attachment),
            Err(reason) => {
                let session = self.session;
                tracing::warn!(%session, %reason, "the whole diff was not kept; the branch has it");
            }
        }
    }

    /// The text without secrets, and the file that has it.
    async fn keep(&self, mut text: String) -> (String, Result<v1::Attachment, NotKept>) {
        let (attachments, session) = (self.attachments.clone(), self.session);
        let redactor = self.redactor.clone();
        let work = tokio::task::spawn_blocking(move || {
            redactor.clean(&mut text);
            let kept = attachments
                .keep(session, &text)
                .map(|sha256| v1::Attachment {
                    sha256,
                    bytes: text.len() as u64,
                });
            (text, kept)
        });
        let stopped = |error| (String::new(), Err(std::io::Error::other(error).into()));
        work.await.unwrap_or_else(stopped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "ghp_0123456789abcdefghijABCDEFGHIJ012345";

    fn whole(folder: &tempfile::TempDir) -> (Whole, Uuid) {
        let session = Uuid::new_v4();
        let attachments = Attachments::new(folder.path().to_owned());
        (
            Whole::new(attachments, session, Redactor::default()),
            session,
        )
    }

    async fn output(whole: &Whole, output: String) -> v1::ToolCall {
        let call = v1::ToolCall {
            output,
            ..Default::default()
        };
        match whole.shortened(Progress::ToolCall(call)).await {
            Progress::ToolCall(call) => call,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_long_output_is_found_whole_in_a_file_without_its_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let (whole, session) = whole(&folder);
        let said = format!("{}\nthe token is {SECRET}\nthe end", "ä".repeat(20_000));
        let call = output(&whole, said).await;
        assert!(call.output.starts_with("ää") && call.output.ends_with("bytes left out)"));
        let attachment = call.whole_output.unwrap();
        let session = session.to_string();
        let kept = whole.attachments.read(&session, &attachment.sha256);
        let kept = String::from_utf8(kept.unwrap().unwrap()).unwrap();
        assert_eq!(kept.len() as u64, attachment.bytes);
        assert!(kept.ends_with("the token is [redacted GitHub token]\nthe end"));
        let short = output(&whole, "short".into()).await;
        assert_eq!((short.output.as_str(), short.whole_output), ("short", None));
    }

    #[tokio::test]
    async fn a_long_diff_is_cut_at_a_line_and_an_output_that_is_not_kept_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let (mut whole, _) = whole(&folder);
        let changes = v1::ChangesCommitted {
            diff: "+a line\n".repeat(30_000),
            ..Default::default()
        };
        let shortened = whole.shortened(Progress::Changes(Box::new(changes)));
        let Progress::Changes(changes) = shortened.await else {
            panic!("changes");
        };
        assert!(changes.diff_truncated && changes.diff.ends_with("+a line\n"));
        assert_eq!(changes.whole_diff.unwrap().bytes, 240_000);
        whole.attachments = whole.attachments.with_limits(Default::default());
        std::fs::remove_dir_all(folder.path()).unwrap();
        std::fs::write(folder.path(), "no folder").unwrap();
        let call = output(&whole, "x".repeat(20_000)).await;
        assert!(
            call.output
                .contains("not kept: the file could not be written")
        );
    }
}
