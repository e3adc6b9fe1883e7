//! Durable groups of competing readers.
use super::{Broken, Harness, Outcome, ensure, sample::*, within};
use crate::{EventLog, Filter, Group, GroupStatus, Seq};
use errand_proto::AggregateKind;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

pub async fn a_new_group_gets_every_event_from_the_beginning(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let mut answered = append_stories(&*log, 20).await?;
    let mut reader = log.work(group("everything")).await?;
    let mut seen = BTreeSet::new();
    for _ in 0..20 {
        let delivery = next(&mut reader).await?;
        ensure!(delivery.attempt() == 1, "a first delivery is no attempt 1");
        seen.insert(delivery.event().seq);
        delivery.ack().await?;
    }
    answered.extend(append_stories(&*log, 5).await?);
    for _ in 0..5 {
        let delivery = next(&mut reader).await?;
        seen.insert(delivery.event().seq);
        delivery.ack().await?;
    }
    let missed: Vec<_> = answered.iter().filter(|s| !seen.contains(s)).collect();
    ensure!(missed.is_empty(), "never delivered: {missed:?}");
    Ok(())
}

pub async fn what_was_acknowledged_does_not_come_again_after_a_restart(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let answered = append_stories(&*log, 10).await?;
    let mut reader = log.work(group("durable")).await?;
    let mut kept = Vec::new();
    for _ in 0..10 {
        let delivery = next(&mut reader).await?;
        // The second one stays unanswered, so that acknowledgements after a gap are tried too.
        if delivery.event().seq == answered[1] {
            kept.push(delivery);
        } else {
            delivery.ack().await?;
        }
    }
    caught_up(&*log, "durable", answered[1] - 1, 1).await?;
    drop((reader, kept));
    h.restart().await;
    let log = h.log().await;
    let later = append_stories(&*log, 1).await?;
    let mut reader = log.work(shorter("durable")).await?;
    let mut seen = BTreeSet::new();
    while seen.len() < 2 {
        let delivery = next(&mut reader).await?;
        seen.insert(delivery.event().seq);
        delivery.ack().await?;
    }
    let expected = BTreeSet::from([answered[1], later[0]]);
    ensure!(
        seen == expected,
        "after the restart came {seen:?} instead of {expected:?}"
    );
    Ok(())
}

pub async fn what_was_not_acknowledged_comes_again_after_a_restart(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let answered = append_stories(&*log, 3).await?;
    let mut reader = log.work(shorter("crash")).await?;
    for _ in 0..3 {
        drop(next(&mut reader).await?);
    }
    drop(reader);
    h.restart().await;
    let mut reader = h.log().await.work(shorter("crash")).await?;
    let mut seen = BTreeSet::new();
    while seen.len() < 3 {
        let delivery = next(&mut reader).await?;
        seen.insert(delivery.event().seq);
        delivery.ack().await?;
    }
    ensure!(
        seen.iter().copied().eq(answered),
        "only {seen:?} came again"
    );
    Ok(())
}

pub async fn an_unanswered_delivery_goes_to_another_reader_after_its_time(
    h: &dyn Harness,
) -> Outcome {
    let log = h.log().await;
    append_stories(&*log, 1).await?;
    let mut first = log.work(shorter("lost")).await?;
    let mut second = log.work(shorter("lost")).await?;
    let delivery = next(&mut first).await?;
    let since = Instant::now();
    drop(delivery);
    let again = next(&mut second).await?;
    let waited = since.elapsed();
    ensure!(
        waited + TIMER_SLACK >= SHORT,
        "it came again after {waited:?}, before its {SHORT:?} were over"
    );
    ensure!(
        again.attempt() == 2,
        "the second delivery is attempt {}",
        again.attempt()
    );
    again.ack().await?;
    Ok(())
}

pub async fn a_report_of_progress_extends_the_time(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    append_stories(&*log, 1).await?;
    let long = Group {
        ack_wait: EXTENDED,
        ..group("long")
    };
    let mut reader = log.work(long).await?;
    let delivery = next(&mut reader).await?;
    for _ in 0..EXTENSIONS {
        let other = comes_within(&mut reader, EXTEND_EVERY).await?;
        ensure!(
            other.is_none(),
            "it was delivered again in spite of progress"
        );
        delivery.progress().await?;
    }
    delivery.ack().await?;
    let other = comes_within(&mut reader, EXTENDED + SHORT).await?;
    ensure!(other.is_none(), "it came again after it was acknowledged");
    Ok(())
}

pub async fn competing_readers_share_the_work(h: &dyn Harness) -> Outcome {
    const EVENTS: usize = 60;
    let log = h.log().await;
    let mut readers = Vec::new();
    for _ in 0..3 {
        readers.push(log.work(group("shared")).await?);
    }
    append_stories(&*log, EVENTS).await?;
    let mut times: BTreeMap<Seq, usize> = BTreeMap::new();
    for turn in 0..EVENTS {
        let delivery = next(&mut readers[turn % 3]).await?;
        *times.entry(delivery.event().seq).or_default() += 1;
        delivery.ack().await?;
    }
    ensure!(
        times.len() == EVENTS,
        "{} of {EVENTS} events came",
        times.len()
    );
    let twice: Vec<_> = times.iter().filter(|(_, times)| **times > 1).collect();
    ensure!(twice.is_empty(), "delivered more than once: {twice:?}");
    Ok(())
}

