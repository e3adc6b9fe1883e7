//! The rules of the agent's questions, a part of the pure decision.
use super::{
    MAX_QUESTIONS, Session, SessionRefusal,
    decide::{Decision, story_id},
};
use errand_proto::{Json, SessionEvent, v1};

fn is_open(session: &Session, question_id: &str) -> bool {
    let question = session.question(question_id);
    question.is_some_and(|question| question.answer.is_none())
}

/// A question that is open already is asked again by the next executor of the session.
pub(super) fn ask(session: &Session, question: v1::InputRequested) -> Option<SessionEvent> {
    let known = session.question(&question.question_id).is_some();
    let fits = known || session.questions.len() < MAX_QUESTIONS;
    let answered = known && !is_open(session, &question.question_id);
    (fits && !answered).then(|| {
        v1::InputRequested {
            story_id: story_id(session),
            conversation_id: session.facts.0.conversation_id.clone(),
            ..question
        }
        .into()
    })
}

/// The first answer counts; the same one again by the same person is answered like the first.
pub(super) fn answer(
    session: &Session,
    question_id: String,
    answer: String,
    by: String,
) -> Decision {
    if session.stage.is_ended() {
        return Err(SessionRefusal::Ended(session.stage.clone()));
    }
    let question = session.question(&question_id);
    let question = question.ok_or(SessionRefusal::NotAsked)?;
    match &question.answer {
        None => Ok(Some(provided(
            session,
            v1::InputProvided {
                question_id,
                answer,
                by,
                ..Default::default()
            },
        ))),
        Some(Json(first)) if (&first.answer, &first.by) == (&answer, &by) => Ok(None),
        Some(Json(first)) if first.instead.is_empty() => Err(SessionRefusal::Answered {
            by: first.by.clone(),
            answer: first.answer.clone(),
        }),
        Some(Json(first)) => Err(SessionRefusal::Closed(first.answer.clone())),
    }
}

/// Closes a question that nobody answered, or that is of no use any more.
pub(super) fn close(
    session: &Session,
    question_id: String,
    answer: String,
    instead: &str,
) -> Option<SessionEvent> {
    is_open(session, &question_id).then(|| {
        provided(
            session,
            v1::InputProvided {
                question_id,
                answer,
                instead: instead.to_owned(),
                ..Default::default()
            },
        )
    })
}

fn provided(session: &Session, answer: v1::InputProvided) -> SessionEvent {
    v1::InputProvided {
        conversation_id: session.facts.0.conversation_id.clone(),
        ..answer
    }
    .into()
}
