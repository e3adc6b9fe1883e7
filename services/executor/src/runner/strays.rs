//! Ends processes of a run that left its process group.
//!
//! Some agents start their commands in groups of their own, which survive when the agent's group is killed, and a
//! killed Errand kills nobody. Both are found by a mark in their environment: the folder of the run, which every
//! process started from the agent inherits. The same search before a run ends what an earlier run in this folder
//! left behind, so that never two agents work in one worktree. A process that clears its environment escapes;
//! only a container would hold it.
//!
//! The search needs `/proc`, so it finds nothing outside Linux. The kernel could do a part of it (a signal at the
//! parent's death, `PR_SET_PDEATHSIG`), but that must be asked for between fork and exec, which Rust offers only as
//! unsafe code; this crate forbids that.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// The variable that marks every process of a run; its value is the folder of the run.
pub(super) const MARK_VARIABLE: &str = "ERRAND_RUN_FOLDER";
/// A killed process takes a moment to die, and one that is about to die may still start another; so the search is
/// repeated until it finds none, at most this often.
const MAX_SEARCHES: usize = 200;
/// The pause between two searches.
const SEARCH_PAUSE: Duration = Duration::from_millis(5);

/// Kills every process that bears the mark of `folder`, waits until they are gone, and tells how many there were.
/// It blocks for milliseconds, and a second at most.
pub(super) fn end_all(folder: &Path) -> usize {
    let mut ended = BTreeSet::new();
    for _ in 0..MAX_SEARCHES {
        let found = signal_all(folder);
        if found.is_empty() {
            break;
        }
        ended.extend(found);
        std::thread::sleep(SEARCH_PAUSE);
    }
    ended.len()
}

/// Kills every process that bears the mark of `folder`, without waiting, and returns their ids.
pub(super) fn signal_all(folder: &Path) -> Vec<i32> {
    let marked = process_ids()
        .into_iter()
        .filter(|pid| end_if_marked(*pid, folder));
    marked.map(|pid| pid.as_raw_nonzero().get()).collect()
}

/// The handle is opened before the mark is read: a process id may be given to another process in between, a
/// handle never is.
fn end_if_marked(pid: Pid, folder: &Path) -> bool {
    let Ok(handle) = pidfd_open(pid, PidfdFlags::empty()) else {
        return false;
    };
    is_marked(pid, folder) && pidfd_send_signal(&handle, Signal::KILL).is_ok()
}

fn is_marked(pid: Pid, folder: &Path) -> bool {
    let Ok(environment) = fs::read(format!("/proc/{}/environ", pid.as_raw_nonzero())) else {
        return false;
    };
    environment.split(|byte| *byte == 0).any(|variable| {
        variable
            .strip_prefix(MARK_VARIABLE.as_bytes())
            .and_then(|rest| rest.strip_prefix(b"="))
            .is_some_and(|value| value == folder.as_os_str().as_bytes())
    })
}

/// All processes but this one.
pub(super) fn process_ids() -> Vec<Pid> {
    let own = rustix::process::getpid();
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(Pid::from_raw)
        .filter(|pid| *pid != own)
        .collect()
}
