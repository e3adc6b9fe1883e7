//! What an addition changes.

/// One file as it shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// From the repository's root, with `/`.
    pub(super) path: String,
    /// The file's whole new text.
    pub(super) text: String,
    /// What a person reads, such as "Create" or "Insert the form into".
    pub(super) what: String,
    /// Whether the file exists and is edited.
    pub(super) edits: bool,
}

/// Everything that one feature changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Addition {
    pub(super) changes: Vec<Change>,
    /// A test to run with `node --test`, from the repository's root.
    pub(super) test: Option<String>,
    /// Sentences for the closing message: where it went and what is left to people.
    pub(super) notes: Vec<String>,
}

impl Change {
    /// A new file.
    pub(super) fn create(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
            what: "Create".to_owned(),
            edits: false,
        }
    }

    /// A new text for a file that is there.
    pub(super) fn edit(
        path: impl Into<String>,
        text: impl Into<String>,
        what: impl Into<String>,
    ) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
            what: what.into(),
            edits: true,
        }
    }
}
