//! The tools: spawn, look, cancel, answer. Each is one call of the API, and its answer is the record as JSON.
use crate::{api::Api, output::text};
use rmcp::{
    ServerHandler,
    handler::server::{router::tool::ToolRouter, wrapper::Parameters},
    model::{CallToolResult, ContentBlock, Implementation, ServerCapabilities, ServerConfig},
    schemars::{self, JsonSchema},
    tool, tool_handler, tool_router,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

const INSTRUCTIONS: &str = "Errand hands long work to background agents. spawn_agent returns at once with a story; the agent \
    opens a pull request when it is done, minutes later. Tell the user the link and go on; do not wait or poll in a loop. \
    When a story's session waits for input, put the question to the user and give the reply with answer.";
/// A longer status is not read by anybody, least of all by a model.
const TRACE_TURNS: usize = 5;

#[derive(Clone)]
pub struct Tools {
    api: Arc<Api>,
    tool_router: ToolRouter<Self>,
}

#[derive(Deserialize, JsonSchema)]
struct Spawn {
    /// Which kind of agent: codegen, security, seo, performance, accessibility, or another that list_agents names.
    agent: String,
    /// The whole task, self-contained: the agent does not see the conversation. At most 16,000 characters.
    prompt: String,
    /// A short title; made from the prompt when absent.
    title: Option<String>,
    /// The project to work on; the default project when absent.
    project: Option<String>,
    /// The same key again gives the same story instead of another one.
    idempotency_key: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
struct Story {
    /// The story's id, or the first characters of it.
    story_id: String,
}

#[derive(Deserialize, JsonSchema)]
struct Cancel {
    /// The story's id, or the first characters of it.
    story_id: String,
    /// Why, for those who look later.
    reason: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
struct Answer {
    /// The story whose agent asked, by id or the first characters of it.
    story_id: String,
    /// One of the question's options, or free text.
    answer: String,
}

#[tool_router(router = tool_router)]
impl Tools {
    pub fn new(api: Arc<Api>) -> Self {
        Self {
            api,
            tool_router: Self::tool_router(),
        }
    }

    #[tool(description = "List the kinds of agents that can be spawned.")]
    async fn list_agents(&self) -> CallToolResult {
        told(self.api.get("/api/v1/agents", &[]).await)
    }

    #[tool(
        description = "Hand a task to a background agent. Returns at once with the story that tracks it."
    )]
    async fn spawn_agent(&self, Parameters(asked): Parameters<Spawn>) -> CallToolResult {
        let key = asked
            .idempotency_key
            .unwrap_or_else(|| Uuid::new_v4().to_string());
        let body = json!({
            "agent": asked.agent,
            "prompt": asked.prompt,
            "title": asked.title,
            "projectId": asked.project,
        });
        told(self.api.post_once("/api/v1/stories", &key, &body).await)
    }

    #[tool(
        description = "How a story is: its status, plan, last steps, open question, pull request and cost."
    )]
    async fn story_status(
        &self,
        Parameters(Story { story_id }): Parameters<Story>,
    ) -> CallToolResult {
        told(self.status(&story_id).await)
    }

    #[tool(description = "Stop a story and the agent that works on it.")]
    async fn cancel(&self, Parameters(asked): Parameters<Cancel>) -> CallToolResult {
        let path = format!("/api/v1/stories/{}/cancel", segment(&asked.story_id));
        let body = json!({"reason": asked.reason.unwrap_or_default()});
        told(self.api.post(&path, &body).await)
    }

    #[tool(description = "Answer the question that a story's agent waits with.")]
    async fn answer(&self, Parameters(asked): Parameters<Answer>) -> CallToolResult {
        told(self.give(&asked).await)
    }
}

impl Tools {
    /// The story, and its session without the parts that fill a model's memory.
    async fn status(&self, id: &str) -> anyhow::Result<Value> {
        let story = self.story(id).await?;
        let session_id = text(&story, "sessionId");
        if session_id.is_empty() {
            return Ok(json!({"story": story}));
        }
        let path = format!("/api/v1/sessions/{session_id}");
        let mut session = self.api.get(&path, &[]).await?;
        if let Some(record) = session.as_object_mut() {
            let trace = record.remove("thinkingTrace");
            record.retain(|key, _| !matches!(key.as_str(), "toolCalls" | "changes" | "prompt"));
            let turns = trace
                .as_ref()
                .and_then(Value::as_array)
                .map_or(&[][..], Vec::as_slice);
            let last = &turns[turns.len().saturating_sub(TRACE_TURNS)..];
            record.insert("lastTurns".to_owned(), last.into());
        }
        Ok(json!({"story": story, "session": session}))
    }

    async fn give(&self, asked: &Answer) -> anyhow::Result<Value> {
        let story = self.story(&asked.story_id).await?;
        let session_id = text(&story, "sessionId");
        if session_id.is_empty() {
            anyhow::bail!("no agent works on this story yet");
        }
        let path = format!("/api/v1/sessions/{session_id}/answer");
        self.api.post(&path, &json!({"answer": asked.answer})).await
    }

    async fn story(&self, id: &str) -> anyhow::Result<Value> {
        let path = format!("/api/v1/stories/{}", segment(id));
        self.api.get(&path, &[]).await
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().build();
        let name = Implementation::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        ServerConfig::new(capabilities)
            .with_server_info(name)
            .with_instructions(INSTRUCTIONS)
    }
}

/// What Errand refuses is told to the model, which can mend it or tell the user.
fn told(answer: anyhow::Result<Value>) -> CallToolResult {
    match answer {
        Ok(record) => CallToolResult::structured(as_object(record)),
        Err(error) => CallToolResult::error(vec![ContentBlock::text(format!("{error:#}"))]),
    }
}

/// Structured content must be an object.
fn as_object(record: Value) -> Value {
    match record {
        Value::Array(items) => json!({"items": items}),
        Value::Null => json!({}),
        record => record,
    }
}

/// An id comes from a model: nothing in it may reach another path.
fn segment(id: &str) -> String {
    id.chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect()
}
