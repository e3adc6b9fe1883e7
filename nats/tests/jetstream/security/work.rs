//! Each role does its whole job under its own key.
use super::{PATIENCE, PREFIX, SERVICES, Secured, group, group_of};
use crate::faults::write_to;
use async_nats::jetstream::{self, AckKind};
use bytes::Bytes;
use errand_eventlog::{
    DeadLetters, Delivery, EventLog as _, Filter, Group, Job, JobQueue, LogError, QueueLimits, Seq,
    StartAt, live::Live as _,
};
use errand_nats::{AskError, Role};
use errand_proto::AggregateKind;
use errand_servers::{insist, nats::skipped};
use futures::{StreamExt, stream::BoxStream};
use std::time::{Duration, Instant};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_service_runs_its_groups_and_readers_and_letters_under_its_own_key() {
    let Some(secured) = Secured::ready().await else {
        return skipped();
    };
    let projector = secured.log(Role::Projector).await;
    let dashboard = secured.log(Role::Dashboard).await;
    for role in SERVICES {
        let log = secured.log(role).await;
        let own = role.owns().next().unwrap();
        let write = write_to(own);
        let subject = write.subject.clone();
        let seq = log.append(vec![write]).await.unwrap()[0];
        assert_eq!(log.load(&subject, 0).await.unwrap().len(), 1);
        let pages = log.read(Filter::all(), StartAt::After(seq - 1), true).await;
        let page = timeout(PATIENCE, pages.unwrap().next()).await.unwrap();
        assert_eq!(page.unwrap().unwrap().events[0].seq, seq);
        let name = group_of(role);
        // With one kind of aggregate in the filter, the consumer is made on another subject than without.
        let filter = Filter {
            kinds: vec![own],
            ..Filter::all()
        };
        let mut deliveries = log
            .work(Group {
                filter,
                ..group(name)
            })
            .await
            .unwrap();
        let delivery = next(&mut deliveries, seq).await;
        delivery.progress().await.unwrap();
        delivery.dead("poison").await.unwrap();
        let letters = DeadLetters::list(&*dashboard, 10).await.unwrap();
        let letter = letters.iter().find(|l| l.group == name).unwrap();
        assert_eq!(dashboard.counts().await.unwrap().get(name), Some(&1));
        assert!(dashboard.get(letter.id).await.unwrap().is_some());
        dashboard.discard(letter.id).await.unwrap_err();
        assert!(projector.redrive(letter.id).await.unwrap());
        next(&mut deliveries, seq).await.ack().await.unwrap();
        let groups = log.groups().await.unwrap();
        assert!(groups.iter().any(|group| group.name == name));
    }
}

async fn next(
    deliveries: &mut BoxStream<'static, Result<Box<dyn Delivery>, LogError>>,
    seq: Seq,
) -> Box<dyn Delivery> {
    let next = timeout(PATIENCE, deliveries.next()).await.unwrap();
    let delivery = next.unwrap().unwrap();
    assert_eq!(delivery.event().seq, seq);
    delivery
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_executor_works_off_the_queue_and_the_dashboard_sees_it() {
    let Some(secured) = Secured::ready().await else {
        return skipped();
    };
    let executor = secured.log(Role::Executor).await;
    let dashboard = secured.log(Role::Dashboard).await;
    let limits = QueueLimits {
        per_project: 1,
        lease: PATIENCE,
        age_step: PATIENCE,
    };
    let job = |id| Job {
        id: Uuid::from_u128(id),
        story_id: "s".into(),
        project_id: "p".into(),
        priority: 1,
        enqueued_us: 0,
    };
    executor.enqueue(job(1)).await.unwrap();
    executor.enqueue(job(2)).await.unwrap();
    let claim = executor.claim("w", &limits).await.unwrap();
    claim.heartbeat().await.unwrap();
    let seen = JobQueue::list(&*dashboard, &limits).await.unwrap();
    assert_eq!(seen.len(), 2);
    claim.done().await.unwrap();
    assert!(executor.remove(Uuid::from_u128(2)).await.unwrap());
    let refused = dashboard.enqueue(job(3)).await.unwrap_err();
    assert!(matches!(refused, LogError::Rejected(_)), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_dashboard_asks_the_owners_and_hears_what_is_said() {
    let Some(secured) = Secured::ready().await else {
        return skipped();
    };
    let (dashboard, chat) = (
        secured.log(Role::Dashboard).await,
        secured.log(Role::Chat).await,
    );
    let stop = CancellationToken::new();
    let (serving, ended) = (chat.clone(), stop.clone());
    let serving = tokio::spawn(async move {
        serving
            .serve_requests("chat", |request| async { request }, ended)
            .await
    });
    let ask = || dashboard.ask("chat", Bytes::from_static(b"?"), PATIENCE);
    let answer = insist("an answer", ask).await;
    assert_eq!(&answer[..], b"?");
    let (speaking, hearing) = (chat.live(), dashboard.live());
    let mut signals = hearing.subscribe();
    let since = Instant::now();
    loop {
        speaking.publish("conversation.c", Bytes::from_static(b"token"));
        if timeout(Duration::from_millis(50), signals.recv())
            .await
            .is_ok()
        {
            break;
        }
        assert!(since.elapsed() < PATIENCE, "no signal was heard");
    }
    stop.cancel();
    serving.await.unwrap().unwrap();

    let notifier = secured.log(Role::Notifier).await;
    let refused = notifier.ask("chat", Bytes::new(), PATIENCE).await;
    assert!(
        matches!(refused, Err(AskError::NotPermitted(_))),
        "{refused:?}"
    );
    let refused = chat
        .serve_requests(
            "spawner",
            |request| async { request },
            CancellationToken::new(),
        )
        .await;
    assert!(
        matches!(refused, Err(AskError::NotPermitted(_))),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_of_somebody_else_reads_with_a_consumer_of_its_own() {
    let Some(secured) = Secured::ready().await else {
        return skipped();
    };
    let spawner = secured.log(Role::Spawner).await;
    spawner
        .append(vec![write_to(AggregateKind::Story)])
        .await
        .unwrap();
    spawner
        .append(vec![write_to(AggregateKind::Story)])
        .await
        .unwrap();
    let projector = secured.log(Role::Projector).await;
    let client = secured.intruder(Role::Subscriber).await;
    let js = jetstream::new(client);
    let stream = js.get_stream(format!("{PREFIX}_EVT")).await.unwrap();
    let config = jetstream::consumer::pull::Config {
        durable_name: Some("reports".into()),
        filter_subject: format!("{PREFIX}.evt.*.story.*"),
        ..Default::default()
    };
    let consumer = stream.create_consumer(config).await.unwrap();
    let mut messages = consumer.messages().await.unwrap();
    for answer in [AckKind::Ack, AckKind::Term] {
        let message = timeout(PATIENCE, messages.next()).await.unwrap();
        let message = message.unwrap().unwrap();
        message.double_ack_with(answer).await.unwrap();
    }
    // The projector hears from the server of the message that the subscriber gave up.
    let since = Instant::now();
    loop {
        let letters = DeadLetters::list(&*projector, 10).await.unwrap();
        if letters.iter().any(|letter| letter.group == "reports") {
            break;
        }
        assert!(since.elapsed() < PATIENCE, "no letter was written");
    }
    let info = stream
        .get_consumer::<jetstream::consumer::pull::Config>("reports")
        .await
        .unwrap();
    assert_eq!(info.cached_info().num_ack_pending, 0);
}
