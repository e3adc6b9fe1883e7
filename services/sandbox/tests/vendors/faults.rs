use std::time::{Duration, Instant};

use errand_sandbox::{Fault, FaultKind, Vendor};
use serde_json::{Value, json};

use crate::support::{PATIENCE, Running, try_git};

const CREATE: &str = "mutation { issueCreate(input: {teamId: \"ERR\", title: \"x\"}) { success } }";

#[tokio::test]
async fn linear_limits_its_rate_in_three_ways_and_the_write_never_ran() {
    let running = Running::start().await;
    for (kind, status) in [
        (FaultKind::RateLimit400, 400),
        (FaultKind::RateLimit200, 200),
        (FaultKind::RateLimit429, 429),
    ] {
        running
            .sandbox
            .faults()
            .inject(Fault::new(Vendor::Linear, kind).retry_after_seconds(7))
            .expect("taken");
        let request = running
            .http
            .post(format!("{}/linear/graphql", running.url))
            .header("authorization", "key");
        let response = request
            .json(&json!({"query": CREATE}))
            .send()
            .await
            .expect("an answer");
        assert_eq!(
            (
                response.status().as_u16(),
                &response.headers()["retry-after"]
            ),
            (status, &"7".parse().expect("a value"))
        );
        let body: Value = response.json().await.expect("JSON");
        assert_eq!(body["errors"][0]["extensions"]["code"], "RATELIMITED");
    }
    assert_eq!(running.sandbox.made().await.expect("counts").issues, 0);
    assert_eq!(
        running.linear(CREATE, json!({})).await.0,
        200,
        "the fault is over"
    );
}

#[tokio::test]
async fn a_lost_answer_means_that_the_write_happened() {
    let running = Running::start().await;
    for (kind, made) in [(FaultKind::Timeout, 0), (FaultKind::LostAnswer, 1)] {
        let fault = Fault::new(Vendor::Linear, kind)
            .on("issueCreate")
            .delayed(Duration::from_mins(1));
        running.sandbox.faults().inject(fault).expect("taken");
        let request = running
            .http
            .post(format!("{}/linear/graphql", running.url))
            .header("authorization", "key");
        let request = request
            .timeout(Duration::from_millis(700))
            .json(&json!({"query": CREATE}));
        assert!(request.send().await.expect_err("no answer").is_timeout());
        assert_eq!(
            running.sandbox.made().await.expect("counts").issues,
            made,
            "{kind:?}"
        );
    }
    let counts = running.sandbox.requests(Vendor::Linear)["issueCreate"];
    assert_eq!((counts.succeeded, counts.faulted), (1, 2));
}

#[tokio::test]
async fn a_fault_for_one_operation_lets_the_others_pass() {
    let running = Running::start().await;
    running
        .sandbox
        .faults()
        .inject(Fault::new(Vendor::Slack, FaultKind::Error500).on("chat.postMessage"))
        .expect("taken");
    assert_eq!(running.slack("auth.test", json!({})).await["ok"], true);
    assert_eq!(
        running
            .slack(
                "chat.postMessage",
                json!({"channel": "#errand", "text": "x"})
            )
            .await["error"],
        "internal_error"
    );
    assert_eq!(
        running
            .slack(
                "chat.postMessage",
                json!({"channel": "#errand", "text": "x"})
            )
            .await["ok"],
        true
    );
}

