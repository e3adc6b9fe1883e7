//! What can be configured of one kind of agent. Unknown keys are refused by name.

use serde::Deserialize;

use super::runners::RunnerKind;
use crate::runner::{PermissionPolicy, Unanswered};

/// `[agents.NAME]`; what is left out is as in the shipped catalogue, else as usual.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KindSettings {
    /// What people see.
    pub name: Option<String>,
    /// What it is good for; the chat's model chooses by it.
    pub description: Option<String>,
    pub runner: Option<RunnerKind>,
    /// The program and its arguments.
    pub command: Option<Vec<String>>,
    pub model: Option<String>,
    /// Variables of Errand's own environment that the agent gets too.
    pub env: Option<Vec<String>>,
    /// What the agent may use without asking.
    pub allowed_tools: Option<Vec<String>>,
    /// How the agent is answered when it asks whether it may do something.
    pub permissions: Option<Permissions>,
    /// How long a person may take to answer.
    pub question_timeout_seconds: Option<u64>,
    /// What happens when nobody answers in that time.
    pub unanswered: Option<UnansweredSetting>,
    /// Commands that must succeed in the repository after the work.
    pub checks: Option<Vec<String>>,
    /// How often it is tried again by itself after what may pass.
    pub retries: Option<u32>,
    /// The pause before the first of these; each further one is four times as long.
    pub retry_seconds: Option<u64>,
    pub limits: LimitSettings,
    pub price: Option<PriceSettings>,
}

/// `[agents.NAME.limits]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitSettings {
    pub wall_clock_seconds: Option<u64>,
    pub stall_seconds: Option<u64>,
    pub turns: Option<u32>,
    pub output_bytes: Option<u64>,
    pub cost_usd: Option<f64>,
}

/// `[agents.NAME.price]`: US dollars for a million tokens, for agents that do not tell what they cost.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceSettings {
    pub input: f64,
    pub output: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Permissions {
    Allow,
    Deny,
    Ask,
}

impl From<Permissions> for PermissionPolicy {
    fn from(permissions: Permissions) -> Self {
        match permissions {
            Permissions::Allow => Self::Allow,
            Permissions::Deny => Self::Reject,
            Permissions::Ask => Self::Ask,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnansweredSetting {
    Deny,
    Allow,
    Fail,
}

impl From<UnansweredSetting> for Unanswered {
    fn from(setting: UnansweredSetting) -> Self {
        match setting {
            UnansweredSetting::Deny => Self::Deny,
            UnansweredSetting::Allow => Self::Allow,
            UnansweredSetting::Fail => Self::Fail,
        }
    }
}

impl KindSettings {
    /// These settings, and `base` where they say nothing.
    pub(super) fn over(self, base: Self) -> Self {
        Self {
            name: self.name.or(base.name),
            description: self.description.or(base.description),
            runner: self.runner.or(base.runner),
            command: self.command.or(base.command),
            model: self.model.or(base.model),
            env: self.env.or(base.env),
            allowed_tools: self.allowed_tools.or(base.allowed_tools),
            permissions: self.permissions.or(base.permissions),
            question_timeout_seconds: self
                .question_timeout_seconds
                .or(base.question_timeout_seconds),
            unanswered: self.unanswered.or(base.unanswered),
            checks: self.checks.or(base.checks),
            retries: self.retries.or(base.retries),
            retry_seconds: self.retry_seconds.or(base.retry_seconds),
            limits: self.limits.over(base.limits),
            price: self.price.or(base.price),
        }
    }
}

impl LimitSettings {
    fn over(self, base: Self) -> Self {
        Self {
            wall_clock_seconds: self.wall_clock_seconds.or(base.wall_clock_seconds),
            stall_seconds: self.stall_seconds.or(base.stall_seconds),
            turns: self.turns.or(base.turns),
            output_bytes: self.output_bytes.or(base.output_bytes),
            cost_usd: self.cost_usd.or(base.cost_usd),
        }
    }
}
