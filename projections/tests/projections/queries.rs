//! What pages, API and command line read, after real events.
use crate::feed::Feed;
use crate::histories::subject;
use crate::store::Engine;
use crate::support::Running;
use errand_projections::{
    Db, Error, MAX_PAGE_ROWS,
    conversations::{ConversationFilter, MessageKind, MessagePage},
    sessions::{SessionFilter, SessionStatus},
    stories::{StoryFilter, StoryStatus},
};
use errand_proto::{AggregateKind, ConversationEvent, Event, SessionEvent, StoryEvent, v1};

/// A small world: conversation `c1` of project `web` with whatever a test adds.
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
        let world = Self { feed, db, running };
        world.say(v1::ConversationStarted {
            id: "c1".into(),
            project_id: "web".into(),
            title: "The hero".into(),
            ..v1::ConversationStarted::default()
        });
        world
    }

    fn say(&self, event: impl Into<ConversationEvent>) {
        let subject = subject(AggregateKind::Conversation, "c1");
        self.feed.add(&subject, &Event::Conversation(event.into()));
    }

    fn story(&self, id: &str, event: impl Into<StoryEvent>) {
        let subject = subject(AggregateKind::Story, id);
        self.feed.add(&subject, &Event::Story(event.into()));
    }

    fn session(&self, id: &str, event: impl Into<SessionEvent>) {
        let subject = subject(AggregateKind::Session, id);
        self.feed.add(&subject, &Event::Session(event.into()));
    }

    fn user(&self, id: &str, text: &str, action_id: &str) {
        self.say(v1::UserMessagePosted {
            message_id: id.into(),
            text: text.into(),
            action_id: action_id.into(),
            ..v1::UserMessagePosted::default()
        });
    }

    /// A story with its session `a-<id>`.
    fn spawn(&self, id: &str, project: &str, title: &str) {
        let session_id = format!("a-{id}");
        self.story(
            id,
            v1::StoryCreated {
                id: id.into(),
                project_id: project.into(),
                title: title.into(),
                priority_level: "P1".into(),
                conversation_id: "c1".into(),
                session_id: session_id.clone(),
                ..v1::StoryCreated::default()
            },
        );
        self.session(
            &session_id,
            v1::AgentSessionCreated {
                id: session_id.clone(),
                story_id: id.into(),
                project_id: project.into(),
                ..v1::AgentSessionCreated::default()
            },
        );
    }

    fn queue(&self, id: &str) {
        self.story(
            id,
            v1::ExecutionQueued {
                session_id: format!("a-{id}"),
                attempt: 1,
                ..v1::ExecutionQueued::default()
            },
        );
    }

    fn end(&self, id: &str) {
        self.session(&format!("a-{id}"), v1::ExecutionCompleted::default());
        self.story(id, v1::StoryCompleted::default());
    }

    async fn settled(&self) -> &Db {
        self.running.reach(self.feed.len()).await;
        &self.db
    }

    async fn story_ids(&self, filter: StoryFilter) -> Vec<String> {
        let stories = self.settled().await.stories(&filter).await.unwrap();
        stories.iter().map(|s| s.id.clone()).collect()
    }
}

fn action(id: &str) -> v1::Action {
    v1::Action {
        id: id.into(),
        label: id.into(),
        sends: id.into(),
    }
}

fn reply(id: &str, actions: &[&str]) -> v1::AssistantReplied {
    v1::AssistantReplied {
        message_id: id.into(),
        markdown: "Should I?".into(),
        actions: actions.iter().map(|a| action(a)).collect(),
        ..v1::AssistantReplied::default()
    }
}

async fn buttons_are_spent_once_the_user_went_on_and_the_pressed_one_is_known(engine: Engine) {
    let world = World::new(engine).await;
    world.user("m1", "hello", "");
    world.say(reply("m2", &["yes", "no"]));
    let messages = |db: Db| async move { db.messages("c1", MessagePage::Latest, 0).await.unwrap() };
    let open = messages(world.settled().await.clone()).await;
    assert!(!open[1].spent && open[1].actions.len() == 2);
    world.user("m3", "yes", "yes");
    world.say(reply("m4", &["more"]));
    let later = messages(world.settled().await.clone()).await;
    assert!(later[1].spent && later[1].pressed_action_id == "yes");
    assert!(!later[3].spent);
    world.user("m5", "something else", "");
    let last = messages(world.settled().await.clone()).await;
    assert!(last[3].spent && last[3].pressed_action_id.is_empty());
}

