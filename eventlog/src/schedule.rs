//! Which job runs next: a pure function that every adapter of the queue shares.
//!
//! The rule, in this order:
//! 1. A job whose release delay has not passed, whose project has as many sessions running as it may, or that a
//!    person's pause is about, waits.
//! 2. The lowest effective priority number: the job's own, one less for every `age_step` it has waited.
//!    So each job is at 0 some day, and then nothing comes before it for ever.
//! 3. Turns between projects: the one that was served longest ago, then the one with the fewest sessions running.
//! 4. The job that was enqueued first.
mod list;

pub use list::{Standing, list};

use crate::{Job, Pauses, QueueLimits, Reason};
use std::collections::{BTreeSet, HashMap, VecDeque};
use uuid::Uuid;

/// A job that nobody has claimed.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    pub job: &'a Job,
    /// Not to be claimed before this time, in microseconds since the Unix epoch; 0 when it was never released.
    pub not_before_us: i64,
}

/// What a project has had.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Served {
    /// Sessions running now.
    pub running: usize,
    /// Number of its last claim among all claims; 0 when it never had one.
    pub last_turn: u64,
}

/// By project id. Projects without an entry have had nothing.
pub type Projects = HashMap<String, Served>;

/// A place in the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Index of the candidate.
    pub index: usize,
    pub reason: Reason,
    /// The reason in words.
    pub waiting_for: String,
}

/// What holds for all jobs.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    pub projects: &'a Projects,
    pub pauses: &'a Pauses,
    pub limits: &'a QueueLimits,
    /// Microseconds since the Unix epoch.
    pub now_us: i64,
}

/// Sorts before what runs later.
type Rank = (u8, u64, usize, i64, Uuid);

/// The job's priority after ageing, 0 (first) to 3.
pub fn effective_priority(job: &Job, limits: &QueueLimits, now_us: i64) -> u8 {
    let step_us = i64::try_from(limits.age_step.as_micros()).unwrap_or(i64::MAX);
    let waited_us = now_us.saturating_sub(job.enqueued_us).max(0);
    let steps = u8::try_from(waited_us / step_us.max(1)).unwrap_or(u8::MAX);
    job.priority.saturating_sub(steps)
}

/// The candidate to claim now, or `None` when none may run. Same as the first of [`order`] that may run, but cheaper.
pub fn next<'a>(
    candidates: impl IntoIterator<Item = Candidate<'a>>,
    rules: Rules<'_>,
) -> Option<&'a Job> {
    let Rules {
        projects, limits, ..
    } = rules;
    let may_run = |c: &Candidate<'_>| {
        c.not_before_us <= rules.now_us
            && served(projects, c.job).running < limits.per_project
            && rules.pauses.over(&c.job.project_id).is_none()
    };
    candidates
        .into_iter()
        .filter(may_run)
        .map(|c| c.job)
        .min_by_key(|job| rank(job, served(projects, job), limits, rules.now_us))
}

