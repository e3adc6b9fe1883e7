//! Pull requests: found by their branch, opened once.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::Method;
use secrecy::SecretString;

use super::client::Place;
use super::wire::{CreateBody, PullBody, RepositoryBody, UpdateBody};
use super::{
    CodeHost, CodeHostError, GitHub, NewPullRequest, PullRequest, PullRequestState,
    PullRequestUpdate,
};

/// How often opening is tried when nobody can tell whether it worked.
const MAX_OPEN_ATTEMPTS: u32 = 3;

/// What the server gets to make a pull request visible that it may have opened; it grows with the attempts.
const READ_BACK_DELAY: Duration = Duration::from_millis(250);

impl GitHub {
    /// Opens a pull request. Whatever the outcome of a request seems to be, the branch is looked up before it is
    /// sent again, so that there is never a second one.
    ///
    /// # Errors
    /// [`CodeHostError::Invalid`] with the server's reason when it cannot be opened and none is there; the others
    /// as they are named.
    pub async fn open_pull_request(
        &self,
        new: &NewPullRequest,
    ) -> Result<PullRequest, CodeHostError> {
        let place = new.place();
        let (what, url) = (place.to_string(), self.url(place, &["pulls"]));
        let mut attempt = 1;
        loop {
            let sent = self
                .send::<PullBody>(
                    place,
                    Method::POST,
                    url.clone(),
                    &CreateBody::of(new),
                    &what,
                )
                .await;
            let error = match sent {
                Ok(body) => return Ok(body.into()),
                Err(
                    error @ (CodeHostError::Invalid { .. } | CodeHostError::Unavailable { .. }),
                ) => error,
                Err(error) => return Err(error),
            };
            let unknown = error.is_transient();
            if unknown {
                tokio::time::sleep(READ_BACK_DELAY * attempt).await;
            }
            if let Some(found) = self.found_anywhere(new).await? {
                return Ok(found);
            }
            if !unknown || attempt == MAX_OPEN_ATTEMPTS {
                return Err(error);
            }
            attempt += 1;
        }
    }

    /// The pull request of the branch, also where the repository was given to another owner: listings are filtered
    /// by owner, and the old one is redirected but filters nothing out of the new one's.
    async fn found_anywhere(
        &self,
        new: &NewPullRequest,
    ) -> Result<Option<PullRequest>, CodeHostError> {
        let place = new.place();
        let found = self
            .find_pull_request(place.owner, place.repo, &new.head)
            .await?;
        if found.is_some() {
            return Ok(found);
        }
        let url = self.url(place, &[]);
        let Ok(now) = self
            .get::<RepositoryBody>(place, url, &place.to_string())
            .await
        else {
            return Ok(None);
        };
        if now.owner.login.eq_ignore_ascii_case(place.owner) {
            return Ok(None);
        }
        self.find_pull_request(&now.owner.login, &now.name, &new.head)
            .await
    }

    /// Says on an open pull request what a later attempt at the same story says.
    async fn brought_up_to_date(
        &self,
        found: PullRequest,
        new: &NewPullRequest,
    ) -> Result<PullRequest, CodeHostError> {
        match new.update_of(&found) {
            Some(update) if found.state == PullRequestState::Open => {
                self.update_pull_request(&new.owner, &new.repo, found.number, update)
                    .await
            }
            _ => Ok(found),
        }
    }
}

impl NewPullRequest {
    fn place(&self) -> Place<'_> {
        Place {
            owner: &self.owner,
            repo: &self.repo,
        }
    }
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.owner, self.repo)
    }
}

#[async_trait]
impl CodeHost for GitHub {
    async fn check(&self) -> Result<String, CodeHostError> {
        Ok(format!("connected as {}", self.name().await?))
    }

    async fn push_token(&self, owner: &str, repo: &str) -> Result<SecretString, CodeHostError> {
        self.token(Place { owner, repo }).await
    }

    async fn ensure_pull_request(&self, new: NewPullRequest) -> Result<PullRequest, CodeHostError> {
        let found = self
            .find_pull_request(&new.owner, &new.repo, &new.head)
            .await?;
        let found = match found {
            Some(found) => found,
            None => self.open_pull_request(&new).await?,
        };
        self.brought_up_to_date(found, &new).await
    }

    async fn find_pull_request(
        &self,
        owner: &str,
        repo: &str,
        branch: &str,
    ) -> Result<Option<PullRequest>, CodeHostError> {
        let place = Place { owner, repo };
        let mut url = self.url(place, &["pulls"]);
        // Without the owner in front, GitHub ignores the filter.
        let head = format!("{owner}:{branch}");
        url.query_pairs_mut()
            .append_pair("head", &head)
            .append_pair("state", "all")
            .append_pair("per_page", "100");
        let listed: Vec<PullBody> = self.get(place, url, &place.to_string()).await?;
        let from_branch = listed
            .into_iter()
            .filter(|body| body.is_from(branch))
            .map(PullRequest::from);
        Ok(from_branch.max_by_key(|found| (preference(found.state), found.number)))
    }

    async fn update_pull_request(
        &self,
        owner: &str,
        repo: &str,
        number: u64,
        update: PullRequestUpdate,
    ) -> Result<PullRequest, CodeHostError> {
        let place = Place { owner, repo };
        let url = self.url(place, &["pulls", &number.to_string()]);
        let what = format!("{place}#{number}");
        let body: PullBody = self
            .send(place, Method::PATCH, url, &UpdateBody::of(&update), &what)
            .await?;
        Ok(body.into())
    }
}

const fn preference(state: PullRequestState) -> u8 {
    match state {
        PullRequestState::Open => 2,
        PullRequestState::Merged => 1,
        PullRequestState::Closed => 0,
    }
}
