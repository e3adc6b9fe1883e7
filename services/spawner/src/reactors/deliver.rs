//! Carries out the delivery policy.
use crate::{Spawner, delivery, journey};
use async_trait::async_trait;
use errand_eventlog::subscriber::{Failure, Incoming, Reactor};

pub struct Deliver(pub Spawner);

#[async_trait]
impl Reactor for Deliver {
    fn name(&self) -> &'static str {
        "spawner-deliver"
    }

    fn listens_to(&self) -> &'static [&'static str] {
        delivery::LISTENS_TO
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        if let Some(step) = delivery::next_step(
            event.id(),
            &event.event,
            event.recorded.envelope.time_us,
            &self.0.retries,
        ) {
            let meta = event.causes("deliver");
            let (id, command) = (&step.story_id, step.command);
            let done = self.0.stories.execute(id, command, &meta).await?;
            for event in &done.events {
                journey::ended(&self.0, id, event).await;
            }
        }
        Ok(())
    }
}
