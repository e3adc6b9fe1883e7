//! One process of the fleet.
use crate::harness::command;
use std::{path::PathBuf, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

const STOP_PATIENCE: Duration = Duration::from_secs(40);

/// Killed when dropped.
pub struct Member {
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    log: PathBuf,
    child: Option<Child>,
    /// As it was printed at the start.
    pub url: String,
}

impl Member {
    /// Starts it and waits until it says that it is there.
    pub async fn start(
        arguments: &[&str],
        environment: Vec<(String, String)>,
        log: PathBuf,
    ) -> Self {
        let mut member = Self {
            arguments: arguments.iter().map(ToString::to_string).collect(),
            environment,
            log,
            child: None,
            url: String::new(),
        };
        member.start_again().await;
        member
    }

    pub async fn start_again(&mut self) {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(&self.log)
            .expect("a log file");
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        let mut child = command(&arguments)
            .envs(self.environment.iter().map(|(k, v)| (k, v)))
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .expect("errand starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let line = lines.next_line().await.expect("readable output");
        let Some((_, url)) = line.as_deref().and_then(|line| line.split_once(": ")) else {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            panic!(
                "{} ended before it was up:\n{log}",
                self.arguments.join(" ")
            );
        };
        url.trim().clone_into(&mut self.url);
        // Keep the pipe open for whatever else is printed.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        self.child = Some(child);
    }

    /// SIGKILL: no destructor, no farewell.
    pub async fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.start_kill().expect("the process can be killed");
            child.wait().await.expect("the process ends");
        }
    }

    /// SIGTERM, as a deployment does; answers when the process has ended by itself.
    pub async fn terminate(&mut self) {
        self.signal("-TERM").await;
        if let Some(mut child) = self.child.take() {
            let ended = tokio::time::timeout(STOP_PATIENCE, child.wait()).await;
            let status = ended.expect("it ends in time").expect("its status");
            assert!(status.success(), "{status}");
        }
    }

    /// Stops it as a frozen machine would be stopped; `-CONT` lets it go on.
    pub async fn signal(&self, signal: &str) {
        let id = self.child.as_ref().and_then(Child::id);
        let id = id.expect("a running process").to_string();
        let kill = Command::new("kill").args([signal, &id]).status().await;
        assert!(kill.expect("kill runs").success());
    }
}
