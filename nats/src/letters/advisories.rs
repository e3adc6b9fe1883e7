//! Letters for messages that the server or another program gave up. Groups of ours write their own letters and raise
//! no advisory; subscribers in other languages may have consumers with `max_deliver`, or terminate a message.
use super::Buried;
use crate::{
    limits::ADVISORY_ACK_WAIT,
    pull::Pull,
    shared::{Shared, pause, unavailable},
    topology::Stream,
};
use async_nats::{
    Message,
    jetstream::{
        self,
        consumer::{AckPolicy, pull},
    },
};
use errand_eventlog::port::Result;
use serde::Deserialize;
use std::sync::Arc;

pub(crate) const COLLECTOR: &str = "letters";

#[derive(Debug, Deserialize)]
struct Advisory {
    consumer: String,
    stream_seq: u64,
    #[serde(default)]
    deliveries: u32,
    reason: Option<String>,
    #[serde(rename = "type", default)]
    kind: String,
}

/// Runs until it is dropped. All processes share one durable consumer, so each advisory is handled by one of them.
pub(crate) async fn collect(shared: Arc<Shared>) {
    let mut failures = 0;
    loop {
        if let Err(error) = collect_some(&shared, &mut failures).await {
            tracing::debug!(%error, "collecting advisories goes on");
        }
        failures = (failures + 1).min(16);
        tokio::time::sleep(pause(failures)).await;
    }
}

async fn collect_some(shared: &Shared, failures: &mut u32) -> Result<()> {
    let config = pull::Config {
        durable_name: Some(COLLECTOR.into()),
        ack_policy: AckPolicy::Explicit,
        ack_wait: ADVISORY_ACK_WAIT,
        ..pull::Config::default()
    };
    let stream = shared.stream(Stream::Advisories).await?;
    stream.create_consumer(config).await.map_err(unavailable)?;
    let api = shared.subjects.pull(Stream::Advisories, COLLECTOR);
    let mut pull = Pull::open(&shared.client, api, 1).await?;
    loop {
        let message = jetstream::Message {
            message: pull.next().await?,
            context: shared.js.clone(),
        };
        match serde_json::from_slice(&message.payload) {
            Ok(advisory) => bury(shared, advisory).await?,
            Err(error) => tracing::warn!(%error, "an advisory of the server is unreadable"),
        }
        message.double_ack().await.map_err(unavailable)?;
        *failures = 0;
    }
}

async fn bury(shared: &Shared, advisory: Advisory) -> Result<()> {
    let seq = advisory.stream_seq;
    let Some(found) = shared.at(Stream::Events, seq).await? else {
        return Ok(());
    };
    let (deliveries, kind) = (advisory.deliveries, &advisory.kind);
    let given_up = if kind.ends_with("terminated") {
        format!("terminated by its consumer after {deliveries} deliveries")
    } else {
        format!("given up by the server after {deliveries} deliveries")
    };
    let reason = match advisory.reason {
        Some(reason) => format!("{given_up}: {reason}"),
        None => given_up,
    };
    let buried = Buried {
        group: &advisory.consumer,
        origin: (Stream::Events, seq),
        reason: &reason,
        attempts: deliveries,
    };
    let message = Message {
        subject: found.subject,
        reply: None,
        payload: found.payload,
        headers: Some(found.headers),
        status: None,
        description: None,
        length: 0,
    };
    shared.bury(buried, &message).await
}
