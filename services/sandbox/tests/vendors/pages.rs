use serde_json::json;

use crate::support::Running;

async fn page(running: &Running, path: &str) -> (u16, String) {
    let response = running
        .http
        .get(format!("{}{path}", running.url))
        .send()
        .await
        .expect("an answer");
    (
        response.status().as_u16(),
        response.text().await.expect("text"),
    )
}

#[tokio::test]
async fn an_issue_is_shown_with_its_state_checklist_links_and_comments() {
    let running = Running::start().await;
    let description = "Plan\n\n- [x] form\n- [ ] test\n\n<script>alert(1)</script>";
    let create = "mutation($d: String!) { issueCreate(input: {teamId: \"ERR\", title: \"<b>Email</b>\", priority: 2, description: $d}) { issue { url } } }";
    let (_, created) = running.linear(create, json!({"d": description})).await;
    running.linear("mutation { attachmentLinkGitHubPR(issueId: \"ERR-1\", url: \"http://127.0.0.1:1/github/a/b/pull/3\", title: \"PR 3\") { success } }", json!({})).await;
    running.linear("mutation { commentCreate(input: {issueId: \"ERR-1\", body: \"*Working*\"}) { success } }", json!({})).await;
    let url = created["data"]["issueCreate"]["issue"]["url"]
        .as_str()
        .expect("a URL");
    let html = running
        .http
        .get(url)
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("text");
    for shown in [
        "&#60;b&#62;Email&#60;/b&#62;",
        "Backlog",
        "High",
        "PR 3",
        "http://127.0.0.1:1/github/a/b/pull/3",
        "<em>Working</em>",
    ] {
        assert!(html.contains(shown), "{shown}: {html}");
    }
    assert_eq!(html.matches("type=\"checkbox\"").count(), 2, "{html}");
    assert!(
        !html.contains("alert(1)</script>") && !html.contains("<b>Email"),
        "{html}"
    );
    let (_, list) = page(&running, "/linear/").await;
    assert!(
        list.contains("ERR-1") && list.contains("/sandbox/linear/issue/ERR-1"),
        "{list}"
    );
}

#[tokio::test]
async fn a_channel_shows_its_messages_oldest_first_with_replies() {
    let running = Running::start().await;
    let first = running
        .slack(
            "chat.postMessage",
            json!({"channel": "#errand", "text": "*Started* <https://example.com|work>"}),
        )
        .await;
    running
        .slack(
            "chat.postMessage",
            json!({"channel": "#errand", "text": "Second"}),
        )
        .await;
    running
        .slack(
            "chat.postMessage",
            json!({"channel": "#errand", "text": "A reply", "thread_ts": first["ts"]}),
        )
        .await;
    let (_, html) = page(&running, "/slack/errand").await;
    let at = |text: &str| html.find(text).unwrap_or_else(|| panic!("{text}: {html}"));
    assert!(at("<strong>Started</strong>") < at("A reply") && at("A reply") < at("Second"));
    assert!(html.contains("href=\"https://example.com\""), "{html}");
    let link = running
        .slack(
            "chat.getPermalink",
            json!({"channel": "C0ERRAND", "message_ts": first["ts"]}),
        )
        .await;
    let anchor = link["permalink"]
        .as_str()
        .and_then(|link| link.split('#').nth(1))
        .expect("an anchor");
    assert!(
        html.contains(&format!("id=\"{anchor}\"")),
        "{anchor}: {html}"
    );
    running
        .slack(
            "chat.postMessage",
            json!({"channel": "#product", "text": "Newest"}),
        )
        .await;
    let first = running.http.get(format!("{}/slack/", running.url));
    let first = first.send().await.expect("an answer");
    assert_eq!(first.url().path(), "/sandbox/slack/product");
}

#[tokio::test]
async fn a_pull_request_shows_its_body_state_and_coloured_diff() {
    let running = Running::start().await;
    let _copy = running.repository_with_a_branch("acme", "site").await;
    let wanted = json!({"title": "Email capture", "head": "errand/capture", "base": "main", "body": "- [x] form"});
    let pull: serde_json::Value = running
        .github("POST", "/repos/acme/site/pulls")
        .json(&wanted)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let url = pull["html_url"].as_str().expect("a URL");
    let html = running
        .http
        .get(url)
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("text");
    for shown in [
        "Email capture",
        "badge open",
        "errand/capture",
        "capture.js",
        "type=\"checkbox\"",
    ] {
        assert!(html.contains(shown), "{shown}: {html}");
    }
    assert!(html.contains("<tr class=\"added\"><td class=\"number\"></td><td class=\"number\">2</td><td class=\"code\">&#60;form&#62;&#60;/form&#62;</td>"), "{html}");
    assert!(html.contains("<tr class=\"removed\">"), "{html}");
    let (_, repository) = page(&running, "/github/acme/site").await;
    assert!(
        repository.contains("Email capture") && repository.contains("git clone"),
        "{repository}"
    );
    assert!(page(&running, "/github/").await.1.contains("acme/site"));
}

#[tokio::test]
async fn the_first_page_says_that_this_is_a_sandbox_and_what_is_in_it() {
    let running = Running::start().await;
    let (status, html) = page(&running, "").await;
    assert_eq!(status, 200);
    assert!(
        html.contains("Nothing leaves this machine") && html.contains("Issues 0"),
        "{html}"
    );
    assert!(html.contains("href=\"/sandbox\""), "{html}");
}

#[tokio::test]
async fn pages_run_no_script_but_ours_and_what_is_not_there_says_so() {
    let running = Running::start().await;
    let response = running
        .http
        .get(format!("{}/linear/", running.url))
        .send()
        .await
        .expect("an answer");
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .expect("text");
    assert!(
        policy.contains("default-src 'none'") && policy.contains("script-src 'self'"),
        "{policy}"
    );
    for file in ["sandbox.css", "live.js", "avatar.svg"] {
        assert_eq!(
            page(&running, &format!("/assets/{file}")).await.0,
            200,
            "{file}"
        );
    }
    for path in [
        "/linear/issue/ERR-1",
        "/slack/nowhere",
        "/github/acme/site",
        "/github/acme/site/pull/x",
        "/assets/x",
        "/nonsense",
    ] {
        assert_eq!(page(&running, path).await.0, 404, "{path}");
    }
}
