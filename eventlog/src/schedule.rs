//! Which job runs next: a pure function that every adapter of the queue shares.
//!
//! The rule, in this order:
//! 1. A job whose release delay has not passed, or whose project has as many sessions running as it may, waits.
//! 2. The lowest effective priority number: the job's own, one less for every `age_step` it has waited.
//!    So each job is at 0 some day, and then nothing comes before it for ever.
//! 3. Turns between projects: the one that was served longest ago, then the one with the fewest sessions running.
//! 4. The job that was enqueued first.
use crate::{Job, QueueLimits};
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
    /// Why it does not run now, in words.
    pub waiting_for: String,
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
    projects: &Projects,
    limits: &QueueLimits,
    now_us: i64,
) -> Option<&'a Job> {
    let may_run = |c: &Candidate<'_>| {
        c.not_before_us <= now_us && served(projects, c.job).running < limits.per_project
    };
    candidates
        .into_iter()
        .filter(may_run)
        .map(|c| c.job)
        .min_by_key(|job| rank(job, served(projects, job), limits, now_us))
}

/// All candidates in the order in which they would run if no job came or ended.
/// First those that may run now, then those held back by their project's cap, then the delayed ones by their time.
pub fn order(
    candidates: &[Candidate<'_>],
    projects: &Projects,
    limits: &QueueLimits,
    now_us: i64,
) -> Vec<Placement> {
    let (mut delayed, free): (Vec<usize>, Vec<usize>) =
        (0..candidates.len()).partition(|index| candidates[*index].not_before_us > now_us);
    let mut runs = Vec::new();
    let mut held = Vec::new();
    for (index, running) in take_turns(candidates, free, projects, limits, now_us) {
        let job = candidates[index].job;
        if running < limits.per_project {
            let waiting_for = "a free worker".to_owned();
            runs.push(Placement { index, waiting_for });
        } else {
            let waiting_for = capped(job, served(projects, job).running, limits);
            held.push(Placement { index, waiting_for });
        }
    }
    delayed.sort_by_key(|index| (candidates[*index].not_before_us, candidates[*index].job.id));
    let delayed = delayed.into_iter().map(|index| Placement {
        index,
        waiting_for: delay(candidates[index].not_before_us, now_us),
    });
    runs.into_iter().chain(held).chain(delayed).collect()
}

/// Every index once, each with the sessions that its project would have running by then.
fn take_turns(
    candidates: &[Candidate<'_>],
    free: Vec<usize>,
    projects: &Projects,
    limits: &QueueLimits,
    now_us: i64,
) -> Vec<(usize, usize)> {
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
        format!("{running} of {cap} sessions of project {project} are running")
    } else {
        format!("project {project} may run {cap} sessions at once, and others of it are ahead")
    }
}

fn delay(not_before_us: i64, now_us: i64) -> String {
    let wait_us = (not_before_us - now_us).max(0).cast_unsigned();
    let seconds = wait_us.div_ceil(1_000_000);
    format!("its next attempt in {seconds} s")
}

#[cfg(test)]
mod tests;
