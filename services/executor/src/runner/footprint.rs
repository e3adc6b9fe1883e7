//! What is written down of a running agent, so that whoever comes after a killed Errand finds its processes.
//!
//! The file lies where no agent can write. It names the agent's process group by its leader and the time at which that
//! one was started, so that a number which the system gave to another process meanwhile is not taken for it. What has
//! left the group is found by its mark, see `strays`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use serde::{Deserialize, Serialize};

use super::strays;

/// Changes with every start of the machine, after which no process is left.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";
/// Searches for what is left of a killed group, and the pause between them.
const MAX_SEARCHES: usize = 200;
const SEARCH_PAUSE: Duration = Duration::from_millis(5);

#[derive(Debug, Serialize, Deserialize)]
struct Written {
    boot: String,
    errand: Process,
    folder: PathBuf,
    /// `None` as long as it is being started: then only its mark is known.
    agent: Option<Process>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Process {
    id: i32,
    /// In ticks since the start of the machine.
    started: u64,
}

/// The file of one run. Nothing is written where the request names none.
#[derive(Debug)]
pub(super) struct Footprint {
    file: Option<PathBuf>,
    written: Written,
}

impl Footprint {
    /// Ends what an earlier run has left in `folder`, and writes down that another begins.
    ///
    /// # Errors
    /// The file cannot be written: then no agent may be started, for it might never be found again.
    pub(super) fn begin(file: Option<PathBuf>, folder: &Path) -> io::Result<Self> {
        let mut left_over = 0;
        if let Some(written) = file.as_deref().and_then(read) {
            left_over += end(&written);
        }
        left_over += strays::end_all(folder);
        if left_over > 0 {
            tracing::warn!(left_over, folder = %folder.display(), "ended processes of an earlier run");
        }
        let written = Written {
            boot: boot_id(),
            errand: process(rustix::process::getpid()).ok_or(io::ErrorKind::NotFound)?,
            folder: folder.to_owned(),
            agent: None,
        };
        let footprint = Self { file, written };
        footprint.write()?;
        Ok(footprint)
    }

    /// The agent runs as the leader of this group.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn started(&mut self, group: u32) -> io::Result<()> {
        let leader = i32::try_from(group).ok().and_then(Pid::from_raw);
        // An agent that has ended already left nothing that its mark would not find.
        self.written.agent = leader.and_then(process);
        self.write()
    }

    /// Nothing of the run is left.
    pub(super) fn erase(&self) {
        if let Some(file) = &self.file {
            let _ = fs::remove_file(file);
        }
    }

    fn write(&self) -> io::Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        // A reader finds the old text or the new one, never a half.
        let draft = file.with_extension("new");
        fs::write(&draft, serde_json::to_vec(&self.written)?)?;
        fs::rename(draft, file)
    }
}

/// Ends what is left of the run that wrote `file`, unless its Errand lives, and tells how many processes there were. It
/// blocks for milliseconds, and a second at most.
pub fn end_abandoned(file: &Path) -> usize {
    let written = read(file);
    if let Some(written) = &written
        && written.boot == boot_id()
        && is_alive(written.errand)
    {
        return 0;
    }
    let ended = written.as_ref().map(end).unwrap_or_default();
    let _ = fs::remove_file(file);
    ended
}

fn read(file: &Path) -> Option<Written> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

fn end(written: &Written) -> usize {
    if written.boot != boot_id() {
        return 0;
    }
    let of_group = written
        .agent
        .map(|agent| end_group(agent, &written.folder))
        .unwrap_or_default();
    of_group + strays::end_all(&written.folder)
}

fn end_group(leader: Process, folder: &Path) -> usize {
    let mut ended = std::collections::BTreeSet::new();
    for _ in 0..MAX_SEARCHES {
        let members: Vec<_> = strays::process_ids()
            .into_iter()
            .filter(|pid| end_member(*pid, leader, folder))
            .collect();
        if members.is_empty() {
            break;
        }
        ended.extend(members.iter().map(|pid| pid.as_raw_nonzero()));
        std::thread::sleep(SEARCH_PAUSE);
    }
    ended.len()
}

