use crate::WallClock;

/// When a commit counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sync {
    /// When it is on the disk.
    Full,
    /// When the operating system has it: for tests only, a power cut loses answered appends.
    Off,
}

/// How an embedded log is opened.
#[derive(Debug, Clone)]
pub struct EmbeddedOptions {
    pub sync: Sync,
    /// The database file never grows beyond this many bytes; `None` leaves it to the disk.
    pub max_file_bytes: Option<u64>,
    /// Events kept in memory for readers at the tail.
    pub tail_events: usize,
    /// Memory for them, in bytes, roughly.
    pub tail_bytes: usize,
    pub clock: WallClock,
}

impl Default for EmbeddedOptions {
    fn default() -> Self {
        Self {
            sync: Sync::Full,
            max_file_bytes: None,
            tail_events: 32_768,
            tail_bytes: 24 * 1024 * 1024,
            clock: WallClock::System,
        }
    }
}
