use crate::wire;
use async_nats::HeaderMap;

const HEADER: &str = "errand-verdict";

/// Why a request that arrived has no answer of its own. A real answer carries none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The process has as many requests as it takes; this one was not begun.
    Busy,
    RequestTooLarge,
    AnswerTooLarge,
    /// The handler panicked.
    Failed,
}

impl Verdict {
    const ALL: [Self; 4] = [
        Self::Busy,
        Self::RequestTooLarge,
        Self::AnswerTooLarge,
        Self::Failed,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::RequestTooLarge => "request-too-large",
            Self::AnswerTooLarge => "answer-too-large",
            Self::Failed => "failed",
        }
    }

    pub fn headers(self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, self.name());
        headers
    }

    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let name = wire::header(headers, HEADER)?;
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}
