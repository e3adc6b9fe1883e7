//! What git knows: branches, commits, how far one is ahead of another.

use super::{DEFAULT_BRANCH, Repository, command, is_branch_name};
use crate::SandboxError;

/// A commit as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) sha: String,
    pub(crate) tree: String,
    pub(crate) parents: Vec<String>,
    pub(crate) author: String,
    pub(crate) email: String,
    /// Seconds since 1970.
    pub(crate) time: i64,
    pub(crate) subject: String,
}

impl Commit {
    /// The first digits, as people quote a commit.
    pub(crate) fn short_sha(&self) -> &str {
        self.sha.get(..7).unwrap_or(&self.sha)
    }
}

impl Repository {
    /// The commit a branch points to.
    pub(crate) async fn branch(&self, name: &str) -> Option<String> {
        if !is_branch_name(name) {
            return None;
        }
        let reference = format!("refs/heads/{name}^{{commit}}");
        let output = self
            .git(&["rev-parse", "--verify", "--quiet", &reference])
            .await
            .ok()?;
        Some(text(&output).trim().to_owned())
    }

    /// The names of all branches, at most `limit`.
    pub(crate) async fn branches(&self, limit: usize) -> Result<Vec<String>, SandboxError> {
        let count = format!("--count={limit}");
        let format = "--format=%(refname:lstrip=2)";
        let output = self
            .git(&[
                "for-each-ref",
                &count,
                format,
                "--sort=-committerdate",
                "refs/heads/",
            ])
            .await?;
        Ok(text(&output).lines().map(str::to_owned).collect())
    }

    /// The branch that a clone checks out: what HEAD names, or another while HEAD names one that was never pushed.
    pub(crate) async fn default_branch(&self) -> Result<String, SandboxError> {
        let named = text(&self.git(&["symbolic-ref", "--short", "HEAD"]).await?)
            .trim()
            .to_owned();
        if self.branch(&named).await.is_some() {
            return Ok(named);
        }
        let branches = self.branches(2).await?;
        let pushed = ["main", "master"]
            .iter()
            .find(|name| branches.iter().any(|branch| branch == *name));
        Ok(pushed
            .map(|name| (*name).to_owned())
            .or(branches.into_iter().next())
            .unwrap_or(DEFAULT_BRANCH.to_owned()))
    }

    /// After a push: lets HEAD name a branch that exists, so that a clone has something to check out.
    pub(crate) async fn settle_head(&self) -> Result<(), SandboxError> {
        let branch = self.default_branch().await?;
        if self.branch(&branch).await.is_some() {
            self.git(&["symbolic-ref", "HEAD", &format!("refs/heads/{branch}")])
                .await?;
        }
        Ok(())
    }

    /// The commit where two commits last were one; `None` when they never were.
    pub(crate) async fn merge_base(&self, one: &str, other: &str) -> Option<String> {
        let output = self.git(&["merge-base", one, other]).await.ok()?;
        Some(text(&output).trim().to_owned())
    }

    /// How many commits `head` has that `base` lacks.
    pub(crate) async fn ahead(&self, base: &str, head: &str) -> Result<u64, SandboxError> {
        let output = self
            .git(&["rev-list", "--count", &format!("{base}..{head}")])
            .await?;
        Ok(text(&output).trim().parse().unwrap_or(0))
    }

    /// The commits that `head` has and `base` lacks, newest first, at most `limit`.
    pub(crate) async fn commits(
        &self,
        base: Option<&str>,
        head: &str,
        limit: usize,
    ) -> Result<Vec<Commit>, SandboxError> {
        const FORMAT: &str = "--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%at%x00%s%x00";
        let range = base.map_or(head.to_owned(), |base| format!("{base}..{head}"));
        let output = self
            .git(&[
                "log",
                "--max-count",
                &limit.to_string(),
                FORMAT,
                &range,
                "--",
            ])
            .await?;
        let text = text(&output);
        let fields: Vec<&str> = text
            .split('\0')
            .map(|field| field.trim_start_matches('\n'))
            .collect();
        Ok(fields.chunks_exact(7).map(commit).collect())
    }

    pub(super) async fn git(&self, arguments: &[&str]) -> Result<Vec<u8>, SandboxError> {
        command::run(&self.path, arguments).await
    }
}

fn commit(fields: &[&str]) -> Commit {
    let field = |index: usize| fields.get(index).copied().unwrap_or_default().to_owned();
    Commit {
        sha: field(0),
        tree: field(1),
        parents: field(2).split_whitespace().map(str::to_owned).collect(),
        author: field(3),
        email: field(4),
        time: field(5).parse().unwrap_or(0),
        subject: field(6),
    }
}

pub(super) fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}