/// The handle is opened before the process is looked at, as for strays.
fn end_member(pid: Pid, leader: Process, folder: &Path) -> bool {
    let Ok(handle) = pidfd_open(pid, PidfdFlags::empty()) else {
        return false;
    };
    let Some(stat) = Stat::of(pid) else {
        return false;
    };
    if stat.is_dead || stat.group != leader.id || !is_of_run(pid, stat, leader, folder) {
        return false;
    }
    pidfd_send_signal(&handle, Signal::KILL).is_ok()
}

/// A group whose leader lives is told by the leader. Without it the number may be another group's, so its members are
/// told by the folder in which they work.
fn is_of_run(pid: Pid, stat: Stat, leader: Process, folder: &Path) -> bool {
    let now = Pid::from_raw(leader.id).and_then(process);
    match now {
        Some(now) => now == leader,
        None => {
            let works_in = fs::read_link(format!("/proc/{}/cwd", pid.as_raw_nonzero()));
            stat.started >= leader.started && works_in.is_ok_and(|it| it.starts_with(folder))
        }
    }
}

fn is_alive(process_then: Process) -> bool {
    Pid::from_raw(process_then.id).and_then(process) == Some(process_then)
}

fn process(pid: Pid) -> Option<Process> {
    let stat = Stat::of(pid).filter(|stat| !stat.is_dead)?;
    let (id, started) = (pid.as_raw_nonzero().get(), stat.started);
    Some(Process { id, started })
}

#[derive(Debug, Clone, Copy)]
struct Stat {
    is_dead: bool,
    group: i32,
    started: u64,
}

impl Stat {
    fn of(pid: Pid) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
        // The name of the program stands in brackets and may hold any character, brackets too.
        let (_, rest) = text.rsplit_once(") ")?;
        let mut fields = rest.split(' ');
        let state = fields.next()?;
        let group = fields.nth(1)?.parse().ok()?;
        let started = fields.nth(16)?.parse().ok()?;
        Some(Self {
            is_dead: matches!(state, "Z" | "X"),
            group,
            started,
        })
    }
}

fn boot_id() -> String {
    fs::read_to_string(BOOT_ID).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::CommandExt;
    use std::process::{Child, Command};

    fn sleeper(folder: &Path) -> Child {
        let mut command = Command::new("sleep");
        let command = command.arg("3600").current_dir(folder).process_group(0);
        command.spawn().expect("sleep")
    }

    fn written(folder: &Path, agent: &Child, errand: Process) -> Written {
        let agent = i32::try_from(agent.id()).ok().and_then(Pid::from_raw);
        Written {
            boot: boot_id(),
            errand,
            folder: folder.to_owned(),
            agent: agent.and_then(process),
        }
    }

    #[test]
    fn what_a_dead_errand_left_is_ended_and_what_a_living_one_runs_is_not() {
        let place = tempfile::tempdir().expect("a folder");
        let file = place.path().join("run.json");
        let own = process(rustix::process::getpid()).expect("this process");
        let dead = Process {
            started: own.started + 1,
            ..own
        };
        let mut agent = sleeper(place.path());
        let living = written(place.path(), &agent, own);
        fs::write(&file, serde_json::to_vec(&living).expect("JSON")).expect("a file");
        assert_eq!(end_abandoned(&file), 0);
        assert!(agent.try_wait().expect("its state").is_none());
        let abandoned = written(place.path(), &agent, dead);
        fs::write(&file, serde_json::to_vec(&abandoned).expect("JSON")).expect("a file");
        assert_eq!(end_abandoned(&file), 1);
        assert!(!agent.wait().expect("its end").success());
        assert!(!file.exists());
    }

    #[test]
    fn a_number_that_another_process_has_by_now_is_left_alone() {
        let place = tempfile::tempdir().expect("a folder");
        let mut other = sleeper(place.path());
        let own = process(rustix::process::getpid()).expect("this process");
        let mut then = written(place.path(), &other, own);
        then.agent = then.agent.map(|it| Process {
            started: it.started - 1,
            ..it
        });
        assert_eq!(end(&then), 0);
        assert!(other.try_wait().expect("its state").is_none());
        other.kill().expect("it can be ended");
        other.wait().expect("its end");
    }
}
