//! What was measured.
use std::time::{Duration, Instant};

#[derive(Default)]
pub struct Seen {
    seconds: f64,
    latencies_us: Vec<f64>,
}

impl Seen {
    pub fn add(&mut self, took: Duration, latencies_us: Vec<f64>) {
        self.seconds += took.as_secs_f64();
        self.latencies_us.extend(latencies_us);
    }

    pub fn rate(&self) -> f64 {
        self.latencies_us.len() as f64 / self.seconds
    }

    pub fn percentile(&self, share: f64) -> f64 {
        let mut sorted = self.latencies_us.clone();
        sorted.sort_by(f64::total_cmp);
        let index = (sorted.len() as f64 * share) as usize;
        sorted[index.min(sorted.len() - 1)]
    }
}

pub fn micros(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e6
}

pub fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|l| l.strip_prefix("model name\t: "));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{}, {cores} cores", model.unwrap_or("unknown processor"))
}
