//! What can be typed.
use crate::role::Roles;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{net::SocketAddr, path::PathBuf};

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
    /// Start everything in one process, on an embedded store or on servers that are named
    Up(Up),
    /// Run some roles as a process of their own, on NATS and Postgres
    Serve(Serve),
    /// Run the stand-ins for Linear, Slack, GitHub and the language model as a process of their own
    Sandbox(Sandbox),
    /// Put an agent to work, as the chat does
    Spawn(Spawn),
    /// List stories
    Stories(Stories),
    /// List batches: several stories that one message asked for
    Batches(Batches),
    /// List agent sessions
    Sessions(Sessions),
    /// List and search conversations, rename them, attach them to a project, put them away
    #[command(subcommand)]
    Conversations(Conversations),
    /// Show what waits and why, and what runs; or pause the queue
    Queue(Queue),
    /// Show one story or one batch, by id or the start of its id
    Show(Show),
    /// Follow one story until it ends
    Watch(Id),
    /// Answer the question that an agent waits with
    Answer(Words),
    /// Tell a running agent something
    Steer(Words),
    /// Stop a story, or all stories of a batch
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
    /// List the kinds of agents, or try one
    Agents(Agents),
    /// Agents on this machine
    #[command(subcommand)]
    Agent(Agent),
    /// The NATS servers
    #[command(subcommand)]
    Nats(Nats),
    /// The Postgres database
    #[command(subcommand)]
    Database(Database),
    /// Let a chat that speaks the Model Context Protocol spawn agents: over stdio, or at an address
    Mcp(Mcp),
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
    #[command(flatten)]
    pub servers: Servers,
    /// Write log lines as JSON
    #[arg(long)]
    pub log_json: bool,
}

/// Where the log and the read models are, when they are not in the data directory.
#[derive(Debug, Clone, Default, Args)]
pub struct Servers {
    /// Keep the log on NATS JetStream, e.g. nats://127.0.0.1:4222; several servers with commas
    /// [env: ERRAND_NATS_URL]
    #[arg(long, value_name = "URL")]
    pub nats: Option<String>,
    /// Keep the read models in Postgres, e.g. postgres://errand@127.0.0.1/errand; a password goes into
    /// the environment only [env: ERRAND_DATABASE_URL]
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub struct Mcp {
    /// Serve streamable HTTP at this address, under /mcp; another one than 127.0.0.1 needs ERRAND_ACCESS_TOKEN
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
}

#[derive(Debug, Clone, Args)]
pub struct Serve {
    /// chat, spawner, executor, notifier, projector, dashboard, or all
    #[arg(required = true, value_name = "ROLE")]
    pub roles: Vec<Roles>,
    #[command(flatten)]
    pub servers: Servers,
    /// Where pages, health and metrics are served; another address than 127.0.0.1 needs ERRAND_ACCESS_TOKEN.
    /// By default 127.0.0.1:7171 with the dashboard, else a free port [env: ERRAND_LISTEN]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Where agents work
    #[arg(
        long,
        value_name = "DIR",
        env = "ERRAND_DATA",
        default_value = ".errand"
    )]
    pub data: PathBuf,
    /// The repository that agents work on, as a path or an https address [env: ERRAND_REPO]
    #[arg(long, value_name = "REPOSITORY")]
    pub repo: Option<String>,
    /// Vendors without a credential are played by an `errand sandbox` at this URL [env: ERRAND_SANDBOX_URL]
    #[arg(long, value_name = "URL")]
    pub sandbox: Option<String>,
    /// Write log lines as JSON
    #[arg(long)]
    pub log_json: bool,
}

#[derive(Debug, Clone, Args)]
pub struct Sandbox {
    /// Where it keeps what was made
    #[arg(long, value_name = "DIR", default_value = ".errand/sandbox")]
    pub data: PathBuf,
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 7272)]
    pub port: u16,
    /// Where Errand's dashboard is; pressed buttons and cancelled issues are told there
    #[arg(long, value_name = "URL")]
    pub errand: Option<String>,
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
    /// Only those of this batch
    #[arg(long, value_name = "ID")]
    pub batch: Option<String>,
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
}

