//! The floor: the same bytes appended to a file and synced, with nothing else.
use std::{
    fs::File,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

const SYNCS: u32 = 400;

/// The median time of one append of `bytes` with its sync.
pub fn measure(folder: &Path, bytes: usize) -> Duration {
    let mut file = File::create(folder.join("floor")).unwrap();
    let block = vec![7u8; bytes.max(1)];
    let mut times: Vec<_> = (0..SYNCS)
        .map(|_| {
            let began = Instant::now();
            file.write_all(&block).unwrap();
            file.sync_data().unwrap();
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}
