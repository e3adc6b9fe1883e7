//! A queued execution becomes a job.
use async_trait::async_trait;
use errand_eventlog::{
    JobQueue,
    subscriber::{Failure, Incoming, Reactor},
};
use errand_proto::{Event, StoryEvent};
use std::sync::Arc;

pub struct EnqueueJob(pub Arc<dyn JobQueue>);

#[async_trait]
impl Reactor for EnqueueJob {
    fn name(&self) -> &'static str {
        "executor-enqueue-job"
    }

    fn listens_to(&self) -> &'static [&'static str] {
        &["errand.v1.ExecutionQueued"]
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        if let Event::Story(StoryEvent::ExecutionQueued(queued)) = &event.event {
            let time_us = event.recorded.envelope.time_us;
            let job = crate::reconciler::job(event.id(), queued, time_us)?;
            let (session, priority) = (job.id, job.priority);
            self.0.enqueue(job).await?;
            tracing::info!(story = event.id(), %session, priority, "session enqueued");
        }
        Ok(())
    }
}
