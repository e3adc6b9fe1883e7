//! The rules: a pure function from state and command to at most one event, or a refusal.
use super::{Conversation, ConversationCommand as C, ConversationRefusal, LastHour};
use errand_proto::{ConversationEvent, v1};

/// Told of an attempt that another will follow by itself.
const RETRYING: &str = "retrying";

type Decision = Result<Option<ConversationEvent>, ConversationRefusal>;

pub(super) fn decide(conversation: &Conversation, command: C) -> Decision {
    if let C::Start(facts) = command {
        return Ok((!conversation.started).then(|| (*facts).into()));
    }
    if !conversation.started {
        return Err(ConversationRefusal::Absent);
    }
    match command {
        C::Start(_) => Ok(None),
        C::Post(message) => post(conversation, *message),
        C::Reply(reply) => {
            Ok(is_unanswered(conversation, &reply.in_reply_to).then(|| (*reply).into()))
        }
        C::FailReply(failure) => {
            Ok(is_unanswered(conversation, &failure.in_reply_to).then(|| (*failure).into()))
        }
        C::RetryReply { message_id, by } => retry(conversation, message_id, by),
        C::RequestSpawn { request, last_hour } => request_spawn(conversation, *request, last_hour),
        C::RequestStop(request) => {
            let told = conversation.stories.get(&request.story_id);
            let is_new = told.is_some_and(|told| !told.stopping);
            Ok(is_new.then(|| (*request).into()))
        }
        C::RequestBatch(request) => {
            let told = conversation.batches.get(&request.batch_id);
            let known = told.map_or(0, |told| told.stories);
            Ok((request.story_ids.len() > known).then(|| (*request).into()))
        }
        C::AnnounceBatch(report) => {
            let told = conversation.batches.get(&report.batch_id);
            let is_new = told.is_some_and(|told| !told.reported);
            Ok(is_new.then(|| (*report).into()))
        }
        C::AnnounceSpawn(announcement) => Ok(announce_spawn(conversation, *announcement)),
        C::Ask(question) => {
            let known = conversation.questions.contains_key(&question.question_id);
            Ok((!known).then(|| (*question).into()))
        }
        C::CloseQuestion(answer) => close_question(conversation, *answer),
        C::AnnounceCompletion(completion) => Ok(announce_completion(conversation, *completion)),
        C::Rename(named) => Ok((conversation.facts.0.title != named.title).then(|| named.into())),
        C::Move(moved) => {
            let is_new = conversation.facts.0.project_id != moved.project_id;
            Ok(is_new.then(|| moved.into()))
        }
        C::Archive(archived) => Ok((!conversation.archived).then(|| archived.into())),
        C::Restore(restored) => Ok(conversation.archived.then(|| restored.into())),
    }
}

fn is_unanswered(conversation: &Conversation, message_id: &str) -> bool {
    conversation.unanswered.contains(message_id)
}

fn post(conversation: &Conversation, message: v1::UserMessagePosted) -> Decision {
    let pressed = &message.action_id;
    if !pressed.is_empty() && !conversation.open_actions.contains(pressed) {
        return Err(ConversationRefusal::ActionSpent);
    }
    Ok(Some(message.into()))
}

fn retry(conversation: &Conversation, message_id: String, by: String) -> Decision {
    if conversation.unanswered.contains(&message_id) {
        return Ok(None);
    }
    if !conversation.failed.contains(&message_id) {
        return Err(ConversationRefusal::NothingToRetry);
    }
    let user_id = by;
    Ok(Some(
        v1::ReplyRetryRequested {
            message_id,
            user_id,
        }
        .into(),
    ))
}

/// A story that was requested before needs no room.
fn request_spawn(
    conversation: &Conversation,
    request: v1::AgentSpawnRequested,
    last_hour: LastHour,
) -> Decision {
    if conversation.stories.contains_key(&request.story_id) {
        return Ok(None);
    }
    last_hour.check().map_err(ConversationRefusal::Full)?;
    Ok(Some(request.into()))
}

/// Told once; a link that comes late is told once more, by the same message.
fn announce_spawn(
    conversation: &Conversation,
    announcement: v1::SpawnAnnounced,
) -> Option<ConversationEvent> {
    let told = conversation.stories.get(&announcement.story_id)?;
    let brings_link = !announcement.linear_issue_url.is_empty() && !told.linked;
    (!told.announced || brings_link).then(|| announcement.into())
}

fn close_question(conversation: &Conversation, answer: v1::QuestionAnswered) -> Decision {
    match conversation.questions.get(&answer.question_id) {
        None => Err(ConversationRefusal::NotAsked),
        Some(open) => Ok(open.then(|| answer.into())),
    }
}

fn announce_completion(
    conversation: &Conversation,
    completion: v1::CompletionAnnounced,
) -> Option<ConversationEvent> {
    let told = conversation.stories.get(&completion.story_id)?;
    let is_told = told.ended_session == completion.session_id
        && (told.ended_as == completion.status || told.ended_as != RETRYING);
    (!is_told).then(|| completion.into())
}
