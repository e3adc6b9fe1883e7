//! What processes say to each other without storing it: live signals and requests.
use crate::harness::{fresh, open};
use bytes::Bytes;
use errand_eventlog::live::{Live as _, Signal};
use errand_nats::{AskError, MAX_REQUEST_BYTES, NatsLog};
use errand_servers::nats::{Server, skipped};
use futures::future::join_all;
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{sync::broadcast::Receiver, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

const PATIENCE: Duration = Duration::from_secs(30);

async fn heard(signals: &mut Receiver<Signal>) -> (String, Bytes) {
    let signal = timeout(PATIENCE, signals.recv()).await.unwrap().unwrap();
    (signal.topic.to_string(), signal.data)
}

#[tokio::test]
async fn a_live_signal_reaches_the_other_processes_in_order_and_under_its_topic() {
    let Some(server) = Server::start("") else {
        return skipped();
    };
    let options = fresh(server.url(), 1);
    let (chat, dashboard) = (open(&options).await, open(&options).await);
    let (speaking, listening) = (chat.live(), dashboard.live());
    let mut signals = listening.subscribe();
    // The listener is at most once: until its subscription stands, it hears nothing.
    let mut first = Err(());
    while first.is_err() {
        speaking.publish("conversation.c1", Bytes::from_static(b"early"));
        first = timeout(Duration::from_millis(50), signals.recv())
            .await
            .map_err(|_| ());
    }
    for n in 0..100u8 {
        speaking.publish("conversation.c2", Bytes::copy_from_slice(&[n]));
    }
    speaking.publish("not a subject", Bytes::new());
    speaking.publish("conversation.c3", Bytes::from_static(b"end"));
    let mut of_c2 = Vec::new();
    loop {
        match heard(&mut signals).await {
            (topic, data) if topic == "conversation.c2" => of_c2.push(data[0]),
            (topic, _) if topic == "conversation.c1" => {}
            (topic, data) => {
                assert_eq!(
                    (topic.as_str(), &data[..]),
                    ("conversation.c3", &b"end"[..])
                );
                break;
            }
        }
    }
    assert_eq!(of_c2, (0..100).collect::<Vec<u8>>());
}

#[tokio::test]
async fn live_signals_never_block_while_the_server_is_gone() {
    let Some(server) = Server::start("") else {
        return skipped();
    };
    let log = open(&fresh(server.url(), 1)).await;
    let live = log.live();
    server.kill();
    for n in 0..20_000u32 {
        live.publish("conversation.c1", Bytes::copy_from_slice(&n.to_be_bytes()));
    }
    server.start_again();
    let mut signals = live.subscribe();
    let since = Instant::now();
    loop {
        assert!(since.elapsed() < PATIENCE, "nothing is heard again");
        live.publish("conversation.c1", Bytes::from_static(b"again"));
        let heard = timeout(Duration::from_millis(50), signals.recv()).await;
        if heard.is_ok_and(|signal| signal.is_ok_and(|signal| &signal.data[..] == b"again")) {
            return;
        }
    }
}

/// Serves a role that answers with its own name, after a word.
fn serve(log: &Arc<NatsLog>, name: &'static str, stop: &CancellationToken) -> JoinHandle<()> {
    let (log, stop) = (log.clone(), stop.clone());
    tokio::spawn(async move {
        let answer = move |request: Bytes| async move {
            match &request[..] {
                b"panic" => panic!("as asked"),
                b"large" => Bytes::from(vec![0; MAX_REQUEST_BYTES + 1]),
                _ => Bytes::from([name.as_bytes(), b":", &request[..]].concat()),
            }
        };
        log.serve_requests("chat", answer, stop).await.unwrap();
    })
}

/// Asks as soon as somebody serves.
async fn answered(log: &NatsLog, request: &'static [u8]) -> Result<Bytes, AskError> {
    let since = Instant::now();
    loop {
        match log.ask("chat", Bytes::from_static(request), PATIENCE).await {
            Err(AskError::Nobody(_)) if since.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            answer => return answer,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_of_a_role_share_its_requests_and_finish_what_they_began() {
    let Some(server) = Server::start("") else {
        return skipped();
    };
    let options = fresh(server.url(), 1);
    let (asking, one, two) = (
        open(&options).await,
        open(&options).await,
        open(&options).await,
    );
    let none = asking.ask("chat", Bytes::new(), PATIENCE).await;
    let none = none.unwrap_err();
    assert!(matches!(none, AskError::Nobody(_)), "{none}");
    assert!(none.to_string().contains("errand serve chat"), "{none}");

    let (stop_one, stop_two) = (CancellationToken::new(), CancellationToken::new());
    let first = serve(&one, "one", &stop_one);
    let second = serve(&two, "two", &stop_two);
    let mut names = BTreeSet::new();
    while names.len() < 2 {
        let answer = answered(&asking, b"hello").await.unwrap();
        names.insert(String::from_utf8(answer.to_vec()).unwrap());
    }
    let expected = ["one:hello", "two:hello"].map(str::to_owned);
    assert_eq!(names, BTreeSet::from(expected));

    // A rolling restart: asked all the time, and never without an answer.
    let asked = join_all((0..200).map(|n| {
        let (asking, stop_one) = (&asking, &stop_one);
        async move {
            if n == 100 {
                stop_one.cancel();
            }
            asking
                .ask("chat", Bytes::from_static(b"more"), PATIENCE)
                .await
        }
    }));
    for answer in asked.await {
        answer.unwrap();
    }
    first.await.unwrap();
    stop_two.cancel();
    second.await.unwrap();
    let none = asking.ask("chat", Bytes::new(), PATIENCE).await;
    assert!(matches!(none, Err(AskError::Nobody(_))), "{none:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_cannot_be_answered_says_why() {
    let Some(server) = Server::start("") else {
        return skipped();
    };
    let log = open(&fresh(server.url(), 1)).await;
    let stop = CancellationToken::new();
    let serving = serve(&log, "one", &stop);
    answered(&log, b"hello").await.unwrap();
    let broke = answered(&log, b"panic").await;
    assert!(matches!(broke, Err(AskError::Failed(_))), "{broke:?}");
    let large = answered(&log, b"large").await;
    assert!(
        matches!(large, Err(AskError::TooLarge { what: "answer" })),
        "{large:?}"
    );
    let large = Bytes::from(vec![0; MAX_REQUEST_BYTES + 1]);
    let large = log.ask("chat", large, PATIENCE).await.unwrap_err();
    assert!(
        large.to_string().contains(&MAX_REQUEST_BYTES.to_string()),
        "{large}"
    );
    stop.cancel();
    serving.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_takes_only_so_many_requests_at_once_and_refuses_the_rest_unbegun() {
    let Some(server) = Server::start("") else {
        return skipped();
    };
    let log = open(&fresh(server.url(), 1)).await;
    let (stop, open_gate) = (CancellationToken::new(), CancellationToken::new());
    let most = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
    let (serving, gate, counted) = (log.clone(), open_gate.clone(), most.clone());
    let ended = stop.clone();
    let serving = tokio::spawn(async move {
        let handler = move |_| {
            let (gate, counted) = (gate.clone(), counted.clone());
            async move {
                let now = counted.0.fetch_add(1, Ordering::SeqCst) + 1;
                counted.1.fetch_max(now, Ordering::SeqCst);
                gate.cancelled().await;
                counted.0.fetch_sub(1, Ordering::SeqCst);
                Bytes::new()
            }
        };
        serving
            .serve_requests("chat", handler, ended)
            .await
            .unwrap();
    });
    let asked: Vec<_> = (0..300)
        .map(|_| {
            let log = log.clone();
            tokio::spawn(async move { answered(&log, b"wait").await })
        })
        .collect();
    let full = async {
        while most.0.load(Ordering::SeqCst) < 128 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, full).await.unwrap();
    let busy = log.ask("chat", Bytes::new(), Duration::from_millis(100));
    let busy = busy.await.unwrap_err();
    assert!(matches!(busy, AskError::Busy(_)), "{busy}");
    open_gate.cancel();
    for answer in join_all(asked).await {
        answer.unwrap().unwrap();
    }
    assert!(most.1.load(Ordering::SeqCst) <= 128);
    stop.cancel();
    serving.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_does_not_come_in_time_is_told_as_unknown() {
    let Some(server) = Server::start("") else {
        return skipped();
    };
    let log = open(&fresh(server.url(), 1)).await;
    let (stop, release) = (CancellationToken::new(), CancellationToken::new());
    let (serving, ended, gate) = (log.clone(), stop.clone(), release.clone());
    let serving = tokio::spawn(async move {
        let handler = move |request: Bytes| {
            let gate = gate.clone();
            async move {
                if &request[..] == b"slow" {
                    gate.cancelled().await;
                }
                Bytes::new()
            }
        };
        serving
            .serve_requests("chat", handler, ended)
            .await
            .unwrap();
    });
    answered(&log, b"quick").await.unwrap();
    let slow = log.ask(
        "chat",
        Bytes::from_static(b"slow"),
        Duration::from_millis(100),
    );
    let slow = slow.await.unwrap_err();
    assert!(matches!(slow, AskError::NoAnswer { .. }), "{slow}");
    release.cancel();
    stop.cancel();
    serving.await.unwrap();
}
