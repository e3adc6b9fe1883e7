//! The queue: what runs, what waits in the order in which it will run, and what must wait for a person first.
use super::Fragment;
use crate::{
    dashboard::Site,
    held::{Held, held},
    problem::Problem,
    view::{Clock, short_title},
    when::{self, Moment},
};
use askama::Template;
use errand_eventlog::{JobState, Pause, QueuedJob};
use std::collections::BTreeSet;

/// Jobs listed; the total is always told.
const ROWS_SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "fragments/queue.html")]
struct Queue {
    running: Vec<Row>,
    waiting: Vec<Row>,
    held: Vec<Held>,
    /// The pause of the whole queue.
    paused: Option<PauseRow>,
    paused_projects: Vec<PauseRow>,
    /// Projects of the queue that can be paused.
    open_projects: Vec<String>,
    running_total: usize,
    waiting_total: usize,
    per_project: usize,
}

struct PauseRow {
    project: String,
    by: String,
    since: Moment,
}

struct Row {
    story_id: String,
    title: String,
    agent_name: String,
    project: String,
    priority: u8,
    position: u32,
    waiting_for: String,
    clock: Clock,
}

pub async fn queue(site: &Site) -> Result<Fragment, Problem> {
    let jobs = site.queue.list(&site.queue_limits).await?;
    let (running, waiting): (Vec<_>, Vec<_>) =
        jobs.into_iter().partition(|j| j.state == JobState::Claimed);
    let pauses = site.queue.pauses().await?;
    let projects = running.iter().chain(&waiting);
    let open_projects = open_projects(projects, &pauses);
    let (whole, projects): (Vec<_>, Vec<_>) = pauses.iter().partition(|p| p.project_id.is_none());
    let view = Queue {
        held: held(site).await?,
        paused: whole.first().map(|pause| pause_row(pause)),
        paused_projects: projects.into_iter().map(pause_row).collect(),
        open_projects,
        running_total: running.len(),
        waiting_total: waiting.len(),
        running: rows(site, running).await?,
        waiting: rows(site, waiting).await?,
        per_project: site.queue_limits.per_project,
    };
    Fragment::render("queue", &view)
}

fn open_projects<'a>(jobs: impl Iterator<Item = &'a QueuedJob>, pauses: &[Pause]) -> Vec<String> {
    let is_paused = |project: &&str| {
        pauses
            .iter()
            .any(|p| p.project_id.as_deref() == Some(*project))
    };
    let projects: BTreeSet<&str> = jobs.map(|j| j.job.project_id.as_str()).collect();
    let open = projects.into_iter().filter(|project| !is_paused(project));
    open.map(str::to_owned).collect()
}

fn pause_row(pause: &Pause) -> PauseRow {
    PauseRow {
        project: pause.project_id.clone().unwrap_or_default(),
        by: pause.by.clone(),
        since: when::moment(pause.since_us),
    }
}

async fn rows(site: &Site, jobs: Vec<QueuedJob>) -> Result<Vec<Row>, Problem> {
    let mut rows = Vec::new();
    for job in jobs.into_iter().take(ROWS_SHOWN) {
        rows.push(row(site, job).await?);
    }
    Ok(rows)
}

async fn row(site: &Site, job: QueuedJob) -> Result<Row, Problem> {
    let story = site.db().story(&job.job.story_id).await?;
    let started = story.as_ref().and_then(|s| s.started_at);
    Ok(Row {
        title: story
            .as_ref()
            .map_or_else(|| job.job.story_id.clone(), short_title),
        agent_name: story.map(|s| s.row.agent_name).unwrap_or_default(),
        clock: match (job.state, started) {
            (JobState::Claimed, Some(from)) => Clock::running("running", from),
            (JobState::Claimed, None) => Clock::default(),
            (JobState::Waiting, _) => Clock::running("waiting", job.job.enqueued_us),
        },
        story_id: job.job.story_id,
        project: job.job.project_id,
        priority: job.job.priority,
        position: job.position,
        waiting_for: job.waiting_for,
    })
}
