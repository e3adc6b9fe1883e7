/// What attachments may take on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttachmentLimits {
    /// One file.
    pub file_bytes: u64,
    /// All files of one session.
    pub session_bytes: u64,
    pub session_files: usize,
    /// All files of all sessions.
    pub all_bytes: u64,
}

impl Default for AttachmentLimits {
    fn default() -> Self {
        Self {
            file_bytes: 4 * 1024 * 1024,
            session_bytes: 64 * 1024 * 1024,
            session_files: 200,
            all_bytes: 2 * 1024 * 1024 * 1024,
        }
    }
}
