//! Texts that people send, within their limits.
use crate::problem::Problem;

/// A message, a prompt, an answer or a further instruction.
pub const MAX_MESSAGE_CHARS: usize = 16_000;
pub const MAX_TITLE_CHARS: usize = 200;
/// Why somebody cancelled or rejected.
pub const MAX_REASON_CHARS: usize = 1_000;

/// A text that must not be empty, without the blanks around it.
pub fn required(field: &str, text: &str, max_chars: usize) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::invalid(field, "it is empty; write something"));
    }
    within(text, max_chars)
}

/// `None` for an absent or blank text.
pub fn optional(text: Option<&str>, max_chars: usize) -> Result<Option<String>, Problem> {
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => within(text, max_chars).map(Some),
    }
}

pub fn message_text(text: &str) -> Result<String, Problem> {
    // Browsers send line ends as CR LF.
    required("text", &text.replace("\r\n", "\n"), MAX_MESSAGE_CHARS)
}

fn within(text: &str, max_chars: usize) -> Result<String, Problem> {
    let count = text.chars().count();
    if count > max_chars {
        return Err(Problem::too_large(&format!(
            "{} characters, and this has {}",
            thousands(max_chars),
            thousands(count)
        )));
    }
    Ok(text.to_owned())
}

/// "16,000".
fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(
            [7, 160, 16_000, 1_234_567].map(thousands),
            ["7", "160", "16,000", "1,234,567"]
        );
    }
}
