//! The project that agents work on: a person's repository, or a sample site.
use super::vendors::HostAccess;
use anyhow::{Context, bail};
use errand_executor::{
    project::{Forge, Project},
    workspace::{PushTarget, RepositoryRef, Source, create_sample_site},
};
use errand_sandbox::Sandbox;
use std::path::{Path, PathBuf};

const SAMPLE_PROJECT: &str = "sample-site";
/// The owner of every repository at the sandbox's forge.
const SANDBOX_OWNER: &str = "errand";

/// # Errors
/// The path is no folder, the sample site cannot be made, or the forge refuses the repository.
pub async fn project(
    repo: Option<&Path>,
    data: &Path,
    host: Option<&HostAccess>,
    sandbox: Option<(&Sandbox, &str)>,
) -> anyhow::Result<Project> {
    let (id, path) = match repo {
        Some(path) => given(path)?,
        None => {
            let path = data.join(SAMPLE_PROJECT);
            create_sample_site(&path).await?;
            (SAMPLE_PROJECT.to_owned(), path)
        }
    };
    let forge = match host {
        Some(host) if host.sandboxed => sandbox_forge(&id, host, sandbox).await?,
        Some(host) => github_forge(&path, host).await?,
        None => None,
    };
    Ok(Project {
        id,
        source: Source {
            repository: RepositoryRef::Local(path),
            base: None,
        },
        forge,
        publish_locally: true,
    })
}

fn given(path: &Path) -> anyhow::Result<(String, PathBuf)> {
    let path = std::fs::canonicalize(path)
        .with_context(|| format!("--repo {}: name an existing repository", path.display()))?;
    if !path.is_dir() {
        bail!(
            "--repo {}: this is no folder; name the folder of a git repository",
            path.display()
        );
    }
    let name = path
        .file_name()
        .map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let id = slug(name.trim_end_matches(".git"));
    Ok((
        if id.is_empty() {
            "project".to_owned()
        } else {
            id
        },
        path,
    ))
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
    sandbox: Option<(&Sandbox, &str)>,
) -> anyhow::Result<Option<Forge>> {
    let Some((sandbox, url)) = sandbox else {
        return Ok(None);
    };
    sandbox.ensure_repository(SANDBOX_OWNER, id).await?;
    Ok(Some(Forge {
        owner: SANDBOX_OWNER.to_owned(),
        repository: id.to_owned(),
        push: PushTarget {
            url: format!("{url}/git/{SANDBOX_OWNER}/{id}.git"),
            token: Some(host.token.clone()),
        },
        host: host.host.clone(),
    }))
}

/// Pull requests go where the repository's `origin` is, if that is GitHub.
async fn github_forge(path: &Path, host: &HostAccess) -> anyhow::Result<Option<Forge>> {
    let output = tokio::process::Command::new("git")
        .args(["-C"])
        .arg(path)
        .args(["remote", "get-url", "origin"])
        .output()
        .await
        .context("git cannot be run: install it")?;
    let origin = String::from_utf8_lossy(&output.stdout);
    let Some((owner, repository)) = github_name(origin.trim()) else {
        tracing::warn!(
            "the repository's origin is not at GitHub: branches stay local, no pull requests are opened"
        );
        return Ok(None);
    };
    Ok(Some(Forge {
        push: PushTarget {
            url: format!("https://github.com/{owner}/{repository}.git"),
            token: Some(host.token.clone()),
        },
        owner,
        repository,
        host: host.host.clone(),
    }))
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
