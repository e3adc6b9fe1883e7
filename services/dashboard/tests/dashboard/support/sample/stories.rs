use super::{Ids, MINUTE_US, World, session_of};
use errand_proto::{NotificationEvent, SessionEvent as S, StoryEvent as T, v1};

const DIFF: &str = "diff --git a/index.html b/index.html\nindex 1f2e..9a0b 100644\n--- a/index.html\n+++ b/index.html\n\
    @@ -11,7 +11,11 @@ <main>\n   <section class=\"hero\">\n     <h1>Ship sooner</h1>\n-    <p>Coming soon</p>\n\
    +    <form class=\"capture\" action=\"/subscribe\" method=\"post\">\n+      <label for=\"email\">Email</label>\n\
    +      <input id=\"email\" type=\"email\" name=\"email\" required>\n+      <button>Keep me posted</button>\n+    </form>\n   </section>\n\
    diff --git a/tests/capture.test.js b/tests/capture.test.js\nnew file mode 100644\n--- /dev/null\n+++ b/tests/capture.test.js\n\
    @@ -0,0 +1,3 @@\n+test('a wrong address is refused', () => {\n+  expect(isAddress('nobody')).toBe(false);\n+});\n";

/// The unchanging part of a story.
pub struct Outline<'a> {
    pub id: &'a str,
    conversation: &'a str,
    agent: &'a str,
    name: &'a str,
    prompt: &'a str,
    policy: &'a str,
}

impl<'a> Outline<'a> {
    pub fn new(
        id: &'a str,
        conversation: &'a str,
        agent: &'a str,
        name: &'a str,
        prompt: &'a str,
    ) -> Self {
        Self {
            id,
            conversation,
            agent,
            name,
            prompt,
            policy: "auto_safe",
        }
    }

    fn created(&self) -> T {
        v1::StoryCreated {
            id: self.id.into(),
            workspace_id: "main".into(),
            run_id: "run-1".into(),
            project_id: "sample-site".into(),
            title: format!("{}: {}", self.name, self.prompt),
            rationale: "Asked for in chat".into(),
            priority: "medium".into(),
            priority_level: "P1".into(),
            priority_score: 75,
            policy: self.policy.into(),
            conversation_id: self.conversation.into(),
            session_id: session_of(self.id),
            agent: self.agent.into(),
            agent_name: self.name.into(),
            prompt: self.prompt.into(),
            tracker: "linear".into(),
            user_id: "you".into(),
            ..v1::StoryCreated::default()
        }
        .into()
    }

    fn session(&self, at: i64) -> S {
        v1::AgentSessionCreated {
            id: session_of(self.id),
            story_id: self.id.into(),
            workspace_id: "main".into(),
            project_id: "sample-site".into(),
            agent_name: self.name.into(),
            agent_type: "specialist".into(),
            agent: self.agent.into(),
            prompt: self.prompt.into(),
            attempt: 1,
            conversation_id: self.conversation.into(),
            first_turn: Some(turn(1, "spawn", "Spawned from chat by user request", at)),
        }
        .into()
    }
}

fn turn(turn: u32, action: &str, thinking: &str, at: i64) -> v1::Turn {
    v1::Turn {
        turn,
        thinking: thinking.into(),
        action: action.into(),
        prompt: String::new(),
        timestamp_us: at,
    }
}

fn plan(steps: &[(&str, v1::PlanStepStatus)]) -> S {
    let step = |(content, status): &(&str, v1::PlanStepStatus)| v1::PlanStep {
        content: (*content).into(),
        status: (*status).into(),
    };
    v1::PlanUpdated {
        steps: steps.iter().map(step).collect(),
        story_id: String::new(),
    }
    .into()
}

async fn create(world: &World, outline: &Outline<'_>, at: i64) {
    world.add(outline.id, outline.created(), at).await;
    world
        .add(&session_of(outline.id), outline.session(at), at)
        .await;
}

pub async fn queue(world: &World, outline: &Outline<'_>, at: i64) {
    create(world, outline, at).await;
    let queued = v1::ExecutionQueued {
        session_id: session_of(outline.id),
        project_id: "sample-site".into(),
        agent: outline.agent.into(),
        priority_level: "P1".into(),
        attempt: 1,
    };
    world.add(outline.id, T::from(queued), at + 1_000_000).await;
}

