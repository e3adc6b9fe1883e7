//! What people tell agents: further instructions, and answers to their questions.
use super::{Answer, answer, order::SessionRequest};
use errand_dashboard::CommandError;
use errand_eventlog::aggregate::{Aggregates, CommandMeta};
use errand_executor::session::{Session, SessionCommand, SessionRefusal};

/// Longest text that an agent is told at once.
const MAX_TEXT_CHARS: usize = 16_000;

pub async fn carry_out(
    sessions: &Aggregates<Session>,
    id: &str,
    by: String,
    request: SessionRequest,
    meta: &CommandMeta,
) -> Answer {
    let command = match request {
        SessionRequest::Steer { text } => SessionCommand::Steer {
            text: said(
                "text",
                &text,
                "the text is empty; say what the agent shall do",
            )?,
            by,
        },
        SessionRequest::Answer {
            question_id,
            answer,
        } => SessionCommand::Answer {
            question_id,
            answer: said(
                "answer",
                &answer,
                "the answer is empty; press a button or write one",
            )?,
            by,
        },
    };
    let executed = sessions.execute(id, command, meta).await;
    answer(executed, |refusal| {
        matches!(refusal, SessionRefusal::Absent)
    })
}

fn said(field: &'static str, text: &str, empty: &str) -> Result<String, CommandError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(CommandError::Invalid {
            field: field.into(),
            reason: empty.to_owned(),
        });
    }
    if text.chars().count() > MAX_TEXT_CHARS {
        let limit = format!("{MAX_TEXT_CHARS} characters");
        return Err(CommandError::TooLarge { limit });
    }
    Ok(text.to_owned())
}
