//! A thousand stories of fifty projects, handed to workers in the promised order. The queue is the adapter's own; only
//! the clock is the test's. What is promised is told a second time here, in the plainest way, and never taken from
//! [`crate::schedule`].
use super::{Outcome, ensure, random::Random, sample::*, within};
use crate::{Claim, Job, JobQueue, Pause, QueueLimits, Reason};
use futures::future::try_join_all;
use std::{
    collections::{HashMap, HashSet},
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};
use uuid::Uuid;

const STORIES: usize = 1000;
const PROJECTS: u64 = 50;
const WORKERS: usize = 8;
const PER_PROJECT: usize = 2;
const MINUTE_US: i64 = 60 * 1_000_000;
const AGE_STEP_MINUTES: i64 = 240;
/// Requests arrive within this time, and half of them at once.
const ARRIVE_WITHIN_MINUTES: u64 = 600;
const LONGEST_SESSION_MINUTES: u64 = 30;
/// The list is compared after so many starts.
const LISTED_EVERY: usize = 10;
/// When the simulation begins.
pub const BEGIN_US: i64 = 1_790_000_000_000_000;

/// Runs all stories. The queue must be empty and go by `clock`, which begins at [`BEGIN_US`].
///
/// # Errors
/// The first job that came out of the promised order.
pub async fn a_thousand_stories_run_in_the_promised_order(
    queue: &dyn JobQueue,
    clock: &AtomicI64,
    seed: u64,
) -> Outcome {
    let mut random = Random(seed);
    let mut world = World::new(queue, clock, &mut random);
    while !world.is_over() {
        world.arrive().await?;
        world.end_sessions().await?;
        world.pause_and_resume().await?;
        world.start_sessions(&mut random).await?;
        world.move_on();
    }
    let left = queue.list(&limits_of_the_simulation()).await?.len();
    ensure!(left == 0, "{left} jobs are left");
    let started = world.started.len();
    ensure!(started == STORIES, "{started} of {STORIES} stories ran");
    Ok(())
}

fn limits_of_the_simulation() -> QueueLimits {
    QueueLimits {
        per_project: PER_PROJECT,
        // Beyond the end of the simulation: what a lost lease does is another promise.
        lease: Duration::from_secs(365 * 86_400),
        age_step: Duration::from_secs(AGE_STEP_MINUTES.unsigned_abs() * 60),
    }
}

struct Running {
    claim: Box<dyn Claim>,
    ends_us: i64,
}

struct World<'a> {
    queue: &'a dyn JobQueue,
    clock: &'a AtomicI64,
    limits: QueueLimits,
    /// Not asked for yet; the last comes first.
    to_come: Vec<Job>,
    waiting: Vec<Job>,
    running: Vec<Running>,
    /// Number of each project's last claim.
    last_turn: HashMap<String, usize>,
    started: HashSet<Uuid>,
    /// When a pause begins and ends, and of which project; the last comes first.
    pauses_to_come: Vec<(i64, i64, Option<String>)>,
    paused: Vec<(i64, Option<String>)>,
}

impl<'a> World<'a> {
    fn new(queue: &'a dyn JobQueue, clock: &'a AtomicI64, random: &mut Random) -> Self {
        let mut to_come: Vec<Job> = (0..STORIES).map(|_| random.job()).collect();
        to_come.sort_by_key(|job| std::cmp::Reverse((job.enqueued_us, job.id)));
        let at = |minutes: i64| BEGIN_US + minutes * MINUTE_US;
        Self {
            queue,
            clock,
            limits: limits_of_the_simulation(),
            to_come,
            waiting: Vec::new(),
            running: Vec::new(),
            last_turn: HashMap::new(),
            started: HashSet::new(),
            pauses_to_come: vec![
                (at(500), at(560), None),
                (at(100), at(900), Some("project-0".to_owned())),
            ],
            paused: Vec::new(),
        }
    }

