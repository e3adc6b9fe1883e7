//! The site Errand makes when nobody gave it a repository: real, small, and imperfect on purpose.

use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::git::{Git, GitCommand, Protocols};
use super::removal::remove_tree;
use super::{GitSettings, WorkspaceError};

/// The files of the site, as they are committed.
const FILES: &[(&str, &str)] = &[
    ("README.md", include_str!("sample_site/README.md")),
    ("app.js", include_str!("sample_site/app.js")),
    ("index.html", include_str!("sample_site/index.html")),
    ("logo.svg", include_str!("sample_site/logo.svg")),
    ("style.css", include_str!("sample_site/style.css")),
];

const BRANCH: &str = "main";
const MESSAGE: &str = "A small site to work on";

/// Makes a repository with the sample site at `path`: one commit on branch `main`. A repository with a commit that
/// is there already is left alone, so it may be called at every start.
///
/// # Errors
/// [`WorkspaceError::SampleSiteBlocked`] when the folder holds something else.
pub async fn create_sample_site(path: &Path) -> Result<(), WorkspaceError> {
    let git = Git::new(GitSettings::default());
    if path.join(".git").is_dir() {
        let head = git
            .command("rev-parse", Protocols::None)
            .args(["--verify", "--quiet", "HEAD"]);
        if head.within(path).run().await?.code == Some(0) {
            return Ok(());
        }
    }
    if std::fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some()) || path.is_file() {
        return Err(WorkspaceError::SampleSiteBlocked {
            path: path.to_owned(),
        });
    }
    // Made beside its place and moved there whole, so that a crash leaves no half site.
    let partial = partial_of(path);
    let made = make_at(&git, &partial).await.and_then(|()| {
        std::fs::rename(&partial, path)
            .map_err(|source| WorkspaceError::io("put the sample site in place", source))
    });
    remove_tree(&partial).await?;
    made
}

async fn make_at(git: &Git, folder: &Path) -> Result<(), WorkspaceError> {
    let failed = |source| WorkspaceError::io("write the sample site", source);
    std::fs::create_dir_all(folder).map_err(failed)?;
    for (name, text) in FILES {
        std::fs::write(folder.join(name), text).map_err(failed)?;
    }
    let within = |name| -> GitCommand<'_> { git.command(name, Protocols::None).within(folder) };
    within("init")
        .args(["--quiet", "--template=", "--initial-branch", BRANCH])
        .succeed()
        .await?;
    within("add").args(["--all"]).succeed().await?;
    within("commit")
        .args(["--quiet", "--no-verify", "-m", MESSAGE])
        .succeed()
        .await?;
    Ok(())
}

fn partial_of(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}", Uuid::new_v4().simple()))
}
