//! Follows an agent's tool calls from their first mention to their end.

use std::collections::HashMap;
use std::time::Instant;

use serde_json::Value;

use super::bounded::{shorten, shorten_json};
use super::update::{RunUpdate, ToolKind};

/// Open calls at one time; an agent that opens more is not followed further.
const MAX_OPEN_CALLS: usize = 256;
/// Ended calls that are remembered so that a late word about them does not open them again.
const MAX_ENDED_CALLS: usize = 4096;
/// Longest title or name that is kept.
const MAX_TITLE_BYTES: usize = 500;
/// Longest input that is kept, as JSON text.
const MAX_INPUT_BYTES: usize = 16 * 1024;
/// Longest output that is kept; what is too long for an event goes into a file.
const MAX_OUTPUT_BYTES: usize = 1024 * 1024;

/// What an agent just said about a tool call; what it left unsaid is `None`.
#[derive(Debug, Default)]
pub(super) struct ToolCallNews {
    pub(super) name: Option<String>,
    pub(super) title: Option<String>,
    pub(super) kind: Option<ToolKind>,
    pub(super) input: Option<Value>,
    pub(super) output: Option<String>,
    /// `Some(ok)` when the call has ended.
    pub(super) ended: Option<bool>,
}

/// The calls of one run.
#[derive(Debug, Default)]
pub(super) struct ToolCalls {
    open: HashMap<String, OpenCall>,
    ended: std::collections::HashSet<String>,
}

#[derive(Debug)]
struct OpenCall {
    name: Option<String>,
    title: String,
    input: Value,
    output: String,
    since: Instant,
}

impl ToolCalls {
    /// Takes news about the call `id` and returns its start, its end, both or neither.
    pub(super) fn news(&mut self, id: &str, news: ToolCallNews) -> Vec<RunUpdate> {
        let mut updates = Vec::new();
        if self.ended.contains(id) {
            return updates;
        }
        if !self.open.contains_key(id) {
            if self.open.len() >= MAX_OPEN_CALLS {
                return updates;
            }
            let call = OpenCall::new(&news);
            updates.push(call.started(id, news.kind.unwrap_or(ToolKind::Other)));
            self.open.insert(id.to_owned(), call);
        }
        if let Some(call) = self.open.get_mut(id) {
            call.learn(&news);
        }
        if let Some(ok) = news.ended {
            updates.extend(self.end(id, ok));
        }
        updates
    }

    /// Whether nothing was heard of this call before.
    pub(super) fn is_new(&self, id: &str) -> bool {
        !self.open.contains_key(id) && !self.ended.contains(id)
    }

    /// Ends what the run's end cut off, in the order of beginning.
    pub(super) fn cut_off(&mut self) -> Vec<RunUpdate> {
        let mut open: Vec<_> = self
            .open
            .iter()
            .map(|(id, call)| (call.since, id.clone()))
            .collect();
        open.sort();
        for (_, id) in &open {
            if let Some(call) = self.open.get_mut(id)
                && call.output.is_empty()
            {
                call.output = "(the run ended before this call did)".to_owned();
            }
        }
        open.iter()
            .filter_map(|(_, id)| self.end(id, false))
            .collect()
    }

    fn end(&mut self, id: &str, ok: bool) -> Option<RunUpdate> {
        let call = self.open.remove(id)?;
        if self.ended.len() < MAX_ENDED_CALLS {
            self.ended.insert(id.to_owned());
        }
        Some(RunUpdate::ToolCallEnded {
            id: id.to_owned(),
            name: call.name(),
            input: call.input,
            ok,
            output: call.output,
            duration: call.since.elapsed(),
        })
    }
}

impl OpenCall {
    fn new(news: &ToolCallNews) -> Self {
        let mut call = Self {
            name: None,
            title: String::new(),
            input: Value::Null,
            output: String::new(),
            since: Instant::now(),
        };
        call.learn(news);
        call
    }

    fn learn(&mut self, news: &ToolCallNews) {
        if let Some(name) = &news.name {
            self.name = Some(shorten(name, MAX_TITLE_BYTES));
        }
        if let Some(title) = &news.title {
            self.title = shorten(title, MAX_TITLE_BYTES);
        }
        if let Some(input) = &news.input {
            self.input = shorten_json(input, MAX_INPUT_BYTES);
        }
        if let Some(output) = &news.output {
            self.output = shorten(output, MAX_OUTPUT_BYTES);
        }
    }

    fn name(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.title.clone())
    }

    fn started(&self, id: &str, kind: ToolKind) -> RunUpdate {
        RunUpdate::ToolCallStarted {
            id: id.to_owned(),
            name: self.name(),
            title: self.title.clone(),
            kind,
            input: self.input.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_call_ends_with_the_input_that_became_known_later() {
        let mut calls = ToolCalls::default();
        let begun = ToolCallNews {
            title: Some("Read".into()),
            ..Default::default()
        };
        assert_eq!(calls.news("1", begun).len(), 1);
        let ended = ToolCallNews {
            input: Some(json!({"path": "a"})),
            output: Some("text".into()),
            ended: Some(true),
            ..Default::default()
        };
        let updates = calls.news("1", ended);
        let [
            RunUpdate::ToolCallEnded {
                name,
                input,
                ok: true,
                output,
                ..
            },
        ] = updates.as_slice()
        else {
            panic!("{updates:?}");
        };
        assert_eq!(
            (name.as_str(), input, output.as_str()),
            ("Read", &json!({"path": "a"}), "text")
        );
    }

    #[test]
    fn a_call_is_ended_once_however_often_the_agent_says_so() {
        let mut calls = ToolCalls::default();
        let ended = || ToolCallNews {
            ended: Some(true),
            ..Default::default()
        };
        assert_eq!(calls.news("1", ended()).len(), 2);
        assert_eq!(calls.news("1", ended()).len(), 0);
    }

    #[test]
    fn calls_that_the_run_cut_off_are_ended_as_failed() {
        let mut calls = ToolCalls::default();
        calls.news("1", ToolCallNews::default());
        let updates = calls.cut_off();
        assert!(matches!(
            updates.as_slice(),
            [RunUpdate::ToolCallEnded { ok: false, .. }]
        ));
        assert!(calls.cut_off().is_empty());
    }
}
