//! The consolidated report: pure. What came of each story, and all findings merged, the worst first.
use super::Batch;
use errand_proto::{
    severity::{SEVERITIES, rank},
    v1,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// Findings named in a report; the others are counted, and are in the pull requests.
const MAX_LISTED_FINDINGS: usize = 100;
/// Bytes of the lines that name them: the report is an event and a message of the chat.
const MAX_LISTED_BYTES: usize = 128 * 1024;
/// Characters of a story's summary or reason.
const MAX_WORDS_CHARS: usize = 300;

pub struct Report {
    /// What came of the batch in one line, and of each story in one.
    pub summary: String,
    /// The summary and the findings.
    pub markdown: String,
}

/// One finding, however many agents found it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    pub finding: v1::Finding,
    /// The agents that found it.
    pub agents: BTreeSet<String>,
}

/// The findings of all agents, each once, the worst first. The order in which they come does not matter.
pub fn merge<'a>(found: impl IntoIterator<Item = (&'a str, &'a v1::Finding)>) -> Vec<Merged> {
    let mut merged = BTreeMap::<_, Merged>::new();
    for (agent, finding) in found {
        let place = (
            finding.path.clone(),
            finding.line,
            normalised(&finding.title),
        );
        let known = merged.entry(place).or_default();
        if known.agents.is_empty() || says_more(finding) < says_more(&known.finding) {
            known.finding = finding.clone();
        }
        known.agents.insert(agent.to_owned());
    }
    let mut merged: Vec<_> = merged.into_values().collect();
    merged.sort_by_key(|it| rank(&it.finding.severity));
    merged
}

/// Of two wordings of one finding the lesser is shown: the worse, then the one with more detail.
fn says_more(finding: &v1::Finding) -> (usize, std::cmp::Reverse<usize>, &str, &str) {
    let length = std::cmp::Reverse(finding.detail.len());
    let rank = rank(&finding.severity);
    (rank, length, &finding.detail, &finding.title)
}

/// Letters and digits alone, so that case and punctuation do not set two findings apart.
fn normalised(title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ").to_lowercase()
}

/// `public_url` is where people find Errand.
pub fn write(batch: &Batch, public_url: &str) -> Report {
    let finished = batch.finished.values().map(|it| &it.0);
    let findings = merge(finished.flat_map(found));
    let mut summary = headline(batch, &findings);
    let title = plain(&batch.facts.0.title);
    let mut markdown = format!("## Report: {title}\n\n**{summary}**\n\n");
    for id in &batch.facts.0.story_ids {
        summary += &format!("\n{}", story_line(batch, id, &TEXT));
        let line = story_line(batch, id, &MARKDOWN);
        let _ = writeln!(markdown, "- {line} · [story]({public_url}/stories/{id})");
    }
    list(&mut markdown, &findings);
    Report { summary, markdown }
}

/// The findings that a report has room for, by severity, and how many there are beside them.
fn list(markdown: &mut String, findings: &[Merged]) {
    let mut bytes = 0;
    let lines = findings.iter().map(line).take_while(|line| {
        bytes += line.len();
        bytes <= MAX_LISTED_BYTES
    });
    let lines: Vec<_> = lines.take(MAX_LISTED_FINDINGS).collect();
    for severity in SEVERITIES {
        let of_it = findings.iter().zip(&lines);
        let of_it = of_it.filter(|(it, _)| it.finding.severity == severity);
        section(markdown, severity, of_it.map(|(_, line)| line));
    }
    let limit = match lines.len() {
        MAX_LISTED_FINDINGS => MAX_LISTED_FINDINGS.to_string(),
        _ => format!("no more than {MAX_LISTED_BYTES} bytes of them"),
    };
    let surplus = findings.len() - lines.len();
    if surplus > 0 {
        let _ = writeln!(
            markdown,
            "\nand {surplus} more: a report names {limit}. The pull requests have them all."
        );
    }
}

