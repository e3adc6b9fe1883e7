//! The sandbox as a process of its own, killed when dropped.
use errand_chat::llm::{GenaiModel, LlmConfig, Provider};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

pub struct StandIn {
    child: Child,
    url: String,
}

impl StandIn {
    pub fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_errand"))
            .args(["sandbox", "--port", "0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        let line = BufReader::new(stdout).lines().next().unwrap().unwrap();
        let url = line.split_once(": ").unwrap().1.trim().to_owned();
        Self { child, url }
    }

    pub fn model(&self) -> GenaiModel {
        let mut config = LlmConfig::new(Provider::Anthropic, "sandbox");
        config.base_url = format!("{}/anthropic", self.url);
        config.key = Some("sandbox".to_owned().into());
        GenaiModel::new(config).unwrap()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
