//! One projection with what its follower and a rebuild share.
use super::batch::Cursor;
use crate::projection::Projection;
use tokio::sync::Mutex;

pub struct Slot {
    /// Its place on the board.
    pub at: usize,
    pub projection: Box<dyn Projection>,
    /// Held while the live tables are written. `None` until the checkpoint was read.
    pub cursor: Mutex<Option<Cursor>>,
    /// Held during a rebuild.
    pub rebuild: Mutex<()>,
}

impl Slot {
    pub fn new(at: usize, projection: Box<dyn Projection>) -> Self {
        Self {
            at,
            projection,
            cursor: Mutex::new(None),
            rebuild: Mutex::new(()),
        }
    }

    pub fn name(&self) -> &'static str {
        self.projection.name()
    }
}
