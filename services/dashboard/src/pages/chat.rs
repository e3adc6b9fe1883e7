//! The chat.
use super::{Page, page};
use crate::{
    body::{MAX_MESSAGE_CHARS, MAX_TITLE_CHARS},
    dashboard::Site,
    fragments::{Fragment, MESSAGES_SHOWN, Scope, chat, conversation_list},
    problem::Problem,
    view::{Shell, Tab, Viewer},
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::Redirect,
};
use errand_projections::conversations::{ConversationFilter, MessagePage};
use uuid::Uuid;

/// What a newcomer may ask, one press away.
const SUGGESTIONS: [&str; 3] = [
    "Build email capture for the hero",
    "Check the site for accessibility problems",
    "What can you do for me?",
];

#[derive(Template)]
#[template(path = "chat.html")]
struct ChatPage {
    shell: Shell,
    title: String,
    /// Empty for a conversation that does not exist yet.
    conversation_id: String,
    new_conversation_id: Uuid,
    project: String,
    /// What it may be attached to.
    projects: Vec<String>,
    archived: bool,
    max_title_chars: usize,
    messages: Vec<Fragment>,
    typing: String,
    list: Fragment,
    earlier: Option<i64>,
    /// Earlier messages are shown instead of the latest.
    older: bool,
    message_id: Uuid,
    max_chars: usize,
    suggestions: &'static [&'static str],
}

/// `GET /`: the conversation that was active last, or a new one.
pub async fn home(State(site): State<Site>) -> Result<Redirect, Problem> {
    let filter = ConversationFilter {
        archived: Some(false),
        limit: 1,
        ..ConversationFilter::default()
    };
    let last = site.db().conversations(&filter).await?.pop();
    Ok(match last {
        Some(last) => Redirect::to(&format!("/chat/{}", last.id)),
        None => Redirect::to("/chat/new"),
    })
}

#[derive(serde::Deserialize)]
pub struct Wanted {
    project: Option<String>,
}

/// `GET /chat/new`
pub async fn new(State(site): State<Site>, viewer: Viewer, Query(wanted): Query<Wanted>) -> Page {
    let project = wanted.project.filter(|p| !p.is_empty());
    let project = project.unwrap_or_else(|| site.config.default_project.clone());
    page(&ChatPage {
        shell: Shell::new(&site, viewer, Tab::Chat, "New conversation").of_project(&project),
        title: "New conversation".to_owned(),
        conversation_id: String::new(),
        new_conversation_id: Uuid::now_v7(),
        projects: projects(&site, &project).await?,
        project,
        archived: false,
        max_title_chars: MAX_TITLE_CHARS,
        messages: Vec::new(),
        typing: String::new(),
        list: conversation_list(&site, "").await?,
        earlier: None,
        older: false,
        message_id: Uuid::now_v7(),
        max_chars: MAX_MESSAGE_CHARS,
        suggestions: &SUGGESTIONS,
    })
}

/// `GET /chat/{id}/messages/{message}`: the page that this message is on, at its place.
pub async fn message(
    State(site): State<Site>,
    Path((id, message)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let found = site.db().message(&message).await?;
    let found = found.filter(|m| m.conversation_id == id);
    let found = found.ok_or_else(|| Problem::no_such("message", &message))?;
    let page = MessagePage::After(found.seq);
    let later = site.db().messages(&id, page, MESSAGES_SHOWN).await?;
    // Further back than the latest page: as many stand after it as before it.
    let is_far = later.len() >= MESSAGES_SHOWN as usize;
    let before = later.get(later.len() / 2).filter(|_| is_far);
    let before = before.map_or(String::new(), |m| format!("?before={}", m.seq));
    Ok(Redirect::to(&format!("/chat/{id}{before}#msg-{message}")))
}

/// Those that have work, the default one, and `present`.
async fn projects(site: &Site, present: &str) -> Result<Vec<String>, Problem> {
    let known = site.db().projects().await?.into_iter().map(|p| p.id);
    let mut projects: Vec<_> = known.collect();
    for also in [&site.config.default_project, present] {
        if !projects.iter().any(|p| p == also) {
            projects.push(also.to_owned());
        }
    }
    Ok(projects)
}

#[derive(serde::Deserialize)]
pub struct Part {
    before: Option<i64>,
}

/// `GET /chat/{id}`
pub async fn show(
    State(site): State<Site>,
    viewer: Viewer,
    Path(id): Path<String>,
    Query(part): Query<Part>,
) -> Page {
    let view = chat(&site, &id, part.before).await?;
    let view = view.ok_or_else(|| Problem::no_such("conversation", &id))?;
    let conversation = view.conversation.row;
    let title = match conversation.title.as_str() {
        "" => "Conversation".to_owned(),
        title => title.to_owned(),
    };
    let shell = Shell::new(&site, viewer, Tab::Chat, &title).of_project(&conversation.project_id);
    let scope = Scope::Conversation(id.clone());
    page(&ChatPage {
        shell: if part.before.is_none() {
            shell.live(&scope)
        } else {
            shell
        },
        title,
        conversation_id: id,
        new_conversation_id: Uuid::nil(),
        projects: projects(&site, &conversation.project_id).await?,
        project: conversation.project_id,
        archived: conversation.archived,
        max_title_chars: MAX_TITLE_CHARS,
        messages: view.messages,
        typing: view.typing.html,
        list: view.list,
        earlier: view.earlier,
        older: part.before.is_some(),
        message_id: Uuid::now_v7(),
        max_chars: MAX_MESSAGE_CHARS,
        suggestions: &[],
    })
}
