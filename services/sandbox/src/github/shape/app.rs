use serde_json::{Value, json};

use super::{node_id, simple_user};
use crate::github::{INSTALLATION, LOGIN};
use crate::links::Links;

const CREATED: &str = "2026-01-01T00:00:00Z";
const SLUG: &str = "errand-sandbox";

fn permissions() -> Value {
    json!({"contents": "write", "metadata": "read", "pull_requests": "write"})
}

/// `GET /app`.
pub(in crate::github) fn app(links: &Links, id: u64) -> Value {
    json!({
        "id": id,
        "slug": SLUG,
        "node_id": node_id("A", id),
        "owner": simple_user(links, LOGIN),
        "name": "Errand sandbox",
        "description": "A stand-in on this machine; nothing leaves it.",
        "external_url": links.root(),
        "html_url": format!("{}/github/apps/{SLUG}", links.root()),
        "created_at": CREATED,
        "updated_at": CREATED,
        "permissions": permissions(),
        "events": [],
    })
}

/// `GET /repos/{owner}/{repo}/installation`.
pub(in crate::github) fn installation(links: &Links, owner: &str, app: u64) -> Value {
    let api = format!("{}/github/app/installations/{INSTALLATION}", links.root());
    json!({
        "id": INSTALLATION,
        "account": simple_user(links, owner),
        "repository_selection": "all",
        "access_tokens_url": format!("{api}/access_tokens"),
        "repositories_url": format!("{}/github/installation/repositories", links.root()),
        "html_url": format!("{}/github/settings/installations/{INSTALLATION}", links.root()),
        "app_id": app,
        "app_slug": SLUG,
        "target_id": 1,
        "target_type": "User",
        "permissions": permissions(),
        "events": [],
        "created_at": CREATED,
        "updated_at": CREATED,
        "single_file_name": null,
        "suspended_by": null,
        "suspended_at": null,
    })
}
