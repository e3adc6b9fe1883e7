//! A document for what the catalogue does not have.

use std::fmt::Write as _;

use super::super::task::Task;
use super::change::{Addition, Change};
use super::site::{Layout, Site};

/// Longest file name that is made of a task.
const MAX_SLUG_CHARS: usize = 60;
/// Longest title.
const MAX_TITLE_CHARS: usize = 100;
/// Files that are named as places to begin.
const MAX_FILES: usize = 10;
/// Shorter words of a task say nothing about files.
const MIN_WORD_CHARS: usize = 4;

/// The scaffold for `task`.
pub(super) fn build(site: &Site, task: &Task) -> Addition {
    let path = format!("docs/errand/{}.md", slug(&task.text));
    if site.has(&path) {
        let note = format!("`{path}` is there already, so there was nothing to add.");
        return Addition {
            notes: vec![note],
            ..Addition::default()
        };
    }
    let note =
        format!("`{path}` is a scaffold: the task is written down and outlined, and not done.");
    let change = Change::create(path, document(site, task));
    Addition {
        changes: vec![change],
        test: None,
        notes: vec![note],
    }
}

fn document(site: &Site, task: &Task) -> String {
    let title = task.headline(MAX_TITLE_CHARS);
    let title = if title.is_empty() {
        "Task without words"
    } else {
        &title
    };
    let mut text = format!("# {title}\n\n");
    let _ = writeln!(
        text,
        "**This is a scaffold.** Errand's demo agent is scripted and has no script for this task, so nothing of it \
         is implemented. It wrote down the task, an outline made of the repository's structure, and a checklist.\n"
    );
    let quoted: Vec<_> = task
        .text
        .lines()
        .map(|line| format!("> {line}").trim_end().to_owned())
        .collect();
    let _ = writeln!(text, "## Task\n\n{}\n", quoted.join("\n"));
    let _ = writeln!(text, "## Where it would go\n\n{}\n", whereabouts(site));
    let related = related(site, &task.text);
    if related.is_empty() {
        let _ = writeln!(text, "No file name has a word of the task in it.\n");
    } else {
        let _ = writeln!(text, "Files whose names have a word of the task in them:\n");
        for path in related {
            let _ = writeln!(text, "- `{path}`");
        }
        text.push('\n');
    }
    let _ = writeln!(text, "## Checklist\n");
    for step in steps(site) {
        let _ = writeln!(text, "- [ ] {step}");
    }
    text
}

fn whereabouts(site: &Site) -> String {
    let folders: Vec<_> = site
        .top_level()
        .into_iter()
        .filter(|(entry, _)| entry.ends_with('/'))
        .map(|(entry, files)| format!("`{entry}` ({files})"))
        .collect();
    let layout = match &site.layout {
        Layout::Page { path, .. } => format!("The start page is `{path}`."),
        Layout::Sources { folder } => format!("The sources are in `{folder}/`."),
        Layout::Other => "There is no start page and no folder of web sources.".to_owned(),
    };
    if folders.is_empty() {
        return format!(
            "{layout} There are {} files, all at the top.",
            site.files.len()
        );
    }
    format!(
        "{layout} The folders, with their number of files: {}.",
        folders.join(", ")
    )
}

/// Files whose paths have words of the task in them, those with most first.
fn related(site: &Site, task: &str) -> Vec<String> {
    let task = task.to_lowercase();
    let words: Vec<_> = task
        .split(|it: char| !it.is_alphanumeric())
        .filter(|word| word.chars().count() >= MIN_WORD_CHARS)
        .collect();
    let mut scored: Vec<_> = site
        .files
        .iter()
        .map(|file| {
            let path = file.path.to_lowercase();
            (
                words.iter().filter(|word| path.contains(**word)).count(),
                &file.path,
            )
        })
        .filter(|(score, _)| *score > 0)
        .collect();
    scored.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    scored
        .into_iter()
        .take(MAX_FILES)
        .map(|(_, path)| path.clone())
        .collect()
}

fn steps(site: &Site) -> Vec<String> {
    let test = if site.npm_scripts.iter().any(|it| it == "test") {
        "`npm test` passes"
    } else if site.has("Cargo.toml") {
        "`cargo test` passes"
    } else {
        "A test shows that it works"
    };
    [
        "The task is agreed on: what a user will see when it is done",
        "The files to change are chosen",
        "The change is made, smallest part first",
        test,
        "This scaffold is removed, or becomes the documentation of what was built",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// A file name made of a task.
fn slug(task: &str) -> String {
    let line = task
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default()
        .to_lowercase();
    let words: Vec<_> = line
        .split(|it: char| !it.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let slug: String = words.join("-").chars().take(MAX_SLUG_CHARS).collect();
    let slug = slug.trim_matches('-');
    if slug.is_empty() {
        "task".to_owned()
    } else {
        slug.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::task::AgentKind;
    use super::*;

    #[test]
    fn a_scaffold_says_what_it_is_and_where_one_would_begin() {
        let site = Site::of(&[("billing/engine.py", ""), ("Cargo.toml", "")]);
        let task = Task::parse("Rewrite the billing engine!", AgentKind::Codegen).unwrap();
        let addition = build(&site, &task);
        let Change { path, text, .. } = &addition.changes[0];
        assert_eq!(path, "docs/errand/rewrite-the-billing-engine.md");
        for expected in [
            "This is a scaffold",
            "> Rewrite the billing engine!",
            "- `billing/engine.py`",
            "`cargo test` passes",
        ] {
            assert!(text.contains(expected), "{expected} is not in {text}");
        }
    }

    #[test]
    fn a_task_in_any_script_gets_a_file_name() {
        assert_eq!(slug("../../etc/passwd"), "etc-passwd");
        assert_eq!(slug("日本語"), "task");
    }
}
