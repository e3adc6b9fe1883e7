//! The architecture as facts: who may depend on whom, how long a file may be, which names are not used.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// What each package may use of ours. Data flows one way.
const MAY_USE: &[(&str, &[&str])] = &[
    ("proto", &[]),
    ("eventlog", &["errand-proto"]),
    ("nats", &["errand-proto", "errand-eventlog"]),
    ("projections", &["errand-proto", "errand-eventlog"]),
    ("services/chat", &["errand-proto", "errand-eventlog"]),
    ("services/spawner", &["errand-proto", "errand-eventlog"]),
    ("services/executor", &["errand-proto", "errand-eventlog"]),
    ("services/notifier", &["errand-proto", "errand-eventlog"]),
    (
        "services/dashboard",
        &["errand-proto", "errand-eventlog", "errand-projections"],
    ),
    ("services/sandbox", &[]),
];

/// Folders of connectors and runners, which never see an event.
const CONNECTORS: &[&str] = &[
    "services/chat/src/llm",
    "services/spawner/src/linear",
    "services/notifier/src/slack",
    "services/executor/src/confine",
    "services/executor/src/github",
    "services/executor/src/redaction",
    "services/executor/src/workspace",
    "services/executor/src/runner",
    "services/executor/src/demo",
];

const MAX_FILE_LINES: usize = 500;
const VAGUE_NAMES: &[&str] = &[
    "util", "utils", "helper", "helpers", "manager", "common", "misc",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// Every Rust file of ours, with its text.
fn sources() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for top in [
        "proto",
        "eventlog",
        "nats",
        "projections",
        "services",
        "tests",
    ] {
        collect(&root().join(top), &mut found);
    }
    assert!(found.len() > 100, "the sources were not found");
    found
}

fn collect(folder: &Path, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("node_modules") && !path.ends_with("target") {
                collect(&path, found);
            }
        } else if path.extension().is_some_and(|e| e == "rs") {
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            found.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

/// The `[dependencies]` of ours that a package names; what its tests use is its own affair.
fn uses(package: &str) -> Vec<String> {
    let manifest = fs::read_to_string(root().join(package).join("Cargo.toml")).unwrap();
    let section = manifest.split("[dependencies]").nth(1).unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    let ours = |line: &str| {
        let name = line.split(['.', ' ', '=']).next()?;
        name.starts_with("errand-").then(|| name.to_owned())
    };
    section.lines().filter_map(ours).collect()
}

#[test]
fn packages_depend_only_on_what_the_design_allows() {
    for (package, allowed) in MAY_USE {
        for used in uses(package) {
            assert!(
                allowed.contains(&used.as_str()),
                "{package} must not use {used}"
            );
        }
    }
}

#[test]
fn connectors_never_see_an_event() {
    for (file, text) in sources() {
        if CONNECTORS.iter().any(|c| file.starts_with(c)) {
            for word in ["errand_proto", "errand_eventlog"] {
                assert!(!text.contains(word), "{file} mentions {word}");
            }
        }
    }
}

#[test]
fn only_the_binary_names_an_adapter() {
    for (file, text) in sources() {
        let outside = file.contains("/src/")
            && !file.starts_with("services/errand/")
            && !file.starts_with("eventlog/");
        assert!(
            !(outside && text.contains("EmbeddedLog")) || text.contains("#[cfg(test)]"),
            "{file} names the embedded log"
        );
    }
}

#[test]
fn no_file_is_longer_than_a_person_reads_at_a_sitting() {
    for (file, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= MAX_FILE_LINES, "{file} has {lines} lines");
    }
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    for file in sources().keys() {
        for part in file.trim_end_matches(".rs").split('/') {
            assert!(!VAGUE_NAMES.contains(&part), "{file}");
        }
    }
}

#[test]
fn nothing_is_left_to_be_done_later() {
    let marks = [
        "TO".to_owned() + "DO",
        "FIX".to_owned() + "ME",
        "todo".to_owned() + "!(",
    ];
    for (file, text) in sources() {
        for mark in &marks {
            assert!(!text.contains(mark.as_str()), "{file} contains {mark}");
        }
    }
}

/// Targets of Markdown links, in the files that people read first.
fn links(text: &str) -> Vec<&str> {
    let after = text.split("](").skip(1);
    let targets = after.filter_map(|rest| rest.split(')').next());
    targets
        .map(|target| target.split('#').next().unwrap_or_default())
        .filter(|target| !target.is_empty() && !target.contains("://"))
        .collect()
}

#[test]
fn documents_point_only_to_what_is_there() {
    let mut pages = vec![root().join("README.md"), root().join("CHANGELOG.md")];
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "md") {
                pages.push(path);
            }
        }
    }
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for link in links(&text) {
            let target = page.parent().unwrap().join(link);
            assert!(target.exists(), "{} points to {link}", page.display());
        }
    }
}
