//! All jobs as this process sees them. Pure: the time comes in, nothing is written.
use super::revision::{Revision, Turns};
use errand_eventlog::{
    Job, Pause, QueueLimits, QueuedJob, Seq,
    schedule::{self, Candidate, Projects, Rules, Standing},
};
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};
use uuid::Uuid;

#[derive(Debug, Default)]
pub(super) struct View {
    jobs: HashMap<Uuid, Entry>,
    turns: Turns,
    turns_seq: Seq,
}

#[derive(Debug, Clone)]
struct Entry {
    job: Job,
    revision: Revision,
    seq: Seq,
    /// When this process first saw this revision: a lease runs from then.
    seen: Instant,
}

/// A claim that may be tried: the job's next revision and the next turn, each with its guard.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub revision: Revision,
    pub seq: Seq,
    pub turns: Turns,
    pub turns_seq: Seq,
}

impl View {
    /// Takes over a revision unless a later one is known.
    pub fn apply(&mut self, revision: Revision, seq: Seq, now: Instant) {
        let id = revision.id;
        if self.jobs.get(&id).is_none_or(|entry| entry.seq < seq) {
            let (job, seen) = (revision.job(), now);
            let entry = Entry {
                job,
                revision,
                seq,
                seen,
            };
            self.jobs.insert(id, entry);
        }
    }

    pub fn apply_turns(&mut self, turns: Turns, seq: Seq) {
        if seq > self.turns_seq {
            (self.turns, self.turns_seq) = (turns, seq);
        }
    }

    /// The stream was followed up to here: marks of removed jobs are no longer needed against older revisions.
    pub fn followed(&mut self, through: Seq) {
        self.jobs
            .retain(|_, entry| !entry.revision.gone || entry.seq > through);
    }

    /// The stream holds just these up to `through`: whatever else was seen before is gone.
    pub fn rebuilt(&mut self, present: &HashMap<Uuid, Seq>, through: Seq) {
        self.jobs
            .retain(|id, entry| entry.seq > through || present.contains_key(id));
    }

    pub fn len(&self) -> usize {
        self.jobs.len()
    }

    pub fn seq(&self, id: Uuid) -> Option<Seq> {
        self.jobs.get(&id).map(|entry| entry.seq)
    }

    /// Whether nobody has it, or its lease has run out.
    pub fn is_free(&self, id: Uuid, now: Instant) -> bool {
        self.jobs.get(&id).is_none_or(|entry| !entry.is_held(now))
    }

    pub fn plan(
        &self,
        worker: &str,
        limits: &QueueLimits,
        now: Instant,
        now_us: i64,
    ) -> Option<Plan> {
        let projects = self.projects(now);
        let waiting = self
            .jobs
            .values()
            .filter(|e| !e.revision.gone && !e.is_held(now));
        let rules = self.rules(&projects, limits, now_us);
        let id = schedule::next(waiting.map(Entry::candidate), rules)?.id;
        let entry = self.jobs.get(&id)?;
        Some(Plan {
            revision: entry.revision.claimed(Uuid::new_v4(), worker, limits.lease),
            seq: entry.seq,
            turns: self.turns.after(&entry.job.project_id),
            turns_seq: self.turns_seq,
        })
    }

    pub fn pauses(&self) -> Vec<Pause> {
        self.turns.pauses.to_vec()
    }

    fn rules<'a>(
        &'a self,
        projects: &'a Projects,
        limits: &'a QueueLimits,
        now_us: i64,
    ) -> Rules<'a> {
        Rules {
            projects,
            pauses: &self.turns.pauses,
            limits,
            now_us,
        }
    }

    fn projects(&self, now: Instant) -> Projects {
        let mut projects = Projects::new();
        for (project, turn) in &self.turns.projects {
            projects.entry(project.clone()).or_default().last_turn = *turn;
        }
        for entry in self.jobs.values().filter(|entry| entry.is_held(now)) {
            projects
                .entry(entry.job.project_id.clone())
                .or_default()
                .running += 1;
        }
        projects
    }

    /// How long until a job becomes claimable by itself.
    pub fn wake_after(&self, now: Instant, now_us: i64) -> Option<Duration> {
        let wait = |entry: &Entry| match &entry.revision.held {
            Some(held) => held.lease().checked_sub(now.duration_since(entry.seen)),
            None => {
                let left_us = entry.revision.not_before_us.saturating_sub(now_us);
                (left_us > 0).then(|| Duration::from_micros(left_us.unsigned_abs()))
            }
        };
        self.jobs.values().filter_map(wait).min()
    }

    /// Claimed jobs first, then the waiting ones in the order in which they would run.
    pub fn list(&self, limits: &QueueLimits, now: Instant, now_us: i64) -> Vec<QueuedJob> {
        let live = self.jobs.values().filter(|e| !e.revision.gone);
        let projects = self.projects(now);
        let rules = self.rules(&projects, limits, now_us);
        schedule::list(live.map(|entry| entry.standing(now)), rules)
    }
}

impl Entry {
    fn is_held(&self, now: Instant) -> bool {
        let held = self.revision.held.as_ref();
        held.is_some_and(|held| now.duration_since(self.seen) < held.lease())
    }

    fn candidate(&self) -> Candidate<'_> {
        Candidate {
            job: &self.job,
            not_before_us: self.revision.not_before_us,
        }
    }

    fn standing(&self, now: Instant) -> Standing<'_> {
        let held = self.revision.held.as_ref().filter(|_| self.is_held(now));
        Standing {
            candidate: self.candidate(),
            deliveries: self.revision.deliveries,
            worker: held.map(|held| held.worker.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(id: u128) -> Revision {
        Revision::new(&Job {
            id: Uuid::from_u128(id),
            story_id: "s".into(),
            project_id: "p".into(),
            priority: 1,
            enqueued_us: 0,
        })
    }

    #[test]
    fn a_mark_of_a_removed_job_outlives_older_revisions_that_arrive_late() {
        let (mut view, now) = (View::default(), Instant::now());
        view.apply(job(1).removed(), 5, now);
        view.apply(job(1), 3, now);
        view.followed(3);
        assert!(view.list(&limits(), now, 0).is_empty());
        view.followed(5);
        assert_eq!(view.len(), 0);
    }

    #[test]
    fn a_lease_runs_from_the_last_revision_that_was_seen() {
        let (mut view, now) = (View::default(), Instant::now());
        let claimed = job(1).claimed(Uuid::nil(), "w", Duration::from_secs(10));
        view.apply(claimed.clone(), 1, now);
        let later = now + Duration::from_secs(9);
        assert!(view.plan("v", &limits(), later, 0).is_none());
        view.apply(claimed, 2, later);
        let after_the_first = now + Duration::from_secs(11);
        assert!(view.plan("v", &limits(), after_the_first, 0).is_none());
        let after_the_second = later + Duration::from_secs(10);
        let plan = view.plan("v", &limits(), after_the_second, 0).unwrap();
        assert_eq!((plan.seq, plan.revision.deliveries), (2, 2));
    }

    fn limits() -> QueueLimits {
        QueueLimits {
            per_project: 1,
            lease: Duration::from_secs(10),
            age_step: Duration::from_secs(3600),
        }
    }
}
