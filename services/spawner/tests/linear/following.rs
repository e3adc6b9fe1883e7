//! What people do with an issue at Linear while its story goes on: the whole spawner on an embedded log, and the sandbox's
//! Linear, which calls nobody here. So whatever stops a story was found by looking.
use super::sandbox::{Local, open};
use errand_eventlog::{
    EventLog,
    aggregate::CommandMeta,
    embedded::{EmbeddedLog, EmbeddedOptions},
    subscriber,
};
use errand_proto::{batch_id, v1};
use errand_spawner::{
    Spawner,
    batch::{Batch, BatchCommand},
    cancel_poll, reactors,
    story::{Stage, Stopped, Story, StoryCommand},
};
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(60);

struct World {
    local: Local,
    spawner: Spawner,
    stop: CancellationToken,
    _data: TempDir,
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl World {
    /// With all reactors at work.
    async fn start() -> Self {
        let local = open().await;
        let data = TempDir::new().unwrap();
        let log: Arc<dyn EventLog> =
            EmbeddedLog::open(data.path(), EmbeddedOptions::default()).unwrap();
        let tracker = Arc::clone(&local.linear);
        let spawner = Spawner::new(Arc::clone(&log), "main", Some(tracker));
        let stop = CancellationToken::new();
        let subscribers = reactors::subscribers(&spawner);
        tokio::spawn(subscriber::run(log, subscribers, stop.clone()));
        Self {
            local,
            spawner,
            stop,
            _data: data,
        }
    }

    fn look_often(&self) {
        let (spawner, tracker) = (self.spawner.clone(), Arc::clone(&self.local.linear));
        let pause = Duration::from_millis(100);
        tokio::spawn(cancel_poll::run(spawner, tracker, pause, self.stop.clone()));
    }

    async fn tell(&self, story: Uuid, command: StoryCommand) {
        let meta = CommandMeta::root(Uuid::new_v4());
        let stories = &self.spawner.stories;
        stories
            .execute(&story.to_string(), command, &meta)
            .await
            .unwrap();
    }

    /// A story that waits for an executor, and its issue.
    async fn queued(&self, of: Asked) -> (Uuid, String) {
        let story = Uuid::new_v4();
        self.tell(story, StoryCommand::Create(Box::new(facts(story, of))))
            .await;
        let queued = self
            .story(story, "a queued story", |it| it.stage == Stage::Queued)
            .await;
        (story, queued.link.unwrap().identifier)
    }

    async fn start_story(&self, story: Uuid) {
        let session_id = session(story);
        self.tell(story, StoryCommand::Start { session_id }).await;
    }

    async fn story(&self, id: Uuid, what: &str, is: impl Fn(&Story) -> bool) -> Story {
        let id = id.to_string();
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                let story = self.spawner.stories.load(&id).await.unwrap().aggregate;
                if is(&story) {
                    return story;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        found
            .await
            .unwrap_or_else(|_| panic!("waited in vain for {what}"))
    }

    async fn batch(&self, id: &str, what: &str, is: impl Fn(&Batch) -> bool) -> Batch {
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                let batch = self.spawner.batches.load(id).await.unwrap().aggregate;
                if is(&batch) {
                    return batch;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        found
            .await
            .unwrap_or_else(|_| panic!("waited in vain for {what}"))
    }
}

/// The conversation and the message that asked for it.
#[derive(Clone, Copy)]
struct Asked(Uuid, Uuid);

impl Asked {
    fn new() -> Self {
        Self(Uuid::new_v4(), Uuid::new_v4())
    }

    fn batch(self) -> String {
        batch_id(&self.0.to_string(), &self.1.to_string()).to_string()
    }
}

fn session(story: Uuid) -> String {
    format!("{story}-session")
}

fn facts(story: Uuid, Asked(conversation, message): Asked) -> v1::StoryCreated {
    v1::StoryCreated {
        id: story.to_string(),
        title: "Code Generation: add a form".into(),
        priority_level: "P1".into(),
        policy: "auto_safe".into(),
        conversation_id: conversation.to_string(),
        message_id: message.to_string(),
        session_id: session(story),
        agent: "codegen".into(),
        agent_name: "Code Generation".into(),
        prompt: "add a form".into(),
        tracker: "linear".into(),
        ..Default::default()
    }
}

#[tokio::test]
async fn the_mirror_does_not_undo_a_cancellation_that_nobody_told_of() {
    let world = World::start().await;
    let (story, issue) = world.queued(Asked::new()).await;
    world.local.cancel(&issue).await;
    // The mirror has something to say now, and looks at the issue before it does.
    world.start_story(story).await;
    world
        .story(story, "a story to be stopped", |it| it.cancel_requested)
        .await;
    assert!(world.local.page(&issue).await.contains("state canceled"));
}

#[tokio::test]
async fn a_batch_whose_issue_is_cancelled_stops_what_goes_on_of_it() {
    let world = World::start().await;
    let asked = Asked::new();
    let (first, _) = world.queued(asked).await;
    let (second, _) = world.queued(asked).await;
    let batch = asked.batch();
    let opened = v1::BatchOpened {
        id: batch.clone(),
        title: "2 agents".into(),
        story_ids: vec![first.to_string(), second.to_string()],
        ..Default::default()
    };
    let command = BatchCommand::Open(Box::new(opened));
    let meta = CommandMeta::root(Uuid::new_v4());
    let batches = &world.spawner.batches;
    batches.execute(&batch, command, &meta).await.unwrap();
    let linked = world
        .batch(&batch, "an issue of the batch", |it| it.link.is_some())
        .await;
    let issue = linked.link.unwrap().identifier;
    world.local.shows(&issue, "state started").await;
    world.local.cancel(&issue).await;
    world.look_often();
    for story in [first, second] {
        world
            .story(story, "a story to be stopped", |it| it.cancel_requested)
            .await;
        let stopped = Stopped {
            session_id: session(story),
            by: "somebody".into(),
            reason: String::new(),
            branch: String::new(),
            branch_url: String::new(),
        };
        world.tell(story, StoryCommand::Cancel(stopped)).await;
    }
    world
        .batch(&batch, "a report", Batch::is_consolidated)
        .await;
    world.local.shows(&issue, "Report: 2 agents").await;
    assert!(world.local.page(&issue).await.contains("state canceled"));
}
