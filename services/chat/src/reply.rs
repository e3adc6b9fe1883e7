//! One reply of the Head of Product: streamed to whoever watches, spawning as soon as a Task call is complete.
//!
//! The text before a Task call becomes a message of its own, so that what was said before the spawn stands
//! before it. Ids derive from the user's message and the place in the reply: a reply that is written again after
//! a crash gives the same spawns and messages, not further ones.
mod corrections;
mod draft;
mod history;

use crate::{
    Chat, actions,
    conversation::{ConversationCommand, ConversationRefusal},
    llm::{LlmError, LlmEvent, ToolCall, ToolSpec, Usage},
    stopping::{self, NOTHING_TO_STOP, STOP_TOOL},
    tasks::{Origin, TASK_TOOL},
};
use corrections::Corrections;
use draft::Draft;
use errand_eventlog::{
    aggregate::ExecuteError,
    subscriber::{Failure, Incoming},
};
use errand_proto::{ConversationEvent, Event, batch_id, v1};
use futures::StreamExt;
use history::History;
use std::{pin::pin, time::Duration};
use uuid::Uuid;

/// Rounds with the model in one reply: a model that calls tools for ever is stopped.
const MAX_ROUNDS: u32 = 6;
const MAX_SPAWNS: u32 = 16;
/// A draft that does not grow is shown again so often.
const SHOWN_AGAIN_EVERY: Duration = Duration::from_millis(500);

/// A reply under way.
pub struct Reply<'a> {
    chat: &'a Chat,
    cause: &'a Incoming,
    message_id: &'a str,
    project: String,
    history: History,
    draft: Draft,
    spawns: u32,
    /// The stories asked for so far, and the names of their agents.
    stories: Vec<(String, String)>,
    usage: Usage,
    corrections: Corrections,
}

/// Why a reply could not be completed.
enum Broken {
    /// Said in the chat, with a retry button.
    Model(String),
    /// The conversation is longer than the model takes, in the same words.
    Full(String),
    /// The log failed: the whole reply is tried again.
    Failure(Failure),
}

impl<F: Into<Failure>> From<F> for Broken {
    fn from(failure: F) -> Self {
        Self::Failure(failure.into())
    }
}

impl<'a> Reply<'a> {
    /// `None` when the message needs no answer any more.
    ///
    /// # Errors
    /// The log failed.
    pub async fn begin(
        chat: &'a Chat,
        cause: &'a Incoming,
        message_id: &'a str,
    ) -> Result<Option<Self>, Failure> {
        let (conversation, events) = chat.conversations.load_whole(cause.id()).await?;
        let conversation = conversation.aggregate;
        if !conversation.unanswered.contains(message_id) {
            return Ok(None);
        }
        Ok(Some(Self {
            chat,
            cause,
            message_id,
            project: conversation.facts.0.project_id,
            history: History::of(events, chat.model.request_tokens()),
            draft: Draft::new(cause, message_id),
            spawns: 0,
            stories: Vec::new(),
            usage: Usage::default(),
            corrections: Corrections::default(),
        }))
    }

    /// Writes the reply to its end, which may be a failure that is told in the chat.
    ///
    /// # Errors
    /// The log failed.
    pub async fn write(mut self) -> Result<(), Failure> {
        match self.rounds().await {
            Ok(()) => Ok(()),
            Err(Broken::Failure(failure)) => Err(failure),
            Err(Broken::Model(reason) | Broken::Full(reason)) => self.fail(reason).await,
        }
    }

    async fn rounds(&mut self) -> Result<(), Broken> {
        let mut was_halved = false;
        for _ in 0..MAX_ROUNDS {
            let mut calls = self.round().await;
            if matches!(calls, Err(Broken::Full(_))) && !was_halved && self.halve() {
                was_halved = true;
                calls = self.round().await;
            }
            if calls? == 0 {
                return Ok(());
            }
            self.corrections.allow().map_err(Broken::Model)?;
            // What the next round says does not go on with the sentence of this one.
            if !self.draft.is_empty() {
                self.draft.add("\n\n");
            }
        }
        Err(Broken::Model(format!(
            "the model called tools in {MAX_ROUNDS} rounds without an end"
        )))
    }

    /// Our count of tokens is only near: where the model counts more, it gets half of what was sent.
    fn halve(&mut self) -> bool {
        let tools = self.tools();
        let halved = self.history.halve(&self.chat.persona.text, &tools);
        tracing::info!(
            conversation = self.cause.id(),
            halved,
            "longer than the model takes"
        );
        halved
    }

    fn tools(&self) -> Vec<ToolSpec> {
        vec![self.chat.rules.tool(), stopping::tool()]
    }

