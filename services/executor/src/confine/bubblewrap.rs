//! Bubblewrap: the agent sees a file system that has nothing else in it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::Rules;

pub(super) const PROGRAM: &str = "bwrap";

/// Arguments with which it shows whether it may make namespaces here.
pub(super) const PROBE: &[&str] = &[
    "--ro-bind",
    "/",
    "/",
    "--dev",
    "/dev",
    "--proc",
    "/proc",
    "--unshare-pid",
    "--",
    "true",
];

/// Made by bubblewrap itself.
const OWN: &[&str] = &["/dev", "/proc"];

/// Its arguments up to the program: `rules` as mounts, the network closed where no port is open.
pub(super) fn arguments(rules: &Rules, folder: &Path) -> Vec<OsString> {
    let mut words: Vec<OsString> = ["--die-with-parent", "--unshare-pid", "--unshare-ipc"]
        .map(OsString::from)
        .to_vec();
    if rules.connect.as_ref().is_some_and(Vec::is_empty) {
        words.push("--unshare-net".into());
    }
    words.extend(["--dev", "/dev", "--proc", "/proc"].map(OsString::from));
    for (flag, paths) in [("--ro-bind-try", &rules.read), ("--bind-try", &rules.write)] {
        for path in outermost_first(paths) {
            words.extend([flag.into(), path.into(), path.into()]);
        }
    }
    words.extend(["--chdir".into(), folder.into(), "--".into()]);
    words
}

/// A folder mounted after one inside it would hide it.
fn outermost_first(paths: &[PathBuf]) -> Vec<&PathBuf> {
    let mut paths: Vec<_> = paths
        .iter()
        .filter(|path| !OWN.iter().any(|own| path.starts_with(own)))
        .collect();
    paths.sort_by_key(|path| path.components().count());
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_mounted_from_the_outside_in_and_the_network_is_closed_only_when_asked() {
        let mut rules = Rules {
            read: vec!["/data/mirror".into(), "/usr".into(), "/proc".into()],
            write: vec!["/data/mirror/objects".into()],
            connect: Some(Vec::new()),
        };
        let words = |rules: &Rules| {
            let words = arguments(rules, Path::new("/data/tree"));
            let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
            words.join(" ")
        };
        let closed = words(&rules);
        assert!(closed.contains("--ro-bind-try /usr /usr --ro-bind-try /data/mirror /data/mirror --bind-try /data/mirror/objects"), "{closed}");
        assert!(
            closed.contains("--unshare-net") && !closed.contains("bind-try /proc"),
            "{closed}"
        );
        rules.connect = None;
        assert!(!words(&rules).contains("--unshare-net"));
    }
}
