//! What was said is found again in any case, and stories by their batch.
use crate::feed::Feed;
use crate::histories::subject;
use crate::store::Engine;
use crate::support::{Running, in_time};
use errand_projections::{
    Db, Key,
    batches::{BatchFilter, BatchStatus},
    changes::Update,
    conversations::{ConversationFilter, Excerpt, MessageKind},
    stories::StoryFilter,
};
use errand_proto::{AggregateKind, Event, v1};

struct World {
    feed: Feed,
    db: Db,
    running: Running,
}

impl World {
    async fn new(engine: Engine) -> Self {
        let feed = Feed::new(100);
        let db = engine.db().await;
        let running = Running::start(&db, &feed);
        Self { feed, db, running }
    }

    fn conversation(&self, id: &str, title: &str, said: &[&str]) {
        let subject = subject(AggregateKind::Conversation, id);
        let started = v1::ConversationStarted {
            id: id.into(),
            title: title.into(),
            ..v1::ConversationStarted::default()
        };
        let add = |event| self.feed.add(&subject, &Event::Conversation(event));
        add(started.into());
        for (n, text) in said.iter().enumerate() {
            let posted = v1::UserMessagePosted {
                message_id: format!("{id}-m{n}"),
                text: (*text).into(),
                ..v1::UserMessagePosted::default()
            };
            add(posted.into());
        }
    }

    fn story(&self, id: &str, prompt: &str) {
        let created = v1::StoryCreated {
            id: id.into(),
            project_id: "web".into(),
            prompt: prompt.into(),
            session_id: format!("a-{id}"),
            ..v1::StoryCreated::default()
        };
        let subject = subject(AggregateKind::Story, id);
        self.feed.add(&subject, &Event::Story(created.into()));
    }

    fn batch(&self, event: impl Into<errand_proto::BatchEvent>) {
        let subject = subject(AggregateKind::Batch, "b1");
        self.feed.add(&subject, &Event::Batch(event.into()));
    }

    fn opened(&self, stories: &[&str]) {
        self.batch(v1::BatchOpened {
            id: "b1".into(),
            project_id: "web".into(),
            title: "Full audit".into(),
            story_ids: stories.iter().map(|id| (*id).to_owned()).collect(),
            ..v1::BatchOpened::default()
        });
    }

    fn consolidated(&self) {
        self.batch(v1::BatchConsolidated {
            report_markdown: "The door is open: ÄRGER.".into(),
            summary: "2 of 3 agents completed, 1 finding: 1 high.\n✅ Security: done".into(),
            ..v1::BatchConsolidated::default()
        });
    }

    async fn settled(&self) -> &Db {
        self.running.reach(self.feed.len()).await;
        &self.db
    }

    async fn stories(&self, filter: StoryFilter) -> Vec<String> {
        let found = self.settled().await.stories(&filter).await.unwrap();
        found.into_iter().map(|s| s.row.id).collect()
    }
}

fn looking_for(text: &str) -> ConversationFilter {
    ConversationFilter {
        search: Some(text.into()),
        ..ConversationFilter::default()
    }
}

async fn words_of_every_alphabet_are_found_in_any_case(engine: Engine) {
    let world = World::new(engine).await;
    world.conversation("c1", "Preise", &["Was steht ÜBER der Straße?"]);
    world.conversation("c2", "Ёлка и огни", &["hello"]);
    world.story("s1", "Schreibe ÜBER uns");
    world.settled().await;
    for (text, id) in [("über der", "c1"), ("STRASSE", "c1"), ("ёЛКА", "c2")] {
        let found = world.db.conversations(&looking_for(text)).await.unwrap();
        let found: Vec<_> = found.iter().map(|c| c.id.as_str()).collect();
        assert_eq!(found, [id], "{text}");
    }
    let search = Some("über UNS".into());
    let filter = StoryFilter {
        search,
        ..StoryFilter::default()
    };
    assert_eq!(world.stories(filter).await, ["s1"]);
}

async fn a_search_names_the_latest_message_that_has_the_text(engine: Engine) {
    let world = World::new(engine).await;
    let said = ["The Hero first", "then the **hero** form", "and thanks"];
    world.conversation("c1", "Launch", &said);
    world.conversation("c2", "The hero's title", &["something else"]);
    world.settled().await;
    let found = world.db.conversations(&looking_for("HERO")).await.unwrap();
    let [title, message] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!((title.id.as_str(), &title.found), ("c2", &None));
    let hit = message.found.as_ref().unwrap();
    assert_eq!(
        (hit.message_id.as_str(), hit.kind),
        ("c1-m1", MessageKind::User)
    );
    let excerpt = Excerpt {
        before: "then the ".into(),
        hit: "hero".into(),
        after: " form".into(),
    };
    assert_eq!(hit.excerpt, excerpt);
    let json = serde_json::to_value(message).unwrap();
    assert_eq!(json["found"]["snippet"], "then the hero form");
    let all = ConversationFilter::default();
    let all = world.db.conversations(&all).await.unwrap();
    assert!(all.iter().all(|c| c.found.is_none()));
}

