//! The chat and its people.
use super::words;
use bytes::Bytes;
use errand_chat::{
    AgentKind, Chat, Desk, Persona, SpawnCaps, Spawns, TaskRules, llm::LanguageModel, reactors,
};
use errand_eventlog::{
    EventLog, Filter, StartAt,
    embedded::{EmbeddedLog, EmbeddedOptions},
    live::{Live, Signal},
    subscriber,
};
use errand_proto::DEFAULT_WORKSPACE;
use futures::{StreamExt, future::join_all};
use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::sync::broadcast;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

/// Until the last reply has ended.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Crowd {
    desk: Desk,
    log: Arc<dyn EventLog>,
    people: Vec<Uuid>,
    seen: Arc<FirstTokens>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// When each conversation's first token came.
#[derive(Default)]
struct FirstTokens(Mutex<HashMap<String, Instant>>);

impl Live for FirstTokens {
    fn publish(&self, topic: &str, _: Bytes) {
        let now = Instant::now();
        let mut seen = self.0.lock().unwrap();
        seen.entry(topic.to_owned()).or_insert(now);
    }

    fn subscribe(&self) -> broadcast::Receiver<Signal> {
        broadcast::Sender::new(1).subscribe()
    }
}

impl Crowd {
    /// Everybody's conversation is open.
    pub async fn start(folder: &Path, model: Arc<dyn LanguageModel>, people: usize) -> Self {
        let log: Arc<dyn EventLog> =
            EmbeddedLog::open(&folder.join("log"), EmbeddedOptions::default()).unwrap();
        let seen = Arc::new(FirstTokens::default());
        let conversations = Chat::conversations(&log, DEFAULT_WORKSPACE);
        let caps = SpawnCaps::default();
        let spawns = Spawns::new(Arc::clone(&log), conversations.clone(), caps);
        let rules = Arc::new(rules());
        let chat = Chat {
            conversations: conversations.clone(),
            live: seen.clone(),
            model,
            workspace: DEFAULT_WORKSPACE.to_owned(),
            rules: Arc::clone(&rules),
            spawns: spawns.clone(),
            persona: Arc::new(Persona::shipped().unwrap()),
        };
        let desk = Desk {
            conversations,
            rules,
            spawns,
            workspace: DEFAULT_WORKSPACE.to_owned(),
        };
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let subscribers = reactors::subscribers(&chat);
        tasks.spawn(subscriber::run(Arc::clone(&log), subscribers, stop.clone()));
        let people: Vec<_> = (0..people).map(|_| Uuid::new_v4()).collect();
        let opening = people.iter().map(|id| desk.start(*id, None, "", "ann"));
        for opened in join_all(opening).await {
            opened.unwrap();
        }
        Self {
            desk,
            log,
            people,
            seen,
            stop,
            tasks,
        }
    }

    /// All say something at once: for each when that was, what was said, and when the first token came.
    pub async fn speak(&self) -> Vec<(Instant, String, Instant)> {
        let saying = self.people.iter().enumerate().map(|(n, id)| async move {
            let (began, id) = (Instant::now(), id.to_string());
            let said = self
                .desk
                .post(&id, Uuid::new_v4(), &words(n), None, "ann")
                .await;
            said.unwrap();
            (began, words(n), format!("conversation.{id}"))
        });
        let said = join_all(saying).await;
        self.all_replied().await;
        let seen = self.seen.0.lock().unwrap();
        said.into_iter()
            .map(|(began, words, topic)| (began, words, seen[&topic]))
            .collect()
    }

    async fn all_replied(&self) {
        let end = Instant::now() + PATIENCE;
        while self.count("errand.v1.AssistantReplied").await < 2 * self.people.len() {
            assert!(
                Instant::now() < end,
                "waited {PATIENCE:?} in vain for all replies"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub async fn all_spawned_once(&self) {
        let spawned = self.count("errand.v1.AgentSpawnRequested").await;
        assert_eq!(spawned, self.people.len());
    }

    async fn count(&self, kind: &'static str) -> usize {
        let wanted = Filter::types(&[kind]);
        let pages = self.log.read(wanted, StartAt::After(0), false).await;
        let pages: Vec<_> = pages.unwrap().collect().await;
        pages
            .into_iter()
            .map(|page| page.unwrap().events.len())
            .sum()
    }

    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

fn rules() -> TaskRules {
    TaskRules {
        agents: vec![AgentKind {
            kind: "codegen".into(),
            name: "Code Generation".into(),
            description: String::new(),
        }],
        projects: vec!["web".into()],
        default_project: "web".into(),
        policy: "auto_safe".into(),
        auto_safe: None,
    }
}
