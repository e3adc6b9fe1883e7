//! Reading the whole log in order.
use super::{Broken, Harness, Outcome, ensure, sample::*, within};
use crate::{EventLog, Filter, StartAt};
use errand_proto::{AggregateKind, Event};
use futures::{StreamExt, future::join_all};

const FROM_THE_BEGINNING: StartAt = StartAt::After(0);

pub async fn a_reader_sees_every_event_once_in_the_order_of_appending(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let answered = append_many(&*log, 50).await?;
    for restarted in [false, true] {
        if restarted {
            h.restart().await;
        }
        let log = h.log().await;
        let mut pages = log.read(Filter::all(), FROM_THE_BEGINNING, false).await?;
        let read = read_events(&mut pages, usize::MAX).await?;
        ensure!(
            seqs(&read) == answered,
            "{} events were appended, {} read (restarted: {restarted})",
            answered.len(),
            read.len()
        );
    }
    Ok(())
}

/// Appends so many times 50 events, alternating between aggregates.
async fn append_many(log: &dyn EventLog, times: usize) -> Outcome<Vec<u64>> {
    let mut answered = Vec::new();
    for _ in 0..times {
        let (story, chat) = (new_story()?, new_subject(AggregateKind::Conversation)?);
        let writes = vec![
            write(&story, 0, new_events(&story, 25)),
            write(&chat, 0, new_events(&chat, 25)),
        ];
        answered.extend(log.append(writes).await?);
    }
    Ok(answered)
}

pub async fn a_reader_that_does_not_follow_ends_at_the_head(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let mut pages = log.read(Filter::all(), FROM_THE_BEGINNING, false).await?;
    let page = within("the end of an empty log", pages.next()).await?;
    ensure!(page.is_none(), "an empty log has the page {page:?}");
    append_stories(&*log, 3).await?;
    let head = log.head().await?.seq;
    let mut pages = log.read(Filter::all(), FROM_THE_BEGINNING, false).await?;
    append_stories(&*log, 3).await?;
    let mut through = 0;
    while let Some(page) = within("the end", pages.next()).await? {
        through = page?.through;
    }
    ensure!(
        through == head,
        "the head was {head}, the reader ended at {through}"
    );
    Ok(())
}

pub async fn a_reader_begins_after_a_position(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let answered = append_stories(&*log, 6).await?;
    let from = StartAt::After(answered[2]);
    let mut pages = log.read(Filter::all(), from, false).await?;
    let read = seqs(&read_events(&mut pages, usize::MAX).await?);
    ensure!(read == answered[3..], "after {} came {read:?}", answered[2]);
    Ok(())
}

pub async fn a_reader_begins_at_a_time(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let early = append_stories(&*log, 3).await?;
    // Far enough from both that two clocks agree about it.
    tokio::time::sleep(SHORT).await;
    let between = now_us() - i64::try_from(SHORT.as_micros()).unwrap_or(0) / 2;
    let late = append_stories(&*log, 3).await?;
    for (time, expected) in [
        (0, [early.clone(), late.clone()].concat()),
        (between, late),
        (now_us() + 3_600_000_000, vec![]),
    ] {
        let from = StartAt::Time(time);
        let mut pages = log.read(Filter::all(), from, false).await?;
        let read = seqs(&read_events(&mut pages, usize::MAX).await?);
        ensure!(
            read == expected,
            "from {time} came {read:?} instead of {expected:?}"
        );
    }
    Ok(())
}

pub async fn a_follower_sees_what_comes_later(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let before = append_stories(&*log, 2).await?;
    let mut pages = log.read(Filter::all(), FROM_THE_BEGINNING, true).await?;
    let read = seqs(&read_events(&mut pages, 2).await?);
    ensure!(read == before, "the reader saw {read:?}, not {before:?}");
    for _ in 0..5 {
        let later = append_stories(&*log, 1).await?;
        let read = seqs(&read_events(&mut pages, 1).await?);
        ensure!(read == later, "the follower saw {read:?}, not {later:?}");
    }
    Ok(())
}

pub async fn a_follower_sees_concurrent_appends_in_one_order(h: &dyn Harness) -> Outcome {
    const WRITERS: usize = 8;
    const EACH: usize = 40;
    let log = h.log().await;
    let mut pages = log.read(Filter::all(), FROM_THE_BEGINNING, true).await?;
    let writers = join_all((0..WRITERS).map(|_| append_stories(&*log, EACH)));
    let (read, written) = tokio::join!(read_events(&mut pages, WRITERS * EACH), writers);
    let mut answered = Vec::new();
    for seqs in written {
        answered.extend(seqs?);
    }
    answered.sort_unstable();
    let read = seqs(&read?);
    ensure!(
        read == answered,
        "{} events were answered, the follower saw {} or in another order",
        answered.len(),
        read.len()
    );
    Ok(())
}

pub async fn a_filter_by_kind_or_type_lets_the_rest_pass_and_tells_how_far_it_came(
    h: &dyn Harness,
) -> Outcome {
    let log = h.log().await;
    append_many(&*log, 4).await?;
    append_stories(&*log, 1).await?;
    let head = log.head().await?.seq;
    let kind = Filter::kinds(&[AggregateKind::Conversation]);
    let event_type = Filter::types(&["errand.v1.UserMessagePosted"]);
    for restarted in [false, true] {
        if restarted {
            h.restart().await;
        }
        for filter in [&kind, &event_type] {
            let log = h.log().await;
            let mut pages = log.read(filter.clone(), FROM_THE_BEGINNING, false).await?;
            let (mut found, mut through) = (0, 0);
            while let Some(page) = within("the end", pages.next()).await? {
                let page = page?;
                through = page.through;
                for event in page.events {
                    found += 1;
                    let decoded = event.decode().map_err(|e| Broken(e.to_string()))?;
                    ensure!(
                        matches!(decoded, Event::Conversation(_)),
                        "{filter:?} let {} through",
                        decoded.name()
                    );
                }
            }
            ensure!(found == 100, "{filter:?} found {found} of 100 events");
            ensure!(
                through == head,
                "{filter:?} came to {through}, the head is {head}"
            );
        }
    }
    Ok(())
}

pub async fn a_reader_that_stands_still_holds_nobody_up(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let mut still = log.read(Filter::all(), FROM_THE_BEGINNING, true).await?;
    let first = append_stories(&*log, 1).await?;
    let read = seqs(&read_events(&mut still, 1).await?);
    ensure!(read == first, "the reader saw {read:?}, not {first:?}");
    let rest = within("appending beside it", append_many(&*log, 60)).await??;
    let mut other = log.read(Filter::all(), FROM_THE_BEGINNING, false).await?;
    let seen = read_events(&mut other, usize::MAX).await?.len();
    ensure!(seen == 3001, "another reader saw {seen} of 3001 events");
    let caught_up = seqs(&read_events(&mut still, rest.len()).await?);
    ensure!(
        caught_up == rest,
        "a reader that paused saw {} of {} events afterwards",
        caught_up.len(),
        rest.len()
    );
    Ok(())
}

pub async fn a_log_keeps_its_identity_over_a_restart(h: &dyn Harness) -> Outcome {
    let before = h.log().await.head().await?;
    append_stories(&*h.log().await, 2).await?;
    h.restart().await;
    let after = h.log().await.head().await?;
    ensure!(
        before.log_id == after.log_id,
        "the log's identity changed over a restart"
    );
    Ok(())
}