    fn now_us(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    fn is_over(&self) -> bool {
        self.to_come.is_empty() && self.waiting.is_empty() && self.running.is_empty()
    }

    async fn arrive(&mut self) -> Outcome {
        let now_us = self.now_us();
        let split = self.to_come.partition_point(|job| job.enqueued_us > now_us);
        let arrived = self.to_come.split_off(split);
        let enqueue = |job: &Job| self.queue.enqueue(job.clone());
        try_join_all(arrived.iter().map(enqueue)).await?;
        self.waiting.extend(arrived);
        Ok(())
    }

    async fn end_sessions(&mut self) -> Outcome {
        let now_us = self.now_us();
        let running = std::mem::take(&mut self.running);
        let (ended, running): (Vec<_>, Vec<_>) =
            running.into_iter().partition(|r| r.ends_us <= now_us);
        self.running = running;
        try_join_all(ended.into_iter().map(|r| r.claim.done())).await?;
        Ok(())
    }

    async fn pause_and_resume(&mut self) -> Outcome {
        let now_us = self.now_us();
        let over = |paused: &(i64, _)| paused.0 <= now_us;
        let (over, paused) = std::mem::take(&mut self.paused).into_iter().partition(over);
        self.paused = paused;
        let over: Vec<(i64, Option<String>)> = over;
        for (_, project) in over {
            let lifted = self.queue.resume(project.as_deref()).await?;
            ensure!(lifted, "the pause of {project:?} was gone");
        }
        while let Some((_, until_us, project)) = self
            .pauses_to_come
            .pop_if(|(since_us, ..)| *since_us <= now_us)
        {
            let pause = Pause {
                project_id: project.clone(),
                by: "ann".to_owned(),
                since_us: now_us,
            };
            self.queue.pause(pause).await?;
            self.paused.push((until_us, project));
        }
        Ok(())
    }

    async fn start_sessions(&mut self, random: &mut Random) -> Outcome {
        while self.running.len() < WORKERS
            && let Some(expected) = self.promised()
        {
            let claim = within("a claim", self.queue.claim("worker", &self.limits)).await??;
            let (job, number) = (claim.job().clone(), self.started.len() + 1);
            ensure!(
                job == expected,
                "claim {number} is of {job:?} instead of {expected:?}"
            );
            self.waiting.retain(|waiting| waiting.id != job.id);
            self.started.insert(job.id);
            self.last_turn.insert(job.project_id, number);
            let ends_us = self.now_us() + random.minutes(1, LONGEST_SESSION_MINUTES);
            self.running.push(Running { claim, ends_us });
        }
        if !self.started.len().is_multiple_of(LISTED_EVERY) {
            return Ok(());
        }
        let next = self.promised();
        let listed = self.queue.list(&self.limits).await?;
        let free = listed.iter().find(|job| job.reason == Reason::Worker);
        ensure!(
            free.map(|queued| &queued.job) == next.as_ref(),
            "the list says that {free:?} is next instead of {next:?}"
        );
        Ok(())
    }

    /// The story that must be next: of those that may run, those of the most urgent level; of these, those of the
    /// project that was served longest ago; of these, the one that was asked for first.
    fn promised(&self) -> Option<Job> {
        let mut next: Vec<&Job> = self.waiting.iter().filter(|j| self.may_run(j)).collect();
        keep_least(&mut next, |job| self.level(job));
        keep_least(&mut next, |job| {
            self.last_turn.get(&job.project_id).copied()
        });
        keep_least(&mut next, |job| self.running_of(&job.project_id));
        keep_least(&mut next, |job| (job.enqueued_us, job.id));
        next.first().copied().cloned()
    }

    fn may_run(&self, job: &Job) -> bool {
        let stops = |project: &Option<String>| {
            project.is_none() || project.as_deref() == Some(&job.project_id)
        };
        let is_paused = self.paused.iter().any(|(_, project)| stops(project));
        !is_paused && self.running_of(&job.project_id) < PER_PROJECT
    }

    /// P0 to P3, one less for every four hours of waiting.
    fn level(&self, job: &Job) -> i64 {
        let waited_minutes = (self.now_us() - job.enqueued_us) / MINUTE_US;
        (i64::from(job.priority) - waited_minutes / AGE_STEP_MINUTES).max(0)
    }

    fn running_of(&self, project: &str) -> usize {
        let of_it = |running: &&Running| running.claim.job().project_id == project;
        self.running.iter().filter(of_it).count()
    }

    /// To the next moment at which anything changes.
    fn move_on(&self) {
        let arrival = self.to_come.last().map(|job| job.enqueued_us);
        let end = self.running.iter().map(|running| running.ends_us).min();
        let resumed = self.paused.iter().map(|(until_us, _)| *until_us).min();
        if let Some(next_us) = [arrival, end, resumed].into_iter().flatten().min() {
            self.clock.store(next_us, Ordering::SeqCst);
        }
    }
}

fn keep_least<K: Ord>(jobs: &mut Vec<&Job>, key: impl Fn(&Job) -> K) {
    let least = jobs.iter().map(|job| key(job)).min();
    jobs.retain(|job| Some(key(job)) == least);
}

impl Random {
    fn minutes(&mut self, least: u64, beyond: u64) -> i64 {
        let minutes = least + self.below(beyond - least);
        i64::try_from(minutes).unwrap_or(i64::MAX) * MINUTE_US
    }

    /// A few projects ask for most.
    fn job(&mut self) -> Job {
        let project = self.below(PROJECTS).min(self.below(PROJECTS));
        let priority = u8::try_from(self.below(4)).unwrap_or(3);
        let after_us = match self.below(2) {
            0 => 0,
            _ => self.minutes(0, ARRIVE_WITHIN_MINUTES),
        };
        let high = u128::from(self.below(u64::MAX));
        Job {
            id: Uuid::from_u128(high << 64 | u128::from(self.below(u64::MAX))),
            ..job(&format!("project-{project}"), priority, BEGIN_US + after_us)
        }
    }
}
