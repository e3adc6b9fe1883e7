//! The report of a scan: for people as Markdown, for merging as JSON.

use std::fmt::Write as _;

use super::scan::{Finding, Scan, Severity};
use super::task::Task;

/// Both forms of a report with their paths in the repository.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) markdown_path: String,
    pub(super) markdown: String,
    pub(super) json_path: String,
    pub(super) json: String,
}

impl Report {
    /// Writes the report of `scan`; `date` is the day in UTC, as YYYY-MM-DD.
    ///
    /// # Errors
    /// When the findings cannot be written as JSON.
    pub(super) fn new(task: &Task, scan: &Scan, date: &str) -> serde_json::Result<Self> {
        let kind = task.kind.as_str();
        let mut json = serde_json::to_string_pretty(&scan.findings)?;
        json.push('\n');
        Ok(Self {
            markdown_path: format!("reports/{kind}-{date}.md"),
            markdown: markdown(task, scan, date),
            json_path: format!("reports/{kind}.json"),
            json,
        })
    }
}

/// The findings in one sentence.
pub(super) fn summary(scan: &Scan) -> String {
    if scan.findings.is_empty() {
        return format!(
            "No findings: {} rules, {} files read.",
            scan.rules.len(),
            scan.read
        );
    }
    let counts: Vec<_> = Severity::ALL
        .iter()
        .map(|severity| {
            (
                severity,
                scan.findings
                    .iter()
                    .filter(|it| it.severity == *severity)
                    .count(),
            )
        })
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| format!("{count} {}", severity.as_str()))
        .collect();
    let noun = if scan.findings.len() == 1 {
        "finding"
    } else {
        "findings"
    };
    format!(
        "{} {noun} ({}) in {} files read.",
        scan.findings.len(),
        counts.join(", "),
        scan.read
    )
}

fn markdown(task: &Task, scan: &Scan, date: &str) -> String {
    let mut text = format!("# {} report, {date}\n\n", capitalized(task.kind.as_str()));
    if !task.text.is_empty() {
        let quoted: Vec<_> = task
            .text
            .lines()
            .map(|line| format!("> {line}").trim_end().to_owned())
            .collect();
        let _ = writeln!(text, "Asked for:\n\n{}\n", quoted.join("\n"));
    }
    let _ = writeln!(text, "**{}**\n", summary(scan));
    let _ = writeln!(
        text,
        "Written by Errand's demo agent, which applies fixed rules and understands nothing. \
         A finding is a place to look at, not a verdict, and no finding is no proof.\n"
    );
    for limit in &scan.limits {
        let _ = writeln!(text, "- {limit}");
    }
    for severity in Severity::ALL {
        let found: Vec<_> = scan
            .findings
            .iter()
            .filter(|it| it.severity == severity)
            .collect();
        if !found.is_empty() {
            section(&mut text, severity, &found);
        }
    }
    let _ = writeln!(text, "## What was looked for\n");
    let _ = writeln!(
        text,
        "{} files are there, {} of them were read.\n",
        scan.listed, scan.read
    );
    for rule in scan.rules {
        let _ = writeln!(
            text,
            "- `{}` ({}): {}",
            rule.id,
            rule.severity.as_str(),
            rule.about
        );
    }
    text
}

fn section(text: &mut String, severity: Severity, findings: &[&Finding]) {
    let _ = writeln!(
        text,
        "## {} ({})\n",
        capitalized(severity.as_str()),
        findings.len()
    );
    let _ = writeln!(
        text,
        "| Where | Rule | Finding | What to do |\n|---|---|---|---|"
    );
    for it in findings {
        let _ = writeln!(
            text,
            "| `{}:{}` | {} | {} | {} |",
            it.file,
            it.line,
            it.rule,
            cell(&it.message),
            cell(it.advice)
        );
    }
    text.push('\n');
}

/// Text that may stand in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
        .replace('<', "&lt;")
        .replace('\n', " ")
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::super::scan;
    use super::super::task::AgentKind;
    use super::*;

    fn report(files: &[(&str, &str)]) -> Report {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            std::fs::write(root.path().join(path), text).unwrap();
        }
        let task = Task::parse("Agent: accessibility\n\nLook at it", AgentKind::Codegen).unwrap();
        let scan = scan::scan(task.kind, root.path()).unwrap();
        Report::new(&task, &scan, "2026-01-02").unwrap()
    }

    #[test]
    fn a_report_names_place_rule_and_advice_in_both_forms() {
        let report = report(&[("a.html", "<p>\n<img src=x>")]);
        assert_eq!(report.markdown_path, "reports/accessibility-2026-01-02.md");
        assert!(
            report.markdown.contains("| `a.html:2` | img-alt |"),
            "{}",
            report.markdown
        );
        assert!(
            report
                .markdown
                .contains("**1 finding (1 high) in 1 files read.**")
        );
        let json: serde_json::Value = serde_json::from_str(&report.json).unwrap();
        assert_eq!(
            (&json[0]["file"], &json[0]["line"], &json[0]["severity"]),
            (&"a.html".into(), &2.into(), &"high".into())
        );
    }

    #[test]
    fn finding_nothing_is_a_report_too() {
        let report = report(&[("a.txt", "hello")]);
        assert!(
            report.markdown.contains("No findings"),
            "{}",
            report.markdown
        );
        assert_eq!(report.json, "[]\n");
    }
}
