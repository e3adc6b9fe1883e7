//! The Agents tab: what is queued, running or waiting for a person in one project.
use super::Fragment;
use crate::{dashboard::Site, problem::Problem, view::StoryCard};
use askama::Template;
use errand_projections::{
    MAX_PAGE_ROWS,
    sessions::{Session, SessionFilter, SessionStatus},
    stories::{StoryFilter, StoryStatus},
};
use std::collections::HashMap;

#[derive(Template)]
#[template(path = "fragments/agents.html")]
struct Agents<'a> {
    project: &'a str,
    cards: Vec<StoryCard>,
    running: usize,
    waiting_for_people: usize,
    queued: usize,
}

pub async fn agents(site: &Site, project: &str) -> Result<Fragment, Problem> {
    let cards = cards(site, project).await?;
    let count = |tone| cards.iter().filter(|c| c.badge.tone == tone).count();
    let (running, waiting_for_people) = (count("progress"), count("attention"));
    let view = Agents {
        project,
        running,
        waiting_for_people,
        queued: cards.len() - running - waiting_for_people,
        cards,
    };
    Fragment::render("agents", &view)
}

async fn cards(site: &Site, project: &str) -> Result<Vec<StoryCard>, Problem> {
    let filter = StoryFilter {
        project: Some(project.to_owned()),
        statuses: vec![
            StoryStatus::Pending,
            StoryStatus::Approved,
            StoryStatus::InProgress,
        ],
        limit: MAX_PAGE_ROWS,
        ..StoryFilter::default()
    };
    let stories = site.db().stories(&filter).await?;
    let sessions = active_sessions(site, project).await?;
    let queue = site.queue.list(&site.queue_limits).await?;
    let mut cards: Vec<_> = stories
        .iter()
        .map(|story| StoryCard::of(story, sessions.get(&story.session_id), &queue))
        .collect();
    // What needs a person first, then what runs, then the queue in its order.
    cards.sort_by_key(|card| {
        let place = card.place.as_ref().map_or(u32::MAX, |p| p.position);
        (rank(card.badge.tone), place)
    });
    Ok(cards)
}

fn rank(tone: &str) -> u8 {
    match tone {
        "attention" => 0,
        "progress" => 1,
        _ => 2,
    }
}

async fn active_sessions(site: &Site, project: &str) -> Result<HashMap<String, Session>, Problem> {
    let filter = SessionFilter {
        project: Some(project.to_owned()),
        statuses: SessionStatus::ACTIVE.to_vec(),
        limit: MAX_PAGE_ROWS,
        ..SessionFilter::default()
    };
    let sessions = site.db().sessions(&filter).await?;
    Ok(sessions.into_iter().map(|s| (s.id.clone(), s)).collect())
}
