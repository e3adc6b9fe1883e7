//! What stands on a button: the action, without why.

/// Words after which a label is complete: the rest explains why.
const PURPOSES: &[&str] = &[
    " to ",
    " so ",
    " so that ",
    " for ",
    " before ",
    " after ",
    " and then ",
    " that ",
    " which ",
    " because ",
    " while ",
    " since ",
    " in order ",
    " with a view ",
];
/// A shorter label says too little: "Go" of "go for it".
const MIN_LABEL_CHARS: usize = 8;
const MAX_LABEL_CHARS: usize = 60;

/// "spawn a security agent to analyze this" → "Spawn a security agent".
pub fn of(action: &str) -> String {
    let end = purpose_of(&action.to_ascii_lowercase()).unwrap_or(action.len());
    let short = action[..end].trim_end_matches([',', ' ', ';']);
    capitalised(&cut(short))
}

/// Where the words begin that say why.
pub fn purpose_of(lower: &str) -> Option<usize> {
    let starts = PURPOSES.iter().filter_map(|purpose| lower.find(purpose));
    starts.filter(|at| *at >= MIN_LABEL_CHARS).min()
}

/// At a word's end.
fn cut(text: &str) -> String {
    if text.chars().count() <= MAX_LABEL_CHARS {
        return text.to_owned();
    }
    let short: String = text.chars().take(MAX_LABEL_CHARS - 1).collect();
    let whole = short
        .rsplit_once(' ')
        .map_or(short.as_str(), |(whole, _)| whole);
    format!("{}…", whole.trim_end_matches([',', ' ']))
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}
