use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Where `tests/run` installs the tools.
const TOOLS_VARIABLE: &str = "ERRAND_TEST_TOOLS";

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folder with the tools; `None`, said plainly, where there is none.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os(TOOLS_VARIABLE).map(|tools| Path::new(&tools).join("deploy"));
    let folder = folder.filter(|folder| folder.is_dir());
    if folder.is_none() {
        println!(
            "skipped: {TOOLS_VARIABLE} names no folder with the tools of deploy; tests/run does"
        );
    }
    folder
}

/// A tool that is a Python module.
pub fn installed(module: &str) -> Option<Command> {
    let folder = folder()?;
    let mut tool = Command::new("python3");
    tool.env("PYTHONPATH", folder).args(["-m", module]);
    Some(tool)
}

/// A tool that is a program.
pub fn program(name: &str) -> Option<Command> {
    folder().map(|folder| Command::new(folder.join("bin").join(name)))
}

/// A tool of the system.
pub fn on_path(name: &str) -> Option<Command> {
    let path = std::env::var_os("PATH")?;
    let there = std::env::split_paths(&path).any(|folder| folder.join(name).is_file());
    if !there {
        println!("skipped: {name} is not installed");
    }
    there.then(|| Command::new(name))
}

/// All that it said.
pub fn output(tool: &mut Command) -> String {
    let output = tool.output().expect("the tool runs");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Panics with what the tool found.
pub fn accepts(tool: &mut Command) {
    let status = tool.output().expect("the tool runs");
    let said = String::from_utf8_lossy(&status.stdout);
    let problem = String::from_utf8_lossy(&status.stderr);
    assert!(status.status.success(), "{said}{problem}");
}
