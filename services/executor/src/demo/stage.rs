//! What a script can do in front of the client: speak, think, plan, use tools, ask. Every act is told to the
//! client, paced so that a person can follow, and ends the turn at once when it was cancelled.

use std::path::{Path, PathBuf};
use std::time::Duration;

use agent_client_protocol::Client;
use agent_client_protocol::v1::ConnectionTo;
use agent_client_protocol::v1::schema::{
    ContentBlock, ContentChunk, PermissionOption, PermissionOptionKind, RequestPermissionOutcome,
    RequestPermissionRequest, SessionId, SessionNotification, SessionUpdate, TextContent, ToolCall,
    ToolCallLocation, ToolCallStatus, ToolCallUpdate, ToolCallUpdateFields, ToolKind,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::agent::Output;
use super::checklist::Checklist;
use super::command::{self, CommandEnd};
use super::error::{Interruption, Played, at};
use super::misbehaviour::Misbehaviour;
use super::pretence::Pretence;

/// Longest text of a file that is shown as a tool's output.
const MAX_SHOWN_BYTES: usize = 4 * 1024;

/// The stage of one turn.
pub(super) struct Stage {
    pub(super) connection: ConnectionTo<Client>,
    pub(super) session: SessionId,
    /// The repository, an absolute path.
    pub(super) folder: PathBuf,
    pub(super) pace: Duration,
    pub(super) cancel: CancellationToken,
    pub(super) misbehaviour: Option<Misbehaviour>,
    /// Standard output, for the misbehaviour that prints beside the protocol.
    pub(super) output: Option<Output>,
    /// What the session would have used so far.
    pub(super) pretence: Pretence,
    checklist: Checklist,
    calls: u32,
}

/// A tool call as it is announced.
pub(super) struct ToolUse<'a> {
    pub(super) name: &'a str,
    pub(super) title: String,
    pub(super) kind: ToolKind,
    pub(super) input: Value,
    pub(super) path: Option<&'a str>,
}

impl Stage {
    /// An empty stage.
    pub(super) fn new(
        connection: ConnectionTo<Client>,
        session: SessionId,
        folder: PathBuf,
        pace: Duration,
        cancel: CancellationToken,
        misbehaviour: Option<Misbehaviour>,
    ) -> Self {
        let checklist = Checklist::default();
        Self {
            connection,
            session,
            folder,
            pace,
            cancel,
            misbehaviour,
            output: None,
            pretence: Pretence::default(),
            checklist,
            calls: 0,
        }
    }

    /// Says one message.
    pub(super) async fn say(&mut self, text: impl Into<String>) -> Played {
        let text = text.into();
        self.pretence.writes(&text);
        self.send(SessionUpdate::AgentMessageChunk(chunk(text)))?;
        self.tell_usage()?;
        self.breathe().await
    }

    /// Thinks aloud.
    pub(super) async fn think(&mut self, text: impl Into<String>) -> Played {
        let text = text.into();
        self.pretence.writes(&text);
        self.send(SessionUpdate::AgentThoughtChunk(chunk(text)))?;
        self.tell_usage()?;
        self.breathe().await
    }

    /// Publishes a plan of which nothing is done.
    pub(super) async fn plan<S: Into<String>>(
        &mut self,
        steps: impl IntoIterator<Item = S>,
    ) -> Played {
        self.checklist = Checklist::new(steps);
        self.send(SessionUpdate::Plan(self.checklist.to_plan()))?;
        self.breathe().await
    }

    /// Completes the present step of the plan and begins the next.
    pub(super) async fn advance(&mut self) -> Played {
        self.checklist.advance();
        self.send(SessionUpdate::Plan(self.checklist.to_plan()))?;
        self.breathe().await
    }

    /// Reads a file of the repository as a tool call.
    pub(super) async fn read(&mut self, path: &str) -> Played<String> {
        let id = self
            .open(ToolUse::on_file("read_file", "Read", ToolKind::Read, path))
            .await?;
        let text = tokio::fs::read_to_string(self.folder.join(path))
            .await
            .map_err(at(path))?;
        self.close(&id, true, shown(&text)).await?;
        Ok(text)
    }

    /// Writes a file of the repository as a tool call, making its folders.
    pub(super) async fn write(&mut self, path: &str, text: &str, what: &str) -> Played {
        let mut call = ToolUse::on_file("write_file", what, ToolKind::Edit, path);
        call.input = json!({ "path": path, "content": shown(text) });
        let id = self.open(call).await?;
        let file = self.folder.join(path);
        if let Some(parent) = file.parent() {
            tokio::fs::create_dir_all(parent).await.map_err(at(path))?;
        }
        tokio::fs::write(&file, text).await.map_err(at(path))?;
        self.close(&id, true, format!("{} lines written", text.lines().count()))
            .await
    }

