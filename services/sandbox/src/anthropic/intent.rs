//! What a person wants, by rules. Pure: text in, intent out.

use super::topic::{TOPICS, Topic};

/// What a message asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Intent {
    /// "Cancel that", "stop the security agent": the agent, when one is named.
    Stop(Option<String>),
    /// "Not now".
    Decline,
    /// "Yes, spawn a security agent to analyze this": the agent, when one is named.
    Accept(Option<String>),
    /// "Spawn a security agent to look at the login": the agent, and its task as written.
    Spawn(String, String),
    /// "Full audit on the checkout": what to look into, and on what.
    Audit(Vec<Topic>, String),
    /// "Build email capture for the hero": the request as a phrase that follows "to".
    Build(String),
    /// "Is our login secure?"
    Worry(Topic),
    Other,
}

const YES: [&str; 9] = [
    "yes",
    "yeah",
    "yep",
    "sure",
    "ok",
    "okay",
    "go ahead",
    "please do",
    "do it",
];
const NO: [&str; 9] = [
    "no",
    "nope",
    "not now",
    "no thanks",
    "no thank you",
    "later",
    "maybe later",
    "not yet",
    "never mind",
];
const VERBS: [&str; 34] = [
    "build",
    "add",
    "create",
    "make",
    "implement",
    "fix",
    "write",
    "change",
    "update",
    "improve",
    "remove",
    "delete",
    "refactor",
    "rename",
    "replace",
    "design",
    "develop",
    "code",
    "generate",
    "set",
    "integrate",
    "connect",
    "move",
    "migrate",
    "repair",
    "redesign",
    "rewrite",
    "extend",
    "install",
    "put",
    "draft",
    "speed",
    "turn",
    "ship",
];
/// What people say before they say what they want, longest first where one begins another.
const POLITENESS: [&str; 34] = [
    "please",
    "hey",
    "hi",
    "hello",
    "so",
    "now",
    "then",
    "also",
    "and",
    "next",
    "yes",
    "ok",
    "okay",
    "great",
    "thanks",
    "can you",
    "could you",
    "would you",
    "will you",
    "can we",
    "could we",
    "should we",
    "i want you to",
    "i need you to",
    "i would like you to",
    "i'd like you to",
    "i want to",
    "i need to",
    "i would like to",
    "i'd like to",
    "we want to",
    "we need to",
    "let's",
    "let us",
];
const NEEDS: [&str; 8] = [
    "i want",
    "i need",
    "we need",
    "we want",
    "i'd like",
    "i would like",
    "we should have",
    "give me",
];
const SPAWNERS: [&str; 5] = ["spawn", "start", "launch", "run", "use"];
const STOPPERS: [&str; 3] = ["cancel", "stop", "abort"];
/// A longer wish is about something else that shall be stopped.
const MAX_STOP_WORDS: usize = 6;
/// A longer answer than this is more than a yes or no.
const MAX_NO_WORDS: usize = 6;

/// Reads the intent of one message.
pub(super) fn intent(message: &str) -> Intent {
    let message = message.trim();
    let lower = message.to_lowercase();
    if begins_with_any(&lower, &NO).is_some() && lower.split_whitespace().count() <= MAX_NO_WORDS {
        return Intent::Decline;
    }
    if let Some(rest) = begins_with_any(&lower, &YES) {
        let agent = named_agent(&lower);
        if agent.is_some() || rest.is_empty() {
            return Intent::Accept(agent);
        }
    }
    let request = without_politeness(message);
    let first = first_word(request);
    if STOPPERS.contains(&first.as_str()) && request.split_whitespace().count() <= MAX_STOP_WORDS {
        return Intent::Stop(named_agent(request));
    }
    if SPAWNERS.contains(&first.as_str())
        && let Some(agent) = named_agent(request)
    {
        return Intent::Spawn(agent, request.to_owned());
    }
    if VERBS.contains(&first.as_str()) {
        return Intent::Build(phrase(request));
    }
    if lower
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| matches!(word, "audit" | "audits"))
    {
        return audit(message);
    }
    if let Some(start) = NEEDS
        .iter()
        .find(|start| begins_with(&lower, start))
        .map(|start| start.len())
    {
        return Intent::Build(phrase(&format!("build {}", message[start..].trim())));
    }
    match Topic::named_in(message).first() {
        Some(topic) => Intent::Worry(*topic),
        None => Intent::Other,
    }
}

fn audit(message: &str) -> Intent {
    let named = Topic::named_in(message);
    let full = message.to_lowercase().contains("full");
    let topics = if named.is_empty() || full {
        TOPICS.to_vec()
    } else {
        named
    };
    Intent::Audit(topics, audit_subject(message))
}

/// What follows "audit on", "audit of", "audit for" or "audit"; the project when nothing does.
fn audit_subject(message: &str) -> String {
    let lower = message.to_lowercase();
    let after = lower
        .find("audit")
        .map(|at| at + "audit".len())
        .and_then(|at| message.get(at..))
        .unwrap_or_default();
    let subject = after
        .trim_start_matches(|c: char| !c.is_whitespace())
        .trim();
    let subject = ["on ", "of ", "for "]
        .iter()
        .find_map(|word| subject.strip_prefix(word))
        .unwrap_or(subject);
    let subject = subject.trim().trim_end_matches(['.', '!', '?']).trim();
    if subject.is_empty() {
        "the project".to_owned()
    } else {
        subject.to_owned()
    }
}

/// The agent in "a security agent", "an SEO agent": the one or two words before "agent".
pub(super) fn named_agent(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
        .filter(|word| !word.is_empty())
        .collect();
    let agent = words.iter().position(|word| *word == "agent")?;
    let article = words
        .get(..agent)?
        .iter()
        .rposition(|word| matches!(*word, "a" | "an" | "the"))?;
    let name = words.get(article + 1..agent)?.join("-");
    (!name.is_empty()).then_some(name)
}

/// The request without what people say first: "Hi, could you please build x" is "build x".
fn without_politeness(message: &str) -> &str {
    let mut rest = message;
    loop {
        let lower = rest.to_lowercase();
        let Some(word) = POLITENESS.iter().find(|word| begins_with(&lower, word)) else {
            return rest;
        };
        // Lower-casing may change the length of unusual letters, but never of these words.
        let Some(after) = rest.get(word.len()..) else {
            return rest;
        };
        rest = after.trim_start_matches(|c: char| !c.is_alphanumeric());
    }
}

/// The first sentence, fit to follow "to": its first letter small, no full stop.
fn phrase(request: &str) -> String {
    let line = request.lines().next().unwrap_or_default();
    let end = line
        .find(". ")
        .or_else(|| line.find("! "))
        .unwrap_or(line.len());
    let sentence = line[..end].trim().trim_end_matches(['.', '!', '?']).trim();
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

fn first_word(text: &str) -> String {
    text.split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default()
        .to_lowercase()
}

/// Whether a text begins with a phrase as whole words.
fn begins_with(text: &str, phrase: &str) -> bool {
    text.strip_prefix(phrase)
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '\''))
}

/// What follows the longest phrase that the text begins with, without punctuation.
fn begins_with_any<'t>(text: &'t str, phrases: &[&str]) -> Option<&'t str> {
    let longest = phrases
        .iter()
        .filter(|phrase| begins_with(text, phrase))
        .max_by_key(|phrase| phrase.len())?;
    Some(text[longest.len()..].trim_matches(|c: char| !c.is_alphanumeric()))
}

#[cfg(test)]
mod tests;
