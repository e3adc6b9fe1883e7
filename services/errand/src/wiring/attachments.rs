//! The whole of long texts, for the dashboard: from the folder in which an executor on this machine keeps them.
use errand_dashboard::AttachedTexts;
use errand_executor::attachments::Attachments;
use std::{io, path::Path};

/// The folder of this installation's executors.
pub fn of(data: &Path) -> Attachments {
    Attachments::new(data.join("attachments"))
}

pub struct OnThisMachine(pub Attachments);

impl AttachedTexts for OnThisMachine {
    fn read(&self, session: &str, sha256: &str) -> io::Result<Option<Vec<u8>>> {
        self.0.read(session, sha256)
    }
}
