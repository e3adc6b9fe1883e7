//! What people read in the Linear issue: pure text from the story and its session.
use crate::{
    linear::IssueState,
    story::{Stage, Story},
};
use errand_proto::{
    Outcome, rfc3339,
    v1::{PlanStep, PlanStepStatus},
};

/// The whole description: the request, the checklist as it is now, the pull request, and how it ended.
pub fn description(story: &Story, plan: &[PlanStep], pr_url: &str) -> String {
    let facts = &story.facts.0;
    let mut parts = vec![facts.prompt.trim().to_owned()];
    if !plan.is_empty() {
        let goes_on = !story.stage.is_ended() && story.stage != Stage::AwaitingRetry;
        let steps: Vec<_> = plan.iter().map(|it| checklist_line(it, goes_on)).collect();
        parts.push(format!("## Checklist\n{}", steps.join("\n")));
    }
    if !pr_url.is_empty() {
        parts.push(format!("Pull request: {pr_url}"));
    }
    parts.extend(ending(story));
    parts.push(format!(
        "---\n*{} agent · {} · policy {} · story {}*",
        facts.agent_name, facts.priority_level, facts.policy, facts.id
    ));
    parts.join("\n\n")
}

/// `goes_on`: a step that was under way when the session ended is not under way any more.
fn checklist_line(step: &PlanStep, goes_on: bool) -> String {
    let (mark, note) = match step.status() {
        PlanStepStatus::Completed => ("x", ""),
        PlanStepStatus::InProgress if goes_on => (" ", " *(in progress)*"),
        PlanStepStatus::InProgress | PlanStepStatus::Pending | PlanStepStatus::Unspecified => {
            (" ", "")
        }
    };
    format!("- [{mark}] {}{note}", step.content.replace('\n', " "))
}

fn ending(story: &Story) -> Option<String> {
    match story.stage {
        Stage::Completed => Some("**Completed.**".to_owned()),
        Stage::Failed => Some(format!("**Failed:** {}", failure(story))),
        Stage::AwaitingRetry => {
            let at = rfc3339(story.retry_due_us);
            let failure = failure(story);
            Some(format!("**Failed, and is tried again at {at}:** {failure}"))
        }
        Stage::Cancelled if story.reason.is_empty() => {
            Some(format!("**Cancelled.**{}", partial_work(story)))
        }
        Stage::Cancelled => Some(format!(
            "**Cancelled:** {}{}",
            story.reason,
            partial_work(story)
        )),
        _ => None,
    }
}

/// What happened, its code, what to do, and where the partial work is.
fn failure(story: &Story) -> String {
    let mut text = story.reason.clone();
    if let Some(outcome) = Outcome::find(&story.outcome) {
        text += &format!("\n\nOutcome `{}`. {}", outcome.code(), outcome.advice());
    }
    text + &partial_work(story)
}

fn partial_work(story: &Story) -> String {
    match story.branch_url.as_str() {
        "" => String::new(),
        url => format!("\n\nPartial work: {url}"),
    }
}

/// Where the issue stands on the team's board.
pub fn state(stage: Stage) -> IssueState {
    match stage {
        Stage::Absent | Stage::AwaitingApproval => IssueState::Backlog,
        Stage::Approved | Stage::Queued => IssueState::Todo,
        Stage::InProgress => IssueState::InProgress,
        Stage::Completed => IssueState::Done,
        // A failed story can be retried, so its issue goes back to where work is waiting.
        Stage::Failed | Stage::AwaitingRetry => IssueState::Todo,
        Stage::Cancelled => IssueState::Canceled,
    }
}

/// Linear's scale: 1 urgent, 2 high, 3 normal, 4 low.
pub fn priority(level: &str) -> u8 {
    match level {
        "P0" => 1,
        "P1" => 2,
        "P2" => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use errand_proto::{Json, v1};

    fn plan() -> [PlanStep; 3] {
        let step = |content: &str, status: PlanStepStatus| PlanStep {
            content: content.into(),
            status: status.into(),
        };
        [
            step("Look around", PlanStepStatus::Completed),
            step("Write", PlanStepStatus::InProgress),
            step("Test", PlanStepStatus::Pending),
        ]
    }

    #[test]
    fn a_step_is_under_way_only_while_the_story_is() {
        let text = |stage| {
            let story = Story {
                stage,
                ..Default::default()
            };
            description(&story, &plan(), "")
        };
        let goes_on = "- [x] Look around\n- [ ] Write *(in progress)*\n- [ ] Test";
        let text_now = text(Stage::InProgress);
        assert!(text_now.contains(goes_on), "{text_now}");
        for stage in [
            Stage::Completed,
            Stage::Failed,
            Stage::Cancelled,
            Stage::AwaitingRetry,
        ] {
            let text = text(stage);
            let over = "- [x] Look around\n- [ ] Write\n- [ ] Test";
            assert!(text.contains(over), "{stage:?}: {text}");
        }
    }

    #[test]
    fn a_failed_story_says_why_and_where_its_work_is() {
        let story = Story {
            stage: Stage::Failed,
            facts: Json(v1::StoryCreated {
                prompt: "Build it".into(),
                ..Default::default()
            }),
            reason: "the tests fail".into(),
            outcome: "checks_failed".into(),
            branch_url: "https://github.com/o/r/tree/errand/s1".into(),
            ..Default::default()
        };
        let text = description(&story, &plan(), "https://github.com/o/r/pull/1");
        assert!(text.contains("**Failed:** the tests fail"), "{text}");
        assert!(
            text.contains("Outcome `checks_failed`. Look at the check's output"),
            "{text}"
        );
        assert!(text.contains("tree/errand/s1"), "{text}");
        assert!(text.contains("pull/1"), "{text}");
    }
}
