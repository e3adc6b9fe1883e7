//! A section of the README, made of what the repository tells about itself.

use std::fmt::Write as _;

use super::super::task::Task;
use super::catalogue::{Feature, mentions};
use super::change::{Addition, Change};
use super::site::Site;

/// Entries of the top folder that are listed.
const MAX_ENTRIES: usize = 40;
/// Longest heading that is taken from the task.
const MAX_HEADING_CHARS: usize = 60;
/// The heading where the task names none.
const USUAL_HEADING: &str = "Project layout";
/// Words after which a task names its subject.
const SUBJECT_MARKS: [&str; 5] = [" about ", " called ", " named ", " titled ", " on "];

pub(super) const FEATURE: Feature = Feature {
    name: "a README section",
    asked_for: |text| mentions(text, &["readme"]),
    build,
};

fn build(site: &Site, task: &Task) -> Addition {
    let heading = heading(&task.text);
    let section = section(&heading, site);
    let (path, change) = match &site.readme {
        Some((path, text))
            if text
                .lines()
                .any(|line| line.trim() == format!("## {heading}")) =>
        {
            let note = format!(
                "`{path}` has a section \"{heading}\" already, so there was nothing to add."
            );
            return Addition {
                notes: vec![note],
                ..Addition::default()
            };
        }
        Some((path, text)) => {
            let text = format!("{}\n\n{section}", text.trim_end());
            (path.clone(), Change::edit(path, text, "Add a section to"))
        }
        None => (
            "README.md".to_owned(),
            Change::create("README.md", format!("# Read me\n\n{section}")),
        ),
    };
    let note = format!(
        "The section \"{heading}\" of `{path}` lists what can be read from the repository; what it is for, only you can say."
    );
    Addition {
        changes: vec![change],
        test: None,
        notes: vec![note],
    }
}

/// The subject that the task names, as a heading.
fn heading(task: &str) -> String {
    let line = task.lines().next().unwrap_or_default();
    let subject = SUBJECT_MARKS
        .iter()
        .find_map(|mark| line.split_once(mark))
        .map(|(_, rest)| rest);
    let subject = subject
        .and_then(|it| it.split(['.', ',', ';', '#', '\n']).next())
        .unwrap_or_default();
    let subject = subject
        .trim()
        .trim_matches(['"', '\'', '`'])
        .trim_start_matches("the ");
    if subject.is_empty() || subject.chars().count() > MAX_HEADING_CHARS {
        return USUAL_HEADING.to_owned();
    }
    let mut letters = subject.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn section(heading: &str, site: &Site) -> String {
    let mut text = format!("## {heading}\n\n");
    let entries = site.top_level();
    for (entry, files) in entries.iter().take(MAX_ENTRIES) {
        let _ = match (entry.ends_with('/'), files) {
            (true, 1) => writeln!(text, "- `{entry}` (1 file)"),
            (true, files) => writeln!(text, "- `{entry}` ({files} files)"),
            (false, _) => writeln!(text, "- `{entry}`"),
        };
    }
    if entries.len() > MAX_ENTRIES {
        let _ = writeln!(text, "- and {} more", entries.len() - MAX_ENTRIES);
    }
    let commands = commands(site);
    if !commands.is_empty() {
        let _ = writeln!(text, "\nCommands:\n\n```\n{}\n```", commands.join("\n"));
    }
    text
}

/// The commands that the repository's own files promise.
fn commands(site: &Site) -> Vec<String> {
    let mut commands: Vec<_> = site
        .npm_scripts
        .iter()
        .map(|it| format!("npm run {it}"))
        .collect();
    let by_file = [
        ("Cargo.toml", &["cargo build", "cargo test"][..]),
        ("go.mod", &["go build ./...", "go test ./..."]),
        ("Makefile", &["make"]),
        ("pyproject.toml", &["pip install ."]),
    ];
    for (file, known) in by_file {
        if site.has(file) {
            commands.extend(known.iter().map(|it| (*it).to_owned()));
        }
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::super::super::task::AgentKind;
    use super::*;

    #[test]
    fn the_section_tells_what_the_repository_is_made_of() {
        let site = Site::of(&[
            ("README.md", "# Chairs\n"),
            ("src/a.rs", ""),
            ("Cargo.toml", ""),
        ]);
        let task = Task::parse(
            "Add a README section about the project structure",
            AgentKind::Codegen,
        )
        .unwrap();
        let addition = build(&site, &task);
        let text = &addition.changes[0].text;
        assert!(
            text.starts_with("# Chairs\n\n## Project structure\n\n- `Cargo.toml`\n"),
            "{text}"
        );
        assert!(
            text.contains("- `src/` (1 file)\n") && text.contains("cargo test"),
            "{text}"
        );
    }

    #[test]
    fn a_section_is_added_once_and_a_missing_readme_is_made() {
        let task = Task::parse("improve the readme", AgentKind::Codegen).unwrap();
        let first = build(&Site::of(&[("a.txt", "")]), &task);
        assert_eq!(first.changes[0].path, "README.md");
        let again = Site::of(&[("README.md", &first.changes[0].text)]);
        assert_eq!(build(&again, &task).changes, []);
    }
}