/// Two reactors make stories and batches, so either may be the first.
async fn a_story_knows_its_batch_whichever_began_first(engine: Engine) {
    let world = World::new(engine).await;
    world.story("s1", "one");
    world.story("alone", "another");
    world.opened(&["s1", "s2"]);
    world.story("s2", "two");
    // Asked for again, with one more.
    world.opened(&["s1", "s2", "s3"]);
    world.settled().await;
    world.story("s3", "three");
    let of_batch = StoryFilter {
        batch: Some("b1".into()),
        ..StoryFilter::default()
    };
    assert_eq!(world.stories(of_batch.clone()).await, ["s3", "s2", "s1"]);
    let in_order = world.db.stories_of_batches(&["b1"]).await.unwrap();
    let in_order: Vec<_> = in_order.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(in_order, ["s1", "s2", "s3"]);
    let alone = world.db.story("alone").await.unwrap().unwrap();
    assert_eq!(alone.batch_id, "");
    world.running.projector.rebuild("stories").await.unwrap();
    assert_eq!(world.stories(of_batch).await, ["s3", "s2", "s1"]);
    assert_eq!(world.running.differences().await, []);
}

async fn stories_are_in_the_history_of_their_own_until_their_batch_has_its_report(engine: Engine) {
    let world = World::new(engine).await;
    world.story("s1", "one");
    world.story("alone", "another");
    world.opened(&["s1"]);
    let outside = StoryFilter {
        outside_reports: true,
        ..StoryFilter::default()
    };
    assert_eq!(world.stories(outside.clone()).await, ["alone", "s1"]);
    world.batch(v1::BatchIssueLinked {
        identifier: "ERR-7".into(),
        linear_issue_url: "https://linear.app/x".into(),
        ..v1::BatchIssueLinked::default()
    });
    world.consolidated();
    assert_eq!(world.stories(outside).await, ["alone"]);
    let filter = |search: &str, project: &str| BatchFilter {
        search: Some(search.into()),
        project: Some(project.into()),
        status: Some(BatchStatus::Consolidated),
        ..BatchFilter::default()
    };
    let found = world.db.batches(&filter("ärger", "web")).await.unwrap();
    let [batch] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(batch.summary, "2 of 3 agents completed, 1 finding: 1 high.");
    assert_eq!(batch.linear_identifier, "ERR-7");
    for elsewhere in [filter("ärger", "api"), filter("zeppelin", "web")] {
        assert_eq!(world.db.batches(&elsewhere).await.unwrap(), []);
    }
}

async fn the_cost_of_a_batch_is_that_of_all_attempts_at_its_stories(engine: Engine) {
    let world = World::new(engine).await;
    world.opened(&["s1", "s2"]);
    for (session, story, cost) in [("a", "s1", 5), ("b", "s1", 7), ("c", "s2", 30)] {
        if session != "b" {
            world.story(story, story);
        }
        let subject = subject(AggregateKind::Session, session);
        let created = v1::AgentSessionCreated {
            id: session.into(),
            story_id: story.into(),
            ..v1::AgentSessionCreated::default()
        };
        let ended = v1::ExecutionCompleted {
            usage: Some(v1::Usage {
                cost_micro_usd: cost,
                ..v1::Usage::default()
            }),
            ..v1::ExecutionCompleted::default()
        };
        world.feed.add(&subject, &Event::Session(created.into()));
        world.feed.add(&subject, &Event::Session(ended.into()));
    }
    let db = world.settled().await;
    let costs = db.costs_of_batches(&["b1", "none"]).await.unwrap();
    assert_eq!(costs.into_iter().collect::<Vec<_>>(), [("b1".into(), 42)]);
}

async fn who_looks_at_a_batch_is_told_when_one_of_its_stories_changes(engine: Engine) {
    let world = World::new(engine).await;
    world.opened(&["s1"]);
    world.settled().await;
    let mut changes = world.running.projector.changes().subscribe();
    world.story("s1", "one");
    in_time(async {
        loop {
            match changes.next().await.unwrap() {
                Update::Changed(change) if change.keys.touches(&Key::Batch("b1".into())) => break,
                _ => {}
            }
        }
    })
    .await;
}

on_both_engines!(
    words_of_every_alphabet_are_found_in_any_case,
    a_search_names_the_latest_message_that_has_the_text,
    a_story_knows_its_batch_whichever_began_first,
    stories_are_in_the_history_of_their_own_until_their_batch_has_its_report,
    the_cost_of_a_batch_is_that_of_all_attempts_at_its_stories,
    who_looks_at_a_batch_is_told_when_one_of_its_stories_changes,
);
