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

/// The beginning of an agent that speaks ACP from a script: it has answered all that comes before the prompt, which is
/// in `$request`. `answer` a request, `tell` an update, `think` aloud, `ask` a question and find what was said in `$request`.
const ACP: &str = r#"
hear() {
  read -r request
  id=$(printf '%s' "$request" | sed 's/.*"id":\("[^"]*"\|[0-9]*\).*/\1/')
}
answer() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$1"; }
tell() {
  printf '{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":%s}}\n' "$1"
}
think() { tell "{\"sessionUpdate\":\"agent_thought_chunk\",\"content\":{\"type\":\"text\",\"text\":\"$1\"}}"; }
ask() {
  printf '{"jsonrpc":"2.0","id":"mine","method":"%s","params":%s}\n' "$1" "$2"
  prompted=$id; hear; id=$prompted
}
hear; answer '{"protocolVersion":1}'
hear; answer '{"sessionId":"s"}'
hear
"#;

/// Writes an agent that speaks ACP; `variables` are lines of NAME=value.
pub fn write_acp(folder: &Path, variables: &str, script: &str) -> PathBuf {
    write(
        folder,
        &format!("#!/usr/bin/env bash\n{variables}{ACP}{script}"),
    )
}
