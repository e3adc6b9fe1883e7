//! Files that are made from code, and held to it.
use std::{fs, path::PathBuf};

/// Compares a file (its path begins at the crate) with what it should be; `ERRAND_RECORD` writes it first.
pub fn hold(file: &str, expected: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("ERRAND_RECORD").is_some() {
        fs::write(&path, expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        found, expected,
        "{file} is out of date; see this file's head"
    );
}
