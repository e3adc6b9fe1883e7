//! Lists and reads a repository's files within bounds.

use std::fs;
use std::io;
use std::path::Path;

/// Files that are listed; a repository with more is scanned in part, and the report says so.
pub(super) const MAX_FILES: usize = 5000;
/// Folders inside folders.
const MAX_DEPTH: usize = 24;
/// A larger file is listed and not read.
pub(super) const MAX_FILE_BYTES: u64 = 1024 * 1024;
/// What is read of one repository altogether.
pub(super) const MAX_TOTAL_BYTES: u64 = 64 * 1024 * 1024;
/// A file with a zero byte in its beginning of this size is binary.
const BINARY_PROBE_BYTES: usize = 8 * 1024;

/// Folders that hold nothing its people wrote, by name, and the demo agent's own reports.
const SKIPPED_FOLDERS: [&str; 14] = [
    ".git",
    "node_modules",
    "target",
    "vendor",
    ".venv",
    "venv",
    "__pycache__",
    ".next",
    ".nuxt",
    ".svelte-kit",
    ".cache",
    "coverage",
    "reports",
    ".idea",
];

/// One file, by its path from the repository's root with `/` between the parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListedFile {
    pub(super) path: String,
    pub(super) bytes: u64,
}

impl ListedFile {
    /// The file's extension in lower case, empty when it has none.
    pub(super) fn extension(&self) -> String {
        extension(&self.path)
    }
}

/// The extension of a path, in lower case.
pub(super) fn extension(path: &str) -> String {
    Path::new(path)
        .extension()
        .and_then(|it| it.to_str())
        .unwrap_or("")
        .to_ascii_lowercase()
}

/// What a folder holds.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Sorted by path.
    pub(super) files: Vec<ListedFile>,
    /// Whether there are more files than were listed.
    pub(super) cut: bool,
}

/// Lists the files under `root`. Links are not followed, for they may lead out of the repository; folders that
/// cannot be read are passed over.
pub(super) fn list(root: &Path) -> io::Result<Listing> {
    let mut listing = Listing::default();
    fs::read_dir(root)?;
    walk(root, "", 0, &mut listing);
    listing.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(listing)
}

fn walk(folder: &Path, prefix: &str, depth: usize, listing: &mut Listing) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (Some(name), Ok(kind)) = (
            entry.file_name().to_str().map(str::to_owned),
            entry.file_type(),
        ) else {
            continue;
        };
        let path = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}/{name}")
        };
        if kind.is_dir() && !SKIPPED_FOLDERS.contains(&name.as_str()) {
            if depth < MAX_DEPTH {
                walk(&entry.path(), &path, depth + 1, listing);
            } else {
                listing.cut = true;
            }
        } else if kind.is_file() {
            if listing.files.len() >= MAX_FILES {
                listing.cut = true;
                return;
            }
            let bytes = entry.metadata().map_or(0, |it| it.len());
            listing.files.push(ListedFile { path, bytes });
        }
    }
}

/// The text of a file under `root`, `None` when it is too large, binary or gone.
pub(super) fn read_text(root: &Path, file: &ListedFile) -> Option<String> {
    if file.bytes > MAX_FILE_BYTES {
        return None;
    }
    let bytes = fs::read(root.join(&file.path)).ok()?;
    let probe = &bytes[..bytes.len().min(BINARY_PROBE_BYTES)];
    if probe.contains(&0) {
        return None;
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_people_wrote_is_listed_and_only_text_is_read() {
        let root = tempfile::tempdir().unwrap();
        for (path, content) in [
            ("src/a.js", "a".as_bytes()),
            ("node_modules/x/index.js", b"x"),
            (".git/config", b"x"),
            ("logo.png", b"\x89PNG\0\0"),
        ] {
            let file = root.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, content).unwrap();
        }
        let listing = list(root.path()).unwrap();
        let paths: Vec<_> = listing.files.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(paths, ["logo.png", "src/a.js"]);
        assert_eq!(read_text(root.path(), &listing.files[0]), None);
        assert_eq!(
            read_text(root.path(), &listing.files[1]).as_deref(),
            Some("a")
        );
    }
}
