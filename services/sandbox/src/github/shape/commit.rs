use serde_json::{Value, json};

use super::{id_of, node_id};
use crate::clock;
use crate::links::Links;
use crate::repositories::{Commit, Repository};

/// A commit with its author and parents.
pub(in crate::github) fn commit(links: &Links, repository: &Repository, commit: &Commit) -> Value {
    let api = links.repository_api(&repository.owner, &repository.name);
    let page = links.repository(&repository.owner, &repository.name);
    let sha = &commit.sha;
    let person = json!({
        "name": commit.author,
        "email": commit.email,
        "date": clock::rfc3339_seconds(commit.time.saturating_mul(1_000_000)),
    });
    let parents: Vec<Value> = commit
        .parents
        .iter()
        .map(|parent| json!({"sha": parent, "url": format!("{api}/commits/{parent}"), "html_url": format!("{page}/commit/{parent}")}))
        .collect();
    json!({
        "sha": sha,
        "node_id": node_id("C", id_of(sha)),
        "url": format!("{api}/commits/{sha}"),
        "html_url": format!("{page}/commit/{sha}"),
        "comments_url": format!("{api}/commits/{sha}/comments"),
        "commit": {
            "url": format!("{api}/git/commits/{sha}"),
            "author": person,
            "committer": person,
            "message": commit.subject,
            "comment_count": 0,
            "tree": {"sha": commit.tree, "url": format!("{api}/git/trees/{}", commit.tree)},
        },
        "author": null,
        "committer": null,
        "parents": parents,
    })
}