    /// One request to the model. Answers how many tools it called.
    async fn round(&mut self) -> Result<usize, Broken> {
        let request = self.history.request(&self.chat.persona.text, self.tools());
        let mut said = String::new();
        let mut calls = Vec::new();
        let asked = self.chat.model.stream(request);
        let mut stream = self.showing(asked).await.map_err(broken)?;
        while let Some(event) = self.showing(stream.next()).await {
            match event {
                Ok(LlmEvent::Text(text)) => {
                    said.push_str(&text);
                    self.draft.add(&text);
                    self.publish(false);
                }
                Ok(LlmEvent::ToolCall(call)) => {
                    let result = self.call(&call).await?;
                    calls.push((call, result));
                }
                Err(error) => {
                    let (call, mistake) = corrections::unreadable(error).map_err(broken)?;
                    calls.push((call, self.corrections.note(mistake)));
                }
                Ok(LlmEvent::Used(usage) | LlmEvent::Done { usage, .. }) => {
                    self.usage.input_tokens += usage.input_tokens;
                    self.usage.output_tokens += usage.output_tokens;
                }
            }
        }
        if calls.is_empty() {
            self.request_batch().await?;
            self.say(false).await?;
            return Ok(0);
        }
        let called = calls.len();
        self.history.add_round(said, calls);
        Ok(called)
    }

    /// Carries out a tool call at once; the answer is for the model.
    async fn call(&mut self, call: &ToolCall) -> Result<String, Broken> {
        match call.name.as_str() {
            TASK_TOOL => self.task(call).await,
            STOP_TOOL => self.stop(call).await,
            other => {
                let mistake = format!("there is no tool {other:?}; use {TASK_TOOL} or {STOP_TOOL}");
                Ok(self.corrections.note(mistake))
            }
        }
    }

    /// Two stops in one reply are two calls, each with an id of its own.
    async fn stop(&mut self, call: &ToolCall) -> Result<String, Broken> {
        let conversation = self.chat.conversations.load(self.cause.id()).await?;
        let Some(story_id) = stopping::meant(&conversation.aggregate, call) else {
            return Ok(NOTHING_TO_STOP.to_owned());
        };
        let request = v1::AgentStopRequested {
            story_id: story_id.to_owned(),
            message_id: self.message_id.to_owned(),
            user_id: self.user().to_owned(),
            tool_call_id: call.id.clone(),
        };
        let command = ConversationCommand::RequestStop(Box::new(request));
        self.execute(&format!("stop-{story_id}"), command).await?;
        Ok(format!(
            "The agent of story {story_id} is being stopped. The chat tells the user when it has stopped; do not repeat it."
        ))
    }

    /// Who wrote the message, or asked for its answer again.
    fn user(&self) -> &str {
        match &self.cause.event {
            Event::Conversation(ConversationEvent::UserMessagePosted(e)) => &e.user_id,
            Event::Conversation(ConversationEvent::ReplyRetryRequested(e)) => &e.user_id,
            _ => "",
        }
    }