#[derive(Debug, Args)]
pub struct Batches {
    #[arg(long, value_name = "ID")]
    pub conversation: Option<String>,
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

#[derive(Debug, Subcommand)]
pub enum Conversations {
    /// The latest active first
    List {
        #[arg(long)]
        project: Option<String>,
        /// Those that were put away
        #[arg(long)]
        archived: bool,
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Find conversations by their title or by anything that was said in them
    Search {
        text: String,
        #[arg(long)]
        archived: bool,
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    Rename {
        id: String,
        title: String,
    },
    /// Attach a conversation to another project; what was spawned before stays where it is
    Move {
        id: String,
        project: String,
    },
    /// Put a conversation away; nothing is lost, and its agents go on
    Archive(Id),
    /// Take a conversation out of the archive
    Restore(Id),
}

#[derive(Debug, Args)]
pub struct Queue {
    /// Lists it when nothing is named
    #[command(subcommand)]
    pub what: Option<QueueWhat>,
}

#[derive(Debug, Subcommand)]
pub enum QueueWhat {
    /// Start no more stories; what runs goes on, and stories are still taken in
    Pause(Project),
    /// Go on
    Resume(Project),
}

#[derive(Debug, Args)]
pub struct Project {
    /// Only those of this project
    #[arg(long)]
    pub project: Option<String>,
}

#[derive(Debug, Args)]
pub struct Show {
    pub id: String,
    /// As it was after the event of this number, or at this moment (RFC 3339)
    #[arg(long, value_name = "SEQ|TIME")]
    pub at: Option<String>,
}

#[derive(Debug, Args)]
pub struct Id {
    pub id: String,
}

#[derive(Debug, Args)]
pub struct Words {
    /// The session or its story, by id or the start of its id
    pub id: String,
    pub text: String,
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
    /// The newest first
    List {
        /// Only those of this subscriber
        #[arg(long)]
        group: Option<String>,
        /// Only those older than this id
        #[arg(long, value_name = "ID")]
        before: Option<u64>,
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: u32,
    },
    /// One of them: the event as JSON, the subscriber, its error and its attempts
    Show { id: u64 },
    /// Hand one, or all of a subscriber, to the subscriber again
    Redrive {
        #[arg(required_unless_present = "group", conflicts_with = "group")]
        id: Option<u64>,
        /// All of this subscriber
        #[arg(long)]
        group: Option<String>,
    },
    /// Forget it; the event itself stays in the log
    Discard { id: u64 },
}

#[derive(Debug, Args)]
pub struct Agents {
    /// Lists them when nothing is named
    #[command(subcommand)]
    pub what: Option<AgentsWhat>,
}

#[derive(Debug, Subcommand)]
pub enum AgentsWhat {
    /// Run one in a throw-away repository on this machine, as errand.toml configures it here
    Test {
        /// The kind of agent, e.g. codegen
        kind: String,
        #[arg(
            long,
            default_value = "Add a contact form to the page, or report what you find where reports are your work"
        )]
        prompt: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Agent {
    /// The scripted demo agent: speaks the Agent Client Protocol on standard input and output
    Demo,
}

#[derive(Debug, Subcommand)]
pub enum Nats {
    /// Write keys for every role, and server configurations in which each may do only its own work.
    /// A second run keeps the keys and brings the permissions up to date
    Setup(NatsSetup),
    /// Create the streams, or change them as far as that loses nothing; needs the admin's key where there are users
    Migrate,
}

#[derive(Debug, Args)]
pub struct NatsSetup {
    /// The folder to write into
    pub folder: PathBuf,
    /// Where one server listens; the servers of a cluster listen on all addresses at the same port
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:4222")]
    pub listen: String,
    /// The three servers of a cluster, by the names under which they reach each other
    #[arg(long = "host", value_name = "NAME", default_values = ["nats-1", "nats-2", "nats-3"])]
    pub hosts: Vec<String>,
    /// Where a server keeps its streams, as the server sees it
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub store: PathBuf,
    /// What the streams may take on disk, in GiB
    #[arg(long, default_value_t = 64)]
    pub max_store_gib: u32,
    /// The servers' certificate in PEM, as the servers see it
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,
    /// Who signed the certificates
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub tls_ca: Option<PathBuf>,
    /// Whether clients must show a certificate too
    #[arg(long, requires = "tls_ca")]
    pub tls_verify_clients: bool,
}

#[derive(Debug, Subcommand)]
pub enum Database {
    /// Print the SQL that makes the users of projector and dashboard; run it with psql as a superuser
    Setup,
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
