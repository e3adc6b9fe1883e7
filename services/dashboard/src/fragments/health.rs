//! Health: is everything keeping up, and what was set aside.
use super::Fragment;
use crate::{
    dashboard::{Site, VendorInfo},
    problem::Problem,
    when::{self, Moment},
};
use askama::Template;
use errand_eventlog::{DeadLetter, GroupStatus};
use errand_projections::{positions::ProjectionState, projector::ProjectionStatus};

const DEAD_LETTERS_SHOWN: u32 = 50;
/// Events behind the head that are no reason to worry.
const USUAL_LAG_EVENTS: u64 = 1_000;

#[derive(Template)]
#[template(path = "fragments/health.html")]
struct Health {
    well: bool,
    head: u64,
    projections: Vec<Follower>,
    groups: Vec<Follower>,
    letters: Vec<Letter>,
    vendors: Vec<VendorInfo>,
}

/// A projection or a subscriber group, and how far it is.
struct Follower {
    name: String,
    position: u64,
    lag: u64,
    outstanding: Option<u64>,
    state: String,
    tone: &'static str,
    error: String,
}

struct Letter {
    id: u64,
    group: String,
    event: String,
    subject: String,
    reason: String,
    attempts: u32,
    at: Moment,
}

pub async fn health(site: &Site) -> Result<Fragment, Problem> {
    let projections = site.projector.status().await?;
    let groups = site.log.groups().await?;
    let letters = site.dead_letters.list(DEAD_LETTERS_SHOWN).await?;
    let projections: Vec<_> = projections.into_iter().map(of_projection).collect();
    let groups: Vec<_> = groups.into_iter().map(of_group).collect();
    let lagging = projections.iter().chain(&groups).any(|f| f.tone != "good");
    let view = Health {
        well: !lagging && letters.is_empty(),
        head: site.log.head().await?.seq,
        projections,
        groups,
        letters: letters.iter().map(letter).collect(),
        vendors: site.config.vendors.clone(),
    };
    Fragment::render("health", &view)
}

fn of_projection(status: ProjectionStatus) -> Follower {
    let position = status.position;
    let tone = match position.state {
        ProjectionState::Following | ProjectionState::Starting => lag_tone(status.lag),
        ProjectionState::Failed => "bad",
        ProjectionState::Retrying | ProjectionState::Stopped => "attention",
    };
    Follower {
        name: position.name.to_owned(),
        position: position.seq,
        lag: status.lag,
        outstanding: None,
        state: if position.rebuilding {
            "rebuilding"
        } else {
            position.state.as_str()
        }
        .to_owned(),
        tone,
        error: position.error.unwrap_or_default(),
    }
}

fn of_group(status: GroupStatus) -> Follower {
    let lag = status.head.saturating_sub(status.acked_through);
    let tone = lag_tone(lag);
    Follower {
        name: status.name,
        position: status.acked_through,
        lag,
        outstanding: Some(status.outstanding),
        state: if tone == "good" {
            "keeping up"
        } else {
            "behind"
        }
        .to_owned(),
        tone,
        error: String::new(),
    }
}

fn lag_tone(lag: u64) -> &'static str {
    if lag <= USUAL_LAG_EVENTS {
        "good"
    } else {
        "attention"
    }
}

fn letter(letter: &DeadLetter) -> Letter {
    let event = letter.event.envelope.event_type.rsplit('.').next();
    Letter {
        id: letter.id,
        group: letter.group.clone(),
        event: event.unwrap_or_default().to_owned(),
        subject: letter.event.subject.to_string(),
        reason: letter.reason.clone(),
        attempts: letter.attempts,
        at: when::moment(letter.at_us),
    }
}
