//! nats-server, one or three.
use crate::{free_ports, keeper::Keeper};
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

const BINARY_VARIABLE: &str = "ERRAND_NATS_SERVER";
const JETSTREAM: &str = "jetstream { store_dir: DATA, sync_interval: always, max_file: 4G }\n";
/// As the server comes: acknowledged before it is synced.
const JETSTREAM_DEFAULT_SYNC: &str = "jetstream { store_dir: DATA, max_file: 4G }\n";

/// Where nats-server is; `None` when it is not installed.
pub fn binary() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os(BINARY_VARIABLE) {
        return Some(path.into());
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join("nats-server"))
        .find(|file| file.is_file())
}

/// Says why a test does nothing.
pub fn skipped() {
    println!("skipped: nats-server was not found; install it or set {BINARY_VARIABLE}");
}

/// What nats-server says against a configuration; `None` when it is accepted.
pub fn objection(configuration: &Path) -> Option<String> {
    let command = Command::new(binary().unwrap())
        .arg("-t")
        .arg("-c")
        .arg(configuration)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&command.stderr).into_owned();
    (!command.status.success()).then_some(said)
}

/// One nats-server; killed when dropped or when this process ends.
pub struct Server {
    keeper: Keeper,
    folder: PathBuf,
    configuration: PathBuf,
    name: String,
    port: u16,
}

impl Server {
    /// JetStream that syncs every message, with the given text added to the configuration.
    pub fn start(more: &str) -> Option<Self> {
        Self::bare(&format!("{JETSTREAM}{more}"))
    }

    /// JetStream that syncs now and then, as it comes.
    pub fn start_with_default_sync() -> Option<Self> {
        Self::bare(JETSTREAM_DEFAULT_SYNC)
    }

    /// Starts with this configuration only. `DATA` in it stands for the server's data folder.
    pub fn bare(configuration: &str) -> Option<Self> {
        binary()?;
        Some(Self::configured("one", free_ports(1)[0], configuration))
    }

    /// Starts with a configuration that somebody else wrote and that listens on this port.
    pub fn with_file(configuration: &Path, port: u16) -> Option<Self> {
        binary()?;
        let folder = tempfile::tempdir().unwrap().keep();
        Some(Self::started(folder, configuration.into(), "one", port))
    }

    fn configured(name: &str, port: u16, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap().keep();
        let more = more.replace("DATA", &format!("{:?}", folder.join("data")));
        let log = folder.join("log");
        let text =
            format!("listen: \"127.0.0.1:{port}\"\nserver_name: {name}\nlog_file: {log:?}\n{more}");
        std::fs::write(folder.join("conf"), text).unwrap();
        let configuration = folder.join("conf");
        Self::started(folder, configuration, name, port)
    }

    fn started(folder: PathBuf, configuration: PathBuf, name: &str, port: u16) -> Self {
        let server = Self {
            keeper: Keeper::start(&folder, "true"),
            folder,
            configuration,
            name: name.into(),
            port,
        };
        server.start_again();
        server
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub fn is_named(&self, name: &str) -> bool {
        self.name == name
    }

    /// SIGKILL, as a crash would be; the data stays.
    pub fn kill(&self) {
        self.keeper.kill(true);
    }

    /// Starts again on the same data and port.
    pub fn start_again(&self) {
        let binary = binary().unwrap();
        let command = format!(
            "'{}' -c '{}'",
            binary.display(),
            self.configuration.display()
        );
        self.keeper.start_again(&self.folder, &command);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.keeper.kill(false);
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Three servers as one cluster.
pub struct Cluster(pub Vec<Server>);

impl Cluster {
    pub fn start() -> Option<Self> {
        binary()?;
        let ports = free_ports(6);
        let (clients, routes) = ports.split_at(3);
        let mut all = String::new();
        for route in routes {
            let _ = write!(all, "\"nats://127.0.0.1:{route}\", ");
        }
        let server = |index: usize| {
            let route = routes[index];
            let cluster = format!(
                "{JETSTREAM}cluster {{ name: test, listen: \"127.0.0.1:{route}\", routes: [{all}] }}\n"
            );
            Server::configured(&format!("server-{index}"), clients[index], &cluster)
        };
        Some(Self((0..3).map(server).collect()))
    }

    pub fn url(&self) -> String {
        let urls: Vec<String> = self.0.iter().map(Server::url).collect();
        urls.join(",")
    }
}
