//! A program in other hands (`tests/postgres-es-reader`) folds our aggregates from the archive as we do from the log.
use super::harness::{Errand, command};
use errand_chat::conversation::Conversation;
use errand_eventlog::{
    EventLog,
    aggregate::Aggregates,
    embedded::{EmbeddedLog, EmbeddedOptions},
};
use errand_executor::session::Session;
use errand_projections::{
    Db, PostgresOptions, Projections, Projector, Which,
    events::{EventFilter, Span},
};
use errand_proto::DEFAULT_WORKSPACE;
use errand_servers::postgres::{self, Server};
use errand_spawner::story::Story;
use serde_json::Value;
use std::{collections::BTreeSet, path::Path, process::Stdio, sync::Arc, time::Duration};
use tokio::io::AsyncWriteExt as _;
use tokio_util::sync::CancellationToken;

#[path = "../../projections/tests/projections/histories/mod.rs"]
#[allow(dead_code, reason = "only whole histories are used here")]
mod histories;

const READER_VARIABLE: &str = "ERRAND_POSTGRES_ES_READER";
const PATIENCE: Duration = Duration::from_secs(60);

/// Type and id.
type Address = (String, String);

/// A log with two real runs, one of them failed, and with made-up histories of every kind.
async fn filled(errand: &mut Errand) -> Arc<EmbeddedLog> {
    for prompt in ["build a contact form", "build it demo:crash"] {
        let url = errand.api.url.clone();
        let arguments = ["--url", &url, "spawn", "codegen", prompt, "--wait"];
        command(&arguments).output().await.unwrap();
    }
    errand.interrupt().await;
    let log = EmbeddedLog::open(errand.data.path(), EmbeddedOptions::default()).unwrap();
    let steps = histories::Histories::new(77, histories::Variety::Everything, 25);
    let mut recorder = histories::Recorder::default();
    recorder.append(log.as_ref(), steps).await;
    log
}

/// Archives the log; answers every aggregate that was archived.
async fn archived(log: Arc<dyn EventLog>, url: &str) -> BTreeSet<Address> {
    let db = Db::connect(&PostgresOptions::new(url)).await.unwrap();
    let through = log.head().await.unwrap().seq;
    let projector = Projector::new(db.clone(), log, Projections::all());
    let (running, stop) = (projector.clone(), CancellationToken::new());
    let running = tokio::spawn({
        let stop = stop.clone();
        async move { running.run(stop).await }
    });
    let positions = projector.positions();
    let archive = positions.wait_for(Which::One("events"), through, PATIENCE);
    archive.await.unwrap();
    stop.cancel();
    running.await.unwrap().unwrap();
    let mut span = Span { after: 0, through };
    let mut found = BTreeSet::new();
    loop {
        let rows = db.archived(&EventFilter::default(), span).await.unwrap();
        let Some(last) = rows.last() else {
            return found;
        };
        span.after = last.log_seq.unsigned_abs();
        found.extend(rows.into_iter().map(|r| (r.aggregate_type, r.aggregate_id)));
    }
}

/// What the reader folds, in the order of the addresses.
async fn read(reader: &Path, url: &str, addresses: &[&Address]) -> Vec<Value> {
    let mut child = tokio::process::Command::new(reader)
        .env("DATABASE_URL", url)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let lines: String = addresses
        .iter()
        .map(|(kind, id)| format!("{kind} {id}\n"))
        .collect();
    let mut stdin = child.stdin.take().unwrap();
    let asking = async move { stdin.write_all(lines.as_bytes()).await };
    let (asked, output) = tokio::join!(asking, child.wait_with_output());
    asked.unwrap();
    let output = output.unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// What we fold from the log ourselves.
async fn ours(log: &Arc<dyn EventLog>, (kind, id): &Address) -> Value {
    macro_rules! fold {
        ($aggregate:ty) => {{
            let all = Aggregates::<$aggregate>::new(log.clone(), DEFAULT_WORKSPACE, "errand/test");
            serde_json::to_value(all.load(id).await.unwrap().aggregate)
        }};
    }
    let folded = match kind.as_str() {
        "story" => fold!(Story),
        "session" => fold!(Session),
        _ => fold!(Conversation),
    };
    folded.unwrap()
}

#[tokio::test]
async fn postgres_es_folds_every_aggregate_from_the_archive_as_we_do_from_the_log() {
    let Some(reader) = std::env::var_os(READER_VARIABLE) else {
        println!("skipped: {READER_VARIABLE} names no reader; tests/run builds it");
        return;
    };
    let Some(server) = Server::start() else {
        return postgres::skipped();
    };
    let url = server.database();
    let mut errand = Errand::up(&[]).await;
    let log: Arc<dyn EventLog> = filled(&mut errand).await;
    let all = archived(log.clone(), &url).await;
    let folded = ["story", "session", "conversation"];
    let addresses: Vec<_> = all
        .iter()
        .filter(|a| folded.contains(&a.0.as_str()))
        .collect();
    assert!(addresses.len() > 50, "{addresses:?}");
    let theirs = read(Path::new(&reader), &url, &addresses).await;
    assert_eq!(theirs.len(), addresses.len());
    for (address, theirs) in addresses.into_iter().zip(theirs) {
        assert_eq!(theirs["state"], ours(&log, address).await, "{address:?}");
    }
}
