//! Several stories of one reply: in the history, on their own page, and named by each story.
use crate::support::{Ids, Reply, World, id, now_us};
use errand_dashboard::records::{Batch, Conversations, Stories};
use errand_proto::{BatchEvent, v1};

const PROJECT: &str = "/projects/sample-site/history";
const MINUTE_US: i64 = 60_000_000;
const SUMMARY: &str = "1 of 2 agents completed, 3 findings: 1 high, 2 low.";

async fn opened(world: &World, ids: &Ids) -> String {
    let batch = id("batch");
    let opened = v1::BatchOpened {
        id: batch.clone(),
        conversation_id: ids.conversation.clone(),
        message_id: id("ask"),
        project_id: "sample-site".into(),
        title: "2 agents: Code Generation, Performance".into(),
        story_ids: vec![ids.completed.clone(), ids.failed.clone()],
        ..v1::BatchOpened::default()
    };
    add(world, opened, 40).await;
    let linked = v1::BatchIssueLinked {
        linear_task_id: "uuid-40".into(),
        identifier: "ERR-40".into(),
        linear_issue_url: "https://linear.app/sample/issue/ERR-40".into(),
    };
    add(world, linked, 39).await;
    world.settle().await;
    batch
}

async fn ended(world: &World, ids: &Ids) -> String {
    let batch = opened(world, ids).await;
    for (story, status) in [(&ids.completed, "completed"), (&ids.failed, "failed")] {
        let finished = v1::BatchStoryFinished {
            story_id: story.clone(),
            status: status.into(),
            ..v1::BatchStoryFinished::default()
        };
        add(world, finished, 6).await;
    }
    let report = v1::BatchConsolidated {
        id: batch.clone(),
        report_markdown: "## Report\n\nThe **Tür** is open.\n\n<script>alert(1)</script>".into(),
        summary: format!("{SUMMARY}\n✅ Code Generation: an email form"),
        ..v1::BatchConsolidated::default()
    };
    add(world, report, 5).await;
    world.settle().await;
    batch
}

async fn add(world: &World, event: impl Into<BatchEvent>, minutes_ago: i64) {
    let at = now_us() - minutes_ago * MINUTE_US;
    world.add(&id("batch"), event.into(), at).await;
}

fn has(reply: &Reply, text: &str) -> bool {
    reply.body.contains(text)
}

#[tokio::test]
async fn the_history_shows_a_batch_in_one_row_with_its_stories_in_it() {
    let (world, ids) = World::with_sample().await;
    let batch = ended(&world, &ids).await;
    let page = world.get(PROJECT).await;
    page.shows(&[
        &format!("class=\"row-title\" href=\"/batches/{batch}\""),
        &format!("{SUMMARY} 1 failed."),
        "1 of 2 done",
        "$0.09",
        "Linear ERR-40",
        "2 stories",
        &format!("/chat/{}/messages/{batch}", ids.conversation),
    ]);
    for story in [&ids.completed, &ids.failed] {
        let row = format!("id=\"ended-{story}\"");
        assert_eq!(page.body.matches(&row).count(), 1, "{story} is shown once");
        let at = page.body.find(&row).unwrap();
        assert!(at > page.body.find("<details").unwrap(), "not by itself");
    }
}

#[tokio::test]
async fn a_story_that_ended_before_its_batch_stands_alone_and_names_it() {
    let (world, ids) = World::with_sample().await;
    let batch = opened(&world, &ids).await;
    let link = format!("part of <a href=\"/batches/{batch}\">2 agents: Code Generation");
    let page = world.get(PROJECT).await;
    page.shows(&[&link]);
    assert!(!has(&page, "Linear ERR-40"), "the batch has not ended");
    let story = world.get(&format!("/stories/{}", ids.completed)).await;
    story.shows(&["Part of", &format!("href=\"/batches/{batch}\"")]);
    let alone = world.get(&format!("/stories/{}", ids.running)).await;
    assert!(!has(&alone, "Part of"));
    let page = world.get(&format!("/batches/{batch}")).await;
    page.shows(&["It is written when every story has ended."]);
}

#[tokio::test]
async fn a_search_in_the_history_finds_reports_and_single_stories() {
    let (world, ids) = World::with_sample().await;
    let batch = ended(&world, &ids).await;
    let row = format!("class=\"row-title\" href=\"/batches/{batch}\"");
    let found = world.get(&format!("{PROJECT}?q=T%C3%9CR")).await;
    found.shows(&[&row]);
    let story = world.get(&format!("{PROJECT}?q=Email+CAPTURE")).await;
    story.shows(&[&format!("id=\"ended-{}\"", ids.completed), "part of"]);
    assert!(!has(&story, &row));
    let failed = world.get(&format!("{PROJECT}?status=failed")).await;
    failed.shows(&[&format!("id=\"ended-{}\"", ids.failed), "part of"]);
    assert!(!has(&failed, &row));
}

#[tokio::test]
async fn the_page_of_a_batch_has_its_report_and_its_stories_and_no_script() {
    let (world, ids) = World::with_sample().await;
    let batch = ended(&world, &ids).await;
    let page = world.get(&format!("/batches/{}", &batch[..8])).await;
    page.shows(&[
        "<strong>Tür</strong>",
        &format!("href=\"/stories/{}\"", ids.completed),
        &format!("href=\"/stories/{}\"", ids.failed),
        "PR #7",
        &format!("data-live=\"/events?scope=batch:{batch}"),
    ]);
    assert!(!has(&page, "<script>alert"));
    assert_eq!(world.get("/batches/none").await.status, 404);
}

#[tokio::test]
async fn the_api_knows_the_stories_of_a_batch_and_where_a_search_has_found_something() {
    let (world, ids) = World::with_sample().await;
    let batch = ended(&world, &ids).await;
    for wanted in [batch.as_str(), &batch[..8]] {
        let reply = world.get(&format!("/api/v1/stories?batch={wanted}")).await;
        let stories: Stories = serde_json::from_value(reply.json()).unwrap();
        let stories = stories.stories;
        assert_eq!(stories.len(), 2);
        let is_of_it = |id: &Option<String>| id.as_deref() == Some(batch.as_str());
        assert!(stories.iter().all(|story| is_of_it(&story.batch_id)));
    }
    let none = world.get("/api/v1/stories?batch=none").await.json();
    assert_eq!(none["stories"], serde_json::json!([]));
    let reply = world.get(&format!("/api/v1/batches/{batch}")).await;
    let record: Batch = serde_json::from_value(reply.json()).unwrap();
    assert_eq!(record.summary.as_deref(), Some(SUMMARY));

    let reply = world.get("/api/v1/conversations?q=STORES+addresses").await;
    let found: Conversations = serde_json::from_value(reply.json()).unwrap();
    let found = found.conversations[0].found.as_ref().unwrap();
    assert_eq!(found.message_id, ids.offer);
    assert!(found.snippet.contains("stores addresses"), "{found:?}");
}
