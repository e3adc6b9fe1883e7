#![allow(
    clippy::needless_update,
    reason = "events grow by addition, and tests must go on compiling"
)]
use super::*;
use crate::db::RowSet;
use errand_proto::v1;

fn at(seq: i64) -> At {
    At {
        seq,
        time: seq * 1_000_000,
    }
}

fn posted(id: &str, text: &str) -> ConversationEvent {
    v1::UserMessagePosted {
        message_id: id.into(),
        text: text.into(),
        ..v1::UserMessagePosted::default()
    }
    .into()
}

fn spawned(url: &str) -> ConversationEvent {
    v1::SpawnAnnounced {
        message_id: "spawn-1".into(),
        story_id: "s1".into(),
        markdown: format!("Spawned! {url}"),
        linear_issue_url: url.into(),
        ..v1::SpawnAnnounced::default()
    }
    .into()
}

/// The conversation and its messages after these events, the first at sequence 1.
fn conversation(
    events: impl IntoIterator<Item = ConversationEvent>,
) -> (ConversationRow, Vec<MessageRow>) {
    let mut row = ConversationRow::new("c1");
    let mut messages = RowSet::default();
    for (event, seq) in events.into_iter().zip(1..) {
        row.apply(at(seq), event, &mut messages);
    }
    let messages = messages.iter().cloned().collect();
    (row, messages)
}

#[test]
fn a_list_of_conversations_shows_the_last_message_on_one_short_line() {
    let long = "first line\n\n  second line ".to_owned() + &"word ".repeat(200);
    let (row, messages) = conversation([posted("m1", "hello"), posted("m2", &long)]);
    assert!(row.last_message.starts_with("first line second line word"));
    assert!(row.last_message.ends_with('…'));
    assert!(row.last_message.chars().count() <= MAX_SNIPPET_CHARS);
    assert_eq!((row.message_count, messages.len()), (2, 2));
    assert_eq!((row.last_message_at, row.last_message_seq), (2_000_000, 2));
}

#[test]
fn a_link_announced_later_changes_the_first_announcement_in_its_place() {
    let (_, messages) = conversation([
        spawned(""),
        posted("m2", "meanwhile"),
        spawned("https://linear.app/x"),
    ]);
    assert_eq!(messages.len(), 2);
    let spawn = &messages[0];
    assert_eq!((spawn.kind, spawn.seq), (MessageKind::Spawn, 1));
    assert_eq!(spawn.linear_issue_url, "https://linear.app/x");
    assert!(spawn.text.ends_with("https://linear.app/x"));
}

#[test]
fn a_link_announced_later_counts_as_no_second_message() {
    let (row, _) = conversation([
        spawned(""),
        posted("m2", "meanwhile"),
        spawned("https://linear.app/x"),
    ]);
    assert_eq!(
        (row.message_count, row.last_message.as_str()),
        (2, "meanwhile")
    );
}

#[test]
fn a_failed_reply_keeps_what_had_arrived_and_the_reason() {
    let failed = v1::AssistantReplyFailed {
        message_id: "m2".into(),
        in_reply_to: "m1".into(),
        reason: "The stream was cut.".into(),
        partial_markdown: "I'll spawn".into(),
        usage: Some(v1::Usage {
            input_tokens: 7,
            ..Default::default()
        }),
        model: "scripted".into(),
    };
    let (_, messages) = conversation([posted("m1", "hello"), failed.into()]);
    let failed = &messages[1];
    assert_eq!(
        (failed.kind, failed.text.as_str()),
        (MessageKind::Failed, "I'll spawn")
    );
    assert_eq!(
        (failed.reason.as_str(), failed.in_reply_to.as_str()),
        ("The stream was cut.", "m1")
    );
    assert_eq!(
        (failed.usage.input_tokens, failed.model.as_str()),
        (7, "scripted")
    );
}

#[test]
fn an_answered_question_keeps_its_answer() {
    let asked = v1::QuestionAsked {
        question_id: "q1".into(),
        text: "Which?".into(),
        ..v1::QuestionAsked::default()
    };
    let answered = v1::QuestionAnswered {
        question_id: "q1".into(),
        answer: "The first.".into(),
        ..v1::QuestionAnswered::default()
    };
    let (_, messages) = conversation([asked.into(), answered.into()]);
    assert_eq!(
        (messages.len(), messages[0].answer.as_str()),
        (1, "The first.")
    );
}

#[test]
fn spawned_agents_are_counted() {
    let request = || ConversationEvent::from(v1::AgentSpawnRequested::default());
    let (row, messages) = conversation([request(), request()]);
    assert_eq!((row.story_count, messages.len()), (2, 0));
}

#[test]
fn an_event_applied_twice_changes_nothing() {
    let (mut row, _) = conversation([posted("m1", "hello"), posted("m2", "again")]);
    let once = row.clone();
    let mut messages = RowSet::default();
    row.apply(at(1), posted("m1", "hello"), &mut messages);
    assert_eq!((row, messages.iter().count()), (once, 0));
}

#[test]
fn the_list_shows_the_words_of_a_message_without_its_marks() {
    let (row, _) = conversation([posted("m1", "## Report\n\n**4 of 4** ended, issue #7")]);
    assert_eq!(row.last_message, "Report 4 of 4 ended, issue #7");
}