async fn a_failed_reply_can_be_retried_until_it_was(engine: Engine) {
    let world = World::new(engine).await;
    world.user("m1", "hello", "");
    world.say(v1::AssistantReplyFailed {
        message_id: "m2".into(),
        in_reply_to: "m1".into(),
        ..v1::AssistantReplyFailed::default()
    });
    let failed = |db: Db| async move { db.message("m2").await.unwrap().unwrap() };
    assert!(!failed(world.settled().await.clone()).await.spent);
    world.say(v1::ReplyRetryRequested {
        message_id: "m1".into(),
        ..v1::ReplyRetryRequested::default()
    });
    let retried = failed(world.settled().await.clone()).await;
    assert!(retried.spent && retried.kind == MessageKind::Failed);
}

async fn a_spawn_message_shows_the_link_that_came_later_and_where_the_story_stands(engine: Engine) {
    let world = World::new(engine).await;
    world.spawn("story-1", "web", "Code Generation: email");
    world.say(v1::SpawnAnnounced {
        message_id: "m1".into(),
        story_id: "story-1".into(),
        ..v1::SpawnAnnounced::default()
    });
    let spawn = world.settled().await.message("m1").await.unwrap().unwrap();
    assert_eq!(
        (spawn.linear_issue_url.as_str(), spawn.story_status),
        ("", Some(StoryStatus::Pending))
    );
    world.story(
        "story-1",
        v1::LinearIssueLinked {
            linear_issue_url: "https://linear.app/x".into(),
            ..v1::LinearIssueLinked::default()
        },
    );
    world.end("story-1");
    let spawn = world.settled().await.message("m1").await.unwrap().unwrap();
    assert_eq!(spawn.linear_issue_url, "https://linear.app/x");
    assert_eq!(spawn.story_status, Some(StoryStatus::Completed));
    assert_eq!(spawn.story_title, "Code Generation: email");
}

async fn messages_are_read_page_by_page_in_both_directions(engine: Engine) {
    let world = World::new(engine).await;
    for n in 0..10 {
        world.user(&format!("m{n}"), "hello", "");
    }
    let db = world.settled().await;
    let ids = async |page| {
        let found = db.messages("c1", page, 4).await.unwrap();
        let ids: Vec<_> = found.iter().map(|m| m.id.clone()).collect();
        (ids, found[0].seq, found[3].seq)
    };
    let (latest, first, _) = ids(MessagePage::Latest).await;
    assert_eq!(latest, ["m6", "m7", "m8", "m9"]);
    let (earlier, first, last) = ids(MessagePage::Before(first)).await;
    assert_eq!(earlier, ["m2", "m3", "m4", "m5"]);
    assert!(first < last);
    assert_eq!(
        ids(MessagePage::After(last)).await.0,
        ["m6", "m7", "m8", "m9"]
    );
}

async fn conversations_are_listed_with_the_latest_active_first(engine: Engine) {
    let world = World::new(engine).await;
    let other = subject(AggregateKind::Conversation, "c2");
    let started = v1::ConversationStarted {
        id: "c2".into(),
        project_id: "api".into(),
        title: "100% _coverage_".into(),
        ..v1::ConversationStarted::default()
    };
    world.feed.add(&other, &Event::Conversation(started.into()));
    world.user("m1", "back to the hero", "");
    world.user("m2", "and on", "");
    let db = world.settled().await;
    let list = async |filter: ConversationFilter| {
        let found = db.conversations(&filter).await.unwrap();
        found.into_iter().map(|c| c.row.id).collect::<Vec<_>>()
    };
    assert_eq!(list(ConversationFilter::default()).await, ["c1", "c2"]);
    let project = ConversationFilter {
        project: Some("api".into()),
        ..ConversationFilter::default()
    };
    assert_eq!(list(project).await, ["c2"]);
    for (text, found) in [
        ("HERO", vec!["c1"]),
        ("Back TO", vec!["c1"]),
        ("100% _c", vec!["c2"]),
        ("_ack", vec![]),
        ("  ", vec!["c1", "c2"]),
    ] {
        let search = ConversationFilter {
            search: Some(text.into()),
            ..ConversationFilter::default()
        };
        assert_eq!(list(search).await, found, "{text}");
    }
}

