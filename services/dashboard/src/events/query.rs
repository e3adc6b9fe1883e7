//! Which events somebody wants to see.
use errand_eventlog::{Filter, Recorded};
use errand_projections::events::{EventFilter, story_of};
use errand_proto::{AggregateKind, catalogue};
use std::collections::HashSet;
use uuid::Uuid;

/// What is asked for. Absent parts mean "all"; every bound is included.
#[derive(Debug, Clone, Default)]
pub struct EventQuery {
    /// The first sequence.
    pub from: u64,
    /// The last sequence.
    pub until: Option<u64>,
    /// Microseconds since the Unix epoch.
    pub from_us: Option<i64>,
    pub until_us: Option<i64>,
    /// Full type names.
    pub types: Vec<&'static str>,
    pub correlation: Option<Uuid>,
    /// Everything that names this story, and everything of its sessions.
    pub story: Option<String>,
}

impl EventQuery {
    /// True when the archive has an index for it. The log itself is best at handing out everything in order.
    pub fn is_indexed(&self) -> bool {
        let times = self.from_us.is_some() || self.until_us.is_some();
        times || !self.types.is_empty() || self.correlation.is_some() || self.story.is_some()
    }

    pub fn in_archive(&self) -> EventFilter {
        let short = |name: &&str| catalogue::find(name).map(|t| t.name);
        EventFilter {
            types: self.types.iter().filter_map(short).collect(),
            story: self.story.clone(),
            correlation: self.correlation,
            from_us: self.from_us,
            until_us: self.until_us,
        }
    }

    /// What the log can leave out. To know a story's sessions one must have seen them begin.
    pub fn in_log(&self) -> Filter {
        match self.story {
            Some(_) => Filter::all(),
            None => Filter::types(&self.types),
        }
    }

    pub fn is_past(&self, seq: u64) -> bool {
        self.until.is_some_and(|until| seq >= until)
    }

    /// All but the story.
    fn matches(&self, event: &Recorded) -> bool {
        let envelope = &event.envelope;
        event.seq >= self.from
            && self.until.is_none_or(|until| event.seq <= until)
            && self.from_us.is_none_or(|from| envelope.time_us >= from)
            && self.until_us.is_none_or(|until| envelope.time_us <= until)
            && self
                .correlation
                .is_none_or(|id| envelope.correlation_id == id)
            && (self.types.is_empty() || self.types.contains(&envelope.event_type.as_str()))
    }
}

/// Goes through the log in its order and says what is wanted.
pub struct Matcher {
    query: EventQuery,
    /// The story's sessions that have begun so far.
    sessions: HashSet<String>,
}

impl Matcher {
    pub fn new(query: EventQuery, sessions: Vec<String>) -> Self {
        Self {
            query,
            sessions: sessions.into_iter().collect(),
        }
    }

    pub fn matches(&mut self, event: &Recorded) -> bool {
        // First, for it remembers.
        self.is_of_story(event) && self.query.matches(event)
    }

    fn is_of_story(&mut self, event: &Recorded) -> bool {
        let Some(story) = &self.query.story else {
            return true;
        };
        let subject = &event.subject;
        let is_session = subject.kind() == AggregateKind::Session;
        if is_session && self.sessions.contains(subject.id()) {
            return true;
        }
        let data = event.decode().map(|e| e.to_json()).unwrap_or_default();
        let is_named = story_of(subject, &data) == Some(story.as_str());
        if is_named && is_session {
            self.sessions.insert(subject.id().to_owned());
        }
        is_named
    }
}
