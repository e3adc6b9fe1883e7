//! Errand itself, whole: `errand up` in a folder, for benchmarks.
use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Stopped as by Ctrl-C when dropped, so that it ends its agents.
pub struct Errand {
    child: Child,
    /// Host and port.
    pub address: String,
    /// How long the start took.
    pub ready: Duration,
}

impl Errand {
    /// `binary` is where the caller's build put `errand`; `limits` are variables of its environment.
    pub fn up(binary: &str, data: &Path, limits: &[(&str, &str)]) -> Self {
        let began = Instant::now();
        let mut child = Command::new(binary)
            .args(["up", "--port", "0", "--data"])
            .arg(data)
            .current_dir(data)
            .envs(limits.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        let line = BufReader::new(stdout).lines().next().unwrap().unwrap();
        Self {
            child,
            address: line.rsplit("//").next().unwrap().trim().to_owned(),
            ready: began.elapsed(),
        }
    }

    /// Memory in bytes that is resident now.
    pub fn resident_bytes(&self) -> f64 {
        let status = self.proc("status");
        let mut lines = status.lines();
        let line = lines.find_map(|l| l.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() * 1024.0
    }

    /// Processor time of the process itself until now, in the kernel's ticks: user and system.
    pub fn ticks(&self) -> f64 {
        let stat = self.proc("stat");
        let (_, after_name) = stat.rsplit_once(") ").unwrap();
        let fields: Vec<_> = after_name.split(' ').collect();
        [fields[11], fields[12]]
            .map(|ticks| ticks.parse::<f64>().unwrap())
            .iter()
            .sum()
    }

    fn proc(&self, file: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap()
    }
}

impl Drop for Errand {
    fn drop(&mut self) {
        let id = self.child.id().to_string();
        let _ = Command::new("kill").args(["-INT", &id]).status();
        let _ = self.child.wait();
    }
}
