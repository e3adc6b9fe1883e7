//! One user per role, with the keys and the configuration that the setup writes: each can do its whole job, and
//! nothing of another's.
use crate::{faults::write_to, harness::open};
use async_nats::{
    Client, ConnectOptions,
    jetstream::{self, consumer::PullConsumer},
};
use bytes::Bytes;
use errand_eventlog::{
    DeadLetters, Delivery, EventLog as _, Filter, Group, Job, JobQueue, LogError, QueueLimits, Seq,
    StartAt, live::Live as _,
};
use errand_nats::{
    AskError, ConnectError, Credentials, NatsLog, NatsOptions, Role, SetupOptions, key_file, setup,
};
use errand_proto::AggregateKind;
use errand_servers::{
    free_ports,
    nats::{Server, objection, skipped},
};
use futures::{StreamExt, future::join_all, stream::BoxStream};
use secrecy::SecretString;
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(30);
const PREFIX: &str = "secured";
const SERVICES: [Role; 4] = [Role::Chat, Role::Spawner, Role::Executor, Role::Notifier];

/// One group of each service.
const fn group_of(role: Role) -> &'static str {
    match role {
        Role::Chat => "chat-answer-message",
        Role::Spawner => "spawner-deliver",
        Role::Executor => "executor-open-session",
        _ => "notifier-tell-slack",
    }
}

/// A server with the configuration of a setup, and the folder with its keys.
struct Secured {
    folder: tempfile::TempDir,
    server: Server,
}

impl Secured {
    fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let port = free_ports(1)[0];
        setup(folder.path(), &wanted(folder.path(), port)).unwrap();
        let server = Server::with_file(&folder.path().join("server.conf"), port)?;
        Some(Self { folder, server })
    }

    /// With the streams in place.
    async fn ready() -> Option<Self> {
        let secured = Self::start()?;
        secured.log(Role::Admin).await;
        Some(secured)
    }

    fn seed(&self, role: Role) -> String {
        fs::read_to_string(self.folder.path().join(key_file(role))).unwrap()
    }

    fn options(&self, role: Role) -> NatsOptions {
        NatsOptions {
            credentials: Some(Credentials::NKey(SecretString::from(self.seed(role)))),
            role,
            prefix: Some(PREFIX.into()),
            ..NatsOptions::new(self.server.url())
        }
    }

    async fn log(&self, role: Role) -> Arc<NatsLog> {
        open(&self.options(role)).await
    }

    /// The role's key in the hands of a program that does as it likes.
    async fn intruder(&self, role: Role) -> Client {
        let inbox = match role {
            Role::Subscriber => "_INBOX".into(),
            _ => format!("{PREFIX}.inbox.{}", role.name()),
        };
        ConnectOptions::with_nkey(self.seed(role))
            .custom_inbox_prefix(inbox)
            .connect(self.server.url())
            .await
            .unwrap()
    }
}

fn wanted(folder: &Path, port: u16) -> SetupOptions {
    SetupOptions {
        prefix: Some(PREFIX.into()),
        groups: SERVICES.map(group_of).map(str::to_owned).to_vec(),
        listen: format!("127.0.0.1:{port}"),
        data: folder.join("data"),
        ..SetupOptions::default()
    }
}

fn group(name: &'static str) -> Group {
    Group {
        name,
        filter: Filter::all(),
        ack_wait: PATIENCE,
        max_in_flight: 8,
        max_deliver: 1,
    }
}

#[test]
fn a_setup_keeps_its_keys_and_nats_server_takes_its_configurations() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = wanted(folder.path(), 4222);
    let first = setup(folder.path(), &options).unwrap();
    assert_eq!(first.new_keys, Role::ALL);
    let seed = |role| fs::read_to_string(folder.path().join(key_file(role))).unwrap();
    let seeds = Role::ALL.map(seed);
    options.groups.push("chat-new-subscriber".into());
    let second = setup(folder.path(), &options).unwrap();
    assert_eq!((second.new_keys, &second.files), (Vec::new(), &first.files));
    assert_eq!(Role::ALL.map(seed), seeds, "a key was overwritten");
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
    }
    let users = fs::read_to_string(folder.path().join("users.conf")).unwrap();
    assert!(
        users.contains("chat-new-subscriber"),
        "an old configuration"
    );
    assert!(!seeds.iter().any(|seed| users.contains(seed)), "a seed");
    if errand_servers::nats::binary().is_none() {
        return skipped();
    }
    for file in &first.files {
        let objection = objection(&folder.path().join(file));
        assert_eq!(objection, None, "{file}");
    }
}

#[test]
fn a_setup_that_cannot_be_says_which_value_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |change: fn(&mut SetupOptions)| {
        let mut options = SetupOptions::default();
        change(&mut options);
        setup(folder.path(), &options).unwrap_err().to_string()
    };
    assert!(refused(|o| o.groups.push("a.>".into())).contains("\"a.>\""));
    assert!(refused(|o| o.hosts.truncate(2)).contains("three hosts"));
    assert!(refused(|o| o.listen = "4222".into()).contains("host:port"));
    fs::write(folder.path().join(key_file(Role::Chat)), "no key").unwrap();
    assert!(refused(|_| {}).contains("chat.nk holds no nkey seed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_starts_on_streams_that_exist_and_says_who_must_make_them() {
    let Some(secured) = Secured::start() else {
        return skipped();
    };
    let early = errand_servers::insist("an answer", || async {
        match NatsLog::connect(secured.options(Role::Chat)).await {
            Err(error @ ConnectError::AdminNeeded { .. }) => Ok(error.to_string()),
            Err(error) => Err(error.to_string()),
            Ok(_) => Err("connected".into()),
        }
    });
    let early = early.await;
    assert!(
        early.contains("secured_EVT is missing") && early.contains("admin's key"),
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
async fn each_service_runs_its_groups_and_readers_and_letters_under_its_own_key() {
    let Some(secured) = Secured::ready().await else {
        return skipped();
    };
    let projector = secured.log(Role::Projector).await;
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
        let letters = DeadLetters::list(&*projector, 10).await.unwrap();
        let letter = letters.iter().find(|l| l.group == name).unwrap();
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
    let answer = errand_servers::insist("an answer", ask).await;
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
    let client = secured.intruder(Role::Subscriber).await;
    let stream = jetstream::new(client)
        .get_stream(format!("{PREFIX}_EVT"))
        .await
        .unwrap();
    let config = jetstream::consumer::pull::Config {
        durable_name: Some("reports".into()),
        filter_subject: format!("{PREFIX}.evt.*.story.*"),
        ..Default::default()
    };
    let consumer = stream.create_consumer(config).await.unwrap();
    let mut messages = consumer.messages().await.unwrap();
    let message = timeout(PATIENCE, messages.next())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    message.double_ack().await.unwrap();
    let info = stream
        .get_consumer::<jetstream::consumer::pull::Config>("reports")
        .await
        .unwrap();
    assert_eq!(info.cached_info().num_ack_pending, 0);
}
