//! The vendors' own npm clients, unchanged. They are not part of a Rust build, so this runs only where they are:
//! `npm ci` in `tests/clients`, then ERRAND_TEST_NODE_MODULES=…/tests/clients/node_modules.

use std::ffi::OsString;
use std::path::Path;

use tokio::process::Command;

use crate::support::Running;

fn modules() -> Option<OsString> {
    let modules = std::env::var_os("ERRAND_TEST_NODE_MODULES");
    if modules.is_none() {
        println!(
            "skipped: ERRAND_TEST_NODE_MODULES does not name a folder with the packages of tests/clients/package.json"
        );
    }
    modules
}

#[tokio::test]
async fn the_committed_linear_schema_is_what_the_script_makes_of_the_sdk() {
    let Some(modules) = modules() else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/prune.mjs");
    let output = Command::new("node")
        .arg(script)
        .arg(modules)
        .arg("--check")
        .output()
        .await
        .expect("node runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test]
async fn the_vendors_own_clients_work_unchanged() {
    let Some(modules) = modules() else { return };
    let running = Running::start().await;
    let _copy = running.repository_with_a_branch("acme", "site").await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/check.mjs");
    let output = Command::new("node")
        .arg(script)
        .arg(modules)
        .arg(&running.url)
        .output()
        .await
        .expect("node runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    for vendor in ["linear", "slack", "github", "anthropic"] {
        assert!(said.contains(&format!("ok {vendor}")), "{said}");
    }
}
