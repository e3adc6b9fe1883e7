use super::{IssueLink, Stage, Story, decide::first_stage};
use errand_proto::{Json, StoryEvent as E};

pub(super) fn evolve(story: &mut Story, event: E) {
    match event {
        E::StoryCreated(e) => {
            story.stage = first_stage(&e);
            story.session_id.clone_from(&e.session_id);
            story.attempt = 1;
            story.facts = Json(e);
        }
        E::LinearIssueLinked(e) => {
            story.link = Some(IssueLink {
                id: e.linear_task_id,
                identifier: e.identifier,
                url: e.linear_issue_url,
            });
        }
        E::LinearIssueLinkFailed(_) => story.link_failed = true,
        E::StoryApproved(_) => story.stage = Stage::Approved,
        E::StoryRejected(e) => end(story, Stage::Cancelled, e.reason),
        E::ExecutionQueued(_) => story.stage = Stage::Queued,
        E::StoryStarted(_) => story.stage = Stage::InProgress,
        E::StoryCompleted(e) => {
            story.pr_url = e.pr_url;
            story.summary = e.summary;
            story.findings = e.findings.map(Json);
            end(story, Stage::Completed, String::new());
        }
        E::StoryFailed(e) => {
            (story.outcome, story.branch_url) = (e.outcome, e.branch_url);
            end(story, Stage::Failed, e.reason);
        }
        E::StoryRetryScheduled(e) => {
            (story.outcome, story.branch_url) = (e.outcome, e.branch_url);
            story.stage = Stage::AwaitingRetry;
            story.reason = e.reason;
            story.retries = e.retry;
            story.retry_due_us = e.due_us;
        }
        E::StoryCancelRequested(_) => story.cancel_requested = true,
        E::StoryCancelled(e) => {
            story.branch_url = e.branch_url;
            end(story, Stage::Cancelled, e.reason);
        }
        E::StoryRetried(e) => {
            story.stage = Stage::Approved;
            story.session_id = e.session_id;
            story.attempt = e.attempt;
            story.cancel_requested = false;
            story.retry_due_us = 0;
            if !e.automatic {
                story.retries = 0;
                story.retried_us = e.time_us;
            }
            for text in [&mut story.reason, &mut story.outcome, &mut story.branch_url] {
                text.clear();
            }
        }
    }
}

fn end(story: &mut Story, stage: Stage, reason: String) {
    story.stage = stage;
    story.reason = reason;
    story.retry_due_us = 0;
}
