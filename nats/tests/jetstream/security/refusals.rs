//! What no key, or not this one, may do.
use super::{PATIENCE, PREFIX, Secured, group, group_of};
use crate::faults::write_to;
use async_nats::{
    Client,
    jetstream::{self, consumer::PullConsumer},
};
use bytes::Bytes;
use errand_eventlog::{EventLog as _, LogError};
use errand_nats::{ConnectError, NatsLog, NatsOptions, Role};
use errand_proto::AggregateKind;
use errand_servers::{insist, nats::skipped};
use futures::{StreamExt, future::join_all};
use std::time::Duration;
use tokio::time::timeout;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_starts_on_streams_that_exist_and_says_who_must_make_them() {
    let Some(secured) = Secured::start() else {
        return skipped();
    };
    let early = insist("an answer", || async {
        match NatsLog::connect(secured.options(Role::Chat)).await {
            Err(error @ ConnectError::AdminNeeded { .. }) => Ok(error.to_string()),
            Err(error) => Err(error.to_string()),
            Ok(_) => Err("connected".into()),
        }
    });
    let early = early.await;
    assert!(
        early.contains("is missing") && early.contains("admin's key"),
        "{early}"
    );
    secured.log(Role::Admin).await;
    for role in Role::ALL {
        NatsLog::connect(secured.options(role)).await.unwrap();
    }
    let more = NatsOptions {
        replicas: 3,
        ..secured.options(Role::Chat)
    };
    let differs = NatsLog::connect(more).await.map(|_| ()).unwrap_err();
    let differs = differs.to_string();
    assert!(
        differs.contains("num_replicas 1 where Errand needs 3") && differs.contains("admin's key"),
        "{differs}"
    );
    let mistaken = NatsOptions {
        role: Role::Spawner,
        ..secured.options(Role::Chat)
    };
    let mistaken = NatsLog::connect(mistaken).await.map(|_| ()).unwrap_err();
    let mistaken = mistaken.to_string();
    assert!(mistaken.contains("errand nats setup made"), "{mistaken}");
    assert!(!mistaken.contains('\n'), "{mistaken}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_appends_only_to_the_aggregates_it_owns() {
    let Some(secured) = Secured::ready().await else {
        return skipped();
    };
    for role in Role::ALL {
        let log = secured.log(role).await;
        for kind in AggregateKind::ALL {
            let may = role == Role::Admin || role.owns().any(|owned| owned == kind);
            let what = format!("{} appends to a {}", role.name(), kind.as_str());
            let appended = log.append(vec![write_to(kind)]).await;
            match appended {
                Ok(_) => assert!(may, "{what}"),
                Err(LogError::Rejected(text)) => {
                    assert!(!may, "{what}: {text}");
                    assert!(text.contains("this NATS user may not"), "{what}: {text}");
                    assert!(!text.contains('\n'), "{what}: {text}");
                }
                Err(error) => panic!("{what}: {error}"),
            }
        }
        // One event that is its own does not carry others along.
        if let Some(own) = role.owns().next() {
            let foreign = AggregateKind::ALL
                .into_iter()
                .find(|kind| role.owns().all(|k| k != *kind));
            for writes in [[own, foreign.unwrap()], [foreign.unwrap(), own]] {
                let appended = log.append(writes.map(write_to).to_vec()).await;
                let refused = matches!(appended, Err(LogError::Rejected(_)));
                assert!(refused, "{}: {appended:?}", role.name());
            }
        }
    }
    let stored = secured.log(Role::Admin).await.head().await.unwrap().seq;
    // The admin's five, and one for every aggregate from its owner.
    assert_eq!(stored, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_key_removes_an_event_or_a_stream() {
    let Some(secured) = Secured::ready().await else {
        return skipped();
    };
    let admin = secured.log(Role::Admin).await;
    admin
        .append(vec![write_to(AggregateKind::Story)])
        .await
        .unwrap();
    for role in Role::ALL {
        let intruder = secured.intruder(role).await;
        for (call, body) in [
            ("STREAM.MSG.DELETE", r#"{"seq":1}"#),
            ("STREAM.PURGE", ""),
            ("STREAM.DELETE", ""),
        ] {
            let subject = format!("$JS.API.{call}.{PREFIX}_EVT");
            let body = Bytes::from_static(body.as_bytes());
            let (reply, mut answers) = answers(&intruder).await;
            intruder
                .publish_with_reply(subject, reply, body)
                .await
                .unwrap();
            intruder.flush().await.unwrap();
            // Whoever may ask is told no; the others are not heard.
            if let Ok(Some(answer)) = timeout(Duration::from_millis(20), answers.next()).await {
                let text = String::from_utf8_lossy(&answer.payload);
                assert!(text.contains("error"), "{}: {call}: {text}", role.name());
            }
        }
    }
    let stream = admin_stream(&secured, "EVT").await;
    assert_eq!(stream.cached_info().state.messages, 1);
}

async fn answers(client: &Client) -> (String, async_nats::Subscriber) {
    let reply = client.new_inbox();
    (reply.clone(), client.subscribe(reply).await.unwrap())
}

async fn admin_stream(secured: &Secured, name: &str) -> jetstream::stream::Stream {
    let admin = jetstream::new(secured.intruder(Role::Admin).await);
    admin.get_stream(format!("{PREFIX}_{name}")).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_is_touched_only_by_the_role_it_belongs_to() {
    let Some(secured) = Secured::ready().await else {
        return skipped();
    };
    let spawner = secured.log(Role::Spawner).await;
    let name = group_of(Role::Spawner);
    let _deliveries = spawner.work(group(name)).await.unwrap();
    let event = spawner.append(vec![write_to(AggregateKind::Story)]);
    event.await.unwrap();
    let before = consumer_config(&secured, name).await;
    let others = [
        Role::Chat,
        Role::Notifier,
        Role::Dashboard,
        Role::Subscriber,
    ];
    join_all(others.map(|role| take_part(&secured, role, name))).await;
    assert_eq!(consumer_config(&secured, name).await, before);
}

/// What `nats consumer info` would show, without what its own readers change.
async fn consumer_config(secured: &Secured, name: &str) -> (Duration, i64, Option<i64>) {
    let stream = admin_stream(secured, "EVT").await;
    let consumer: PullConsumer = stream.get_consumer(name).await.unwrap();
    let info = consumer.cached_info();
    let config = &info.config;
    (
        config.ack_wait,
        config.max_ack_pending,
        Some(info.num_redelivered as i64),
    )
}

async fn take_part(secured: &Secured, role: Role, name: &'static str) {
    let log = secured.log(role).await;
    let refused = log.work(group(name)).await.map(|_| ());
    assert!(
        matches!(refused, Err(LogError::Rejected(_))),
        "{}: {refused:?}",
        role.name()
    );
    // And not by the doors that the adapter does not use.
    let intruder = secured.intruder(role).await;
    let stream = format!("{PREFIX}_EVT");
    let hidden = format!(
        r#"{{"stream_name":"{stream}","config":{{"name":"{name}","ack_policy":"explicit","ack_wait":1000000000}}}}"#
    );
    for subject in [
        format!("$JS.API.CONSUMER.CREATE.{stream}"),
        format!("$JS.API.CONSUMER.CREATE.{stream}.{name}"),
        format!("$JS.API.CONSUMER.DURABLE.CREATE.{stream}.{name}"),
        format!("$JS.API.CONSUMER.DELETE.{stream}.{name}"),
        format!("$JS.ACK.{stream}.{name}.1.1.1.1.0"),
    ] {
        let (reply, mut answers) = answers(&intruder).await;
        let body = hidden.clone().into();
        intruder
            .publish_with_reply(subject.clone(), reply, body)
            .await
            .unwrap();
        intruder.flush().await.unwrap();
        let answer = timeout(Duration::from_millis(20), answers.next()).await;
        assert!(answer.is_err(), "{} at {subject}: {answer:?}", role.name());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replies_and_commands_of_others_are_not_overheard() {
    let Some(secured) = Secured::ready().await else {
        return skipped();
    };
    let dashboard = secured.intruder(Role::Dashboard).await;
    for role in [Role::Chat, Role::Executor, Role::Subscriber, Role::Admin] {
        let intruder = secured.intruder(role).await;
        let (own, mut heard) = answers(&intruder).await;
        let reply = dashboard.new_inbox();
        let mut overheard = intruder
            .subscribe(format!("{PREFIX}.inbox.>"))
            .await
            .unwrap();
        let mut dashboards = intruder
            .subscribe(format!("{PREFIX}.inbox.dashboard.>"))
            .await
            .unwrap();
        intruder.flush().await.unwrap();
        let admin = secured.intruder(Role::Admin).await;
        admin
            .publish(reply, "for the dashboard".into())
            .await
            .unwrap();
        admin.publish(own, "yours".into()).await.unwrap();
        let yours = timeout(PATIENCE, heard.next()).await.unwrap().unwrap();
        assert_eq!(&yours.payload[..], b"yours");
        for subscriber in [&mut overheard, &mut dashboards] {
            let heard = timeout(Duration::from_millis(20), subscriber.next()).await;
            let told = |m: &async_nats::Message| &m.payload[..] == b"for the dashboard";
            assert!(
                !heard.is_ok_and(|m| m.as_ref().is_some_and(told)),
                "{}",
                role.name()
            );
        }
    }
}
