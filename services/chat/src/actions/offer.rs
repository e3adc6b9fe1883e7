//! What a question offers to do.

/// How an offer begins, in lower case with plain quotes. What follows is the action.
const STEMS: &[&str] = &[
    "should i",
    "shall i",
    "may i",
    "can i",
    "could i",
    "should we",
    "shall we",
    "can we",
    "do you want me to",
    "do you wish me to",
    "do you need me to",
    "would you like me to",
    "would you prefer me to",
    "would you prefer that i",
    "would you like that i",
    "would you want me to",
    "would you like for me to",
    "would you like it if i",
    "want me to",
    "need me to",
    "like me to",
    "how about i",
    "what if i",
    "ok if i",
    "okay if i",
    "all right if i",
    "alright if i",
    "fine if i",
    "ready for me to",
];
/// Before a stem these make it a question about something else than whether.
const QUESTION_WORDS: &[&str] = &[
    "what", "which", "how", "when", "where", "who", "whom", "whose", "why",
];
/// Between stem and action they add nothing.
const FILLERS: &[&str] = &[
    "also ", "just ", "please ", "now ", "then ", "perhaps ", "maybe ", "instead ",
];
/// Verbs of talk, not of work: a "yes" to them starts nothing.
const TALK: &[&str] = &[
    "ask",
    "know",
    "assume",
    "understand",
    "see",
    "have",
    "get",
    "expect",
    "be",
    "say",
    "call",
    "help",
    "suggest",
    "take it",
    "count on",
    "trust",
    "think",
    "mention",
    "quote",
    "interrupt",
    "worry",
    "care",
    "remind you",
    "hear",
    "read that",
    "conclude",
    "infer",
    "offer",
    "do",
    "wait",
    "hold off",
    "leave",
    "stop here",
];
const NEGATIONS: &[&str] = &["not ", "never ", "rather not ", "avoid "];
/// Negated before the stem: "Are you sure you don't want me to …".
const NEGATED_STEMS: &[&str] = &[
    "don't",
    "do not",
    "didn't",
    "wouldn't",
    "shouldn't",
    "not",
    "never",
    "unless",
];
/// Bare imperatives that are offers when they are questions: "Spawn a security agent?"
const IMPERATIVES: &[&str] = &[
    "spawn", "run", "start", "launch", "kick off", "open", "create", "build", "add", "fix",
    "audit", "retry", "proceed", "go ahead", "continue", "merge", "deploy", "cancel", "approve",
    "update", "remove", "rename", "write", "schedule",
];
/// "… or wait?" is what "Not now" says.
const REFUSALS: &[&str] = &[
    "not",
    "wait",
    "leave",
    "skip",
    "hold",
    "would you",
    "do you",
    "is that",
    "is it",
    "are you",
    "no",
    "keep",
    "something else",
    "later",
    "stop",
    "rather",
];

/// The actions that a question offers, in its words; empty when it asks something else, or offers not to.
pub fn all_in(question: &str) -> Vec<String> {
    let lower = question.to_ascii_lowercase();
    let Some(start) = action_start(&lower) else {
        return Vec::new();
    };
    let Some(offered) = question.get(start..) else {
        return Vec::new();
    };
    alternatives(offered)
}

/// Whether the text itself begins as an offer does.
pub fn begins_question(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    STEMS.iter().any(|stem| follows(&lower, stem).is_some())
}

/// Where the action begins.
fn action_start(lower: &str) -> Option<usize> {
    let found = STEMS
        .iter()
        .filter_map(|stem| find_words(lower, stem).map(|at| (at, at + stem.len())));
    // The longest of those that begin first: "would you like me to" before "like me to".
    match found.min_by_key(|(at, end)| (*at, std::cmp::Reverse(*end))) {
        Some((at, end)) => {
            let before = &lower[..at];
            (!is_quoted(before) && !turns(before)).then_some(end)
        }
        None => {
            let start = lower.len()
                - lower
                    .trim_start_matches(|c: char| !c.is_alphanumeric())
                    .len();
            let words = &lower[start..];
            IMPERATIVES
                .iter()
                .any(|verb| follows(words, verb).is_some())
                .then_some(start)
        }
    }
}

