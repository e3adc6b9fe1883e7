use super::{Question, Session, Stage, is_steering};
use errand_proto::{Json, SessionEvent as E};

pub(super) fn evolve(session: &mut Session, event: E) {
    match event {
        E::AgentSessionCreated(e) => {
            session.stage = Stage::Queued;
            session.turns = u32::from(e.first_turn.is_some());
            session.facts = Json(e);
        }
        E::ExecutionStarted(e) => {
            session.stage = Stage::Running {
                executor_id: e.executor_id,
            };
            session.branch = e.branch;
            session.runs += 1;
        }
        E::LeaseExpired(e) => {
            session.stage = Stage::Queued;
            session.expired_leases += u32::from(!e.handed_over);
        }
        E::TurnRecorded(e) => {
            session.turns += 1;
            session.steered += usize::from(is_steering(&e));
        }
        E::ToolCallRecorded(_) => session.tool_calls += 1,
        E::PlanUpdated(e) => session.plan = e.steps.into_iter().map(Json).collect(),
        E::UsageRecorded(e) => session.usage = Json(e.usage.unwrap_or_default()),
        E::ChangesCommitted(e) => (session.commit, session.is_partial) = (e.commit, e.partial),
        E::PullRequestOpened(e) => session.pr_url = e.pr_url,
        E::ExecutionCompleted(_) => session.stage = Stage::Completed,
        E::ExecutionFailed(_) => session.stage = Stage::Failed,
        E::ExecutionCancelled(_) => session.stage = Stage::Cancelled,
        E::AgentSessionOpened(e) => session.agent_session_id = e.agent_session_id,
        // Asked again by the next executor, it is the same question.
        E::InputRequested(e) if session.question(&e.question_id).is_some() => {}
        E::InputRequested(e) => session.questions.push(Question {
            asked: Json(e),
            answer: None,
        }),
        E::InputProvided(e) => {
            let mut questions = session.questions.iter_mut();
            if let Some(question) = questions.find(|it| it.id() == e.question_id) {
                question.answer = Some(Json(e));
            }
        }
        E::SteeringReceived(e) => session.steering.push(e.text),
    }
}