async fn an_archived_conversation_is_listed_apart_until_somebody_writes_in_it(engine: Engine) {
    let world = World::new(engine).await;
    let subject = subject(AggregateKind::Conversation, "c1");
    let change = |event: ConversationEvent| world.feed.add(&subject, &Event::Conversation(event));
    let db = &world.db;
    let list = async |archived| {
        world.settled().await;
        let filter = ConversationFilter {
            archived: Some(archived),
            ..ConversationFilter::default()
        };
        let found = db.conversations(&filter).await.unwrap();
        let found = found.into_iter().map(|c| (c.row.title, c.row.project_id));
        found.collect::<Vec<_>>()
    };
    let user_id = || "ann".to_owned();
    let renamed = v1::ConversationRenamed {
        title: "Hero".into(),
        user_id: user_id(),
    };
    let moved = v1::ConversationMoved {
        project_id: "api".into(),
        user_id: user_id(),
    };
    let known = [("Hero".to_owned(), "api".to_owned())];
    change(renamed.into());
    change(moved.into());
    change(v1::ConversationArchived { user_id: user_id() }.into());
    assert_eq!(
        (list(true).await, list(false).await),
        (known.to_vec(), vec![])
    );
    change(v1::ConversationRestored { user_id: user_id() }.into());
    assert_eq!(list(false).await, known);
    change(v1::ConversationArchived { user_id: user_id() }.into());
    world.user("m1", "one more thing", "");
    assert_eq!(
        (list(true).await, list(false).await),
        (vec![], known.to_vec())
    );
}

async fn stories_are_filtered_searched_and_paged(engine: Engine) {
    let world = World::new(engine).await;
    world.spawn("aaaa-1", "web", "Security: scan the login");
    world.spawn("aaaa-2", "web", "Code Generation: email capture");
    world.spawn("bbbb-3", "api", "SEO: sitemap");
    world.queue("aaaa-2");
    world.end("bbbb-3");
    let all = || StoryFilter::default();
    assert_eq!(world.story_ids(all()).await, ["bbbb-3", "aaaa-2", "aaaa-1"]);
    let project = StoryFilter {
        project: Some("web".into()),
        ..all()
    };
    assert_eq!(world.story_ids(project).await, ["aaaa-2", "aaaa-1"]);
    let statuses = vec![StoryStatus::Completed, StoryStatus::Pending];
    assert_eq!(
        world.story_ids(StoryFilter { statuses, ..all() }).await,
        ["bbbb-3", "aaaa-1"]
    );
    let search = StoryFilter {
        search: Some("EMAIL".into()),
        ..all()
    };
    assert_eq!(world.story_ids(search).await, ["aaaa-2"]);
    let first = StoryFilter { limit: 2, ..all() };
    let page = world.db.stories(&first).await.unwrap();
    let before = page.last().map(|s| s.created_seq);
    assert_eq!(
        world.story_ids(StoryFilter { before, ..all() }).await,
        ["aaaa-1"]
    );
    let queue = world.db.queued_stories(10).await.unwrap();
    assert_eq!(
        queue.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(),
        ["aaaa-2"]
    );
}

async fn a_story_is_found_by_the_beginning_of_its_id_if_only_one_begins_so(engine: Engine) {
    let world = World::new(engine).await;
    world.spawn("aaaa-1", "web", "one");
    world.spawn("aaaa-2", "web", "two");
    world.spawn("aaaa-22", "web", "three");
    let db = world.settled().await;
    let found = async |id: &str| db.find_story(id).await.map(|s| s.map(|s| s.title.clone()));
    assert_eq!(found("aaaa-1").await.unwrap().as_deref(), Some("one"));
    assert_eq!(found("aaaa-2").await.unwrap().as_deref(), Some("two"));
    assert_eq!(found("aaa").await.unwrap(), None);
    assert_eq!(found("zzzzz").await.unwrap(), None);
    let error = found("aaaa").await.unwrap_err();
    assert!(matches!(&error, Error::Ambiguous { .. }), "{error}");
    let session = db.find_session("a-aaaa-1").await.unwrap().unwrap();
    assert_eq!(session.story_title, "one");
    assert_eq!(
        db.find_session("a-aaaa-2")
            .await
            .unwrap()
            .unwrap()
            .story_title,
        "two"
    );
    assert!(db.find_session("a-aa").await.is_err());
}

