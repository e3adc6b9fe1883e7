//! What happened in a session, one row each; the key is the session's `created_seq` and the event's sequence.
use crate::{
    Result,
    db::Tx,
    parts::{self, Attachment, FileChange, Json, cut, json},
    projection::{At, signed},
};
use errand_proto::v1;
use std::collections::HashMap;

/// Bytes kept of one thought, prompt or answer.
pub const MAX_TRACE_TEXT_BYTES: usize = 64 * 1024;
/// Bytes kept of one tool call's input and of its output.
pub const MAX_TOOL_TEXT_BYTES: usize = 64 * 1024;
/// Bytes kept of one session's diff.
pub const MAX_DIFF_BYTES: usize = 512 * 1024;

words! {
    /// Who said something to whom while a session ran.
    pub enum InputKind {
        Question = "question",
        Answer = "answer",
        Steering = "steering",
    }
}

table! {
    /// One entry of a session's thinking trace.
    pub struct Turn in "session_turns" key (session_seq, seq) {
        #[serde(skip)]
        pub session_seq: i64,
        pub seq: i64,
        pub turn: i64,
        pub thinking: String,
        pub action: String,
        pub prompt: String,
        #[serde(serialize_with = "json::time")]
        pub timestamp: i64,
    }
}

table! {
    /// One tool call of an agent, after it ended.
    pub struct ToolCall in "session_tool_calls" key (session_seq, seq) {
        #[serde(skip)]
        pub session_seq: i64,
        pub seq: i64,
        pub id: String,
        pub name: String,
        /// JSON text, bounded.
        pub input: String,
        pub output: String,
        /// The file with all of the output; none where nothing is left out.
        pub whole_output: Json<Option<Attachment>>,
        /// How long it took, in milliseconds.
        pub ms: i64,
        pub ok: bool,
        #[serde(serialize_with = "json::time")]
        pub timestamp: i64,
    }
}

table! {
    /// A question of the agent, an answer to it, or a person's further instruction.
    pub struct Input in "session_inputs" key (session_seq, seq) {
        #[serde(skip)]
        pub session_seq: i64,
        pub seq: i64,
        pub kind: InputKind,
        /// Empty for steering.
        #[serde(serialize_with = "json::text")]
        pub question_id: String,
        pub text: String,
        /// Empty for the agent.
        #[serde(serialize_with = "json::text")]
        pub said_by: String,
        #[serde(serialize_with = "json::time")]
        pub timestamp: i64,
    }
}

table! {
    /// The agent's work as it was last committed.
    pub struct Changes in "session_changes" key (session_seq) {
        #[serde(skip)]
        pub session_seq: i64,
        pub seq: i64,
        pub branch: String,
        pub commit_sha: String,
        pub base_sha: String,
        pub files: Json<Vec<FileChange>>,
        /// Unified diff, at most [`MAX_DIFF_BYTES`].
        pub diff: String,
        pub diff_truncated: bool,
        /// The file with all of the diff, or more of it; none where there is no such file.
        pub whole_diff: Json<Option<Attachment>>,
        #[serde(serialize_with = "json::time")]
        pub timestamp: i64,
    }
}

/// Child rows gathered while a batch is folded.
#[derive(Debug, Default)]
pub(crate) struct Children {
    pub turns: Vec<Turn>,
    pub tool_calls: Vec<ToolCall>,
    pub inputs: Vec<Input>,
    /// By session: only the last commit is kept.
    pub changes: HashMap<i64, Changes>,
}

impl Children {
    pub fn turn(&mut self, session_seq: i64, at: At, turn: v1::Turn) {
        let timestamp = if turn.timestamp_us > 0 {
            turn.timestamp_us
        } else {
            at.time
        };
        self.turns.push(Turn {
            session_seq,
            seq: at.seq,
            turn: i64::from(turn.turn),
            thinking: cut(turn.thinking, MAX_TRACE_TEXT_BYTES).0,
            action: turn.action,
            prompt: cut(turn.prompt, MAX_TRACE_TEXT_BYTES).0,
            timestamp,
        });
    }

    pub fn tool_call(&mut self, session_seq: i64, at: At, call: v1::ToolCall) {
        self.tool_calls.push(ToolCall {
            session_seq,
            seq: at.seq,
            id: call.id,
            name: call.name,
            input: cut(call.input, MAX_TOOL_TEXT_BYTES).0,
            output: cut(call.output, MAX_TOOL_TEXT_BYTES).0,
            whole_output: parts::attachment(call.whole_output),
            ms: signed(call.ms),
            ok: call.ok,
            timestamp: at.time,
        });
    }

    pub fn question(&mut self, session_seq: i64, at: At, question_id: String, text: String) {
        let said = (question_id, text, String::new());
        self.input(session_seq, at, InputKind::Question, said);
    }

    pub fn answer(&mut self, session_seq: i64, at: At, e: v1::InputProvided) {
        let said = (e.question_id, e.answer, e.by);
        self.input(session_seq, at, InputKind::Answer, said);
    }

    pub fn steering(&mut self, session_seq: i64, at: At, e: v1::SteeringReceived) {
        let said = (String::new(), e.text, e.by);
        self.input(session_seq, at, InputKind::Steering, said);
    }

    fn input(
        &mut self,
        session_seq: i64,
        at: At,
        kind: InputKind,
        (question_id, text, said_by): (String, String, String),
    ) {
        self.inputs.push(Input {
            session_seq,
            seq: at.seq,
            kind,
            question_id,
            text: cut(text, MAX_TRACE_TEXT_BYTES).0,
            said_by,
            timestamp: at.time,
        });
    }

    pub fn changes(&mut self, session_seq: i64, at: At, e: v1::ChangesCommitted) {
        let (diff, was_cut) = cut(e.diff, MAX_DIFF_BYTES);
        let changes = Changes {
            session_seq,
            seq: at.seq,
            branch: e.branch,
            commit_sha: e.commit,
            base_sha: e.base,
            files: parts::files(e.files),
            diff,
            diff_truncated: e.diff_truncated || was_cut,
            whole_diff: parts::attachment(e.whole_diff),
            timestamp: at.time,
        };
        self.changes.insert(session_seq, changes);
    }

    pub async fn save(self, tx: &mut Tx) -> Result<()> {
        tx.upsert(self.turns).await?;
        tx.upsert(self.tool_calls).await?;
        tx.upsert(self.inputs).await?;
        tx.upsert(self.changes.into_values().collect()).await
    }
}
