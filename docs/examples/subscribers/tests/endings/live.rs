use crate::{installed, log};
use errand_servers::{insist, nats};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command},
};
use tempfile::TempDir;

/// Killed when dropped.
struct Errand(Child);

impl Drop for Errand {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Beside this test's own programs.
fn errand() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_BIN_EXE_endings")).parent()?;
    Some(folder.join("errand")).filter(|file| file.is_file())
}

#[tokio::test(flavor = "multi_thread")]
async fn they_tell_of_a_story_that_a_running_errand_has_completed() {
    let Some(server) = nats::Server::start("") else {
        return nats::skipped();
    };
    let Some(errand) = errand() else {
        return println!("skipped: errand was not built; cargo test --workspace builds it");
    };
    // Errand waits for no server.
    drop(log(&server).await);
    let data = TempDir::new().unwrap();
    let said = data.path().join("said");
    let mut up = Command::new(&errand);
    up.args(["up", "--port", "0", "--nats", &server.url(), "--data"])
        .arg(data.path());
    up.env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap());
    up.env("HOME", data.path()).env("ERRAND_DEMO_PACE_MS", "0");
    up.stdout(File::create(&said).unwrap())
        .stderr(File::create(data.path().join("log")).unwrap());
    let _up = Errand(up.spawn().unwrap());
    let url = insist("errand to be up", || async {
        let said = fs::read_to_string(&said).unwrap_or_default();
        let url = said
            .lines()
            .find_map(|line| line.strip_prefix("Errand is up: "));
        url.map(str::to_owned).ok_or(said)
    })
    .await;
    let mut programs = installed::programs(&server.url());
    for program in &mut programs {
        program.start();
    }
    let spawned = Command::new(&errand)
        .args([
            "--url",
            &url,
            "spawn",
            "codegen",
            "add a contact form",
            "--wait",
        ])
        .output()
        .unwrap();
    assert!(
        spawned.status.success(),
        "{}",
        String::from_utf8_lossy(&spawned.stderr)
    );
    for program in &programs {
        program.has_written(1).await;
        let (status, title, pull_request) = program.written().into_values().next().unwrap();
        assert_eq!(status, "completed", "{}", program.name);
        assert_eq!(
            title, "Code Generation: add a contact form",
            "{}",
            program.name
        );
        assert!(
            pull_request.starts_with(&url),
            "{}: {pull_request}",
            program.name
        );
    }
}
