//! What the executor needs from a code host.

use async_trait::async_trait;
use secrecy::SecretString;

use super::CodeHostError;

/// A pull request to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPullRequest {
    pub owner: String,
    pub repo: String,
    /// Cut at 256 characters.
    pub title: String,
    /// The branch with the work, in the same repository.
    pub head: String,
    /// The branch it should go to.
    pub base: String,
    /// Markdown, cut at 65,536 characters.
    pub body: String,
    pub draft: bool,
}

/// A pull request as the code host has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequest {
    pub number: u64,
    /// The page a person opens.
    pub url: String,
    pub state: PullRequestState,
    pub draft: bool,
    pub title: String,
    pub body: String,
    pub head: String,
    pub base: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullRequestState {
    Open,
    Closed,
    Merged,
}

/// What to change on a pull request; `None` leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PullRequestUpdate {
    pub title: Option<String>,
    pub body: Option<String>,
    pub base: Option<String>,
}

/// Pull requests of a code host. A branch is the key: there is at most one pull request for a session's branch.
#[async_trait]
pub trait CodeHost: Send + Sync {
    /// Checks the connection; the answer says in words who we are.
    async fn check(&self) -> Result<String, CodeHostError>;

    /// A token with which branches of this repository can be read and pushed now; it may be used for minutes.
    async fn push_token(&self, owner: &str, repo: &str) -> Result<SecretString, CodeHostError>;

    /// The pull request for `new.head`, opened if there is none, with the title and body of `new` if it is open. One
    /// that was closed or merged counts: it is returned, never opened again. Calling it any number of times, also
    /// after unknown outcomes, opens one.
    async fn ensure_pull_request(&self, new: NewPullRequest) -> Result<PullRequest, CodeHostError>;

    /// The pull request for `branch`: an open one before a merged one before a closed one, the newest of its kind.
    async fn find_pull_request(
        &self,
        owner: &str,
        repo: &str,
        branch: &str,
    ) -> Result<Option<PullRequest>, CodeHostError>;

    /// Changes title, body or base. The same update again changes nothing.
    async fn update_pull_request(
        &self,
        owner: &str,
        repo: &str,
        number: u64,
        update: PullRequestUpdate,
    ) -> Result<PullRequest, CodeHostError>;
}