pub async fn no_more_than_the_limit_is_under_way_over_all_readers(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    append_stories(&*log, 6).await?;
    let bounded = Group {
        max_in_flight: 3,
        ..group("bounded")
    };
    let mut first = log.work(bounded.clone()).await?;
    let mut second = log.work(bounded).await?;
    let under_way = [
        next(&mut first).await?,
        next(&mut second).await?,
        next(&mut first).await?,
    ];
    for reader in [&mut first, &mut second] {
        let fourth = comes_within(reader, SHORT / 2).await?;
        ensure!(fourth.is_none(), "a fourth delivery came while 3 may be");
    }
    for delivery in under_way {
        delivery.ack().await?;
        next(&mut second).await?.ack().await?;
    }
    Ok(())
}

pub async fn a_slow_group_does_not_hold_up_another(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let slow = Group {
        max_in_flight: 1,
        ..group("slow")
    };
    let mut slow = log.work(slow).await?;
    let mut dead = log.work(group("dead")).await?;
    append_stories(&*log, 1).await?;
    let stuck = next(&mut slow).await?;
    drop(next(&mut dead).await?);
    let mut quick = log.work(group("quick")).await?;
    let appending = append_stories(&*log, 200);
    within("appending beside a stuck group", appending).await??;
    for _ in 0..201 {
        next(&mut quick).await?.ack().await?;
    }
    stuck.ack().await?;
    Ok(())
}

pub async fn a_group_gets_only_what_its_filter_wants(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    append_stories(&*log, 3).await?;
    let chat = new_subject(AggregateKind::Conversation)?;
    let wanted = log
        .append(vec![write(&chat, 0, new_events(&chat, 2))])
        .await?;
    append_stories(&*log, 3).await?;
    let kind = Group {
        filter: Filter::kinds(&[AggregateKind::Conversation]),
        ..group("kind")
    };
    let event_type = Group {
        filter: Filter::types(&["errand.v1.UserMessagePosted"]),
        ..group("type")
    };
    for wants in [kind, event_type] {
        let mut reader = log.work(wants.clone()).await?;
        for seq in &wanted {
            let delivery = next(&mut reader).await?;
            let came = delivery.event().seq;
            ensure!(came == *seq, "{} got {came} instead of {seq}", wants.name);
            delivery.ack().await?;
        }
        let other = comes_within(&mut reader, SHORT / 4).await?;
        ensure!(other.is_none(), "{} got more than it wanted", wants.name);
    }
    Ok(())
}

pub async fn a_group_tells_how_far_it_is(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let answered = append_stories(&*log, 4).await?;
    let mut reader = log.work(group("told")).await?;
    next(&mut reader).await?.ack().await?;
    let held = next(&mut reader).await?;
    caught_up(&*log, "told", answered[0], 1).await?;
    held.ack().await?;
    next(&mut reader).await?.ack().await?;
    next(&mut reader).await?.ack().await?;
    caught_up(&*log, "told", answered[3], 0).await?;
    h.restart().await;
    let log = h.log().await;
    caught_up(&*log, "told", answered[3], 0).await?;
    let status = status(&*log, "told").await?;
    ensure!(
        status.head == answered[3],
        "the head is {}, the status says {}",
        answered[3],
        status.head
    );
    Ok(())
}

pub async fn a_late_acknowledgement_still_counts(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    append_stories(&*log, 1).await?;
    let mut reader = log.work(shorter("late")).await?;
    let late = next(&mut reader).await?;
    let again = next(&mut reader).await?;
    ensure!(
        late.progress().await.is_err(),
        "progress was taken from a delivery that is with another reader"
    );
    late.ack().await?;
    drop(again);
    let third = comes_within(&mut reader, SHORT * 2).await?;
    ensure!(third.is_none(), "it came again though it was acknowledged");
    Ok(())
}

/// Like [`group`], with an `ack_wait` that a test can wait for.
pub(super) fn shorter(name: &'static str) -> Group {
    Group {
        ack_wait: SHORT,
        ..group(name)
    }
}

async fn status(log: &dyn EventLog, name: &str) -> Outcome<GroupStatus> {
    let groups = log.groups().await?;
    let found = groups.into_iter().find(|group| group.name == name);
    found.ok_or_else(|| Broken(format!("there is no group {name}")))
}

/// Waits until the group says that it has come so far.
async fn caught_up(log: &dyn EventLog, name: &str, through: Seq, outstanding: u64) -> Outcome {
    let reached = async {
        loop {
            let status = status(log, name).await?;
            if (status.acked_through, status.outstanding) == (through, outstanding) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let what = format!("group {name} being through {through} with {outstanding} outstanding");
    within(&what, reached).await?
}
