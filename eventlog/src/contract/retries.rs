//! What failed is tried again, a bounded number of times.
use super::{Harness, Outcome, ensure, sample::*, within, work::shorter};
use crate::{DeadLetter, DeadLetters, Group};
use std::time::{Duration, Instant};

pub async fn a_retry_comes_after_its_delay_with_the_next_attempt(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    append_stories(&*log, 1).await?;
    let mut reader = log.work(group("retry")).await?;
    let mut since = None;
    for attempt in 1..=3 {
        let delivery = next(&mut reader).await?;
        ensure!(
            delivery.attempt() == attempt,
            "delivery {attempt} is attempt {}",
            delivery.attempt()
        );
        if let Some(since) = since {
            let waited = Instant::elapsed(&since);
            ensure!(
                waited + TIMER_SLACK >= SHORT,
                "it came again after {waited:?} instead of {SHORT:?}"
            );
        }
        since = Some(Instant::now());
        delivery.retry(SHORT, "not yet").await?;
    }
    next(&mut reader).await?.ack().await?;
    let more = comes_within(&mut reader, SHORT).await?;
    ensure!(more.is_none(), "it came again after it was acknowledged");
    Ok(())
}

pub async fn others_go_on_while_one_waits_for_its_retry(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let answered = append_stories(&*log, 4).await?;
    let mut reader = log.work(group("waiting")).await?;
    let failing = next(&mut reader).await?;
    let seq = failing.event().seq;
    failing.retry(LONG, "the vendor is down").await?;
    for _ in 1..answered.len() {
        let delivery = next(&mut reader).await?;
        ensure!(
            delivery.event().seq != seq,
            "it came again before its delay was over"
        );
        delivery.ack().await?;
    }
    Ok(())
}

pub async fn a_retry_survives_a_restart_with_its_attempts(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    append_stories(&*log, 2).await?;
    let mut reader = log.work(group("kept")).await?;
    let failing = next(&mut reader).await?;
    let seq = failing.event().seq;
    failing.retry(SHORT, "not yet").await?;
    next(&mut reader).await?.ack().await?;
    drop(reader);
    h.restart().await;
    let mut reader = h.log().await.work(group("kept")).await?;
    let again = next(&mut reader).await?;
    let came = (again.event().seq, again.attempt());
    ensure!(
        came == (seq, 2),
        "{came:?} came instead of event {seq}, attempt 2"
    );
    again.ack().await?;
    Ok(())
}

pub async fn a_message_that_fails_too_often_becomes_a_dead_letter(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    append_stories(&*log, 1).await?;
    let twice = Group {
        max_deliver: 2,
        ..group("failing")
    };
    let mut reader = log.work(twice).await?;
    for _ in 0..2 {
        let delivery = next(&mut reader).await?;
        delivery.retry(Duration::ZERO, "the vendor said no").await?;
    }
    let letter = only_letter(&*h.dead_letters().await).await?;
    ensure!(
        letter.attempts == 2,
        "the letter tells of {} attempts instead of 2",
        letter.attempts
    );
    ensure!(
        letter.reason.contains("the vendor said no"),
        "the letter's reason is {:?}",
        letter.reason
    );
    let third = comes_within(&mut reader, SHORT / 2).await?;
    ensure!(third.is_none(), "a dead letter was delivered again");
    Ok(())
}

pub async fn a_message_that_is_never_answered_becomes_a_dead_letter(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    append_stories(&*log, 1).await?;
    let twice = Group {
        max_deliver: 2,
        ..shorter("silent")
    };
    let mut reader = log.work(twice).await?;
    for _ in 0..2 {
        drop(next(&mut reader).await?);
    }
    let third = comes_within(&mut reader, SHORT * 2).await?;
    ensure!(third.is_none(), "it was delivered more often than allowed");
    let letter = only_letter(&*h.dead_letters().await).await?;
    ensure!(
        letter.attempts == 2 && !letter.reason.is_empty(),
        "the letter tells of {} attempts and the reason {:?}",
        letter.attempts,
        letter.reason
    );
    Ok(())
}

/// Waits for the one letter in the box.
pub(super) async fn only_letter(letters: &dyn DeadLetters) -> Outcome<DeadLetter> {
    let found = async {
        loop {
            let mut all = letters.list(10).await?;
            ensure!(all.len() <= 1, "{} letters are there, not one", all.len());
            if let Some(letter) = all.pop() {
                return Ok(letter);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    within("a dead letter", found).await?
}
