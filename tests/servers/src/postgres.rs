//! PostgreSQL.
use crate::{free_ports, keeper::Keeper};
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

const FOLDER_VARIABLE: &str = "ERRAND_POSTGRES_BIN";
/// Where Debian keeps every version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Postgres refuses to run as root; Debian's package makes this user.
const USER: &str = "postgres";
/// Members of this role must give a password; nobody else has to.
const CAREFUL: &str = "careful";
const READY_TIMEOUT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(30);

/// The folder with `initdb`, `postgres` and `psql`; `None` when it is not installed.
pub fn binaries() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os(FOLDER_VARIABLE) {
        return Some(path.into());
    }
    let mut found: Vec<PathBuf> = std::fs::read_dir(DEBIAN)
        .ok()?
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|folder| folder.join("initdb").is_file())
        .collect();
    found.sort();
    found.pop()
}

/// Says why a test does nothing.
pub fn skipped() {
    println!(
        "skipped: PostgreSQL was not found; install it (Debian: postgresql) or set {FOLDER_VARIABLE}"
    );
}

/// One PostgreSQL server; killed when dropped or when this process ends.
pub struct Server {
    keeper: Keeper,
    folder: PathBuf,
    binaries: PathBuf,
    port: u16,
    databases: AtomicU32,
}

impl Server {
    /// A new cluster that takes connections of `postgres` without a password.
    pub fn start() -> Option<Self> {
        let binaries = binaries()?;
        let folder = tempfile::tempdir().unwrap().keep();
        let server = Self {
            keeper: Keeper::start(&folder, "true"),
            folder,
            binaries,
            port: free_ports(1)[0],
            databases: AtomicU32::new(0),
        };
        server.initialise();
        server.start_again();
        server.sql("postgres", &format!("CREATE ROLE {CAREFUL}"));
        Some(server)
    }

    /// A new empty database; the answer is its URL.
    pub fn database(&self) -> String {
        let name = format!("t{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        self.url(&name)
    }

    pub fn url(&self, database: &str) -> String {
        self.url_of("postgres", database)
    }

    /// `user` may be followed by a colon and a password.
    pub fn url_of(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/{database}", self.port)
    }

    /// A user that must give a password, and may do nothing yet.
    pub fn user(&self, name: &str, password: &str) {
        self.sql(
            "postgres",
            &format!("CREATE ROLE {name} LOGIN PASSWORD '{password}' IN ROLE {CAREFUL}"),
        );
    }

    /// Runs statements with psql; its output, one row a line.
    pub fn sql(&self, database: &str, statements: &str) -> String {
        let output = Command::new(self.binaries.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c"])
            .arg(statements)
            .arg(self.url(database))
            .output()
            .unwrap();
        let problem = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{statements}: {problem}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// SIGKILL of the postmaster, as a crash would be; the data stays.
    pub fn kill(&self) {
        self.keeper.kill(true);
    }

    /// Starts again on the same data and port, and waits until it takes connections.
    pub fn start_again(&self) {
        let command = as_postgres(&format!(
            "'{}' -D '{}' -p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' \
             -c max_connections=200 -c shared_buffers=64MB",
            self.binaries.join("postgres").display(),
            self.data().display(),
            self.port
        ));
        let since = Instant::now();
        self.keeper.start_again(&self.folder, &command);
        while !self.is_ready() {
            assert!(
                since.elapsed() < READY_TIMEOUT,
                "PostgreSQL is not ready after {READY_TIMEOUT:?}"
            );
            std::thread::sleep(POLL);
            // A killed postmaster's children may hold the data for a moment, and the new one gives up then.
            if since.elapsed().as_millis() % 1000 < POLL.as_millis() {
                self.keeper.start_again(&self.folder, &command);
            }
        }
    }

    fn initialise(&self) {
        let command = as_postgres(&format!(
            "'{}' -D '{}' -A trust -U {USER} --no-sync --no-locale -E UTF8",
            self.binaries.join("initdb").display(),
            self.data().display()
        ));
        give_to_postgres(&self.folder);
        let status = Command::new("sh")
            .args(["-c", &command])
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "initdb failed");
        let rules = self.data().join("pg_hba.conf");
        let trusting = std::fs::read_to_string(&rules).unwrap();
        let careful = format!("host all +{CAREFUL} all scram-sha-256\n");
        std::fs::write(&rules, careful + &trusting).unwrap();
    }

    fn is_ready(&self) -> bool {
        Command::new(self.binaries.join("pg_isready"))
            .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
            .status()
            .is_ok_and(|status| status.success())
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.keeper.kill(false);
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn as_postgres(command: &str) -> String {
    if is_root() {
        format!("setpriv --reuid={USER} --regid={USER} --init-groups {command}")
    } else {
        command.to_owned()
    }
}

fn give_to_postgres(folder: &Path) {
    if is_root() {
        let status = Command::new("chown").arg(USER).arg(folder).status();
        assert!(status.is_ok_and(|s| s.success()), "chown {USER} failed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_outlives_a_killed_server() {
        let Some(server) = Server::start() else {
            return skipped();
        };
        let url = server.database();
        let name = url.rsplit('/').next().unwrap();
        server.sql(name, "CREATE TABLE t (n INT); INSERT INTO t VALUES (7)");
        server.kill();
        server.start_again();
        assert_eq!(server.sql(name, "SELECT n FROM t"), "7");
    }
}