async fn agents_and_history_show_active_and_ended_sessions_of_a_project(engine: Engine) {
    let world = World::new(engine).await;
    world.spawn("s1", "web", "one");
    world.spawn("s2", "web", "two");
    world.spawn("s3", "api", "three");
    world.end("s2");
    let db = world.settled().await;
    let list = async |statuses: &[SessionStatus]| {
        let filter = SessionFilter {
            project: Some("web".into()),
            statuses: statuses.to_vec(),
            ..SessionFilter::default()
        };
        let found = db.sessions(&filter).await.unwrap();
        found
            .iter()
            .map(|s| s.story_title.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(list(SessionStatus::ACTIVE).await, ["one"]);
    assert_eq!(list(SessionStatus::ENDED).await, ["two"]);
    let projects = db.projects().await.unwrap();
    let counts: Vec<_> = projects
        .iter()
        .map(|p| (p.id.as_str(), p.active, p.ended))
        .collect();
    assert_eq!(counts, [("api", 1, 0), ("web", 1, 1)]);
    assert_eq!(db.project("web").await.unwrap().unwrap(), projects[1]);
    assert_eq!(db.project("none").await.unwrap(), None);
}

async fn a_session_is_read_whole_with_the_names_of_the_users_own_record(engine: Engine) {
    let world = World::new(engine).await;
    world.spawn("s1", "web", "one");
    for turn in 1..=3 {
        let turn = v1::Turn {
            turn,
            action: "edit".into(),
            timestamp_us: 5,
            ..v1::Turn::default()
        };
        world.session("a-s1", v1::TurnRecorded { turn: Some(turn) });
    }
    let call = v1::ToolCall {
        name: "read_file".into(),
        input: "{}".into(),
        ms: 12,
        ok: true,
        ..v1::ToolCall::default()
    };
    world.session(
        "a-s1",
        v1::ToolCallRecorded {
            tool_call: Some(call),
        },
    );
    world.session(
        "a-s1",
        v1::ChangesCommitted {
            diff: "+new".into(),
            ..v1::ChangesCommitted::default()
        },
    );
    world.session(
        "a-s1",
        v1::PullRequestOpened {
            pr_url: "https://x/1".into(),
            number: 1,
            ..v1::PullRequestOpened::default()
        },
    );
    let db = world.settled().await;
    let session = db.session("a-s1").await.unwrap().unwrap();
    let json = serde_json::to_value(&session).unwrap();
    assert_eq!(json["thinkingTrace"][0]["turn"], 1);
    assert_eq!(
        json["thinkingTrace"][0]["timestamp"],
        "1970-01-01T00:00:00.000005Z"
    );
    assert_eq!(json["toolCalls"][0]["name"], "read_file");
    assert_eq!(json["toolCalls"][0]["ms"], 12);
    assert_eq!(json["changes"]["diff"], "+new");
    for name in [
        "id",
        "storyId",
        "projectId",
        "agentName",
        "agentType",
        "status",
        "plan",
        "usage",
    ] {
        assert!(json.get(name).is_some(), "{name} is missing in {json}");
    }
    // The story shows the pull request as soon as the session has opened it.
    let story = db.story("s1").await.unwrap().unwrap();
    assert_eq!(
        (story.pr_url.as_str(), story.session_status),
        ("https://x/1", Some(SessionStatus::Queued))
    );
}

async fn what_is_not_there_is_nothing_and_not_an_error(engine: Engine) {
    let world = World::new(engine).await;
    let db = world.settled().await;
    assert!(db.story("none").await.unwrap().is_none());
    assert!(db.session("none").await.unwrap().is_none());
    assert!(db.conversation("none").await.unwrap().is_none());
    assert!(db.message("none").await.unwrap().is_none());
    assert!(db.batch("none").await.unwrap().is_none());
    assert!(db.stories_of_batches(&["none"]).await.unwrap().is_empty());
    assert!(db.notifications("none").await.unwrap().is_empty());
}

async fn a_list_never_answers_more_than_its_limit(engine: Engine) {
    let world = World::new(engine).await;
    for n in 0..MAX_PAGE_ROWS + 20 {
        world.user(&format!("m{n}"), "hello", "");
    }
    let db = world.settled().await;
    let all = db
        .messages("c1", MessagePage::Latest, u32::MAX)
        .await
        .unwrap();
    assert_eq!(all.len(), MAX_PAGE_ROWS as usize);
}

on_both_engines!(
    buttons_are_spent_once_the_user_went_on_and_the_pressed_one_is_known,
    a_failed_reply_can_be_retried_until_it_was,
    a_spawn_message_shows_the_link_that_came_later_and_where_the_story_stands,
    messages_are_read_page_by_page_in_both_directions,
    conversations_are_listed_with_the_latest_active_first,
    an_archived_conversation_is_listed_apart_until_somebody_writes_in_it,
    stories_are_filtered_searched_and_paged,
    a_story_is_found_by_the_beginning_of_its_id_if_only_one_begins_so,
    agents_and_history_show_active_and_ended_sessions_of_a_project,
    a_session_is_read_whole_with_the_names_of_the_users_own_record,
    what_is_not_there_is_nothing_and_not_an_error,
    a_list_never_answers_more_than_its_limit,
);
