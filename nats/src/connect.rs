//! The way to the servers, and whether they are fit.
use crate::{
    error::ConnectError,
    limits::{
        CONNECT_TIMEOUT, LAST_PAUSE, LEADER_PATIENCE, MAX_EVENT_BYTES, MAX_HEADER_BYTES,
        REQUEST_TIMEOUT,
    },
    options::{Credentials, NatsOptions},
    subjects::{Subjects, is_token},
    watched::Watched,
};
use async_nats::{
    Client, ConnectErrorKind, ConnectOptions,
    jetstream::{self, Context, context::AccountErrorKind},
};
use secrecy::ExposeSecret;
use tokio::time::Instant;

/// Atomic batches came with it.
const OLDEST_SERVER: (u64, u64) = (2, 12);
const OLDEST_SERVER_TEXT: &str = "2.12.0";
const MAX_PREFIX_CHARS: usize = 32;
const ACCOUNT_INFO: &str = "$JS.API.INFO";
/// Temporarily unavailable, no quorum.
const NO_LEADER: [u64; 2] = [10008, 10009];

/// Connects and checks what must be so before anything is stored.
pub(crate) async fn connect(
    options: &NatsOptions,
) -> Result<(Client, Context, Watched), ConnectError> {
    if let Some(prefix) = &options.prefix
        && !is_token(prefix, MAX_PREFIX_CHARS)
    {
        return Err(ConnectError::Prefix(prefix.chars().take(100).collect()));
    }
    let watched = Watched::default();
    let inbox = Subjects::new(options.prefix.as_deref()).inbox(options.role.name());
    // The first request also subscribes to the answers, which may be refused by itself.
    let (mut asking, mut hearing) = (watched.refusals(), watched.refusals());
    let refused = async {
        tokio::select! {
            refusal = asking.of(ACCOUNT_INFO) => refusal,
            refusal = hearing.of(&inbox) => refusal,
        }
    };
    let client = open(options, &inbox, &watched).await?;
    check_server(&options.url, &client)?;
    let mut js = jetstream::new(client.clone());
    js.set_timeout(REQUEST_TIMEOUT);
    tokio::select! {
        answered = check_jetstream(&options.url, &js) => answered?,
        detail = refused => {
            let action = "ask whether JetStream is there".into();
            return Err(ConnectError::Permission { action, detail });
        }
    }
    Ok((client, js, watched))
}

async fn open(
    options: &NatsOptions,
    inbox: &str,
    watched: &Watched,
) -> Result<Client, ConnectError> {
    let noted = watched.clone();
    let mut connect = authenticated(options.credentials.as_ref())?
        .name(format!("errand {}", options.role.name()))
        .custom_inbox_prefix(inbox)
        .connection_timeout(CONNECT_TIMEOUT)
        .request_timeout(Some(REQUEST_TIMEOUT))
        .event_callback(move |event| {
            noted.note(&event);
            async {}
        });
    let certificates = options.client_certificate.iter();
    let files = certificates.flat_map(|(certificate, key)| [certificate, key]);
    for file in files.chain(&options.ca_file) {
        std::fs::metadata(file).map_err(|error| {
            ConnectError::UnusableCredentials(format!("{}: {error}", file.display()))
        })?;
    }
    if let Some(file) = &options.ca_file {
        connect = connect.add_root_certificates(file.clone());
    }
    if let Some((certificate, key)) = options.client_certificate.clone() {
        connect = connect.add_client_certificate(certificate, key);
    }
    let url = options.url.clone();
    let servers: Vec<&str> = options.url.split(',').map(str::trim).collect();
    connect
        .connect(servers)
        .await
        .map_err(|error| unconnected(url, &error))
}

fn unconnected(url: String, error: &async_nats::ConnectError) -> ConnectError {
    let reason = error.to_string();
    match error.kind() {
        ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
            ConnectError::Credentials { url }
        }
        ConnectErrorKind::ServerParse => ConnectError::Url { url, reason },
        ConnectErrorKind::Tls => ConnectError::Tls { url, reason },
        // What the handshake says comes as an error of the socket.
        ConnectErrorKind::Io if reason.contains("ertificate") => ConnectError::Tls { url, reason },
        _ => ConnectError::Unreachable { url, reason },
    }
}

fn authenticated(credentials: Option<&Credentials>) -> Result<ConnectOptions, ConnectError> {
    let secret = |secret: &secrecy::SecretString| secret.expose_secret().to_owned();
    Ok(match credentials {
        None => ConnectOptions::new(),
        Some(Credentials::UserPassword { user, password }) => {
            ConnectOptions::with_user_and_password(user.clone(), secret(password))
        }
        Some(Credentials::Token(token)) => ConnectOptions::with_token(secret(token)),
        Some(Credentials::NKey(seed)) => ConnectOptions::with_nkey(secret(seed)),
        Some(Credentials::Creds(text)) => {
            ConnectOptions::with_credentials(text.expose_secret()).map_err(|error| {
                // The kind only: the text could repeat a piece of the secret.
                ConnectError::UnusableCredentials(format!("the creds text is {}", error.kind()))
            })?
        }
    })
}

fn check_server(url: &str, client: &Client) -> Result<(), ConnectError> {
    let info = client.server_info();
    let mut numbers = info
        .version
        .split(['.', '-'])
        .map(|n| n.parse().unwrap_or(0));
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if version < OLDEST_SERVER {
        return Err(ConnectError::OldServer {
            url: url.into(),
            found: info.version,
            needed: OLDEST_SERVER_TEXT,
        });
    }
    let needed = MAX_EVENT_BYTES + MAX_HEADER_BYTES;
    if info.max_payload < needed {
        return Err(ConnectError::SmallPayload {
            url: url.into(),
            found: info.max_payload,
            needed,
        });
    }
    Ok(())
}

/// Waits for servers that are still choosing their leader, as all of a cluster do that start together with us.
async fn check_jetstream(url: &str, js: &Context) -> Result<(), ConnectError> {
    let end = Instant::now() + LEADER_PATIENCE;
    loop {
        match ask_jetstream(url, js).await {
            Err(ConnectError::NoAnswer { .. }) if Instant::now() < end => {
                tokio::time::sleep(LAST_PAUSE).await;
            }
            outcome => return outcome,
        }
    }
}

async fn ask_jetstream(url: &str, js: &Context) -> Result<(), ConnectError> {
    let Err(error) = js.query_account().await else {
        return Ok(());
    };
    let url = url.into();
    Err(match error.kind() {
        AccountErrorKind::TimedOut | AccountErrorKind::Other => ConnectError::NoAnswer { url },
        AccountErrorKind::JetStream(e) if NO_LEADER.contains(&e.error_code().0) => {
            ConnectError::NoAnswer { url }
        }
        AccountErrorKind::JetStream(_) | AccountErrorKind::JetStreamUnavailable => {
            ConnectError::NoJetStream { url }
        }
    })
}
