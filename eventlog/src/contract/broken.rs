use crate::LogError;
use std::{fmt, time::Duration};

/// Nothing in the suite takes longer on a working log, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A promise was not kept; says which and how.
pub struct Broken(pub String);

pub type Outcome<T = ()> = Result<T, Broken>;

impl fmt::Debug for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<LogError> for Broken {
    fn from(error: LogError) -> Self {
        Self(format!("unexpected error: {error}"))
    }
}

/// Breaks the promise unless the condition holds.
macro_rules! ensure {
    ($holds:expr, $($message:tt)+) => {
        if !$holds {
            return Err($crate::contract::Broken(format!($($message)+)));
        }
    };
}
pub(super) use ensure;

/// Waits for what must happen, for a bounded time.
pub(super) async fn within<T>(what: &str, future: impl Future<Output = T>) -> Outcome<T> {
    let done = tokio::time::timeout(PATIENCE, future).await;
    done.map_err(|_| Broken(format!("{what} did not happen within {PATIENCE:?}")))
}
