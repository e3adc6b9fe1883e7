//! Where the whole of a long text is found.
use errand_projections::parts::{Attachment, Json};

pub struct Whole {
    pub url: String,
    /// "1.2 MB"
    pub size: String,
}

impl Whole {
    /// `None` where nothing was left out, or nothing kept.
    pub fn of(session_id: &str, attachment: &Json<Option<Attachment>>) -> Option<Self> {
        let attachment = attachment.as_ref()?;
        Some(Self {
            url: format!("/sessions/{session_id}/attachments/{}", attachment.sha256),
            size: size(attachment.bytes),
        })
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        ..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}
