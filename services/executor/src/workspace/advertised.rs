//! What a source offers: its branches, told by itself before anything is fetched.

use super::WorkspaceError;
use super::git::Git;
use super::source::Origin;

/// How many branch names an error lists.
const MAX_LISTED_BRANCHES: usize = 10;

/// The hexadecimal digits of a SHA-256 object name; SHA-1 has 40.
const SHA256_DIGITS: usize = 64;

/// The branches of a source that one session needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Advertised {
    /// The branch that work starts from.
    pub base: String,
    /// True when the source has a branch of the session's name already.
    pub has_branch: bool,
    /// `sha1` or `sha256`.
    pub object_format: &'static str,
}

impl Advertised {
    /// Asks `origin` for its base branch and whether it has `branch`.
    pub(crate) async fn by(
        git: &Git,
        origin: &Origin,
        base: Option<&str>,
        branch: &str,
    ) -> Result<Self, WorkspaceError> {
        let wanted = base.map(full_name).unwrap_or_default();
        let refs = ["HEAD".to_owned(), full_name(branch), wanted];
        let asked = refs.iter().filter(|name| !name.is_empty());
        let answer = origin
            .reading(git, "ls-remote", &["--symref"])
            .args(asked)
            .succeed()
            .await?;
        let heads = Heads::parse(&answer.text());
        let base = match base {
            Some(base) if heads.object(&full_name(base)).is_some() => base.to_owned(),
            Some(base) => return Err(missing(git, origin, base).await),
            None => match heads.default_branch() {
                Some(base) => base,
                None if heads.object("HEAD").is_some() => {
                    return Err(WorkspaceError::DetachedHead {
                        repository: origin.name(),
                    });
                }
                None => return Err(missing(git, origin, "HEAD").await),
            },
        };
        let has_branch = heads.object(&full_name(branch)).is_some();
        Ok(Self {
            base,
            has_branch,
            object_format: heads.object_format(),
        })
    }
}

fn full_name(branch: &str) -> String {
    format!("refs/heads/{branch}")
}

/// The error for a branch that is not there: it names those that are.
async fn missing(git: &Git, origin: &Origin, base: &str) -> WorkspaceError {
    let answer = match origin
        .reading(git, "ls-remote", &["--heads"])
        .succeed()
        .await
    {
        Ok(answer) => answer.text(),
        Err(error) => return error,
    };
    let available: Vec<String> = Heads::parse(&answer)
        .branches()
        .take(MAX_LISTED_BRANCHES)
        .collect();
    let repository = origin.name();
    if available.is_empty() {
        return WorkspaceError::NoCommits { repository };
    }
    WorkspaceError::BaseMissing {
        repository,
        base: base.to_owned(),
        available,
    }
}

/// The lines of `git ls-remote`.
struct Heads {
    /// What HEAD points to, by full name.
    head: Option<String>,
    /// Object and name of each reference.
    references: Vec<(String, String)>,
}

impl Heads {
    fn parse(text: &str) -> Self {
        let mut heads = Self {
            head: None,
            references: Vec::new(),
        };
        for (object, name) in text.lines().filter_map(|line| line.split_once('\t')) {
            match object.strip_prefix("ref: ") {
                Some(target) if name == "HEAD" => heads.head = Some(target.to_owned()),
                Some(_) => {}
                None => heads.references.push((object.to_owned(), name.to_owned())),
            }
        }
        heads
    }

    fn object(&self, full_name: &str) -> Option<&str> {
        let found = self.references.iter().find(|(_, name)| name == full_name)?;
        Some(&found.0)
    }

    /// The branch of HEAD, where HEAD is on one that has a commit.
    fn default_branch(&self) -> Option<String> {
        self.object("HEAD")?;
        Some(
            self.head
                .as_deref()?
                .strip_prefix("refs/heads/")?
                .to_owned(),
        )
    }

    fn branches(&self) -> impl Iterator<Item = String> {
        self.references
            .iter()
            .filter_map(|(_, name)| Some(name.strip_prefix("refs/heads/")?.to_owned()))
    }

    fn object_format(&self) -> &'static str {
        match self.references.first() {
            Some((object, _)) if object.len() == SHA256_DIGITS => "sha256",
            _ => "sha1",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "ref: refs/heads/main\tHEAD\n\
        1111111111111111111111111111111111111111\tHEAD\n\
        1111111111111111111111111111111111111111\trefs/heads/main\n\
        2222222222222222222222222222222222222222\trefs/heads/errand/1\n";

    #[test]
    fn the_branch_of_head_and_the_others_are_read() {
        let heads = Heads::parse(ANSWER);
        assert_eq!(heads.default_branch().as_deref(), Some("main"));
        assert_eq!(heads.branches().collect::<Vec<_>>(), ["main", "errand/1"]);
        assert_eq!(heads.object_format(), "sha1");
    }

    #[test]
    fn a_head_without_a_branch_is_no_default_branch() {
        let detached = Heads::parse("1111111111111111111111111111111111111111\tHEAD\n");
        assert_eq!(detached.default_branch(), None);
        assert!(detached.object("HEAD").is_some());
    }
}
