//! What programs need to read to run at all: the system, and the toolchains in a person's home.

use std::path::{Path, PathBuf};

/// Folders of the system. None of them holds a person's work or keys.
const SYSTEM: &[&str] = &[
    "/bin",
    "/dev",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/nix",
    "/opt",
    "/proc",
    "/run/resolvconf",
    "/run/systemd/resolve",
    "/sbin",
    "/snap",
    "/sys",
    "/usr",
    "/var/lib/ca-certificates",
];

/// Toolchains below the home folder, without the files in which some of them keep credentials.
const BELOW_HOME: &[&str] = &[
    ".asdf",
    ".bun",
    ".cargo/bin",
    ".cargo/config.toml",
    ".cargo/env",
    ".cargo/git",
    ".cargo/registry",
    ".deno",
    ".local/bin",
    ".local/lib",
    ".nvm",
    ".pyenv",
    ".rbenv",
    ".rustup",
    ".sdkman",
    ".volta",
    "go",
];

/// Everything that `program` and what it starts may need to read.
pub(super) fn readable(program: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = SYSTEM.iter().map(PathBuf::from).collect();
    if let Some(home) = home() {
        paths.extend(BELOW_HOME.iter().map(|name| home.join(name)));
    }
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    paths.extend(std::env::split_paths(&on_path).filter_map(|folder| package_of(&folder)));
    if let Some(found) = find_program(program) {
        let real = std::fs::canonicalize(&found).unwrap_or_else(|_| found.clone());
        paths.extend(real.parent().and_then(modules_of));
        paths.extend([found, real]);
    }
    paths.sort();
    paths.dedup();
    paths
}

/// The file that a name in `PATH`, or a path, stands for.
pub(crate) fn find_program(program: &Path) -> Option<PathBuf> {
    if program.components().count() > 1 {
        return program.is_file().then(|| program.to_owned());
    }
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&on_path)
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}

/// `~/` at the start of a path replaced by the home folder.
pub(super) fn expanded(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), home()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

/// A folder of programs, with its package where the layout shows one. The home folder itself is never meant.
fn package_of(folder: &Path) -> Option<PathBuf> {
    if !folder.is_absolute() || home().is_some_and(|home| home.starts_with(folder)) {
        return None;
    }
    Some(modules_of(folder).unwrap_or_else(|| folder.to_owned()))
}

/// The outermost `node_modules` around `folder`: programs there are links into it.
fn modules_of(folder: &Path) -> Option<PathBuf> {
    let outermost = folder
        .ancestors()
        .filter(|path| path.ends_with("node_modules"))
        .last();
    outermost.map(Path::to_owned)
}

fn home() -> Option<PathBuf> {
    let home = PathBuf::from(std::env::var_os("HOME")?);
    (home.is_absolute() && home != Path::new("/")).then_some(home)
}
