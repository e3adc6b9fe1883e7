//! An event in words, with the way to what it is about.
use crate::{
    dashboard::Site,
    events,
    problem::Problem,
    when::{self, Moment},
};
use errand_eventlog::Recorded;
use errand_proto::AggregateKind;

/// One line of a list of events.
#[derive(Debug, Clone)]
pub struct EventLine {
    pub seq: u64,
    /// The type without its package.
    pub name: String,
    pub what: String,
    /// The kind of aggregate and the beginning of its id.
    pub about: String,
    pub at: Moment,
}

const ID_CHARS_SHOWN: usize = 8;

impl EventLine {
    pub fn of(event: &Recorded) -> Self {
        let id: String = event.subject.id().chars().take(ID_CHARS_SHOWN).collect();
        Self {
            seq: event.seq,
            name: short_type(event).to_owned(),
            what: events::summary(event),
            about: format!("{} {id}", event.subject.kind().as_str()),
            at: when::moment(event.envelope.time_us),
        }
    }
}

/// The type without its package.
pub fn short_type(event: &Recorded) -> &str {
    let name = event.envelope.event_type.rsplit('.').next();
    name.unwrap_or_default()
}

/// Where people see what an event is about: a story's page or a conversation.
pub async fn page_of(site: &Site, event: &Recorded) -> Result<Option<String>, Problem> {
    let id = event.subject.id();
    Ok(match event.subject.kind() {
        AggregateKind::Story => Some(format!("/stories/{id}")),
        AggregateKind::Conversation => Some(format!("/chat/{id}")),
        AggregateKind::Session => {
            let session = site.db().session(id).await?;
            session.map(|s| format!("/stories/{}", s.story_id))
        }
        AggregateKind::Batch | AggregateKind::Notification => None,
    })
}

/// An event as JSON on several lines.
pub fn pretty(event: &Recorded) -> String {
    serde_json::to_string_pretty(&events::record(event)).unwrap_or_default()
}
