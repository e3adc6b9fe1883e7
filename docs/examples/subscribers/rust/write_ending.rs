//! Writes a file about every story that ended, and prints it as a line of JSON. The file is named by the event's id:
//! an event that is delivered twice is written once.
use async_trait::async_trait;
use errand_eventlog::subscriber::{Failure, Incoming, Limits, Reactor};
use errand_proto::{Event, StoryEvent};
use serde_json::json;
use std::{fs, io, path::PathBuf};

pub struct WriteEnding(pub PathBuf);

#[async_trait]
impl Reactor for WriteEnding {
    fn name(&self) -> &'static str {
        "endings-rust"
    }

    fn listens_to(&self) -> &'static [&'static str] {
        &["errand.v1.StoryCompleted", "errand.v1.StoryFailed"]
    }

    fn limits(&self) -> Limits {
        Limits {
            max_attempts: 5,
            ..Limits::default()
        }
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        let (story, status, more) = match &event.event {
            Event::Story(StoryEvent::StoryCompleted(e)) => (&e.story, "completed", &e.pr_url),
            Event::Story(StoryEvent::StoryFailed(e)) => (&e.story, "failed", &e.reason),
            _ => return Ok(()),
        };
        let title = story.as_ref().map_or("", |story| &story.title);
        let id = event.recorded.envelope.id.to_string();
        let line = json!({ "id": id, "story": event.id(), "status": status, "title": title, "more": more });
        let written = self.write(&id, &line.to_string());
        if written.map_err(|error| Failure::Retry(format!("{}: {error}", self.0.display())))? {
            println!("{line}");
        }
        Ok(())
    }
}

impl WriteEnding {
    /// Answers whether it was not there before. The file appears whole or not at all.
    fn write(&self, id: &str, line: &str) -> io::Result<bool> {
        let (part, file) = (
            self.0.join(format!("{id}.part")),
            self.0.join(format!("{id}.json")),
        );
        if file.is_file() {
            return Ok(false);
        }
        fs::write(&part, line)?;
        fs::rename(&part, &file).map(|()| true)
    }
}

#[cfg(test)]
#[test]
fn an_ending_is_written_once() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let reactor = WriteEnding(folder.path().into());
    assert!(reactor.write("a", "{}")?);
    assert!(!reactor.write("a", "{}")?, "again");
    assert_eq!(fs::read_to_string(folder.path().join("a.json"))?, "{}");
    assert_eq!(fs::read_dir(&folder)?.count(), 1);
    Ok(())
}
