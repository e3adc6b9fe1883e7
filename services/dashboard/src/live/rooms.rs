//! The rooms that are open.
use super::room::Room;
use crate::{dashboard::Site, fragments::Scope, problem::Problem};
use bytes::Bytes;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::broadcast;

/// Different things that people look at in one moment; one more is refused.
const MAX_OPEN_ROOMS: usize = 10_000;

#[derive(Default)]
pub struct Rooms(Mutex<HashMap<Scope, Arc<Room>>>);

/// A place in a room.
pub struct Seat {
    pub room: Arc<Room>,
    /// Everything as it was on entering; `None` when the first patch brings it.
    pub whole: Option<Bytes>,
    pub patches: broadcast::Receiver<Bytes>,
}

impl Rooms {
    /// Opens the room if it is not open.
    ///
    /// # Errors
    /// [`MAX_OPEN_ROOMS`] others are open.
    pub fn enter(&self, site: &Site, scope: Scope) -> Result<Seat, Problem> {
        let mut rooms = self.lock();
        if rooms.len() >= MAX_OPEN_ROOMS && !rooms.contains_key(&scope) {
            let limit = format!("{MAX_OPEN_ROOMS} different live pages are open already.");
            return Err(Problem::unavailable(limit));
        }
        let room = rooms.entry(scope.clone()).or_insert_with(|| {
            let room = Arc::new(Room::new(scope.clone()));
            tokio::spawn(keep(site.clone(), scope, Arc::clone(&room)));
            room
        });
        let (whole, patches) = room.enter();
        Ok(Seat {
            room: Arc::clone(room),
            whole,
            patches,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Scope, Arc<Room>>> {
        // A map operation that panicked half-way is a defect elsewhere; the map itself stays usable.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs a room until it is empty, then closes it. Somebody may enter just before the door is closed, so it looks again.
async fn keep(site: Site, scope: Scope, room: Arc<Room>) {
    loop {
        Arc::clone(&room).run(site.clone()).await;
        let mut rooms = site.rooms().lock();
        if room.is_empty() || site.stop.is_cancelled() {
            rooms.remove(&scope);
            return;
        }
    }
}
