//! The one door through which agents are spawned, and how many may pass in an hour.
//!
//! The log is counted, so a restart forgets nothing. One process counts exactly; of several, each may let one more
//! pass than there was room for.
use crate::conversation::{
    Conversation, ConversationCommand, ConversationRefusal, LastHour, SpawnCaps,
};
use errand_eventlog::{
    EventLog, Filter, LogError, Seq, StartAt,
    aggregate::{Aggregates, CommandMeta, ExecuteError, Executed, now_us},
};
use errand_proto::{ConversationEvent, Event, v1};
use futures::StreamExt;
use std::{collections::VecDeque, sync::Arc};
use tokio::sync::Mutex;

const HOUR_US: i64 = 60 * 60 * 1_000_000;

/// Requests spawns within the caps.
#[derive(Clone)]
pub struct Spawns(Arc<Door>);

struct Door {
    conversations: Aggregates<Conversation>,
    log: Arc<dyn EventLog>,
    caps: SpawnCaps,
    recent: Mutex<Recent>,
}

/// The spawns of the last hour, as far as the log was read.
#[derive(Default)]
struct Recent {
    through: Option<Seq>,
    /// When, and by whom.
    spawns: VecDeque<(i64, String)>,
}

impl Spawns {
    pub fn new(
        log: Arc<dyn EventLog>,
        conversations: Aggregates<Conversation>,
        caps: SpawnCaps,
    ) -> Self {
        Self(Arc::new(Door {
            conversations,
            log,
            caps,
            recent: Mutex::default(),
        }))
    }

    /// Records the request in its conversation.
    ///
    /// # Errors
    /// A cap is reached, the conversation is unknown, or the log failed.
    pub async fn request(
        &self,
        request: v1::AgentSpawnRequested,
        meta: &CommandMeta,
    ) -> Result<Executed<ConversationEvent>, ExecuteError<ConversationRefusal>> {
        let door = &*self.0;
        let (mut last_hour, mut turn) = (LastHour::default(), None);
        if door.caps != SpawnCaps::default() {
            // Held until the request is recorded: two at once must not take the same last place.
            let recent = turn.insert(door.recent.lock().await);
            let now = now_us();
            recent
                .catch_up(&*door.log, now)
                .await
                .map_err(ExecuteError::Log)?;
            last_hour = recent.last_hour(door.caps, &request.user_id);
        }
        let conversation = request.conversation_id.clone();
        let command = ConversationCommand::RequestSpawn {
            request: Box::new(request),
            last_hour,
        };
        let done = door.conversations.execute(&conversation, command, meta);
        let done = done.await;
        drop(turn);
        done
    }
}

impl Recent {
    async fn catch_up(&mut self, log: &dyn EventLog, now: i64) -> Result<(), LogError> {
        let from = match self.through {
            Some(seq) => StartAt::After(seq),
            None => StartAt::Time(now - HOUR_US),
        };
        let wanted = Filter::types(&["errand.v1.AgentSpawnRequested"]);
        let mut pages = log.read(wanted, from, false).await?;
        while let Some(page) = pages.next().await {
            let page = page?;
            for recorded in &page.events {
                if let Ok(Event::Conversation(ConversationEvent::AgentSpawnRequested(e))) =
                    recorded.decode()
                {
                    self.spawns
                        .push_back((recorded.envelope.time_us, e.user_id));
                }
            }
            self.through = Some(page.through);
        }
        self.spawns.retain(|(time, _)| *time > now - HOUR_US);
        Ok(())
    }

    fn last_hour(&self, caps: SpawnCaps, user: &str) -> LastHour {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        LastHour {
            caps,
            by_user: count(self.spawns.iter().filter(|(_, by)| by == user).count()),
            in_workspace: count(self.spawns.len()),
        }
    }
}
