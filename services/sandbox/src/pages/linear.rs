use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use rusqlite::Connection;

use super::markdown;
use super::refusal::{failed, not_found};
use super::shell::{Shell, respond};
use super::when::When;
use crate::Sandbox;
use crate::clock;
use crate::linear::{Attachment, Comment, Issue, STATES, TEAM, VIEWER, WorkflowState};

const VENDOR: &str = "Linear";
const MAX_LISTED_ISSUES: usize = 500;

/// Issues of one state.
struct Group {
    state: &'static WorkflowState,
    issues: Vec<Issue>,
}

#[derive(Template)]
#[template(path = "linear_list.html")]
struct ListPage {
    shell: Shell,
    team: &'static str,
    groups: Vec<Group>,
}

#[derive(Template)]
#[template(path = "linear_issue.html")]
struct IssuePage {
    shell: Shell,
    issue: Issue,
    created: When,
    updated: When,
    description: String,
    attachments: Vec<Attachment>,
    comments: Vec<(When, String, String)>,
}

/// Every issue, by state.
pub(super) async fn list(State(sandbox): State<Sandbox>) -> Response {
    let issues = match sandbox
        .store()
        .run(|connection| Issue::newest(connection, MAX_LISTED_ISSUES))
        .await
    {
        Ok(issues) => issues,
        Err(problem) => return failed(&sandbox, VENDOR, &problem),
    };
    // What is being worked on stands first, what is done last.
    let order = [2, 1, 0, 3, 4];
    let group = |index: usize| {
        let state = &STATES[index];
        let issues = issues
            .iter()
            .filter(|issue| issue.state_id == state.id)
            .cloned()
            .collect();
        Group { state, issues }
    };
    let groups = order
        .into_iter()
        .map(group)
        .filter(|group| !group.issues.is_empty())
        .collect();
    respond(
        StatusCode::OK,
        &ListPage {
            shell: Shell::new(&sandbox, VENDOR),
            team: TEAM.name,
            groups,
        },
    )
}

/// One issue, with all that belongs to it.
pub(super) async fn issue(
    State(sandbox): State<Sandbox>,
    Path(identifier): Path<String>,
) -> Response {
    let found = match sandbox
        .store()
        .run(move |connection| whole(connection, &identifier))
        .await
    {
        Ok(found) => found,
        Err(problem) => return failed(&sandbox, VENDOR, &problem),
    };
    let Some((issue, attachments, comments)) = found else {
        return not_found(&sandbox, VENDOR, "such issue");
    };
    let comment = |comment: Comment| {
        (
            When::at(comment.created_at),
            comment.id,
            markdown::to_html(&comment.body),
        )
    };
    let page = IssuePage {
        shell: Shell::new(&sandbox, VENDOR),
        created: When::at(issue.created_at),
        updated: When::at(issue.updated_at),
        description: markdown::to_html(issue.description.as_deref().unwrap_or_default()),
        attachments,
        comments: comments.into_iter().map(comment).collect(),
        issue,
    };
    respond(StatusCode::OK, &page)
}

/// A person moves the issue to Canceled, and Linear tells whoever listens.
pub(super) async fn cancel(
    State(sandbox): State<Sandbox>,
    Path(identifier): Path<String>,
) -> Response {
    let moved = sandbox.store().run(move |connection| {
        let Some(mut issue) = Issue::find(connection, &identifier)? else {
            return Ok(None);
        };
        let now = clock::now_micros();
        if let Some(state) = STATES.iter().find(|state| state.kind == "canceled") {
            issue.move_to(state, now);
        }
        issue.updated_at = now;
        issue.update(connection)?;
        Ok(Some(issue))
    });
    let issue = match moved.await {
        Ok(Some(issue)) => issue,
        Ok(None) => return not_found(&sandbox, VENDOR, "such issue"),
        Err(problem) => return failed(&sandbox, VENDOR, &problem),
    };
    if let Some(hooks) = sandbox.hooks()
        && let Err(problem) = hooks.linear(told(&issue)).await
    {
        return failed(&sandbox, VENDOR, &problem);
    }
    let base = sandbox.links().base_path();
    Redirect::to(&format!("{base}/linear/issue/{}", issue.identifier())).into_response()
}

/// What a webhook says of a changed issue, as far as anybody here reads it.
fn told(issue: &Issue) -> serde_json::Value {
    let state = issue.state();
    serde_json::json!({
        "action": "update",
        "type": "Issue",
        "actor": { "type": "user", "name": VIEWER.name },
        "data": {
            "id": issue.id,
            "identifier": issue.identifier(),
            "title": issue.title,
            "canceledAt": issue.canceled_at.map(clock::rfc3339_millis),
            "state": { "id": state.id, "name": state.name, "type": state.kind },
        },
    })
}

type Whole = (Issue, Vec<Attachment>, Vec<Comment>);

fn whole(connection: &Connection, identifier: &str) -> rusqlite::Result<Option<Whole>> {
    let Some(issue) = Issue::find(connection, identifier)? else {
        return Ok(None);
    };
    let attachments = Attachment::of_issue(connection, &issue.id)?;
    let comments = Comment::of_issue(connection, &issue.id)?;
    Ok(Some((issue, attachments, comments)))
}
