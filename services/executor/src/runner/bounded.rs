//! Text and JSON that never grow past a bound and say so when they were cut.

use serde_json::Value;

/// Cuts `text` to `max_bytes` at a character boundary and notes how many bytes were left out.
pub(crate) fn shorten(text: &str, max_bytes: usize) -> String {
    if text.len() <= max_bytes {
        return text.to_owned();
    }
    let cut = floor_char_boundary(text, max_bytes);
    format!("{}\n[… {} bytes left out]", &text[..cut], text.len() - cut)
}

/// Shortens every long string inside `value`, and the whole when it is still too large.
pub(crate) fn shorten_json(value: &Value, max_bytes: usize) -> Value {
    let shortened = shorten_strings(value, max_bytes / 4);
    let rendered = shortened.to_string();
    if rendered.len() <= max_bytes {
        return shortened;
    }
    Value::String(shorten(&rendered, max_bytes))
}

fn shorten_strings(value: &Value, max_bytes: usize) -> Value {
    match value {
        Value::String(text) => Value::String(shorten(text, max_bytes)),
        Value::Array(items) => items
            .iter()
            .map(|item| shorten_strings(item, max_bytes))
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, field)| (name.clone(), shorten_strings(field, max_bytes)))
            .collect(),
        other => other.clone(),
    }
}

/// The largest index not above `index` at which `text` may be cut.
pub(crate) fn floor_char_boundary(text: &str, index: usize) -> usize {
    let mut cut = index.min(text.len());
    while !text.is_char_boundary(cut) {
        cut -= 1;
    }
    cut
}

/// Text that is added to piece by piece and keeps only its beginning.
#[derive(Debug, Default)]
pub(crate) struct BoundedText {
    kept: String,
    left_out: usize,
}

impl BoundedText {
    /// Adds `piece` as far as `max_bytes` allows; what does not fit is only counted.
    pub(crate) fn push(&mut self, piece: &str, max_bytes: usize) {
        let room = max_bytes.saturating_sub(self.kept.len());
        let cut = if self.left_out > 0 {
            0
        } else {
            floor_char_boundary(piece, room)
        };
        self.kept.push_str(&piece[..cut]);
        self.left_out += piece.len() - cut;
    }

    /// The text with its note, leaving this one empty.
    pub(crate) fn take(&mut self) -> String {
        let taken = std::mem::take(self);
        if taken.left_out == 0 {
            return taken.kept;
        }
        format!("{}\n[… {} bytes left out]", taken.kept, taken.left_out)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters_and_says_how_much_is_missing() {
        assert_eq!(shorten("grün", 3), "gr\n[… 3 bytes left out]");
        assert_eq!(shorten("grün", 5), "grün");
    }

    #[test]
    fn long_strings_inside_json_are_cut_where_they_are() {
        let cut = shorten_json(&json!({"path": "a", "content": "x".repeat(500)}), 400);
        assert_eq!(cut["path"], "a");
        assert!(
            cut["content"]
                .as_str()
                .unwrap()
                .ends_with("[… 400 bytes left out]")
        );
    }

    #[test]
    fn pieces_after_the_bound_are_counted_and_not_kept() {
        let mut text = BoundedText::default();
        for piece in ["abc", "def", "ghi"] {
            text.push(piece, 4);
        }
        assert_eq!(text.take(), "abcd\n[… 5 bytes left out]");
        assert_eq!(text.take(), "");
    }
}
