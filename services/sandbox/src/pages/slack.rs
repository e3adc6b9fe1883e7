mod blocks;

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value, json};

use super::refusal::{failed, not_found};
use super::shell::{Shell, respond};
use super::when::When;
use crate::Sandbox;
use crate::slack::{CHANNELS, Channel, Message, ts_text};

const VENDOR: &str = "Slack";
const MAX_SHOWN_MESSAGES: usize = 200;
const MAX_SHOWN_REPLIES: usize = 50;

/// A message as it is shown, with the replies below it.
struct Shown {
    anchor: String,
    sender: String,
    when: When,
    edited: bool,
    html: String,
    buttons: Vec<Button>,
    metadata: Option<String>,
    replies: Vec<Shown>,
}

/// A button that calls the app.
struct Button {
    action: String,
    value: String,
    label: String,
}

#[derive(Template)]
#[template(path = "slack_channel.html")]
struct ChannelPage {
    shell: Shell,
    channels: &'static [Channel],
    channel: &'static Channel,
    messages: Vec<Shown>,
}

/// The channel with the newest message, or the first one.
pub(super) async fn newest_channel(State(sandbox): State<Sandbox>) -> Response {
    match sandbox
        .store()
        .run(|connection| Message::newest_channel(connection))
        .await
    {
        Err(problem) => failed(&sandbox, VENDOR, &problem),
        Ok(id) => {
            let channel = id
                .and_then(|id| Channel::named(&id))
                .unwrap_or(&CHANNELS[0]);
            Redirect::to(&format!(
                "{}/slack/{}",
                sandbox.links().base_path(),
                channel.name
            ))
            .into_response()
        }
    }
}

/// A channel with its newest messages, oldest first.
pub(super) async fn channel(State(sandbox): State<Sandbox>, Path(name): Path<String>) -> Response {
    let Some(channel) = Channel::named(&name) else {
        return not_found(&sandbox, VENDOR, "such channel");
    };
    let read = sandbox.store().run(|connection| {
        let messages = Message::history(connection, channel.id, 0, i64::MAX, MAX_SHOWN_MESSAGES)?;
        let with_replies = messages.into_iter().map(|message| {
            let replies = Message::thread(connection, channel.id, message.ts, MAX_SHOWN_REPLIES)?;
            Ok((message, replies.into_iter().skip(1).collect::<Vec<_>>()))
        });
        with_replies.collect::<rusqlite::Result<Vec<_>>>()
    });
    match read.await {
        Err(problem) => failed(&sandbox, VENDOR, &problem),
        Ok(messages) => {
            let messages = messages
                .iter()
                .rev()
                .map(|(message, replies)| show(message, replies))
                .collect();
            respond(
                StatusCode::OK,
                &ChannelPage {
                    shell: Shell::new(&sandbox, VENDOR),
                    channels: &CHANNELS,
                    channel,
                    messages,
                },
            )
        }
    }
}

/// Which button was pressed.
#[derive(serde::Deserialize)]
pub(super) struct Pressed {
    action: String,
    value: String,
}

/// A person presses a button, and Slack tells the app.
pub(super) async fn press(
    State(sandbox): State<Sandbox>,
    Path(name): Path<String>,
    Form(pressed): Form<Pressed>,
) -> Response {
    let Some(channel) = Channel::named(&name) else {
        return not_found(&sandbox, VENDOR, "such channel");
    };
    let payload = json!({
        "type": "block_actions",
        "user": { "id": "U0000000001", "username": "you", "name": "you" },
        "channel": { "id": channel.id, "name": channel.name },
        "actions": [{ "type": "button", "action_id": pressed.action, "value": pressed.value }],
    });
    if let Some(hooks) = sandbox.hooks()
        && let Err(problem) = hooks.slack(&payload).await
    {
        return failed(&sandbox, VENDOR, &problem);
    }
    let base = sandbox.links().base_path();
    Redirect::to(&format!("{base}/slack/{}", channel.name)).into_response()
}

/// Buttons without an address: pressing one calls the app.
fn buttons(blocks: Option<&Value>) -> Vec<Button> {
    let blocks = blocks.and_then(Value::as_array).into_iter().flatten();
    let elements = blocks.filter_map(|block| block["elements"].as_array());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    elements
        .flatten()
        .filter(|it| it["type"] == "button" && it["url"].is_null())
        .map(|it| Button {
            action: text(&it["action_id"]),
            value: text(&it["value"]),
            label: text(&it["text"]["text"]),
        })
        .collect()
}

fn show(message: &Message, replies: &[Message]) -> Shown {
    let text = message
        .body
        .get("text")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Shown {
        anchor: format!("p{}", ts_text(message.ts).replace('.', "")),
        sender: message
            .body
            .get("username")
            .and_then(Value::as_str)
            .unwrap_or("Errand")
            .to_owned(),
        when: When::at(message.ts),
        edited: message.edited_ts.is_some(),
        html: blocks::to_html(message.body.get("blocks"), text),
        buttons: buttons(message.body.get("blocks")),
        metadata: message
            .metadata
            .as_ref()
            .map(|metadata| format!("{metadata:#}")),
        replies: replies.iter().map(|reply| show(reply, &[])).collect(),
    }
}
