//! One user per role, with the keys and the configuration that the setup writes.
//!
//! # Layout
//! - [`setup`]: what the setup writes.
//! - [`work`]: each role does its whole job under its own key.
//! - [`refusals`]: and nothing of another's.
mod refusals;
mod setup;
mod work;

use crate::harness::open;
use async_nats::{Client, ConnectOptions};
use errand_eventlog::{Filter, Group};
use errand_nats::{Credentials, NatsLog, NatsOptions, Role, SetupOptions, key_file};
use errand_servers::{free_ports, nats::Server};
use secrecy::SecretString;
use std::{fs, path::Path, sync::Arc, time::Duration};

const PATIENCE: Duration = Duration::from_secs(30);
const PREFIX: &str = "secured";
const SERVICES: [Role; 4] = [Role::Chat, Role::Spawner, Role::Executor, Role::Notifier];

/// One group of each service.
const fn group_of(role: Role) -> &'static str {
    match role {
        Role::Chat => "chat-answer-message",
        Role::Spawner => "spawner-deliver",
        Role::Executor => "executor-open-session",
        _ => "notifier-tell-slack",
    }
}

/// A server with the configuration of a setup, and the folder with its keys.
struct Secured {
    folder: tempfile::TempDir,
    server: Server,
}

impl Secured {
    fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let port = free_ports(1)[0];
        errand_nats::setup(folder.path(), &wanted(folder.path(), port)).unwrap();
        let server = Server::with_file(&folder.path().join("server.conf"), port)?;
        Some(Self { folder, server })
    }

    /// With the streams in place.
    async fn ready() -> Option<Self> {
        let secured = Self::start()?;
        secured.log(Role::Admin).await;
        Some(secured)
    }

    fn seed(&self, role: Role) -> String {
        fs::read_to_string(self.folder.path().join(key_file(role))).unwrap()
    }

    fn options(&self, role: Role) -> NatsOptions {
        NatsOptions {
            credentials: Some(Credentials::NKey(SecretString::from(self.seed(role)))),
            role,
            prefix: Some(PREFIX.into()),
            ..NatsOptions::new(self.server.url())
        }
    }

    async fn log(&self, role: Role) -> Arc<NatsLog> {
        open(&self.options(role)).await
    }

    /// The role's key in the hands of a program that does as it likes.
    async fn intruder(&self, role: Role) -> Client {
        let inbox = match role {
            Role::Subscriber => "_INBOX".into(),
            _ => format!("{PREFIX}.inbox.{}", role.name()),
        };
        ConnectOptions::with_nkey(self.seed(role))
            .custom_inbox_prefix(inbox)
            .connect(self.server.url())
            .await
            .unwrap()
    }
}

fn wanted(folder: &Path, port: u16) -> SetupOptions {
    SetupOptions {
        prefix: Some(PREFIX.into()),
        groups: SERVICES.map(group_of).map(str::to_owned).to_vec(),
        listen: format!("127.0.0.1:{port}"),
        data: folder.join("data"),
        ..SetupOptions::default()
    }
}

fn group(name: &'static str) -> Group {
    Group {
        name,
        filter: Filter::all(),
        ack_wait: PATIENCE,
        max_in_flight: 8,
        max_deliver: 1,
    }
}
