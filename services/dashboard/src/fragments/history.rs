//! The History tab: what has ended in one project, newest first.
use super::{Fragment, lines::BatchParts};
use crate::{
    dashboard::Site,
    problem::Problem,
    view::{BatchLine, PartOf, StoryLine},
};
use askama::Template;
use errand_projections::{
    batches::{BatchFilter, BatchRow, BatchStatus},
    stories::{Story, StoryFilter, StoryStatus},
};
use std::cmp::Reverse;

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
    entries: Vec<Entry>,
    /// Query string of the next page.
    older: Option<String>,
}

/// What ended by itself, or several stories with one report.
enum Entry {
    Story(StoryLine),
    Batch(BatchLine),
}

/// What is listed, by its place in the log.
enum Found {
    Story(Box<Story>),
    Batch(Box<BatchRow>),
}

impl Found {
    fn seq(&self) -> i64 {
        match self {
            Self::Story(story) => story.created_seq,
            Self::Batch(batch) => batch.created_seq,
        }
    }
}

pub async fn history(site: &Site, project: &str, view: &HistoryView) -> Result<Fragment, Problem> {
    let mut found = stories(site, project, view).await?;
    found.extend(batches(site, project, view).await?);
    found.sort_by_key(|it| Reverse(it.seq()));
    found.truncate(ROWS_SHOWN as usize);
    let last = found.last().filter(|_| found.len() == ROWS_SHOWN as usize);
    let history = History {
        element_id: view.element_id(),
        project,
        filtered: !view.is_default(),
        older: last.map(|it| older(view, it.seq())),
        entries: entries(site, found).await?,
    };
    Fragment::render(view.element_id(), &history)
}

/// The stories of a batch are shown with it, once it has its report. Whoever looks for single ones gets each by itself.
async fn stories(site: &Site, project: &str, view: &HistoryView) -> Result<Vec<Found>, Problem> {
    const ENDED: [StoryStatus; 3] = [
        StoryStatus::Completed,
        StoryStatus::Failed,
        StoryStatus::Cancelled,
    ];
    let filter = StoryFilter {
        project: Some(project.to_owned()),
        statuses: view.status.map_or(ENDED.to_vec(), |status| vec![status]),
        outside_reports: view.status.is_none() && view.search.is_none(),
        search: view.search.clone(),
        before: view.before,
        limit: ROWS_SHOWN,
        ..StoryFilter::default()
    };
    let found = site.db().stories(&filter).await?;
    let found = found.into_iter().map(|story| Found::Story(Box::new(story)));
    Ok(found.collect())
}

/// The status that is asked for is one of stories, which batches have not.
async fn batches(site: &Site, project: &str, view: &HistoryView) -> Result<Vec<Found>, Problem> {
    if view.status.is_some() {
        return Ok(Vec::new());
    }
    let filter = BatchFilter {
        project: Some(project.to_owned()),
        status: Some(BatchStatus::Consolidated),
        search: view.search.clone(),
        before: view.before,
        limit: ROWS_SHOWN,
        ..BatchFilter::default()
    };
    let found = site.db().batches(&filter).await?;
    let found = found.into_iter().map(|batch| Found::Batch(Box::new(batch)));
    Ok(found.collect())
}

async fn entries(site: &Site, found: Vec<Found>) -> Result<Vec<Entry>, Problem> {
    let batch = |it: &Found| match it {
        Found::Batch(batch) => Some(batch.id.clone()),
        Found::Story(_) => None,
    };
    let ids: Vec<_> = found.iter().filter_map(batch).collect();
    let mut parts = BatchParts::load(site, &ids).await?;
    let mut entries = Vec::new();
    for it in found {
        entries.push(match it {
            Found::Batch(batch) => Entry::Batch(parts.line(&batch)),
            Found::Story(story) => {
                let mut line = StoryLine::of(&story);
                line.part_of = PartOf::of(site, &story).await?;
                Entry::Story(line)
            }
        });
    }
    Ok(entries)
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
