//! How long something takes, took or has waited.
use crate::when;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clock {
    /// "running", "waiting" or "took"; empty when there is nothing to tell.
    pub label: &'static str,
    /// Set while it goes on: the page counts on from here.
    pub since_iso: Option<String>,
    pub text: String,
    since_us: Option<i64>,
}

impl Clock {
    pub fn running(label: &'static str, since_us: i64) -> Self {
        Self {
            label,
            since_iso: Some(errand_proto::rfc3339(since_us)),
            text: when::coarse(when::now_us() - since_us),
            since_us: Some(since_us),
        }
    }

    pub fn took(from_us: i64, to_us: i64) -> Self {
        Self {
            label: "took",
            since_iso: None,
            text: when::duration(to_us - from_us),
            since_us: None,
        }
    }

    /// What it showed at a moment in the past; it no longer runs.
    pub fn stopped_at(self, moment_us: i64) -> Self {
        match self.since_us {
            None => self,
            Some(since_us) => Self {
                label: self.label,
                ..Self::took(since_us, moment_us)
            },
        }
    }
}
