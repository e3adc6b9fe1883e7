//! What the pages show.
use crate::support::World;
use axum::http::StatusCode;

#[tokio::test]
async fn a_newcomer_is_led_to_a_first_message() {
    let world = World::start().await;
    let home = world.get("/").await;
    assert_eq!(home.status, StatusCode::SEE_OTHER);
    assert_eq!(home.header("location"), "/chat/new");
    let page = world.get("/chat/new").await;
    page.shows(&[
        "What shall we get done?",
        "Build email capture for the hero",
        "name=\"message_id\"",
        "No conversations yet",
    ]);
}

#[tokio::test]
async fn home_is_the_conversation_that_was_active_last() {
    let (world, _) = World::with_sample().await;
    let home = world.get("/").await;
    let page = world.get(home.header("location")).await;
    page.shows(&["<h1>Words for the pricing page</h1>"]);
}

#[tokio::test]
async fn the_agents_tab_shows_who_is_at_work_and_who_needs_a_person() {
    let (world, ids) = World::with_sample().await;
    let page = world.get("/projects/sample-site/agents").await;
    page.shows(&[
        "1 running, 1 queued, 2 need you",
        "Analyze the email form for weaknesses",
        "Check the form and its server side",
        "Linear ERR-14",
        "Next in the queue, waits for a free worker",
        "Shall I name them after their icons?",
        ">Approve</button>",
        ">Reject</button>",
    ]);
    page.hides(&[&ids.completed, &ids.failed]);
    let place = |text: &str| page.body.find(text).unwrap();
    assert!(
        place(&ids.asking) < place(&ids.running),
        "what needs a person comes first"
    );
    assert!(place(&ids.running) < place(&ids.queued));
}

#[tokio::test]
async fn the_history_tab_can_be_searched_and_filtered() {
    let (world, ids) = World::with_sample().await;
    let all = world.get("/projects/sample-site/history").await;
    all.shows(&[
        &ids.completed,
        &ids.failed,
        "PR #7",
        "took",
        "4 min 1 s",
        "without changing any file",
    ]);
    all.hides(&[&ids.running]);
    let failed = world
        .get("/projects/sample-site/history?status=failed")
        .await;
    failed.shows(&[&ids.failed]);
    failed.hides(&[&ids.completed]);
    let found = world
        .get("/projects/sample-site/history?q=EMAIL&status=")
        .await;
    found.shows(&[&ids.completed, "value=\"EMAIL\""]);
    found.hides(&[&ids.failed]);
    let none = world
        .get("/projects/sample-site/history?q=nothing+like+it")
        .await;
    none.shows(&["Nothing matches", "show everything"]);
}

#[tokio::test]
async fn history_is_paged() {
    let world = World::start().await;
    for n in 0..31 {
        let id = format!("story-{n:02}");
        let created = errand_proto::v1::StoryCreated {
            id: id.clone(),
            project_id: "sample-site".into(),
            title: format!("Work number {n:02}."),
            ..errand_proto::v1::StoryCreated::default()
        };
        world
            .add(&id, errand_proto::StoryEvent::from(created), 1)
            .await;
        let done = errand_proto::v1::StoryCompleted::default();
        world
            .add(&id, errand_proto::StoryEvent::from(done), 2)
            .await;
    }
    world.settle().await;
    let first = world.get("/projects/sample-site/history").await;
    first.shows(&["Work number 30.", "Work number 01.", "Older"]);
    first.hides(&["Work number 00."]);
    let (_, link) = first
        .body
        .split_once("/projects/sample-site/history?")
        .unwrap();
    let query = link.split('"').next().unwrap();
    let second = world
        .get(&format!("/projects/sample-site/history?{query}"))
        .await;
    second.shows(&["Work number 00."]);
    second.hides(&["Work number 01.", "Older"]);
}

#[tokio::test]
async fn the_queue_shows_order_priority_and_reason() {
    let (world, ids) = World::with_sample().await;
    let page = world.get("/queue").await;
    page.shows(&[
        &ids.queued,
        ">P1<",
        "waits for a free worker",
        "at most 2 sessions",
        "class=\"position\" aria-label=\"Position\">1<",
    ]);
}

