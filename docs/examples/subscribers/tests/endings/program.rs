use crate::stories::Ending;
use errand_servers::insist;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command},
};
use tempfile::TempDir;

/// A subscriber in one of the languages. Killed when dropped.
pub struct Program {
    /// Of its consumer.
    pub name: &'static str,
    command: Command,
    /// How it is cut off.
    signal: &'static str,
    folder: TempDir,
    running: Option<Child>,
}

impl Program {
    pub fn new(name: &'static str, mut command: Command, signal: &'static str, url: &str) -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("endings")).unwrap();
        command.arg(folder.path().join("endings"));
        command.env("ERRAND_NATS_URL", url);
        let running = None;
        Self {
            name,
            command,
            signal,
            folder,
            running,
        }
    }

    pub fn start(&mut self) {
        let open = |name| {
            let path = self.folder.path().join(name);
            File::options()
                .create(true)
                .append(true)
                .open(path)
                .unwrap()
        };
        self.command.stdout(open("printed")).stderr(open("log"));
        self.running = Some(self.command.spawn().unwrap());
    }

    /// Answers when it has ended.
    pub fn cut_off(&mut self) {
        if let Some(mut running) = self.running.take() {
            let id = running.id().to_string();
            let kill = Command::new("kill").args([self.signal, &id]).status();
            assert!(kill.unwrap().success());
            running.wait().unwrap();
        }
    }

    pub fn file(&self, event: &str) -> PathBuf {
        self.folder.path().join(format!("endings/{event}.json"))
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Waits until there are so many files.
    pub async fn has_written(&self, count: usize) {
        insist(&format!("{count} files of {}", self.name), || async {
            let written = self.written().len();
            (written >= count)
                .then_some(())
                .ok_or_else(|| format!("{written}\n{}", self.log()))
        })
        .await;
    }

    pub fn written(&self) -> BTreeMap<String, Ending> {
        let files = fs::read_dir(self.folder.path().join("endings"))
            .unwrap()
            .flatten();
        let whole = files.filter(|file| {
            let path = file.path();
            path.is_file() && path.extension().is_some_and(|end| end == "json")
        });
        whole
            .map(|file| ending(&fs::read_to_string(file.path()).unwrap()))
            .collect()
    }

    pub fn printed_nothing_twice(&self) {
        let printed = fs::read_to_string(self.folder.path().join("printed")).unwrap();
        let ids: Vec<_> = printed.lines().map(|line| ending(line).0).collect();
        let distinct: BTreeSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len(), "{}: {printed}", self.name);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(running) = &mut self.running {
            let _ = running.kill();
            let _ = running.wait();
        }
    }
}

fn ending(line: &str) -> (String, Ending) {
    let record: Value = serde_json::from_str(line).unwrap();
    let [id, status, title, more] =
        ["id", "status", "title", "more"].map(|key| record[key].as_str().unwrap().to_owned());
    (id, (status, title, more))
}