fn found(story: &v1::BatchStoryFinished) -> impl Iterator<Item = (&str, &v1::Finding)> {
    let findings = story.findings.iter().flat_map(|it| &it.findings);
    findings.map(|finding| (agent(story), finding))
}

fn agent(story: &v1::BatchStoryFinished) -> &str {
    let reference = story.story.as_ref();
    reference.map_or("agent", |it| it.agent_name.as_str())
}

/// "3 of 4 agents completed, 12 findings: 2 high, 10 low."
fn headline(batch: &Batch, findings: &[Merged]) -> String {
    let completed = batch
        .finished
        .values()
        .filter(|it| it.0.status == "completed");
    let (completed, all) = (completed.count(), batch.facts.0.story_ids.len());
    let count = |severity: &&str| {
        let of_it = findings
            .iter()
            .filter(|it| it.finding.severity == *severity);
        let count = of_it.count();
        (count > 0).then(|| format!("{count} {severity}"))
    };
    let counts: Vec<_> = SEVERITIES.iter().filter_map(count).collect();
    let found = match findings.len() {
        0 => "no findings".to_owned(),
        1 => format!("1 finding: {}", counts.join(", ")),
        n => format!("{n} findings: {}", counts.join(", ")),
    };
    format!("{completed} of {all} agents completed, {found}.")
}

/// How a line is written for those who read Markdown, and for those who do not.
struct Style {
    name: fn(&str) -> String,
    words: fn(&str) -> String,
    link: fn(&str, &str) -> String,
}

const MARKDOWN: Style = Style {
    name: |name| format!("**{}**", plain(name)),
    words: plain,
    link: |label, url| format!("[{label}]({url})"),
};
const TEXT: Style = Style {
    name: one_line,
    words: one_line,
    link: |_, url| url.to_owned(),
};

/// What came of one story, with the way to its pull request.
fn story_line(batch: &Batch, id: &str, style: &Style) -> String {
    let Some(finished) = batch.finished.get(id) else {
        let name = (style.name)(batch.agent_name(id).unwrap_or("agent"));
        return format!("⏳ {name} had not ended when the time limit of the batch was over");
    };
    let finished = &finished.0;
    let name = (style.name)(agent(finished));
    let words = (style.words)(&cut(&finished.summary));
    let mut line = match finished.status.as_str() {
        "completed" => format!("✅ {name}: {words}"),
        "failed" => format!("❌ {name} failed: {words}"),
        _ if words.is_empty() => format!("⏹ {name} was cancelled"),
        _ => format!("⏹ {name} was cancelled: {words}"),
    };
    if finished.status == "completed"
        && let Some(findings) = &finished.findings
    {
        line += &format!(" · {} found", findings.findings.len());
        if !findings.note.is_empty() {
            line += &format!(" ({})", (style.words)(&findings.note));
        }
    }
    if !finished.pr_url.is_empty() {
        line += &format!(" · {}", (style.link)("pull request", &finished.pr_url));
    }
    line
}

fn section<'a>(text: &mut String, severity: &str, lines: impl Iterator<Item = &'a String>) {
    let lines: Vec<_> = lines.map(String::as_str).collect();
    if !lines.is_empty() {
        let _ = writeln!(text, "\n### {} ({})\n", capitalised(severity), lines.len());
        text.push_str(&lines.concat());
    }
}

fn line(merged: &Merged) -> String {
    let Merged { finding, agents } = merged;
    let agents: Vec<_> = agents.iter().map(|it| plain(it)).collect();
    let mut text = format!("- {}", plain(&finding.title));
    match (finding.path.replace('`', ""), finding.line) {
        (path, _) if path.is_empty() => {}
        (path, 0) => _ = write!(text, " `{path}`"),
        (path, line) => _ = write!(text, " `{path}:{line}`"),
    }
    let _ = write!(text, " ({})", agents.join(", "));
    if !finding.detail.is_empty() {
        let _ = write!(text, ": {}", plain(&finding.detail));
    }
    text.push('\n');
    text
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next();
    first.map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_WORDS_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// On one line, and as words: an agent's text makes no link, heading or code of a report.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!'
        ) {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}
