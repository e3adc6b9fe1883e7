//! From the agent's question to what a person reads, and from a person's words to an answer. Pure.
use crate::runner::{Answer, AnswerPolicy, Choice, Question, QuestionKind, Unanswered};
use errand_proto::v1;
use serde_json::Value;
use std::time::Duration;
use uuid::Uuid;

pub const WITHDRAWN: &str = "The agent took its question back.";
/// Words for a permission beside those of its own buttons.
const YES: [&str; 4] = ["yes", "y", "ok", "allow"];
const NO: [&str; 4] = ["no", "n", "deny", "reject"];

/// The question as it is recorded, with a button for each choice.
pub fn recorded(question: &Question) -> v1::InputRequested {
    let kind = match question.kind {
        QuestionKind::Permission => "permission",
        QuestionKind::Information => "information",
    };
    let input = match &question.input {
        Value::Null => String::new(),
        input => input.to_string(),
    };
    let choices = &question.choices;
    v1::InputRequested {
        question_id: question.id.clone(),
        text: question.text.clone(),
        options: choices.iter().map(|it| button(question, it)).collect(),
        kind: kind.to_owned(),
        input,
        ..Default::default()
    }
}

fn button(question: &Question, choice: &Choice) -> v1::Action {
    let seed = format!("{}:{}", question.id, choice.id);
    let same_name = question.choices.iter().filter(|it| it.name == choice.name);
    let sends = match same_name.count() {
        1 => &choice.name,
        _ => &choice.id,
    };
    v1::Action {
        id: Uuid::new_v5(&Uuid::NAMESPACE_OID, seed.as_bytes()).to_string(),
        label: choice.name.clone(),
        sends: sends.clone(),
    }
}

/// What a person's words mean. Words that name no choice are, for a permission, a refusal that tells the agent why.
pub fn understood(question: &Question, recorded: &v1::InputRequested, words: &str) -> Answer {
    let words = words.trim();
    let is = |text: &str| text.trim().eq_ignore_ascii_case(words);
    let mut buttons = question.choices.iter().zip(&recorded.options);
    let pressed = buttons.find(|(choice, button)| {
        is(&choice.id) || is(&choice.name) || is(&button.sends) || is(&button.label)
    });
    match (pressed, question.kind) {
        (Some((choice, _)), _) => Answer::Choice(choice.id.clone()),
        (None, QuestionKind::Permission) if YES.into_iter().any(is) => Answer::Allow,
        (None, QuestionKind::Permission) if NO.into_iter().any(is) => Answer::Reject,
        (None, _) => Answer::Text(words.to_owned()),
    }
}

/// "Nobody answered within 30 minutes, so it was refused."
pub fn timed_out(policy: &AnswerPolicy, kind: QuestionKind) -> String {
    let so = match (policy.unanswered, kind) {
        (Unanswered::Fail, _) => "the run was ended",
        (Unanswered::Allow, QuestionKind::Permission) => "it was allowed",
        (Unanswered::Deny, QuestionKind::Permission) => "it was refused",
        (_, QuestionKind::Information) => "the agent decides for itself",
    };
    format!("Nobody answered within {}, so {so}.", time(policy.patience))
}

pub fn asked_again(given: &v1::InputProvided) -> String {
    let (by, answer) = (&given.by, &given.answer);
    format!("The agent asked again what {by} had answered already: {answer}")
}

fn time(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds > 60 && seconds.is_multiple_of(60) => {
            format!("{} minutes", seconds / 60)
        }
        seconds => format!("{seconds} seconds"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::ChoiceKind;

    fn question(kind: QuestionKind) -> Question {
        let choice = |id: &str, name: &str, kind| Choice {
            id: id.into(),
            name: name.into(),
            kind,
        };
        Question {
            id: "q".into(),
            kind,
            tool_call_id: String::new(),
            text: "Run npm install".into(),
            input: Value::Null,
            choices: vec![
                choice("a", "Allow once", ChoiceKind::AllowOnce),
                choice("r", "Reject", ChoiceKind::RejectOnce),
            ],
            patience: Duration::MAX,
        }
    }

    #[test]
    fn a_button_or_its_words_choose_and_own_words_are_told() {
        let asked = question(QuestionKind::Permission);
        let recorded = recorded(&asked);
        let said = |words: &str| understood(&asked, &recorded, words);
        assert_eq!(recorded.options[0].sends, "Allow once");
        assert_eq!(said(" allow ONCE "), Answer::Choice("a".into()));
        assert_eq!(said("yes"), Answer::Allow);
        assert_eq!(said("No"), Answer::Reject);
        assert_eq!(said("use pnpm"), Answer::Text("use pnpm".into()));
        let asked = question(QuestionKind::Information);
        let said = understood(&asked, &recorded, "yes");
        assert_eq!(said, Answer::Text("yes".into()));
    }

    #[test]
    fn what_happened_for_want_of_an_answer_is_said() {
        let policy = AnswerPolicy {
            unanswered: Unanswered::Allow,
            ..AnswerPolicy::default()
        };
        assert_eq!(
            timed_out(&policy, QuestionKind::Permission),
            "Nobody answered within 30 minutes, so it was allowed."
        );
    }
}
