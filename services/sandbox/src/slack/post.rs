//! `chat.postMessage`, `chat.update` and `chat.getPermalink`.

use serde_json::{Map, Value, json};

use super::channel::Channel;
use super::message::{Message, ts_micros, ts_text};
use super::parameters::Parameters;
use super::refusal::{Answer, Refusal};
use super::{auth, blocks};
use crate::{Sandbox, clock};

const MAX_TEXT_CHARS: usize = 40_000;
const MAX_ATTACHMENTS: usize = 100;
const MAX_METADATA_BYTES: usize = 16 * 1024;

pub(super) async fn post(sandbox: &Sandbox, parameters: &Parameters) -> Answer<Value> {
    let wanted = parameters
        .text("channel")
        .ok_or(Refusal::new("channel_not_found"))?;
    let channel = Channel::named(wanted).ok_or(Refusal::new("channel_not_found"))?;
    let body = content(parameters)?;
    let thread_ts = thread(sandbox, parameters, channel).await?;
    let message = Message {
        channel: channel.id.to_owned(),
        ts: clock::now_micros(),
        thread_ts,
        reply_broadcast: parameters.flag("reply_broadcast"),
        body,
        metadata: metadata(parameters)?,
        edited_ts: None,
    };
    let stored = sandbox
        .store()
        .run(move |connection| message.insert(connection))
        .await?;
    Ok(json!({"channel": channel.id, "ts": ts_text(stored.ts), "message": stored.show(true)}))
}

pub(super) async fn update(sandbox: &Sandbox, parameters: &Parameters) -> Answer<Value> {
    let channel = Channel::with_id(parameters.text("channel").unwrap_or_default())?;
    let missing = || Refusal::new("message_not_found");
    let ts = parameters
        .text("ts")
        .and_then(ts_micros)
        .ok_or_else(missing)?;
    let (content, metadata) = (content(parameters)?, metadata(parameters)?);
    let changed = sandbox.store().run(move |connection| {
        let Some(mut message) = Message::find(connection, channel.id, ts)? else {
            return Ok(None);
        };
        message.body.extend(content);
        message.metadata = metadata.or(message.metadata);
        message.edited_ts = Some(clock::now_micros());
        message.update(connection)?;
        Ok(Some(message))
    });
    let message = changed.await?.ok_or_else(missing)?;
    let (ts, text) = (ts_text(message.ts), message.body.get("text"));
    Ok(json!({"channel": channel.id, "ts": ts, "text": text, "message": message.show(true)}))
}

pub(super) async fn permalink(sandbox: &Sandbox, parameters: &Parameters) -> Answer<Value> {
    let channel = Channel::with_id(parameters.text("channel").unwrap_or_default())?;
    let message = find(sandbox, parameters.text("message_ts"), channel)
        .await?
        .ok_or(Refusal::new("message_not_found"))?;
    let link = sandbox
        .links()
        .slack_message(channel.name, &ts_text(message.ts));
    Ok(json!({"channel": channel.id, "permalink": link}))
}

/// The message with this `ts`, when there is one.
pub(super) async fn find(
    sandbox: &Sandbox,
    ts: Option<&str>,
    channel: &Channel,
) -> Answer<Option<Message>> {
    let Some(ts) = ts.and_then(ts_micros) else {
        return Ok(None);
    };
    let id = channel.id;
    Ok(sandbox
        .store()
        .run(move |connection| Message::find(connection, id, ts))
        .await?)
}

/// What is to be seen: text, blocks or attachments, at least one of them.
fn content(parameters: &Parameters) -> Answer<Map<String, Value>> {
    let text = parameters.text("text").or(parameters.text("markdown_text"));
    let wanted_blocks = parameters.structure("blocks", "invalid_blocks_format")?;
    let attachments = parameters.structure("attachments", "invalid_attachments")?;
    if text.is_none() && wanted_blocks.is_none() && attachments.is_none() {
        return Err(Refusal::new("no_text"));
    }
    if text.is_some_and(|text| text.chars().count() > MAX_TEXT_CHARS) {
        return Err(Refusal::new("msg_too_long"));
    }
    let mut content = Map::from_iter([("text".to_owned(), json!(text.unwrap_or_default()))]);
    if let Some(wanted) = wanted_blocks {
        blocks::check(&wanted)?;
        content.insert("blocks".to_owned(), wanted);
    }
    if let Some(wanted) = attachments {
        match wanted.as_array() {
            None => return Err(Refusal::new("invalid_attachments")),
            Some(list) if list.len() > MAX_ATTACHMENTS => {
                return Err(Refusal::new("too_many_attachments"));
            }
            Some(_) => content.insert("attachments".to_owned(), wanted),
        };
    }
    let name = parameters.text("username").unwrap_or("Errand");
    content.insert("username".to_owned(), json!(name));
    content.insert(
        "bot_profile".to_owned(),
        json!({"id": auth::BOT_ID, "app_id": auth::APP_ID, "name": name, "team_id": auth::TEAM_ID}),
    );
    Ok(content)
}

fn metadata(parameters: &Parameters) -> Answer<Option<Value>> {
    let Some(metadata) = parameters.structure("metadata", "invalid_metadata_format")? else {
        return Ok(None);
    };
    let whole = metadata["event_type"]
        .as_str()
        .is_some_and(|kind| !kind.is_empty())
        && metadata["event_payload"].is_object();
    if !whole {
        return Err(Refusal::new("invalid_metadata_format"));
    }
    if metadata.to_string().len() > MAX_METADATA_BYTES {
        return Err(Refusal::new("metadata_too_large"));
    }
    Ok(Some(metadata))
}

/// The thread to answer in; a reply to a reply joins the thread of the first message.
async fn thread(
    sandbox: &Sandbox,
    parameters: &Parameters,
    channel: &Channel,
) -> Answer<Option<i64>> {
    let Some(ts) = parameters.text("thread_ts") else {
        return Ok(None);
    };
    let parent = find(sandbox, Some(ts), channel)
        .await?
        .ok_or(Refusal::new("thread_not_found"))?;
    Ok(Some(parent.thread_ts.unwrap_or(parent.ts)))
}
