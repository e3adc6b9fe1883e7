//! What an agent or a vendor said is redacted before it becomes an event: one place for all entries of a run.
use crate::{
    redaction::Redactor,
    session::{Progress, SessionCommand},
};
use errand_proto::v1;

/// `command` without secrets.
pub fn redacted(mut command: SessionCommand, redactor: &Redactor) -> SessionCommand {
    use SessionCommand as C;
    match &mut command {
        C::Record { what, .. } => progress(what, redactor),
        C::Complete {
            summary, findings, ..
        } => {
            redactor.clean(summary);
            findings.iter_mut().for_each(|it| report(it, redactor));
        }
        C::Fail { reason: text, .. } | C::Cancel { reason: text, .. } | C::Steer { text, .. } => {
            redactor.clean(text)
        }
        // These hold what a person or Errand itself wrote.
        C::Create(_) | C::Start { .. } | C::ExpireLease { .. } | C::Answer { .. } => {}
    }
    command
}

fn report(report: &mut v1::Findings, redactor: &Redactor) {
    redactor.clean(&mut report.note);
    for finding in &mut report.findings {
        redactor.clean(&mut finding.title);
        redactor.clean(&mut finding.path);
        redactor.clean(&mut finding.detail);
    }
}

fn progress(what: &mut Progress, redactor: &Redactor) {
    match what {
        Progress::Turn {
            thinking, prompt, ..
        } => {
            redactor.clean(thinking);
            redactor.clean(prompt);
        }
        Progress::Opened(opened) => {
            redactor.clean(&mut opened.agent_name);
            redactor.clean(&mut opened.agent_version);
        }
        Progress::Question(question) => self::question(question, redactor),
        Progress::Unanswered { answer, .. } => redactor.clean(answer),
        Progress::ToolCall(call) => {
            redactor.clean(&mut call.name);
            redactor.clean(&mut call.input);
            redactor.clean(&mut call.output);
        }
        Progress::Plan(steps) => {
            for step in steps {
                redactor.clean(&mut step.content);
            }
        }
        Progress::Changes(changes) => {
            redactor.clean(&mut changes.diff);
            for file in &mut changes.files {
                redactor.clean(&mut file.path);
            }
        }
        Progress::PullRequest { url, .. } => redactor.clean(url),
        Progress::Usage(_) => {}
    }
}

/// What an agent asks, as it is recorded and compared.
pub fn question(question: &mut v1::InputRequested, redactor: &Redactor) {
    redactor.clean(&mut question.text);
    redactor.clean(&mut question.input);
    for option in &mut question.options {
        redactor.clean(&mut option.label);
        redactor.clean(&mut option.sends);
    }
}
