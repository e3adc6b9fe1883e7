mod diff;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::markdown;
use super::refusal::{failed, not_found};
use super::shell::{Shell, respond};
use super::when::When;
use crate::github::{Pull, PullState, changed_files, current};
use crate::repositories::{Commit, Repository};
use crate::{Sandbox, SandboxError};
use diff::File;

const VENDOR: &str = "GitHub";
const MAX_LISTED_REPOSITORIES: usize = 200;
const MAX_LISTED_BRANCHES: usize = 50;
const MAX_LISTED_COMMITS: usize = 30;
const MAX_SHOWN_FILES: usize = 200;

#[derive(Template)]
#[template(path = "github_list.html")]
struct ListPage {
    shell: Shell,
    repositories: Vec<Repository>,
}

#[derive(Template)]
#[template(path = "github_repository.html")]
struct RepositoryPage {
    shell: Shell,
    repository: Repository,
    clone_url: String,
    default_branch: String,
    /// Whose commits are listed.
    shown_branch: String,
    branches: Vec<String>,
    commits: Vec<(When, Commit)>,
    pulls: Vec<(When, Pull)>,
}

#[derive(Template)]
#[template(path = "github_pull.html")]
struct PullPage {
    shell: Shell,
    pull: Pull,
    created: When,
    body: String,
    commits: Vec<(When, Commit)>,
    files: Vec<File>,
    additions: u64,
    deletions: u64,
    hidden_files: usize,
}

impl Pull {
    /// The word on the badge.
    fn badge(&self) -> &'static str {
        match self.state() {
            PullState::Open if self.draft => "Draft",
            PullState::Open => "Open",
            PullState::Closed => "Closed",
            PullState::Merged => "Merged",
        }
    }
}

/// Every repository.
pub(super) async fn repositories(State(sandbox): State<Sandbox>) -> Response {
    let repositories = sandbox.repositories().list(MAX_LISTED_REPOSITORIES);
    respond(
        StatusCode::OK,
        &ListPage {
            shell: Shell::new(&sandbox, VENDOR),
            repositories,
        },
    )
}

/// One repository: its pull requests, branches and newest commits.
pub(super) async fn repository(
    State(sandbox): State<Sandbox>,
    Path((owner, repo)): Path<(String, String)>,
) -> Response {
    let Some(repository) = sandbox.repositories().find(&owner, &repo) else {
        return not_found(&sandbox, VENDOR, "such repository");
    };
    match repository_page(&sandbox, repository, None).await {
        Ok(page) => respond(StatusCode::OK, &page),
        Err(problem) => failed(&sandbox, VENDOR, &problem),
    }
}

/// One repository, with the newest commits of this branch.
pub(super) async fn branch(
    State(sandbox): State<Sandbox>,
    Path((owner, repo, branch)): Path<(String, String, String)>,
) -> Response {
    let Some(repository) = sandbox.repositories().find(&owner, &repo) else {
        return not_found(&sandbox, VENDOR, "such repository");
    };
    if repository.branch(&branch).await.is_none() {
        return not_found(&sandbox, VENDOR, "such branch");
    }
    match repository_page(&sandbox, repository, Some(branch)).await {
        Ok(page) => respond(StatusCode::OK, &page),
        Err(problem) => failed(&sandbox, VENDOR, &problem),
    }
}

async fn repository_page(
    sandbox: &Sandbox,
    repository: Repository,
    branch: Option<String>,
) -> Result<RepositoryPage, SandboxError> {
    let (owner, name) = (repository.owner.clone(), repository.name.clone());
    let pulls = sandbox
        .store()
        .run(move |connection| Pull::of_repository(connection, &owner, &name))
        .await?;
    let default_branch = repository.default_branch().await?;
    let shown_branch = branch.unwrap_or_else(|| default_branch.clone());
    let commits = match repository.branch(&shown_branch).await {
        Some(newest) => {
            repository
                .commits(None, &newest, MAX_LISTED_COMMITS)
                .await?
        }
        None => Vec::new(),
    };
    Ok(RepositoryPage {
        shell: Shell::new(sandbox, VENDOR),
        clone_url: sandbox
            .links()
            .clone_url(&repository.owner, &repository.name),
        branches: repository.branches(MAX_LISTED_BRANCHES).await?,
        commits: with_times(commits),
        pulls: pulls
            .into_iter()
            .map(|pull| (When::at(pull.created_at), pull))
            .collect(),
        default_branch,
        shown_branch,
        repository,
    })
}

/// One pull request with its diff.
pub(super) async fn pull(
    State(sandbox): State<Sandbox>,
    Path((owner, repo, number)): Path<(String, String, String)>,
) -> Response {
    let repository = sandbox.repositories().find(&owner, &repo);
    let (Some(repository), Ok(number)) = (repository, number.parse()) else {
        return not_found(&sandbox, VENDOR, "such pull request");
    };
    match pull_page(&sandbox, &repository, number).await {
        Ok(Some(page)) => respond(StatusCode::OK, &page),
        Ok(None) => not_found(&sandbox, VENDOR, "such pull request"),
        Err(problem) => failed(&sandbox, VENDOR, &problem),
    }
}

async fn pull_page(
    sandbox: &Sandbox,
    repository: &Repository,
    number: i64,
) -> Result<Option<PullPage>, SandboxError> {
    let Some(pull) = current(sandbox, repository, number).await? else {
        return Ok(None);
    };
    let files = changed_files(repository, &pull).await?;
    let commits = repository
        .commits(Some(&pull.base_sha), &pull.head_sha, MAX_LISTED_COMMITS)
        .await?;
    Ok(Some(PullPage {
        shell: Shell::new(sandbox, VENDOR),
        created: When::at(pull.created_at),
        body: markdown::to_html(pull.body.as_deref().unwrap_or_default()),
        commits: with_times(commits),
        additions: files.iter().map(|file| file.additions).sum(),
        deletions: files.iter().map(|file| file.deletions).sum(),
        hidden_files: files.len().saturating_sub(MAX_SHOWN_FILES),
        files: files
            .into_iter()
            .take(MAX_SHOWN_FILES)
            .map(File::from)
            .collect(),
        pull,
    }))
}

fn with_times(commits: Vec<Commit>) -> Vec<(When, Commit)> {
    commits
        .into_iter()
        .map(|commit| (When::at(commit.time.saturating_mul(1_000_000)), commit))
        .collect()
}
