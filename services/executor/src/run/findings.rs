//! What a scanning agent found, read from the report that it left in its worktree.
use crate::workspace::Worktree;
use errand_proto::{
    severity::{SEVERITIES, rank},
    v1,
};
use serde::Deserialize;
use std::{io::Read, path::Path};

/// The kinds of agents that are told to write a report for machines.
const SCANNING: [&str; 4] = ["security", "seo", "performance", "accessibility"];
const MAX_REPORT_BYTES: u64 = 1024 * 1024;
/// Findings kept of one report; it lists the worst first, or they are sorted so.
const MAX_FINDINGS: usize = 200;
/// Bytes of the findings kept: they travel in the session's last event, in the story's and in the batch's.
const MAX_FINDINGS_BYTES: usize = 128 * 1024;
/// What a finding takes beside its texts.
const FINDING_BYTES: usize = 32;
const MAX_TITLE_CHARS: usize = 200;
const MAX_PATH_CHARS: usize = 300;
const MAX_DETAIL_CHARS: usize = 400;

/// One entry of the report. The other names are those of the demo agent's reports.
#[derive(Deserialize)]
struct Entry {
    severity: String,
    #[serde(alias = "message")]
    title: String,
    #[serde(default, alias = "file")]
    path: String,
    #[serde(default)]
    line: Option<u32>,
    #[serde(default, alias = "advice")]
    detail: String,
}

/// What a scanning agent is told beside its task; nothing for others.
pub fn instruction(agent: &str) -> Option<String> {
    SCANNING.contains(&agent).then(|| {
        format!(
            "Write what you find to `{}` too: a JSON list of {{\"severity\": \"critical\", \"high\", \"medium\", \"low\" \
             or \"info\", \"title\", \"path\", \"line\", \"detail\"}}, the worst first, and an empty list where you find nothing.",
            report_path(agent)
        )
    })
}

/// `None` for an agent that has no report to write. A report that cannot be read says why and holds up nothing.
pub async fn read(worktree: &Worktree, agent: &str) -> Option<v1::Findings> {
    if !SCANNING.contains(&agent) {
        return None;
    }
    let path = report_path(agent);
    Some(match written(worktree, &path).await {
        Ok(text) => parse(&path, &text),
        Err(reason) => note(format!("`{path}` {reason}")),
    })
}

/// A report that an earlier run left in the repository says nothing of this run.
async fn written(worktree: &Worktree, path: &str) -> Result<String, String> {
    let text = load(worktree.path(), path)?;
    match worktree.is_unchanged(path).await {
        Ok(false) => Ok(text),
        Ok(true) => Err("is an earlier run's: the agent did not write it again".to_owned()),
        Err(error) => Err(format!("cannot be compared with the base: {error}")),
    }
}

fn report_path(agent: &str) -> String {
    format!("reports/{agent}.json")
}

