use errand_proto::{Json, v1};
use serde::{Deserialize, Serialize};

/// A question of the agent, and what came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Question {
    pub asked: Json<v1::InputRequested>,
    /// `None` while it is open.
    pub answer: Option<Json<v1::InputProvided>>,
}

impl Question {
    pub fn id(&self) -> &str {
        &self.asked.0.question_id
    }

    /// The answer of a person; what a policy said for want of one does not hold for ever.
    pub fn answer_of_person(&self) -> Option<&v1::InputProvided> {
        let answer = self.answer.as_ref().map(|Json(answer)| answer);
        answer.filter(|answer| answer.instead.is_empty())
    }

    /// Whether an agent that asks `other` asks the same again.
    pub fn is_same(&self, other: &v1::InputRequested) -> bool {
        let asked = &self.asked.0;
        let labels = |question: &v1::InputRequested| -> Vec<String> {
            question.options.iter().map(|it| it.label.clone()).collect()
        };
        (&asked.kind, &asked.text, &asked.input) == (&other.kind, &other.text, &other.input)
            && labels(asked) == labels(other)
    }
}
