use serde_json::{Map, Value, json};

use super::{id_of, node_id, simple_user};
use crate::repositories::Repository;
use crate::{Sandbox, SandboxError};

/// GitHub's address templates: field and what follows the repository's own address.
const ADDRESSES: [(&str, &str); 37] = [
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    (
        "notifications_url",
        "/notifications{?since,all,participating}",
    ),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
    ("url", ""),
];

/// A repository whole. Its times are those of its newest commit: a bare repository knows no others.
pub(in crate::github) async fn repository(
    sandbox: &Sandbox,
    repository: &Repository,
) -> Result<Value, SandboxError> {
    let (owner, name) = (&repository.owner, &repository.name);
    let default_branch = repository.default_branch().await?;
    let newest = repository
        .commits(None, &format!("refs/heads/{default_branch}"), 1)
        .await
        .unwrap_or_default();
    let time = crate::clock::rfc3339_seconds(
        newest
            .first()
            .map_or(0, |commit| commit.time.saturating_mul(1_000_000)),
    );
    let links = sandbox.links();
    let (page, clone_url) = (links.repository(owner, name), links.clone_url(owner, name));
    let id = id_of(&format!("{owner}/{name}"));
    let mut shown = plain_settings();
    shown.extend(addresses(&links.repository_api(owner, name)));
    let own = json!({
        "id": id,
        "node_id": node_id("R", id),
        "name": name,
        "full_name": format!("{owner}/{name}"),
        "owner": simple_user(links, owner),
        "default_branch": default_branch,
        "html_url": page,
        "svn_url": page,
        "clone_url": clone_url,
        "git_url": clone_url,
        "ssh_url": clone_url,
        "created_at": time,
        "updated_at": time,
        "pushed_at": time,
    });
    if let Value::Object(own) = own {
        shown.extend(own);
    }
    Ok(Value::Object(shown))
}

fn addresses(api: &str) -> impl Iterator<Item = (String, Value)> {
    ADDRESSES
        .iter()
        .map(move |(field, rest)| ((*field).to_owned(), Value::String(format!("{api}{rest}"))))
}

/// What a new repository has before anybody changes its settings.
fn plain_settings() -> Map<String, Value> {
    let settings = json!({
        "private": false, "fork": false, "archived": false, "disabled": false, "is_template": false,
        "visibility": "public", "description": null, "homepage": null, "language": null, "license": null,
        "mirror_url": null, "topics": [], "size": 0,
        "has_issues": false, "has_projects": false, "has_wiki": false, "has_pages": false, "has_downloads": false,
        "has_discussions": false, "allow_forking": false, "web_commit_signoff_required": false,
        "forks": 0, "forks_count": 0, "stargazers_count": 0, "watchers": 0, "watchers_count": 0,
        "open_issues": 0, "open_issues_count": 0,
    });
    match settings {
        Value::Object(settings) => settings,
        _ => Map::new(),
    }
}