/// The agent may have put a link there: only a file within the worktree is read.
fn load(root: &Path, path: &str) -> Result<String, String> {
    let absent = |_| "is not there: the agent wrote no findings for machines".to_owned();
    let root = root.canonicalize().map_err(absent)?;
    let file = root.join(path).canonicalize().map_err(absent)?;
    if !file.starts_with(&root) || !file.is_file() {
        return Err("is no file of the repository".to_owned());
    }
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    let file = std::fs::File::open(file).map_err(unreadable)?;
    let mut text = String::new();
    file.take(MAX_REPORT_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    if text.len() as u64 > MAX_REPORT_BYTES {
        return Err(format!("is larger than {MAX_REPORT_BYTES} bytes"));
    }
    Ok(text)
}

fn parse(path: &str, text: &str) -> v1::Findings {
    let entries: Vec<serde_json::Value> = match serde_json::from_str(text) {
        Ok(entries) => entries,
        Err(error) => return note(format!("`{path}` is no JSON list: {error}")),
    };
    let count = entries.len();
    let mut findings: Vec<_> = entries.into_iter().filter_map(finding).collect();
    let malformed = count - findings.len();
    findings.sort_by_key(|it| rank(&it.severity));
    let surplus = findings.len().saturating_sub(MAX_FINDINGS);
    findings.truncate(MAX_FINDINGS);
    let too_large = findings.len() - fitting(&findings);
    findings.truncate(findings.len() - too_large);
    let mut notes = Vec::new();
    if malformed > 0 {
        notes.push(format!("{malformed} entries of `{path}` are no findings"));
    }
    if surplus > 0 {
        let limit =
            format!("{surplus} findings of `{path}` are left out: the limit is {MAX_FINDINGS}");
        notes.push(limit);
    }
    if too_large > 0 {
        notes.push(format!(
            "{too_large} findings of `{path}` are left out: the limit of all together is {MAX_FINDINGS_BYTES} bytes"
        ));
    }
    v1::Findings {
        findings,
        note: notes.join("; "),
    }
}

/// How many of the first findings are within the limit of bytes.
fn fitting(findings: &[v1::Finding]) -> usize {
    let mut bytes = 0;
    let fits = |it: &&v1::Finding| {
        let texts = [&it.severity, &it.title, &it.path, &it.detail];
        bytes += FINDING_BYTES + texts.map(String::len).iter().sum::<usize>();
        bytes <= MAX_FINDINGS_BYTES
    };
    findings.iter().take_while(fits).count()
}

fn finding(value: serde_json::Value) -> Option<v1::Finding> {
    let entry: Entry = serde_json::from_value(value).ok()?;
    let severity = entry.severity.to_lowercase();
    let is_finding = SEVERITIES.contains(&severity.as_str()) && !entry.title.trim().is_empty();
    is_finding.then(|| v1::Finding {
        severity,
        title: one_line(&entry.title, MAX_TITLE_CHARS),
        path: one_line(&entry.path, MAX_PATH_CHARS),
        line: entry.line.unwrap_or_default(),
        detail: one_line(&entry.detail, MAX_DETAIL_CHARS),
    })
}

fn one_line(text: &str, max_chars: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    super::pull_request_text::cut(&line, max_chars)
}

fn note(note: String) -> v1::Findings {
    v1::Findings {
        note,
        ..v1::Findings::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_in_our_words_and_in_those_of_the_demo_agent() {
        let text = r#"[
            {"severity": "low", "title": "No description", "path": "index.html"},
            {"rule": "img-alt", "severity": "High", "file": "a.html", "line": 2, "message": "No  alt", "advice": "Add one."}
        ]"#;
        let read = parse("reports/seo.json", text);
        let found = |severity: &str, title: &str, path: &str, line, detail: &str| v1::Finding {
            severity: severity.into(),
            title: title.into(),
            path: path.into(),
            line,
            detail: detail.into(),
        };
        let expected = [
            found("high", "No alt", "a.html", 2, "Add one."),
            found("low", "No description", "index.html", 0, ""),
        ];
        assert_eq!(
            (read.findings.as_slice(), read.note.as_str()),
            (&expected[..], "")
        );
    }

    #[test]
    fn what_is_malformed_or_too_much_is_said_and_the_rest_is_kept() {
        let broken = parse("reports/seo.json", "{");
        assert!(broken.note.contains("is no JSON list"), "{}", broken.note);
        let one = r#"{"severity": "info", "title": "x"}"#;
        let many = vec![one; MAX_FINDINGS + 3].join(",");
        let read = parse("reports/seo.json", &format!("[{many}, 7]"));
        assert_eq!(read.findings.len(), MAX_FINDINGS);
        assert!(read.note.contains("1 entries"), "{}", read.note);
        assert!(
            read.note
                .contains("3 findings of `reports/seo.json` are left out"),
            "{}",
            read.note
        );
    }

    #[test]
    fn findings_of_long_texts_are_bounded_in_bytes_too_and_the_worst_are_kept() {
        let entry = |severity: &str| {
            let (title, path) = ("鍵".repeat(MAX_TITLE_CHARS), "道".repeat(MAX_PATH_CHARS));
            let detail = "説".repeat(MAX_DETAIL_CHARS);
            serde_json::json!({"severity": severity, "title": title, "path": path, "detail": detail})
        };
        let many: Vec<_> = std::iter::repeat_with(|| entry("low"))
            .take(MAX_FINDINGS - 1)
            .chain([entry("critical")])
            .collect();
        let read = parse("reports/seo.json", &serde_json::to_string(&many).unwrap());
        let kept = read.findings.len();
        assert!((40..MAX_FINDINGS).contains(&kept), "{kept}");
        assert_eq!(read.findings[0].severity, "critical");
        let texts = |it: &v1::Finding| it.title.len() + it.path.len() + it.detail.len();
        assert!(read.findings.iter().map(texts).sum::<usize>() <= MAX_FINDINGS_BYTES);
        let left_out = format!(
            "{} findings of `reports/seo.json` are left out",
            MAX_FINDINGS - kept
        );
        assert!(read.note.contains(&left_out), "{}", read.note);
        assert!(read.note.contains("131072 bytes"), "{}", read.note);
    }

    #[test]
    fn a_link_out_of_the_repository_is_not_followed() {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(outside.path().join("seo.json"), "[]").unwrap();
        std::os::unix::fs::symlink(outside.path(), root.path().join("reports")).unwrap();
        let refused = load(root.path(), "reports/seo.json").unwrap_err();
        assert!(refused.contains("no file of the repository"), "{refused}");
    }
}
