use super::Api;
use std::{path::Path, process::Stdio, time::Duration};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// A running Errand with a data folder of its own. Killed when dropped.
pub struct Errand {
    child: Child,
    pub api: Api,
    pub data: TempDir,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Errand {
    /// `errand up` with no pace in the demo agent and the sandbox's words.
    pub async fn up(arguments: &[&str]) -> Self {
        Self::up_with(arguments, &[]).await
    }

    pub async fn up_with(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let data = TempDir::new().expect("a temporary folder");
        Self::up_in(data, arguments, environment).await
    }

    /// In a folder that may hold an errand.toml.
    pub async fn up_in(data: TempDir, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let arguments: Vec<_> = arguments.iter().map(ToString::to_string).collect();
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        let environment: Vec<_> = environment.iter().map(owned).collect();
        let (child, url) = start(data.path(), &arguments, &environment).await;
        Self {
            child,
            api: Api::new(&url),
            data,
            arguments,
            environment,
        }
    }

    /// SIGKILL: no destructor, no farewell.
    pub async fn kill(&mut self) {
        self.child.start_kill().expect("the process can be killed");
        self.child.wait().await.expect("the process ends");
    }

    /// Ctrl-C; answers when the process has ended by itself.
    pub async fn interrupt(&mut self) {
        let id = self.child.id().expect("a running process").to_string();
        let kill = Command::new("kill").args(["-INT", &id]).status().await;
        assert!(kill.expect("kill runs").success());
        let ended = tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await;
        let status = ended.expect("it ends within 30 s").expect("its status");
        assert!(status.success(), "{status}");
    }

    /// As after a reboot: the same data, perhaps another port.
    pub async fn start_again(&mut self) {
        let (child, url) = start(self.data.path(), &self.arguments, &self.environment).await;
        self.child = child;
        self.api = Api::new(&url);
    }
}

impl Drop for Errand {
    /// A test that fails leaves no agent behind: one that outlives its Errand works in the folder of that.
    fn drop(&mut self) {
        let _ = self.child.start_kill();
        if std::thread::panicking() {
            end_all_within(self.data.path());
        }
    }
}

/// Ends every process that works in this folder.
fn end_all_within(folder: &Path) {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    for process in processes {
        let place = std::fs::read_link(process.path().join("cwd"));
        if place.is_ok_and(|place| place.starts_with(folder)) {
            let id = process.file_name();
            let _ = std::process::Command::new("kill")
                .arg("-9")
                .arg(id)
                .status();
        }
    }
}

async fn start(
    data: &Path,
    arguments: &[String],
    environment: &[(String, String)],
) -> (Child, String) {
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(data.join("errand.log"))
        .expect("a log file");
    let mut child = command(&["up", "--port", "0"])
        .args(arguments)
        .arg("--data")
        .arg(data)
        .current_dir(data)
        .envs(environment.iter().map(|(k, v)| (k, v)))
        .stdout(Stdio::piped())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .expect("errand starts");
    let stdout = child.stdout.take().expect("piped");
    let mut lines = BufReader::new(stdout).lines();
    while let Some(line) = lines.next_line().await.expect("readable output") {
        if let Some(url) = line.strip_prefix("Errand is up: ") {
            let url = url.trim().to_owned();
            // Keep the pipe open for whatever else is printed.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return (child, url);
        }
    }
    let log = std::fs::read_to_string(data.join("errand.log")).unwrap_or_default();
    panic!("errand ended before it was up:\n{log}");
}

impl Errand {
    /// A command of a person to this Errand: whether it went well, and what it said.
    pub async fn typed(&self, arguments: &[&str]) -> (bool, String) {
        let url = ["--url", self.api.url.as_str()];
        let ended = command(&[&url[..], arguments].concat()).output().await;
        let ended = ended.expect("the command runs");
        let said = String::from_utf8_lossy(&ended.stdout).into_owned();
        let errors = String::from_utf8_lossy(&ended.stderr);
        (ended.status.success(), said + &errors)
    }
}

/// The program under test with a clean environment.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_errand"));
    command
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", std::env::temp_dir())
        .env("ERRAND_DEMO_PACE_MS", "0");
    command
}
