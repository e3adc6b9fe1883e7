//! The audit, as an auditor types it.
use super::harness::{Errand, command};
use serde_json::Value;
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

async fn run(errand: &Errand, arguments: &[&str]) -> (Option<i32>, String) {
    let url = ["--url", errand.api.url.as_str()];
    let ended = command(&[&url[..], arguments].concat())
        .output()
        .await
        .unwrap();
    let said = [ended.stdout, ended.stderr].concat();
    (
        ended.status.code(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

/// Changes the tables behind Errand's back.
async fn tamper(errand: &Errand, statement: &'static str) {
    let file = errand.data.path().join("views.sqlite");
    let options = SqliteConnectOptions::new().filename(file);
    let mut tables = SqliteConnection::connect_with(&options).await.unwrap();
    let done = sqlx::query(statement).execute(&mut tables).await.unwrap();
    assert_eq!(done.rows_affected(), 1, "{statement}");
    tables.close().await.unwrap();
}

#[tokio::test]
async fn an_audit_names_a_cell_that_was_changed_behind_its_back_and_ends_with_code_2() {
    let errand = Errand::up(&[]).await;
    let spawn = ["spawn", "codegen", "build a contact form", "--wait"];
    assert_eq!(run(&errand, &spawn).await.0, Some(0));
    let (code, said) = run(&errand, &["audit", "verify"]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("the log is sound"), "{said}");

    tamper(&errand, "UPDATE stories SET title = 'forged'").await;
    let (code, said) = run(&errand, &["audit", "verify"]).await;
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("title is \"forged\""), "{said}");
    assert!(
        said.contains("the log makes it \"Code Generation: build"),
        "{said}"
    );

    let (code, said) = run(&errand, &["--json", "audit", "verify"]).await;
    let found: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(code, Some(2));
    assert_eq!(found["differences"].as_array().unwrap().len(), 1);
    assert_eq!(found["faults"], serde_json::json!([]));

    run(&errand, &["projections", "rebuild", "stories"]).await;
    super::harness::until("an audit that finds nothing", || async {
        let (code, _) = run(&errand, &["audit", "verify"]).await;
        (code == Some(0)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn events_are_exported_by_time_and_one_is_shown_by_sequence_or_id() {
    let errand = Errand::up(&[]).await;
    let spawn = ["spawn", "codegen", "build a contact form", "--wait"];
    assert_eq!(run(&errand, &spawn).await.0, Some(0));
    let (_, all) = run(&errand, &["events", "export"]).await;
    let all: Vec<Value> = all
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let time = |n: usize| all[n]["time"].as_str().unwrap();
    let (from, until) = (time(2), time(all.len() - 2));
    let (_, some) = run(
        &errand,
        &["events", "export", "--from", from, "--until", until],
    )
    .await;
    let expected = all
        .iter()
        .filter(|e| (from..=until).contains(&e["time"].as_str().unwrap()));
    assert_eq!(some.lines().count(), expected.count());

    let id = all[3]["id"].as_str().unwrap();
    let (_, by_id) = run(&errand, &["events", "show", id]).await;
    let (_, by_seq) = run(&errand, &["events", "show", &all[3]["seq"].to_string()]).await;
    assert_eq!(by_id, by_seq);
    assert_eq!(serde_json::from_str::<Value>(&by_id).unwrap(), all[3]);
    let (code, said) = run(&errand, &["events", "export", "--from", "yesterday"]).await;
    assert!(
        code == Some(1) && said.contains("neither a sequence nor a time"),
        "{said}"
    );
}
