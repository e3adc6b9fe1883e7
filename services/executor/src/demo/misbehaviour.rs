//! Ways in which the demo agent fails on purpose, so that tests and people can see what Errand makes of them.

/// A misbehaviour, asked for by its word anywhere in a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misbehaviour {
    /// `demo:crash`: the process ends with exit code 1 in the middle of the plan.
    Crash,
    /// `demo:hang`: starts a command that sleeps for an hour, and neither speaks nor heeds a cancellation.
    Hang,
    /// `demo:garbage`: prints lines that are not JSON-RPC, and then nothing.
    Garbage,
    /// `demo:nothing`: goes through its plan and changes no file.
    Nothing,
    /// `demo:ask`: asks for permission before it changes anything, and heeds the answer.
    Ask,
    /// `demo:slow`: takes at least half a second for every step, whatever the pace.
    Slow,
    /// `demo:refuse`: ends its turn with a refusal.
    Refuse,
    /// `demo:error`: answers the prompt with a JSON-RPC error, as agents do when their model's service fails.
    Error,
    /// `demo:flood`: sends messages without end.
    Flood,
    /// `demo:orphan`: leaves a command running in a process group of its own, and then works as usual.
    Orphan,
}

impl Misbehaviour {
    /// Every misbehaviour with its word.
    pub const ALL: [(&str, Self); 10] = [
        ("demo:crash", Self::Crash),
        ("demo:hang", Self::Hang),
        ("demo:garbage", Self::Garbage),
        ("demo:nothing", Self::Nothing),
        ("demo:ask", Self::Ask),
        ("demo:slow", Self::Slow),
        ("demo:refuse", Self::Refuse),
        ("demo:error", Self::Error),
        ("demo:flood", Self::Flood),
        ("demo:orphan", Self::Orphan),
    ];

    /// The misbehaviour with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find_map(|(known, it)| (known == word).then_some(it))
    }
}
