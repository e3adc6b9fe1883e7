//! Takes the buttons away from the question in Slack once it was decided, wherever that was.
use crate::{Notifier, message_text};
use async_trait::async_trait;
use errand_eventlog::subscriber::{Failure, Incoming, Reactor};
use errand_proto::{Event, StoryEvent};

pub struct SettleApproval(pub Notifier);

#[async_trait]
impl Reactor for SettleApproval {
    fn name(&self) -> &'static str {
        "notifier-settle-approval"
    }

    fn listens_to(&self) -> &'static [&'static str] {
        &["errand.v1.StoryApproved", "errand.v1.StoryRejected"]
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        let decision = match &event.event {
            Event::Story(StoryEvent::StoryApproved(e)) => format!("✅ Approved by {}", e.by),
            Event::Story(StoryEvent::StoryRejected(e)) => format!("⏹ Rejected by {}", e.by),
            _ => return Ok(()),
        };
        let key = message_text::approval_key(event.id());
        let asked = self.0.notifications.load(&key.to_string()).await?;
        // Decided before it was asked: the buttons then change nothing.
        let Some(posted) = asked.aggregate.posted() else {
            return Ok(());
        };
        let (told, url) = (&asked.aggregate.text, &self.0.public_url);
        let message = message_text::decided(event.id(), &decision, told, url);
        let update = self.0.messenger.update(&posted, &message).await;
        update.map_err(super::tell_slack::failure)
    }
}
