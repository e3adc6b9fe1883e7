use crate::subjects::is_token;
use std::path::PathBuf;

/// A cluster has three servers: one of them may be lost.
const CLUSTER_SIZE: usize = 3;
const MAX_NAME_CHARS: usize = 64;
const MAX_HOST_CHARS: usize = 253;

/// Certificates for the servers, in PEM. The paths are as the servers see them.
#[derive(Debug, Clone)]
pub struct Tls {
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// Who signed the certificates of the servers, and of the clients where they need one.
    pub ca: Option<PathBuf>,
    /// Whether a client must show a certificate too. Needs `ca`.
    pub verify_clients: bool,
}

#[derive(Debug, Clone)]
pub struct SetupOptions {
    /// As in [`crate::NatsOptions`].
    pub prefix: Option<String>,
    /// The names of all groups of all roles: each role may use its own, and only those.
    pub groups: Vec<String>,
    /// Where one server listens; the servers of a cluster listen on all addresses at the same port.
    pub listen: String,
    /// The three servers of a cluster, by the names under which they reach each other.
    pub hosts: Vec<String>,
    /// Where a server keeps its streams, as the server sees it.
    pub data: PathBuf,
    /// What the streams may take on disk.
    pub max_store_gib: u32,
    pub tls: Option<Tls>,
}

impl Default for SetupOptions {
    fn default() -> Self {
        Self {
            prefix: None,
            groups: Vec::new(),
            listen: "127.0.0.1:4222".into(),
            hosts: ["nats-1", "nats-2", "nats-3"].map(str::to_owned).to_vec(),
            data: "data".into(),
            max_store_gib: 64,
            tls: None,
        }
    }
}

/// Why nothing or not all was written: one line, with what to do.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("{}: {source}", path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(
        "{} holds no nkey seed of a user (SU…): restore it, or move it away for a new key", .0.display()
    )]
    Key(PathBuf),
    #[error("no key could be made: {0}")]
    NoKey(String),
    #[error("{what} {found:?} cannot be used: {rule}")]
    Option {
        what: &'static str,
        found: String,
        rule: &'static str,
    },
}

impl SetupOptions {
    pub(super) fn check(&self) -> Result<(), SetupError> {
        let names = self.groups.iter().map(|name| ("the group", name));
        let names = names.chain(self.prefix.iter().map(|name| ("the prefix", name)));
        for (what, name) in names {
            if !is_token(name, MAX_NAME_CHARS) {
                let rule = "letters, digits, '-' and '_', 1 to 64 of them";
                return refuse(what, name, rule);
            }
        }
        for host in &self.hosts {
            let good = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
            if host.is_empty() || host.len() > MAX_HOST_CHARS || !host.bytes().all(good) {
                return refuse("the host", host, "a host name without a port");
            }
        }
        if !self.hosts.is_empty() && self.hosts.len() != CLUSTER_SIZE {
            let found = self.hosts.join(",");
            return refuse("the cluster", &found, "it has three hosts, or none");
        }
        let tls = self.tls.as_ref();
        if tls.is_some_and(|tls| tls.verify_clients && tls.ca.is_none()) {
            return refuse("TLS", "verify_clients", "it needs the authority's file");
        }
        if self.port().is_none() {
            return refuse("the address", &self.listen, "host:port is needed");
        }
        Ok(())
    }

    pub(super) fn port(&self) -> Option<u16> {
        let (host, port) = self.listen.rsplit_once(':')?;
        port.parse().ok().filter(|_| !host.is_empty())
    }
}

fn refuse(what: &'static str, found: &str, rule: &'static str) -> Result<(), SetupError> {
    Err(SetupError::Option {
        what,
        found: found.chars().take(100).collect(),
        rule,
    })
}
