//! Where positions and changes are announced.
use super::notice::Standing;
use crate::{
    Keys, Positions,
    changes::{Change, Changes},
    positions::{Position, ProjectionState, settled},
};
use errand_eventlog::Seq;
use tokio::sync::watch;

/// Shared by every clone of a projector.
#[derive(Clone)]
pub struct Board {
    positions: watch::Sender<Vec<Position>>,
    pub changes: Changes,
}

impl Board {
    pub fn new(names: impl Iterator<Item = &'static str>) -> Self {
        let position = |name| Position {
            name,
            seq: 0,
            generation: 0,
            state: ProjectionState::Starting,
            rebuilding: false,
            error: None,
        };
        Self {
            positions: watch::Sender::new(names.map(position).collect()),
            changes: Changes::default(),
        }
    }

    pub fn positions(&self) -> Positions {
        Positions::new(self.positions.subscribe())
    }

    /// A projection has come to `seq`; `keys` are told to open pages.
    pub fn moved(&self, at: usize, seq: Seq, keys: Option<Keys>) {
        let mut settled_at = 0;
        let mut name = "";
        self.positions.send_modify(|all| {
            all[at].seq = seq;
            name = all[at].name;
            settled_at = settled(all);
        });
        let Some(keys) = keys else { return };
        self.changes.announce(Change {
            projection: name,
            seq,
            settled: settled_at,
            keys,
        });
    }

    pub fn state(&self, at: usize, state: ProjectionState, error: Option<String>) {
        self.positions.send_if_modified(|all| {
            let is_new = all[at].state != state || all[at].error != error;
            (all[at].state, all[at].error) = (state, error);
            is_new
        });
    }

    /// As another process says that it is.
    pub fn stands(&self, at: usize, told: Standing) {
        self.positions.send_modify(|all| {
            all[at] = Position {
                name: all[at].name,
                seq: told.seq,
                generation: told.generation,
                state: told.state,
                rebuilding: told.rebuilding,
                error: told.error,
            };
        });
    }

    pub fn generation(&self, at: usize, generation: i64) {
        self.positions
            .send_modify(|all| all[at].generation = generation);
    }

    /// New tables took the place of the old ones; a projection that had failed begins again.
    pub fn switched(&self, at: usize, generation: i64) {
        self.positions.send_modify(|all| {
            all[at].generation = generation;
            if all[at].state == ProjectionState::Failed {
                (all[at].state, all[at].error) = (ProjectionState::Starting, None);
            }
        });
    }

    pub fn rebuilding(&self, at: usize, rebuilding: bool) {
        self.positions
            .send_modify(|all| all[at].rebuilding = rebuilding);
    }
}