/// Whether the words before a stem make it another question, or a negated one.
fn turns(before: &str) -> bool {
    let clause = before
        .rsplit([',', ';', ':', '—', '–'])
        .next()
        .unwrap_or(before);
    let mut words = clause.split_whitespace();
    words.any(|word| QUESTION_WORDS.contains(&word.trim_matches(|c: char| !c.is_alphanumeric())))
        || NEGATED_STEMS
            .iter()
            .any(|negation| find_words(clause, negation).is_some())
}

/// Whether a quotation is open: then somebody else asks.
fn is_quoted(before: &str) -> bool {
    before.matches('"').count() % 2 == 1
}

/// "spawn a security agent or run the SEO audit" are two. What is no action of its own after "or" ends the offer: if it
/// says no, it is left out; if it is another object of the same verb, nobody can tell which one a "yes" means.
fn alternatives(offered: &str) -> Vec<String> {
    let mut actions = Vec::new();
    for part in parted(offered) {
        let Some(action) = cleaned(&part) else {
            // A first part that offers nothing leaves the others without a verb.
            if actions.is_empty() {
                return actions;
            }
            continue;
        };
        actions.push(action);
    }
    actions
}

/// The offer cut where another one begins.
fn parted(offered: &str) -> Vec<String> {
    let lower = offered.to_ascii_lowercase();
    let purpose = super::label::purpose_of(&lower);
    let mut parts = Vec::new();
    let mut from = 0;
    let mut search = 0;
    while let Some(at) = lower[search..].find(" or ").map(|at| at + search) {
        let after = at + " or ".len();
        let rest = lower[after..].trim_start();
        let stem = STEMS.iter().find_map(|stem| follows(rest, stem));
        let refuses = REFUSALS.iter().any(|word| follows(rest, word).is_some());
        let acts = IMPERATIVES.iter().any(|verb| follows(rest, verb).is_some());
        if refuses && stem.is_none() {
            parts.push(offered[from..at].to_owned());
            return parts;
        }
        if stem.is_some() || acts {
            parts.push(offered[from..at].to_owned());
            let skipped = lower[after..].len() - rest.len();
            from = after + skipped + stem.unwrap_or(0);
        } else if purpose.is_none_or(|purpose| at < purpose) {
            return Vec::new();
        }
        search = after;
    }
    parts.push(offered[from..].to_owned());
    parts
}

/// The action without what surrounds it; `None` when it is none.
fn cleaned(part: &str) -> Option<String> {
    let mut action = part.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | '…' | ':' | ';' | '-' | '—')
    });
    while let Some(rest) = FILLERS.iter().find_map(|filler| strip(action, filler)) {
        action = rest.trim_start();
    }
    let lower = action.to_ascii_lowercase();
    let talks = TALK.iter().any(|verb| follows(&lower, verb).is_some());
    let negated = NEGATIONS.iter().any(|negation| {
        lower.starts_with(negation.trim_end()) && follows(&lower, negation.trim_end()).is_some()
    });
    let has_words = action.chars().any(char::is_alphabetic);
    (has_words && !talks && !negated).then(|| lowered(action))
}

/// A list entry begins with a capital, which does not belong behind "Yes, ". Names (SEO, OAuth) keep theirs.
fn lowered(action: &str) -> String {
    let mut chars = action.chars();
    let (first, second) = (chars.next(), chars.next());
    match (first, second) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(action.chars().skip(1)).collect()
        }
        _ => action.to_owned(),
    }
}

fn strip<'t>(text: &'t str, filler: &str) -> Option<&'t str> {
    let head = text.get(..filler.len())?;
    head.eq_ignore_ascii_case(filler)
        .then(|| &text[filler.len()..])
}

/// The length of `words` where `text` begins with them as whole words.
fn follows(text: &str, words: &str) -> Option<usize> {
    let rest = text.strip_prefix(words)?;
    rest.chars()
        .next()
        .is_none_or(|c| !c.is_alphanumeric() && c != '\'')
        .then_some(words.len())
}

/// Where `words` stand in `text` as whole words.
fn find_words(text: &str, words: &str) -> Option<usize> {
    let bounded = |at: &usize| {
        let before = text[..*at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && c != '\'')
            && follows(&text[*at..], words).is_some()
    };
    text.match_indices(words).map(|(at, _)| at).find(bounded)
}
