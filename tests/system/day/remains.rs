//! What sessions left on the machine.
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Every process, work tree, temporary folder and lock of git, in words.
pub fn of(data: &Path) -> Vec<String> {
    let data = fs::canonicalize(data).unwrap();
    let workspaces = data.join("workspaces");
    let mut found = processes(&workspaces);
    for project in entries(&workspaces) {
        for folder in ["trees", "tmp", "mirror.git/worktrees"] {
            let left = entries(&project.join(folder)).into_iter();
            found.extend(left.map(|path| path.display().to_string()));
        }
    }
    // The lock of the data folder itself is the running Errand's.
    for folder in entries(&data) {
        locks(&folder, &mut found);
    }
    found
}

/// Processes that bear the mark of a run in these workspaces, or stand in one of their folders.
fn processes(workspaces: &Path) -> Vec<String> {
    let mark = format!("ERRAND_RUN_FOLDER={}/", workspaces.display());
    let is_left = |process: &Path| {
        let environment = fs::read(process.join("environ")).unwrap_or_default();
        let is_marked = |variable: &[u8]| variable.starts_with(mark.as_bytes());
        let folder = fs::read_link(process.join("cwd")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(is_marked) || folder.starts_with(workspaces)
    };
    let all = entries(Path::new("/proc")).into_iter();
    let left = all.filter(|process| is_left(process));
    let told = |process: PathBuf| {
        let line = fs::read(process.join("cmdline")).unwrap_or_default();
        format!("{}: {}", process.display(), String::from_utf8_lossy(&line))
    };
    left.map(told).collect()
}

/// Lock files, as git leaves them when it is killed.
fn locks(folder: &Path, found: &mut Vec<String>) {
    for path in entries(folder) {
        if path.extension().is_some_and(|ending| ending == "lock") {
            found.push(path.display().to_string());
        }
        if path.is_dir() && !path.is_symlink() {
            locks(&path, found);
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}
