//! What the chat does about events. Adding a reactor is one file and one line here.
mod announce_batch;
mod announce_completion;
mod announce_spawn;
mod answer_message;
mod put_question;

use crate::Chat;
use errand_eventlog::subscriber::Subscribers;
use std::sync::Arc;

/// Every subscriber of the chat.
pub fn subscribers(chat: &Chat) -> Subscribers {
    vec![
        Arc::new(answer_message::AnswerMessage(chat.clone())),
        Arc::new(announce_spawn::AnnounceSpawn(chat.conversations.clone())),
        Arc::new(announce_completion::AnnounceCompletion(
            chat.conversations.clone(),
        )),
        Arc::new(announce_batch::AnnounceBatch(chat.conversations.clone())),
        Arc::new(put_question::PutQuestion(chat.conversations.clone())),
    ]
}
