//! The script of the scanning kinds: list, scan, sort, write, check what was written.

use std::collections::BTreeMap;

use agent_client_protocol::v1::schema::ToolKind;
use serde_json::json;

use super::error::{Interruption, Played, at};
use super::misdeeds;
use super::report::{Report, summary};
use super::scan::{self, Finding, Scan};
use super::stage::{Stage, ToolUse};
use super::task::Task;
use super::{files, files::Listing};

/// Findings that are named in the closing message.
const NAMED_FINDINGS: usize = 5;
/// File types that are named in the thought about the repository.
const NAMED_TYPES: usize = 6;

/// Plays a scan to its end.
pub(super) async fn play(stage: &mut Stage, task: &Task) -> Played {
    let kind = task.kind.as_str();
    let rules = scan::rules(task.kind).len();
    stage
        .plan([
            "List the repository's files".to_owned(),
            format!("Apply {rules} {kind} rules to them"),
            "Sort the findings by severity".to_owned(),
            format!("Write the report to reports/{kind}"),
            "Check that every finding stands where the report says".to_owned(),
        ])
        .await?;
    stage.advance().await?;
    survey(stage).await?;
    stage.advance().await?;
    misdeeds::in_the_middle(stage).await?;
    let scan = apply_rules(stage, task).await?;
    stage.advance().await?;
    stage.think(thought_about(&scan)).await?;
    stage.advance().await?;
    let date = time::OffsetDateTime::now_utc().date().to_string();
    let report = Report::new(task, &scan, &date).map_err(|error| at("reports")(error.into()))?;
    let paths = [report.markdown_path.clone(), report.json_path.clone()];
    if !misdeeds::may_change(stage, &format!("Write the {kind} report"), &paths).await? {
        return Ok(());
    }
    stage
        .write(&report.markdown_path, &report.markdown, "Write")
        .await?;
    stage
        .write(&report.json_path, &report.json, "Write")
        .await?;
    stage.advance().await?;
    let standing = verify(stage, &scan).await?;
    stage.advance().await?;
    stage.say(closing(&scan, &report, standing)).await
}

async fn survey(stage: &mut Stage) -> Played {
    let call = ToolUse {
        name: "list_files",
        title: "List the files".to_owned(),
        kind: ToolKind::Search,
        input: json!({ "path": "." }),
        path: None,
    };
    let id = stage.open(call).await?;
    let root = stage.folder().to_owned();
    let listing = tokio::task::spawn_blocking(move || files::list(&root))
        .await?
        .map_err(at("."))?;
    stage
        .close(&id, true, format!("{} files", listing.files.len()))
        .await?;
    stage.think(thought_about_files(&listing)).await
}

async fn apply_rules(stage: &mut Stage, task: &Task) -> Played<Scan> {
    let kind = task.kind;
    let call = ToolUse {
        name: "scan",
        title: format!("Scan for {} findings", kind.as_str()),
        kind: ToolKind::Search,
        input: json!({ "rules": scan::rules(kind).iter().map(|rule| rule.id).collect::<Vec<_>>() }),
        path: None,
    };
    let id = stage.open(call).await?;
    let root = stage.folder().to_owned();
    let scanning = tokio::task::spawn_blocking(move || scan::scan(kind, &root));
    let cancel = stage.cancel.clone();
    let scan = tokio::select! {
        scan = scanning => scan?.map_err(at("."))?,
        () = cancel.cancelled() => return Err(Interruption::Cancelled),
    };
    stage.close(&id, true, summary(&scan)).await?;
    Ok(scan)
}

/// Reads every file that has findings once more and counts the findings whose line is there.
async fn verify(stage: &mut Stage, scan: &Scan) -> Played<usize> {
    let mut by_file: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &scan.findings {
        by_file.entry(&finding.file).or_default().push(finding);
    }
    let call = ToolUse {
        name: "verify_report",
        title: format!("Check {} findings", scan.findings.len()),
        kind: ToolKind::Read,
        input: json!({ "files": by_file.keys().collect::<Vec<_>>() }),
        path: None,
    };
    let id = stage.open(call).await?;
    let mut standing = 0;
    for (file, findings) in by_file {
        let bytes = tokio::fs::read(stage.folder().join(file))
            .await
            .map_err(at(file))?;
        let lines = String::from_utf8_lossy(&bytes).lines().count().max(1);
        standing += findings
            .iter()
            .filter(|it| it.line as usize <= lines)
            .count();
    }
    let all = standing == scan.findings.len();
    stage
        .close(
            &id,
            all,
            format!("{standing} of {} stand", scan.findings.len()),
        )
        .await?;
    Ok(standing)
}

fn thought_about_files(listing: &Listing) -> String {
    let mut types: BTreeMap<String, usize> = BTreeMap::new();
    for file in &listing.files {
        *types.entry(file.extension()).or_default() += 1;
    }
    let mut types: Vec<_> = types
        .into_iter()
        .filter(|(name, _)| !name.is_empty())
        .collect();
    types.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let named: Vec<_> = types
        .iter()
        .take(NAMED_TYPES)
        .map(|(name, count)| format!("{count} .{name}"))
        .collect();
    let files = listing.files.len();
    if named.is_empty() {
        return format!("The repository has {files} files.");
    }
    format!(
        "The repository has {files} files, most of them {}.",
        named.join(", ")
    )
}

fn thought_about(scan: &Scan) -> String {
    match scan.findings.first() {
        None => {
            "Nothing was found. That is a result too, and the report will say how far I looked."
                .to_owned()
        }
        Some(worst) => format!(
            "{} The worst is {} ({}) in {}:{}.",
            summary(scan),
            worst.rule,
            worst.severity.as_str(),
            worst.file,
            worst.line
        ),
    }
}

fn closing(scan: &Scan, report: &Report, standing: usize) -> String {
    let mut text = format!("{}\n\n", summary(scan));
    for it in scan.findings.iter().take(NAMED_FINDINGS) {
        text.push_str(&format!(
            "- {} `{}:{}` {}\n",
            it.severity.as_str(),
            it.file,
            it.line,
            it.message
        ));
    }
    if scan.findings.len() > NAMED_FINDINGS {
        text.push_str(&format!(
            "- and {} more\n",
            scan.findings.len() - NAMED_FINDINGS
        ));
    }
    if standing < scan.findings.len() {
        text.push_str(&format!(
            "\nOnly {standing} of {} findings still stand where they were found; the files changed meanwhile.\n",
            scan.findings.len()
        ));
    }
    text.push_str(&format!(
        "\nThe report is in `{}`, and for machines in `{}`.",
        report.markdown_path, report.json_path
    ));
    text
}
