//! What the dashboard is given, and what its handlers share.
use crate::{
    api::audit::Underway, attached::AttachedTexts, commands::Commands, live::Rooms, roles::RollCall,
};
use errand_eventlog::{DeadLetters, EventLog, JobQueue, QueueLimits, Seq, live::Live};
use errand_projections::{Db, Projector, Which};
use secrecy::SecretString;
use std::{ops::Deref, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// After a command a reader waits so long for the tables to show it.
const READ_YOUR_WRITES_WAIT: Duration = Duration::from_secs(1);

/// An agent that can be spawned.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentInfo {
    /// What the API takes, e.g. `codegen`.
    pub kind: String,
    /// What people see, e.g. "Code Generation".
    pub name: String,
    pub description: String,
    /// How it is spoken to: acp, claude-code or command.
    pub runner: String,
    /// The program that is started.
    pub program: String,
    pub model: Option<String>,
    /// The longest run.
    pub run_seconds: u64,
    /// Commands that must succeed after the work.
    pub checks: Vec<String>,
}

/// A vendor and who plays it, for the Health page.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct VendorInfo {
    /// E.g. "Linear".
    pub name: String,
    /// "live", "sandbox" or "off".
    pub mode: String,
    /// Where it is, or how to switch it on.
    pub detail: String,
}

#[derive(Debug, Clone)]
pub struct DashboardConfig {
    pub workspace: String,
    /// Under which address people open it, e.g. `http://127.0.0.1:7171`.
    pub public_url: String,
    /// Shows links to the sandbox pages under `/sandbox`.
    pub sandbox: bool,
    pub agents: Vec<AgentInfo>,
    pub vendors: Vec<VendorInfo>,
    pub default_project: String,
    /// Who acts when nobody has signed in.
    pub user: String,
    /// Asked of everybody when set.
    pub access_token: Option<SecretString>,
}

/// Everything the dashboard needs; it owns none of it.
pub struct Dashboard {
    pub config: DashboardConfig,
    /// The read models and how far they are.
    pub projector: Projector,
    pub log: Arc<dyn EventLog>,
    pub queue: Arc<dyn JobQueue>,
    pub queue_limits: QueueLimits,
    pub dead_letters: Arc<dyn DeadLetters>,
    pub live: Arc<dyn Live>,
    pub attached: Arc<dyn AttachedTexts>,
    pub commands: Arc<dyn Commands>,
    pub roles: Arc<dyn RollCall>,
    /// Cancelled when the process stops: every stream ends then.
    pub stop: CancellationToken,
}

/// The state of every handler. Cheap to clone.
#[derive(Clone)]
pub struct Site(Arc<Inner>);

struct Inner {
    dashboard: Dashboard,
    rooms: Rooms,
    audit: Underway,
}

impl Site {
    pub fn new(dashboard: Dashboard) -> Self {
        Self(Arc::new(Inner {
            dashboard,
            rooms: Rooms::default(),
            audit: Underway::default(),
        }))
    }

    pub fn rooms(&self) -> &Rooms {
        &self.0.rooms
    }

    /// Held while an audit is under way.
    pub fn audit(&self) -> &Underway {
        &self.0.audit
    }

    pub fn db(&self) -> &Db {
        self.projector.db()
    }

    /// Waits, within bounds, until the tables show what was just done. A reader that comes too early is no
    /// failure: the page is live and the change follows.
    pub async fn settled(&self, done: Seq) {
        let positions = self.projector.positions();
        if let Err(error) = positions
            .wait_for(Which::All, done, READ_YOUR_WRITES_WAIT)
            .await
        {
            tracing::debug!(%error, "answering before the tables show the change");
        }
    }
}

impl Deref for Site {
    type Target = Dashboard;

    fn deref(&self) -> &Dashboard {
        &self.0.dashboard
    }
}
