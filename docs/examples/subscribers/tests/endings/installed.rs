//! The programs that can be run on this machine. Types are generated and TypeScript is compiled here, once.
use crate::program::Program;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

/// Where `tests/run` installs what the programs need.
const TOOLS_VARIABLE: &str = "ERRAND_TEST_TOOLS";

static PYTHON: LazyLock<Option<PathBuf>> = LazyLock::new(|| prepared("python", generate_python));
static TYPESCRIPT: LazyLock<Option<PathBuf>> =
    LazyLock::new(|| prepared("typescript", compile_typescript));

pub fn programs(url: &str) -> Vec<Program> {
    // Asked to stop: what it holds when it is killed comes again after half a minute only. The fleet's tests wait for that.
    let rust = Command::new(env!("CARGO_BIN_EXE_endings"));
    let mut programs = vec![Program::new("endings-rust", rust, "-TERM", url)];
    if let Some(tools) = &*PYTHON {
        let mut python = Command::new("python3");
        python.arg(sources("python").join("endings.py"));
        python.env("PYTHONPATH", format!("{0}:{0}/generated", tools.display()));
        programs.push(Program::new("endings-python", python, "-KILL", url));
    }
    if let Some(tools) = &*TYPESCRIPT {
        let mut node = Command::new("node");
        node.arg(tools.join("build/endings.js"));
        programs.push(Program::new("endings-typescript", node, "-KILL", url));
    }
    programs
}

fn sources(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(language)
}

/// The folder with what a language needs; `None`, said plainly, where it is not installed.
fn prepared(language: &str, prepare: fn(&Path)) -> Option<PathBuf> {
    let tools = std::env::var_os(TOOLS_VARIABLE).map(PathBuf::from);
    let folder = tools.map(|tools| tools.join(format!("subscribers-{language}")));
    let Some(folder) = folder.filter(|folder| folder.is_dir()) else {
        println!(
            "skipped: {TOOLS_VARIABLE} names no folder with subscribers-{language}; tests/run does"
        );
        return None;
    };
    prepare(&folder);
    Some(folder)
}

fn generate_python(tools: &Path) {
    let mut generate = Command::new(sources("python").join("generate"));
    run(generate
        .arg(tools.join("generated"))
        .env("PYTHONPATH", tools));
}

fn compile_typescript(tools: &Path) {
    for file in ["endings.ts", "buf.gen.yaml", "tsconfig.json"] {
        fs::copy(sources("typescript").join(file), tools.join(file)).unwrap();
    }
    let proto = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../proto");
    let npm = |arguments: &[&str]| {
        let mut npm = Command::new("npm");
        npm.args(["run", "--silent"])
            .args(arguments)
            .current_dir(tools);
        npm
    };
    run(npm(&["generate", "--"]).arg(proto));
    run(&mut npm(&["build"]));
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let problem = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}{problem}");
}
