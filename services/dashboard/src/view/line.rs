//! A story, or several of one batch, on one line of a list.
use super::{Badge, Clock, Link, cost, short_title, story_badge};
use crate::{
    dashboard::Site,
    problem::Problem,
    when::{self, Moment},
};
use errand_projections::{
    batches::{BatchRow, BatchStatus},
    stories::Story,
};

/// A story.
pub struct StoryLine {
    pub id: String,
    pub title: String,
    pub agent_name: String,
    pub badge: Badge,
    pub clock: Clock,
    /// When it ended, or changed last.
    pub ended: Moment,
    pub pull_request: Option<Link>,
    pub note: String,
    /// Left out where the batch is shown anyhow.
    pub part_of: Option<PartOf>,
}

impl StoryLine {
    pub fn of(story: &Story) -> Self {
        let ended = story.ended_at.unwrap_or(story.updated_at);
        Self {
            id: story.id.clone(),
            title: short_title(story),
            agent_name: story.agent_name.clone(),
            badge: story_badge(story),
            clock: story
                .started_at
                .map(|from| Clock::took(from, ended))
                .unwrap_or_default(),
            ended: when::moment(ended),
            pull_request: Link::pull_request(&story.pr_url),
            note: if story.reason.is_empty() {
                story.summary.clone()
            } else {
                story.reason.clone()
            },
            part_of: None,
        }
    }
}

/// The batch that a story is in.
#[derive(Debug, Clone)]
pub struct PartOf {
    pub id: String,
    pub title: String,
}

impl PartOf {
    /// # Errors
    /// The database fails.
    pub async fn of(site: &Site, story: &Story) -> Result<Option<Self>, Problem> {
        if story.batch_id.is_empty() {
            return Ok(None);
        }
        // The batch may follow its story by a moment.
        let batch = site.db().batch(&story.batch_id).await?;
        Ok(batch.map(|batch| Self {
            id: batch.id,
            title: batch.title,
        }))
    }
}

/// How many of a batch's stories completed, as a mark.
pub struct Outcome {
    pub text: String,
    pub tone: &'static str,
}

/// A batch with its stories.
pub struct BatchLine {
    pub id: String,
    pub title: String,
    pub outcome: Outcome,
    /// What came of it in one line.
    pub summary: String,
    pub clock: Clock,
    /// When it ended, or began while it goes on.
    pub moment: Moment,
    pub cost: String,
    pub linear: Option<Link>,
    /// Where it was asked for.
    pub conversation_id: String,
    pub stories: Vec<StoryLine>,
}

impl BatchLine {
    pub fn of(batch: &BatchRow, stories: Vec<StoryLine>, cost_micro_usd: u64) -> Self {
        Self {
            id: batch.id.clone(),
            title: batch.title.clone(),
            outcome: outcome(batch),
            summary: summary(batch),
            clock: match batch.ended_at {
                Some(ended) => Clock::took(batch.created_at, ended),
                None => Clock::running("running", batch.created_at),
            },
            moment: when::moment(batch.ended_at.unwrap_or(batch.created_at)),
            cost: cost(cost_micro_usd),
            linear: Link::linear(&batch.linear_issue_url, &batch.linear_identifier),
            conversation_id: batch.conversation_id.clone(),
            stories,
        }
    }
}

fn count(batch: &BatchRow, status: &str) -> usize {
    let stories = batch.stories.iter();
    stories.filter(|story| story.status == status).count()
}

fn outcome(batch: &BatchRow) -> Outcome {
    let (completed, all) = (count(batch, "completed"), batch.stories.len());
    Outcome {
        text: format!("{completed} of {all} done"),
        tone: match completed {
            _ if batch.status == BatchStatus::Open => "progress",
            0 => "bad",
            n if n == all => "good",
            _ => "attention",
        },
    }
}

/// The first line of the report, which counts those that completed and the findings; then the others.
fn summary(batch: &BatchRow) -> String {
    let (ended, all) = batch.progress();
    let mut summary = match batch.summary.as_str() {
        "" => format!("{ended} of {all} ended."),
        told => told.to_owned(),
    };
    for status in ["failed", "cancelled"] {
        let count = count(batch, status);
        if count > 0 {
            summary += &format!(" {count} {status}.");
        }
    }
    if batch.status == BatchStatus::Consolidated && ended < all {
        summary += &format!(" {} had not ended in time.", all - ended);
    }
    summary
}
