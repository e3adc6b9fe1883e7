//! Jobs, claims and leases. Pure: the time comes in, nothing is written.
use crate::{
    Job, Pauses, QueueLimits, QueuedJob,
    schedule::{self, Candidate, Projects, Rules, Standing},
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

#[derive(Debug, Default)]
pub(super) struct State {
    jobs: HashMap<Uuid, Entry>,
    /// Those of them that a worker has.
    claimed: HashSet<Uuid>,
    projects: Projects,
    turns: u64,
    pub pauses: Pauses,
}

#[derive(Debug, Clone)]
struct Entry {
    job: Job,
    not_before_us: i64,
    deliveries: u32,
    held: Option<Held>,
}

#[derive(Debug, Clone)]
struct Held {
    worker: String,
    lease_until_us: i64,
    /// Number of the claim, so that a lost claim is not taken for its successor.
    turn: u64,
}

/// A job as it goes to disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Snapshot {
    pub job: Job,
    pub not_before_us: i64,
    pub deliveries: u32,
}

/// A job as it was handed out.
#[derive(Debug, Clone)]
pub(super) struct Claimed {
    pub snapshot: Snapshot,
    pub turn: u64,
}

impl State {
    pub fn restore(&mut self, job: Job, not_before_us: i64, deliveries: u32) {
        let entry = Entry {
            job,
            not_before_us,
            deliveries,
            held: None,
        };
        self.jobs.insert(entry.job.id, entry);
    }

    pub fn len(&self) -> usize {
        self.jobs.len()
    }

    /// `false` when it is there already.
    pub fn enqueue(&mut self, job: Job) -> bool {
        if self.jobs.contains_key(&job.id) {
            return false;
        }
        self.restore(job, 0, 0);
        true
    }

    /// Hands the next job out, if one may run.
    pub fn claim(&mut self, worker: &str, limits: &QueueLimits, now_us: i64) -> Option<Claimed> {
        self.expire(now_us);
        let waiting = self.jobs.values().filter(|e| e.held.is_none());
        let candidates = waiting.map(Entry::candidate);
        let id = schedule::next(candidates, self.rules(limits, now_us))?.id;
        let entry = self.jobs.get_mut(&id)?;
        let lease_us = i64::try_from(limits.lease.as_micros()).unwrap_or(i64::MAX);
        self.turns += 1;
        entry.deliveries += 1;
        entry.held = Some(Held {
            worker: worker.to_owned(),
            lease_until_us: now_us.saturating_add(lease_us),
            turn: self.turns,
        });
        self.claimed.insert(id);
        let served = self.projects.entry(entry.job.project_id.clone());
        let served = served.or_default();
        served.running += 1;
        served.last_turn = self.turns;
        Some(Claimed {
            snapshot: entry.snapshot(),
            turn: self.turns,
        })
    }

    fn rules<'a>(&'a self, limits: &'a QueueLimits, now_us: i64) -> Rules<'a> {
        Rules {
            projects: &self.projects,
            pauses: &self.pauses,
            limits,
            now_us,
        }
    }

    /// Takes back what was claimed and not reported for too long.
    fn expire(&mut self, now_us: i64) {
        let late = |id: &&Uuid| {
            let held = self.jobs.get(*id).and_then(|entry| entry.held.as_ref());
            held.is_none_or(|held| held.lease_until_us <= now_us)
        };
        let late: Vec<Uuid> = self.claimed.iter().filter(late).copied().collect();
        for id in late {
            self.let_go(id);
        }
    }

    fn let_go(&mut self, id: Uuid) {
        self.claimed.remove(&id);
        let Some(entry) = self.jobs.get_mut(&id) else {
            return;
        };
        if entry.held.take().is_some()
            && let Some(served) = self.projects.get_mut(&entry.job.project_id)
        {
            served.running = served.running.saturating_sub(1);
        }
    }

    /// True while the claim of that number has its lease on the job.
    pub fn holds(&mut self, id: Uuid, turn: u64, now_us: i64) -> bool {
        self.expire(now_us);
        let held = self.jobs.get(&id).and_then(|entry| entry.held.as_ref());
        held.is_some_and(|held| held.turn == turn)
    }

    pub fn extend(&mut self, id: Uuid, lease_until_us: i64) {
        if let Some(held) = self.jobs.get_mut(&id).and_then(|e| e.held.as_mut()) {
            held.lease_until_us = lease_until_us;
        }
    }

    pub fn release(&mut self, id: Uuid, not_before_us: i64) -> Option<Snapshot> {
        self.let_go(id);
        let entry = self.jobs.get_mut(&id)?;
        entry.not_before_us = not_before_us;
        Some(entry.snapshot())
    }

    pub fn done(&mut self, id: Uuid) {
        self.let_go(id);
        self.jobs.remove(&id);
        self.forget_idle_projects();
    }

    /// `false` when it is not there or claimed.
    pub fn remove(&mut self, id: Uuid, now_us: i64) -> bool {
        self.expire(now_us);
        let waits = self.jobs.get(&id).is_some_and(|e| e.held.is_none());
        if waits {
            self.done(id);
        }
        waits
    }

    /// With an empty queue nobody has a turn to wait for; so the table of projects does not grow for ever.
    fn forget_idle_projects(&mut self) {
        if self.jobs.is_empty() {
            self.projects.clear();
        }
    }

    /// The next time at which a job becomes claimable by itself.
    pub fn wake_us(&self, now_us: i64) -> Option<i64> {
        let time = |entry: &Entry| match &entry.held {
            Some(held) => Some(held.lease_until_us),
            None => Some(entry.not_before_us).filter(|at| *at > now_us),
        };
        self.jobs.values().filter_map(time).min()
    }

    /// Claimed jobs first, then the waiting ones in the order in which they would run.
    pub fn list(&mut self, limits: &QueueLimits, now_us: i64) -> Vec<QueuedJob> {
        self.expire(now_us);
        let jobs = self.jobs.values().map(Entry::standing);
        schedule::list(jobs, self.rules(limits, now_us))
    }
}

impl Entry {
    fn candidate(&self) -> Candidate<'_> {
        Candidate {
            job: &self.job,
            not_before_us: self.not_before_us,
        }
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            job: self.job.clone(),
            not_before_us: self.not_before_us,
            deliveries: self.deliveries,
        }
    }

    fn standing(&self) -> Standing<'_> {
        Standing {
            candidate: self.candidate(),
            deliveries: self.deliveries,
            worker: self.held.as_ref().map(|held| held.worker.as_str()),
        }
    }
}
