//! One trace from the message in the chat to the news of its completion.
use crate::system::harness::{Collector, Errand, Seen, text, until};
use serde_json::json;
use std::collections::BTreeSet;

const POST: &str = "POST /api/v1/conversations/{id}/messages";
/// Steps of every role on the way, and the calls that each makes.
const STEPS: &[&str] = &[
    POST,
    "process chat-answer-message",
    "chat claude-sonnet-4-5",
    "execute_tool Task",
    "process spawner-open-story",
    "process spawner-link-issue",
    "linear create_issue",
    "process chat-announce-spawn",
    "process executor-open-session",
    "process spawner-deliver",
    "process executor-enqueue-job",
    "run session",
    "claim",
    "worktree",
    "invoke_agent codegen",
    "judge",
    "push",
    "pull_request",
    "github ensure_pull_request",
    "process chat-announce-completion",
    "process notifier-tell-slack",
    "slack post",
];

fn only<'a>(trace: &'a [Seen], name: &str) -> &'a Seen {
    let mut found = trace.iter().filter(|s| s.name == name);
    let span = found.next().expect(name);
    assert!(found.next().is_none(), "{name} twice");
    span
}

fn has_one_root(trace: &[Seen]) {
    let roots: Vec<_> = trace.iter().filter(|s| s.parent.is_empty()).collect();
    assert!(
        matches!(roots[..], [root] if root.name == POST),
        "{roots:#?}"
    );
}

#[tokio::test]
async fn a_spawn_is_one_connected_trace_from_the_message_to_the_completion() {
    let collector = Collector::start().await;
    let errand = Errand::up_with(&[], &collector.environment()).await;
    let chat = errand.api.conversation().await;
    errand
        .api
        .say(&chat, "build email capture for the hero")
        .await;
    errand
        .api
        .hear(&chat, "🎉 Code Generation complete! PR: ")
        .await;
    let trace = collector.trace(STEPS).await;
    has_one_root(&trace);
    let run = only(&trace, "run session");
    for phase in ["claim", "worktree", "invoke_agent codegen", "judge", "push"] {
        assert_eq!(only(&trace, phase).parent, run.id, "{phase}");
    }
    let agent = only(&trace, "invoke_agent codegen");
    assert_eq!(agent.attributes["gen_ai.operation.name"], "invoke_agent");
    for figure in ["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"] {
        assert!(agent.attributes.contains_key(figure), "{agent:#?}");
    }
    for tool in ["read_file", "write_file", "run_command"] {
        let name = format!("execute_tool {tool}");
        let calls = trace.iter().filter(|span| span.name == name);
        assert!(calls.clone().count() > 0, "{name}: {trace:#?}");
        for call in calls {
            assert_eq!(call.parent, agent.id, "{call:#?}");
            assert_eq!(call.attributes["gen_ai.tool.name"], tool);
            assert!(call.attributes.contains_key("gen_ai.tool.call.id"));
        }
    }
    let call = only(&trace, "github ensure_pull_request");
    assert_eq!(call.parent, only(&trace, "pull_request").id);
    let told = only(&trace, "process chat-announce-completion");
    assert_eq!(
        told.attributes["messaging.consumer.group.name"],
        "chat-announce-completion"
    );
    let reply = only(&trace, "process chat-answer-message");
    let rounds = trace.iter().filter(|s| s.name.starts_with("chat "));
    assert!(rounds.clone().all(|round| round.parent == reply.id));
    assert!(
        rounds
            .clone()
            .all(|round| round.attributes.contains_key("gen_ai.usage.output_tokens")),
        "{:#?}",
        rounds.collect::<Vec<_>>()
    );
    for span in &trace {
        assert_eq!(span.service, "errand-all");
        assert!(!span.has_failed, "{span:#?}");
        let said = format!("{:?}", span.attributes);
        assert!(!said.contains("hero"), "words of a prompt: {said}");
    }
}

#[tokio::test]
async fn what_is_tried_again_stays_in_its_trace_also_after_a_kill() {
    let collector = Collector::start().await;
    let mut environment = collector.environment().to_vec();
    environment.push(("ERRAND_DEMO_PACE_MS", "300"));
    let mut errand = Errand::up_with(&[], &environment).await;
    let fault =
        json!({"vendor": "linear", "fault": "error_500", "operation": "issueCreate", "count": 2});
    errand.api.trouble(&fault).await;
    let chat = errand.api.conversation().await;
    errand.api.say(&chat, "build a contact form").await;
    errand.api.story_is("in_progress").await;
    for sent in [POST, "process executor-enqueue-job", "claim"] {
        collector.has(sent).await;
    }
    errand.kill().await;
    errand.start_again().await;
    errand
        .api
        .hear(&chat, "🎉 Code Generation complete! PR: ")
        .await;
    let spans = collector
        .of_story(&["process chat-announce-completion"])
        .await;
    has_one_root(&spans);
    let tried = |name: &str| spans.iter().filter(|s| s.name == name).count();
    assert!(tried("process spawner-link-issue") >= 2, "{spans:#?}");
    assert!(tried("claim") >= 2, "the run was taken over: {spans:#?}");
    let link = spans
        .iter()
        .filter(|s| s.name == "process spawner-link-issue");
    let parents: BTreeSet<_> = link.map(|s| s.parent.as_str()).collect();
    assert_eq!(
        parents.len(),
        1,
        "every attempt hangs on what wrote the event"
    );
}

#[tokio::test]
async fn a_collector_that_is_away_stops_nothing() {
    // Nobody listens on the discard port.
    let nowhere = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"),
    ];
    let mut errand = Errand::up_with(&[], &nowhere).await;
    let chat = errand.api.conversation().await;
    errand.api.say(&chat, "build a contact form").await;
    errand
        .api
        .hear(&chat, "🎉 Code Generation complete! PR: ")
        .await;
    let log = errand.data.path().join("errand.log");
    let said = || std::fs::read_to_string(&log).unwrap();
    until("the news that spans are lost", || async {
        said().contains("spans are lost").then_some(())
    })
    .await;
    errand.interrupt().await;
    assert_eq!(said().matches("spans are lost").count(), 1, "said once");
}

#[tokio::test]
async fn without_a_collector_the_events_are_found_by_one_trace_id_all_the_same() {
    let errand = Errand::up(&[]).await;
    let chat = errand.api.conversation().await;
    errand.api.say(&chat, "build a contact form").await;
    errand
        .api
        .hear(&chat, "🎉 Code Generation complete! PR: ")
        .await;
    let story = errand.api.story_is("completed").await;
    let path = format!(
        "/api/v1/events?format=cloudevents&limit=1000&story={}",
        text(&story, "id")
    );
    let events = errand.api.get(&path).await["events"].take();
    let events = events.as_array().unwrap();
    assert!(events.len() > 10, "{events:#?}");
    let id = |event: &serde_json::Value| {
        let context = text(event, "traceparent");
        context.split('-').nth(1).unwrap_or_default().to_owned()
    };
    let ids: BTreeSet<String> = events.iter().map(id).collect();
    let correlation = text(&events[0], "correlationid").replace('-', "");
    assert_eq!(ids, BTreeSet::from([correlation]));
}