#[tokio::test]
async fn a_cut_stream_breaks_in_the_middle() {
    let running = Running::start().await;
    running
        .sandbox
        .faults()
        .inject(Fault::new(Vendor::Llm, FaultKind::CutStream))
        .expect("taken");
    let body = json!({"model": "m", "max_tokens": 100, "stream": true, "messages": [{"role": "user", "content": "hello"}]});
    let request = running
        .http
        .post(format!("{}/anthropic/v1/messages", running.url))
        .header("x-api-key", "k");
    let mut response = request
        .header("anthropic-version", "2023-06-01")
        .json(&body)
        .send()
        .await
        .expect("a head");
    let mut received = String::new();
    let broken = loop {
        match response.chunk().await {
            Ok(Some(piece)) => received.push_str(&String::from_utf8_lossy(&piece)),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(
        broken && received.contains("message_start") && !received.contains("message_stop"),
        "{received}"
    );
}

#[tokio::test]
async fn a_slow_answer_is_late_but_right() {
    let running = Running::start().await;
    let fault = Fault::new(Vendor::Github, FaultKind::Slow).delayed(Duration::from_millis(300));
    running.sandbox.faults().inject(fault).expect("taken");
    let before = Instant::now();
    assert_eq!(
        running
            .github("GET", "/user")
            .send()
            .await
            .expect("an answer")
            .status(),
        200
    );
    assert!(before.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn every_vendor_refuses_in_its_own_shape() {
    let running = Running::start().await;
    let copy = running.repository_with_a_branch("acme", "site").await;
    for vendor in [Vendor::Github, Vendor::Git, Vendor::Llm] {
        running
            .sandbox
            .faults()
            .inject(Fault::new(vendor, FaultKind::Error500))
            .expect("taken");
    }
    assert_eq!(
        running
            .github("GET", "/user")
            .send()
            .await
            .expect("an answer")
            .status(),
        500
    );
    let (pushed, output) = try_git(
        copy.path(),
        &["push", "origin", "HEAD:refs/heads/b"],
        Some("t"),
    )
    .await;
    assert!(!pushed && output.contains("500"), "{output}");
    running.sandbox.faults().clear();
    running
        .sandbox
        .faults()
        .inject(Fault::new(Vendor::Llm, FaultKind::Overloaded529))
        .expect("taken");
    let response = running
        .http
        .post(format!("{}/anthropic/v1/messages", running.url))
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), 529);
    assert_eq!(
        response.json::<Value>().await.expect("JSON")["error"]["type"],
        "overloaded_error"
    );
}

#[tokio::test]
async fn faults_and_counters_are_reached_over_http_too() {
    let running = Running::start().await;
    let faults = format!("{}/faults", running.url);
    let fault =
        json!({"vendor": "linear", "fault": "rate_limit_400", "count": 2, "retry_after_s": 3});
    assert_eq!(
        running
            .http
            .post(&faults)
            .json(&fault)
            .send()
            .await
            .expect("an answer")
            .status(),
        201
    );
    let waiting: Value = running
        .http
        .get(&faults)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(waiting, json!([fault]));
    for wrong in [
        json!({"vendor": "slack", "fault": "overloaded_529"}),
        json!({"vendor": "nobody", "fault": "slow"}),
        json!(1),
    ] {
        assert_eq!(
            running
                .http
                .post(&faults)
                .json(&wrong)
                .send()
                .await
                .expect("an answer")
                .status(),
            422,
            "{wrong}"
        );
    }
    assert_eq!(
        running
            .http
            .delete(&faults)
            .send()
            .await
            .expect("an answer")
            .status(),
        204
    );
    running.linear(CREATE, json!({})).await;
    let report = format!("{}/requests?vendor=linear", running.url);
    let report: Value = running
        .http
        .get(report)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(
        report["operations"]["issueCreate"],
        json!({"succeeded": 1, "refused": 0, "faulted": 0}),
        "{report}"
    );
    assert_eq!(report["made"]["issues"], 1);
}

#[tokio::test]
async fn stopping_ends_what_hangs_on_purpose() {
    let running = Running::start().await;
    running
        .sandbox
        .faults()
        .inject(Fault::new(Vendor::Linear, FaultKind::Timeout))
        .expect("taken");
    let hanging = running
        .http
        .post(format!("{}/linear/graphql", running.url))
        .header("authorization", "k")
        .json(&json!({"query": CREATE}));
    let hanging = tokio::spawn(hanging.send());
    let taken = async {
        while !running.sandbox.faults().waiting().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, taken)
        .await
        .expect("the request meets its fault");
    running.sandbox.stop();
    assert_eq!(
        hanging.await.expect("joined").expect("an answer").status(),
        504
    );
}
