//! What the Linear issue shows of a session, read from the session's own stream.
use crate::Spawner;
use errand_eventlog::LogError;
use errand_proto::{AggregateKind, Event, SessionEvent, Subject, v1};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct SessionProgress {
    pub plan: Vec<v1::PlanStep>,
    pub pr_url: String,
}

impl SessionProgress {
    pub async fn load(spawner: &Spawner, session_id: &str) -> Result<Self, LogError> {
        let subject = Subject::new(&spawner.workspace, AggregateKind::Session, session_id)
            .map_err(|e| LogError::Rejected(e.to_string()))?;
        let mut progress = Self::default();
        for recorded in spawner.log.load(&subject, 0).await? {
            let event = recorded
                .decode()
                .map_err(|e| LogError::Corrupt(e.to_string()))?;
            progress.apply(event);
        }
        Ok(progress)
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Session(SessionEvent::PlanUpdated(e)) => self.plan = e.steps,
            Event::Session(SessionEvent::PullRequestOpened(e)) => self.pr_url = e.pr_url,
            _ => {}
        }
    }
}
