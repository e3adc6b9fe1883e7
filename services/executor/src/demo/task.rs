//! What a prompt asks of the demo agent.

use super::misbehaviour::Misbehaviour;

/// The line that names the kind of agent begins so.
const KIND_PREFIX: &str = "agent:";

/// The kinds of work the demo agent has a script for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentKind {
    Codegen,
    Security,
    Seo,
    Performance,
    Accessibility,
}

impl AgentKind {
    /// Every kind, in the order in which people are told of them.
    pub const ALL: [Self; 5] = [
        Self::Codegen,
        Self::Security,
        Self::Seo,
        Self::Performance,
        Self::Accessibility,
    ];

    /// The word in the prompt and in file names.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Codegen => "codegen",
            Self::Security => "security",
            Self::Seo => "seo",
            Self::Performance => "performance",
            Self::Accessibility => "accessibility",
        }
    }

    /// The kind with this word, whatever its case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(word.trim()))
    }
}

/// A prompt, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Task {
    pub(super) kind: AgentKind,
    /// The task without the line that names the kind and without misbehaviours.
    pub(super) text: String,
    pub(super) misbehaviour: Option<Misbehaviour>,
}

impl Task {
    /// Reads a prompt; `usual` is the kind when the prompt names none. The error is the kind that is unknown.
    pub(super) fn parse(prompt: &str, usual: AgentKind) -> Result<Self, String> {
        let (kind, rest) = match first_line_kind(prompt) {
            Some((word, rest)) => (
                AgentKind::parse(word).ok_or_else(|| word.trim().to_owned())?,
                rest,
            ),
            None => (usual, prompt),
        };
        let misbehaviour = rest.split_whitespace().find_map(Misbehaviour::parse);
        let text = rest
            .lines()
            .map(without_misbehaviour)
            .collect::<Vec<_>>()
            .join("\n");
        Ok(Self {
            kind,
            text: text.trim().to_owned(),
            misbehaviour,
        })
    }

    /// The task in one line of at most `max_chars` characters.
    pub(super) fn headline(&self, max_chars: usize) -> String {
        let line = self
            .text
            .lines()
            .find(|line| !line.trim().is_empty())
            .unwrap_or("")
            .trim();
        if line.chars().count() <= max_chars {
            return line.to_owned();
        }
        line.chars()
            .take(max_chars.saturating_sub(1))
            .chain(['…'])
            .collect()
    }
}

fn first_line_kind(prompt: &str) -> Option<(&str, &str)> {
    let prompt = prompt.trim_start();
    let (first, rest) = prompt.split_once('\n').unwrap_or((prompt, ""));
    let head = first.get(..KIND_PREFIX.len())?;
    head.eq_ignore_ascii_case(KIND_PREFIX)
        .then(|| (&first[KIND_PREFIX.len()..], rest))
}

fn without_misbehaviour(line: &str) -> String {
    if line
        .split_whitespace()
        .all(|word| Misbehaviour::parse(word).is_none())
    {
        return line.to_owned();
    }
    let words: Vec<_> = line
        .split_whitespace()
        .filter(|word| Misbehaviour::parse(word).is_none())
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_names_the_kind_and_the_rest_is_the_task() {
        let task = Task::parse(
            "Agent: SEO\n\nLook at the titles\nof all pages",
            AgentKind::Codegen,
        )
        .unwrap();
        assert_eq!(
            (task.kind, task.text.as_str()),
            (AgentKind::Seo, "Look at the titles\nof all pages")
        );
        assert_eq!(task.headline(10), "Look at t…");
    }

    #[test]
    fn without_that_line_the_usual_kind_is_meant() {
        let task = Task::parse("build email capture", AgentKind::Security).unwrap();
        assert_eq!(
            (task.kind, task.text.as_str()),
            (AgentKind::Security, "build email capture")
        );
    }

    #[test]
    fn an_unknown_kind_is_told_by_name() {
        assert_eq!(
            Task::parse("Agent: poet\n\nrhyme", AgentKind::Codegen),
            Err("poet".to_owned())
        );
    }

    #[test]
    fn a_misbehaviour_is_no_part_of_the_task() {
        let task = Task::parse(
            "Agent: codegen\n\nbuild it demo:crash now\n",
            AgentKind::Codegen,
        )
        .unwrap();
        assert_eq!(task.misbehaviour, Some(Misbehaviour::Crash));
        assert_eq!(task.text, "build it now");
    }
}
