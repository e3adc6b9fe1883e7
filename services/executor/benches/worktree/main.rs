//! From claim to ready work tree on a repository of 10,000 files: the first of a project, the next ones, eight at once,
//! and one that was there already; beside it, what holding an agent adds to its start.
//!
//! `cargo bench -p errand-executor --bench worktree`
#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on says so by panicking"
)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use errand_executor::confine::{
    AgentAccess, Confinement, Folders, Helper, Host, Isolation, Network,
};
use errand_executor::workspace::{GitSettings, RepositoryRef, Source, Workspaces};
use uuid::Uuid;

const FILES: usize = 10_000;
const FILES_PER_FOLDER: usize = 100;
const AT_ONCE: usize = 8;
const STARTS: u32 = 50;

fn main() {
    // `cargo test --benches` only wants to know that it builds.
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        trees().await;
        starts().await;
    });
}

async fn trees() {
    // The build folder is a real disk, where the temporary folder may be memory.
    let disk = std::env::current_exe().unwrap();
    let folder = tempfile::tempdir_in(disk.parent().unwrap()).unwrap();
    let site = folder.path().join("site");
    repository(&site);
    let data = folder.path().join("data");
    let workspaces = Workspaces::open(data, GitSettings::default())
        .await
        .unwrap();
    let source = Source {
        repository: RepositoryRef::Local(site),
        base: None,
    };
    let prepare = async |session: Uuid| {
        let branch = format!("errand/{session}");
        let began = Instant::now();
        workspaces
            .prepare("site", session, &branch, &source)
            .await
            .unwrap();
        began.elapsed()
    };
    report("first of the project", prepare(Uuid::new_v4()).await);
    let session = Uuid::new_v4();
    report("next", prepare(session).await);
    report("resumed", prepare(session).await);
    let began = Instant::now();
    let all = (0..AT_ONCE).map(|_| prepare(Uuid::new_v4()));
    let longest = futures::future::join_all(all).await.into_iter().max();
    report("eight at once, all of them", began.elapsed());
    report("eight at once, the longest", longest.unwrap_or_default());
}

fn repository(site: &Path) {
    for number in 0..FILES {
        let file = site.join(format!("src/{}/{number}.txt", number / FILES_PER_FOLDER));
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, format!("file {number}\n").repeat(50)).unwrap();
    }
    for arguments in [
        &["init", "--quiet", "--initial-branch=main"][..],
        &["add", "--all"],
        &[
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@localhost",
            "commit",
            "--quiet",
            "-m",
            "Files",
        ],
    ] {
        assert!(
            Command::new("git")
                .current_dir(site)
                .args(arguments)
                .status()
                .unwrap()
                .success()
        );
    }
}

/// The time until `true` has ended, alone and held by what this host has.
async fn starts() {
    let folder = tempfile::tempdir().unwrap();
    let access = AgentAccess {
        network: Network::None,
        ..AgentAccess::default()
    };
    let helper = Helper {
        program: env!("CARGO_BIN_EXE_errand-confine").into(),
        arguments: Vec::new(),
    };
    let host = Host::look().await;
    println!("{}", host.describe());
    for isolation in [Isolation::Off, Isolation::Preferred] {
        let confinement =
            Confinement::new(isolation, access.clone(), &host, helper.clone()).unwrap();
        let start =
            confinement.invocation(Path::new("true"), &[], folder.path(), &Folders::default());
        let began = Instant::now();
        for _ in 0..STARTS {
            let mut command = Command::new(&start.program);
            let status = command.args(&start.arguments).stdin(Stdio::null()).status();
            assert!(status.unwrap().success());
        }
        report(
            &format!("start, isolation {isolation:?}"),
            began.elapsed() / STARTS,
        );
    }
}

fn report(what: &str, took: Duration) {
    println!("{what}: {:.1} ms", took.as_secs_f64() * 1_000.0);
}
