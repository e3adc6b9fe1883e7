//! Real servers in folders that go away, on ports that nobody uses.
use std::{
    fmt::Write as _,
    io::Write as _,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// A cluster on a busy machine needs a while to choose its leader.
const START_TIMEOUT: Duration = Duration::from_secs(60);
const BINARY_VARIABLE: &str = "ERRAND_NATS_SERVER";

/// Runs the server until its input ends, which it does also when the tests are killed. A line of input says that the
/// data shall be kept for another start.
const KEEPER: &str = "\"$0\" -c \"$1\" & server=$!; line=; read line; kill -9 $server; wait $server; [ -n \"$line\" ] || rm -rf \"$2\"";

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

/// One nats-server; killed when dropped or when this process ends.
pub struct Server {
    keeper: Mutex<Option<Child>>,
    folder: PathBuf,
    name: String,
    port: u16,
}

impl Server {
    /// Starts with the given text added to the configuration.
    pub fn start(more: &str) -> Option<Self> {
        binary()?;
        Some(Self::configured(
            "one",
            free_ports(1)[0],
            &format!("{JETSTREAM}{more}"),
        ))
    }

    /// Starts with this configuration only.
    pub fn bare(configuration: &str) -> Option<Self> {
        binary()?;
        Some(Self::configured("bare", free_ports(1)[0], configuration))
    }

    fn configured(name: &str, port: u16, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap().keep();
        let more = more.replace("DATA", &format!("{:?}", folder.join("data")));
        let log = folder.join("log");
        let text =
            format!("listen: \"127.0.0.1:{port}\"\nserver_name: {name}\nlog_file: {log:?}\n{more}");
        std::fs::write(folder.join("conf"), text).unwrap();
        let keeper = Mutex::new(Some(keep(&folder)));
        Self {
            keeper,
            folder,
            name: name.into(),
            port,
        }
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub fn is_named(&self, name: &str) -> bool {
        self.name == name
    }

    /// SIGKILL, as a crash would be; the data stays.
    pub fn kill(&self) {
        self.end(b"keep\n");
    }

    /// Starts again on the same data and port.
    pub fn start_again(&self) {
        self.kill();
        let mut keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        *keeper = Some(keep(&self.folder));
    }

    fn end(&self, input: &[u8]) {
        let mut keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mut keeper) = keeper.take() {
            if let Some(mut stdin) = keeper.stdin.take() {
                let _ = stdin.write_all(input);
            }
            let _ = keeper.wait();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end(b"");
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

const JETSTREAM: &str = "jetstream { store_dir: DATA, sync_interval: always, max_file: 4G }\n";

fn keep(folder: &Path) -> Child {
    Command::new("sh")
        .args(["-c", KEEPER])
        .arg(binary().unwrap())
        .arg(folder.join("conf"))
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn free_ports(count: usize) -> Vec<u16> {
    let held: Vec<TcpListener> = (0..count)
        .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
        .collect();
    held.iter()
        .map(|listener| listener.local_addr().unwrap().port())
        .collect()
}

/// Tries until it succeeds, for as long as a start may take.
pub async fn insist<T, E: std::fmt::Display, F: Future<Output = Result<T, E>>>(
    what: &str,
    mut attempt: impl FnMut() -> F,
) -> T {
    let since = Instant::now();
    loop {
        match attempt().await {
            Ok(done) => return done,
            Err(error) if since.elapsed() > START_TIMEOUT => panic!("{what}: {error}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}
