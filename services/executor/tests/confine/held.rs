//! What an agent that is held can do, and what it cannot.

use errand_executor::agents::run_checks;
use errand_executor::confine::{AgentAccess, Network};
use errand_executor::runner::{AgentCommand, RunFailure, RunOutcome};
use tempfile::TempDir;

use crate::place::{Place, confinement, git};

fn offline() -> AgentAccess {
    AgentAccess {
        network: Network::None,
        ..AgentAccess::default()
    }
}

#[tokio::test]
async fn an_agent_works_in_its_tree_and_is_refused_everywhere_else() {
    let Some(confinement) = confinement(offline()).await else {
        return;
    };
    let place = Place::new().await;
    let home = std::env::var("HOME").unwrap();
    let target = format!("{home}/.errand-test-{}", std::process::id());
    let work = format!(
        r#"
try tree 'echo page > page.html'
try temporary 'echo x > "$TMPDIR/x"'
try null 'echo x > /dev/null'
try home 'echo x > {target}'
try home_read 'ls {home}'
try site 'echo x > {site}/index.html'
try site_read 'cat {site}/index.html'
try other_tree 'echo x > {other}/page.html'
try other_tree_read 'cat {other}/index.html'
try tmp 'echo x > /tmp/errand-test-confine'
try link 'ln -s {site} away && echo x > away/index.html'
"#,
        site = place.site().display(),
        other = place.other.path().display(),
    );
    let report = place.run(&work, confinement).await;
    assert_eq!(
        report,
        [
            "tree: done",
            "temporary: done",
            "null: done",
            "home: refused",
            "home_read: refused",
            "site: refused",
            "site_read: refused",
            "other_tree: refused",
            "other_tree_read: refused",
            "tmp: refused",
            "link: refused",
        ]
    );
    assert!(!std::path::Path::new(&target).exists());
    assert_eq!(git(&place.site(), &["status", "--porcelain"]), "");
}

#[tokio::test]
async fn an_agent_commits_to_its_branch_but_cannot_configure_the_repository() {
    let Some(confinement) = confinement(offline()).await else {
        return;
    };
    let place = Place::new().await;
    let repository = place.tree.repository().display();
    let work = format!(
        r#"
try commit 'echo page > page.html && git add page.html && git commit --quiet -m "A page"'
try status 'git status && git log --oneline'
try configure 'git config core.hooksPath /tmp'
try hook 'mkdir -p {repository}/hooks && echo x > {repository}/hooks/pre-commit'
try base 'git update-ref refs/remotes/source/main HEAD'
try others 'echo x > {repository}/worktrees/{other}/HEAD'
"#,
        other = place.other.path().file_name().unwrap().to_string_lossy(),
    );
    let report = place.run(&work, confinement).await;
    assert_eq!(
        report,
        [
            "commit: done",
            "status: done",
            "configure: refused",
            "hook: refused",
            "base: refused",
            "others: refused",
        ]
    );
    assert_eq!(place.tree.commits_ahead().await.unwrap(), 1);
}

#[tokio::test]
async fn a_branch_that_another_agent_moved_is_put_back_and_its_work_is_kept() {
    let Some(confinement) = confinement(offline()).await else {
        return;
    };
    let place = Place::new().await;
    let other = &place.other;
    std::fs::write(other.path().join("own.txt"), "own work\n").unwrap();
    git(other.path(), &["add", "--all"]);
    git(
        other.path(),
        &["commit", "--quiet", "--message", "Own work"],
    );
    assert!(
        !other.take_back_branch().await.unwrap(),
        "a commit of its own agent"
    );
    let own = other.head().await.unwrap();
    let work = r#"
echo planted > planted.txt
try move 'git add --all && git commit -qm Planted && git update-ref refs/heads/errand/two HEAD'
"#;
    assert_eq!(place.run(work, confinement).await, ["move: done"]);
    assert_ne!(other.head().await.unwrap(), own);
    assert!(other.take_back_branch().await.unwrap());
    assert_eq!(other.head().await.unwrap(), own);
    std::fs::write(other.path().join("more.txt"), "more\n").unwrap();
    other.commit_all("More").await.unwrap();
    assert_eq!(other.commits_ahead().await.unwrap(), 2);
    assert!(!other.take_back_branch().await.unwrap());
}

