//! The consumers of a group.
use crate::{
    limits::MAX_WAITING_PULLS,
    shared::{Shared, unavailable},
    subjects::is_token,
    topology::{GROUP_MARK, Stream},
};
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use errand_eventlog::{Filter, Group, LogError, port::Result};
use errand_proto::{AggregateKind, catalogue};
use std::collections::{BTreeSet, HashMap};

const MAX_GROUP_CHARS: usize = 64;

/// Makes both as the group asks; what they have delivered and acknowledged stays.
pub(super) async fn ensure(shared: &Shared, group: &Group) -> Result<()> {
    if !is_token(group.name, MAX_GROUP_CHARS) {
        return Err(LogError::Rejected(format!(
            "the group name {:?} may only hold letters, digits, '-' and '_', 1 to {MAX_GROUP_CHARS} of them",
            group.name
        )));
    }
    let wanted = match kinds(&group.filter) {
        None => Vec::new(),
        Some(kinds) => kinds
            .into_iter()
            .map(|kind| shared.subjects.kind(kind))
            .collect(),
    };
    create(shared, Stream::Events, config(group, wanted)).await?;
    let redriven = vec![shared.subjects.redriven_to(group.name)];
    create(shared, Stream::Redriven, config(group, redriven)).await
}

async fn create(shared: &Shared, stream: Stream, config: pull::Config) -> Result<()> {
    let handle = shared.stream(stream).await?;
    let name = config.durable_name.clone().unwrap_or_default();
    let api = shared
        .subjects
        .consumer_api("CONSUMER.CREATE", stream, &name);
    let created = shared.permitted(&api, handle.create_consumer(config));
    created.await?.map(|_| ()).map_err(|error| {
        unavailable(format!(
            "the consumer of group {name} cannot be made or changed: {error}"
        ))
    })
}

fn config(group: &Group, filter_subjects: Vec<String>) -> pull::Config {
    pull::Config {
        durable_name: Some(group.name.into()),
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        // No `backoff`: it would replace this.
        ack_wait: group.ack_wait,
        // No `max_deliver`: a message that the server gave up would fall out of the group, and the advisory that
        // says so can be lost. Readers give up instead, after they have written the letter.
        max_ack_pending: i64::try_from(group.max_in_flight.max(1)).unwrap_or(i64::MAX),
        max_waiting: MAX_WAITING_PULLS,
        filter_subjects,
        metadata: HashMap::from([(GROUP_MARK.to_owned(), "1".to_owned())]),
        ..pull::Config::default()
    }
}

/// The kinds of aggregate that a filter lets through; `None` for all.
fn kinds(filter: &Filter) -> Option<BTreeSet<AggregateKind>> {
    let by_type: BTreeSet<AggregateKind> = filter
        .types
        .iter()
        .filter_map(|name| catalogue::find(name))
        .map(|event_type| event_type.aggregate)
        .collect();
    let mut kinds: BTreeSet<AggregateKind> = match filter.kinds.is_empty() {
        true => AggregateKind::ALL.into_iter().collect(),
        false => filter.kinds.iter().copied().collect(),
    };
    if !by_type.is_empty() {
        kinds.retain(|kind| by_type.contains(kind));
    }
    let all = kinds.len() == AggregateKind::ALL.len() || kinds.is_empty();
    (!all).then_some(kinds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_by_type_asks_only_for_the_aggregates_of_those_types() {
        let filter = Filter::types(&["errand.v1.UserMessagePosted"]);
        assert_eq!(
            kinds(&filter),
            Some(BTreeSet::from([AggregateKind::Conversation]))
        );
        assert_eq!(kinds(&Filter::all()), None);
    }
}
