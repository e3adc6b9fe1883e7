//! Who the model is told to be: the Head of Product's system prompt, a file with a version.
//!
//! Every reply records the version and the hash of what it was told, so that it can be said years later.
use sha2::{Digest, Sha256};

/// The first line of the file names its version.
const VERSION: &str = "version:";
/// A longer prompt would leave no room for the conversation.
pub const MAX_PERSONA_BYTES: usize = 64 * 1024;
const SHOWN_HASH_BYTES: usize = 6;

/// A system prompt and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Persona {
    pub text: String,
    /// "<version> sha256:<the hash's first twelve digits>"
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PersonaError {
    #[error("its first line must be \"{VERSION} …\"")]
    NoVersion,
    #[error("it says nothing after its first line")]
    Empty,
    #[error("it has more than {MAX_PERSONA_BYTES} bytes; shorten it")]
    TooLong,
}

impl Persona {
    /// The one that Errand ships.
    ///
    /// # Errors
    /// Never, as a test shows.
    pub fn shipped() -> Result<Self, PersonaError> {
        Self::read(include_str!("prompts/head_of_product.md"))
    }

    /// # Errors
    /// The file names no version, says nothing, or is too long.
    pub fn read(file: &str) -> Result<Self, PersonaError> {
        if file.len() > MAX_PERSONA_BYTES {
            return Err(PersonaError::TooLong);
        }
        let (first, text) = file.split_once('\n').unwrap_or((file, ""));
        let version = first.trim().strip_prefix(VERSION).map(str::trim);
        let version = version.filter(|version| !version.is_empty());
        let version = version.ok_or(PersonaError::NoVersion)?;
        let text = text.trim();
        if text.is_empty() {
            return Err(PersonaError::Empty);
        }
        let hash = Sha256::digest(file.as_bytes());
        let digits = hash.iter().take(SHOWN_HASH_BYTES);
        let digits: String = digits.map(|byte| format!("{byte:02x}")).collect();
        Ok(Self {
            text: text.to_owned(),
            name: format!("{version} sha256:{digits}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_one_is_sound_and_the_model_does_not_see_its_version_line() {
        let shipped = Persona::shipped().unwrap();
        assert!(shipped.text.starts_with("You are the Head of Product"));
        assert!(shipped.name.contains(" sha256:"), "{}", shipped.name);
    }

    #[test]
    fn a_changed_word_changes_the_name_and_a_file_without_a_version_is_refused() {
        let named = |file: &str| Persona::read(file).map(|persona| persona.name);
        assert_ne!(
            named("version: 1\nBe kind."),
            named("version: 1\nBe brief.")
        );
        assert_eq!(named("Be kind."), Err(PersonaError::NoVersion));
        assert_eq!(named("version: 1\n \n"), Err(PersonaError::Empty));
        let endless = format!("version: 1\n{}", "x".repeat(MAX_PERSONA_BYTES));
        assert_eq!(named(&endless), Err(PersonaError::TooLong));
    }
}
