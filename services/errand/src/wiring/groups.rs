//! The groups of all reactors of all roles: what the permissions of a NATS user must know.

/// Held against the groups of a running Errand by `tests/system`.
pub const GROUPS: &[&str] = &[
    "chat-announce-batch",
    "chat-announce-completion",
    "chat-announce-spawn",
    "chat-answer-message",
    "chat-put-question",
    "executor-cancel-waiting",
    "executor-enqueue-job",
    "executor-open-session",
    "notifier-settle-approval",
    "notifier-tell-slack",
    "spawner-deliver",
    "spawner-gather-batch",
    "spawner-link-batch",
    "spawner-link-issue",
    "spawner-mirror-batch",
    "spawner-mirror-issue",
    "spawner-open-batch",
    "spawner-open-story",
    "spawner-stop-story",
];
