use super::*;
use cqrs_es::test::TestFramework;

type Spec = TestFramework<Conversation>;

fn started() -> ConversationEvent {
    v1::ConversationStarted::default().into()
}

fn message(id: &str, action: &str) -> v1::UserMessagePosted {
    v1::UserMessagePosted {
        message_id: id.into(),
        text: "build it".into(),
        action_id: action.into(),
        ..Default::default()
    }
}

fn reply(to: &str) -> v1::AssistantReplied {
    v1::AssistantReplied {
        message_id: format!("re-{to}"),
        in_reply_to: to.into(),
        actions: vec![v1::Action {
            id: "yes".into(),
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn spawn() -> v1::AgentSpawnRequested {
    v1::AgentSpawnRequested {
        story_id: "s1".into(),
        ..Default::default()
    }
}

fn request(last_hour: LastHour) -> ConversationCommand {
    ConversationCommand::RequestSpawn {
        request: Box::new(spawn()),
        last_hour,
    }
}

fn announced(url: &str) -> v1::SpawnAnnounced {
    v1::SpawnAnnounced {
        story_id: "s1".into(),
        linear_issue_url: url.into(),
        ..Default::default()
    }
}

fn ended(session: &str) -> v1::CompletionAnnounced {
    v1::CompletionAnnounced {
        story_id: "s1".into(),
        session_id: session.into(),
        ..Default::default()
    }
}

#[test]
fn a_message_needs_a_conversation() {
    Spec::with(())
        .given_no_previous_events()
        .when(ConversationCommand::Post(Box::new(message("m1", ""))))
        .then_expect_error(ConversationRefusal::Absent);
}

#[test]
fn a_button_can_be_pressed_once() {
    let press = || ConversationCommand::Post(Box::new(message("m2", "yes")));
    let asked = vec![started(), message("m1", "").into(), reply("m1").into()];
    Spec::with(())
        .given(asked.clone())
        .when(press())
        .then_expect_events(vec![message("m2", "yes").into()]);
    let answered = [asked, vec![message("m2", "").into()]].concat();
    Spec::with(())
        .given(answered)
        .when(press())
        .then_expect_error(ConversationRefusal::ActionSpent);
}

#[test]
fn a_message_is_answered_once() {
    Spec::with(())
        .given(vec![
            started(),
            message("m1", "").into(),
            reply("m1").into(),
        ])
        .when(ConversationCommand::Reply(Box::new(reply("m1"))))
        .then_expect_events(vec![]);
}

#[test]
fn only_a_failed_reply_is_asked_for_again() {
    let failed = v1::AssistantReplyFailed {
        in_reply_to: "m1".into(),
        ..Default::default()
    };
    let retry = || ConversationCommand::RetryReply {
        message_id: "m1".into(),
        by: "ann".into(),
    };
    let again = v1::ReplyRetryRequested {
        message_id: "m1".into(),
        user_id: "ann".into(),
    };
    Spec::with(())
        .given(vec![started(), message("m1", "").into(), failed.into()])
        .when(retry())
        .then_expect_events(vec![again.into()]);
    Spec::with(())
        .given(vec![
            started(),
            message("m1", "").into(),
            reply("m1").into(),
        ])
        .when(retry())
        .then_expect_error(ConversationRefusal::NothingToRetry);
}

#[test]
fn the_same_story_is_requested_once() {
    Spec::with(())
        .given(vec![started(), spawn().into()])
        .when(request(LastHour::default()))
        .then_expect_events(vec![]);
}

#[test]
fn a_spawn_beyond_the_cap_is_refused_but_not_one_that_was_requested_before() {
    let full = LastHour {
        caps: SpawnCaps {
            per_user: Some(1),
            per_workspace: None,
        },
        by_user: 1,
        in_workspace: 1,
    };
    Spec::with(())
        .given(vec![started()])
        .when(request(full))
        .then_expect_error(ConversationRefusal::Full(CapReached::User(1)));
    Spec::with(())
        .given(vec![started(), spawn().into()])
        .when(request(full))
        .then_expect_events(vec![]);
}

#[test]
fn a_spawn_is_announced_once_and_a_late_link_follows_once() {
    let announce = |url: &str| ConversationCommand::AnnounceSpawn(Box::new(announced(url)));
    let without_link = vec![started(), spawn().into(), announced("").into()];
    Spec::with(())
        .given(without_link.clone())
        .when(announce(""))
        .then_expect_events(vec![]);
    Spec::with(())
        .given(without_link.clone())
        .when(announce("https://linear.app/x"))
        .then_expect_events(vec![announced("https://linear.app/x").into()]);
    let linked = [without_link, vec![announced("https://linear.app/x").into()]].concat();
    Spec::with(())
        .given(linked)
        .when(announce("https://linear.app/x"))
        .then_expect_events(vec![]);
}

#[test]
fn each_attempts_ending_is_told_once() {
    let tell = |session: &str| ConversationCommand::AnnounceCompletion(Box::new(ended(session)));
    let told = vec![started(), spawn().into(), ended("a1").into()];
    Spec::with(())
        .given(told.clone())
        .when(tell("a1"))
        .then_expect_events(vec![]);
    Spec::with(())
        .given(told)
        .when(tell("a2"))
        .then_expect_events(vec![ended("a2").into()]);
}

#[test]
fn an_agents_question_is_put_once_and_its_buttons_are_spent_once() {
    let asked = v1::QuestionAsked {
        question_id: "q1".into(),
        story_id: "s1".into(),
        ..Default::default()
    };
    let answered = v1::QuestionAnswered {
        question_id: "q1".into(),
        answer: "Allow".into(),
        ..Default::default()
    };
    let close = || ConversationCommand::CloseQuestion(Box::new(answered.clone()));
    let spawned = vec![started(), spawn().into()];
    Spec::with(())
        .given(spawned.clone())
        .when(close())
        .then_expect_error(ConversationRefusal::NotAsked);
    let open = [spawned, vec![asked.clone().into()]].concat();
    Spec::with(())
        .given(open.clone())
        .when(ConversationCommand::Ask(Box::new(asked)))
        .then_expect_events(vec![]);
    Spec::with(())
        .given(open.clone())
        .when(close())
        .then_expect_events(vec![answered.clone().into()]);
    Spec::with(())
        .given([open, vec![answered.clone().into()]].concat())
        .when(close())
        .then_expect_events(vec![]);
}

fn batch(stories: &[&str]) -> v1::BatchRequested {
    v1::BatchRequested {
        batch_id: "b1".into(),
        story_ids: stories.iter().map(ToString::to_string).collect(),
        ..Default::default()
    }
}

#[test]
fn a_batch_is_requested_once_and_again_only_with_more_stories() {
    let request = |stories: &[&str]| ConversationCommand::RequestBatch(Box::new(batch(stories)));
    Spec::with(())
        .given(vec![started()])
        .when(request(&["s1", "s2"]))
        .then_expect_events(vec![batch(&["s1", "s2"]).into()]);
    let requested = vec![started(), batch(&["s1", "s2"]).into()];
    Spec::with(())
        .given(requested.clone())
        .when(request(&["s1", "s2"]))
        .then_expect_events(vec![]);
    Spec::with(())
        .given(requested)
        .when(request(&["s1", "s2", "s3"]))
        .then_expect_events(vec![batch(&["s1", "s2", "s3"]).into()]);
}

#[test]
fn a_batch_that_was_requested_is_reported_once() {
    let report = v1::BatchAnnounced {
        batch_id: "b1".into(),
        markdown: "2 of 2 agents completed".into(),
        ..Default::default()
    };
    let tell = || ConversationCommand::AnnounceBatch(Box::new(report.clone()));
    Spec::with(())
        .given(vec![started()])
        .when(tell())
        .then_expect_events(vec![]);
    let requested = vec![started(), batch(&["s1", "s2"]).into()];
    Spec::with(())
        .given(requested.clone())
        .when(tell())
        .then_expect_events(vec![report.clone().into()]);
    Spec::with(())
        .given([requested, vec![report.clone().into()]].concat())
        .when(tell())
        .then_expect_events(vec![]);
}

fn renamed(title: &str) -> v1::ConversationRenamed {
    v1::ConversationRenamed {
        title: title.into(),
        user_id: "ann".into(),
    }
}

#[test]
fn the_same_title_again_is_no_news() {
    Spec::with(())
        .given(vec![started(), renamed("Hero").into()])
        .when(ConversationCommand::Rename(renamed("Hero")))
        .then_expect_events(vec![]);
}

#[test]
fn a_message_takes_an_archived_conversation_up_again() {
    let archive = v1::ConversationArchived::default();
    Spec::with(())
        .given(vec![
            started(),
            archive.clone().into(),
            message("m1", "").into(),
        ])
        .when(ConversationCommand::Archive(archive.clone()))
        .then_expect_events(vec![archive.into()]);
}

#[test]
fn only_what_is_archived_can_be_restored() {
    Spec::with(())
        .given(vec![started()])
        .when(ConversationCommand::Restore(
            v1::ConversationRestored::default(),
        ))
        .then_expect_events(vec![]);
}
