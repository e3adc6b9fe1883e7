//! Everything of a spawn in one process.
use crate::place::Opened;
use async_trait::async_trait;
use errand_chat::{
    AgentKind, Chat, Desk, Persona, SpawnCaps, Spawns, TaskRules, desk::SpawnWish, llm,
};
use errand_eventlog::{EventLog, Filter, StartAt, live::InProcess, subscriber};
use errand_executor::{Executor, reactors};
use errand_projections::{Db, Projections, Projector};
use errand_proto::{ConversationEvent, DEFAULT_WORKSPACE, Event};
use errand_spawner::{
    Spawner,
    linear::{Cancelled, IssueChange, IssueRef, IssueTracker, NewIssue, TrackerError},
};
use futures::StreamExt;
use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::{sync::oneshot, task::JoinSet};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

/// A person does not spawn more agents than this in one conversation.
const SPAWNS_PER_CONVERSATION: u32 = 20;

type Waiting = Arc<Mutex<HashMap<String, oneshot::Sender<Instant>>>>;

/// The latencies of one measurement.
pub struct Run {
    sorted: Vec<Duration>,
    took: Duration,
}

impl Run {
    pub fn per_second(&self) -> f64 {
        self.sorted.len() as f64 / self.took.as_secs_f64()
    }

    pub fn percentile(&self, percent: usize) -> Duration {
        let at = self.sorted.len() * percent / 100;
        self.sorted[at.min(self.sorted.len() - 1)]
    }
}

