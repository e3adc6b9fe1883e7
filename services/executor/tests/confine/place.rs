//! A person's repository, two work trees of it, and an agent made of a shell script in one of them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use errand_executor::confine::{AgentAccess, Confinement, Folders, Helper, Host, Isolation};
use errand_executor::runner::{
    AcpRunner, AgentCommand, AgentRunner, PermissionPolicy, RunControl, RunLimits, RunOutcome,
    RunRequest,
};
use errand_executor::workspace::{GitSettings, RepositoryRef, Source, Workspaces, Worktree};
use tempfile::TempDir;
use tokio::sync::mpsc;
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(60);

/// An agent that speaks just enough of the protocol and then does `work`, whose output it says.
const AGENT: &str = r#"
answer() {
  read -r request
  id=$(printf '%s' "$request" | sed 's/.*"id":\("[^"]*"\|[0-9]*\).*/\1/')
  printf '{"jsonrpc":"2.0","id":%s,%s}\n' "$id" "$1"
}
try() { if ( eval "$2" ) >/dev/null 2>&1; then echo "$1: done" >> report; else echo "$1: refused" >> report; fi; }
answer '"result":{"protocolVersion":1}'
answer '"result":{"sessionId":"s"}'
"#;
const END: &str = "\nanswer '\"result\":{\"stopReason\":\"end_turn\"}'\n";

pub struct Place {
    folder: TempDir,
    pub tree: Worktree,
    pub other: Worktree,
}

impl Place {
    pub async fn new() -> Self {
        // Below the home folder, and not below /tmp, which bubblewrap might show anew.
        let folder = TempDir::new().unwrap();
        let site = folder.path().join("site");
        std::fs::create_dir(&site).unwrap();
        std::fs::write(site.join("index.html"), "<h1>Lantern</h1>\n").unwrap();
        git(&site, &["init", "--quiet", "--initial-branch=main"]);
        git(&site, &["add", "--all"]);
        git(&site, &["commit", "--quiet", "--message", "The first page"]);
        let data = folder.path().join("data");
        let workspaces = Workspaces::open(data, GitSettings::default())
            .await
            .unwrap();
        let source = Source {
            repository: RepositoryRef::Local(site),
            base: None,
        };
        let prepare = async |branch: &str| {
            let session = Uuid::new_v4();
            workspaces
                .prepare("site", session, branch, &source)
                .await
                .unwrap()
        };
        let (tree, other) = (prepare("errand/one").await, prepare("errand/two").await);
        Self {
            folder,
            tree,
            other,
        }
    }

    pub fn site(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    /// Runs an agent that does `work` in the first tree, and returns the lines of its report.
    pub async fn run(&self, work: &str, confinement: Confinement) -> Vec<String> {
        let script = format!("{AGENT}{work}{END}");
        let command = AgentCommand::new("bash", ["-c".to_owned(), script]).confined(confinement);
        let outcome = self.outcome(command).await;
        assert!(matches!(outcome, RunOutcome::Ended { .. }), "{outcome:?}");
        let report = std::fs::read_to_string(self.tree.path().join("report"));
        report
            .unwrap_or_default()
            .lines()
            .map(str::to_owned)
            .collect()
    }

    /// Runs `command` in the first tree.
    pub async fn outcome(&self, command: AgentCommand) -> RunOutcome {
        let (_handle, control) = RunControl::channel(PermissionPolicy::Allow);
        let (sender, mut updates) = mpsc::channel(64);
        tokio::spawn(async move { while updates.recv().await.is_some() {} });
        AcpRunner::new(command)
            .run(self.request(), sender, control)
            .await
    }

    /// What a run in the first tree is given.
    pub fn request(&self) -> RunRequest {
        RunRequest {
            resume: None,
            prompt: "x".to_owned(),
            cwd: self.tree.path().to_owned(),
            folders: Folders {
                temporary: Some(self.tree.temporary().to_owned()),
                writable: self.tree.committed_to(),
                readable: vec![self.tree.repository().to_owned()],
            },
            footprint: None,
            limits: RunLimits {
                wall_clock: PATIENCE,
                ..RunLimits::default()
            },
        }
    }
}

/// What holds agents here; `None`, with a word about it, where nothing does.
pub async fn confinement(access: AgentAccess) -> Option<Confinement> {
    let host = Host::look().await;
    if !host.files {
        println!("skipped: {}", host.describe());
        return None;
    }
    Some(Confinement::new(Isolation::Preferred, access, &host, helper()).unwrap())
}

pub fn helper() -> Helper {
    Helper {
        program: env!("CARGO_BIN_EXE_errand-confine").into(),
        arguments: Vec::new(),
    }
}

pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let author = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
    let mut command = Command::new("git");
    let output = command
        .current_dir(folder)
        .args(author)
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .trim_end()
        .to_owned()
}
