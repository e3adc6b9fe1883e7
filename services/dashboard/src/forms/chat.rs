//! Talking to the Head of Product.
use super::answer::Answer;
use crate::{
    body::{Form, Live, MAX_MESSAGE_CHARS, message_text, required},
    commands::{NewConversation, PostMessage},
    dashboard::Site,
    guard::Actor,
    problem::Problem,
};
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use errand_projections::conversations::{Message, MessageKind};
use uuid::Uuid;

#[derive(serde::Deserialize)]
pub struct Begin {
    conversation_id: Uuid,
    message_id: Uuid,
    #[serde(default)]
    text: String,
    project: Option<String>,
    /// A ready-made first message.
    suggestion: Option<String>,
}

/// `POST /chat`: a conversation with its first message.
pub async fn begin(
    State(site): State<Site>,
    Actor(user): Actor,
    live: Live,
    Form(form): Form<Begin>,
) -> Result<Response, Problem> {
    let text = message_text(form.suggestion.as_deref().unwrap_or(&form.text))?;
    let new = NewConversation {
        id: form.conversation_id,
        project_id: form.project.filter(|p| !p.is_empty()),
        title: None,
        user: user.clone(),
    };
    site.commands.start_conversation(new).await?;
    let message = PostMessage {
        conversation_id: form.conversation_id.to_string(),
        message_id: form.message_id,
        text,
        action_id: None,
        user,
    };
    let done = site.commands.post_message(message).await?;
    site.settled(done.seq).await;
    Ok(Answer::to(format!("/chat/{}", form.conversation_id)).give(live))
}

#[derive(serde::Deserialize)]
pub struct Say {
    message_id: Uuid,
    #[serde(default)]
    text: String,
}

/// `POST /chat/{id}/messages`
pub async fn say(
    State(site): State<Site>,
    Actor(user): Actor,
    live: Live,
    Path(id): Path<String>,
    Form(form): Form<Say>,
) -> Result<Response, Problem> {
    let message = PostMessage {
        conversation_id: id,
        message_id: form.message_id,
        text: message_text(&form.text)?,
        action_id: None,
        user,
    };
    post(&site, live, message).await
}

#[derive(serde::Deserialize)]
pub struct Press {
    action: String,
}

/// `POST /chat/{id}/messages/{message}/actions`: a button under a message. Of the buttons of one message only one
/// is ever sent, because they share one message id.
pub async fn press(
    State(site): State<Site>,
    Actor(user): Actor,
    live: Live,
    Path((id, message_id)): Path<(String, String)>,
    Form(form): Form<Press>,
) -> Result<Response, Problem> {
    let message = find(&site, &id, &message_id).await?;
    let action = message.actions.iter().find(|a| a.id == form.action);
    let action = action
        .ok_or_else(|| Problem::no_such("button", &form.action))?
        .clone();
    if message.kind == MessageKind::Question {
        return give_answer(&site, live, &message, &action.sends, &user).await;
    }
    let pressed = PostMessage {
        conversation_id: id,
        message_id: pressed_message_id(&message.id),
        text: action.sends,
        action_id: Some(action.id),
        user,
    };
    post(&site, live, pressed).await
}

/// The same for every press under one message, so that a double press is one message.
pub fn pressed_message_id(message_id: &str) -> Uuid {
    Uuid::new_v5(
        &Uuid::NAMESPACE_URL,
        format!("errand:pressed:{message_id}").as_bytes(),
    )
}

/// The person's message that a failed reply was to answer.
pub fn asked_by(message: Message) -> Result<String, Problem> {
    if message.kind == MessageKind::Failed {
        return Ok(message.row.in_reply_to);
    }
    Err(Problem::new(
        StatusCode::CONFLICT,
        "refused",
        "Only a reply that broke off can be tried again.",
        "Write a new message instead.",
    ))
}

/// `POST /chat/{id}/messages/{message}/retry`
pub async fn retry(
    State(site): State<Site>,
    Actor(user): Actor,
    live: Live,
    Path((id, message_id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let asked = asked_by(find(&site, &id, &message_id).await?)?;
    let done = site.commands.retry_reply(&id, &asked, &user).await?;
    site.settled(done.seq).await;
    Ok(back(&id, live))
}

#[derive(serde::Deserialize)]
pub struct FreeAnswer {
    #[serde(default)]
    answer: String,
}

/// `POST /chat/{id}/messages/{message}/answer`: an answer in one's own words to an agent's question.
pub async fn answer(
    State(site): State<Site>,
    Actor(user): Actor,
    live: Live,
    Path((id, message_id)): Path<(String, String)>,
    Form(form): Form<FreeAnswer>,
) -> Result<Response, Problem> {
    let message = find(&site, &id, &message_id).await?;
    let text = required("answer", &form.answer, MAX_MESSAGE_CHARS)?;
    give_answer(&site, live, &message, &text, &user).await
}

async fn give_answer(
    site: &Site,
    live: Live,
    question: &Message,
    answer: &str,
    user: &str,
) -> Result<Response, Problem> {
    let done = site
        .commands
        .answer(&question.session_id, &question.id, answer, user)
        .await?;
    site.settled(done.seq).await;
    Ok(back(&question.conversation_id, live))
}

async fn find(site: &Site, conversation: &str, id: &str) -> Result<Message, Problem> {
    let message = site.db().message(id).await?;
    let message = message.filter(|m| m.conversation_id == conversation);
    message.ok_or_else(|| Problem::no_such("message", id))
}

async fn post(site: &Site, live: Live, message: PostMessage) -> Result<Response, Problem> {
    let id = message.conversation_id.clone();
    let done = site.commands.post_message(message).await?;
    site.settled(done.seq).await;
    Ok(back(&id, live))
}

fn back(id: &str, live: Live) -> Response {
    Answer::to(format!("/chat/{id}#composer")).give(live)
}
