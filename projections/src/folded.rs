//! Text as it is searched: one form for every case of a letter, in all alphabets alike and on both engines. SQLite's own
//! LOWER knows ASCII alone, so it is done here when a row is written.

/// What a row is found by; no word goes from one text into the next.
pub(crate) fn folded<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut all = String::new();
    for text in texts {
        if !all.is_empty() {
            all.push('\n');
        }
        all.extend(text.chars().flat_map(fold));
    }
    all
}

/// By way of the capital letter, for several small ones may share it: "ß" is found by "ss", and "ς" by "σ".
pub(crate) fn fold(letter: char) -> impl Iterator<Item = char> {
    letter.to_uppercase().flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn letters_of_every_alphabet_are_the_same_in_any_case() {
        for (one, other) in [
            ("ÜBER", "über"),
            ("STRASSE", "Straße"),
            ("ΣΊΣΥΦΟΣ", "Σίσυφος"),
            ("ЁЛКА", "ёлка"),
        ] {
            assert_eq!(folded([one]), folded([other]));
        }
        assert_eq!(folded(["A b", "C"]), "a b\nc");
    }
}
