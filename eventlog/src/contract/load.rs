//! One aggregate's events.
use super::{Harness, Outcome, ensure, sample::*};

pub async fn an_aggregate_is_loaded_alone_and_in_order(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let (ours, other) = (new_story()?, new_story()?);
    let mut answered = Vec::new();
    let (mut last, mut last_other) = (0, 0);
    for _ in 0..10 {
        let stored = log
            .append(vec![write(&ours, last, new_events(&ours, 2))])
            .await?;
        last = stored[1];
        answered.extend(stored);
        let events = new_events(&other, 1);
        last_other = log.append(vec![write(&other, last_other, events)]).await?[0];
    }
    let loaded = log.load(&ours, 0).await?;
    ensure!(
        seqs(&loaded) == answered,
        "{answered:?} were appended, {:?} loaded",
        seqs(&loaded)
    );
    ensure!(
        loaded.iter().all(|event| event.subject == ours),
        "a stranger's event was loaded"
    );
    Ok(())
}

pub async fn an_aggregate_is_loaded_after_a_position(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let subject = new_story()?;
    let answered = log
        .append(vec![write(&subject, 0, new_events(&subject, 5))])
        .await?;
    append_stories(&*log, 2).await?;
    for (index, after) in answered.iter().enumerate() {
        let loaded = seqs(&log.load(&subject, *after).await?);
        let expected = &answered[index + 1..];
        ensure!(
            loaded == expected,
            "after {after} came {loaded:?} instead of {expected:?}"
        );
    }
    let head = log.head().await?.seq;
    let none = log.load(&subject, head).await?.len();
    ensure!(none == 0, "{none} events were loaded from after the head");
    Ok(())
}

pub async fn an_unknown_aggregate_is_empty(h: &dyn Harness) -> Outcome {
    let log = h.log().await;
    let subject = new_story()?;
    let before = log.load(&subject, 0).await?.len();
    append_stories(&*log, 2).await?;
    let after = log.load(&subject, 0).await?.len();
    ensure!(
        (before, after) == (0, 0),
        "an unknown aggregate has {before} and then {after} events"
    );
    Ok(())
}

pub async fn a_long_aggregate_is_loaded_whole_before_and_after_a_restart(
    h: &dyn Harness,
) -> Outcome {
    let log = h.log().await;
    let subject = new_story()?;
    let mut answered = Vec::new();
    for _ in 0..30 {
        let last = answered.last().copied().unwrap_or(0);
        let events = new_events(&subject, 50);
        answered.extend(log.append(vec![write(&subject, last, events)]).await?);
    }
    let loaded = seqs(&log.load(&subject, 0).await?);
    ensure!(
        loaded == answered,
        "{} of 1500 events were loaded",
        loaded.len()
    );
    h.restart().await;
    let log = h.log().await;
    let loaded = seqs(&log.load(&subject, 0).await?);
    ensure!(
        loaded == answered,
        "{} of 1500 events were loaded after a restart",
        loaded.len()
    );
    let last = answered[1499];
    let next = log
        .append(vec![write(&subject, last, new_events(&subject, 1))])
        .await?;
    let loaded = seqs(&log.load(&subject, answered[1497]).await?);
    ensure!(
        loaded == [answered[1498], last, next[0]],
        "old and new events did not come together: {loaded:?}"
    );
    Ok(())
}
