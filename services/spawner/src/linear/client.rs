//! The Linear client: each call of the port as one or two GraphQL requests.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::config::LinearConfig;
use super::directory::Directory;
use super::documents::{
    ATTACHMENT, ATTACHMENT_LINK_URL, CANCELLED_ISSUES, COMMENT, COMMENT_CREATE, ISSUE,
    ISSUE_CREATE, ISSUE_UPDATE, VIEWER,
};
use super::error::TrackerError;
use super::ids::is_v4_shaped;
use super::port::{Cancelled, IssueChange, IssueRef, IssueState, IssueTracker, NewIssue};
use super::read_back::{Created, Creation};
use super::text;
use super::transport::Transport;

/// Linear's lowest priority; the scale begins at 0, none.
const MAX_PRIORITY: u8 = 4;

/// A client of Linear for one key and one team. Keeps what it looked up, so make one and share it.
pub struct Linear {
    transport: Transport,
    directory: Directory,
}

impl Linear {
    /// A client that has not connected yet; [`IssueTracker::check`] does.
    pub fn new(config: LinearConfig, http: reqwest::Client) -> Self {
        Self {
            transport: Transport::new(&config, http),
            directory: Directory::new(config.team),
        }
    }

    /// The same client with another limit on each request than the 10 s it begins with.
    pub fn with_request_timeout(mut self, timeout: Duration) -> Self {
        self.transport.timeout = timeout;
        self
    }

    async fn create_in_team(
        &self,
        issue: &NewIssue,
        title: String,
    ) -> Result<IssueRef, TrackerError> {
        let team = self.directory.team(&self.transport).await?;
        let mut input = json!({
            "id": issue.id,
            "teamId": team.id,
            "title": title,
            "description": text::body(&issue.description_markdown),
            "priority": issue.priority,
        });
        if let Some(parent) = issue.parent {
            input["parentId"] = json!(parent);
        }
        let creation = Creation {
            write: ISSUE_CREATE,
            payload: "issueCreate",
            variables: json!({ "input": input }),
            read: ISSUE,
            node: "issue",
            id: issue.id,
        };
        let described = match creation.run(&self.transport).await? {
            Created::Now(mut payload) => payload
                .get_mut("issue")
                .map(Value::take)
                .unwrap_or_default(),
            Created::Found(issue) => issue,
        };
        issue_ref(issue.id, &described)
    }

    async fn update_in_team(
        &self,
        id: Uuid,
        change: &IssueChange,
        team: &str,
    ) -> Result<(), TrackerError> {
        let mut input = Map::new();
        if let Some(description) = &change.description {
            input.insert("description".to_owned(), text::body(description).into());
        }
        if let Some(parent) = change.parent {
            input.insert("parentId".to_owned(), json!(parent));
        }
        if let Some(state) = change.state {
            let state = self.directory.state(&self.transport, team, state).await?;
            input.insert("stateId".to_owned(), state.into());
        }
        let data = self
            .transport
            .call(ISSUE_UPDATE, json!({ "id": id, "input": input }))
            .await?;
        match data.pointer("/issueUpdate/success") {
            Some(Value::Bool(true)) => Ok(()),
            _ => Err(TrackerError::Unavailable(
                "IssueUpdate said it did not succeed".to_owned(),
            )),
        }
    }

    /// Sets a state, also when a person has meanwhile moved the issue to another team, which has other states.
    async fn update_state(&self, id: Uuid, change: &IssueChange) -> Result<(), TrackerError> {
        let team = self.directory.team(&self.transport).await?;
        let refused = match self.update_in_team(id, change, &team.id).await {
            Err(refused @ TrackerError::Invalid(_)) => refused,
            settled => return settled,
        };
        self.directory.forget().await;
        let data = self.transport.call(ISSUE, json!({ "id": id })).await?;
        match data.pointer("/issue/team/id").and_then(Value::as_str) {
            Some(current) => self.update_in_team(id, change, current).await,
            None => Err(refused),
        }
    }
}

#[async_trait]
impl IssueTracker for Linear {
    async fn create_issue(&self, issue: &NewIssue) -> Result<IssueRef, TrackerError> {
        require_v4(issue.id)?;
        if issue.priority > MAX_PRIORITY {
            let said = format!(
                "priority {} is above the highest number {MAX_PRIORITY}",
                issue.priority
            );
            return Err(TrackerError::Invalid(said));
        }
        let title = required("the title", text::title(&issue.title))?;
        let created = self.create_in_team(issue, title).await;
        if let Err(TrackerError::Invalid(_)) = created {
            // The team may be gone: the next attempt looks again.
            self.directory.forget().await;
        }
        created
    }

