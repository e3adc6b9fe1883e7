//! What the repository is like, as far as an addition must know.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::super::files::{self, ListedFile};
use super::super::scan::Html;
use super::change::Addition;

/// Where a start page is looked for, the likeliest first.
const PAGE_FOLDERS: [&str; 9] = [
    "", "public/", "src/", "site/", "app/", "www/", "static/", "web/", "docs/",
];
/// Where a page's scripts may be, the likeliest first.
const SCRIPT_FOLDERS: [&str; 5] = ["js", "scripts", "assets/js", "assets", "static"];
/// Extensions of script sources.
const SCRIPT_EXTENSIONS: [&str; 8] = ["js", "mjs", "ts", "mts", "jsx", "tsx", "vue", "svelte"];

/// A surveyed repository.
#[derive(Debug, Default)]
pub(super) struct Site {
    pub(super) files: Vec<ListedFile>,
    pub(super) layout: Layout,
    /// Whether `package.json` makes `.js` files modules.
    pub(super) js_is_module: bool,
    /// The scripts of `package.json`.
    pub(super) npm_scripts: Vec<String>,
    /// Path and text of the README.
    pub(super) readme: Option<(String, String)>,
}

/// Where an addition to a web page would go.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) enum Layout {
    /// A page that is served as it stands: its path and text.
    Page { path: String, text: String },
    /// Script sources, in this folder.
    Sources { folder: String },
    /// Neither.
    #[default]
    Other,
}

impl Site {
    /// Looks at the repository under `root`. It reads files, so it belongs on a thread that may block.
    ///
    /// # Errors
    /// When `root` cannot be read.
    pub(super) fn survey(root: &Path) -> io::Result<Self> {
        let files = files::list(root)?.files;
        let text = |path: &str| {
            files
                .iter()
                .find(|it| it.path == path)
                .and_then(|file| files::read_text(root, file))
        };
        let package = text("package.json").and_then(|it| serde_json::from_str(&it).ok());
        let package: serde_json::Value = package.unwrap_or_default();
        let layout = layout(&files, &text);
        let readme = ["README.md", "readme.md", "Readme.md"]
            .iter()
            .find_map(|path| text(path).map(|it| ((*path).to_owned(), it)));
        let npm_scripts = package["scripts"]
            .as_object()
            .map(|scripts| scripts.keys().cloned().collect())
            .unwrap_or_default();
        Ok(Self {
            layout,
            js_is_module: package["type"] == "module",
            npm_scripts,
            readme,
            files,
        })
    }

    /// The site as it will be after `addition`.
    pub(super) fn apply(&mut self, addition: &Addition) {
        for change in &addition.changes {
            if !self.has(&change.path) {
                let bytes = change.text.len() as u64;
                self.files.push(ListedFile {
                    path: change.path.clone(),
                    bytes,
                });
            }
            match &mut self.layout {
                Layout::Page { path, text } if *path == change.path => {
                    text.clone_from(&change.text)
                }
                _ => {}
            }
        }
    }

    /// Whether there is a file at `path`.
    pub(super) fn has(&self, path: &str) -> bool {
        self.files.iter().any(|file| file.path == path)
    }

    /// Whether there is a file in or below `folder`.
    pub(super) fn has_folder(&self, folder: &str) -> bool {
        self.files.iter().any(|file| {
            file.path
                .strip_prefix(folder)
                .is_some_and(|it| it.starts_with('/'))
        })
    }

    /// The extension for a module, such that a browser and Node both read it as one.
    pub(super) const fn module_extension(&self) -> &'static str {
        if self.js_is_module { "js" } else { "mjs" }
    }

    /// The folder for scripts of the page in `page_folder`, without a trailing `/`.
    pub(super) fn script_folder(&self, page_folder: &str) -> String {
        let known = SCRIPT_FOLDERS.iter().map(|it| format!("{page_folder}{it}"));
        known
            .into_iter()
            .find(|it| self.has_folder(it))
            .unwrap_or_else(|| format!("{page_folder}assets"))
    }

    /// The folder for tests, without a trailing `/`.
    pub(super) fn test_folder(&self) -> &'static str {
        if self.has_folder("test") && !self.has_folder("tests") {
            "test"
        } else {
            "tests"
        }
    }

    /// The files at the top and the folders with their number of files.
    pub(super) fn top_level(&self) -> BTreeMap<String, usize> {
        let mut entries = BTreeMap::new();
        for file in &self.files {
            let entry = file
                .path
                .split_once('/')
                .map_or(file.path.clone(), |(folder, _)| format!("{folder}/"));
            *entries.entry(entry).or_default() += 1;
        }
        entries
    }
}

fn layout(files: &[ListedFile], text: &dyn Fn(&str) -> Option<String>) -> Layout {
    let sources = files.iter().any(|it| {
        it.path.starts_with("src/") && SCRIPT_EXTENSIONS.contains(&it.extension().as_str())
    });
    let page = PAGE_FOLDERS
        .iter()
        .map(|folder| format!("{folder}index.html"))
        .find_map(|path| text(&path).map(|it| (path, it)));
    match page {
        Some((_, page)) if sources && is_mount_point(&page) => Layout::Sources {
            folder: "src".to_owned(),
        },
        Some((path, text)) => Layout::Page { path, text },
        None if sources => Layout::Sources {
            folder: "src".to_owned(),
        },
        None => Layout::Other,
    }
}

/// Whether a page is only the place into which a framework renders, so that nothing may be put there by hand.
fn is_mount_point(page: &str) -> bool {
    let html = Html::parse(page);
    html.tags().any(|(index, tag)| {
        matches!(tag.get("id"), Some("root" | "app" | "__next")) && html.inside(index).is_empty()
    })
}

#[cfg(test)]
impl Site {
    /// A site with these files.
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self::survey(root.path()).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_preferred_to_sources_unless_a_framework_fills_it() {
        let page = Site::of(&[("public/index.html", "<h1>Hi</h1>"), ("src/a.js", "")]);
        assert!(
            matches!(page.layout, Layout::Page { ref path, .. } if path == "public/index.html")
        );
        let app = Site::of(&[("index.html", "<div id=root></div>"), ("src/main.tsx", "")]);
        assert_eq!(
            app.layout,
            Layout::Sources {
                folder: "src".to_owned()
            }
        );
        assert_eq!(Site::of(&[("Cargo.toml", "")]).layout, Layout::Other);
    }

    #[test]
    fn the_package_decides_what_a_module_is_called() {
        assert_eq!(
            Site::of(&[("package.json", r#"{"type":"module"}"#)]).module_extension(),
            "js"
        );
        assert_eq!(
            Site::of(&[("package.json", "broken")]).module_extension(),
            "mjs"
        );
    }
}
