//! `errand agent`: agents on this machine.
use crate::cli::Agent;
use std::process::ExitCode;

/// # Errors
/// The agent lost its client.
pub async fn run(which: &Agent) -> anyhow::Result<ExitCode> {
    match which {
        Agent::Demo => {
            errand_executor::demo::run_demo_agent(tokio::io::stdin(), tokio::io::stdout()).await?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
