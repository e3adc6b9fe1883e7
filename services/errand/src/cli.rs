//! What can be typed.
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Lets a chat hand long work to agents and never wait for them.
#[derive(Debug, Parser)]
#[command(name = "errand", version)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// The running Errand that commands speak to
    #[arg(
        long,
        global = true,
        env = "ERRAND_URL",
        default_value = "http://127.0.0.1:7171"
    )]
    pub url: String,
    /// Print records as JSON
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start everything in one process, on an embedded store
    Up(Up),
    /// Put an agent to work, as the chat does
    Spawn(Spawn),
    /// List stories
    Stories(Stories),
    /// List agent sessions
    Sessions(Sessions),
    /// Show what waits and what runs
    Queue,
    /// Show one story, by id or the start of its id
    Show(Id),
    /// Follow one story until it ends
    Watch(Id),
    /// Stop a story
    Cancel(Reason),
    /// Run a failed or cancelled story again
    Retry(Id),
    /// Let a story run that needs approval
    Approve(Id),
    /// Refuse a story that needs approval
    Reject(Reason),
    /// Read the event log
    #[command(subcommand)]
    Events(Events),
    /// Check what is recorded
    #[command(subcommand)]
    Audit(Audit),
    /// The read models
    #[command(subcommand)]
    Projections(Projections),
    /// Messages set aside after bounded attempts
    #[command(subcommand)]
    DeadLetters(DeadLetters),
    /// Agents on this machine
    #[command(subcommand)]
    Agent(Agent),
    /// Check every connection and say how to mend what fails
    Doctor(Doctor),
}

#[derive(Debug, Clone, Args)]
pub struct Up {
    /// The repository that agents work on; a sample site is made when there is none.
    /// It is never touched except for the branches `errand/…`
    #[arg(long, value_name = "PATH")]
    pub repo: Option<PathBuf>,
    /// Where everything is kept
    #[arg(
        long,
        value_name = "DIR",
        env = "ERRAND_DATA",
        default_value = ".errand"
    )]
    pub data: PathBuf,
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, env = "ERRAND_PORT", default_value_t = 7171)]
    pub port: u16,
    /// Leave vendors without a credential out, instead of playing them
    #[arg(long)]
    pub no_sandbox: bool,
    /// Write log lines as JSON
    #[arg(long)]
    pub log_json: bool,
}

#[derive(Debug, Args)]
pub struct Spawn {
    /// The kind of agent, e.g. codegen or security
    pub agent: String,
    /// What it shall do
    pub prompt: String,
    #[arg(long)]
    pub project: Option<String>,
    #[arg(long)]
    pub title: Option<String>,
    /// Follow the work until it ends
    #[arg(long)]
    pub wait: bool,
    /// The same key again answers with the same story
    #[arg(long, value_name = "UUID")]
    pub idempotency_key: Option<uuid::Uuid>,
}

#[derive(Debug, Args)]
pub struct Stories {
    #[arg(long)]
    pub project: Option<String>,
    /// pending, approved, in_progress, completed, failed or cancelled
    #[arg(long)]
    pub status: Vec<String>,
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
}

#[derive(Debug, Args)]
pub struct Sessions {
    #[arg(long)]
    pub project: Option<String>,
    #[arg(long)]
    pub story: Option<String>,
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
}

#[derive(Debug, Args)]
pub struct Id {
    pub id: String,
}

#[derive(Debug, Args)]
pub struct Reason {
    pub id: String,
    #[arg(long, default_value = "")]
    pub reason: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Format {
    /// One record of ours per line
    Jsonl,
    /// One structured CloudEvent per line
    Cloudevents,
}

#[derive(Debug, Args)]
pub struct EventQuery {
    /// From this sequence, or since this time (RFC 3339)
    #[arg(long, value_name = "SEQ|TIME")]
    pub from: Option<String>,
    /// Up to this sequence or time
    #[arg(long, value_name = "SEQ|TIME")]
    pub until: Option<String>,
    /// Only events about this story and of its sessions
    #[arg(long)]
    pub story: Option<String>,
    /// Only this type, e.g. StoryCreated; several with commas
    #[arg(long = "type")]
    pub event_type: Option<String>,
    /// Only events that follow from this cause
    #[arg(long)]
    pub correlation: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    pub format: Format,
}

#[derive(Debug, Subcommand)]
pub enum Events {
    /// Print new events as they come
    Tail(EventQuery),
    /// Print recorded events
    Export(EventQuery),
    /// Print one event, by its sequence or id
    Show(Id),
}

#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Prove that the log is sound and that every table is what it says; exit code 2 when not
    Verify,
}

#[derive(Debug, Subcommand)]
pub enum Projections {
    /// How far each one is
    Status,
    /// Fill one again from the first event, beside the live tables
    Rebuild { name: String },
}

#[derive(Debug, Subcommand)]
pub enum DeadLetters {
    List,
    Show {
        id: u64,
    },
    /// Hand it to its subscriber again
    Redrive {
        id: u64,
    },
    /// Forget it; the event itself stays in the log
    Discard {
        id: u64,
    },
}

#[derive(Debug, Subcommand)]
pub enum Agent {
    /// The scripted demo agent: speaks the Agent Client Protocol on standard input and output
    Demo,
}

#[derive(Debug, Args)]
pub struct Doctor {
    /// The repository that agents shall work on
    #[arg(long, value_name = "PATH")]
    pub repo: Option<PathBuf>,
    #[arg(
        long,
        value_name = "DIR",
        env = "ERRAND_DATA",
        default_value = ".errand"
    )]
    pub data: PathBuf,
}
