//! One file for each command.
mod agent;
mod agents;
mod audit;
mod batches;
mod conversations;
mod database;
mod dead_letters;
mod doctor;
mod events;
mod mcp;
mod nats;
mod projections;
mod queue;
mod session_actions;
mod sessions;
mod show;
mod spawn;
mod stories;
mod story_actions;
mod watch;

use crate::{api::Api, cli, cli::Command, sandbox, serve, telemetry, up};
use std::process::ExitCode;

/// # Errors
/// The command failed; the message says what to do.
pub async fn run(cli: cli::Cli) -> anyhow::Result<ExitCode> {
    let json = cli.json;
    let api = || Api::new(&cli.url);
    match cli.command {
        Command::Up(options) => {
            let telemetry = telemetry::start("all", options.log_json)?;
            up::run(options).await?;
            telemetry.stop().await;
        }
        Command::Serve(options) => {
            let telemetry = telemetry::start(&serve::name(&options), options.log_json)?;
            serve::run(options).await?;
            telemetry.stop().await;
        }
        Command::Sandbox(options) => {
            let telemetry = telemetry::start("sandbox", options.log_json)?;
            sandbox::run(options).await?;
            telemetry.stop().await;
        }
        Command::Nats(which) => nats::run(&which, json).await?,
        Command::Database(which) => database::run(&which)?,
        Command::Agents(cli::Agents { what: None }) => agents::list(&api()?, json).await?,
        Command::Agents(cli::Agents { what: Some(which) }) => {
            return agents::test(&which, json).await;
        }
        Command::Agent(which) => return agent::run(&which).await,
        Command::Spawn(asked) => return spawn::run(&api()?, &asked, json).await,
        Command::Mcp(options) => mcp::run(api()?, &options).await?,
        Command::Watch(which) => return watch::run(&api()?, &which.id, json).await,
        Command::Doctor(options) => return doctor::run(&options, json).await,
        Command::Stories(wanted) => stories::run(&api()?, &wanted, json).await?,
        Command::Batches(wanted) => batches::run(&api()?, &wanted, json).await?,
        Command::Sessions(wanted) => sessions::run(&api()?, &wanted, json).await?,
        Command::Conversations(what) => conversations::run(&api()?, &what, json).await?,
        Command::Queue(which) => queue::run(&api()?, &which, json).await?,
        Command::Show(which) => show::run(&api()?, &which, json).await?,
        Command::Answer(what) => session_actions::answer(&api()?, &what, json).await?,
        Command::Steer(what) => session_actions::steer(&api()?, &what, json).await?,
        Command::Cancel(what) => story_actions::cancel(&api()?, &what, json).await?,
        Command::Retry(which) => story_actions::retry(&api()?, &which.id, json).await?,
        Command::Approve(which) => story_actions::approve(&api()?, &which.id, json).await?,
        Command::Reject(what) => story_actions::reject(&api()?, &what, json).await?,
        Command::Audit(cli::Audit::Verify) => return audit::verify(&api()?, json).await,
        Command::Events(which) => events::run(&api()?, &which).await?,
        Command::Projections(which) => projections::run(&api()?, &which, json).await?,
        Command::DeadLetters(which) => dead_letters::run(&api()?, &which, json).await?,
    }
    Ok(ExitCode::SUCCESS)
}
