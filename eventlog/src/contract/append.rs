//! Guards, durability, repeats.
use super::{Broken, Harness, Outcome, ensure, sample::*, within};
use crate::{EventLog, LogError, Seq};
use bytes::Bytes;
use errand_proto::{AggregateKind, Subject};
use futures::future::join_all;
use std::sync::Arc;

pub async fn an_answered_append_can_be_loaded_exactly_as_it_was_given(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let subject = new_story()?;
    let events = new_events(&subject, 3);
    let seqs = log.append(vec![write(&subject, 0, events.clone())]).await?;
    let loaded = log.load(&subject, 0).await?;
    ensure!(seqs.len() == 3, "3 events were answered with {seqs:?}");
    ensure!(
        seqs.is_sorted_by(|a, b| a < b),
        "sequences do not ascend: {seqs:?}"
    );
    for ((loaded, given), seq) in loaded.iter().zip(&events).zip(seqs) {
        ensure!(loaded.seq == seq, "{seq} was loaded as {}", loaded.seq);
        ensure!(
            loaded.subject == subject,
            "{subject} became {}",
            loaded.subject
        );
        ensure!(
            loaded.envelope == given.envelope,
            "the envelope {:?} became {:?}",
            given.envelope,
            loaded.envelope
        );
        ensure!(loaded.data == given.data, "the payload of {seq} changed");
    }
    ensure!(loaded.len() == 3, "{} of 3 were loaded", loaded.len());
    Ok(())
}

pub async fn an_answered_append_survives_a_restart(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let subject = new_story()?;
    let events = new_events(&subject, 2);
    let answered = log.append(vec![write(&subject, 0, events)]).await?;
    let head = log.head().await?;
    h.restart().await;
    let log = h.log().await;
    let loaded = seqs(&log.load(&subject, 0).await?);
    ensure!(
        loaded == answered,
        "{answered:?} were answered, {loaded:?} are there"
    );
    ensure!(log.head().await? == head, "the head moved over a restart");
    Ok(())
}

pub async fn a_guard_of_zero_refuses_an_aggregate_that_exists(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let subject = new_story()?;
    let seqs = log
        .append(vec![write(&subject, 0, new_events(&subject, 1))])
        .await?;
    let again = log
        .append(vec![write(&subject, 0, new_events(&subject, 1))])
        .await;
    expect_conflict(again, &subject, seqs[0])
}

pub async fn a_stale_guard_conflicts_and_names_the_actual_sequence(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let subject = new_story()?;
    let first = log
        .append(vec![write(&subject, 0, new_events(&subject, 1))])
        .await?;
    append_stories(&*log, 3).await?;
    let second = log
        .append(vec![write(&subject, first[0], new_events(&subject, 2))])
        .await?;
    let stale = log
        .append(vec![write(&subject, first[0], new_events(&subject, 1))])
        .await;
    expect_conflict(stale, &subject, second[1])?;
    let loaded = seqs(&log.load(&subject, 0).await?);
    ensure!(
        loaded == [first, second].concat(),
        "the refused event left a trace: {loaded:?}"
    );
    Ok(())
}