#[tokio::test]
async fn a_projects_checks_are_held_like_the_agent_whose_work_they_run() {
    let Some(confinement) = confinement(offline()).await else {
        return;
    };
    let place = Place::new().await;
    let outside = place.site().join("written-by-a-check");
    let checks = [
        "echo x > inside".to_owned(),
        format!("echo x > {}", outside.display()),
    ];
    let cancel = tokio_util::sync::CancellationToken::new();
    let results = run_checks(&checks, &place.request(), Some(&confinement), &cancel).await;
    let passed: Vec<_> = results.iter().map(|it| it.passed).collect();
    assert_eq!(passed, [true, false], "{results:?}");
    assert!(place.tree.path().join("inside").exists() && !outside.exists());
}

#[tokio::test]
async fn connections_are_refused_but_to_the_ports_the_agent_needs() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let work = format!("try connect 'exec 3<>/dev/tcp/127.0.0.1/{port}'");
    let vendors = |vendor_ports| AgentAccess {
        network: Network::Vendors,
        vendor_ports,
        ..AgentAccess::default()
    };
    for (access, expected) in [
        (offline(), "connect: refused"),
        (vendors(Vec::new()), "connect: refused"),
        (vendors(vec![port]), "connect: done"),
        (AgentAccess::default(), "connect: done"),
    ] {
        let Some(confinement) = confinement(access).await else {
            return;
        };
        if confinement.warning().is_some() {
            println!("skipped: {}", confinement.warning().unwrap());
            return;
        }
        assert_eq!(Place::new().await.run(&work, confinement).await, [expected]);
    }
}

#[tokio::test]
async fn the_process_that_started_an_agent_is_out_of_its_reach() {
    let Some(confinement) = confinement(AgentAccess::default()).await else {
        return;
    };
    // Cargo puts these into the environment of every test, as a person's shell puts keys into Errand's.
    assert!(std::env::var("CARGO_MANIFEST_DIR").is_ok());
    let work = r#"
try environment 'env | grep CARGO_MANIFEST_DIR'
try parent_environment "grep -a CARGO_MANIFEST_DIR /proc/$PPID/environ"
try parent_memory "head -c 1 /proc/$PPID/mem"
try signal "kill -0 $PPID"
try credentials '[ -n "$SSH_AUTH_SOCK$GITHUB_TOKEN$ANTHROPIC_API_KEY" ]'
try git_configuration '[ "$GIT_CONFIG_GLOBAL" != /dev/null ]'
"#;
    let report = Place::new().await.run(work, confinement).await;
    let refused: Vec<_> = report
        .iter()
        .filter(|line| line.ends_with(": refused"))
        .collect();
    assert_eq!((refused.len(), report.len()), (6, 6), "{report:?}");
}

#[tokio::test]
async fn what_the_kind_of_agent_names_is_open_and_the_temporary_folder_goes_with_the_tree() {
    let state = TempDir::new().unwrap();
    let access = AgentAccess {
        writable: vec![state.path().to_owned()],
        ..AgentAccess::default()
    };
    let Some(confinement) = confinement(access).await else {
        return;
    };
    let place = Place::new().await;
    let path = state.path().display();
    let work = format!("try state 'echo login > {path}/state'\ntry temporary 'mktemp'");
    let report = place.run(&work, confinement).await;
    assert_eq!(report, ["state: done", "temporary: done"]);
    let temporary = place.tree.temporary().to_owned();
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 1);
    place.tree.remove().await.unwrap();
    assert!(!temporary.exists());
}

#[tokio::test]
async fn an_agent_that_is_not_installed_is_told_as_it_is_without_anything_that_holds_it() {
    let Some(confinement) = confinement(offline()).await else {
        return;
    };
    let command = AgentCommand::new("no-such-agent", [""; 0]).confined(confinement);
    let outcome = Place::new().await.outcome(command).await;
    let RunOutcome::Failed(RunFailure::NotStarted { reason, .. }) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(reason.contains("install it"), "{reason}");
}
