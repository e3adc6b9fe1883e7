use serde_json::{Value, json};

use crate::support::{Running, commit, git, push, write};

async fn send(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.expect("an answer");
    (
        response.status().as_u16(),
        response.json().await.expect("JSON"),
    )
}

async fn open_pull(running: &Running) -> (u16, Value) {
    let wanted = json!({"title": "Email capture", "head": "errand/capture", "base": "main", "body": "- [x] form"});
    send(
        running
            .github("POST", "/repos/acme/site/pulls")
            .json(&wanted),
    )
    .await
}

#[tokio::test]
async fn a_pull_request_is_opened_from_what_was_pushed() {
    let running = Running::start().await;
    let copy = running.repository_with_a_branch("acme", "site").await;
    let (status, pull) = open_pull(&running).await;
    assert_eq!(status, 201, "{pull}");
    assert_eq!(
        pull["html_url"],
        format!("{}/github/acme/site/pull/1", running.url)
    );
    assert_eq!(
        (&pull["number"], &pull["state"], &pull["changed_files"]),
        (&json!(1), &json!("open"), &json!(2))
    );
    assert_eq!(
        (&pull["commits"], &pull["additions"], &pull["deletions"]),
        (&json!(1), &json!(3), &json!(1))
    );
    let head = git(copy.path(), &["rev-parse", "HEAD"]).await;
    assert_eq!(pull["head"]["sha"], head.trim());

    let (_, files) = send(running.github("GET", "/repos/acme/site/pulls/1/files")).await;
    assert_eq!(
        (&files[0]["filename"], &files[0]["status"]),
        (&json!("capture.js"), &json!("added")),
        "{files}"
    );
    assert!(
        files[1]["patch"]
            .as_str()
            .is_some_and(|patch| patch.contains("-<p>old</p>\n+<form></form>")),
        "{files}"
    );
    let diff = running
        .github("GET", "/repos/acme/site/pulls/1")
        .header("accept", "application/vnd.github.diff");
    let diff = diff
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("text");
    assert!(diff.starts_with("diff --git a/capture.js"), "{diff}");
}

#[tokio::test]
async fn a_second_pull_request_for_a_branch_is_refused_and_the_first_is_found_by_its_head() {
    let running = Running::start().await;
    let _copy = running.repository_with_a_branch("acme", "site").await;
    open_pull(&running).await;
    let (status, again) = open_pull(&running).await;
    assert_eq!(status, 422);
    assert_eq!(
        again["errors"][0]["message"], "A pull request already exists for acme:errand/capture.",
        "{again}"
    );
    let (_, found) = send(running.github(
        "GET",
        "/repos/acme/site/pulls?head=acme:errand/capture&state=all&base=main",
    ))
    .await;
    assert_eq!(
        (found.as_array().map(Vec::len), &found[0]["number"]),
        (Some(1), &json!(1)),
        "{found}"
    );
    let (_, none) =
        send(running.github("GET", "/repos/acme/site/pulls?head=acme:other&state=all")).await;
    assert_eq!(none, json!([]));
    let (_, trap) = send(running.github("GET", "/repos/acme/site/pulls?head=other")).await;
    assert_eq!(
        trap.as_array().map(Vec::len),
        Some(1),
        "a head without its owner is ignored, as on GitHub"
    );
    assert_eq!(
        running.sandbox.made().await.expect("counts").pull_requests,
        1
    );
}

