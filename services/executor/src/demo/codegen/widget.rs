//! A piece of a page with its module and its test, and where all three go.

use super::change::{Addition, Change};
use super::html_edit::{self, Place};
use super::site::{Layout, Site};

/// Stands in a module's imports where its path goes.
const MODULE_PATH: &str = "__MODULE__";
/// Stands above the markup in a partial.
const SCRIPT_COMMENT: &str = "Load the module beside it once on the page that uses it.";

/// A piece of a page.
pub(super) struct Widget {
    /// File name without extension; also the value of `data-errand` by which the module finds its element.
    pub(super) slug: &'static str,
    /// The markup.
    pub(super) markup: &'static str,
    /// The ES module that makes it work.
    pub(super) module: &'static str,
    /// A test for `node --test`, with [`MODULE_PATH`] where it imports the module.
    pub(super) test: &'static str,
    /// A style sheet, for what the site's own cannot do.
    pub(super) style: Option<&'static str>,
    /// Where in a page the markup goes.
    pub(super) place: fn(&str) -> Option<Place>,
    /// What is left to people, as a sentence.
    pub(super) left: &'static str,
}

impl Widget {
    /// What is to be changed in `site`. Nothing, when the widget is there already.
    pub(super) fn build(&self, site: &Site) -> Addition {
        let files = self.files(site);
        if site.has(&files.module) {
            let note = format!(
                "`{}` is there already, so there was nothing to add.",
                files.module
            );
            let test = site.has(&files.test).then_some(files.test);
            return Addition {
                test,
                notes: vec![note],
                ..Addition::default()
            };
        }
        let mut addition = Addition {
            test: Some(files.test.clone()),
            ..Addition::default()
        };
        match &site.layout {
            Layout::Page { path, text } => self.put_into_page(path, text, &files, &mut addition),
            _ => self.as_partial(&files, &mut addition),
        }
        addition
            .changes
            .push(Change::create(&files.module, self.module));
        if let Some(style) = self.style {
            addition.changes.push(Change::create(&files.style, style));
        }
        let import = relative(&files.test, &files.module);
        addition.changes.push(Change::create(
            &files.test,
            self.test.replace(MODULE_PATH, &import),
        ));
        addition.notes.push(self.left.to_owned());
        addition
    }

    fn files(&self, site: &Site) -> Files {
        let slug = self.slug;
        let (folder, tests) = match &site.layout {
            Layout::Page { path, .. } => (
                site.script_folder(folder_of(path)),
                site.test_folder().to_owned(),
            ),
            Layout::Sources { folder } => (folder.clone(), site.test_folder().to_owned()),
            Layout::Other => (slug.to_owned(), slug.to_owned()),
        };
        Files {
            partial: format!("{folder}/{slug}.html"),
            module: format!("{folder}/{slug}.{}", site.module_extension()),
            style: format!("{folder}/{slug}.css"),
            test: format!("{tests}/{slug}.test.mjs"),
        }
    }

    fn put_into_page(&self, path: &str, page: &str, files: &Files, addition: &mut Addition) {
        let place = (self.place)(page).unwrap_or_else(|| html_edit::body_end(page));
        let mut text = html_edit::insert(page, &place, self.markup);
        if self.style.is_some() {
            let link = format!(
                "<link rel=\"stylesheet\" href=\"{}\">",
                relative(path, &files.style)
            );
            let at = html_edit::head_end(&text).unwrap_or_else(|| html_edit::body_end(&text));
            text = html_edit::insert(&text, &at, &link);
        }
        let script = format!(
            "<script type=\"module\" src=\"{}\"></script>",
            relative(path, &files.module)
        );
        text = html_edit::insert(&text, &html_edit::body_end(&text), &script);
        addition
            .notes
            .push(format!("The markup is in `{path}`, in {}.", place.name));
        addition
            .changes
            .push(Change::edit(path, text, "Insert into"));
    }

    fn as_partial(&self, files: &Files, addition: &mut Addition) {
        let text = format!("<!-- {SCRIPT_COMMENT} -->\n{}", self.markup);
        addition.changes.push(Change::create(&files.partial, text));
        addition.notes.push(format!(
            "There is no page that is served as it stands, so the markup is a partial, `{}`, to be included where it belongs.",
            files.partial
        ));
    }
}

/// Where a widget's files go.
struct Files {
    partial: String,
    module: String,
    style: String,
    test: String,
}

/// The folder of a path with its trailing `/`, empty at the top.
fn folder_of(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..=at])
}

/// How `to` is reached from the file `from`; always with a leading `.`, as imports need it.
fn relative(from: &str, to: &str) -> String {
    let mut from: Vec<_> = folder_of(from).split_terminator('/').collect();
    let mut to: Vec<_> = to.split('/').collect();
    while !from.is_empty() && from.first() == to.first() {
        from.remove(0);
        to.remove(0);
    }
    let up = if from.is_empty() {
        "./".to_owned()
    } else {
        "../".repeat(from.len())
    };
    format!("{up}{}", to.join("/"))
}

#[cfg(test)]
mod tests {
    use super::super::email_capture::WIDGET;
    use super::*;

    fn paths(site: &Site) -> Vec<String> {
        WIDGET
            .build(site)
            .changes
            .into_iter()
            .map(|it| it.path)
            .collect()
    }

    #[test]
    fn relative_paths_lead_from_file_to_file() {
        assert_eq!(relative("index.html", "assets/a.mjs"), "./assets/a.mjs");
        assert_eq!(relative("tests/a.mjs", "src/a.mjs"), "../src/a.mjs");
        assert_eq!(
            relative("public/index.html", "public/js/a.mjs"),
            "./js/a.mjs"
        );
    }

    #[test]
    fn every_layout_gets_a_module_and_a_test_where_they_belong() {
        let page = Site::of(&[
            ("public/index.html", "<body></body>"),
            ("public/js/a.js", ""),
        ]);
        let expected = [
            "public/index.html",
            "public/js/email-capture.mjs",
            "tests/email-capture.test.mjs",
        ];
        assert_eq!(paths(&page), expected);
        let sources = Site::of(&[
            ("src/a.ts", ""),
            ("package.json", r#"{"type":"module"}"#),
            ("test/a.js", ""),
        ]);
        let expected = [
            "src/email-capture.html",
            "src/email-capture.js",
            "test/email-capture.test.mjs",
        ];
        assert_eq!(paths(&sources), expected);
        let expected = [
            "email-capture/email-capture.html",
            "email-capture/email-capture.mjs",
            "email-capture/email-capture.test.mjs",
        ];
        assert_eq!(paths(&Site::of(&[("main.go", "")])), expected);
    }

    #[test]
    fn a_widget_is_added_once() {
        let site = Site::of(&[
            ("index.html", "<body></body>"),
            ("assets/email-capture.mjs", ""),
        ]);
        assert_eq!(WIDGET.build(&site).changes, []);
    }
}
