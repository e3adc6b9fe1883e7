//! The agent's forms: each field with choices, or of free text, becomes one question to a person.

use std::collections::BTreeMap;

use agent_client_protocol::Error;
use agent_client_protocol::v1::Responder;
use agent_client_protocol::v1::schema::{
    CreateElicitationRequest, CreateElicitationResponse, ElicitationAcceptAction,
    ElicitationAction, ElicitationContentValue, ElicitationFormMode, ElicitationMode,
    ElicitationPropertySchema, ElicitationScope, EnumOption, MultiSelectItems,
};

use super::super::question::{Answer, Choice, ChoiceKind, Question, QuestionKind};
use super::super::questions::Questions;

/// Fields of one form that are asked; a longer form is declined.
const MAX_FIELDS: usize = 10;
/// A field of free text beside one with choices: a person's own words for that one.
const OWN_WORDS_SUFFIX: &str = "_custom";

/// What came of a form.
enum Filled {
    With(BTreeMap<String, ElicitationContentValue>),
    /// Nobody answered, or the form holds what a person cannot be asked here.
    Declined,
    Withdrawn,
}

/// Answers one form. What can be left out is left out where nobody answers.
pub(super) async fn answer(
    questions: Questions,
    asked: CreateElicitationRequest,
    responder: Responder<CreateElicitationResponse>,
) -> Result<(), Error> {
    let filled = match &asked.mode {
        ElicitationMode::Form(form) => fill(&questions, &asked.message, form).await,
        _ => Filled::Declined,
    };
    let action = match filled {
        Filled::With(content) => {
            ElicitationAction::Accept(ElicitationAcceptAction::new().content(content))
        }
        Filled::Declined => ElicitationAction::Decline,
        Filled::Withdrawn => ElicitationAction::Cancel,
    };
    // The agent may have given up meanwhile; that is no failure of the run.
    let _ = responder.respond(CreateElicitationResponse::new(action));
    Ok(())
}

async fn fill(questions: &Questions, message: &str, form: &ElicitationFormMode) -> Filled {
    let fields = &form.requested_schema.properties;
    let asked: Vec<_> = fields
        .iter()
        .filter(|(name, _)| !is_own_words(name, fields))
        .collect();
    if asked.len() > MAX_FIELDS {
        return Filled::Declined;
    }
    let mut content = BTreeMap::new();
    for (name, field) in asked {
        let text = field_text(message, field);
        let question = Question {
            tool_call_id: tool_call_id(&form.scope),
            ..questions.question(QuestionKind::Information, &text, choices(field))
        };
        match questions.settle(&question, std::future::pending()).await {
            None => return Filled::Withdrawn,
            Some(Answer::Allow | Answer::Reject | Answer::GiveUp) => {}
            Some(Answer::Choice(id)) => {
                content.extend(value(field, &id).map(|value| (name.clone(), value)));
            }
            Some(Answer::Text(text)) => {
                let own_words = format!("{name}{OWN_WORDS_SUFFIX}");
                let name = match fields.contains_key(&own_words) {
                    true => own_words,
                    false => name.clone(),
                };
                let field = fields.get(&name).unwrap_or(field);
                content.extend(value(field, &text).map(|value| (name, value)));
            }
        }
    }
    match content.is_empty() {
        true => Filled::Declined,
        false => Filled::With(content),
    }
}

fn is_own_words(name: &str, fields: &BTreeMap<String, ElicitationPropertySchema>) -> bool {
    name.strip_suffix(OWN_WORDS_SUFFIX)
        .is_some_and(|of| fields.contains_key(of))
}

fn tool_call_id(scope: &ElicitationScope) -> String {
    match scope {
        ElicitationScope::Session(session) => session
            .tool_call_id
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        _ => String::new(),
    }
}

/// The form's own text, and the field's where it has one.
fn field_text(message: &str, field: &ElicitationPropertySchema) -> String {
    let description = match field {
        ElicitationPropertySchema::String(it) => &it.description,
        ElicitationPropertySchema::Number(it) => &it.description,
        ElicitationPropertySchema::Integer(it) => &it.description,
        ElicitationPropertySchema::Boolean(it) => &it.description,
        ElicitationPropertySchema::Array(it) => &it.description,
        _ => &None,
    };
    match description {
        Some(text) => format!("{message} {text}"),
        None => message.to_owned(),
    }
}

fn choices(field: &ElicitationPropertySchema) -> Vec<Choice> {
    let plain = |value: &String| reply(value, value);
    let titled = |option: &EnumOption| reply(&option.value, &option.title);
    match field {
        ElicitationPropertySchema::String(text) => {
            let options = text.one_of.iter().flatten().map(titled);
            let values = text.enum_values.iter().flatten().map(plain);
            options.chain(values).collect()
        }
        ElicitationPropertySchema::Array(many) => match &many.items {
            MultiSelectItems::String(items) => items.values.iter().map(plain).collect(),
            MultiSelectItems::Titled(items) => items.options.iter().map(titled).collect(),
            _ => Vec::new(),
        },
        ElicitationPropertySchema::Boolean(_) => vec![reply("true", "Yes"), reply("false", "No")],
        _ => Vec::new(),
    }
}

fn reply(id: &str, name: &str) -> Choice {
    Choice {
        id: id.to_owned(),
        name: name.to_owned(),
        kind: ChoiceKind::Reply,
    }
}

/// The answer in the field's type; `None` when it is none of it.
fn value(field: &ElicitationPropertySchema, answer: &str) -> Option<ElicitationContentValue> {
    match field {
        ElicitationPropertySchema::Array(_) => Some(ElicitationContentValue::StringArray(vec![
            answer.to_owned(),
        ])),
        ElicitationPropertySchema::Boolean(_) => {
            answer.parse().ok().map(ElicitationContentValue::Boolean)
        }
        ElicitationPropertySchema::Integer(_) => {
            answer.parse().ok().map(ElicitationContentValue::Integer)
        }
        ElicitationPropertySchema::Number(_) => {
            answer.parse().ok().map(ElicitationContentValue::Number)
        }
        _ => Some(ElicitationContentValue::String(answer.to_owned())),
    }
}
