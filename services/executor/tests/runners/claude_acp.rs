//! The real ACP adapter of Claude in a real worktree; only its language model is played by the sandbox.

use errand_executor::runner::{
    Answer, PermissionPolicy, PlanStatus, QuestionKind, Resume, RunRequest, RunUpdate,
};

use crate::real_agents::RealAgents;
use crate::repository::{PAGE, Repository};
use crate::runs::{request, start_with};

#[tokio::test]
async fn the_adapter_edits_a_worktree_and_goes_on_with_its_session_later() {
    let Some(agents) = RealAgents::installed().await else {
        return;
    };
    let repository = Repository::with(&[("index.html", PAGE)]);
    let work = request(&repository, "Add HELLO.md");
    let ended = start_with(agents.claude_acp(), work, PermissionPolicy::Allow)
        .end()
        .await;
    assert!(ended.message().contains("I wrote HELLO.md"));
    assert_eq!(repository.changed(), ["HELLO.md"]);
    assert!(
        repository
            .read("HELLO.md")
            .ends_with("Checked with git status.\n")
    );
    assert_eq!(ended.last_plan(), [PlanStatus::Completed]);
    let cost = ended.updates.iter().rev().find_map(|update| match update {
        RunUpdate::Usage { cost_usd, .. } => *cost_usd,
        _ => None,
    });
    assert!(cost.is_some_and(|dollars| dollars > 0.0), "{cost:?}");

    let (session_id, resumed) = ended.session();
    assert!(!resumed);
    let later = RunRequest {
        resume: Some(Resume {
            session_id: session_id.clone(),
            prompt: "Add LATER.md".to_owned(),
        }),
        ..request(&repository, "Add AGAIN.md")
    };
    let again = start_with(agents.claude_acp(), later, PermissionPolicy::Allow)
        .end()
        .await;
    assert_eq!(again.session(), (session_id, true));
    assert!(again.message().contains("LATER.md"));
    assert!(repository.read("LATER.md").starts_with("# Add LATER.md"));
    assert_eq!(repository.processes(), [""; 0]);
}

#[tokio::test]
async fn the_adapter_asks_a_person_what_it_may_do_and_what_it_shall_do() {
    let Some(agents) = RealAgents::installed().await else {
        return;
    };
    let repository = Repository::with(&[]);
    let work = request(&repository, "Paint DOOR.md sandbox:question");
    let mut run = start_with(agents.claude_acp(), work, PermissionPolicy::Ask);
    let mut permissions = 0;
    let mut informed = false;
    loop {
        let next = |it: &RunUpdate| {
            matches!(it, RunUpdate::InputRequested(_))
                || matches!(it, RunUpdate::ToolCallEnded { name, .. } if name.starts_with("git"))
                || matches!(it, RunUpdate::Message { .. })
        };
        let RunUpdate::InputRequested(question) = run.until(next).await else {
            break;
        };
        let answer = match question.kind {
            QuestionKind::Permission => {
                permissions += 1;
                Answer::Allow
            }
            QuestionKind::Information => {
                informed = true;
                Answer::Text("Green".to_owned())
            }
        };
        run.handle.answer(&question.id, answer).unwrap();
    }
    run.end().await;
    assert!(informed && permissions > 0, "{informed} {permissions}");
    assert!(repository.read("DOOR.md").contains("Green"));
}
