//! The queue: what runs, and what waits in the order in which it will run.
use super::Fragment;
use crate::{
    dashboard::Site,
    problem::Problem,
    view::{Clock, short_title, why},
};
use askama::Template;
use errand_eventlog::{JobState, QueuedJob};

/// Jobs listed; the total is always told.
const ROWS_SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "fragments/queue.html")]
struct Queue {
    running: Vec<Row>,
    waiting: Vec<Row>,
    running_total: usize,
    waiting_total: usize,
    per_project: usize,
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
    let view = Queue {
        running_total: running.len(),
        waiting_total: waiting.len(),
        running: rows(site, running).await?,
        waiting: rows(site, waiting).await?,
        per_project: site.queue_limits.per_project,
    };
    Fragment::render("queue", &view)
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
        waiting_for: why(&job.waiting_for),
    })
}
