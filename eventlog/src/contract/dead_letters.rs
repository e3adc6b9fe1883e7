//! What was given up, and what a person can do about it.
use super::{Harness, Outcome, ensure, retries::only_letter, sample::*, within};
use crate::{DeadLetters, LetterQuery, Seq};
use std::collections::BTreeMap;

/// Appends one event, has a group give it up, and gives its sequence.
async fn bury(h: &dyn Harness, group_name: &'static str, reason: &str) -> Outcome<Seq> {
    let log = h.log().await;
    let seq = append_stories(&*log, 1).await?[0];
    let mut reader = log.work(group(group_name)).await?;
    loop {
        let delivery = next(&mut reader).await?;
        if delivery.event().seq == seq {
            delivery.dead(reason).await?;
            return Ok(seq);
        }
        delivery.ack().await?;
    }
}

pub async fn a_letter_holds_the_whole_message_with_reason_and_attempts(h: &dyn Harness) -> Outcome {
    let seq = bury(h, "giving-up", "no such issue").await?;
    let letters = h.dead_letters().await;
    let letter = only_letter(&*letters).await?;
    let told = (letter.group.as_str(), letter.reason.as_str());
    ensure!(
        told == ("giving-up", "no such issue"),
        "the letter tells {told:?}"
    );
    ensure!(
        letter.attempts == 1,
        "one attempt is told as {}",
        letter.attempts
    );
    let age_us = now_us() - letter.at_us;
    ensure!(
        (-60_000_000..60_000_000).contains(&age_us),
        "the letter is {age_us} µs old"
    );
    let stored = h.log().await.load(&letter.event.subject, 0).await?;
    ensure!(
        letter.event.seq == seq && stored.contains(&letter.event),
        "the letter's event is not the one that was given up"
    );
    let got = letters.get(letter.id).await?;
    ensure!(
        got.is_some_and(|got| got.event == letter.event),
        "the letter cannot be got by its id"
    );
    Ok(())
}

pub async fn letters_are_listed_newest_first_and_survive_a_restart(h: &dyn Harness) -> Outcome {
    let mut buried = Vec::new();
    for reason in ["first", "second", "third"] {
        buried.push(bury(h, "listed", reason).await?);
    }
    buried.reverse();
    for restarted in [false, true] {
        if restarted {
            h.restart().await;
        }
        let letters = h.dead_letters().await;
        let listed = wait_for(&*letters, 3).await?;
        ensure!(
            listed == buried,
            "listed are {listed:?} instead of {buried:?} (restarted: {restarted})"
        );
        let two = letters.list(2).await?.len();
        ensure!(two == 2, "{two} letters were listed when 2 were asked for");
    }
    Ok(())
}

pub async fn letters_are_found_by_group_page_by_page_and_counted(h: &dyn Harness) -> Outcome {
    let letters = h.dead_letters().await;
    let none = letters.counts().await?;
    ensure!(none.is_empty(), "an empty box is counted as {none:?}");
    let mut buried = Vec::new();
    for name in ["one", "other", "one", "other", "one"] {
        let seq = bury(h, name, "no").await?;
        if name == "one" {
            buried.insert(0, seq);
        }
    }
    wait_for(&*letters, 5).await?;
    let mut query = LetterQuery {
        group: Some("one".into()),
        before: None,
        limit: 2,
    };
    let mut found = Vec::new();
    for expected in [2, 1, 0] {
        let page = letters.find(&query).await?;
        ensure!(
            page.len() == expected,
            "{} letters are on a page, not {expected}",
            page.len()
        );
        query.before = page.last().map(|letter| letter.id);
        found.extend(page.iter().map(|letter| letter.event.seq));
    }
    ensure!(found == buried, "found are {found:?}, not {buried:?}");
    let counts = letters.counts().await?;
    let expected = BTreeMap::from([("one".to_owned(), 3), ("other".to_owned(), 2)]);
    ensure!(counts == expected, "counted are {counts:?}");
    query.group = Some("no such. group".into());
    query.before = None;
    let strange = letters.find(&query).await?.len();
    ensure!(strange == 0, "{strange} letters of an impossible group");
    Ok(())
}

async fn wait_for(letters: &dyn DeadLetters, count: usize) -> Outcome<Vec<Seq>> {
    let listed = async {
        loop {
            let all = letters.list(100).await?;
            if all.len() >= count {
                return Ok(all.iter().map(|letter| letter.event.seq).collect());
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    within("the letters' arrival", listed).await?
}

pub async fn a_redriven_letter_comes_again_as_a_first_attempt(h: &dyn Harness) -> Outcome {
    let seq = bury(h, "redriven", "fixed since").await?;
    let letters = h.dead_letters().await;
    let id = only_letter(&*letters).await?.id;
    let mut reader = h.log().await.work(group("redriven")).await?;
    ensure!(letters.redrive(id).await?, "the letter was not found");
    let again = next(&mut reader).await?;
    let came = (again.event().seq, again.attempt());
    ensure!(
        came == (seq, 1),
        "{came:?} came instead of event {seq}, attempt 1"
    );
    again.ack().await?;
    let left = letters.list(10).await?.len();
    ensure!(left == 0, "the redriven letter is still in the box");
    let more = comes_within(&mut reader, SHORT / 2).await?;
    ensure!(more.is_none(), "it came twice");
    Ok(())
}

pub async fn a_redriven_letter_comes_again_after_a_restart(h: &dyn Harness) -> Outcome {
    let seq = bury(h, "redriven-late", "fixed since").await?;
    let letters = h.dead_letters().await;
    let id = only_letter(&*letters).await?.id;
    ensure!(letters.redrive(id).await?, "the letter was not found");
    h.restart().await;
    let mut reader = h.log().await.work(group("redriven-late")).await?;
    let again = next(&mut reader).await?;
    ensure!(
        again.event().seq == seq,
        "{} came instead of {seq}",
        again.event().seq
    );
    again.ack().await?;
    Ok(())
}

pub async fn a_discarded_letter_is_forgotten_but_its_event_is_not(h: &dyn Harness) -> Outcome {
    bury(h, "discarded", "never mind").await?;
    let letters = h.dead_letters().await;
    let letter = only_letter(&*letters).await?;
    ensure!(letters.discard(letter.id).await?, "it was not found");
    let left = letters.list(10).await?.len();
    ensure!(left == 0, "the discarded letter is still in the box");
    let stored = h.log().await.load(&letter.event.subject, 0).await?;
    ensure!(stored.len() == 1, "the event left the log with its letter");
    let mut reader = h.log().await.work(group("discarded")).await?;
    let again = comes_within(&mut reader, SHORT / 2).await?;
    ensure!(again.is_none(), "a discarded letter was delivered again");
    Ok(())
}

pub async fn an_unknown_letter_is_said_to_be_unknown(h: &dyn Harness) -> Outcome {
    let letters = h.dead_letters().await;
    let got = letters.get(4711).await?;
    let done = (letters.redrive(4711).await?, letters.discard(4711).await?);
    ensure!(
        got.is_none() && done == (false, false),
        "letter 4711 does not exist, but the answers are {got:?} and {done:?}"
    );
    Ok(())
}
