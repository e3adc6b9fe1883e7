use super::{Conversation, Told};
use errand_proto::{ConversationEvent as E, Json};

pub(super) fn evolve(conversation: &mut Conversation, event: E) {
    match event {
        E::ConversationStarted(e) => {
            conversation.started = true;
            conversation.facts = Json(e);
        }
        // Whatever a person says next answers the open question, so its buttons are spent; who writes in an
        // archived conversation takes it up again.
        E::UserMessagePosted(e) => {
            conversation.archived = false;
            conversation.open_actions.clear();
            conversation.unanswered.insert(e.message_id);
        }
        E::AssistantReplied(e) => {
            conversation.open_actions = e.actions.into_iter().map(|a| a.id).collect();
            if !e.continues {
                conversation.unanswered.remove(&e.in_reply_to);
            }
        }
        E::AssistantReplyFailed(e) => {
            conversation.unanswered.remove(&e.in_reply_to);
            conversation.failed.insert(e.in_reply_to);
        }
        E::ReplyRetryRequested(e) => {
            conversation.failed.remove(&e.message_id);
            conversation.unanswered.insert(e.message_id);
        }
        E::AgentSpawnRequested(e) => {
            let told = Told {
                agent: e.agent,
                place: conversation.stories.len(),
                ..Told::default()
            };
            conversation.stories.insert(e.story_id, told);
        }
        E::AgentStopRequested(e) => {
            let told = conversation.stories.entry(e.story_id).or_default();
            told.stopping = true;
        }
        E::BatchRequested(e) => {
            let told = conversation.batches.entry(e.batch_id).or_default();
            told.stories = e.story_ids.len();
        }
        E::BatchAnnounced(e) => {
            conversation.batches.entry(e.batch_id).or_default().reported = true;
        }
        E::SpawnAnnounced(e) => {
            let told = conversation.stories.entry(e.story_id).or_default();
            told.announced = true;
            told.linked |= !e.linear_issue_url.is_empty();
        }
        E::CompletionAnnounced(e) => {
            let told = conversation.stories.entry(e.story_id).or_default();
            told.ended_session = e.session_id;
            told.ended_as = e.status;
        }
        E::QuestionAsked(e) => {
            conversation.questions.insert(e.question_id, true);
        }
        E::QuestionAnswered(e) => {
            conversation.questions.insert(e.question_id, false);
        }
        E::ConversationRenamed(e) => conversation.facts.0.title = e.title,
        E::ConversationMoved(e) => conversation.facts.0.project_id = e.project_id,
        E::ConversationArchived(_) => conversation.archived = true,
        E::ConversationRestored(_) => conversation.archived = false,
    }
}