#[tokio::test]
async fn a_storys_page_shows_plan_thoughts_tools_diff_cost_and_timeline() {
    let (world, ids) = World::with_sample().await;
    let page = world.get(&format!("/stories/{}", ids.completed)).await;
    page.shows(&[
        "<h1>Build email capture for the hero</h1>",
        "4 of 4",
        "Test that a wrong address is refused",
        "The hero is in <code>index.html</code>",
        "run_command",
        "2.3 s",
        "<tr class=\"add\">",
        "Keep me posted",
        "$0.09",
        "18204",
        "PR #7",
        "Linear ERR-12",
        "StoryCreated",
        "ExecutionCompleted",
        "linearIssueUrl",
        "sample.slack.com",
    ]);
    page.hides(&["Cancel the story", "Try again"]);
    let order = [
        "event-name\">StoryCreated",
        "event-name\">ExecutionStarted",
        "event-name\">StoryCompleted",
    ];
    let places = order.map(|name| page.body.find(name).unwrap());
    assert!(
        places.is_sorted(),
        "the timeline is in the order of the log"
    );
}

#[tokio::test]
async fn a_beginning_of_an_id_leads_to_the_story() {
    let (world, ids) = World::with_sample().await;
    let page = world
        .get(&format!("/stories/{}", &ids.completed[..8]))
        .await;
    page.shows(&["Build email capture for the hero"]);
}

#[tokio::test]
async fn a_story_offers_what_its_status_permits() {
    let (world, ids) = World::with_sample().await;
    let running = world.get(&format!("/stories/{}", ids.running)).await;
    running.shows(&[
        "Cancel the story",
        "Tell the agent something while it works",
    ]);
    running.hides(&["Try again", "Approve"]);
    let failed = world.get(&format!("/stories/{}", ids.failed)).await;
    failed.shows(&["Try again", "no_changes"]);
    failed.hides(&["Cancel the story"]);
    let asking = world.get(&format!("/stories/{}", ids.asking)).await;
    asking.shows(&["The agent waits for your answer", "Name them"]);
    let pending = world.get(&format!("/stories/{}", ids.needs_approval)).await;
    pending.shows(&["Approve", "Reject"]);
}

#[tokio::test]
async fn health_tells_lag_groups_and_vendors() {
    let (world, _) = World::with_sample().await;
    let page = world.get("/health").await;
    page.shows(&[
        "Everything keeps up.",
        "agent_sessions",
        "following",
        "Set LINEAR_API_KEY",
        "Dead letters",
    ]);
}

#[tokio::test]
async fn a_page_that_is_none_names_the_cause_and_the_way_out() {
    let (world, _) = World::with_sample().await;
    for (path, words) in [
        ("/nothing/here", "There is no page at /nothing/here."),
        ("/stories/ffffffff-0000", "There is no story"),
        ("/chat/ffffffff-0000", "There is no conversation"),
        ("/projects/nowhere/agents", "There is no project"),
    ] {
        let page = world.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        page.shows(&[words, "Back to the chat", "<!doctype html>"]);
    }
    let wrong = world
        .get("/projects/sample-site/history?status=sleeping")
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.shows(&["is not one of: pending"]);
    let broken = world.get("/projects/sample-site/history?before=soon").await;
    assert_eq!(broken.status, StatusCode::BAD_REQUEST);
    broken.shows(&["<!doctype html>", "Back to the chat"]);
}

#[tokio::test]
async fn the_theme_is_remembered_without_a_script() {
    let world = World::start().await;
    let answer = world.form("/theme", "theme=dark").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(
        answer
            .header("set-cookie")
            .starts_with("errand-theme=dark;")
    );
    let request = crate::support::request(
        axum::http::Method::GET,
        "/chat/new",
        &[("cookie", "other=1; errand-theme=dark")],
        axum::body::Body::empty(),
    );
    world.send(request).await.shows(&["data-theme=\"dark\""]);
}

#[tokio::test]
async fn assets_are_kept_by_the_browser_and_pages_are_not() {
    let world = World::start().await;
    let page = world.get("/chat/new").await;
    assert_eq!(page.header("cache-control"), "no-store");
    let (_, css) = page
        .body
        .split_once("<link rel=\"stylesheet\" href=\"")
        .unwrap();
    let css = world.get(css.split('"').next().unwrap()).await;
    assert_eq!(css.header("content-type"), "text/css");
    assert!(css.header("cache-control").contains("immutable"));
    css.shows(&["--accent"]);
}
