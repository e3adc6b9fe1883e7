//! Changed files and the diff.
use super::{super::Fragment, whole::Whole};
use crate::{
    diff::{self, FileDiff},
    problem::Problem,
    view::Link,
};
use askama::Template;
use errand_projections::{parts::FileChange, sessions::SessionDetail};

#[derive(Template)]
#[template(path = "fragments/story_changes.html")]
struct ChangesView<'a> {
    files: &'a [FileChange],
    insertions: u64,
    deletions: u64,
    commit: String,
    diffs: Vec<FileDiff>,
    cut: bool,
    whole: Option<Whole>,
    pull_request: Option<Link>,
}

pub fn changes(session: Option<&SessionDetail>) -> Result<Fragment, Problem> {
    let changes = session.and_then(|s| s.changes.as_ref());
    let files = changes.map(|c| c.files.as_slice()).unwrap_or_default();
    let (diffs, cut) = changes.map(|c| diff::parse(&c.diff)).unwrap_or_default();
    let view = ChangesView {
        files,
        insertions: files.iter().map(|f| u64::from(f.insertions)).sum(),
        deletions: files.iter().map(|f| u64::from(f.deletions)).sum(),
        commit: changes
            .map(|c| c.commit_sha.chars().take(10).collect())
            .unwrap_or_default(),
        diffs,
        cut: cut || changes.is_some_and(|c| c.diff_truncated),
        whole: session.and_then(|s| Whole::of(&s.id, &s.changes.as_ref()?.whole_diff)),
        pull_request: session.and_then(|s| Link::pull_request(&s.pr_url)),
    };
    Fragment::render("changes", &view)
}