/// All candidates in the order in which they would run if no job came or ended. First those that may run now, then
/// those held back by their project's cap, then the paused ones, then the delayed ones by their time.
pub fn order(candidates: &[Candidate<'_>], rules: Rules<'_>) -> Vec<Placement> {
    let delayed = |index: &usize| candidates[*index].not_before_us > rules.now_us;
    let paused = |index: &usize| {
        let project = &candidates[*index].job.project_id;
        rules.pauses.over(project).is_some()
    };
    let (delayed, free): (Vec<usize>, Vec<usize>) = (0..candidates.len()).partition(delayed);
    let (paused, open): (Vec<usize>, Vec<usize>) = free.into_iter().partition(paused);
    let mut placements = unpaused(candidates, open, rules);
    let turns = take_turns(candidates, paused, rules);
    placements.extend(turns.into_iter().filter_map(|(index, _)| {
        let pause = rules.pauses.over(&candidates[index].job.project_id)?;
        Some(placed(index, Reason::Paused, pause.words()))
    }));
    placements.extend(by_their_time(candidates, delayed, rules.now_us));
    placements
}

/// Those that may run now, then those held back by their project's cap.
fn unpaused(candidates: &[Candidate<'_>], open: Vec<usize>, rules: Rules<'_>) -> Vec<Placement> {
    let limits = rules.limits;
    let mut runs = Vec::new();
    let mut held = Vec::new();
    for (index, running) in take_turns(candidates, open, rules) {
        let job = candidates[index].job;
        if running < limits.per_project {
            let (reason, words) = next_after(runs.len());
            runs.push(placed(index, reason, words));
        } else {
            let words = capped(job, served(rules.projects, job).running, limits);
            held.push(placed(index, Reason::ProjectLimit, words));
        }
    }
    runs.append(&mut held);
    runs
}

fn by_their_time(
    candidates: &[Candidate<'_>],
    mut delayed: Vec<usize>,
    now_us: i64,
) -> impl Iterator<Item = Placement> {
    delayed.sort_by_key(|index| (candidates[*index].not_before_us, candidates[*index].job.id));
    delayed.into_iter().map(move |index| {
        let words = delay(candidates[index].not_before_us, now_us);
        placed(index, Reason::Delayed, words)
    })
}

fn placed(index: usize, reason: Reason, waiting_for: String) -> Placement {
    Placement {
        index,
        reason,
        waiting_for,
    }
}

fn next_after(ahead: usize) -> (Reason, String) {
    match ahead {
        0 => (Reason::Worker, "waits for a free worker".to_owned()),
        ahead => (Reason::Ahead, format!("{ahead} ahead of it")),
    }
}

/// Every index once, each with the sessions that its project would have running by then.
fn take_turns(
    candidates: &[Candidate<'_>],
    free: Vec<usize>,
    rules: Rules<'_>,
) -> Vec<(usize, usize)> {
    let Rules {
        projects,
        limits,
        now_us,
        ..
    } = rules;
    let job = |index: usize| candidates[index].job;
    let mut queues: HashMap<&str, (Served, VecDeque<usize>)> = HashMap::new();
    for index in free {
        let project = job(index).project_id.as_str();
        let first = || (served(projects, job(index)), VecDeque::new());
        queues
            .entry(project)
            .or_insert_with(first)
            .1
            .push_back(index);
    }
    let mut heads = BTreeSet::new();
    for (served, queue) in queues.values_mut() {
        queue
            .make_contiguous()
            .sort_by_key(|index| rank(job(*index), Served::default(), limits, now_us));
        if let Some(index) = queue.front() {
            heads.insert((rank(job(*index), *served, limits, now_us), *index));
        }
    }
    let last_turn = projects.values().map(|served| served.last_turn).max();
    let mut turn = last_turn.unwrap_or(0);
    let mut taken = Vec::new();
    while let Some((_, index)) = heads.pop_first() {
        let Some((served, queue)) = queues.get_mut(job(index).project_id.as_str()) else {
            continue;
        };
        queue.pop_front();
        taken.push((index, served.running));
        turn += 1;
        served.running += 1;
        served.last_turn = turn;
        if let Some(index) = queue.front() {
            heads.insert((rank(job(*index), *served, limits, now_us), *index));
        }
    }
    taken
}

fn rank(job: &Job, served: Served, limits: &QueueLimits, now_us: i64) -> Rank {
    (
        effective_priority(job, limits, now_us),
        served.last_turn,
        served.running,
        job.enqueued_us,
        job.id,
    )
}

fn served(projects: &Projects, job: &Job) -> Served {
    projects.get(&job.project_id).copied().unwrap_or_default()
}

fn capped(job: &Job, running: usize, limits: &QueueLimits) -> String {
    let (cap, project) = (limits.per_project, &job.project_id);
    if running >= cap {
        format!("project {project} is at its limit of {cap}")
    } else {
        format!("project {project} may run {cap} at once, and others of it are ahead")
    }
}

fn delay(not_before_us: i64, now_us: i64) -> String {
    let wait_us = (not_before_us - now_us).max(0).cast_unsigned();
    let seconds = wait_us.div_ceil(1_000_000);
    format!("its next attempt in {seconds} s")
}

#[cfg(test)]
mod tests;
