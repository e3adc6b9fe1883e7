//! A real router over a real log, real tables and a recording port for commands.
#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    reason = "each test file and the preview use their part of it"
)]
mod client;
mod commands;
mod sample;

pub use client::request;
pub use client::{Reply, stream};
pub use commands::{Call, Recording};
pub use sample::{Ids, id, now_us, sample};

use errand_dashboard::{
    AgentInfo, AttachedTexts, Dashboard, DashboardConfig, OneProcess, RollCall, VendorInfo, router,
};
use errand_eventlog::{
    DeadLetters, EventLog, JobQueue, NewEvent, QueueLimits, Seq, Write,
    embedded::{EmbeddedLog, EmbeddedOptions, Sync},
    live::{InProcess, Live},
};
use errand_projections::{Db, Projections, Projector, Which};
use errand_proto::{AggregateKind, Envelope, Event, Subject};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long any test waits for anything.
pub const PATIENCE: Duration = Duration::from_secs(20);
pub const HOST: &str = "127.0.0.1:7171";
pub const LIMITS: QueueLimits = QueueLimits {
    per_project: 2,
    lease: Duration::from_secs(30),
    age_step: Duration::from_secs(600),
};

/// The only text that this machine has, under its hash.
pub const TEXT: (&str, &str) = ("5e", "all of <a long> output");

struct OneText;

impl AttachedTexts for OneText {
    fn read(&self, _: &str, sha256: &str) -> std::io::Result<Option<Vec<u8>>> {
        Ok((sha256 == TEXT.0).then(|| TEXT.1.into()))
    }
}

/// One Errand without its services.
pub struct World {
    pub log: Arc<EmbeddedLog>,
    pub projector: Projector,
    pub commands: Arc<Recording>,
    pub live: Arc<InProcess>,
    pub stop: CancellationToken,
    pub router: axum::Router,
    _dir: tempfile::TempDir,
}

impl World {
    pub async fn start() -> Self {
        Self::start_with(config()).await
    }

    pub async fn start_with(config: DashboardConfig) -> Self {
        Self::start_as(config, Arc::new(OneProcess(vec!["chat", "spawner"]))).await
    }

    pub async fn start_as(config: DashboardConfig, roles: Arc<dyn RollCall>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = EmbeddedOptions {
            sync: Sync::Off,
            ..EmbeddedOptions::default()
        };
        let log = EmbeddedLog::open(dir.path(), options).unwrap();
        let db = Db::open(&dir.path().join("views.db")).await.unwrap();
        let projector = Projector::new(db, log.clone(), Projections::all());
        let stop = CancellationToken::new();
        let (following, stopping) = (projector.clone(), stop.clone());
        tokio::spawn(async move { following.run(stopping).await });
        let commands = Arc::new(Recording::new(log.clone(), projector.clone()));
        let live = Arc::new(InProcess::default());
        let router = router(Dashboard {
            config,
            projector: projector.clone(),
            log: log.clone() as Arc<dyn EventLog>,
            queue: log.clone() as Arc<dyn JobQueue>,
            queue_limits: LIMITS,
            dead_letters: log.clone() as Arc<dyn DeadLetters>,
            live: live.clone() as Arc<dyn Live>,
            attached: Arc::new(OneText),
            commands: commands.clone(),
            roles,
            stop: stop.clone(),
        });
        Self {
            log,
            projector,
            commands,
            live,
            stop,
            router,
            _dir: dir,
        }
    }

    /// A world with the sample journey in it.
    pub async fn with_sample() -> (Self, Ids) {
        let world = Self::start().await;
        let ids = sample(&world).await;
        (world, ids)
    }

    /// Appends one event and answers its sequence.
    pub async fn add(&self, id: &str, event: impl Into<Event>, time_us: i64) -> Seq {
        append(&self.log, id, event.into(), time_us).await
    }

    /// Waits until the tables show everything.
    pub async fn settle(&self) {
        let head = self.log.head().await.unwrap().seq;
        let positions = self.projector.positions();
        positions
            .wait_for(Which::All, head, PATIENCE)
            .await
            .unwrap();
    }

    /// Waits until the archive, which follows at its own pace, has everything.
    pub async fn archived(&self) {
        let head = self.log.head().await.unwrap().seq;
        let positions = self.projector.positions();
        let archive = Which::One("events");
        positions.wait_for(archive, head, PATIENCE).await.unwrap();
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Appends behind whatever the aggregate has.
pub async fn append(log: &EmbeddedLog, id: &str, event: Event, time_us: i64) -> Seq {
    let subject = Subject::new("main", event.kind(), id).unwrap();
    let before = log.load(&subject, 0).await.unwrap();
    let version = before.len() as u64 + 1;
    let command = Uuid::now_v7();
    let envelope = Envelope {
        id: Uuid::new_v5(&command, b"0"),
        event_type: event.full_name().to_owned(),
        source: format!("errand/{}", owner(event.kind())),
        time_us,
        correlation_id: Uuid::new_v5(&Uuid::NAMESPACE_URL, id.as_bytes()),
        causation_id: command,
        command_id: command,
        aggregate_version: version,
        traceparent: None,
    };
    let new = NewEvent {
        envelope,
        data: event.encode().into(),
    };
    let write = Write {
        subject,
        expected: before.last().map_or(0, |e| e.seq),
        events: vec![new],
    };
    log.append(vec![write]).await.unwrap()[0]
}

fn owner(kind: AggregateKind) -> &'static str {
    match kind {
        AggregateKind::Conversation => "chat",
        AggregateKind::Story | AggregateKind::Batch => "spawner",
        AggregateKind::Session => "executor",
        AggregateKind::Notification => "notifier",
    }
}

pub fn config() -> DashboardConfig {
    let agent = |kind: &str, name: &str, description: &str| AgentInfo {
        kind: kind.into(),
        name: name.into(),
        description: description.into(),
        runner: "acp".into(),
        program: "errand agent demo".into(),
        model: None,
        run_seconds: 3600,
        checks: Vec::new(),
    };
    let vendor = |name: &str, mode: &str, detail: &str| VendorInfo {
        name: name.into(),
        mode: mode.into(),
        detail: detail.into(),
    };
    DashboardConfig {
        workspace: "main".into(),
        public_url: format!("http://{HOST}"),
        sandbox: true,
        agents: vec![
            agent(
                "codegen",
                "Code Generation",
                "Builds what the prompt asks for",
            ),
            agent("security", "Security", "Looks for weaknesses"),
        ],
        vendors: vec![
            vendor(
                "Linear",
                "sandbox",
                "Set LINEAR_API_KEY to use the real one",
            ),
            vendor("Slack", "off", "Set SLACK_BOT_TOKEN to be told there"),
        ],
        default_project: "sample-site".into(),
        user: "you".into(),
        access_token: None,
    }
}
