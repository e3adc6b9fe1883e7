//! What somebody looks for, as the fields of the form.
use crate::{
    api, dashboard::Site, events::EventQuery, fragments::percent_encoded, point, problem::Problem,
};
use errand_projections::as_of::Point;
use errand_proto::catalogue;
use uuid::Uuid;

/// The query of the page; empty fields mean "all".
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Wanted {
    pub from: String,
    pub until: String,
    pub story: String,
    #[serde(rename = "type")]
    pub event_type: String,
    pub correlation: String,
}

impl Wanted {
    pub fn is_empty(&self) -> bool {
        self.from.is_empty() && self.until.is_empty() && self.has_no_filter()
    }

    /// Every event is wanted, so that a page before can be told by its number.
    pub fn has_no_filter(&self) -> bool {
        self.story.is_empty() && self.event_type.is_empty() && self.correlation.is_empty()
    }

    pub async fn query(&self, site: &Site) -> Result<EventQuery, Problem> {
        let mut query = EventQuery {
            types: self.types()?,
            correlation: self.correlation()?,
            ..EventQuery::default()
        };
        match point::optional("from", Some(&self.from))? {
            Some(Point::Seq(seq)) => query.from = seq,
            Some(Point::Time(us)) => query.from_us = Some(us),
            None => {}
        }
        match point::optional("until", Some(&self.until))? {
            Some(Point::Seq(seq)) => query.until = Some(seq),
            Some(Point::Time(us)) => query.until_us = Some(us),
            None => {}
        }
        let story = self.story.trim();
        if !story.is_empty() {
            query.story = Some(api::find_story(site, story).await?.row.id);
        }
        Ok(query)
    }

    fn types(&self) -> Result<Vec<&'static str>, Problem> {
        let name = self.event_type.trim();
        if name.is_empty() {
            return Ok(Vec::new());
        }
        let found = catalogue::find(name).ok_or_else(|| Problem::no_such("event type", name))?;
        Ok(vec![found.full_name])
    }

    fn correlation(&self) -> Result<Option<Uuid>, Problem> {
        match self.correlation.trim() {
            "" => Ok(None),
            id => id.parse().map(Some).map_err(|_| {
                Problem::invalid("correlation", "it is no UUID; take it from an event")
            }),
        }
    }

    /// The same search from another event on, as a query string.
    pub fn beginning_at(&self, seq: u64) -> String {
        let mut query = format!("from={seq}");
        for (name, value) in [
            ("until", &self.until),
            ("story", &self.story),
            ("type", &self.event_type),
            ("correlation", &self.correlation),
        ] {
            if !value.trim().is_empty() {
                query.push_str(&format!("&{name}={}", percent_encoded(value.trim())));
            }
        }
        query
    }
}

/// The short names of all event types, for choosing one.
pub fn types() -> Vec<&'static str> {
    let short = |name: &'static str| name.rsplit('.').next().unwrap_or(name);
    catalogue::all().map(|t| short(t.full_name)).collect()
}
