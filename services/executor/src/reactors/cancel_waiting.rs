//! A cancelled story whose session does not run yet is stopped here; a running one by its executor.
use crate::session::{Session, SessionCommand, SessionRefusal};
use async_trait::async_trait;
use errand_eventlog::{
    JobQueue,
    aggregate::{Aggregates, ExecuteError},
    subscriber::{Failure, Incoming, Reactor},
};
use errand_proto::{Event, StoryEvent};
use std::sync::Arc;

pub struct CancelWaiting {
    pub sessions: Aggregates<Session>,
    pub queue: Arc<dyn JobQueue>,
}

#[async_trait]
impl Reactor for CancelWaiting {
    fn name(&self) -> &'static str {
        "executor-cancel-waiting"
    }

    fn listens_to(&self) -> &'static [&'static str] {
        &["errand.v1.StoryCancelRequested"]
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        let Event::Story(StoryEvent::StoryCancelRequested(request)) = &event.event else {
            return Ok(());
        };
        let session = &request.session_id;
        let command = SessionCommand::Cancel {
            executor_id: String::new(),
            by: request.by.clone(),
            reason: request.reason.clone(),
        };
        let meta = event.causes("cancel-waiting");
        match self.sessions.execute(session, command, &meta).await {
            // Its executor hears of the request by itself.
            Err(ExecuteError::Refused(SessionRefusal::OwnedBy(_))) => return Ok(()),
            // The session is created by another reactor, which may come a moment later.
            Err(ExecuteError::Refused(SessionRefusal::Absent)) => {
                return Err(Failure::Retry("the session does not exist yet".into()));
            }
            other => other?,
        };
        if let Ok(job) = uuid::Uuid::parse_str(session) {
            self.queue.remove(job).await?;
        }
        Ok(())
    }
}