pub async fn of_two_racing_appenders_exactly_one_wins(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    for _ in 0..20 {
        let subject = new_story()?;
        let race = || log.append(vec![write(&subject, 0, new_events(&subject, 1))]);
        let (a, b) = tokio::join!(race(), race());
        let (won, lost) = match (a, b) {
            (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => (won, lost),
            (a, b) => return Err(Broken(format!("two racers got {a:?} and {b:?}"))),
        };
        expect_conflict(Err(lost), &subject, won[0])?;
        let stored = log.load(&subject, 0).await?.len();
        ensure!(stored == 1, "{stored} events of two racers were stored");
    }
    Ok(())
}

pub async fn many_writers_that_reload_on_conflict_lose_nothing(h: &dyn Harness) -> Outcome {
    const WRITERS: usize = 32;
    const EVENTS_EACH: usize = 5;
    let log = h.log().await;
    let subject = new_story()?;
    let writers = (0..WRITERS).map(|_| insist(log.clone(), subject.clone(), EVENTS_EACH));
    let written = within("all writers' success", join_all(writers)).await?;
    let mut answered = Vec::new();
    for seqs in written {
        answered.extend(seqs?);
    }
    answered.sort_unstable();
    let stored = seqs(&log.load(&subject, 0).await?);
    ensure!(
        stored == answered,
        "{} events were answered, {} are stored",
        answered.len(),
        stored.len()
    );
    ensure!(
        stored.len() == WRITERS * EVENTS_EACH,
        "{} of {} events are stored",
        stored.len(),
        WRITERS * EVENTS_EACH
    );
    Ok(())
}

/// Appends one event after the other, each until it is stored.
async fn insist(log: Arc<dyn EventLog>, subject: Subject, count: usize) -> Outcome<Vec<Seq>> {
    let mut answered = Vec::new();
    for event in new_events(&subject, count) {
        loop {
            let loaded = log.load(&subject, 0).await?;
            let expected = loaded.last().map_or(0, |event| event.seq);
            let append = log.append(vec![write(&subject, expected, vec![event.clone()])]);
            match append.await {
                Ok(seqs) => {
                    answered.extend(seqs);
                    break;
                }
                Err(LogError::Conflict { .. } | LogError::Unknown(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(answered)
}

pub async fn an_append_to_several_aggregates_is_stored_as_a_whole(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let (story, chat) = (new_story()?, new_subject(AggregateKind::Conversation)?);
    let writes = vec![
        write(&story, 0, new_events(&story, 2)),
        write(&chat, 0, new_events(&chat, 1)),
    ];
    let answered = log.append(writes).await?;
    ensure!(
        answered.len() == 3,
        "3 events were answered with {answered:?}"
    );
    let stored = [
        seqs(&log.load(&story, 0).await?),
        seqs(&log.load(&chat, 0).await?),
    ];
    ensure!(
        stored.concat() == answered,
        "{answered:?} were answered, {stored:?} stored"
    );
    Ok(())
}

pub async fn an_append_to_several_aggregates_is_refused_as_a_whole(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let (new, known) = (new_story()?, new_story()?);
    let last = log
        .append(vec![write(&known, 0, new_events(&known, 1))])
        .await?;
    for order in [[&new, &known], [&known, &new]] {
        let writes = order.map(|subject| write(subject, 0, new_events(subject, 2)));
        expect_conflict(log.append(writes.to_vec()).await, &known, last[0])?;
        let stored = log.load(&new, 0).await?.len();
        ensure!(stored == 0, "half of a refused append was stored");
    }
    Ok(())
}

pub async fn the_same_append_again_gives_the_same_answer(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let (story, chat) = (new_story()?, new_subject(AggregateKind::Conversation)?);
    let writes = vec![
        write(&story, 0, new_events(&story, 2)),
        write(&chat, 0, new_events(&chat, 2)),
    ];
    let first = log.append(writes.clone()).await?;
    let again = log.append(writes).await?;
    ensure!(
        first == again,
        "the first answer was {first:?}, the second {again:?}"
    );
    let stored = log.load(&story, 0).await?.len() + log.load(&chat, 0).await?.len();
    ensure!(stored == 4, "{stored} events are stored instead of 4");
    Ok(())
}

pub async fn the_same_append_gives_the_same_answer_after_other_events_and_a_restart(
    h: &dyn Harness,
) -> Outcome {
    let log = h.log().await;
    let subject = new_story()?;
    let writes = vec![write(&subject, 0, new_events(&subject, 2))];
    let first = log.append(writes.clone()).await?;
    let later = new_events(&subject, 3);
    log.append(vec![write(&subject, first[1], later)]).await?;
    append_stories(&*log, 5).await?;
    let again = log.append(writes.clone()).await?;
    ensure!(
        first == again,
        "the first answer was {first:?}, later {again:?}"
    );
    h.restart().await;
    let restarted = h.log().await.append(writes).await?;
    ensure!(
        first == restarted,
        "the first answer was {first:?}, after a restart {restarted:?}"
    );
    Ok(())
}

pub async fn the_same_append_at_the_same_time_is_stored_once(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let subject = new_story()?;
    let writes = vec![write(&subject, 0, new_events(&subject, 2))];
    let answers = join_all((0..8).map(|_| log.append(writes.clone()))).await;
    let stored = seqs(&log.load(&subject, 0).await?);
    ensure!(stored.len() == 2, "8 equal appends of 2 stored {stored:?}");
    for answer in answers {
        let answer = answer?;
        ensure!(
            answer == stored,
            "{stored:?} are stored, one caller was told {answer:?}"
        );
    }
    Ok(())
}

pub async fn the_beginning_of_a_longer_append_is_not_taken_for_it(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let subject = new_story()?;
    let events = new_events(&subject, 3);
    let stored = log
        .append(vec![write(&subject, 0, events[..2].to_vec())])
        .await?;
    let longer = log.append(vec![write(&subject, 0, events)]).await;
    expect_conflict(longer, &subject, stored[1])
}

pub async fn what_cannot_be_stored_is_rejected_with_the_reason(h: &dyn Harness) -> Outcome {
    const TOO_LARGE: usize = 16 * 1024 * 1024;
    let log = h.log().await;
    let subject = new_story()?;
    let mut large = new_events(&subject, 1);
    large[0].data = Bytes::from(vec![0; TOO_LARGE]);
    let twice = || write(&subject, 0, new_events(&subject, 1));
    let cases = [
        ("a payload of 16 MiB", vec![write(&subject, 0, large)]),
        ("a write without events", vec![write(&subject, 0, vec![])]),
        ("nothing", vec![]),
        ("one aggregate twice", vec![twice(), twice()]),
    ];
    for (case, writes) in cases {
        match log.append(writes).await {
            Err(LogError::Rejected(reason)) => {
                ensure!(!reason.is_empty(), "{case} is rejected without a reason");
            }
            other => return Err(Broken(format!("{case} was answered with {other:?}"))),
        }
    }
    let stored = log.load(&subject, 0).await?.len();
    ensure!(stored == 0, "{stored} rejected events were stored");
    Ok(())
}

fn expect_conflict(answer: Result<Vec<Seq>, LogError>, subject: &Subject, actual: Seq) -> Outcome {
    match answer {
        Err(LogError::Conflict {
            subject: named,
            actual: told,
        }) => {
            ensure!(
                named == *subject,
                "the conflict is on {subject}, not {named}"
            );
            ensure!(
                told == actual,
                "{subject} is at {actual}, the conflict says {told}"
            );
            Ok(())
        }
        other => Err(Broken(format!("expected a conflict, got {other:?}"))),
    }
}
