use crate::WallClock;
use std::time::Instant;

/// Wall-clock microseconds that never run backwards while the process lives, unless a simulation moves them.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    started: Instant,
    started_us: i64,
    wall: WallClock,
}

impl Clock {
    /// `not_before_us`: the latest time the log has seen, so that a clock set back does not disorder it.
    pub fn start(wall: WallClock, not_before_us: i64) -> Self {
        Self {
            started: Instant::now(),
            started_us: wall.now_us().max(not_before_us),
            wall,
        }
    }

    /// Microseconds since the Unix epoch.
    pub fn now_us(&self) -> i64 {
        if let WallClock::Controlled(_) = self.wall {
            return self.wall.now_us();
        }
        let elapsed = i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.started_us.saturating_add(elapsed)
    }

    /// The moment on the monotonic clock at which `now_us` will be `at_us`.
    pub fn instant_at(&self, at_us: i64) -> Instant {
        let ahead = at_us.saturating_sub(self.started_us);
        let ahead = std::time::Duration::from_micros(u64::try_from(ahead).unwrap_or(0));
        // Beyond what the clock can say is never; a day is as good.
        let day = std::time::Duration::from_secs(86_400);
        self.started
            .checked_add(ahead)
            .unwrap_or_else(|| Instant::now() + day)
    }
}
