//! `GET /repos/{owner}/{repo}/pulls`.

use axum::Json;
use axum::extract::Query;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use serde::Deserialize;
use serde_json::Value;

use super::current::current;
use super::problem::{Answer, Problem};
use super::pull::{Pull, State};
use super::shape;
use crate::Sandbox;
use crate::repositories::Repository;

const DEFAULT_PAGE_ENTRIES: usize = 30;
const MAX_PAGE_ENTRIES: usize = 100;
/// So many of the newest open ones are compared with git before they are listed.
const MAX_REFRESHED_PULLS: usize = 30;

#[derive(Deserialize)]
struct Filter {
    /// `owner:branch`. GitHub ignores a value without the owner, and so do we: it is a known trap.
    head: Option<String>,
    base: Option<String>,
    #[serde(default)]
    state: Wanted,
    #[serde(default)]
    sort: Sort,
    direction: Option<Direction>,
}

#[derive(Default, Deserialize, PartialEq, Eq, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Wanted {
    #[default]
    Open,
    Closed,
    All,
}

#[derive(Default, Deserialize, PartialEq, Eq, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Sort {
    #[default]
    Created,
    Updated,
}

#[derive(Deserialize, PartialEq, Eq, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Direction {
    Asc,
    Desc,
}

/// `page` and `per_page`, as every list of GitHub takes them.
#[derive(Deserialize)]
pub(super) struct Paging {
    page: Option<usize>,
    per_page: Option<usize>,
}

pub(super) async fn list(
    sandbox: &Sandbox,
    repository: &Repository,
    uri: &Uri,
) -> Answer<(HeaderMap, Json<Value>)> {
    let filter: Filter = query(uri)?;
    let (owner, repo) = (repository.owner.clone(), repository.name.clone());
    let mut pulls = sandbox
        .store()
        .run(move |connection| Pull::of_repository(connection, &owner, &repo))
        .await?;
    pulls.retain(|pull| filter.keeps_branches(pull));
    for pull in pulls
        .iter_mut()
        .filter(|pull| pull.state() == State::Open)
        .take(MAX_REFRESHED_PULLS)
    {
        if let Some(fresh) = current(sandbox, repository, pull.number).await? {
            *pull = fresh;
        }
    }
    pulls.retain(|pull| filter.keeps_state(pull));
    filter.order(&mut pulls);
    let address = format!(
        "{}/pulls",
        sandbox
            .links()
            .repository_api(&repository.owner, &repository.name)
    );
    let (pulls, links) = page(pulls, uri, &address)?;
    let shown = shape::pull_list(sandbox, repository, &pulls).await?;
    Ok((links, Json(shown)))
}

/// The query string as `T`, or GitHub's complaint.
pub(super) fn query<T: serde::de::DeserializeOwned>(uri: &Uri) -> Answer<T> {
    Query::try_from_uri(uri)
        .map(|Query(wanted)| wanted)
        .map_err(|problem| Problem::WrongShape(problem.body_text()))
}

/// One page of a list, and the `Link` header that names its neighbours.
pub(super) fn page<T>(entries: Vec<T>, uri: &Uri, address: &str) -> Answer<(Vec<T>, HeaderMap)> {
    let paging: Paging = query(uri)?;
    let size = paging
        .per_page
        .unwrap_or(DEFAULT_PAGE_ENTRIES)
        .clamp(1, MAX_PAGE_ENTRIES);
    let page = paging.page.unwrap_or(1).max(1);
    let last = entries.len().div_ceil(size).max(1);
    let mut links = Vec::new();
    let mut link = |number: usize, name: &str| {
        links.push(format!(
            "<{address}?{}page={number}>; rel=\"{name}\"",
            other_parameters(uri)
        ));
    };
    if page > 1 {
        link(page - 1, "prev");
        link(1, "first");
    }
    if page < last {
        link(page + 1, "next");
        link(last, "last");
    }
    let mut headers = HeaderMap::new();
    if let (false, Ok(value)) = (links.is_empty(), HeaderValue::from_str(&links.join(", "))) {
        headers.insert(header::LINK, value);
    }
    let first = (page - 1).saturating_mul(size);
    Ok((
        entries.into_iter().skip(first).take(size).collect(),
        headers,
    ))
}

/// The query string without `page`, ending with `&` unless it is empty.
fn other_parameters(uri: &Uri) -> String {
    let query = uri.query().unwrap_or_default();
    query
        .split('&')
        .filter(|part| !part.is_empty() && !part.starts_with("page="))
        .map(|part| format!("{part}&"))
        .collect()
}

impl Filter {
    fn keeps_state(&self, pull: &Pull) -> bool {
        let open = pull.state() == State::Open;
        match self.state {
            Wanted::Open => open,
            Wanted::Closed => !open,
            Wanted::All => true,
        }
    }

    fn keeps_branches(&self, pull: &Pull) -> bool {
        let head = self.head.as_deref().and_then(|head| head.split_once(':'));
        head.is_none_or(|(owner, branch)| owner == pull.owner && branch == pull.head)
            && self.base.as_ref().is_none_or(|base| *base == pull.base)
    }

    fn order(&self, pulls: &mut [Pull]) {
        pulls.sort_by_key(|pull| {
            if self.sort == Sort::Updated {
                pull.updated_at
            } else {
                pull.number
            }
        });
        if self.direction != Some(Direction::Asc) {
            pulls.reverse();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_names_its_neighbouring_pages() {
        let uri: Uri = "/x?state=all&per_page=10&page=2".parse().expect("a URI");
        let (entries, headers) = page((0..35).collect(), &uri, "http://h/pulls").expect("a page");
        assert_eq!(entries, (10..20).collect::<Vec<_>>());
        let link = headers[header::LINK].to_str().expect("text");
        assert!(
            link.contains("<http://h/pulls?state=all&per_page=10&page=3>; rel=\"next\""),
            "{link}"
        );
        assert!(link.contains("page=4>; rel=\"last\""), "{link}");
    }
}