    /// Runs a command in the repository as a tool call.
    pub(super) async fn run(&mut self, program: &str, args: &[&str]) -> Played<CommandEnd> {
        let line = format!("{program} {}", args.join(" "));
        let id = self.open(ToolUse::command(&line)).await?;
        let end = tokio::select! {
            end = command::run(&self.folder, program, args) => end,
            () = self.cancel.cancelled() => return Err(Interruption::Cancelled),
        };
        let (ok, output) = match &end {
            CommandEnd::Ran { ok, output } => (*ok, output.clone()),
            CommandEnd::Absent => (false, format!("`{program}` is not installed here")),
            CommandEnd::Failed(reason) => (false, reason.clone()),
        };
        self.close(&id, ok, output).await?;
        Ok(end)
    }

    /// Asks whether it may do what `title` says. A withdrawn question ends the turn as cancelled.
    pub(super) async fn ask(&mut self, title: &str, input: Value) -> Played<bool> {
        self.calls += 1;
        let fields = ToolCallUpdateFields::new()
            .title(title.to_owned())
            .raw_input(input);
        let call = ToolCallUpdate::new(format!("call-{}", self.calls), fields);
        let options = vec![
            PermissionOption::new("yes", "Allow", PermissionOptionKind::AllowOnce),
            PermissionOption::new("no", "Reject", PermissionOptionKind::RejectOnce),
        ];
        let request = RequestPermissionRequest::new(self.session.clone(), call, options);
        let answer = self.connection.send_request(request).block_task();
        let answer = tokio::select! {
            answer = answer => answer?,
            () = self.cancel.cancelled() => return Err(Interruption::Cancelled),
        };
        match answer.outcome {
            RequestPermissionOutcome::Selected(chosen) => Ok(&*chosen.option_id.0 == "yes"),
            _ => Err(Interruption::Cancelled),
        }
    }

    /// Announces a tool call and returns its id.
    pub(super) async fn open(&mut self, call: ToolUse<'_>) -> Played<String> {
        self.calls += 1;
        let id = format!("call-{}", self.calls);
        self.pretence.writes(&call.input.to_string());
        let mut announced = ToolCall::new(id.clone(), call.title)
            .name(call.name.to_owned())
            .kind(call.kind)
            .status(ToolCallStatus::InProgress)
            .raw_input(call.input);
        if let Some(path) = call.path {
            announced = announced.locations(vec![ToolCallLocation::new(self.folder.join(path))]);
        }
        self.send(SessionUpdate::ToolCall(announced))?;
        self.tell_usage()?;
        self.breathe().await?;
        Ok(id)
    }

    /// Ends a tool call.
    pub(super) async fn close(&mut self, id: &str, ok: bool, output: impl Into<String>) -> Played {
        let status = if ok {
            ToolCallStatus::Completed
        } else {
            ToolCallStatus::Failed
        };
        let output = output.into();
        self.pretence.gets(&output);
        let fields = ToolCallUpdateFields::new()
            .status(status)
            .raw_output(Value::String(output));
        self.send(SessionUpdate::ToolCallUpdate(ToolCallUpdate::new(
            id.to_owned(),
            fields,
        )))?;
        self.breathe().await
    }

    /// The repository.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    fn tell_usage(&self) -> Played {
        self.send(SessionUpdate::UsageUpdate(self.pretence.update()))
    }

    /// Sends one notification without a pause.
    pub(super) fn send(&self, update: SessionUpdate) -> Played {
        let news = SessionNotification::new(self.session.clone(), update);
        Ok(self.connection.send_notification(news)?)
    }

    async fn breathe(&self) -> Played {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Interruption::Cancelled),
            () = tokio::time::sleep(self.pace) => Ok(()),
        }
    }
}

impl<'a> ToolUse<'a> {
    /// A call that concerns one file.
    pub(super) fn on_file(name: &'a str, what: &str, kind: ToolKind, path: &'a str) -> Self {
        let input = json!({ "path": path });
        Self {
            name,
            title: format!("{what} {path}"),
            kind,
            input,
            path: Some(path),
        }
    }

    /// A call that runs a command.
    pub(super) fn command(line: &str) -> Self {
        Self {
            name: "run_command",
            title: format!("Run {line}"),
            kind: ToolKind::Execute,
            input: json!({ "command": line }),
            path: None,
        }
    }
}

/// A text chunk, as messages and thoughts are sent.
pub(super) fn chunk(text: impl Into<String>) -> ContentChunk {
    ContentChunk::new(ContentBlock::Text(TextContent::new(text.into())))
}

fn shown(text: &str) -> String {
    crate::runner::shorten(text, MAX_SHOWN_BYTES)
}
