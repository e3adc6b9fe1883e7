//! A chat on an embedded log, with a model that says what its script has.
use async_trait::async_trait;
use errand_chat::{
    AgentKind, Chat, Desk, Persona, SpawnCaps, Spawns, TaskRules,
    llm::{LanguageModel, LlmError, LlmEvent, LlmRequest, LlmStream, StopReason, ToolCall, Usage},
    reactors,
};
use errand_eventlog::{
    EventLog, Filter, Recorded, StartAt,
    embedded::{EmbeddedLog, EmbeddedOptions},
    live::InProcess,
    subscriber,
};
use errand_proto::{ConversationEvent, Event, v1};
use futures::{StreamExt, stream};
use serde_json::json;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const WORKSPACE: &str = "main";
pub const REQUEST_TOKENS: usize = 4_096;
const PATIENCE: Duration = Duration::from_secs(30);

pub type Round = Vec<Result<LlmEvent, LlmError>>;

/// Says round after round what its script has, and then that it is fine.
#[derive(Default)]
pub struct Script {
    rounds: Mutex<VecDeque<Round>>,
    asked: Mutex<Vec<LlmRequest>>,
}

#[async_trait]
impl LanguageModel for Script {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn request_tokens(&self) -> usize {
        REQUEST_TOKENS
    }

    async fn stream(&self, request: LlmRequest) -> Result<LlmStream, LlmError> {
        self.asked.lock().unwrap().push(request);
        let round = self.rounds.lock().unwrap().pop_front();
        let round = round.unwrap_or_else(|| vec![words("Fine."), done()]);
        Ok(stream::iter(round).boxed())
    }

    async fn check(&self) -> Result<String, LlmError> {
        Ok("scripted".into())
    }
}

pub fn words(said: &str) -> Result<LlmEvent, LlmError> {
    Ok(LlmEvent::Text(said.into()))
}

pub fn task(agent: &str) -> Result<LlmEvent, LlmError> {
    let input = json!({"agent_type": agent, "title": "Build it", "prompt": "build it"});
    Ok(LlmEvent::ToolCall(ToolCall {
        id: Uuid::new_v4().to_string(),
        name: "Task".into(),
        input,
    }))
}

pub fn done() -> Result<LlmEvent, LlmError> {
    Ok(LlmEvent::Done {
        usage: Usage {
            input_tokens: 7,
            output_tokens: 3,
        },
        stop: StopReason::EndOfTurn,
    })
}

pub struct World {
    pub chat: Chat,
    pub desk: Desk,
    pub conversation: Uuid,
    log: Arc<dyn EventLog>,
    script: Arc<Script>,
    stop: CancellationToken,
    _data: TempDir,
}

impl World {
    /// With the reactors of the chat at work.
    pub async fn start() -> Self {
        let world = Self::without_reactors().await;
        let subscribers = reactors::subscribers(&world.chat);
        let (log, stop) = (Arc::clone(&world.log), world.stop.clone());
        tokio::spawn(subscriber::run(log, subscribers, stop));
        world
    }

    pub async fn without_reactors() -> Self {
        let data = TempDir::new().unwrap();
        let log: Arc<dyn EventLog> =
            EmbeddedLog::open(data.path(), EmbeddedOptions::default()).unwrap();
        let script = Arc::new(Script::default());
        let conversations = Chat::conversations(&log, WORKSPACE);
        let rules = Arc::new(rules());
        let spawns = Spawns::new(
            Arc::clone(&log),
            conversations.clone(),
            SpawnCaps::default(),
        );
        let chat = Chat {
            conversations: conversations.clone(),
            live: Arc::new(InProcess::default()),
            model: script.clone(),
            workspace: WORKSPACE.into(),
            rules: Arc::clone(&rules),
            spawns: spawns.clone(),
            persona: Arc::new(Persona::shipped().unwrap()),
        };
        let desk = Desk {
            conversations,
            rules,
            spawns,
            workspace: WORKSPACE.into(),
        };
        let conversation = Uuid::new_v4();
        desk.start(conversation, None, "", "ann").await.unwrap();
        Self {
            chat,
            desk,
            conversation,
            log,
            script,
            stop: CancellationToken::new(),
            _data: data,
        }
    }

    pub fn script(&self, rounds: impl IntoIterator<Item = Round>) {
        self.script.rounds.lock().unwrap().extend(rounds);
    }

    /// What the model was asked, request after request.
    pub fn asked(&self) -> Vec<LlmRequest> {
        self.script.asked.lock().unwrap().clone()
    }

    pub async fn say(&self, message: Uuid, text: &str) {
        let id = self.conversation.to_string();
        let said = self.desk.post(&id, message, text, None, "ann").await;
        said.unwrap();
    }

    pub async fn recorded(&self) -> Vec<Arc<Recorded>> {
        let all = self.log.read(Filter::all(), StartAt::After(0), false);
        let pages: Vec<_> = all.await.unwrap().collect().await;
        let events = pages.into_iter().flat_map(|page| page.unwrap().events);
        events.collect()
    }

    pub async fn events(&self) -> Vec<ConversationEvent> {
        let recorded = self.recorded().await;
        let decoded = recorded.iter().map(|r| match r.decode().unwrap() {
            Event::Conversation(event) => event,
            other => panic!("no event of a conversation: {other:?}"),
        });
        decoded.collect()
    }

    pub async fn spawned(&self) -> Vec<v1::AgentSpawnRequested> {
        let events = self.events().await.into_iter();
        let spawns = events.filter_map(|event| match event {
            ConversationEvent::AgentSpawnRequested(e) => Some(e),
            _ => None,
        });
        spawns.collect()
    }

    /// Waits until so many replies have ended, well or not; answers the events.
    pub async fn replies(&self, count: usize) -> Vec<ConversationEvent> {
        let waiting = async {
            loop {
                let events = self.events().await;
                let ended = events.iter().filter(|event| match event {
                    ConversationEvent::AssistantReplied(e) => !e.continues,
                    ConversationEvent::AssistantReplyFailed(_) => true,
                    _ => false,
                });
                if ended.count() >= count {
                    return events;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let ended = tokio::time::timeout(PATIENCE, waiting).await;
        ended.unwrap_or_else(|_| panic!("waited {PATIENCE:?} in vain for {count} replies"))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn rules() -> TaskRules {
    let agent = |kind: &str| AgentKind {
        kind: kind.into(),
        name: kind.into(),
        description: String::new(),
    };
    TaskRules {
        agents: vec![agent("codegen"), agent("security")],
        projects: vec!["web".into()],
        default_project: "web".into(),
        policy: "auto_safe".into(),
        auto_safe: None,
    }
}
