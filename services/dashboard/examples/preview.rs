//! The pages with sample rows, for looking at them: `cargo run -p errand-dashboard --example preview [PORT]`.
//! Messages are answered with a few words that arrive slowly, so that the growing reply can be seen.
#[path = "../tests/dashboard/support/mod.rs"]
mod support;

use errand_eventlog::live::Live as _;
use errand_proto::{ConversationEvent, v1};
use std::time::Duration;
use support::{Call, World};
use uuid::Uuid;

const LOOK_EVERY: Duration = Duration::from_millis(200);
const WORD_EVERY: Duration = Duration::from_millis(120);
const REPLY: &str = "Of course. I would look at **three** things first:\n\n1. what people see\n2. what they press\n3. what it costs\n\nShould I spawn an agent for it?";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).unwrap_or_else(|| "7171".to_owned());
    let (world, ids) = World::with_sample().await;
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://127.0.0.1:{port}/chat/{}", ids.conversation);
    println!("completed {}", ids.completed);
    println!("running {}", ids.running);
    println!("asking {}", ids.asking);
    println!("needs-approval {}", ids.needs_approval);
    println!("failed {}", ids.failed);
    tokio::select! {
        served = axum::serve(listener, world.router.clone().into_make_service()) => served?,
        () = answer_everything(&world) => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(())
}

async fn answer_everything(world: &World) {
    let mut answered = 0;
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        for call in world.commands.calls().into_iter().skip(answered) {
            answered += 1;
            if let Call::Post(post) = call {
                reply(world, &post.conversation_id, &post.message_id.to_string()).await;
            }
        }
    }
}

async fn reply(world: &World, conversation: &str, to: &str) {
    let id = Uuid::now_v7().to_string();
    for (end, _) in REPLY.match_indices(' ') {
        let token = serde_json::json!({ "messageId": id, "text": &REPLY[..end], "done": false });
        world.live.publish(
            &format!("conversation.{conversation}"),
            token.to_string().into(),
        );
        tokio::time::sleep(WORD_EVERY).await;
    }
    let replied = v1::AssistantReplied {
        message_id: id,
        in_reply_to: to.to_owned(),
        markdown: REPLY.to_owned(),
        ..v1::AssistantReplied::default()
    };
    world
        .add(
            conversation,
            ConversationEvent::from(replied),
            support::now_us(),
        )
        .await;
}
