//! A request and its answer, or the server's word that it may not be sent.
use crate::shared::{Shared, not_permitted};
use async_nats::{
    HeaderMap, Message, Request,
    client::{RequestError, RequestErrorKind},
};
use bytes::Bytes;
use std::time::Duration;

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Unanswered {
    /// The server did not take it: this user may not publish there.
    Forbidden(String),
    Failed(RequestError),
}

impl Shared {
    pub async fn request(
        &self,
        subject: String,
        headers: HeaderMap,
        data: Bytes,
        timeout: Duration,
    ) -> Result<Message, Unanswered> {
        let request = Request::new()
            .headers(headers)
            .payload(data)
            .timeout(Some(timeout));
        let asked = self.client.send_request(subject.clone(), request);
        let answer = self.watched.answered(&subject, asked).await;
        answer
            .map_err(Unanswered::Forbidden)?
            .map_err(Unanswered::Failed)
    }
}

impl Unanswered {
    /// Whether the message cannot be sent at all, in this form or by this user.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Forbidden(_) => true,
            Self::Failed(error) => matches!(
                error.kind(),
                RequestErrorKind::MaxPayloadExceeded | RequestErrorKind::InvalidSubject
            ),
        }
    }
}

impl std::fmt::Display for Unanswered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Forbidden(refusal) => f.write_str(&not_permitted(refusal)),
            Self::Failed(error) => error.fmt(f),
        }
    }
}
