//! The program's requests to use a tool, as questions; its own tool for questions is one of them.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::bounded::shorten_json;
use super::super::question::{Answer, Choice, ChoiceKind, Question, QuestionKind, pick};
use super::super::questions::{MAX_INPUT_BYTES, Questions};
use super::incoming::ToolPermission;
use super::outgoing::{allow, deny};

/// The tool by which the model asks its user.
const QUESTION_TOOL: &str = "AskUserQuestion";
const REFUSED: &str = "This was not allowed. Do the work without it, or say what is missing.";
const NOBODY_ANSWERED: &str =
    "Nobody can answer now. Decide for yourself and say what you assumed.";

#[derive(Deserialize)]
struct Asked {
    questions: Vec<AskedQuestion>,
}

#[derive(Deserialize)]
struct AskedQuestion {
    question: String,
    #[serde(default)]
    options: Vec<AskedOption>,
}

#[derive(Deserialize)]
struct AskedOption {
    label: String,
}

/// The line that answers the request, or `None` when it was withdrawn.
pub(super) async fn answer(
    questions: Questions,
    request_id: String,
    asked: ToolPermission,
    withdrawn: tokio_util::sync::CancellationToken,
) -> Option<String> {
    if asked.tool_name == QUESTION_TOOL
        && let Ok(Asked { questions: many }) = serde_json::from_value(asked.input.clone())
    {
        return inform(&questions, &request_id, asked, many, withdrawn).await;
    }
    let question = permission(&questions, &asked);
    let answer = questions.settle(&question, withdrawn.cancelled()).await?;
    let allowed = pick(&question.choices, &answer).is_some_and(|choice| choice.kind.allows());
    Some(match (allowed, answer) {
        (true, _) => allow(&request_id, &asked.input),
        (false, Answer::Text(why)) => deny(&request_id, &why),
        (false, _) => deny(&request_id, REFUSED),
    })
}

fn permission(questions: &Questions, asked: &ToolPermission) -> Question {
    let choices = [
        ("allow", "Allow", ChoiceKind::AllowOnce),
        ("reject", "Reject", ChoiceKind::RejectOnce),
    ];
    let choices = choices.map(|(id, name, kind)| choice(id, name, kind));
    let text = super::translate::title(&asked.tool_name, &asked.input);
    Question {
        tool_call_id: asked.tool_use_id.clone(),
        input: shorten_json(&asked.input, MAX_INPUT_BYTES),
        ..questions.question(QuestionKind::Permission, &text, choices.into())
    }
}

/// Asks one after the other, and gives the tool the answers as its input.
async fn inform(
    questions: &Questions,
    request_id: &str,
    asked: ToolPermission,
    many: Vec<AskedQuestion>,
    withdrawn: tokio_util::sync::CancellationToken,
) -> Option<String> {
    let mut answers = Map::new();
    for one in many {
        let options = one.options.iter();
        let choices = options.map(|it| choice(&it.label, &it.label, ChoiceKind::Reply));
        let question = Question {
            tool_call_id: asked.tool_use_id.clone(),
            ..questions.question(QuestionKind::Information, &one.question, choices.collect())
        };
        match questions.settle(&question, withdrawn.cancelled()).await? {
            Answer::Choice(words) | Answer::Text(words) => {
                answers.insert(one.question, Value::String(words));
            }
            Answer::Allow | Answer::Reject | Answer::GiveUp => {}
        }
    }
    if answers.is_empty() {
        return Some(deny(request_id, NOBODY_ANSWERED));
    }
    let mut input = asked.input;
    input["answers"] = Value::Object(answers);
    Some(allow(request_id, &input))
}

fn choice(id: &str, name: &str, kind: ChoiceKind) -> Choice {
    Choice {
        id: id.to_owned(),
        name: name.to_owned(),
        kind,
    }
}
