//! The rules: a pure function from state and command to at most one event.
use super::{Batch, BatchCommand as C, report};
use errand_proto::{BatchEvent, v1};

pub(super) fn decide(batch: &Batch, command: C) -> Option<BatchEvent> {
    match command {
        C::Open(facts) => open(batch, *facts),
        C::LinkIssue(link) => (batch.opened && batch.link.is_none()).then(|| {
            v1::BatchIssueLinked {
                linear_task_id: link.id,
                identifier: link.identifier,
                linear_issue_url: link.url,
            }
            .into()
        }),
        C::FinishStory(finished) => finish(batch, *finished),
        C::Consolidate {
            timed_out,
            public_url,
        } => consolidate(batch, timed_out, &public_url),
    }
}

/// Opened again only by a reply that was asked for again and asked for more agents.
fn open(batch: &Batch, facts: v1::BatchOpened) -> Option<BatchEvent> {
    let is_news = facts.story_ids.len() > batch.facts.0.story_ids.len();
    (is_news && !batch.is_consolidated()).then(|| facts.into())
}

/// A story that was retried while the others went on ends once more.
fn finish(batch: &Batch, finished: v1::BatchStoryFinished) -> Option<BatchEvent> {
    let known = batch.finished.get(&finished.story_id);
    let is_known = known.is_some_and(|known| known.0.session_id == finished.session_id);
    let is_news = batch.has(&finished.story_id) && !is_known && !batch.is_consolidated();
    is_news.then(|| finished.into())
}

fn consolidate(batch: &Batch, timed_out: bool, public_url: &str) -> Option<BatchEvent> {
    let may_end = batch.opened && !batch.is_consolidated();
    let all_finished = batch.all_finished();
    (may_end && (timed_out || all_finished)).then(|| {
        let facts = &batch.facts.0;
        let report = report::write(batch, public_url);
        let link = batch.link.as_ref();
        v1::BatchConsolidated {
            report_markdown: report.markdown,
            id: facts.id.clone(),
            conversation_id: facts.conversation_id.clone(),
            project_id: facts.project_id.clone(),
            title: facts.title.clone(),
            summary: report.summary,
            linear_issue_url: link.map_or_else(String::new, |link| link.url.clone()),
            timed_out: !all_finished,
        }
        .into()
    })
}
