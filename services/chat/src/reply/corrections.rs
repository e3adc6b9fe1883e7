//! Calls of tools that cannot be carried out as they are: the model is told why, and may correct itself a few times.
use crate::{
    llm::{LlmError, ToolCall},
    stopping::STOP_TOOL,
    tasks::TASK_TOOL,
};
use serde_json::json;

/// Rounds of one reply that follow a call which had to be corrected.
const MAX_CORRECTIONS: u32 = 2;

/// The mistakes of one reply.
#[derive(Debug, Default)]
pub struct Corrections {
    /// Rounds begun so that a mistake could be corrected.
    begun: u32,
    /// The last mistake of the present round.
    mistake: Option<String>,
}

impl Corrections {
    /// Answers what the model is told.
    pub fn note(&mut self, mistake: String) -> String {
        self.mistake = Some(mistake.clone());
        mistake
    }

    /// Before the next round begins.
    ///
    /// # Errors
    /// The mistake of this round, when the model was told often enough.
    pub fn allow(&mut self) -> Result<(), String> {
        let Some(mistake) = self.mistake.take() else {
            return Ok(());
        };
        if self.begun == MAX_CORRECTIONS {
            return Err(format!(
                "the model's call of a tool cannot be carried out, also after {MAX_CORRECTIONS} corrections: {mistake}"
            ));
        }
        self.begun += 1;
        Ok(())
    }
}

/// A call whose input could not be read, as the history shows it to the model, and what was wrong with it. Any other error
/// is given back.
pub fn unreadable(error: LlmError) -> Result<(ToolCall, String), LlmError> {
    let LlmError::MalformedToolCall {
        tool,
        call_id,
        reason,
    } = error
    else {
        return Err(error);
    };
    // Providers refuse a history that names tools of no kind.
    let name = [TASK_TOOL, STOP_TOOL].into_iter().find(|it| *it == tool);
    let name = name.unwrap_or(TASK_TOOL).to_owned();
    let mistake = format!("the input for the tool {name} is no whole JSON object ({reason})");
    let call = ToolCall {
        id: call_id,
        name,
        input: json!({}),
    };
    Ok((call, mistake))
}
