//! What git says about one pushed branch.

use super::PushRefusal;
use super::git::GitOutput;
use super::push::PushOutcome;

/// How much of a forge's own words a refusal repeats.
const MAX_REASON_CHARS: usize = 400;

/// What the machine-readable answer of one push says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Taken(PushOutcome),
    /// Another push changed the branch at the same moment.
    Raced,
    Refused(PushRefusal),
    /// The far side could not store it.
    Failed,
    /// There was no answer about the branch at all.
    NoAnswer,
}

/// Reads the one line about our branch: a flag, the two names, and a summary, parted by tabs.
pub(crate) fn verdict(output: &GitOutput) -> Verdict {
    let text = output.text();
    let Some(line) = text
        .lines()
        .find(|line| line.contains(":refs/heads/") && line.contains('\t'))
    else {
        return Verdict::NoAnswer;
    };
    let summary = line.rsplit('\t').next().unwrap_or_default();
    match line.chars().next() {
        Some('=') => Verdict::Taken(PushOutcome::UpToDate),
        Some('!') => refusal(summary, &output.stderr),
        _ if output.code == Some(0) => Verdict::Taken(PushOutcome::Pushed),
        _ => Verdict::NoAnswer,
    }
}

fn refusal(summary: &str, complaints: &str) -> Verdict {
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| summary.contains(phrase));
    if says(&[
        "non-fast-forward",
        "fetch first",
        "stale info",
        "needs force",
    ]) {
        return Verdict::Refused(PushRefusal::NonFastForward);
    }
    if says(&["currently checked out"]) {
        return Verdict::Refused(PushRefusal::CheckedOut);
    }
    if says(&["shallow update not allowed"]) {
        return Verdict::Refused(PushRefusal::Incomplete);
    }
    if says(&["; cannot create", "directory file conflict"])
        || complaints.contains("; cannot create")
    {
        return Verdict::Refused(PushRefusal::NameTaken);
    }
    if says(&[
        "cannot lock ref",
        "reference already exists",
        "failed to update ref",
        "incorrect old value",
    ]) {
        return Verdict::Raced;
    }
    if says(&[
        "unpacker error",
        "remote failed to report status",
        "missing necessary objects",
    ]) {
        return Verdict::Failed;
    }
    let said = format!("{summary} {complaints}");
    if said.contains("refusing to allow") && said.contains("workflow") {
        return Verdict::Refused(PushRefusal::WorkflowScope);
    }
    let reason = reason(summary, complaints);
    let protected = [
        "GH006",
        "protected branch",
        "GL-HOOK-ERR: You are not allowed to push",
    ];
    Verdict::Refused(match protected.iter().any(|words| said.contains(words)) {
        true => PushRefusal::Protected { reason },
        false => PushRefusal::Rule { reason },
    })
}

/// The reason in the answer, and what the far side printed beside it: only that names the rule.
fn reason(summary: &str, complaints: &str) -> String {
    let short = summary
        .split_once('(')
        .map_or(summary, |(_, reason)| reason.trim_end_matches(')'));
    let printed = complaints
        .lines()
        .filter_map(|line| line.strip_prefix("remote:"))
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let words: Vec<_> = std::iter::once(short).chain(printed).collect();
    let words = words.join("; ");
    let readable = words.chars().filter(|letter| !letter.is_control());
    readable.take(MAX_REASON_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str, code: i32) -> Verdict {
        let stdout = format!("To https://forge.example/o/r.git\n{line}\nDone\n").into_bytes();
        verdict(&GitOutput {
            code: Some(code),
            stdout,
            stderr: String::new(),
            truncated: false,
        })
    }

    #[test]
    fn the_answers_of_a_push_are_told_apart() {
        let names = "refs/heads/errand/1:refs/heads/errand/1";
        assert_eq!(
            read(&format!("*\t{names}\t[new branch]"), 0),
            Verdict::Taken(PushOutcome::Pushed)
        );
        assert_eq!(
            read(&format!(" \t{names}\tab1..cd2"), 0),
            Verdict::Taken(PushOutcome::Pushed)
        );
        assert_eq!(
            read(&format!("=\t{names}\t[up to date]"), 0),
            Verdict::Taken(PushOutcome::UpToDate)
        );
        let refused = |summary: &str| read(&format!("!\t{names}\t{summary}"), 1);
        assert_eq!(
            refused("[rejected] (fetch first)"),
            Verdict::Refused(PushRefusal::NonFastForward)
        );
        assert_eq!(
            refused("[remote rejected] (cannot lock ref 'refs/heads/errand/1')"),
            Verdict::Raced
        );
        assert_eq!(
            refused("[remote rejected] (protected branch hook declined)"),
            Verdict::Refused(PushRefusal::Protected {
                reason: "protected branch hook declined".to_owned()
            })
        );
        assert_eq!(
            refused("[remote rejected] (push declined due to repository rule violations)"),
            Verdict::Refused(PushRefusal::Rule {
                reason: "push declined due to repository rule violations".to_owned()
            })
        );
        assert_eq!(
            reason(
                "[remote rejected] (pre-receive hook declined)",
                "remote: no pushes on Fridays        \nremote: \nerror: failed to push"
            ),
            "pre-receive hook declined; no pushes on Fridays"
        );
        let workflow = "[remote rejected] (refusing to allow a Personal Access Token to create or update workflow `.github/workflows/a.yml` without `workflow` scope)";
        assert_eq!(
            refused(workflow),
            Verdict::Refused(PushRefusal::WorkflowScope)
        );
    }
}