pub struct System {
    desk: Desk,
    log: Arc<dyn EventLog>,
    waiting: Waiting,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl System {
    pub async fn start(opened: &Opened, folder: &Path) -> Self {
        let log = Arc::clone(&opened.log);
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        let rules = rules();
        let conversations = Chat::conversations(&log, DEFAULT_WORKSPACE);
        let caps = SpawnCaps::default();
        let chat = Chat {
            spawns: Spawns::new(Arc::clone(&log), conversations.clone(), caps),
            persona: Arc::new(Persona::shipped().unwrap()),
            conversations,
            live: Arc::new(InProcess::default()),
            model: Arc::new(NobodySpeaks),
            workspace: DEFAULT_WORKSPACE.to_owned(),
            rules: Arc::clone(&rules),
        };
        let desk = Desk {
            conversations: chat.conversations.clone(),
            rules,
            spawns: chat.spawns.clone(),
            workspace: DEFAULT_WORKSPACE.to_owned(),
        };
        let spawner = Spawner::new(Arc::clone(&log), DEFAULT_WORKSPACE, Some(Arc::new(AtOnce)));
        let mut subscribers = errand_chat::reactors::subscribers(&chat);
        subscribers.extend(errand_spawner::reactors::subscribers(&spawner));
        let sessions = Executor::sessions(&log, DEFAULT_WORKSPACE);
        subscribers.extend(reactors::without_workers(
            &log,
            &sessions,
            Arc::clone(&opened.queue),
        ));
        tasks.spawn(subscriber::run(Arc::clone(&log), subscribers, stop.clone()));
        let db = Db::open(&folder.join("views.sqlite")).await.unwrap();
        let projector = Projector::new(db, Arc::clone(&log), Projections::all());
        let until = stop.clone();
        tasks.spawn(async move { projector.run(until).await.unwrap() });
        let waiting = Waiting::default();
        tasks.spawn(told(Arc::clone(&log), Arc::clone(&waiting), stop.clone()));
        Self {
            desk,
            log,
            waiting,
            stop,
            tasks,
        }
    }

    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Spawns with so many at once for so long.
    pub async fn measure(&self, at_once: usize, for_long: Duration) -> Run {
        let began = Instant::now();
        let mut workers = JoinSet::new();
        for _ in 0..at_once {
            let (desk, waiting) = (self.desk.clone(), Arc::clone(&self.waiting));
            workers.spawn(async move { spawn_until(desk, waiting, began + for_long).await });
        }
        let mut sorted: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
        let took = began.elapsed();
        sorted.sort_unstable();
        Run { sorted, took }
    }

    /// Waits until every group has seen everything that is in the log.
    pub async fn caught_up(&self) {
        loop {
            let groups = self.log.groups().await.unwrap();
            if groups.iter().all(|g| g.acked_through == g.head) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// The mean size of what a spawn waits for, per step.
    pub async fn bytes_per_step(&self) -> usize {
        let types = [
            "errand.v1.AgentSpawnRequested",
            "errand.v1.StoryCreated",
            "errand.v1.LinearIssueLinked",
            "errand.v1.SpawnAnnounced",
        ];
        let filter = Filter::types(&types);
        let mut pages = self
            .log
            .read(filter, StartAt::After(0), false)
            .await
            .unwrap();
        let (mut bytes, mut events) = (0, 0);
        while let Some(page) = pages.next().await {
            for event in page.unwrap().events {
                let headers = event.envelope.to_headers(event.subject.id());
                bytes += event.data.len();
                bytes += headers
                    .iter()
                    .map(|(k, v)| k.len() + v.len())
                    .sum::<usize>();
                events += 1;
            }
        }
        bytes / events
    }
}

async fn spawn_until(desk: Desk, waiting: Waiting, end: Instant) -> Vec<Duration> {
    let mut times = Vec::new();
    while Instant::now() < end {
        let conversation = Uuid::new_v4();
        desk.start(conversation, None, "bench", "bench")
            .await
            .unwrap();
        for _ in 0..SPAWNS_PER_CONVERSATION {
            times.push(spawn(&desk, &waiting, conversation).await);
            if Instant::now() >= end {
                break;
            }
        }
    }
    times
}

async fn spawn(desk: &Desk, waiting: &Waiting, conversation: Uuid) -> Duration {
    let key = Uuid::new_v4();
    let story = Uuid::new_v5(&key, b"story").to_string();
    let (sender, told) = oneshot::channel();
    waiting.lock().unwrap().insert(story, sender);
    let wish = SpawnWish {
        key,
        agent: "codegen".into(),
        title: "Email capture".into(),
        prompt: "Build email capture for the hero section of the landing page".into(),
        project: None,
        conversation: Some(conversation),
        user: "bench".into(),
    };
    let began = Instant::now();
    desk.spawn(wish).await.unwrap();
    told.await.unwrap() - began
}

/// Notes when each link is in the conversation's stream.
async fn told(log: Arc<dyn EventLog>, waiting: Waiting, stop: CancellationToken) {
    let filter = Filter::types(&["errand.v1.SpawnAnnounced"]);
    let mut pages = log.read(filter, StartAt::After(0), true).await.unwrap();
    loop {
        let page = tokio::select! {
            () = stop.cancelled() => return,
            page = pages.next() => page.unwrap().unwrap(),
        };
        let now = Instant::now();
        for event in page.events {
            let Ok(Event::Conversation(ConversationEvent::SpawnAnnounced(e))) = event.decode()
            else {
                continue;
            };
            assert!(!e.linear_issue_url.is_empty(), "announced without its link");
            if let Some(sender) = waiting.lock().unwrap().remove(&e.story_id) {
                let _ = sender.send(now);
            }
        }
    }
}

fn rules() -> Arc<TaskRules> {
    Arc::new(TaskRules {
        agents: vec![AgentKind {
            kind: "codegen".into(),
            name: "Code Generation".into(),
            description: String::new(),
        }],
        projects: vec!["web".into()],
        default_project: "web".into(),
        policy: "auto_safe".into(),
        auto_safe: None,
    })
}

/// A tracker that answers at once.
struct AtOnce;

#[async_trait]
impl IssueTracker for AtOnce {
    async fn create_issue(&self, issue: &NewIssue) -> Result<IssueRef, TrackerError> {
        Ok(IssueRef {
            id: issue.id,
            identifier: "ERR-1".into(),
            url: format!("https://linear.app/errand/issue/{}", issue.id),
        })
    }

    async fn update_issue(&self, _: Uuid, _: &IssueChange) -> Result<(), TrackerError> {
        Ok(())
    }

    async fn link_url(&self, _: Uuid, _: Uuid, _: &str, _: &str) -> Result<(), TrackerError> {
        Ok(())
    }

    async fn comment(&self, _: Uuid, _: Uuid, _: &str) -> Result<(), TrackerError> {
        Ok(())
    }

    async fn cancelled(&self, _: &[Uuid]) -> Result<Vec<Cancelled>, TrackerError> {
        Ok(Vec::new())
    }

    async fn check(&self) -> Result<String, TrackerError> {
        Ok("at once".into())
    }
}

/// The tool call is the beginning of the measurement, so no model speaks.
struct NobodySpeaks;

#[async_trait]
impl llm::LanguageModel for NobodySpeaks {
    fn name(&self) -> &'static str {
        "nobody"
    }

    fn request_tokens(&self) -> usize {
        0
    }

    async fn stream(&self, _: llm::LlmRequest) -> Result<llm::LlmStream, llm::LlmError> {
        Err(llm::LlmError::Invalid("nobody speaks".into()))
    }

    async fn check(&self) -> Result<String, llm::LlmError> {
        Ok("nobody speaks".into())
    }
}
