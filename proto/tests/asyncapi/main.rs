//! `docs/asyncapi.json` describes the events for programs: generated from the catalogue and held to it by this test.
//! `ERRAND_RECORD=1 cargo test -p errand-proto` writes it.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]
mod document;
mod operations;
mod schema;

use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Where `tests/run` installs the parser.
const TOOLS_VARIABLE: &str = "ERRAND_TEST_TOOLS";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_document_for_programs_is_what_the_catalogue_says() {
    let file = root().join("docs/asyncapi.json");
    let expected = document::build();
    if std::env::var_os("ERRAND_RECORD").is_some() {
        let text = serde_json::to_string_pretty(&expected).unwrap();
        fs::write(&file, text + "\n").unwrap();
    }
    // As values: the order of the keys is a matter of how serde_json was built.
    let found = fs::read(&file).ok();
    let found: Option<Value> = found.and_then(|text| serde_json::from_slice(&text).ok());
    assert!(
        found == Some(expected),
        "docs/asyncapi.json is out of date; see this file's head"
    );
}

/// Also holds every recorded message, as an example, to the schema that the document gives for it.
#[test]
fn the_official_parser_finds_no_mistake_in_the_document() {
    let Some(tools) = std::env::var_os(TOOLS_VARIABLE) else {
        return println!("skipped: {TOOLS_VARIABLE} names no folder with tools; tests/run does");
    };
    let checked = Command::new("node")
        .arg(root().join("proto/tests/asyncapi/check.mjs"))
        .arg(Path::new(&tools).join("asyncapi/node_modules"))
        .arg(root().join("docs/asyncapi.json"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&checked.stdout);
    let problem = String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{said}{problem}");
}