async fn link(world: &World, story: &str, number: u32, at: i64) {
    let linked = v1::LinearIssueLinked {
        linear_task_id: format!("uuid-{number}"),
        identifier: format!("ERR-{number}"),
        linear_issue_url: format!("https://linear.app/sample/issue/ERR-{number}"),
        story: None,
    };
    world.add(story, T::from(linked), at).await;
}

async fn start(world: &World, outline: &Outline<'_>, at: i64) {
    queue(world, outline, at).await;
    let session = session_of(outline.id);
    let started = v1::ExecutionStarted {
        executor_id: "executor-1".into(),
        branch: format!("errand/{}", &outline.id[..8]),
        story_id: outline.id.into(),
    };
    world.add(&session, S::from(started), at + 2_000_000).await;
    let started = v1::StoryStarted {
        session_id: session,
        story: None,
    };
    world
        .add(outline.id, T::from(started), at + 2_000_000)
        .await;
}

fn call(name: &str, input: &str, output: &str, ms: u64, ok: bool) -> S {
    let call = v1::ToolCall {
        id: format!("call-{name}-{ms}"),
        name: name.into(),
        input: input.into(),
        output: output.into(),
        ms,
        ok,
        whole_output: None,
    };
    v1::ToolCallRecorded {
        tool_call: Some(call),
    }
    .into()
}

pub async fn completed(world: &World, ids: &Ids, at: i64) {
    let outline = Outline::new(
        &ids.completed,
        &ids.conversation,
        "codegen",
        "Code Generation",
        "Build email capture for the hero",
    );
    start(world, &outline, at).await;
    link(world, outline.id, 12, at + 3_000_000).await;
    let session = session_of(outline.id);
    use v1::PlanStepStatus::Completed;
    let steps = [
        ("Read the hero section", Completed),
        ("Add the form", Completed),
        ("Test that a wrong address is refused", Completed),
        ("Open a pull request", Completed),
    ];
    world.add(&session, plan(&steps), at + 10_000_000).await;
    let thought = turn(
        2,
        "plan",
        "The hero is in `index.html`. A plain form works without any script, so that comes first.",
        at + 11_000_000,
    );
    world
        .add(
            &session,
            S::from(v1::TurnRecorded {
                turn: Some(thought),
            }),
            at + 11_000_000,
        )
        .await;
    world
        .add(
            &session,
            call(
                "read_file",
                r#"{"path":"index.html"}"#,
                "<main>\n  <section class=\"hero\">…",
                12,
                true,
            ),
            at + 12_000_000,
        )
        .await;
    world
        .add(
            &session,
            call(
                "run_command",
                r#"{"command":"npm test"}"#,
                "1 passed",
                2_310,
                true,
            ),
            at + 60_000_000,
        )
        .await;
    finish(world, &ids.completed, at + 4 * MINUTE_US).await;
}

fn usage() -> v1::Usage {
    v1::Usage {
        input_tokens: 18_204,
        output_tokens: 2_411,
        cost_micro_usd: 91_000,
        context_tokens: 0,
    }
}

