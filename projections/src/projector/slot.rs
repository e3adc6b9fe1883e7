//! One projection with what its follower and a rebuild share.
use super::batch::Cursor;
use crate::projection::Projection;
use tokio::sync::{Mutex, watch};

pub struct Slot {
    /// Its place on the board.
    pub at: usize,
    pub projection: Box<dyn Projection>,
    /// Held while the live tables are written. `None` until the checkpoint was read.
    pub cursor: Mutex<Option<Cursor>>,
    /// Held during a rebuild.
    pub rebuild: Mutex<()>,
    /// Whether this process writes it; always so on a file.
    seated: watch::Sender<bool>,
}

impl Slot {
    pub fn new(at: usize, projection: Box<dyn Projection>, seated: bool) -> Self {
        Self {
            at,
            projection,
            cursor: Mutex::new(None),
            rebuild: Mutex::new(()),
            seated: watch::Sender::new(seated),
        }
    }

    pub fn name(&self) -> &'static str {
        self.projection.name()
    }

    pub fn seat(&self, seated: bool) {
        self.seated.send_replace(seated);
    }

    pub fn is_seated(&self) -> bool {
        *self.seated.borrow()
    }

    /// Waits until this process writes it, or no longer does.
    pub async fn until_seated(&self, seated: bool) {
        // The sender is in `self`, so the wait cannot fail.
        let _ = self.seated.subscribe().wait_for(|now| *now == seated).await;
    }
}
