//! The course of a codegen turn.

use super::super::command::CommandEnd;
use super::super::error::{Played, at};
use super::super::misdeeds;
use super::super::stage::Stage;
use super::super::task::Task;
use super::catalogue::named;
use super::change::Addition;
use super::scaffold;
use super::site::{Layout, Site};

/// Lines of a test's output that are repeated in the closing message.
const SHOWN_TEST_LINES: usize = 12;

/// How the tests went.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tested {
    /// There is nothing that could be run.
    Nothing,
    Passed,
    Failed(String),
    /// Node is not on this machine, or could not be started.
    Unable(String),
}

/// Plays a codegen task to its end.
pub(in super::super) async fn play(stage: &mut Stage, task: &Task) -> Played {
    let features = named(task);
    let names: Vec<_> = features.iter().map(|it| it.name).collect();
    let what = if names.is_empty() {
        "a documented scaffold".to_owned()
    } else {
        names.join(" and ")
    };
    stage
        .plan([
            "Survey the repository".to_owned(),
            format!("Decide where {what} belongs"),
            format!("Write {what}"),
            "Run its tests".to_owned(),
            "Look at what changed".to_owned(),
        ])
        .await?;
    stage.advance().await?;
    let site = survey(stage).await?;
    stage.advance().await?;
    misdeeds::in_the_middle(stage).await?;
    let additions: Vec<_> = if features.is_empty() {
        vec![scaffold::build(&site, task)]
    } else {
        // Each feature sees what the ones before it did to the page.
        let mut seen = site;
        let built = features.iter().map(|feature| {
            let addition = (feature.build)(&seen, task);
            seen.apply(&addition);
            addition
        });
        built.collect()
    };
    stage.think(thought(&what, &additions)).await?;
    let paths: Vec<_> = additions
        .iter()
        .flat_map(|it| &it.changes)
        .map(|it| it.path.clone())
        .collect();
    stage.advance().await?;
    if !misdeeds::may_change(stage, &format!("Add {what}"), &paths).await? {
        return Ok(());
    }
    write(stage, &additions).await?;
    stage.advance().await?;
    let tested = test(stage, &additions).await?;
    stage.advance().await?;
    stage.run("git", &["status", "--short"]).await?;
    stage.advance().await?;
    stage.say(closing(&what, &additions, &tested)).await
}

async fn survey(stage: &mut Stage) -> Played<Site> {
    let root = stage.folder().to_owned();
    let site = tokio::task::spawn_blocking(move || Site::survey(&root))
        .await?
        .map_err(at("."))?;
    let found = match &site.layout {
        Layout::Page { path, .. } => {
            stage.read(path).await?;
            format!("the start page is {path}")
        }
        Layout::Sources { folder } => format!("the sources are in {folder}/"),
        Layout::Other => "it has no start page and no web sources".to_owned(),
    };
    stage
        .think(format!(
            "The repository has {} files; {found}.",
            site.files.len()
        ))
        .await?;
    Ok(site)
}

async fn write(stage: &mut Stage, additions: &[Addition]) -> Played {
    for change in additions.iter().flat_map(|it| &it.changes) {
        stage
            .write(&change.path, &change.text, &change.what)
            .await?;
    }
    Ok(())
}

async fn test(stage: &mut Stage, additions: &[Addition]) -> Played<Tested> {
    let tests: Vec<_> = additions
        .iter()
        .filter_map(|it| it.test.as_deref())
        .collect();
    if tests.is_empty() {
        stage.think("There is no code to test in this.").await?;
        return Ok(Tested::Nothing);
    }
    let args: Vec<_> = std::iter::once("--test").chain(tests).collect();
    Ok(match stage.run("node", &args).await? {
        CommandEnd::Ran { ok: true, .. } => Tested::Passed,
        CommandEnd::Ran { ok: false, output } => Tested::Failed(output),
        CommandEnd::Absent => Tested::Unable("Node.js is not installed on this machine".to_owned()),
        CommandEnd::Failed(reason) => Tested::Unable(reason),
    })
}

fn thought(what: &str, additions: &[Addition]) -> String {
    let changes: Vec<_> = additions.iter().flat_map(|it| &it.changes).collect();
    if changes.is_empty() {
        return format!("There is nothing to do: {what} is there already.");
    }
    let edits = changes.iter().filter(|it| it.edits).count();
    format!(
        "For {what} I will create {} files and edit {edits}.",
        changes.len() - edits
    )
}

fn closing(what: &str, additions: &[Addition], tested: &Tested) -> String {
    let changes: Vec<_> = additions.iter().flat_map(|it| &it.changes).collect();
    let mut text = if changes.is_empty() {
        format!("I changed nothing: {what} is there already.\n\n")
    } else {
        format!("I added {what}.\n\n")
    };
    for change in changes {
        let verb = if change.edits { "changed" } else { "new" };
        text.push_str(&format!("- `{}` ({verb})\n", change.path));
    }
    for note in additions.iter().flat_map(|it| &it.notes) {
        text.push_str(&format!("\n{note}"));
    }
    text.push_str(&match tested {
        Tested::Nothing => String::new(),
        Tested::Passed => "\n\nIts tests pass (`node --test`).".to_owned(),
        Tested::Unable(reason) => format!("\n\nIts tests were **not** run: {reason}."),
        Tested::Failed(output) => {
            let lines: Vec<_> = output.lines().take(SHOWN_TEST_LINES).collect();
            format!("\n\nIts tests **fail**:\n\n```\n{}\n```", lines.join("\n"))
        }
    });
    text
}
