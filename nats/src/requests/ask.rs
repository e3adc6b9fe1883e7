use super::verdict::Verdict;
use crate::{
    NatsLog,
    limits::MAX_REQUEST_BYTES,
    request::Unanswered,
    shared::{Shared, pause},
};
use async_nats::{HeaderMap, client::RequestErrorKind};
use bytes::Bytes;
use std::time::{Duration, Instant};

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
    /// Asks one process of a role and waits for its answer. A process that is busy is not waited for: another one is
    /// tried while there is time.
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
        let since = Instant::now();
        for attempt in 0.. {
            let left = timeout.saturating_sub(since.elapsed());
            match ask_once(self.shared(), service, request.clone(), left).await {
                Err(AskError::Busy(_)) if since.elapsed() + pause(attempt) < timeout => {
                    tokio::time::sleep(pause(attempt)).await;
                }
                // The whole time, not what was left of it.
                Err(AskError::NoAnswer { service, .. }) => {
                    return Err(AskError::NoAnswer { service, timeout });
                }
                answer => return answer,
            }
        }
        Err(AskError::Busy(service.into()))
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
