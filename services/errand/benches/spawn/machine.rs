//! Which machine it is, and where its disk is.
use std::path::PathBuf;

pub fn name() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|l| l.strip_prefix("model name"))
        .map_or("an unknown processor", |l| {
            l.trim_start_matches([' ', '\t', ':'])
        });
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {cores} cores")
}

/// The build folder: a real disk, where the temporary folder may be memory.
pub fn disk() -> PathBuf {
    let folder = std::env::current_exe().unwrap();
    folder.parent().unwrap().to_owned()
}
