//! The session of a cancelled or rejected story that does not run yet is ended here; a running one by its executor.
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
        // A story that waits is cancelled at once; one that is queued or runs is asked to be.
        &[
            "errand.v1.StoryCancelRequested",
            "errand.v1.StoryCancelled",
            "errand.v1.StoryRejected",
        ]
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        let Some((session, by, reason)) = unwanted(&event.event) else {
            return Ok(());
        };
        let command = SessionCommand::Cancel {
            executor_id: String::new(),
            by: by.clone(),
            reason: reason.clone(),
            branch_url: String::new(),
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

/// The session that shall not run, by whom, and why.
fn unwanted(event: &Event) -> Option<(&String, &String, &String)> {
    match event {
        Event::Story(StoryEvent::StoryCancelRequested(e)) => {
            Some((&e.session_id, &e.by, &e.reason))
        }
        Event::Story(StoryEvent::StoryCancelled(e)) => Some((&e.session_id, &e.by, &e.reason)),
        Event::Story(StoryEvent::StoryRejected(e)) => Some((&e.session_id, &e.by, &e.reason)),
        _ => None,
    }
}
