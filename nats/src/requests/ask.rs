use super::verdict::Verdict;
use crate::{
    NatsLog,
    limits::MAX_REQUEST_BYTES,
    request::Unanswered,
    shared::{Shared, pause},
};
use async_nats::{HeaderMap, client::RequestErrorKind};
use bytes::Bytes;
use futures::stream::{FuturesUnordered, StreamExt};
use std::time::{Duration, Instant};

/// How long an answer is awaited before another process is asked too; doubled each time.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// Why a request to a role has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    #[error("no process of the role {0} is running: start one with errand serve {0}")]
    Nobody(String),
    #[error(
        "the role {service} gave no answer within {timeout:?}: the request may have been carried out or not; ask again"
    )]
    NoAnswer { service: String, timeout: Duration },
    #[error("every process of the role {0} has as many requests as it takes: ask again later")]
    Busy(String),
    #[error("the {what} has more than {MAX_REQUEST_BYTES} bytes, which is the limit")]
    TooLarge { what: &'static str },
    #[error("{0}")]
    NotPermitted(String),
    #[error("the role {0} broke down over the request: see its log")]
    Failed(String),
    #[error("NATS: {0}")]
    Unavailable(String),
}

impl NatsLog {
    /// Asks one process of a role and waits for its answer. While none comes, others are asked again in growing
    /// intervals: a process that is just stopping can lose what was on its way, and one that is busy refuses.
    ///
    /// # Errors
    /// [`AskError::Nobody`] comes at once, the others within `timeout`.
    pub async fn ask(
        &self,
        service: &str,
        request: Bytes,
        timeout: Duration,
    ) -> Result<Bytes, AskError> {
        if request.len() > MAX_REQUEST_BYTES {
            return Err(AskError::TooLarge { what: "request" });
        }
        let end = Instant::now() + timeout;
        let once = || {
            let left = end.saturating_duration_since(Instant::now());
            ask_once(self.shared(), service, request.clone(), left)
        };
        let mut asked = FuturesUnordered::from_iter([once()]);
        let (mut again, mut attempt) = (ASK_AGAIN, 0);
        loop {
            // All were busy: there is nothing to wait for but the next attempt.
            let wait = if asked.is_empty() {
                pause(attempt)
            } else {
                again
            };
            tokio::select! {
                Some(answer) = asked.next() => match answer {
                    // The last attempt must have had time for its answer.
                    Err(AskError::Busy(service))
                        if asked.is_empty() && Instant::now() + timeout / 2 > end =>
                    {
                        return Err(AskError::Busy(service));
                    }
                    Err(AskError::Busy(_)) => attempt += 1,
                    Err(AskError::NoAnswer { .. }) => {}
                    answer => return answer,
                },
                () = tokio::time::sleep_until(end.into()) => break,
                () = tokio::time::sleep(wait) => {
                    if !asked.is_empty() {
                        again *= 2;
                    }
                    asked.push(once());
                }
            }
        }
        let service = service.to_owned();
        Err(AskError::NoAnswer { service, timeout })
    }
}

async fn ask_once(
    shared: &Shared,
    service: &str,
    request: Bytes,
    timeout: Duration,
) -> Result<Bytes, AskError> {
    let subject = shared.subjects.requests(service);
    let asked = shared
        .request(subject, HeaderMap::new(), request, timeout)
        .await;
    let service = service.to_owned();
    let answer = asked.map_err(|unanswered| match &unanswered {
        Unanswered::Forbidden(_) => AskError::NotPermitted(unanswered.to_string()),
        Unanswered::Failed(error) => match error.kind() {
            RequestErrorKind::NoResponders => AskError::Nobody(service.clone()),
            RequestErrorKind::TimedOut => AskError::NoAnswer {
                service: service.clone(),
                timeout,
            },
            RequestErrorKind::MaxPayloadExceeded => AskError::TooLarge { what: "request" },
            _ => AskError::Unavailable(error.to_string()),
        },
    })?;
    match answer.headers.as_ref().and_then(Verdict::of) {
        None => Ok(answer.payload),
        Some(Verdict::Busy) => Err(AskError::Busy(service)),
        Some(Verdict::RequestTooLarge) => Err(AskError::TooLarge { what: "request" }),
        Some(Verdict::AnswerTooLarge) => Err(AskError::TooLarge { what: "answer" }),
        Some(Verdict::Failed) => Err(AskError::Failed(service)),
    }
}
