//! Dead letters: the list, and one of them whole.
use super::{Page, page};
use crate::{
    dashboard::Site,
    letters::MAX_REDRIVEN,
    problem::Problem,
    view::{Shell, Tab, Viewer, event},
    when::{self, Moment},
};
use askama::Template;
use axum::extract::{Path, Query, State};
use errand_eventlog::{DeadLetter, LetterQuery};

const LETTERS_SHOWN: u32 = 50;

/// One letter in words.
struct Letter {
    id: u64,
    group: String,
    event: String,
    subject: String,
    seq: u64,
    reason: String,
    attempts: u32,
    happened: Moment,
    given_up: Moment,
}

#[derive(Template)]
#[template(path = "dead_letters.html")]
struct LettersPage {
    shell: Shell,
    /// Empty for all subscribers.
    group: String,
    counts: Vec<(String, u64)>,
    letters: Vec<Letter>,
    older: Option<u64>,
    max_redriven: u64,
}

#[derive(serde::Deserialize)]
pub struct Wanted {
    group: Option<String>,
    before: Option<u64>,
}

/// `GET /dead-letters`
pub async fn list(State(site): State<Site>, viewer: Viewer, Query(wanted): Query<Wanted>) -> Page {
    let query = LetterQuery {
        group: wanted.group.filter(|group| !group.is_empty()),
        before: wanted.before,
        limit: LETTERS_SHOWN,
    };
    let letters = site.dead_letters.find(&query).await?;
    let full = letters.len() == LETTERS_SHOWN as usize;
    page(&LettersPage {
        shell: Shell::new(&site, viewer, Tab::Health, "Dead letters"),
        counts: site.dead_letters.counts().await?.into_iter().collect(),
        older: letters.last().map(|letter| letter.id).filter(|_| full),
        letters: letters.iter().map(letter).collect(),
        group: query.group.unwrap_or_default(),
        max_redriven: u64::from(MAX_REDRIVEN),
    })
}

#[derive(Template)]
#[template(path = "dead_letter.html")]
struct LetterPage {
    shell: Shell,
    letter: Letter,
    about: Option<String>,
    json: String,
}

/// `GET /dead-letters/{id}`
pub async fn show(State(site): State<Site>, viewer: Viewer, Path(id): Path<u64>) -> Page {
    let found = site.dead_letters.get(id).await?;
    let found = found.ok_or_else(|| Problem::no_such("dead letter", &id.to_string()))?;
    let title = format!("Dead letter {id}");
    page(&LetterPage {
        shell: Shell::new(&site, viewer, Tab::Health, title),
        about: event::page_of(&site, &found.event).await?,
        json: event::pretty(&found.event),
        letter: letter(&found),
    })
}

fn letter(letter: &DeadLetter) -> Letter {
    Letter {
        id: letter.id,
        group: letter.group.clone(),
        event: event::short_type(&letter.event).to_owned(),
        subject: letter.event.subject.to_string(),
        seq: letter.event.seq,
        reason: letter.reason.clone(),
        attempts: letter.attempts,
        happened: when::moment(letter.event.envelope.time_us),
        given_up: when::moment(letter.at_us),
    }
}
