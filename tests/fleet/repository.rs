//! The repository that the fleet's agents work on.
use std::{fs, path::Path, process::Command};

/// A small page, one commit.
pub fn make(path: &Path) {
    fs::create_dir_all(path).unwrap();
    let page = "<main><section class=\"hero\"><h1>Hi</h1></section></main>\n";
    fs::write(path.join("index.html"), page).unwrap();
    fs::write(path.join("README.md"), "# A page\n").unwrap();
    for arguments in [
        &["init", "-q", "-b", "main"][..],
        &["add", "."],
        &["commit", "-q", "-m", "A page"],
    ] {
        let status = Command::new("git")
            .current_dir(path)
            .args(["-c", "user.name=Ann", "-c", "user.email=ann@localhost"])
            .args(arguments)
            .status();
        assert!(status.expect("git runs").success(), "{arguments:?}");
    }
}
