//! Pull requests: found by their branch, opened once.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::Method;

use super::wire::{CreateBody, PullBody, UpdateBody, UserBody};
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
        let (what, url) = (
            format!("{}/{}", new.owner, new.repo),
            self.pulls(&new.owner, &new.repo, &[]),
        );
        let mut attempt = 1;
        loop {
            let sent = self
                .send::<PullBody>(Method::POST, url.clone(), &CreateBody::of(new), &what)
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
            if let Some(found) = self
                .find_pull_request(&new.owner, &new.repo, &new.head)
                .await?
            {
                return Ok(found);
            }
            if !unknown || attempt == MAX_OPEN_ATTEMPTS {
                return Err(error);
            }
            attempt += 1;
        }
    }
}

#[async_trait]
impl CodeHost for GitHub {
    async fn check(&self) -> Result<String, CodeHostError> {
        let user: UserBody = self.get(self.user(), "the token's owner").await?;
        Ok(format!("connected as {}", user.login))
    }

    async fn ensure_pull_request(&self, new: NewPullRequest) -> Result<PullRequest, CodeHostError> {
        match self
            .find_pull_request(&new.owner, &new.repo, &new.head)
            .await?
        {
            Some(found) => Ok(found),
            None => self.open_pull_request(&new).await,
        }
    }

    async fn find_pull_request(
        &self,
        owner: &str,
        repo: &str,
        branch: &str,
    ) -> Result<Option<PullRequest>, CodeHostError> {
        let mut url = self.pulls(owner, repo, &[]);
        // Without the owner in front, GitHub ignores the filter.
        let head = format!("{owner}:{branch}");
        url.query_pairs_mut()
            .append_pair("head", &head)
            .append_pair("state", "all")
            .append_pair("per_page", "100");
        let listed: Vec<PullBody> = self.get(url, &format!("{owner}/{repo}")).await?;
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
        let url = self.pulls(owner, repo, &[&number.to_string()]);
        let what = format!("{owner}/{repo}#{number}");
        let body: PullBody = self
            .send(Method::PATCH, url, &UpdateBody::of(&update), &what)
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
