use serde_json::{Value, json};

use super::{id_of, node_id};
use crate::github::LOGIN;
use crate::links::Links;

/// The part of an account that other objects carry.
pub(in crate::github) fn simple_user(links: &Links, login: &str) -> Value {
    let api = format!("{}/github/users/{login}", links.root());
    let id = id_of(login);
    json!({
        "login": login,
        "id": id,
        "node_id": node_id("U", id),
        "avatar_url": format!("{}/assets/avatar.svg", links.root()),
        "gravatar_id": "",
        "url": api,
        "html_url": format!("{}/github/{login}", links.root()),
        "followers_url": format!("{api}/followers"),
        "following_url": format!("{api}/following{{/other_user}}"),
        "gists_url": format!("{api}/gists{{/gist_id}}"),
        "starred_url": format!("{api}/starred{{/owner}}{{/repo}}"),
        "subscriptions_url": format!("{api}/subscriptions"),
        "organizations_url": format!("{api}/orgs"),
        "repos_url": format!("{api}/repos"),
        "events_url": format!("{api}/events{{/privacy}}"),
        "received_events_url": format!("{api}/received_events"),
        "type": if login == LOGIN { "Bot" } else { "User" },
        "site_admin": false,
    })
}

/// The account behind the token, as `GET /user` shows it.
pub(in crate::github) fn authenticated_user(links: &Links) -> Value {
    let mut user = simple_user(links, LOGIN);
    let more = json!({
        "user_view_type": "public",
        "name": "Errand sandbox",
        "company": null,
        "blog": null,
        "location": null,
        "email": null,
        "hireable": null,
        "bio": "A stand-in on this machine; nothing leaves it.",
        "public_repos": 0,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
    });
    if let (Some(user), Value::Object(more)) = (user.as_object_mut(), more) {
        user.extend(more);
    }
    user
}
