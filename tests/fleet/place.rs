//! NATS, Postgres, the sandbox, and the processes on them.
use super::{member::Member, repository};
use crate::harness::{Api, command};
use errand_servers::{
    free_ports, insist,
    nats::{self, Cluster},
    postgres,
};
use std::collections::BTreeMap;
use tempfile::TempDir;

/// Shorter than in production, so that a lost executor is noticed within a test.
const LEASE_SECONDS: &str = "5";
const SLOTS: &str = "2";

/// One server or three.
pub enum Log {
    One(nats::Server),
    Three(Cluster),
}

impl Log {
    pub fn url(&self) -> String {
        match self {
            Self::One(server) => server.url(),
            Self::Three(cluster) => cluster.url(),
        }
    }

    fn replicas(&self) -> &'static str {
        match self {
            Self::One(_) => "1",
            Self::Three(_) => "3",
        }
    }
}

pub struct Fleet {
    pub log: Log,
    pub database: postgres::Server,
    /// By name, e.g. `executor-1`.
    pub members: BTreeMap<String, Member>,
    _sandbox: Member,
    pub folder: TempDir,
    environment: Vec<(String, String)>,
    dashboard: String,
    api: Api,
    vendors: Api,
}

impl Fleet {
    /// Servers and sandbox, and no role yet; `None`, said plainly, where a server is not installed. One NATS server
    /// has a user for each role, with its own permissions; three have none.
    pub async fn new(three: bool) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let log = match three {
            true => Cluster::start().map(Log::Three),
            false => secured(&folder).await.map(Log::One),
        };
        let Some(log) = log else {
            nats::skipped();
            return None;
        };
        let Some(database) = postgres::Server::start() else {
            postgres::skipped();
            return None;
        };
        let work = folder.path().join("site");
        repository::make(&work);
        let sandbox = Member::start(
            &[
                "sandbox",
                "--port",
                "0",
                "--data",
                &text(&folder, "sandbox"),
            ],
            Vec::new(),
            folder.path().join("sandbox.log"),
        )
        .await;
        let database_url = database.database();
        let dashboard = format!("127.0.0.1:{}", free_ports(1)[0]);
        let environment = [
            ("ERRAND_NATS_URL", log.url()),
            ("ERRAND_NATS_REPLICAS", log.replicas().to_owned()),
            ("ERRAND_DATABASE_URL", database_url),
            ("ERRAND_SANDBOX_URL", sandbox.url.clone()),
            ("ERRAND_REPO", work.display().to_string()),
            ("ERRAND_PUBLIC_URL", format!("http://{dashboard}")),
            ("ERRAND_LEASE_SECONDS", LEASE_SECONDS.to_owned()),
            ("ERRAND_SLOTS", SLOTS.to_owned()),
            ("ERRAND_SESSIONS_PER_PROJECT", "8".to_owned()),
        ];
        let vendors = Api::new(sandbox.url.trim_end_matches("/sandbox"));
        Some(Self {
            log,
            database,
            members: BTreeMap::new(),
            _sandbox: sandbox,
            environment: environment.map(|(k, v)| (k.to_owned(), v)).into(),
            folder,
            api: Api::new(&format!("http://{dashboard}")),
            vendors,
            dashboard,
        })
    }

    /// Every role so many times, the dashboard once.
    pub async fn with_roles(three: bool, of_each: usize) -> Option<Self> {
        let mut fleet = Self::new(three).await?;
        fleet.fill(of_each).await;
        Some(fleet)
    }

    /// Starts every role so many times, the dashboard once.
    pub async fn fill(&mut self, of_each: usize) {
        for role in ["chat", "spawner", "executor", "notifier", "projector"] {
            for n in 1..=of_each {
                self.add(role, n).await;
            }
        }
        self.add("dashboard", 1).await;
    }

    /// For the processes that are added from now on.
    pub fn set(&mut self, key: &str, value: &str) {
        self.environment.push((key.to_owned(), value.to_owned()));
    }

    /// The first dashboard is where [`Self::api`] asks; others take a free port.
    pub async fn add(&mut self, role: &str, n: usize) {
        let name = format!("{role}-{n}");
        let data = text(&self.folder, &name);
        let mut arguments = vec!["serve", role, "--data", &data];
        match (role, n) {
            ("dashboard", 1) => arguments.extend(["--listen", &self.dashboard]),
            ("dashboard", _) => arguments.extend(["--listen", "127.0.0.1:0"]),
            _ => {}
        }
        let log = self.folder.path().join(format!("{name}.log"));
        let mut environment = self.environment.clone();
        if let Log::One(_) = &self.log {
            environment.push(key(&self.folder, role));
        }
        let member = Member::start(&arguments, environment, log).await;
        self.members.insert(name, member);
    }

    pub fn member(&mut self, name: &str) -> &mut Member {
        self.members.get_mut(name).expect("a member of that name")
    }

    /// SIGKILL, and as soon as it is gone the same process again.
    pub async fn kill_and_start(&mut self, name: &str) {
        self.member(name).kill().await;
        self.member(name).start_again().await;
    }

    pub fn api(&self) -> Api {
        self.api.clone()
    }

    /// A connection that may look at and change everything.
    pub async fn nats(&self) -> async_nats::Client {
        let urls = self.log.url();
        let servers: Vec<&str> = urls.split(',').collect();
        let options = match &self.log {
            Log::Three(_) => async_nats::ConnectOptions::new(),
            Log::One(_) => {
                let (_, file) = key(&self.folder, "admin");
                let seed = std::fs::read_to_string(file).expect("the admin's key");
                async_nats::ConnectOptions::with_nkey(seed.trim().to_owned())
            }
        };
        options.connect(servers).await.expect("a connection")
    }

    /// The sandbox, asked as its own process.
    pub fn vendors(&self) -> Api {
        self.vendors.clone()
    }

    /// The last lines of every process, for a test that failed.
    pub fn logs(&self) -> String {
        let mut all = String::new();
        for name in self.members.keys() {
            let log = self.folder.path().join(format!("{name}.log"));
            let log = std::fs::read_to_string(log).unwrap_or_default();
            let last: Vec<_> = log.lines().rev().take(12).collect();
            all += &format!("--- {name}\n");
            for line in last.iter().rev() {
                all += &format!("{line}\n");
            }
        }
        all
    }
}

/// A server as `errand nats setup` configures it, with the streams made.
async fn secured(folder: &TempDir) -> Option<nats::Server> {
    let (keys, port) = (text(folder, "nats"), free_ports(1)[0]);
    let (listen, store) = (format!("127.0.0.1:{port}"), text(folder, "streams"));
    let arguments = [
        "nats", "setup", &keys, "--listen", &listen, "--store", &store,
    ];
    let written = command(&arguments).output().await.expect("errand runs");
    assert!(written.status.success(), "{written:?}");
    let configuration = folder.path().join("nats/server.conf");
    let server = nats::Server::with_file(&configuration, port)?;
    insist("making the streams", || async {
        let migrate = command(&["nats", "migrate"])
            .env("ERRAND_NATS_URL", server.url())
            .envs([key(folder, "admin")])
            .output();
        let output = migrate.await.expect("errand runs");
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    })
    .await;
    Some(server)
}

fn key(folder: &TempDir, role: &str) -> (String, String) {
    let file = text(folder, &format!("nats/{role}.nk"));
    ("ERRAND_NATS_NKEY_FILE".to_owned(), file)
}

fn text(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}
