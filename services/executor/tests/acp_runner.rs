//! The runner drives the demo agent, a real ACP agent in a process of its own, in a real git repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use errand_executor::runner::{
    AcpRunner, AgentCommand, AgentRunner, PermissionAnswer, PermissionKind, PermissionPolicy, PlanStatus,
    RunControl, RunFailure, RunHandle, RunLimits, RunOutcome, RunRequest, RunUpdate, StopReason, ToolKind,
};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// The longest any test may wait for anything.
const PATIENCE: Duration = Duration::from_secs(60);
/// What every process of a run has in its environment.
const MARK: &str = "ERRAND_RUN_FOLDER";

/// A git repository with one commit.
struct Repository {
    folder: TempDir,
}

impl Repository {
    fn with(files: &[(&str, &str)]) -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap() };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        for (path, text) in files {
            let path = repository.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        repository.git(&["add", "--all"]);
        let author = ["-c", "user.name=Test", "-c", "user.email=test@example.org"];
        repository.git(&[&author[..], &["commit", "--quiet", "--allow-empty", "-m", "First"]].concat());
        repository
    }

    fn path(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    fn git(&self, args: &[&str]) -> String {
        let output = Command::new("git").args(args).current_dir(self.path()).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The paths that differ from the commit, with untracked files.
    fn changed(&self) -> Vec<String> {
        let status = self.git(&["status", "--porcelain", "--untracked-files=all"]);
        status.lines().map(|line| line[3..].to_owned()).collect()
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// Processes of a run in this repository that are still alive.
    fn processes(&self) -> Vec<String> {
        let mark = format!("{MARK}={}", self.path().display());
        let entries = fs::read_dir("/proc").unwrap().flatten();
        entries
            .filter(|entry| {
                let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
                environment.split(|byte| *byte == 0).any(|it| it == mark.as_bytes())
            })
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect()
    }

    async fn until_processes(&self, wanted: impl Fn(usize) -> bool, what: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !wanted(self.processes().len()) {
            assert!(Instant::now() < deadline, "{what}: {:?}", self.processes());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// A run that goes on.
struct Run {
    handle: RunHandle,
    updates: mpsc::Receiver<RunUpdate>,
    outcome: JoinHandle<RunOutcome>,
}

/// A run that is over.
struct Ended {
    updates: Vec<RunUpdate>,
    outcome: RunOutcome,
}

fn limits() -> RunLimits {
    RunLimits { wall_clock: PATIENCE, stall: PATIENCE, start: PATIENCE, ..RunLimits::default() }
}

fn demo_agent() -> AgentCommand {
    AgentCommand::new(env!("CARGO_BIN_EXE_errand-demo-agent"), [""; 0])
        .with_env("ERRAND_DEMO_PACE_MS", "0".to_owned())
}

fn start(command: AgentCommand, repository: &Repository, prompt: &str, limits: RunLimits, policy: PermissionPolicy) -> Run {
    let (handle, control) = RunControl::channel(policy);
    let (sender, updates) = mpsc::channel(64);
    let request = RunRequest { prompt: prompt.to_owned(), cwd: repository.path(), limits };
    let outcome =
        tokio::spawn(async move { AcpRunner::new(command).run(request, sender, control).await });
    Run { handle, updates, outcome }
}

fn start_demo(repository: &Repository, prompt: &str) -> Run {
    start(demo_agent(), repository, prompt, limits(), PermissionPolicy::Allow)
}

impl Run {
    /// Reads updates until one is wanted.
    async fn until(&mut self, wanted: impl Fn(&RunUpdate) -> bool) -> RunUpdate {
        let search = async {
            while let Some(update) = self.updates.recv().await {
                if wanted(&update) {
                    return update;
                }
            }
            panic!("the run ended without the update that was waited for");
        };
        tokio::time::timeout(PATIENCE, search).await.expect("the update comes in time")
    }

    async fn end(mut self) -> Ended {
        let end = async {
            let mut updates = Vec::new();
            while let Some(update) = self.updates.recv().await {
                updates.push(update);
            }
            Ended { updates, outcome: self.outcome.await.unwrap() }
        };
        tokio::time::timeout(PATIENCE, end).await.expect("the run ends in time")
    }
}

impl Ended {
    fn message(&self) -> &str {
        match &self.outcome {
            RunOutcome::Ended { stop: StopReason::EndTurn, message } => message,
            other => panic!("the agent should have ended its turn: {other:?}"),
        }
    }

    fn failure(&self) -> &RunFailure {
        match &self.outcome {
            RunOutcome::Failed(failure) => failure,
            other => panic!("the run should have failed: {other:?}"),
        }
    }

    fn last_plan(&self) -> Vec<PlanStatus> {
        let plans = self.updates.iter().rev().find_map(|update| match update {
            RunUpdate::Plan(steps) => Some(steps.iter().map(|it| it.status).collect()),
            _ => None,
        });
        plans.expect("there is a plan")
    }
}

fn node_is_installed() -> bool {
    Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success())
}

const PAGE: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<title>Chairs</title>\n</head>\n<body>\n  <section class=\"hero\">\n    <h1>Chairs</h1>\n  </section>\n</body>\n</html>\n";

#[tokio::test]
async fn codegen_adds_an_email_form_to_the_hero_with_a_passing_test() {
    let repository = Repository::with(&[("index.html", PAGE)]);
    let prompt = "Agent: codegen\n\nbuild email capture for the hero";
    let ended = start_demo(&repository, prompt).end().await;

    let message = ended.message();
    let expected = ["assets/email-capture.mjs", "index.html", "tests/email-capture.test.mjs"];
    let mut changed = repository.changed();
    changed.sort();
    assert_eq!(changed, expected, "{message}");
    let page = repository.read("index.html");
    let hero = &page[page.find("<section").unwrap()..page.find("</section>").unwrap()];
    assert!(hero.contains("data-errand=\"email-capture\""), "{page}");
    assert!(page.contains("<script type=\"module\" src=\"./assets/email-capture.mjs\">"), "{page}");

    if node_is_installed() {
        assert!(message.contains("tests pass"), "{message}");
        let test = Command::new("node")
            .args(["--test", "tests/email-capture.test.mjs"])
            .current_dir(repository.path())
            .output()
            .unwrap();
        assert!(test.status.success(), "{}", String::from_utf8_lossy(&test.stdout));
    } else {
        assert!(message.contains("not** run"), "{message}");
    }
}

#[tokio::test]
async fn a_run_tells_its_start_plan_thoughts_and_tools_in_order() {
    let repository = Repository::with(&[("index.html", PAGE)]);
    let ended = start_demo(&repository, "Agent: codegen\n\nadd a dark mode toggle").end().await;

    let group = match &ended.updates[0] {
        RunUpdate::Started { agent_name, acp_session_id, process_group, .. } => {
            assert_eq!(agent_name, "errand-demo-agent");
            assert!(acp_session_id.starts_with("demo-"));
            *process_group
        }
        other => panic!("the first update should be the start: {other:?}"),
    };
    assert!(group > 1);
    let RunUpdate::Message { text } = &ended.updates[1] else { panic!("{:?}", ended.updates[1]) };
    assert!(text.contains("scripted"), "the demo agent says what it is: {text}");
    assert_eq!(ended.last_plan(), [PlanStatus::Completed; 5]);

    let mut open = Vec::new();
    let mut kinds = Vec::new();
    for update in &ended.updates {
        match update {
            RunUpdate::ToolCallStarted { id, kind, input, .. } => {
                assert!(input.is_object(), "{input}");
                open.push(id.clone());
                kinds.push(*kind);
            }
            RunUpdate::ToolCallEnded { id, ok, output, .. } => {
                assert!(*ok && !output.is_empty() || !node_is_installed(), "{update:?}");
                open.retain(|it| it != id);
            }
            _ => {}
        }
    }
    assert_eq!(open, [""; 0], "every call that was begun is ended");
    for kind in [ToolKind::Read, ToolKind::Edit, ToolKind::Execute] {
        assert!(kinds.contains(&kind), "{kind:?} is not among {kinds:?}");
    }
    assert!(repository.read("index.html").contains("dark-mode.css"));
}

#[tokio::test]
async fn every_scan_finds_the_planted_problem_at_its_file_and_line() {
    let page = "<!doctype html>\n<html lang=\"en\">\n<head>\n<script src=\"a.js\"></script>\n</head>\n<body>\n<h1>Chairs</h1>\n<img src=\"a.png\">\n</body>\n</html>\n";
    let script = "const settings = 1;\nelement.innerHTML = name;\n";
    for (kind, rule, file, line) in [
        ("security", "html-injection", "js/app.js", 2),
        ("seo", "title-missing", "index.html", 3),
        ("performance", "render-blocking-script", "index.html", 4),
        ("accessibility", "img-alt", "index.html", 8),
    ] {
        let repository = Repository::with(&[("index.html", page), ("js/app.js", script)]);
        let ended = start_demo(&repository, &format!("Agent: {kind}\n\nCheck the site")).end().await;
        let message = ended.message();

        let found: serde_json::Value = serde_json::from_str(&repository.read(&format!("reports/{kind}.json"))).unwrap();
        let hit = found.as_array().unwrap().iter().find(|it| it["rule"] == rule);
        let hit = hit.unwrap_or_else(|| panic!("{rule} is not in {found}"));
        assert_eq!((&hit["file"], &hit["line"]), (&file.into(), &line.into()));
        assert!(!hit["advice"].as_str().unwrap().is_empty());

        let changed = repository.changed();
        assert_eq!(changed.len(), 2, "{changed:?}");
        let report = changed.iter().find(|it| it.ends_with(".md")).unwrap();
        assert!(repository.read(report).contains(&format!("`{file}:{line}`")));
        assert!(message.contains(report), "{message}");
    }
}

#[tokio::test]
async fn what_the_catalogue_lacks_becomes_a_scaffold_that_says_so() {
    let repository = Repository::with(&[("src/main.rs", "fn main() {}")]);
    let ended = start_demo(&repository, "Agent: codegen\n\nRewrite the billing engine").end().await;
    assert!(ended.message().contains("scaffold"));
    assert_eq!(repository.changed(), ["docs/errand/rewrite-the-billing-engine.md"]);
    assert!(repository.read("docs/errand/rewrite-the-billing-engine.md").contains("nothing of it is implemented"));
}

#[tokio::test]
async fn an_agent_that_crashes_is_told_with_its_exit_code_and_last_words() {
    let repository = Repository::with(&[]);
    let ended = start_demo(&repository, "Agent: codegen\n\nbuild it demo:crash").end().await;
    let told = ended.failure().to_string();
    assert!(told.contains("exit code 1") && told.contains("the demo agent crashes now"), "{told}");
    assert_eq!(repository.processes(), [""; 0]);
}

#[tokio::test]
async fn an_agent_that_hangs_is_ended_at_the_stall_limit_with_all_it_started() {
    let repository = Repository::with(&[]);
    let stall = Duration::from_millis(700);
    let limits = RunLimits { stall, ..limits() };
    let mut run =
        start(demo_agent(), &repository, "Agent: codegen\n\nbuild it demo:hang", limits, PermissionPolicy::Allow);
    run.until(|it| matches!(it, RunUpdate::ToolCallStarted { kind: ToolKind::Execute, .. })).await;
    repository.until_processes(|count| count == 2, "the agent and its command run").await;
    let ended = run.end().await;
    assert_eq!(ended.failure(), &RunFailure::Stalled { limit: stall });
    let cut_off = ended.updates.iter().find(|it| matches!(it, RunUpdate::ToolCallEnded { .. }));
    assert!(matches!(cut_off, Some(RunUpdate::ToolCallEnded { ok: false, .. })), "{cut_off:?}");
    assert_eq!(repository.processes(), [""; 0]);
}

#[tokio::test]
async fn an_agent_that_prints_garbage_is_told_with_a_sample_of_it() {
    let repository = Repository::with(&[]);
    let ended = start_demo(&repository, "Agent: seo\n\nlook demo:garbage").end().await;
    let RunFailure::ProtocolGarbage { sample } = ended.failure() else { panic!("{:?}", ended.outcome) };
    assert_eq!(sample, "Garbage line 1: this is what demo:garbage asked for.");
    assert_eq!(repository.processes(), [""; 0]);
}

#[tokio::test]
async fn an_agent_that_changes_nothing_ends_its_turn_and_leaves_the_repository_clean() {
    let repository = Repository::with(&[("index.html", PAGE)]);
    let ended = start_demo(&repository, "Agent: codegen\n\nbuild email capture demo:nothing").end().await;
    assert!(ended.message().contains("change nothing"));
    assert_eq!(repository.changed(), [""; 0]);
}

#[tokio::test]
async fn an_agent_that_refuses_or_errs_is_told_with_its_reason() {
    let repository = Repository::with(&[]);
    let refused = start_demo(&repository, "Agent: codegen\n\nbuild demo:refuse").end().await;
    assert!(matches!(refused.failure(), RunFailure::Refused { reason } if reason.contains("I refuse")));
    let unknown = start_demo(&repository, "Agent: poet\n\nrhyme").end().await;
    assert!(matches!(unknown.failure(), RunFailure::Refused { reason } if reason.contains("\"poet\"")));
    let erred = start_demo(&repository, "Agent: codegen\n\nbuild demo:error").end().await;
    assert!(matches!(erred.failure(), RunFailure::AgentError { code: -32603, message } if message.contains("demo:error")));
}

#[tokio::test]
async fn a_flood_of_output_is_ended_at_its_limit() {
    let repository = Repository::with(&[]);
    let limits = RunLimits { output_bytes: 4 * 1024 * 1024, ..limits() };
    let run = start(demo_agent(), &repository, "Agent: codegen\n\nx demo:flood", limits, PermissionPolicy::Allow);
    let ended = run.end().await;
    assert_eq!(ended.failure(), &RunFailure::OutputTooLarge { limit: 4 * 1024 * 1024 });
    assert!(ended.updates.iter().all(|it| !matches!(it, RunUpdate::Message { text } if text.len() > 20_000)));
}

#[tokio::test]
async fn a_cancelled_run_ends_as_cancelled_and_leaves_no_process() {
    let repository = Repository::with(&[("index.html", PAGE)]);
    let mut run = start_demo(&repository, "Agent: codegen\n\nbuild email capture demo:slow");
    run.until(|it| matches!(it, RunUpdate::Plan(_))).await;
    let asked = Instant::now();
    run.handle.cancel();
    let ended = run.end().await;
    assert_eq!(ended.outcome, RunOutcome::Cancelled);
    assert!(asked.elapsed() < Duration::from_secs(4), "the agent heeds the cancellation: {:?}", asked.elapsed());
    assert_eq!(repository.changed(), [""; 0]);
    assert_eq!(repository.processes(), [""; 0]);
}

#[tokio::test]
async fn an_agent_that_ignores_its_cancellation_is_killed_after_the_grace_time() {
    let repository = Repository::with(&[]);
    let mut run = start_demo(&repository, "Agent: codegen\n\nbuild it demo:hang");
    run.until(|it| matches!(it, RunUpdate::ToolCallStarted { kind: ToolKind::Execute, .. })).await;
    run.handle.cancel();
    assert_eq!(run.end().await.outcome, RunOutcome::Cancelled);
    assert_eq!(repository.processes(), [""; 0]);
}

#[tokio::test]
async fn an_aborted_run_leaves_no_process() {
    let repository = Repository::with(&[]);
    let mut run = start_demo(&repository, "Agent: codegen\n\nbuild it demo:hang");
    run.until(|it| matches!(it, RunUpdate::ToolCallStarted { kind: ToolKind::Execute, .. })).await;
    run.outcome.abort();
    assert!(run.outcome.await.unwrap_err().is_cancelled());
    repository.until_processes(|count| count == 0, "nothing is left of an aborted run").await;
}

#[tokio::test]
async fn a_command_that_left_the_process_group_is_ended_too() {
    let repository = Repository::with(&[("a.txt", "a")]);
    let mut run = start_demo(&repository, "Agent: security\n\nlook demo:orphan");
    run.until(|it| matches!(it, RunUpdate::Plan(_))).await;
    let ended = run.end().await;
    assert!(ended.message().contains("No findings"));
    assert_eq!(repository.processes(), [""; 0]);
}

#[tokio::test]
async fn a_permission_is_given_by_policy_without_asking_anybody() {
    let repository = Repository::with(&[("index.html", PAGE)]);
    let ended = start_demo(&repository, "Agent: codegen\n\nbuild email capture demo:ask").end().await;
    assert!(!repository.changed().is_empty());
    let decided = ended.updates.iter().find(|it| matches!(it, RunUpdate::PermissionDecided { .. }));
    assert!(matches!(decided, Some(RunUpdate::PermissionDecided { allowed: true, decision, .. }) if decision == "Allow"));
}

#[tokio::test]
async fn a_person_who_is_asked_can_refuse_and_nothing_is_changed() {
    let repository = Repository::with(&[("index.html", PAGE)]);
    let policy = PermissionPolicy::Ask { patience: PATIENCE };
    let prompt = "Agent: codegen\n\nbuild email capture demo:ask";
    let mut run = start(demo_agent(), &repository, prompt, limits(), policy);
    let asked = run.until(|it| matches!(it, RunUpdate::PermissionAsked { .. })).await;
    let RunUpdate::PermissionAsked { title, choices, answer, .. } = asked else { unreachable!() };
    assert_eq!(title, "Add email capture form");
    let kinds: Vec<_> = choices.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [PermissionKind::AllowOnce, PermissionKind::RejectOnce]);
    answer.send(PermissionAnswer::Reject).unwrap();
    let ended = run.end().await;
    assert!(ended.message().contains("not allowed"));
    assert_eq!(repository.changed(), [""; 0]);
}

#[tokio::test]
async fn a_run_that_is_cancelled_while_it_asks_ends_as_cancelled() {
    let repository = Repository::with(&[("index.html", PAGE)]);
    let policy = PermissionPolicy::Ask { patience: PATIENCE };
    let prompt = "Agent: codegen\n\nbuild email capture demo:ask";
    let mut run = start(demo_agent(), &repository, prompt, limits(), policy);
    run.until(|it| matches!(it, RunUpdate::PermissionAsked { .. })).await;
    run.handle.cancel();
    assert_eq!(run.end().await.outcome, RunOutcome::Cancelled);
}

#[tokio::test]
async fn steering_becomes_the_next_prompt_of_the_same_session() {
    let repository = Repository::with(&[("index.html", PAGE)]);
    let mut run = start_demo(&repository, "Agent: codegen\n\nbuild email capture");
    run.until(|it| matches!(it, RunUpdate::Plan(_))).await;
    run.handle.steer("also add a contact form").unwrap();
    let handle = run.handle.clone();
    let ended = run.end().await;
    assert!(ended.message().contains("contact form"));
    assert!(ended.updates.iter().any(|it| matches!(it, RunUpdate::Steered { text } if text == "also add a contact form")));
    assert!(repository.read("index.html").contains("contact-form"));
    assert!(repository.read("index.html").contains("email-capture"));
    handle.steer("too late").unwrap_err();
}

#[tokio::test]
async fn a_program_that_cannot_be_started_is_told_with_the_way_out() {
    let repository = Repository::with(&[]);
    let none = AgentCommand::new("errand-no-such-agent", [""; 0]);
    let ended = start(none, &repository, "x", limits(), PermissionPolicy::Allow).end().await;
    let told = ended.failure().to_string();
    assert!(told.contains("errand-no-such-agent") && told.contains("install it"), "{told}");

    let mute = AgentCommand::new("sleep", ["3600"]);
    let limits = RunLimits { start: Duration::from_millis(300), ..limits() };
    let ended = start(mute, &repository, "x", limits, PermissionPolicy::Allow).end().await;
    let told = ended.failure().to_string();
    assert!(told.contains("did not open a session within 0.3 s"), "{told}");
    assert_eq!(repository.processes(), [""; 0]);
}

#[tokio::test]
async fn a_program_that_is_no_agent_is_known_by_what_it_prints_or_how_it_ends() {
    let repository = Repository::with(&[]);
    let talker = AgentCommand::new("echo", ["Usage: something else"]);
    let ended = start(talker, &repository, "x", limits(), PermissionPolicy::Allow).end().await;
    assert_eq!(ended.failure(), &RunFailure::ProtocolGarbage { sample: "Usage: something else".to_owned() });

    let lost = AgentCommand::new("sh", ["-c", "echo Unknown option; exit 2"]);
    let ended = start(lost, &repository, "x", limits(), PermissionPolicy::Allow).end().await;
    assert_eq!(ended.failure(), &RunFailure::ProtocolGarbage { sample: "Unknown option".to_owned() });

    let failing = AgentCommand::new("sh", ["-c", "echo no licence >&2; exit 7"]);
    let ended = start(failing, &repository, "x", limits(), PermissionPolicy::Allow).end().await;
    let told = ended.failure().to_string();
    assert!(told.contains("exit code 7") && told.contains("no licence"), "{told}");
}

#[tokio::test]
async fn an_agent_sees_only_the_variables_that_are_allowed() {
    let repository = Repository::with(&[]);
    // Cargo gives its tests variables that are on no allow-list.
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
    let printer = AgentCommand::new("sh", ["-c", "env > seen.txt"]).with_env("AGENT_KEY", "k1".to_owned());
    let debug = format!("{printer:?}");
    start(printer, &repository, "x", limits(), PermissionPolicy::Allow).end().await;
    let seen = repository.read("seen.txt");
    assert!(seen.contains("AGENT_KEY=k1") && seen.contains("PATH="), "{seen}");
    assert!(!seen.contains("CARGO_MANIFEST_DIR"), "{seen}");
    assert!(!debug.contains("k1"), "a secret is not shown: {debug}");
}

#[tokio::test]
async fn what_an_earlier_run_left_in_the_folder_is_ended_before_the_next_begins() {
    let repository = Repository::with(&[("a.txt", "a")]);
    let mut left = Command::new("sleep").arg("3600").env(MARK, repository.path()).spawn().unwrap();
    let run = start_demo(&repository, "Agent: security\n\nlook");
    run.end().await.message();
    assert!(!left.wait().unwrap().success());
    assert!(Path::new("/proc/self/environ").exists());
}
