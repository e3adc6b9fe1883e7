//! One `git http-backend` process a request: the body streams in, the answer streams out, both within limits.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use futures::StreamExt;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::Semaphore;
use tokio_util::io::ReaderStream;

use super::cgi::{HeadError, read_head};
use crate::repositories::{MAX_PUSH_BYTES, Repository, git_command};

/// How many git processes may serve at once; further requests wait their turn.
const MAX_PROCESSES: usize = 16;
static PROCESSES: Semaphore = Semaphore::const_new(MAX_PROCESSES);
/// A request that takes longer is broken off.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(10);

/// A forge has rules for pushes: here they are the hooks in the bare repository, where only its owner can put them.
const FORGE_RULES: &str = "core.hooksPath=hooks";

/// What one request is about.
pub(super) struct Call<'a> {
    pub(super) root: &'a Path,
    pub(super) repository: &'a Repository,
    /// The path behind the repository, for example `info/refs`.
    pub(super) rest: &'a str,
    pub(super) user: Option<&'a str>,
}

/// Why git could not serve.
#[derive(Debug, Error)]
pub(super) enum BackendError {
    /// git did not start.
    #[error("git http-backend could not be started: {0}; is git installed whole?")]
    Start(#[source] std::io::Error),
    /// git's answer made no sense.
    #[error(transparent)]
    Head(#[from] HeadError),
    /// The time was up.
    #[error("git gave no answer within {REQUEST_TIMEOUT:?}")]
    TooSlow,
}

/// Runs the request to its end and returns the answer, whose body still streams.
pub(super) async fn run(call: Call<'_>, request: Request) -> Result<Response, BackendError> {
    // The semaphore is never closed, so waiting for a place cannot fail.
    let place = PROCESSES.acquire().await.ok();
    let mut child = command(&call, &request)
        .spawn()
        .map_err(BackendError::Start)?;
    let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(BackendError::Start(std::io::Error::other("no pipes")));
    };
    let feeding = tokio::spawn(feed(stdin, request.into_body()));
    let mut reader = BufReader::new(stdout);
    let head = tokio::time::timeout(REQUEST_TIMEOUT, read_head(&mut reader))
        .await
        .map_err(|_| BackendError::TooSlow)??;
    let after = After {
        child,
        repository: call.repository.clone(),
        pushed: call.rest == "git-receive-pack",
    };
    let body = Body::from_stream(body_of(reader, after, feeding, place));
    let mut response = Response::new(body);
    *response.status_mut() = head.status;
    response.headers_mut().extend(head.headers);
    Ok(response)
}

/// What is left to do when git has written its last byte.
struct After {
    child: Child,
    repository: Repository,
    pushed: bool,
}

/// The rest of git's answer. Dropping the stream kills git, and with it everything that was half done.
fn body_of(
    reader: impl AsyncRead + Send + 'static,
    after: After,
    feeding: tokio::task::JoinHandle<()>,
    place: Option<tokio::sync::SemaphorePermit<'static>>,
) -> impl futures::Stream<Item = std::io::Result<bytes::Bytes>> + Send {
    let pieces = ReaderStream::new(reader);
    let end = futures::stream::once(async move {
        finish(after, feeding).await;
        drop(place);
    })
    .filter_map(async |()| None);
    let deadline = tokio::time::sleep(REQUEST_TIMEOUT);
    pieces.chain(end).take_until(deadline)
}

async fn finish(mut after: After, feeding: tokio::task::JoinHandle<()>) {
    feeding.abort();
    match after.child.wait().await {
        Ok(status) if !status.success() => {
            tracing::warn!(%status, "git http-backend ended with an error")
        }
        Ok(_) => {}
        Err(problem) => tracing::warn!(%problem, "git http-backend cannot be waited for"),
    }
    if after.pushed
        && let Err(problem) = after.repository.settle_head().await
    {
        tracing::warn!(%problem, "the default branch could not be settled after a push");
    }
}

/// Writes the request's body into git, up to the limit; beyond it git sees the end and refuses the broken pack.
async fn feed(mut stdin: ChildStdin, body: Body) {
    let mut left = MAX_PUSH_BYTES;
    let mut pieces = body.into_data_stream();
    while let Some(Ok(piece)) = pieces.next().await {
        let Some(rest) = left.checked_sub(piece.len() as u64) else {
            return;
        };
        left = rest;
        if stdin.write_all(&piece).await.is_err() {
            return;
        }
    }
}

fn command(call: &Call<'_>, request: &Request) -> Command {
    let mut command = git_command(call.root);
    let repository = format!(
        "/{}/{}.git/{}",
        call.repository.owner, call.repository.name, call.rest
    );
    command
        .args(["-c", FORGE_RULES, "http-backend"])
        .env("GIT_PROJECT_ROOT", call.root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("PATH_INFO", repository)
        .env("REQUEST_METHOD", request.method().as_str())
        .env("QUERY_STRING", request.uri().query().unwrap_or_default())
        .env("REMOTE_ADDR", "127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if let Some(user) = call.user {
        command.env("REMOTE_USER", user);
    }
    pass_headers(&mut command, request.headers());
    command
}

fn pass_headers(command: &mut Command, headers: &HeaderMap) {
    let passed = [
        (header::CONTENT_TYPE, "CONTENT_TYPE"),
        (header::CONTENT_LENGTH, "CONTENT_LENGTH"),
        (header::CONTENT_ENCODING, "HTTP_CONTENT_ENCODING"),
        (
            header::HeaderName::from_static("git-protocol"),
            "GIT_PROTOCOL",
        ),
    ];
    for (name, variable) in passed {
        if let Some(value) = headers.get(name).and_then(|value| value.to_str().ok()) {
            command.env(variable, value);
        }
    }
}
