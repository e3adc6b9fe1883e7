//! A log of its own for every promise, on servers that all of them share.
use async_trait::async_trait;
use errand_eventlog::{
    DeadLetters, EventLog, JobQueue,
    contract::Harness,
    embedded::{EmbeddedLog, EmbeddedOptions},
};
use errand_nats::{NatsLog, NatsOptions, Stream};
use errand_servers::{
    insist,
    nats::{Cluster, Server, skipped},
};
use std::sync::{Arc, LazyLock};
use tokio::{
    runtime::Handle,
    sync::{Mutex, OwnedSemaphorePermit, Semaphore},
    task::block_in_place,
};
use uuid::Uuid;

/// Logs at once: on the cluster each is several replicated groups on three servers that share this machine.
const LOGS_ON_ONE: usize = 4;
const LOGS_ON_THREE: usize = 2;

static ONE: LazyLock<Option<Server>> = LazyLock::new(|| Server::start(""));
static THREE: LazyLock<Option<Cluster>> = LazyLock::new(Cluster::start_with_default_sync);
static ROOM_ON_ONE: LazyLock<Arc<Semaphore>> =
    LazyLock::new(|| Arc::new(Semaphore::new(LOGS_ON_ONE)));
static ROOM_ON_THREE: LazyLock<Arc<Semaphore>> =
    LazyLock::new(|| Arc::new(Semaphore::new(LOGS_ON_THREE)));

/// A log on shared servers. Where there is no nats-server the promise is held against the embedded log, and that is
/// said: the suite's list of promises has no place for one that does not run.
pub enum Place {
    Servers(OnServers),
    Skipped(tempfile::TempDir, Mutex<Arc<EmbeddedLog>>),
}

pub struct OnServers {
    pub options: NatsOptions,
    log: Mutex<Option<Arc<NatsLog>>>,
    _room: Option<OwnedSemaphorePermit>,
}

pub async fn one_server() -> Place {
    match &*ONE {
        None => embedded(),
        Some(server) => place(server.url(), 1, &ROOM_ON_ONE).await,
    }
}

pub async fn three_servers() -> Place {
    match &*THREE {
        None => embedded(),
        Some(cluster) => place(cluster.url(), 3, &ROOM_ON_THREE).await,
    }
}

fn embedded() -> Place {
    skipped();
    let folder = tempfile::tempdir().unwrap();
    let log = EmbeddedLog::open(folder.path(), EmbeddedOptions::default()).unwrap();
    Place::Skipped(folder, Mutex::new(log))
}

async fn place(url: String, replicas: usize, room: &Arc<Semaphore>) -> Place {
    let room = room.clone().acquire_owned().await.unwrap();
    let options = fresh(url, replicas);
    let log = open(&options).await;
    Place::Servers(OnServers {
        options,
        log: Mutex::new(Some(log)),
        _room: Some(room),
    })
}

/// Options for a log that nobody has used.
pub fn fresh(url: String, replicas: usize) -> NatsOptions {
    NatsOptions {
        prefix: Some(format!("t{}", &Uuid::new_v4().simple().to_string()[..12])),
        replicas,
        ..NatsOptions::new(url)
    }
}

/// Opens the log as soon as the servers are up.
pub async fn open(options: &NatsOptions) -> Arc<NatsLog> {
    insist("opening a log", || NatsLog::connect(options.clone())).await
}

impl OnServers {
    async fn get(&self) -> Arc<NatsLog> {
        self.log.lock().await.clone().unwrap()
    }
}

impl Drop for OnServers {
    /// Makes room on the servers.
    fn drop(&mut self) {
        block_in_place(|| Handle::current().block_on(remove(&self.options)));
    }
}

async fn remove(options: &NatsOptions) {
    let servers: Vec<&str> = options.url.split(',').collect();
    let Ok(client) = async_nats::connect(servers).await else {
        return;
    };
    let js = async_nats::jetstream::new(client);
    for stream in Stream::ALL {
        let prefix = options.prefix.as_deref().unwrap_or_default();
        let _ = js
            .delete_stream(format!("{prefix}_{}", stream.name()))
            .await;
    }
}

#[async_trait]
impl Harness for Place {
    async fn log(&self) -> Arc<dyn EventLog> {
        match self {
            Self::Servers(place) => place.get().await,
            Self::Skipped(_, log) => log.lock().await.clone(),
        }
    }

    async fn dead_letters(&self) -> Arc<dyn DeadLetters> {
        match self {
            Self::Servers(place) => place.get().await,
            Self::Skipped(_, log) => log.lock().await.clone(),
        }
    }

    async fn queue(&self) -> Arc<dyn JobQueue> {
        match self {
            Self::Servers(place) => place.get().await,
            Self::Skipped(_, log) => log.lock().await.clone(),
        }
    }

    /// Ends this process's part; that a server's end loses nothing is in `faults`.
    async fn restart(&self) {
        match self {
            Self::Servers(place) => {
                let mut log = place.log.lock().await;
                *log = None;
                *log = Some(open(&place.options).await);
            }
            Self::Skipped(folder, log) => {
                let mut log = log.lock().await;
                log.close().await;
                *log = EmbeddedLog::open(folder.path(), EmbeddedOptions::default()).unwrap();
            }
        }
    }
}
