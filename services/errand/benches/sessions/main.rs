//! What a running session costs Errand itself while its agent idles: memory and processor time, without the agents'.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on says so by panicking"
)]
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const SESSIONS_VARIABLE: &str = "ERRAND_BENCH_SESSIONS";
const USUAL_SESSIONS: usize = 50;
/// An agent that says a line now and then, and does nothing else.
const AGENT: &str = r#"[agents.codegen]
runner = "command"
command = ["sh", "-c", "while :; do echo still here; sleep 5; done"]
"#;
/// Memory is read after this rest, so that what starting took is given back.
const REST: Duration = Duration::from_secs(10);
const WINDOW: Duration = Duration::from_secs(30);
const PATIENCE: Duration = Duration::from_secs(300);
const POLL: Duration = Duration::from_millis(200);
/// Of the kernel's clock, whatever its own is.
const TICKS_PER_SECOND: f64 = 100.0;
const AIM_MB: f64 = 2.0;
const AIM_PERCENT: f64 = 1.0;

fn main() {
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let sessions = std::env::var(SESSIONS_VARIABLE).map_or(USUAL_SESSIONS, |n| n.parse().unwrap());
    let data = tempfile::tempdir().unwrap();
    fs::write(data.path().join("errand.toml"), AGENT).unwrap();
    let errand = Errand::start(data.path(), sessions);
    let without = errand.measure();
    for n in 0..sessions {
        let wish = json!({"agent": "codegen", "prompt": format!("idle, number {n}")});
        errand.ask("POST", "/api/v1/stories", &wish.to_string());
    }
    errand.wait_for(sessions);
    let with = errand.measure();
    let each =
        |with: f64, without: f64| (with - without) / f64::from(u32::try_from(sessions).unwrap());
    println!(
        "sessions: {sessions} idle agents; Errand takes {:.1} MB and {:.2} % of a core, without them {:.1} MB and {:.2} %",
        with.mb, with.percent, without.mb, without.percent
    );
    println!(
        "sessions: {:.2} MB (aim {AIM_MB:.0}) and {:.3} % of a core (aim {AIM_PERCENT:.0}) for each running session",
        each(with.mb, without.mb),
        each(with.percent, without.percent)
    );
}

/// What the process takes, its children left out.
struct Load {
    mb: f64,
    percent: f64,
}

struct Errand {
    child: Child,
    address: String,
}

impl Errand {
    fn start(data: &std::path::Path, sessions: usize) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_errand"))
            .args(["up", "--port", "0", "--data"])
            .arg(data)
            .current_dir(data)
            .env("ERRAND_SLOTS", sessions.to_string())
            .env("ERRAND_SESSIONS_PER_PROJECT", sessions.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        let line = BufReader::new(stdout).lines().next().unwrap().unwrap();
        let address = line.rsplit("//").next().unwrap().to_owned();
        Self { child, address }
    }

    fn measure(&self) -> Load {
        std::thread::sleep(REST);
        let (began, before) = (Instant::now(), self.ticks());
        std::thread::sleep(WINDOW);
        let seconds = (self.ticks() - before) / TICKS_PER_SECOND;
        Load {
            mb: self.resident_mb(),
            percent: 100.0 * seconds / began.elapsed().as_secs_f64(),
        }
    }

    fn resident_mb(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status
            .lines()
            .find_map(|l| l.strip_prefix("VmRSS:"))
            .unwrap();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() * 1024.0 / 1e6
    }

    /// Processor time of the process itself: user and system.
    fn ticks(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let (_, after_name) = stat.rsplit_once(") ").unwrap();
        let fields: Vec<_> = after_name.split(' ').collect();
        [fields[11], fields[12]]
            .map(|ticks| ticks.parse::<f64>().unwrap())
            .iter()
            .sum()
    }

    fn wait_for(&self, sessions: usize) {
        let end = Instant::now() + PATIENCE;
        let running = || {
            let page = self.ask("GET", "/api/v1/sessions?status=running&limit=500", "");
            page["sessions"].as_array().unwrap().len()
        };
        while running() < sessions {
            assert!(
                Instant::now() < end,
                "only {} of {sessions} sessions run",
                running()
            );
            std::thread::sleep(POLL);
        }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").expect(&answer);
        serde_json::from_str(body).expect(&answer)
    }
}

impl Drop for Errand {
    /// Stopped as by Ctrl-C, so that it ends its agents.
    fn drop(&mut self) {
        let id = self.child.id().to_string();
        let _ = Command::new("kill").args(["-INT", &id]).status();
        let _ = self.child.wait();
    }
}
