//! Port to the texts that were too long for an event; and one of them, as the page and the API give it.
use crate::{api::find_session, dashboard::Site, problem::Problem};
use axum::{
    http::{HeaderName, StatusCode, header},
    response::IntoResponse,
};
use std::{io, sync::Arc};

/// Where executors keep what is too long for an event.
pub trait AttachedTexts: Send + Sync + 'static {
    /// A text by its SHA-256; `None` when it is not on this machine. It blocks.
    ///
    /// # Errors
    /// The disk.
    fn read(&self, session: &str, sha256: &str) -> io::Result<Option<Vec<u8>>>;
}

const PLAIN: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];

/// `session_id` may be the beginning of one.
pub async fn attached(
    site: &Site,
    session_id: &str,
    sha256: String,
) -> Result<impl IntoResponse + use<>, Problem> {
    let session = find_session(site, session_id).await?.session.row;
    let (texts, id) = (Arc::clone(&site.attached), session.id);
    let read = tokio::task::spawn_blocking(move || texts.read(&id, &sha256));
    let read = read.await.map_err(io::Error::other).flatten();
    match read.map_err(|error| Problem::internal(&error))? {
        Some(text) => Ok((PLAIN, text)),
        None => Err(elsewhere(&session.executor_id)),
    }
}

fn elsewhere(executor: &str) -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "not_here",
        format!(
            "This text is not on this machine. Executor {executor:?} ran the session and has it for 30 days."
        ),
        "Ask a dashboard on the executor's machine. The first part is in the session's record, and a diff is whole on its branch.",
    )
}
