use serde_json::{Value, json};

use super::refusal::{Answer, Refusal};

/// A channel of the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Channel {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) purpose: &'static str,
}

/// Every channel there is. As at Slack, a channel that does not exist is refused.
pub(crate) const CHANNELS: [Channel; 4] = [
    Channel {
        id: "C0ERRAND",
        name: "errand",
        purpose: "What the agents have done",
    },
    Channel {
        id: "C0GENERAL",
        name: "general",
        purpose: "Everybody",
    },
    Channel {
        id: "C0ENGINEER",
        name: "engineering",
        purpose: "The people who build",
    },
    Channel {
        id: "C0PRODUCT",
        name: "product",
        purpose: "The people who decide what to build",
    },
];

impl Channel {
    /// The channel with this id.
    pub(super) fn with_id(id: &str) -> Answer<&'static Self> {
        CHANNELS
            .iter()
            .find(|channel| channel.id == id)
            .ok_or(Refusal::new("channel_not_found"))
    }

    /// The channel with this id or name; only `chat.postMessage` takes names.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        let bare = name.strip_prefix('#').unwrap_or(name);
        CHANNELS
            .iter()
            .find(|channel| channel.id == name || channel.name == bare)
    }

    pub(super) fn show(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": true,
            "is_private": false,
            "is_archived": false,
            "is_member": true,
            "is_general": self.name == "general",
            "purpose": {"value": self.purpose, "creator": "", "last_set": 0},
        })
    }
}
