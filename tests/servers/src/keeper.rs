use std::{
    io::Write as _,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Mutex, PoisonError},
};

/// Runs a server until its input ends, which it does also when the tests are killed. A line of input says that the
/// folder shall be kept for another start. `$1` is what to run, `$0` the folder.
const KEEPER: &str = "eval \"exec $1\" & server=$!; line=; read line; kill -KILL $server; wait $server; \
                      [ -n \"$line\" ] || rm -rf \"$0\"";

/// One server process and its folder.
pub struct Keeper(Mutex<Option<Child>>);

impl Keeper {
    /// `command` is shell text that becomes the server process.
    pub fn start(folder: &Path, command: &str) -> Self {
        Self(Mutex::new(Some(spawn(folder, command))))
    }

    /// SIGKILL, as a crash would be. With `keep` the folder stays for another start.
    pub fn kill(&self, keep: bool) {
        if let Some(mut child) = self.child().take() {
            if let Some(mut stdin) = child.stdin.take()
                && keep
            {
                let _ = stdin.write_all(b"keep\n");
            }
            let _ = child.wait();
        }
    }

    pub fn start_again(&self, folder: &Path, command: &str) {
        self.kill(true);
        *self.child() = Some(spawn(folder, command));
    }

    fn child(&self) -> std::sync::MutexGuard<'_, Option<Child>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn spawn(folder: &Path, command: &str) -> Child {
    Command::new("sh")
        .args(["-c", KEEPER])
        .arg(folder)
        .arg(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
