//! The History tab: what has ended in one project, newest first.
use super::Fragment;
use crate::{
    dashboard::Site,
    problem::Problem,
    view::{Badge, Clock, Link, short_title, story_badge},
    when::{self, Moment},
};
use askama::Template;
use errand_projections::stories::{Story, StoryFilter, StoryStatus};

const ROWS_SHOWN: u32 = 30;

/// What the reader asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryView {
    pub status: Option<StoryStatus>,
    pub search: Option<String>,
    /// The cursor of the page before.
    pub before: Option<i64>,
}

impl HistoryView {
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Only the unfiltered first page is live; the others stay as they were asked for.
    pub fn element_id(&self) -> &'static str {
        if self.is_default() {
            "history"
        } else {
            "history-found"
        }
    }
}

#[derive(Template)]
#[template(path = "fragments/history.html")]
struct History<'a> {
    element_id: &'a str,
    project: &'a str,
    filtered: bool,
    rows: Vec<Row>,
    /// Query string of the next page.
    older: Option<String>,
}

struct Row {
    id: String,
    title: String,
    agent_name: String,
    badge: Badge,
    clock: Clock,
    ended: Moment,
    pull_request: Option<Link>,
    note: String,
}

pub async fn history(site: &Site, project: &str, view: &HistoryView) -> Result<Fragment, Problem> {
    const ENDED: [StoryStatus; 3] = [
        StoryStatus::Completed,
        StoryStatus::Failed,
        StoryStatus::Cancelled,
    ];
    let filter = StoryFilter {
        project: Some(project.to_owned()),
        statuses: view.status.map_or(ENDED.to_vec(), |status| vec![status]),
        search: view.search.clone(),
        before: view.before,
        limit: ROWS_SHOWN,
        ..StoryFilter::default()
    };
    let stories = site.db().stories(&filter).await?;
    let is_full = stories.len() == ROWS_SHOWN as usize;
    let history = History {
        element_id: view.element_id(),
        project,
        filtered: !view.is_default(),
        older: stories
            .last()
            .filter(|_| is_full)
            .map(|s| older(view, s.created_seq)),
        rows: stories.iter().map(row).collect(),
    };
    Fragment::render(view.element_id(), &history)
}

fn row(story: &Story) -> Row {
    let ended = story.ended_at.unwrap_or(story.updated_at);
    Row {
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
    }
}

fn older(view: &HistoryView, cursor: i64) -> String {
    let mut query = format!("before={cursor}");
    if let Some(status) = view.status {
        query.push_str(&format!("&status={status}"));
    }
    if let Some(search) = &view.search {
        query.push_str("&q=");
        query.push_str(&percent_encoded(search));
    }
    query
}

pub fn percent_encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
