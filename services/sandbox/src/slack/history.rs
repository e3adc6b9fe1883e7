//! `conversations.history` and `conversations.replies`.

use serde_json::{Value, json};

use super::channel::Channel;
use super::message::{Message, ts_micros, ts_text};
use super::parameters::Parameters;
use super::post::find;
use super::refusal::{Answer, Refusal};
use crate::Sandbox;

const DEFAULT_PAGE_MESSAGES: u64 = 100;
const MAX_PAGE_MESSAGES: u64 = 999;
/// What the cursors of this sandbox begin with; the rest is the `ts` to go on from.
const CURSOR_PREFIX: &str = "before:";

pub(super) async fn history(sandbox: &Sandbox, parameters: &Parameters) -> Answer<Value> {
    let channel = Channel::with_id(parameters.text("channel").unwrap_or_default())?;
    let (from, to) = range(parameters)?;
    let limit = page_size(parameters);
    let (id, more) = (channel.id, limit + 1);
    let mut messages = sandbox
        .store()
        .run(move |connection| Message::history(connection, id, from, to, more))
        .await?;
    let has_more = messages.len() > limit;
    messages.truncate(limit);
    let next = messages
        .last()
        .filter(|_| has_more)
        .map(|last| format!("{CURSOR_PREFIX}{}", ts_text(last.ts)));
    Ok(json!({
        "messages": show(&messages, parameters),
        "has_more": has_more,
        "pin_count": 0,
        "response_metadata": {"next_cursor": next.unwrap_or_default()},
    }))
}

pub(super) async fn replies(sandbox: &Sandbox, parameters: &Parameters) -> Answer<Value> {
    let channel = Channel::with_id(parameters.text("channel").unwrap_or_default())?;
    let parent = find(sandbox, parameters.text("ts"), channel)
        .await?
        .ok_or(Refusal::new("thread_not_found"))?;
    let (id, limit) = (channel.id, page_size(parameters));
    let messages = sandbox
        .store()
        .run(move |connection| Message::thread(connection, id, parent.ts, limit))
        .await?;
    Ok(
        json!({"messages": show(&messages, parameters), "has_more": false, "response_metadata": {"next_cursor": ""}}),
    )
}

fn show(messages: &[Message], parameters: &Parameters) -> Vec<Value> {
    let with_metadata = parameters.flag("include_all_metadata");
    messages
        .iter()
        .map(|message| message.show(with_metadata))
        .collect()
}

fn page_size(parameters: &Parameters) -> usize {
    let wanted = parameters
        .number("limit")
        .unwrap_or(DEFAULT_PAGE_MESSAGES)
        .clamp(1, MAX_PAGE_MESSAGES);
    usize::try_from(wanted).unwrap_or(usize::MAX)
}

/// First and last `ts` wanted, both included.
fn range(parameters: &Parameters) -> Answer<(i64, i64)> {
    let time = |name: &str, code: &'static str| match parameters.text(name) {
        None | Some("now") => Ok(None),
        Some(text) => ts_micros(text).map(Some).ok_or(Refusal::new(code)),
    };
    let step = i64::from(!parameters.flag("inclusive"));
    let oldest = time("oldest", "invalid_ts_oldest")?.map_or(0, |oldest| oldest + step);
    let latest = time("latest", "invalid_ts_latest")?.map_or(i64::MAX, |latest| latest - step);
    let Some(cursor) = parameters.text("cursor") else {
        return Ok((oldest, latest));
    };
    let before = cursor
        .strip_prefix(CURSOR_PREFIX)
        .and_then(ts_micros)
        .ok_or(Refusal::new("invalid_cursor"))?;
    Ok((oldest, latest.min(before - 1)))
}
