//! Who may ask, and what every answer carries.
use crate::support::{World, request};
use axum::{
    body::Body,
    http::{Method, StatusCode},
};

async fn status(world: &World, method: Method, path: &str, headers: &[(&str, &str)]) -> StatusCode {
    world
        .send(request(method, path, headers, Body::empty()))
        .await
        .status
}

#[tokio::test]
async fn foreign_host_names_are_refused() {
    let world = World::start().await;
    for good in ["127.0.0.1:7171", "localhost:7171", "[::1]:7171"] {
        assert_eq!(
            status(&world, Method::GET, "/chat/new", &[("host", good)]).await,
            StatusCode::OK,
            "{good}"
        );
    }
    for bad in [
        "evil.example:7171",
        "127.0.0.1.evil.example",
        "192.168.1.4:7171",
    ] {
        for path in ["/chat/new", "/api/v1/stories", "/events?scope=queue"] {
            let refused = status(&world, Method::GET, path, &[("host", bad)]).await;
            assert_eq!(refused, StatusCode::MISDIRECTED_REQUEST, "{bad} {path}");
        }
    }
}

#[tokio::test]
async fn other_sites_cannot_change_anything() {
    let (world, ids) = World::with_sample().await;
    let cancel = format!("/stories/{}/cancel", ids.running);
    let api = format!("/api/v1/stories/{}/cancel", ids.running);
    let foreign: [&[(&str, &str)]; 4] = [
        &[("sec-fetch-site", "cross-site")],
        &[
            ("sec-fetch-site", "same-site"),
            ("origin", "http://127.0.0.1:7171"),
        ],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
    ];
    for headers in foreign {
        for path in [&cancel, &api] {
            let refused = status(&world, Method::POST, path, headers).await;
            assert_eq!(refused, StatusCode::FORBIDDEN, "{path} {headers:?}");
        }
        assert_eq!(
            status(&world, Method::DELETE, "/api/v1/dead-letters/1", headers).await,
            StatusCode::FORBIDDEN
        );
    }
    assert!(world.commands.calls().is_empty());
    let own = [("origin", "http://127.0.0.1:7171")];
    assert_eq!(
        status(&world, Method::POST, &cancel, &own).await,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        status(&world, Method::POST, &api, &[]).await,
        StatusCode::OK
    );
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let world = World::start().await;
    for path in [
        "/chat/new",
        "/nothing",
        "/api/v1/health",
        "/api/v1/stories/none",
        "/assets/x/errand.css",
    ] {
        let answer = world.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'self';"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
    }
}

#[tokio::test]
async fn pages_obey_their_own_policy() {
    let (world, ids) = World::with_sample().await;
    let story = format!("/stories/{}", ids.completed);
    for path in [
        "/chat/new",
        &story,
        "/queue",
        "/health",
        "/dead-letters",
        "/audit",
        "/audit/1",
        "/projects/sample-site/history",
    ] {
        let page = world.get(path).await;
        page.hides(&[" style=\"", " onclick=", "<style", "javascript:"]);
        assert_eq!(page.body.matches("<script").count(), 1, "{path}");
        page.shows(&[
            "<script type=\"module\" src=\"/assets/",
            "Skip to the content",
            "<main id=\"main\"",
        ]);
    }
}
