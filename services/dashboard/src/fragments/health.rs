//! Health: is everything keeping up, and what needs a look.
use super::Fragment;
use crate::{
    dashboard::Site,
    health::{self, USUAL_LAG_EVENTS},
    problem::Problem,
    records::Health,
};
use askama::Template;
use errand_projections::positions::ProjectionState;

#[derive(Template)]
#[template(path = "fragments/health.html")]
struct HealthView {
    health: Health,
}

impl HealthView {
    fn projection_tone(&self, state: &str, lag: &u64) -> &'static str {
        match state.parse() {
            Ok(ProjectionState::Failed) => "bad",
            Ok(ProjectionState::Following | ProjectionState::Starting) => self.lag_tone(lag),
            _ => "attention",
        }
    }

    fn lag_tone(&self, lag: &u64) -> &'static str {
        if *lag <= USUAL_LAG_EVENTS {
            "good"
        } else {
            "attention"
        }
    }

    /// "in step", or how far behind.
    fn behind(&self, lag: &u64) -> String {
        match lag {
            0 => "in step".to_owned(),
            1 => "1 event behind".to_owned(),
            n => format!("{n} events behind"),
        }
    }
}

pub async fn health(site: &Site) -> Result<Fragment, Problem> {
    let health = health::health(site).await?;
    Fragment::render("health", &HealthView { health })
}