    #[tracing::instrument(name = "execute_tool", skip_all, fields(
        otel.name = format!("execute_tool {TASK_TOOL}"),
        gen_ai.operation.name = "execute_tool",
        gen_ai.tool.name = TASK_TOOL,
        gen_ai.tool.call.id = call.id,
    ))]
    async fn task(&mut self, call: &ToolCall) -> Result<String, Broken> {
        if self.spawns == MAX_SPAWNS {
            return Ok(format!(
                "no more than {MAX_SPAWNS} agents per reply; tell the user"
            ));
        }
        let task = match self.chat.rules.read(call) {
            Ok(task) => task,
            Err(error) => return Ok(self.corrections.note(error.to_string())),
        };
        let ordinal = self.spawns;
        self.spawns += 1;
        let story_id = self.id(&format!("story-{ordinal}"));
        let agent = task.agent.clone();
        let request = self.chat.rules.request(story_id, task, &self.origin(call));
        let (session, conversation) = (request.session_id.clone(), self.cause.id());
        let agent_name = request.agent_name.clone();
        let meta = self.cause.causes(&format!("spawn-{ordinal}"));
        match self.chat.spawns.request(request, &meta).await {
            Err(ExecuteError::Refused(refusal)) => return self.refused(refusal).await,
            done => {
                if done?.is_news() {
                    tracing::info!(story = %story_id, session, conversation, agent, "spawn requested");
                }
            }
        }
        self.stories.push((story_id.to_string(), agent_name));
        // What was said so far stands before the spawn.
        self.say(true).await?;
        Ok(format!(
            "The {agent} agent was spawned as story {story_id}. The chat has told the user; do not repeat it."
        ))
    }

    /// Said in the chat by us: what the model makes of it is its own affair.
    async fn refused(&mut self, refusal: ConversationRefusal) -> Result<String, Broken> {
        self.draft.add(&format!("\n\n⛔ {refusal}"));
        self.say(true).await?;
        Ok(format!(
            "{refusal}. The chat has told the user; do not repeat it, and do not try again."
        ))
    }

    fn origin(&self, call: &ToolCall) -> Origin {
        Origin {
            workspace: self.chat.workspace.clone(),
            conversation_id: self.cause.id().to_owned(),
            message_id: self.message_id.to_owned(),
            project_id: self.project.clone(),
            user_id: self.user().to_owned(),
            tool_call_id: call.id.clone(),
        }
    }

    /// Records the draft as a message. `continues` when more of the reply is to follow.
    async fn say(&mut self, continues: bool) -> Result<(), Broken> {
        if continues && self.draft.is_empty() {
            return Ok(());
        }
        let markdown = self.draft.text().trim().to_owned();
        let reply = v1::AssistantReplied {
            message_id: self.draft.message_id(),
            in_reply_to: self.message_id.to_owned(),
            actions: actions::offered_by(&markdown, &self.draft.message_id()),
            markdown,
            usage: (!continues).then(|| self.usage()),
            model: self.chat.model.name().to_owned(),
            persona: self.chat.persona.name.clone(),
            continues,
        };
        let step = format!("reply-{}", self.draft.part());
        let command = ConversationCommand::Reply(Box::new(reply));
        self.execute(&step, command).await?;
        self.publish(true);
        self.draft.next();
        Ok(())
    }

    /// Of all rounds. Of one that was cut it has what the provider had told by then: Anthropic what was read, others nothing.
    fn usage(&self) -> v1::Usage {
        v1::Usage {
            input_tokens: self.usage.input_tokens,
            output_tokens: self.usage.output_tokens,
            ..v1::Usage::default()
        }
    }

    /// Several stories of one reply are a batch. Said before the reply ends: one that has ended is not written again.
    async fn request_batch(&self) -> Result<(), Failure> {
        if self.stories.len() < 2 {
            return Ok(());
        }
        let conversation_id = self.cause.id().to_owned();
        let (story_ids, names): (Vec<_>, Vec<_>) = self.stories.iter().cloned().unzip();
        let request = v1::BatchRequested {
            batch_id: batch_id(&conversation_id, self.message_id).to_string(),
            conversation_id,
            message_id: self.message_id.to_owned(),
            project_id: self.project.clone(),
            user_id: self.user().to_owned(),
            title: format!("{} agents: {}", names.len(), names.join(", ")),
            story_ids,
            agent_names: names,
        };
        let command = ConversationCommand::RequestBatch(Box::new(request));
        self.execute("batch", command).await?;
        Ok(())
    }

    async fn fail(&mut self, reason: String) -> Result<(), Failure> {
        tracing::warn!(conversation = self.cause.id(), reason, "reply failed");
        self.request_batch().await?;
        let failure = v1::AssistantReplyFailed {
            message_id: self.draft.message_id(),
            in_reply_to: self.message_id.to_owned(),
            reason,
            partial_markdown: self.draft.text().trim().to_owned(),
            usage: Some(self.usage()),
            model: self.chat.model.name().to_owned(),
        };
        let command = ConversationCommand::FailReply(Box::new(failure));
        let meta = self.cause.causes("reply-failed");
        let id = self.cause.id();
        self.chat.conversations.execute(id, command, &meta).await?;
        self.publish(true);
        Ok(())
    }

    /// `false` when an earlier attempt at the same reply had done it.
    async fn execute(&self, step: &str, command: ConversationCommand) -> Result<bool, Failure> {
        let meta = self.cause.causes(step);
        let id = self.cause.id();
        let done = self.chat.conversations.execute(id, command, &meta).await?;
        Ok(done.is_news())
    }

    /// Waits, and meanwhile shows the draft again from time to time: who opens the conversation while the model thinks
    /// sees what there is, whichever process shows it to them.
    async fn showing<T>(&self, waited_for: impl Future<Output = T>) -> T {
        let mut waited_for = pin!(waited_for);
        loop {
            match tokio::time::timeout(SHOWN_AGAIN_EVERY, &mut waited_for).await {
                Ok(come) => return come,
                Err(_) => self.publish(false),
            }
        }
    }

    /// Shows the draft to whoever watches the conversation now.
    fn publish(&self, done: bool) {
        if !self.draft.is_empty() {
            let topic = format!("conversation.{}", self.cause.id());
            self.chat.live.publish(&topic, self.draft.signal(done));
        }
    }

    /// Derives from the user's message, so that a reply written again names the same things.
    fn id(&self, purpose: &str) -> Uuid {
        let name = format!("{}:{}:{purpose}", self.cause.id(), self.message_id);
        Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
    }
}

fn broken(error: LlmError) -> Broken {
    match error {
        LlmError::ContextFull(_) => Broken::Full(error.to_string()),
        _ => Broken::Model(error.to_string()),
    }
}
