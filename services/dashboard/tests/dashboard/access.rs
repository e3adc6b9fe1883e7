//! With an access token configured, nobody without it sees or does anything.
use crate::support::{Call, Reply, World, config, request};
use axum::{
    Router,
    body::Body,
    http::{Method, StatusCode},
    routing::get,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use errand_dashboard::{DashboardConfig, protected};
use tower::ServiceExt as _;

const TOKEN: &str = "correct horse battery staple";

async fn world() -> World {
    World::start_with(DashboardConfig {
        access_token: Some(TOKEN.into()),
        ..config()
    })
    .await
}

fn basic(user: &str, token: &str) -> String {
    format!(
        "Basic {}",
        BASE64_STANDARD.encode(format!("{user}:{token}"))
    )
}

async fn ask(world: &World, path: &str, authorization: &str) -> Reply {
    let headers = [("authorization", authorization)];
    world
        .send(request(Method::GET, path, &headers, Body::empty()))
        .await
}

#[tokio::test]
async fn without_the_token_nothing_is_shown_and_the_way_in_is_told() {
    let world = world().await;
    for path in [
        "/chat/new",
        "/api/v1/stories",
        "/api/openapi.json",
        "/events?scope=queue",
        "/assets/x/errand.css",
        "/nothing",
    ] {
        for authorization in [
            "",
            "Bearer wrong",
            "Bearer correct horse battery stapl",
            &basic("Ada", "wrong"),
        ] {
            let answer = ask(&world, path, authorization).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
            let challenges: Vec<_> = answer.headers.get_all("www-authenticate").iter().collect();
            assert_eq!(
                challenges,
                [
                    "Basic realm=\"Errand\", charset=\"UTF-8\"",
                    "Bearer realm=\"Errand\""
                ]
            );
            answer.shows(&["ERRAND_ACCESS_TOKEN"]);
            answer.hides(&[TOKEN]);
        }
    }
    let told = ask(&world, "/api/v1/stories", "").await.json();
    assert_eq!(told["error"]["code"], "unauthorized");
    let page = ask(&world, "/chat/new", &basic("", "wrong")).await;
    page.shows(&["<h1>The access token is wrong.</h1>"]);
}

#[tokio::test]
async fn the_token_lets_in_as_bearer_and_as_password() {
    let world = world().await;
    for authorization in [format!("Bearer {TOKEN}"), basic("Ada", TOKEN)] {
        for path in ["/chat/new", "/api/v1/stories", "/assets/x/errand.css"] {
            let answer = ask(&world, path, &authorization).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
        }
    }
}

#[tokio::test]
async fn whoever_signs_in_with_a_name_is_the_one_who_acts() {
    let world = world().await;
    let ada = basic("Ada Lovelace", TOKEN);
    let page = ask(&world, "/chat/new", &ada).await;
    page.shows(&["Signed in as Ada Lovelace"]);
    let bearer = format!("Bearer {TOKEN}");
    for (authorization, who) in [(&ada, "Ada Lovelace"), (&bearer, "you")] {
        let headers = [
            ("authorization", authorization.as_str()),
            ("content-type", "application/json"),
        ];
        let body = Body::from("{}");
        let started = request(Method::POST, "/api/v1/conversations", &headers, body);
        assert_eq!(world.send(started).await.status, StatusCode::CREATED);
        let calls = world.commands.calls();
        let Some(Call::Start(new)) = calls.last() else {
            panic!("{calls:?}");
        };
        assert_eq!(new.user, who);
    }
}

#[tokio::test]
async fn another_sites_page_gains_nothing_from_a_browser_that_has_signed_in() {
    let world = world().await;
    let headers = [
        ("authorization", basic("Ada", TOKEN)),
        ("sec-fetch-site", "cross-site".to_owned()),
    ];
    let headers = headers.each_ref().map(|(n, v)| (*n, v.as_str()));
    let asked = request(
        Method::POST,
        "/api/v1/conversations",
        &headers,
        Body::empty(),
    );
    assert_eq!(world.send(asked).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn probes_are_answered_without_the_token() {
    let routes = Router::new()
        .route("/healthz", get(|| async { "lives" }))
        .route("/readyz", get(|| async { "ready" }))
        .route("/metrics", get(|| async { "numbers" }));
    let routes: Router = protected(routes, Some(TOKEN.into()));
    for (path, expected) in [("/healthz", 200), ("/readyz", 200), ("/metrics", 401)] {
        let asked = request(Method::GET, path, &[], Body::empty());
        let answer = routes.clone().oneshot(asked).await.unwrap();
        assert_eq!(answer.status().as_u16(), expected, "{path}");
    }
}
