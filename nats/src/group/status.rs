//! How far the groups are.
use crate::{
    shared::{Shared, unavailable},
    topology::{GROUP_MARK, Stream},
};
use async_nats::jetstream::consumer::Info;
use errand_eventlog::{GroupStatus, Seq, port::Result};
use futures::TryStreamExt;
use std::collections::HashMap;

/// Every group with its lag; `head` was the head before this was asked.
pub(crate) async fn status(shared: &Shared, head: Seq) -> Result<Vec<GroupStatus>> {
    let redriven: HashMap<String, u64> = consumers(shared, Stream::Redriven)
        .await?
        .into_iter()
        .map(|info| {
            (
                info.name.clone(),
                info.num_pending + info.num_ack_pending as u64,
            )
        })
        .collect();
    let mut groups: Vec<GroupStatus> = consumers(shared, Stream::Events)
        .await?
        .into_iter()
        .map(|info| one(info, head, &redriven))
        .collect();
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(groups)
}

/// Whether somebody takes back what this group gave up: for a group of ours always, for another program's
/// subscriber when it has a consumer for it.
pub(crate) async fn takes_redriven(shared: &Shared, group: &str) -> Result<bool> {
    let all = every_consumer(shared, Stream::Redriven).await?;
    Ok(all.iter().any(|info| info.name == group))
}

async fn consumers(shared: &Shared, stream: Stream) -> Result<Vec<Info>> {
    let mut all = every_consumer(shared, stream).await?;
    all.retain(|info| info.config.metadata.contains_key(GROUP_MARK));
    Ok(all)
}

async fn every_consumer(shared: &Shared, stream: Stream) -> Result<Vec<Info>> {
    let handle = shared.stream(stream).await?;
    let all = handle.consumers().try_collect().await;
    all.map_err(unavailable)
}

fn one(info: Info, head: Seq, redriven: &HashMap<String, u64>) -> GroupStatus {
    let idle = info.num_pending == 0 && info.num_ack_pending == 0;
    // The floor stands at the last wanted event; an idle group has also come past what it does not want.
    let acked_through = if idle {
        head
    } else {
        info.ack_floor.stream_sequence
    };
    GroupStatus {
        outstanding: info.num_ack_pending as u64 + redriven.get(&info.name).unwrap_or(&0),
        name: info.name,
        acked_through,
        head,
    }
}
