use crate::Role;
use errand_eventlog::WallClock;
use secrecy::SecretString;
use std::path::PathBuf;

/// Who connects.
#[derive(Debug, Clone)]
pub enum Credentials {
    UserPassword {
        user: String,
        password: SecretString,
    },
    Token(SecretString),
    /// The seed of a user nkey, `SU…`.
    NKey(SecretString),
    /// The text of a `.creds` file.
    Creds(SecretString),
}

/// How to reach the servers, and which log on them.
#[derive(Debug, Clone)]
pub struct NatsOptions {
    /// `nats://host:port` or `tls://host:port`; several are separated by commas.
    pub url: String,
    pub credentials: Option<Credentials>,
    /// Whose user it is. A process with several roles connects as [`Role::Admin`]. Without permissions on the server
    /// any role will do.
    pub role: Role,
    /// Certificates to trust beside the system's, in PEM.
    pub ca_file: Option<PathBuf>,
    /// A certificate to show and its key, in PEM, where the server wants one.
    pub client_certificate: Option<(PathBuf, PathBuf)>,
    /// Sets this log's streams and subjects apart from others on the same servers; letters, digits, `-` and `_`.
    pub prefix: Option<String>,
    /// Copies of each stream: 1, or 3 on a cluster. More than a stream has are added, fewer are refused.
    pub replicas: usize,
    /// What the queue's delays and ages are measured by.
    pub clock: WallClock,
}

impl NatsOptions {
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            credentials: None,
            role: Role::Admin,
            ca_file: None,
            client_certificate: None,
            prefix: None,
            replicas: 1,
            clock: WallClock::System,
        }
    }
}
