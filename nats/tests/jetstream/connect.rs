//! What a person is told when the servers are not fit, and how the streams are kept as they must be.
use crate::harness::{fresh, open};
use async_nats::jetstream::{
    self,
    stream::{Config, StorageType},
};
use errand_eventlog::EventLog;
use errand_nats::{ConnectError, Credentials, NatsLog, NatsOptions};
use errand_servers::{
    insist,
    nats::{Server, skipped},
};
use secrecy::SecretString;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

const USERS: &str = "jetstream { store_dir: DATA }\n\
    accounts {\n\
      main { jetstream: enabled, users: [\n\
        { user: all, password: right }\n\
        { user: reader, password: right, permissions: { publish: [\"$JS.API.INFO\", \"$JS.API.STREAM.INFO.>\"] } }\n\
      ] }\n\
      bare { users: [ { user: outsider, password: right } ] }\n\
    }\n";

fn user(server: &Server, user: &str, password: &str) -> NatsOptions {
    let password = SecretString::from(password);
    let user = user.to_owned();
    NatsOptions {
        credentials: Some(Credentials::UserPassword { user, password }),
        ..fresh(server.url(), 1)
    }
}

async fn refusal(options: NatsOptions) -> String {
    let error = NatsLog::connect(options).await.map(|_| ()).unwrap_err();
    let text = error.to_string();
    assert!(!text.contains('\n'), "more than one line: {text}");
    text
}

async fn up(server: &Server) {
    insist("a server's start", || {
        tokio::net::TcpStream::connect(server.url()["nats://".len()..].to_owned())
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let text = refusal(NatsOptions::new("nats://127.0.0.1:1")).await;
    assert!(
        text.contains("nats://127.0.0.1:1 cannot be reached"),
        "{text}"
    );
}

#[tokio::test]
async fn wrong_credentials_and_missing_permissions_are_told_apart() {
    let Some(server) = Server::bare(USERS) else {
        return skipped();
    };
    up(&server).await;
    let wrong = refusal(user(&server, "all", "wrong-secret")).await;
    assert!(wrong.contains("refused the credentials"), "{wrong}");
    assert!(!wrong.contains("wrong-secret"), "the password is told");
    let missing = refusal(user(&server, "reader", "right")).await;
    assert!(
        missing.contains("EVT is missing") && missing.contains("may not create it"),
        "{missing}"
    );
    let outside = refusal(user(&server, "outsider", "right")).await;
    assert!(outside.contains("JetStream is not enabled"), "{outside}");
    open(&user(&server, "all", "right")).await;
}

#[tokio::test]
async fn a_server_without_jetstream_is_told() {
    let Some(server) = Server::bare("") else {
        return skipped();
    };
    up(&server).await;
    let text = refusal(fresh(server.url(), 1)).await;
    assert!(text.contains("JetStream is not enabled"), "{text}");
}

/// An old server is played: the package that the real ones come from has none so old.
#[tokio::test]
async fn an_old_server_is_told_with_both_versions() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (read, mut write) = stream.into_split();
        let info = "INFO {\"server_id\":\"A\",\"version\":\"2.11.9\",\"proto\":1,\"max_payload\":1048576,\"headers\":true}\r\n";
        write.write_all(info.as_bytes()).await.unwrap();
        let mut lines = BufReader::new(read).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if line.starts_with("PING") {
                write.write_all(b"PONG\r\n").await.unwrap();
            }
        }
    });
    let text = refusal(NatsOptions::new(format!("nats://127.0.0.1:{port}"))).await;
    assert!(text.contains("2.11.9") && text.contains("2.12.0"), "{text}");
}

#[tokio::test]
async fn a_difference_that_may_be_changed_is_changed_and_another_one_is_explained() {
    let Some(server) = Server::start("") else {
        return skipped();
    };
    let options = fresh(server.url(), 1);
    let log = open(&options).await;
    let identity = log.head().await.unwrap().log_id;
    drop(log);
    let prefix = options.prefix.clone().unwrap();
    let js = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    let name = format!("{prefix}_EVT");
    let config = js
        .get_stream(&name)
        .await
        .unwrap()
        .cached_info()
        .config
        .clone();
    let changed = Config {
        allow_direct: false,
        max_age: std::time::Duration::from_secs(3600),
        ..config.clone()
    };
    js.update_stream(changed).await.unwrap();
    let log = open(&options).await;
    assert_eq!(log.head().await.unwrap().log_id, identity, "another log");
    drop(log);
    let mended = js
        .get_stream(&name)
        .await
        .unwrap()
        .cached_info()
        .config
        .clone();
    assert_eq!((mended.allow_direct, mended.max_age.as_secs()), (true, 0));

    js.delete_stream(&name).await.unwrap();
    let storage = StorageType::Memory;
    js.create_stream(Config { storage, ..config })
        .await
        .unwrap();
    let error = NatsLog::connect(options).await.map(|_| ()).unwrap_err();
    let text = error.to_string();
    let ConnectError::Topology {
        field,
        found,
        wanted,
        ..
    } = error
    else {
        panic!("{text}");
    };
    assert_eq!(
        (field, found.as_str(), wanted.as_str()),
        ("storage", "Memory", "File")
    );
    assert!(
        text.contains(&format!("nats stream backup {name}")),
        "{text}"
    );
}
