//! Runs a project's checks: commands of a shell in the folder of the work, bounded like an agent.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::confine::Confinement;
use crate::runner::{
    AgentCommand, AgentRunner, CommandRunner, PermissionPolicy, RunControl, RunOutcome, RunRequest,
};

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckResult {
    pub command: String,
    pub passed: bool,
    /// The end of what it wrote, or why it could not be run.
    pub said: String,
}

/// Runs `checks` where and as bounded as `place` says, whose prompt nobody reads, one after the other, up to the first
/// that fails. A cancelled check has failed.
pub async fn run_checks(
    checks: &[String],
    place: &RunRequest,
    confinement: Option<&Confinement>,
    cancel: &CancellationToken,
) -> Vec<CheckResult> {
    let mut results = Vec::new();
    for check in checks {
        let result = run(check, place, confinement, cancel).await;
        let passed = result.passed;
        results.push(result);
        if !passed {
            break;
        }
    }
    results
}

async fn run(
    check: &str,
    place: &RunRequest,
    confinement: Option<&Confinement>,
    cancel: &CancellationToken,
) -> CheckResult {
    // What a check says on standard output says why it failed as much as its standard error.
    let script = format!("exec 1>&2\n{check}");
    let runner = CommandRunner::new(AgentCommand {
        confinement: confinement.cloned(),
        ..AgentCommand::new("sh", ["-c".to_owned(), script])
    });
    let (_, mut control) = RunControl::channel(PermissionPolicy::Allow);
    control.cancel = cancel.clone();
    let request = place.clone();
    // Nobody follows a check.
    let (updates, _) = mpsc::channel(1);
    let (passed, said) = match runner.run(request, updates, control).await {
        RunOutcome::Ended { message, .. } => (true, message),
        RunOutcome::Cancelled => (false, "it was cancelled".to_owned()),
        RunOutcome::Failed(failure) => (false, failure.to_string()),
    };
    CheckResult {
        command: check.to_owned(),
        passed,
        said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::confine::Folders;
    use crate::runner::RunLimits;

    #[tokio::test]
    async fn checks_run_in_the_folder_until_one_fails() {
        let folder = tempfile::tempdir().expect("a folder");
        let checks = [
            "touch made",
            "test -f made",
            "echo 2 tests failed; exit 1",
            "touch never",
        ]
        .map(str::to_owned);
        let cancel = CancellationToken::new();
        let place = RunRequest {
            prompt: String::new(),
            cwd: folder.path().to_owned(),
            resume: None,
            folders: Folders::default(),
            footprint: None,
            limits: RunLimits::default(),
        };
        let results = run_checks(&checks, &place, None, &cancel).await;
        let passed: Vec<_> = results.iter().map(|it| it.passed).collect();
        assert_eq!(passed, [true, true, false]);
        assert!(
            results[2].said.contains("2 tests failed"),
            "{}",
            results[2].said
        );
        assert!(!folder.path().join("never").exists());
    }
}
