//! Repositories and workspaces for the tests.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use errand_executor::workspace::{GitSettings, RepositoryRef, Source, Workspaces, Worktree};
use tempfile::TempDir;
use uuid::Uuid;

/// A folder that is removed at the end, with a repository `site` of one commit in it.
pub struct Place {
    folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        let place = Self {
            folder: TempDir::new().unwrap(),
        };
        let site = place.site();
        std::fs::create_dir(&site).unwrap();
        git(&site, &["init", "--quiet", "--initial-branch=main"]);
        write(&site.join("index.html"), "<h1>Lantern</h1>\n");
        write(&site.join("style.css"), "h1 { color: red }\n");
        commit(&site, "The first page");
        place
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The person's own repository.
    pub fn site(&self) -> PathBuf {
        self.path().join("site")
    }

    pub fn source(&self) -> Source {
        local(&self.site())
    }

    pub async fn workspaces(&self) -> Workspaces {
        Workspaces::open(self.path().join("data"), GitSettings::default())
            .await
            .unwrap()
    }

    /// A work tree of the site for a new session.
    pub async fn worktree(&self, branch: &str) -> Worktree {
        self.workspaces()
            .await
            .prepare("site", Uuid::new_v4(), branch, &self.source())
            .await
            .unwrap()
    }
}

pub fn local(path: &Path) -> Source {
    Source {
        repository: RepositoryRef::Local(path.to_owned()),
        base: None,
    }
}

/// Runs git as the person whose repository it is, and returns what it printed.
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = plain_git(folder, arguments);
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .trim_end()
        .to_owned()
}

/// Runs git as the person whose repository it is, whatever comes of it.
pub fn plain_git(folder: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new("git");
    command.current_dir(folder).args(arguments);
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    for role in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{role}_NAME"), "Ada")
            .env(format!("GIT_{role}_EMAIL"), "ada@example.com");
    }
    command.output().unwrap()
}

pub fn commit(folder: &Path, message: &str) {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message", message]);
}

pub fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// Writes a program. Another process writes the file: were it open here while another test starts a program, the
/// system would call it busy.
pub fn program(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "cat > \"$0\" && chmod 755 \"$0\""])
        .arg(path)
        .stdin(Stdio::piped());
    let mut writer = shell.spawn().unwrap();
    writer
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    assert!(writer.wait().unwrap().success());
}