async fn finish(world: &World, story: &str, at: i64) {
    let session = session_of(story);
    let file = |path: &str, status: &str, insertions, deletions| v1::FileChange {
        path: path.into(),
        status: status.into(),
        insertions,
        deletions,
    };
    let committed = v1::ChangesCommitted {
        branch: format!("errand/{}", &story[..8]),
        commit: "9a0b6c1d2e3f4a5b".into(),
        base: "1f2e3d4c5b6a7988".into(),
        files: vec![
            file("index.html", "modified", 5, 1),
            file("tests/capture.test.js", "added", 3, 0),
        ],
        diff: DIFF.into(),
        diff_truncated: false,
        story_id: story.into(),
        whole_diff: None,
        partial: false,
    };
    world.add(&session, S::from(committed), at).await;
    let url = "https://github.com/sample/site/pull/7";
    let opened = v1::PullRequestOpened {
        pr_url: url.into(),
        number: 7,
        branch: format!("errand/{}", &story[..8]),
        story_id: story.into(),
    };
    world.add(&session, S::from(opened), at + 1_000_000).await;
    let summary = "Added an email form to the hero, with a test that a wrong address is refused.";
    let done = v1::ExecutionCompleted {
        pr_url: url.into(),
        summary: summary.into(),
        usage: Some(usage()),
        story_id: story.into(),
        findings: None,
    };
    world.add(&session, S::from(done), at + 2_000_000).await;
    let done = v1::StoryCompleted {
        session_id: session,
        pr_url: url.into(),
        summary: summary.into(),
        story: None,
        findings: None,
    };
    world.add(story, T::from(done), at + 3_000_000).await;
    let sent = v1::NotificationSent {
        story_id: story.into(),
        channel: "slack".into(),
        about: "completed".into(),
        text: "Code Generation complete".into(),
        vendor_id: "1".into(),
        permalink: "https://sample.slack.com/archives/C1/p1".into(),
        batch_id: String::new(),
    };
    world
        .add(
            &super::id("told"),
            NotificationEvent::from(sent),
            at + 4_000_000,
        )
        .await;
}

pub async fn failed(world: &World, ids: &Ids, at: i64) {
    let outline = Outline::new(
        &ids.failed,
        &ids.conversation,
        "performance",
        "Performance",
        "Make the start page load in one second",
    );
    start(world, &outline, at).await;
    let session = session_of(outline.id);
    let reason = "The agent ended without changing any file. Say in the prompt which page is meant, then try again.";
    let failed = v1::ExecutionFailed {
        outcome: "no_changes".into(),
        reason: reason.into(),
        branch: String::new(),
        branch_url: String::new(),
        usage: None,
        story_id: outline.id.into(),
    };
    world
        .add(&session, S::from(failed), at + 2 * MINUTE_US)
        .await;
    let failed = v1::StoryFailed {
        session_id: session,
        outcome: "no_changes".into(),
        reason: reason.into(),
        branch: String::new(),
        branch_url: String::new(),
        story: None,
    };
    world
        .add(outline.id, T::from(failed), at + 2 * MINUTE_US)
        .await;
}

pub async fn running(world: &World, ids: &Ids, at: i64) {
    let conversation = super::id("Words for the pricing page");
    let outline = Outline::new(
        &ids.running,
        &conversation,
        "security",
        "Security",
        "Analyze the email form for weaknesses",
    );
    start(world, &outline, at).await;
    link(world, outline.id, 14, at + 3_000_000).await;
    use v1::PlanStepStatus::{Completed, InProgress, Pending};
    let steps = [
        ("List every place that takes input", Completed),
        ("Check the form and its server side", InProgress),
        ("Write findings by file and line", Pending),
    ];
    world
        .add(&session_of(outline.id), plan(&steps), at + MINUTE_US)
        .await;
}

pub async fn asking(world: &World, ids: &Ids, at: i64) {
    let conversation = super::id("Words for the pricing page");
    let outline = Outline::new(
        &ids.asking,
        &conversation,
        "accessibility",
        "Accessibility",
        "Check all pages for accessibility problems",
    );
    start(world, &outline, at).await;
    let session = session_of(outline.id);
    use v1::PlanStepStatus::{Completed, InProgress};
    world
        .add(
            &session,
            plan(&[
                ("Scan every page", Completed),
                ("Mend what can be mended", InProgress),
            ]),
            at + 1_000_000,
        )
        .await;
    let option = v1::Action {
        id: "q-yes".into(),
        label: "Name them".into(),
        sends: "Yes, name them after their icons".into(),
    };
    let asked = v1::InputRequested {
        question_id: ids.question.clone(),
        text: "Two buttons have no text. Shall I name them after their icons?".into(),
        options: vec![option],
        story_id: outline.id.into(),
        ..Default::default()
    };
    world.add(&session, S::from(asked), at + MINUTE_US).await;
}

pub async fn needs_approval(world: &World, ids: &Ids, at: i64) {
    let mut outline = Outline::new(
        &ids.needs_approval,
        &ids.conversation,
        "codegen",
        "Code Generation",
        "Move the site to another host",
    );
    outline.policy = "needs_approval";
    create(world, &outline, at).await;
}
