//! Which parts of Errand answer right now.
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// A role, and whether a process with it answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RoleState {
    /// E.g. "executor".
    pub name: String,
    pub answers: bool,
    /// Where it runs, or what to do.
    pub detail: String,
}

/// Asks every role; the caller waits for the answer, so it is bounded to a second or two.
#[async_trait]
pub trait RollCall: Send + Sync + 'static {
    async fn answers(&self) -> Vec<RoleState>;
}

/// All roles in one process: whoever asks is the proof that they live.
#[derive(Debug, Clone)]
pub struct OneProcess(pub Vec<&'static str>);

#[async_trait]
impl RollCall for OneProcess {
    async fn answers(&self) -> Vec<RoleState> {
        let here = |name: &&str| RoleState {
            name: (*name).to_owned(),
            answers: true,
            detail: "in this process".to_owned(),
        };
        self.0.iter().map(here).collect()
    }
}
