//! Who appends, and who reads. A service names an event type in full where it listens to it and nowhere else, so its
//! sources tell what it receives.
use crate::{
    document::{each, events_of},
    root,
};
use errand_proto::{AggregateKind, catalogue::EventType};
use serde_json::{Value, json};
use std::{fs, path::Path};

/// Services that listen to some events.
const LISTENERS: [&str; 4] = ["chat", "spawner", "executor", "notifier"];
/// Services that read every event, and why.
const READERS: [(&str, &str); 2] = [
    ("projector", "Fills the read models"),
    ("dashboard", "Shows timelines and the log"),
];

pub fn all() -> Value {
    let mut all = Vec::new();
    for kind in AggregateKind::ALL {
        let owner = events_of(kind).next().unwrap().owner;
        let appends = operation("send", "Appends what it has decided", kind, |_| true);
        all.extend(appends.map(|o| (format!("{owner}-appends-{}", kind.as_str()), o)));
        for (service, why) in READERS {
            let reads = operation("receive", why, kind, |_| true);
            all.extend(reads.map(|o| (format!("{service}-reads-{}", kind.as_str()), o)));
        }
    }
    for service in LISTENERS {
        let mut sources = String::new();
        read(
            &root().join("services").join(service).join("src"),
            &mut sources,
        );
        for kind in AggregateKind::ALL {
            let named = |event: &EventType| sources.contains(&format!("\"{}\"", event.full_name));
            let reacts = operation("receive", "Reacts to it", kind, named);
            all.extend(reacts.map(|o| (format!("{service}-listens-to-{}", kind.as_str()), o)));
        }
    }
    each(all, |entry| entry)
}

/// `None` where it would have no message.
fn operation(
    action: &str,
    summary: &str,
    kind: AggregateKind,
    has: impl Fn(&EventType) -> bool,
) -> Option<Value> {
    let channel = format!("#/channels/{}", kind.as_str());
    let messages: Vec<_> = events_of(kind)
        .filter(|event| has(event))
        .map(|event| json!({ "$ref": format!("{channel}/messages/{}", event.name) }))
        .collect();
    (!messages.is_empty()).then(|| {
        json!({
            "action": action,
            "summary": summary,
            "channel": { "$ref": channel },
            "messages": messages,
        })
    })
}

fn read(folder: &Path, sources: &mut String) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        match entry.path() {
            path if path.is_dir() => read(&path, sources),
            path => sources.push_str(&fs::read_to_string(path).unwrap_or_default()),
        }
    }
}
