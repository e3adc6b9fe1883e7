//! What people tell running agents.
use super::{Answer, answer, order::SessionRequest};
use errand_dashboard::CommandError;
use errand_eventlog::aggregate::{Aggregates, CommandMeta};
use errand_executor::session::{Session, SessionCommand, SessionRefusal};

const MAX_STEERING_CHARS: usize = 16_000;

pub async fn carry_out(
    sessions: &Aggregates<Session>,
    id: &str,
    by: String,
    request: SessionRequest,
    meta: &CommandMeta,
) -> Answer {
    let command = match request {
        SessionRequest::Steer { text } => SessionCommand::Steer {
            text: steering(&text)?,
            by,
        },
        SessionRequest::Answer { question_id, .. } => {
            return Err(CommandError::Refused(format!(
                "no question {question_id:?} is open in this session; to tell the agent something, steer it"
            )));
        }
    };
    let executed = sessions.execute(id, command, meta).await;
    answer(executed, |refusal| {
        matches!(refusal, SessionRefusal::Absent)
    })
}

fn steering(text: &str) -> Result<String, CommandError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(CommandError::Invalid {
            field: "text".into(),
            reason: "the text is empty; say what the agent shall do".to_owned(),
        });
    }
    if text.chars().count() > MAX_STEERING_CHARS {
        let limit = format!("{MAX_STEERING_CHARS} characters");
        return Err(CommandError::TooLarge { limit });
    }
    Ok(text.to_owned())
}
