use serde_json::{Map, Value, json};

use super::{id_of, node_id, repository, simple_user};
use crate::clock::rfc3339_seconds;
use crate::github::files::changed_files;
use crate::github::{LOGIN, Pull, PullState};
use crate::links::Links;
use crate::repositories::Repository;
use crate::{Sandbox, SandboxError};

/// A pull request whole (`pull-request`).
pub(in crate::github) async fn pull(
    sandbox: &Sandbox,
    home: &Repository,
    pull: &Pull,
) -> Result<Value, SandboxError> {
    let repo = repository(sandbox, home).await?;
    let files = changed_files(home, pull).await?;
    let commits = home.ahead(&pull.base_sha, &pull.head_sha).await?;
    let merged = pull.state() == PullState::Merged;
    let mut shown = simple(sandbox.links(), &repo, pull);
    let more = json!({
        "merged": merged,
        // Null is what GitHub answers while it has not worked it out.
        "mergeable": null,
        "mergeable_state": "unknown",
        "rebaseable": null,
        "merged_by": if merged { simple_user(sandbox.links(), LOGIN) } else { Value::Null },
        "comments": 0,
        "review_comments": 0,
        "maintainer_can_modify": pull.maintainer_can_modify,
        "commits": commits,
        "additions": files.iter().map(|file| file.additions).sum::<u64>(),
        "deletions": files.iter().map(|file| file.deletions).sum::<u64>(),
        "changed_files": files.len(),
    });
    if let Value::Object(more) = more {
        shown.extend(more);
    }
    Ok(Value::Object(shown))
}

/// Pull requests of a list (`pull-request-simple`).
pub(in crate::github) async fn pull_list(
    sandbox: &Sandbox,
    home: &Repository,
    pulls: &[Pull],
) -> Result<Value, SandboxError> {
    let repo = repository(sandbox, home).await?;
    Ok(pulls
        .iter()
        .map(|pull| Value::Object(simple(sandbox.links(), &repo, pull)))
        .collect())
}

fn simple(links: &Links, repo: &Value, pull: &Pull) -> Map<String, Value> {
    let id = id_of(&format!("{}/{}#{}", pull.owner, pull.repo, pull.number));
    let time = |micros: Option<i64>| micros.map(rfc3339_seconds);
    let open = pull.state() == PullState::Open;
    let mut shown = addresses(links, pull);
    let own = json!({
        "id": id,
        "node_id": node_id("PR", id),
        "number": pull.number,
        "state": if open { "open" } else { "closed" },
        "locked": false,
        "title": pull.title,
        "body": pull.body,
        "user": simple_user(links, LOGIN),
        "labels": [],
        "milestone": null,
        "created_at": rfc3339_seconds(pull.created_at),
        "updated_at": rfc3339_seconds(pull.updated_at),
        "closed_at": time(pull.closed_at),
        "merged_at": time(pull.merged_at),
        "merge_commit_sha": null,
        "assignee": null,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "head": side(links, repo, pull, &pull.head, &pull.head_sha),
        "base": side(links, repo, pull, &pull.base, &pull.base_sha),
        "author_association": "COLLABORATOR",
        "auto_merge": null,
        "draft": pull.draft,
    });
    if let Value::Object(own) = own {
        shown.extend(own);
    }
    shown
}

fn side(links: &Links, repo: &Value, pull: &Pull, branch: &str, sha: &str) -> Value {
    json!({
        "label": format!("{}:{branch}", pull.owner),
        "ref": branch,
        "sha": sha,
        "user": simple_user(links, &pull.owner),
        "repo": repo,
    })
}

fn addresses(links: &Links, pull: &Pull) -> Map<String, Value> {
    let repo = links.repository_api(&pull.owner, &pull.repo);
    let (api, page) = (
        format!("{repo}/pulls/{}", pull.number),
        links.pull_request(&pull.owner, &pull.repo, pull.number),
    );
    let issue = format!("{repo}/issues/{}", pull.number);
    let statuses = format!("{repo}/statuses/{}", pull.head_sha);
    let review_comment = format!("{repo}/pulls/comments{{/number}}");
    let shown = json!({
        "url": api,
        "html_url": page,
        "diff_url": format!("{page}.diff"),
        "patch_url": format!("{page}.patch"),
        "issue_url": issue,
        "commits_url": format!("{api}/commits"),
        "review_comments_url": format!("{api}/comments"),
        "review_comment_url": review_comment,
        "comments_url": format!("{issue}/comments"),
        "statuses_url": statuses,
        "_links": {
            "self": {"href": api},
            "html": {"href": page},
            "issue": {"href": issue},
            "comments": {"href": format!("{issue}/comments")},
            "review_comments": {"href": format!("{api}/comments")},
            "review_comment": {"href": review_comment},
            "commits": {"href": format!("{api}/commits")},
            "statuses": {"href": statuses},
        },
    });
    match shown {
        Value::Object(shown) => shown,
        _ => Map::new(),
    }
}
