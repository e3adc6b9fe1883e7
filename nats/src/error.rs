/// Why the log on NATS could not be opened: one line each, with what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("NATS at {url} cannot be reached ({reason}): start nats-server or correct the URL")]
    Unreachable { url: String, reason: String },
    #[error(
        "NATS at {url} cannot be trusted or does not trust us ({reason}): check ERRAND_NATS_CA_FILE and the certificates"
    )]
    Tls { url: String, reason: String },
    #[error("NATS at {url} refused the credentials: check the user, password, nkey or creds file")]
    Credentials { url: String },
    #[error("the credentials for NATS cannot be used: {0}")]
    UnusableCredentials(String),
    #[error("the NATS URL {url:?} is not valid ({reason}): use nats://host:4222")]
    Url { url: String, reason: String },
    #[error("the prefix {0:?} may only hold letters, digits, '-' and '_', 1 to 32 of them")]
    Prefix(String),
    #[error(
        "nats-server at {url} is version {found}, Errand needs {needed} or newer: update the server"
    )]
    OldServer {
        url: String,
        found: String,
        needed: &'static str,
    },
    #[error(
        "nats-server at {url} accepts messages of {found} bytes, Errand needs {needed}: set max_payload: {needed} in its configuration"
    )]
    SmallPayload {
        url: String,
        found: usize,
        needed: usize,
    },
    #[error(
        "JetStream is not enabled at {url}: start nats-server with -js or a jetstream {{}} block"
    )]
    NoJetStream { url: String },
    #[error(
        "JetStream at {url} does not answer: wait until the cluster has a leader, see nats server report jetstream"
    )]
    NoAnswer { url: String },
    #[error(
        "this NATS user may not {action} ({detail}): use the key that errand nats setup made for this role"
    )]
    Permission { action: String, detail: String },
    #[error(
        "stream {stream} {problem}, and this NATS user may not {action} it: start Errand once with the admin's key, which errand nats setup makes"
    )]
    AdminNeeded {
        stream: String,
        problem: String,
        action: &'static str,
    },
    #[error(
        "stream {stream} has {field} {found} where Errand needs {wanted}, which cannot be changed by itself: {command}"
    )]
    Topology {
        stream: String,
        field: &'static str,
        found: String,
        wanted: String,
        command: String,
    },
    #[error("JetStream refused to {action}: {detail}")]
    Refused { action: String, detail: String },
}