    async fn update_issue(&self, id: Uuid, change: &IssueChange) -> Result<(), TrackerError> {
        match change {
            change if *change == IssueChange::default() => Ok(()),
            IssueChange { state: None, .. } => self.update_in_team(id, change, "").await,
            IssueChange { state: Some(_), .. } => self.update_state(id, change).await,
        }
    }

    async fn link_url(
        &self,
        issue: Uuid,
        link: Uuid,
        url: &str,
        title: &str,
    ) -> Result<(), TrackerError> {
        require_v4(link)?;
        if url.chars().count() > text::MAX_URL_CHARS {
            let said = format!("the link is longer than {} characters", text::MAX_URL_CHARS);
            return Err(TrackerError::Invalid(said));
        }
        let title = required("the link's title", text::title(title))?;
        let creation = Creation {
            write: ATTACHMENT_LINK_URL,
            payload: "attachmentLinkURL",
            variables: json!({ "issueId": issue, "url": url, "title": title, "id": link }),
            read: ATTACHMENT,
            node: "attachment",
            id: link,
        };
        creation.run(&self.transport).await.map(drop)
    }

    async fn comment(&self, issue: Uuid, comment: Uuid, body: &str) -> Result<(), TrackerError> {
        require_v4(comment)?;
        let body = required("the comment", text::body(body.trim()))?;
        let creation = Creation {
            write: COMMENT_CREATE,
            payload: "commentCreate",
            variables: json!({ "input": { "id": comment, "issueId": issue, "body": body } }),
            read: COMMENT,
            node: "comment",
            id: comment,
        };
        creation.run(&self.transport).await.map(drop)
    }

    async fn cancelled(&self, issues: &[Uuid]) -> Result<Vec<Cancelled>, TrackerError> {
        let variables = json!({ "ids": issues, "first": issues.len() });
        let data = self.transport.call(CANCELLED_ISSUES, variables).await?;
        let nodes = data.pointer("/issues/nodes").and_then(Value::as_array);
        let cancelled = |node: &Value| {
            Some(Cancelled {
                issue: Uuid::parse_str(node["id"].as_str()?).ok()?,
                at: node["canceledAt"].as_str()?.to_owned(),
            })
        };
        Ok(nodes.into_iter().flatten().filter_map(cancelled).collect())
    }

    async fn check(&self) -> Result<String, TrackerError> {
        let data = self.transport.call(VIEWER, json!({})).await?;
        let viewer = |field: &str| {
            let value = data
                .pointer(&format!("/viewer/{field}"))
                .and_then(Value::as_str);
            value.unwrap_or("?").to_owned()
        };
        self.directory.forget().await;
        let team = self.directory.team(&self.transport).await?;
        // The states are looked up too: a team without them fails here and not in the middle of a story.
        for state in [
            IssueState::Todo,
            IssueState::InProgress,
            IssueState::Done,
            IssueState::Canceled,
        ] {
            self.directory
                .state(&self.transport, &team.id, state)
                .await?;
        }
        Ok(format!(
            "{} <{}>, team {} ({})",
            viewer("name"),
            viewer("email"),
            team.name,
            team.key
        ))
    }
}

fn require_v4(id: Uuid) -> Result<(), TrackerError> {
    if is_v4_shaped(id) {
        return Ok(());
    }
    Err(TrackerError::Invalid(format!(
        "the id {id} is not a version 4 UUID: make it with issue_uuid or idempotency_uuid"
    )))
}

fn required(what: &str, text: String) -> Result<String, TrackerError> {
    if text.is_empty() {
        return Err(TrackerError::Invalid(format!("{what} is empty")));
    }
    Ok(text)
}

fn issue_ref(id: Uuid, described: &Value) -> Result<IssueRef, TrackerError> {
    let field = |name: &str| {
        described
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    match (field("identifier"), field("url")) {
        (Some(identifier), Some(url)) => Ok(IssueRef {
            id,
            identifier,
            url,
        }),
        _ => Err(TrackerError::Unavailable(
            "the issue came without identifier or address".to_owned(),
        )),
    }
}
