use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Writes a program by another process: were the file open here while another test starts a program, the system
/// would call it busy.
pub fn write(folder: &Path, script: &str) -> PathBuf {
    let path = folder.join("agent");
    let mut shell = Command::new("sh");
    let shell = shell
        .args(["-c", "cat > \"$0\" && chmod 755 \"$0\""])
        .arg(&path);
    let mut writer = shell.stdin(Stdio::piped()).spawn().expect("sh runs");
    let mut pipe = writer.stdin.take().expect("piped");
    pipe.write_all(script.as_bytes()).expect("it reads");
    drop(pipe);
    assert!(writer.wait().expect("it ends").success());
    path
}
