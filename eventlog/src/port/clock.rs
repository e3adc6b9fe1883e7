use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

/// The wall clock of an adapter: the system's, or one that a simulation moves.
#[derive(Debug, Clone, Default)]
pub enum WallClock {
    #[default]
    System,
    /// Microseconds since the Unix epoch.
    Controlled(Arc<AtomicI64>),
}

impl WallClock {
    /// Microseconds since the Unix epoch.
    pub fn now_us(&self) -> i64 {
        match self {
            Self::Controlled(now_us) => now_us.load(Ordering::SeqCst),
            Self::System => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH);
                now.map_or(0, |now| i64::try_from(now.as_micros()).unwrap_or(i64::MAX))
            }
        }
    }
}
