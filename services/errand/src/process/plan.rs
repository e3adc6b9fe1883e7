//! What a process is to be, as decided from the command line and the configuration.
use crate::{role::Roles, wiring::projects::Repository};
use errand_nats::NatsOptions;
use errand_projections::PostgresOptions;
use std::{net::SocketAddr, path::PathBuf};

pub struct Plan {
    pub roles: Roles,
    /// Said when everything has started, before the address.
    pub greeting: String,
    pub log: LogPlace,
    pub views: ViewsPlace,
    /// Stores, workspaces and the sandbox of this process.
    pub data: PathBuf,
    pub repository: Repository,
    pub listen: SocketAddr,
    pub players: Players,
}

/// Where the events are.
pub enum LogPlace {
    /// In the data directory, for this process alone.
    Embedded,
    Nats(NatsOptions),
}

/// Where the read models are.
pub enum ViewsPlace {
    /// In the data directory, for this process alone.
    Embedded,
    Postgres(PostgresOptions),
    /// No role of this process reads or fills them.
    Nowhere,
}

/// Who plays the vendors that have no credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Players {
    Nobody,
    /// A sandbox in this process.
    Here,
    /// The sandbox at this URL.
    At(String),
}
