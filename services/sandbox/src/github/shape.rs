//! GitHub's JSON shapes, whole, so that typed clients can read them.

mod app;
mod commit;
mod pull;
mod repository;
mod user;

pub(super) use app::{app, installation};
pub(super) use commit::commit;
pub(super) use pull::{pull, pull_list};
pub(super) use repository::repository;
pub(super) use user::{authenticated_user, simple_user};

use sha2::{Digest, Sha256};

/// A number that stays the same for a name: GitHub's ids are numbers, and nothing here has one of its own.
fn id_of(name: &str) -> u64 {
    let digest = Sha256::digest(name.as_bytes());
    // 31 bits are enough for a handful of repositories and fit every client's integer.
    digest
        .iter()
        .take(4)
        .fold(0_u64, |id, byte| (id << 8) | u64::from(*byte))
        & 0x7fff_ffff
}

/// GitHub's opaque GraphQL id for the same thing.
fn node_id(kind: &str, id: u64) -> String {
    format!("{kind}_{id}")
}
