//! Where the log of a measurement is.
use errand_eventlog::{
    EventLog, JobQueue,
    embedded::{EmbeddedLog, EmbeddedOptions},
};
use errand_nats::{NatsLog, NatsOptions};
use errand_servers::{
    insist,
    nats::{Cluster, Server},
};
use std::{path::Path, sync::Arc};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Embedded,
    /// One server that syncs every message.
    OneSynced,
    /// One server as it comes: synced now and then.
    One,
    /// Three servers on this machine, every stream on all of them, every message synced.
    ThreeSynced,
    /// The same as they come: what one of them has not synced, two others have.
    Three,
}

/// A log that is there for one measurement.
pub struct Opened {
    pub log: Arc<dyn EventLog>,
    pub queue: Arc<dyn JobQueue>,
    /// Where raw messages can be published for the floor; `None` for a file.
    pub url: Option<String>,
    servers: Servers,
}

enum Servers {
    File(Arc<EmbeddedLog>),
    One { _server: Server },
    Three { _cluster: Cluster },
}

impl Place {
    pub const ALL: [Self; 5] = [
        Self::Embedded,
        Self::OneSynced,
        Self::One,
        Self::ThreeSynced,
        Self::Three,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::OneSynced => "R1, sync always",
            Self::One => "R1, default sync",
            Self::ThreeSynced => "R3, sync always",
            Self::Three => "R3, default sync",
        }
    }

    /// `None` where nats-server is not installed.
    pub async fn open(self, folder: &Path) -> Option<Opened> {
        match self {
            Self::Embedded => {
                let log = EmbeddedLog::open(folder, EmbeddedOptions::default()).unwrap();
                Some(Opened {
                    log: log.clone(),
                    queue: log.clone(),
                    url: None,
                    servers: Servers::File(log),
                })
            }
            Self::OneSynced => one(Server::start("")?).await,
            Self::One => one(Server::start_with_default_sync()?).await,
            Self::ThreeSynced => three(Cluster::start()?).await,
            Self::Three => three(Cluster::start_with_default_sync()?).await,
        }
    }
}

async fn one(server: Server) -> Option<Opened> {
    Some(opened(server.url(), 1, Servers::One { _server: server }).await)
}

async fn three(cluster: Cluster) -> Option<Opened> {
    let url = cluster.url();
    Some(opened(url, 3, Servers::Three { _cluster: cluster }).await)
}

async fn opened(url: String, replicas: usize, servers: Servers) -> Opened {
    let options = NatsOptions {
        replicas,
        ..NatsOptions::new(url.clone())
    };
    let log = insist("opening the log", || NatsLog::connect(options.clone())).await;
    Opened {
        log: log.clone(),
        queue: log,
        url: Some(url),
        servers,
    }
}

impl Opened {
    pub async fn close(self) {
        if let Servers::File(log) = &self.servers {
            log.close().await;
        }
    }
}
