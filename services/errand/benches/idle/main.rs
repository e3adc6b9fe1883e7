//! `errand up` at rest: time until it is ready, resident memory, and what 1,000 idle SSE clients add.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on says so by panicking"
)]
use errand_servers::errand::Errand;
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

const CLIENTS: usize = 1_000;
/// Memory is read after this rest, so that what starting took is given back.
const REST: Duration = Duration::from_secs(2);
const MIB: f64 = 1024.0 * 1024.0;
const AIM_READY: Duration = Duration::from_secs(1);
const AIM_IDLE_MIB: f64 = 80.0;
const AIM_CLIENTS_MIB: f64 = 60.0;

fn main() {
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let data = tempfile::tempdir().unwrap();
    // The first start makes the sample site; the second is what people meet every day.
    let start = || Errand::up(env!("CARGO_BIN_EXE_errand"), data.path(), &[]);
    drop(start());
    let errand = start();
    std::thread::sleep(REST);
    let idle = errand.resident_bytes() / MIB;
    let clients: Vec<_> = (0..CLIENTS).map(|_| subscribe(&errand.address)).collect();
    std::thread::sleep(REST);
    let busy = errand.resident_bytes() / MIB;
    println!(
        "idle: ready in {:.2} s (aim {:.0} s)",
        errand.ready.as_secs_f64(),
        AIM_READY.as_secs_f64()
    );
    println!("idle: {idle:.1} MiB resident (aim {AIM_IDLE_MIB:.0})");
    println!(
        "idle: {} SSE clients add {:.1} MiB (aim {AIM_CLIENTS_MIB:.0})",
        clients.len(),
        busy - idle
    );
}

/// Opens a stream of the queue page and reads its beginning.
fn subscribe(address: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET /events?scope=queue HTTP/1.1\r\nHost: {address}\r\nAccept: text/event-stream\r\n\r\n"
    )
    .unwrap();
    let mut head = [0; 512];
    let read = stream.read(&mut head).unwrap();
    assert!(
        head[..read].starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(&head[..read])
    );
    stream
}
