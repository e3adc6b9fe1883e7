//! A git repository for one test, and the processes of its runs.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The longest any test may wait for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// What every process of a run has in its environment.
pub(crate) const MARK: &str = "ERRAND_RUN_FOLDER";

/// A git repository with one commit.
pub(crate) struct Repository {
    folder: TempDir,
}

impl Repository {
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let repository = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        for (path, text) in files {
            let path = repository.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        repository.git(&["add", "--all"]);
        let author = ["-c", "user.name=Test", "-c", "user.email=test@example.org"];
        repository.git(
            &[
                &author[..],
                &["commit", "--quiet", "--allow-empty", "-m", "First"],
            ]
            .concat(),
        );
        repository
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        let output = Command::new("git")
            .args(args)
            .current_dir(self.path())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "git {args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// The paths that differ from the commit, with untracked files.
    pub(crate) fn changed(&self) -> Vec<String> {
        let status = self.git(&["status", "--porcelain", "--untracked-files=all"]);
        status.lines().map(|line| line[3..].to_owned()).collect()
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// Processes of a run in this repository that are still alive.
    pub(crate) fn processes(&self) -> Vec<String> {
        let mark = format!("{MARK}={}", self.path().display());
        let entries = fs::read_dir("/proc").unwrap().flatten();
        entries
            .filter(|entry| {
                let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
                environment
                    .split(|byte| *byte == 0)
                    .any(|it| it == mark.as_bytes())
            })
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect()
    }

    pub(crate) async fn until_processes(&self, wanted: impl Fn(usize) -> bool, what: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !wanted(self.processes().len()) {
            assert!(Instant::now() < deadline, "{what}: {:?}", self.processes());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// A page with a hero section.
pub(crate) const PAGE: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<title>Chairs</title>\n</head>\n<body>\n  <section class=\"hero\">\n    <h1>Chairs</h1>\n  </section>\n</body>\n</html>\n";
