//! The project that agents work on: a person's repository, one at a forge, or a sample site.
use super::{stand_in::StandIn, vendors::HostAccess};
use anyhow::{Context, bail};
use errand_executor::{
    project::{Forge, Project},
    workspace::{RepositoryRef, Source, create_sample_site},
};
use std::path::{Path, PathBuf};

const SAMPLE_PROJECT: &str = "sample-site";
/// The owner of every repository at the sandbox's forge.
const SANDBOX_OWNER: &str = "errand";

/// The repository of a project, as a person names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repository {
    /// A site made in this data directory, for newcomers.
    Sample(PathBuf),
    Folder(PathBuf),
    /// Its https address.
    Remote(String),
    /// No role of this process works on it.
    Unknown,
}

impl Repository {
    /// A path or an address.
    ///
    /// # Errors
    /// The path is no folder.
    pub fn read(text: &str) -> anyhow::Result<Self> {
        match text.starts_with("https://") || text.starts_with("http://") {
            true => Ok(Self::Remote(text.trim_end_matches('/').to_owned())),
            false => Self::folder(Path::new(text)),
        }
    }

    /// # Errors
    /// The path is no folder.
    pub fn folder(path: &Path) -> anyhow::Result<Self> {
        let path = std::fs::canonicalize(path)
            .with_context(|| format!("--repo {}: name an existing repository", path.display()))?;
        if !path.is_dir() {
            bail!(
                "--repo {}: this is no folder; name the folder of a git repository",
                path.display()
            );
        }
        Ok(Self::Folder(path))
    }

    /// The project's id, unless another was given.
    pub fn project_id(&self, given: Option<&str>) -> String {
        let name = match (given, self) {
            (Some(given), _) => given.to_owned(),
            (None, Self::Sample(_) | Self::Unknown) => SAMPLE_PROJECT.to_owned(),
            (None, Self::Folder(path)) => path
                .file_name()
                .map_or_else(String::new, |n| n.to_string_lossy().into_owned()),
            (None, Self::Remote(url)) => url.rsplit('/').next().unwrap_or_default().to_owned(),
        };
        match slug(name.trim_end_matches(".git")) {
            id if id.is_empty() => "project".to_owned(),
            id => id,
        }
    }
}

/// # Errors
/// The sample site cannot be made, or the forge refuses the repository.
pub async fn project(
    repository: &Repository,
    id: Option<&str>,
    host: Option<&HostAccess>,
    stand_in: Option<&StandIn<'_>>,
) -> anyhow::Result<Project> {
    let id = repository.project_id(id);
    let place = place(repository).await?;
    let forge = match host {
        Some(host) if host.sandboxed => sandbox_forge(&id, host, stand_in).await?,
        Some(host) => github_forge(&origin(&place).await?, host),
        None => None,
    };
    Ok(Project {
        id,
        publish_locally: matches!(place, RepositoryRef::Local(_)),
        source: Source {
            repository: place,
            base: None,
        },
        forge,
    })
}

async fn place(repository: &Repository) -> anyhow::Result<RepositoryRef> {
    Ok(match repository {
        Repository::Folder(path) => RepositoryRef::Local(path.clone()),
        Repository::Remote(url) => RepositoryRef::Remote {
            url: url.clone(),
            // The forge gives one when the source is read.
            token: None,
        },
        Repository::Sample(data) => {
            let path = data.join(SAMPLE_PROJECT);
            create_sample_site(&path).await?;
            RepositoryRef::Local(path)
        }
        Repository::Unknown => bail!("ERRAND_REPO is not set: name the repository"),
    })
}

/// Letters, digits, '-' and '_' only: project ids stand in URLs and folder names.
fn slug(name: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let text: String = name
        .chars()
        .map(|c| if allowed(c) { c } else { '-' })
        .collect();
    text.trim_matches('-').chars().take(60).collect()
}

async fn sandbox_forge(
    id: &str,
    host: &HostAccess,
    stand_in: Option<&StandIn<'_>>,
) -> anyhow::Result<Option<Forge>> {
    let Some(stand_in) = stand_in else {
        return Ok(None);
    };
    stand_in.ensure_repository(SANDBOX_OWNER, id).await?;
    Ok(Some(Forge {
        owner: SANDBOX_OWNER.to_owned(),
        repository: id.to_owned(),
        push_url: format!("{}/git/{SANDBOX_OWNER}/{id}.git", stand_in.url()),
        web_url: format!("{}/github/{SANDBOX_OWNER}/{id}", stand_in.url()),
        host: host.host.clone(),
        draft: host.draft,
    }))
}

/// Pull requests go where the repository's `origin` is, if that is GitHub.
fn github_forge(origin: &str, host: &HostAccess) -> Option<Forge> {
    let Some((owner, repository)) = github_name(origin) else {
        tracing::warn!(
            "the repository's origin is not at GitHub: branches stay local, no pull requests are opened"
        );
        return None;
    };
    Some(Forge {
        push_url: format!("https://github.com/{owner}/{repository}.git"),
        web_url: format!("https://github.com/{owner}/{repository}"),
        owner,
        repository,
        host: host.host.clone(),
        draft: host.draft,
    })
}

async fn origin(place: &RepositoryRef) -> anyhow::Result<String> {
    let path = match place {
        RepositoryRef::Remote { url, .. } => return Ok(url.clone()),
        RepositoryRef::Local(path) => path,
    };
    let output = tokio::process::Command::new("git")
        .arg("-C")
        .arg(path)
        .args(["remote", "get-url", "origin"])
        .output()
        .await
        .context("git cannot be run: install it")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn github_name(origin: &str) -> Option<(String, String)> {
    let rest = [
        "https://github.com/",
        "git@github.com:",
        "ssh://git@github.com/",
    ]
    .iter()
    .find_map(|prefix| origin.strip_prefix(prefix))?;
    let (owner, repository) = rest.trim_end_matches('/').split_once('/')?;
    let repository = repository.trim_end_matches(".git");
    (!owner.is_empty() && !repository.is_empty() && !repository.contains('/'))
        .then(|| (owner.to_owned(), repository.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn github_addresses_of_all_forms_are_read() {
        let expected = Some(("o".to_owned(), "r".to_owned()));
        for origin in [
            "https://github.com/o/r",
            "https://github.com/o/r.git",
            "git@github.com:o/r.git",
            "ssh://git@github.com/o/r/",
        ] {
            assert_eq!(github_name(origin), expected, "{origin}");
        }
        assert_eq!(github_name("https://gitlab.com/o/r"), None);
    }

    #[test]
    fn a_folder_name_becomes_a_project_id() {
        assert_eq!(slug("My Shop (new)"), "My-Shop--new");
    }
}
