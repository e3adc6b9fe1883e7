//! One kind of agent, checked.

use std::path::PathBuf;
use std::time::Duration;

use super::runners::RunnerKind;
use super::settings::{KindSettings, LimitSettings};
use crate::confine::Confinement;
use crate::runner::{AgentCommand, AnswerPolicy, PermissionPolicy, Price, RunLimits};

const MAX_NAME_CHARS: usize = 80;
const MAX_DESCRIPTION_CHARS: usize = 500;
const MAX_KIND_CHARS: usize = 40;
/// Longest list of anything in one kind.
const MAX_ITEMS: usize = 100;
const MAX_SECONDS: u64 = 24 * 60 * 60;
const MAX_OUTPUT_BYTES: u64 = 1024 * 1024 * 1024;
const MAX_COST_USD: f64 = 10_000.0;
const MAX_RETRIES: u32 = 10;

/// What an agent gets where its own kind says nothing.
#[derive(Debug, Clone)]
pub struct Workplace {
    /// The program of kinds without one, which speaks ACP.
    pub command: AgentCommand,
    /// What holds the program of any other kind, and the checks of all of them.
    pub confinement: Option<Confinement>,
    /// How the shared program is answered when it asks for a permission.
    pub permissions: PermissionPolicy,
    /// Where programs keep what is theirs instead of a person's home.
    pub folder: Option<PathBuf>,
    pub limits: RunLimits,
}

/// A kind of agent that can be put to work.
#[derive(Debug, Clone)]
pub struct AgentKind {
    /// codegen, security, …
    pub kind: String,
    /// What people see.
    pub name: String,
    /// What the chat's model chooses by.
    pub description: String,
    pub runner: RunnerKind,
    /// `None` where it is the workplace's.
    pub command: Option<Vec<String>>,
    pub model: Option<String>,
    pub env: Vec<String>,
    pub allowed_tools: Vec<String>,
    permissions: Option<PermissionPolicy>,
    answers: AnswerPolicy,
    pub checks: Vec<String>,
    /// `None` where it is as usual.
    pub retries: Option<u32>,
    pub retry_pause: Option<Duration>,
    limits: LimitSettings,
    price: Option<Price>,
}

impl AgentKind {
    /// # Errors
    /// The key that does not fit, and why.
    pub(super) fn checked(kind: &str, settings: KindSettings) -> Result<Self, String> {
        check(kind, &settings)?;
        let runner = settings.runner.unwrap_or_default();
        let usual = AnswerPolicy::default();
        let answers = AnswerPolicy {
            permissions: usual.permissions,
            patience: seconds(settings.question_timeout_seconds, usual.patience),
            unanswered: settings.unanswered.map_or(usual.unanswered, Into::into),
        };
        Ok(Self {
            kind: kind.to_owned(),
            name: settings.name.unwrap_or_else(|| kind.to_owned()),
            description: settings.description.unwrap_or_default(),
            command: settings.command.or_else(|| runner.usual_command()),
            runner,
            model: settings.model,
            env: settings.env.unwrap_or_default(),
            allowed_tools: settings.allowed_tools.unwrap_or_default(),
            permissions: settings.permissions.map(Into::into),
            answers,
            checks: settings.checks.unwrap_or_default(),
            retries: settings.retries,
            retry_pause: settings.retry_seconds.map(Duration::from_secs),
            limits: settings.limits,
            price: settings.price.map(|price| Price {
                input: price.input,
                output: price.output,
            }),
        })
    }

    /// How its agent is answered; what its kind does not say is as usual for the program.
    pub fn answers(&self, workplace: &Workplace) -> AnswerPolicy {
        let usual = match &self.command {
            Some(_) => PermissionPolicy::default(),
            None => workplace.permissions,
        };
        AnswerPolicy {
            permissions: self.permissions.unwrap_or(usual),
            ..self.answers.clone()
        }
    }

    /// Its own limits, and `usual` where it has none.
    pub fn limits(&self, usual: &RunLimits) -> RunLimits {
        let own = &self.limits;
        RunLimits {
            wall_clock: seconds(own.wall_clock_seconds, usual.wall_clock),
            stall: seconds(own.stall_seconds, usual.stall),
            output_bytes: own.output_bytes.unwrap_or(usual.output_bytes),
            start: usual.start,
            turns: own.turns.or(usual.turns),
            cost_micro_usd: own.cost_usd.map(micro_usd).or(usual.cost_micro_usd),
            price: self.price.or(usual.price),
        }
    }
}

