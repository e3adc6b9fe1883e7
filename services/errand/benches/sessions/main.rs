//! What a running session costs Errand itself while its agent idles: memory and processor time, without the agents'.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on says so by panicking"
)]
use errand_servers::errand::Errand;
use serde_json::{Value, json};
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
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
    let cap = sessions.to_string();
    let limits = [
        ("ERRAND_SLOTS", cap.as_str()),
        ("ERRAND_SESSIONS_PER_PROJECT", &cap),
    ];
    let errand = Errand::up(env!("CARGO_BIN_EXE_errand"), data.path(), &limits);
    let without = measure(&errand);
    for n in 0..sessions {
        let wish = json!({"agent": "codegen", "prompt": format!("idle, number {n}")});
        ask(&errand, "POST", "/api/v1/stories", &wish.to_string());
    }
    wait_for(&errand, sessions);
    let with = measure(&errand);
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

fn measure(errand: &Errand) -> Load {
    std::thread::sleep(REST);
    let (began, before) = (Instant::now(), errand.ticks());
    std::thread::sleep(WINDOW);
    let seconds = (errand.ticks() - before) / TICKS_PER_SECOND;
    Load {
        mb: errand.resident_bytes() / 1e6,
        percent: 100.0 * seconds / began.elapsed().as_secs_f64(),
    }
}

fn wait_for(errand: &Errand, sessions: usize) {
    let end = Instant::now() + PATIENCE;
    let running = || {
        let page = ask(
            errand,
            "GET",
            "/api/v1/sessions?status=running&limit=500",
            "",
        );
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

fn ask(errand: &Errand, method: &str, path: &str, body: &str) -> Value {
    let mut stream = TcpStream::connect(&errand.address).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        errand.address,
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").expect(&answer);
    serde_json::from_str(body).expect(&answer)
}