#[tokio::test]
async fn what_cannot_become_a_pull_request_is_refused() {
    let running = Running::start().await;
    let copy = running.repository_with_a_branch("acme", "site").await;
    git(
        copy.path(),
        &["push", "--quiet", "origin", "main:refs/heads/same"],
    )
    .await;
    let cases = [
        (
            json!({"title": "x", "head": "same", "base": "main"}),
            "No commits between main and same",
        ),
        (
            json!({"title": "x", "head": "errand/capture", "base": "nowhere"}),
            "base",
        ),
        (
            json!({"title": "x", "head": "nowhere", "base": "main"}),
            "head",
        ),
        (
            json!({"title": "x", "head": "main~1", "base": "main"}),
            "head",
        ),
        (
            json!({"title": "x", "head": "someone:errand/capture", "base": "main"}),
            "head",
        ),
        (
            json!({"title": "", "head": "errand/capture", "base": "main"}),
            "title",
        ),
        (
            json!({"title": "x".repeat(257), "head": "errand/capture", "base": "main"}),
            "too long",
        ),
        (
            json!({"title": "x", "base": "main"}),
            "\\\"head\\\" wasn't supplied",
        ),
    ];
    for (wanted, reason) in cases {
        let (status, refused) = send(
            running
                .github("POST", "/repos/acme/site/pulls")
                .json(&wanted),
        )
        .await;
        assert_eq!(status, 422, "{wanted}: {refused}");
        assert!(refused.to_string().contains(reason), "{wanted}: {refused}");
    }
    assert_eq!(
        running.sandbox.made().await.expect("counts").pull_requests,
        0
    );
}

#[tokio::test]
async fn a_pull_request_is_changed_closed_reopened_and_follows_its_branch() {
    let running = Running::start().await;
    let copy = running.repository_with_a_branch("acme", "site").await;
    open_pull(&running).await;
    let one = "/repos/acme/site/pulls/1";
    let (_, closed) = send(
        running
            .github("PATCH", one)
            .json(&json!({"state": "closed", "title": "New"})),
    )
    .await;
    assert_eq!(
        (&closed["state"], &closed["title"]),
        (&json!("closed"), &json!("New")),
        "{closed}"
    );
    assert!(closed["closed_at"].is_string());
    let (_, open) = send(running.github("PATCH", one).json(&json!({"state": "open"}))).await;
    assert_eq!(open["closed_at"], Value::Null);
    write(copy.path(), "more.txt", "more\n");
    commit(copy.path(), "More").await;
    push(copy.path(), "errand/capture").await;
    let (_, moved) = send(running.github("GET", one)).await;
    assert_eq!(
        (&moved["commits"], &moved["changed_files"]),
        (&json!(2), &json!(3)),
        "{moved}"
    );
    git(
        copy.path(),
        &["push", "--quiet", "origin", "errand/capture:main"],
    )
    .await;
    let (_, merged) = send(running.github("GET", one)).await;
    assert_eq!(
        (
            &merged["state"],
            &merged["merged"],
            &merged["changed_files"]
        ),
        (&json!("closed"), &json!(true), &json!(3))
    );
}

#[tokio::test]
async fn a_repository_and_its_branches_are_shown() {
    let running = Running::start().await;
    let _copy = running.repository_with_a_branch("acme", "site").await;
    let (_, repository) = send(running.github("GET", "/repos/acme/site")).await;
    assert_eq!(
        (&repository["full_name"], &repository["default_branch"]),
        (&json!("acme/site"), &json!("main"))
    );
    let (_, branch) = send(running.github("GET", "/repos/acme/site/branches/errand/capture")).await;
    assert_eq!(
        branch["commit"]["commit"]["message"], "Email capture",
        "{branch}"
    );
    assert_eq!(
        send(running.github("GET", "/repos/acme/site/branches/nowhere"))
            .await
            .0,
        404
    );
    assert_eq!(
        send(running.github("GET", "/repos/acme/nothing")).await.0,
        404
    );
    assert_eq!(send(running.github("GET", "/repos/.git/site")).await.0, 404);
    let (_, user) = send(running.github("GET", "/user")).await;
    assert_eq!(user["login"], "errand-sandbox");
}

#[tokio::test]
async fn a_request_without_a_token_or_a_user_agent_is_refused() {
    let running = Running::start().await;
    let _copy = running.repository_with_a_branch("acme", "site").await;
    let url = format!("{}/github/repos/acme/site/pulls", running.url);
    let anonymous = running
        .http
        .post(&url)
        .json(&json!({}))
        .send()
        .await
        .expect("an answer");
    assert_eq!(anonymous.status(), 401);
    let nameless = reqwest::Client::new()
        .get(&url)
        .send()
        .await
        .expect("an answer");
    assert_eq!(nameless.status(), 403);
}