fn check(kind: &str, settings: &KindSettings) -> Result<(), String> {
    let is_word = kind.starts_with(|c: char| c.is_ascii_lowercase())
        && kind
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !is_word || kind.len() > MAX_KIND_CHARS {
        return Err(format!(
            "the name of a kind is at most {MAX_KIND_CHARS} lower-case letters, digits and hyphens"
        ));
    }
    text("name", settings.name.as_deref(), MAX_NAME_CHARS)?;
    text(
        "description",
        settings.description.as_deref(),
        MAX_DESCRIPTION_CHARS,
    )?;
    if settings.description.is_none() {
        return Err("description is missing: the chat's model chooses by it".to_owned());
    }
    let runner = settings.runner.unwrap_or_default();
    if runner == RunnerKind::Command {
        not_for_commands("model", settings.model.is_some())?;
        not_for_commands("allowed_tools", settings.allowed_tools.is_some())?;
        not_for_commands("permissions", settings.permissions.is_some())?;
        if settings.command.is_none() {
            return Err("command is missing: the runner \"command\" has no usual one".to_owned());
        }
    }
    let is_empty = |command: &Vec<String>| command.first().is_none_or(|it| it.trim().is_empty());
    if settings.command.as_ref().is_some_and(is_empty) {
        return Err("command is empty: name a program and its arguments".to_owned());
    }
    for (key, list) in [
        ("command", &settings.command),
        ("env", &settings.env),
        ("allowed_tools", &settings.allowed_tools),
        ("checks", &settings.checks),
    ] {
        if list.as_ref().is_some_and(|items| items.len() > MAX_ITEMS) {
            return Err(format!("{key} has more than {MAX_ITEMS} items"));
        }
    }
    numbers(settings)
}

fn not_for_commands(key: &str, is_set: bool) -> Result<(), String> {
    match is_set {
        true => Err(format!(
            "{key} means nothing to the runner \"command\": leave it out"
        )),
        false => Ok(()),
    }
}

fn text(key: &str, value: Option<&str>, max_chars: usize) -> Result<(), String> {
    match value {
        Some(text) if text.trim().is_empty() || text.chars().count() > max_chars => {
            Err(format!("{key} must have 1 to {max_chars} characters"))
        }
        _ => Ok(()),
    }
}

fn numbers(settings: &KindSettings) -> Result<(), String> {
    let limits = &settings.limits;
    for (key, value, most) in [
        (
            "question_timeout_seconds",
            settings.question_timeout_seconds,
            MAX_SECONDS,
        ),
        ("retry_seconds", settings.retry_seconds, MAX_SECONDS),
        (
            "limits.wall_clock_seconds",
            limits.wall_clock_seconds,
            MAX_SECONDS,
        ),
        ("limits.stall_seconds", limits.stall_seconds, MAX_SECONDS),
        ("limits.output_bytes", limits.output_bytes, MAX_OUTPUT_BYTES),
        (
            "limits.turns",
            limits.turns.map(u64::from),
            u64::from(u32::MAX),
        ),
    ] {
        if value.is_some_and(|it| !(1..=most).contains(&it)) {
            return Err(format!("{key} must be between 1 and {most}"));
        }
    }
    if settings.retries.is_some_and(|it| it > MAX_RETRIES) {
        return Err(format!("retries must be at most {MAX_RETRIES}"));
    }
    let price = settings.price.map(|it| it.input.min(it.output));
    if price.is_some_and(|it| !it.is_finite() || it < 0.0) {
        return Err("price must not be negative".to_owned());
    }
    let fits = |cost: &f64| *cost > 0.0 && *cost <= MAX_COST_USD;
    if limits.cost_usd.is_some_and(|cost| !fits(&cost)) {
        return Err(format!(
            "limits.cost_usd must be above 0 and at most {MAX_COST_USD}"
        ));
    }
    Ok(())
}

fn seconds(configured: Option<u64>, usual: Duration) -> Duration {
    configured.map_or(usual, Duration::from_secs)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be between zero and ten thousand dollars"
)]
fn micro_usd(usd: f64) -> u64 {
    (usd * 1e6).round() as u64
}
