//! Every subject and stream name. Nothing else in this crate builds one.
use crate::topology::Stream;
use errand_eventlog::Seq;
use errand_proto::{AggregateKind, Subject, SubjectError};
use uuid::Uuid;

const MAX_TOKEN_CHARS: usize = 128;

/// The names of one log, apart from those of other logs on the same servers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Subjects {
    /// Empty, or the prefix with its dot.
    head: String,
    /// Empty, or the prefix with its underscore.
    stream_head: String,
}

impl Subjects {
    pub fn new(prefix: Option<&str>) -> Self {
        let Some(prefix) = prefix else {
            return Self::default();
        };
        Self {
            head: format!("{prefix}."),
            stream_head: format!("{prefix}_"),
        }
    }

    pub fn stream(&self, stream: Stream) -> String {
        format!("{}{}", self.stream_head, stream.name())
    }

    /// What the stream stores.
    pub fn stored_by(&self, stream: Stream) -> Vec<String> {
        match stream {
            Stream::Events => vec![format!("{}evt.>", self.head)],
            Stream::Jobs => vec![self.jobs()],
            Stream::Letters => vec![format!("{}dlq.>", self.head)],
            Stream::Redriven => vec![format!("{}rdr.>", self.head)],
            Stream::Advisories => ["MAX_DELIVERIES", "MSG_TERMINATED"]
                .map(|kind| {
                    let events = self.stream(Stream::Events);
                    format!("$JS.EVENT.ADVISORY.CONSUMER.{kind}.{events}.>")
                })
                .to_vec(),
        }
    }

    /// The one literal subject of an aggregate.
    pub fn event(&self, subject: &Subject) -> String {
        format!("{}{subject}", self.head)
    }

    /// All events of one kind of aggregate.
    pub fn kind(&self, kind: AggregateKind) -> String {
        format!("{}evt.*.{}.*", self.head, kind.as_str())
    }

    /// Reads what [`Subjects::event`] made.
    pub fn aggregate(&self, subject: &str) -> Result<Subject, SubjectError> {
        subject.strip_prefix(&self.head).unwrap_or(subject).parse()
    }

    /// One letter per group and message. A message that was redriven and failed again makes another one, so that
    /// it cannot be taken for the letter that is just being removed.
    pub fn letter(&self, group: &str, pulled_from: Stream, seq: Seq) -> String {
        let stream = pulled_from.name().to_lowercase();
        format!("{}dlq.{group}.{stream}.{seq}", self.head)
    }

    pub fn letters_of(&self, group: &str) -> String {
        format!("{}dlq.{group}.>", self.head)
    }

    pub fn letters(&self) -> String {
        format!("{}dlq.>", self.head)
    }

    /// A letter on its way back to its group.
    pub fn redriven(&self, group: &str, letter: u64) -> String {
        format!("{}rdr.{group}.{letter}", self.head)
    }

    pub fn redriven_to(&self, group: &str) -> String {
        format!("{}rdr.{group}.*", self.head)
    }

    pub fn job(&self, id: Uuid) -> String {
        format!("{}job.id.{id}", self.head)
    }

    pub fn jobs(&self) -> String {
        format!("{}job.>", self.head)
    }

    /// The subject that puts all claims in one order.
    pub fn turns(&self) -> String {
        format!("{}job.turns", self.head)
    }

    /// Fleeting signals of a topic.
    pub fn live(&self, topic: &str) -> String {
        format!("{}live.{topic}", self.head)
    }

    /// Reads what [`Subjects::live`] made.
    pub fn topic<'a>(&self, subject: &'a str) -> Option<&'a str> {
        subject.strip_prefix(&self.head)?.strip_prefix("live.")
    }

    /// Requests to the processes of a role.
    pub fn requests(&self, service: &str) -> String {
        format!("{}cmd.{service}", self.head)
    }

    /// Where a role hears answers; nobody else may listen there.
    pub fn inbox(&self, role: &str) -> String {
        format!("{}inbox.{role}", self.head)
    }

    pub fn replies_to(&self, role: &str) -> String {
        format!("{}.>", self.inbox(role))
    }

    /// Where a stream answers reads from any of its replicas.
    pub fn direct_get(&self, stream: Stream) -> String {
        self.api("DIRECT.GET", stream)
    }

    /// Where a consumer takes pull requests.
    pub fn pull(&self, stream: Stream, consumer: &str) -> String {
        self.consumer_api("CONSUMER.MSG.NEXT", stream, consumer)
    }

    pub fn api(&self, call: &str, stream: Stream) -> String {
        format!("$JS.API.{call}.{}", self.stream(stream))
    }

    pub fn consumer_api(&self, call: &str, stream: Stream, consumer: &str) -> String {
        format!("{}.{consumer}", self.api(call, stream))
    }

    /// Where answers to a consumer's messages go, in the server's present form and in the one with domain and account.
    pub fn acknowledgements(&self, stream: Stream, consumer: &str) -> [String; 2] {
        let stream = self.stream(stream);
        [
            format!("$JS.ACK.{stream}.{consumer}.>"),
            format!("$JS.ACK.*.*.{stream}.{consumer}.>"),
        ]
    }

    /// Where readers that messages are pushed to say that they are not overrun.
    pub fn flow_control(&self, stream: Stream) -> String {
        format!("$JS.FC.{}.>", self.stream(stream))
    }
}

/// Whether a text is a literal subject.
pub(crate) fn is_subject(text: &str) -> bool {
    text.split('.')
        .all(|token| is_token(token, MAX_TOKEN_CHARS))
}

/// Whether a name can be one token of a subject.
pub(crate) fn is_token(name: &str, max_chars: usize) -> bool {
    (1..=max_chars).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aggregate_has_one_literal_subject_that_reads_back() {
        let subject = Subject::new("main", AggregateKind::Story, "a-1").unwrap();
        for (prefix, wire) in [
            (None, "evt.main.story.a-1"),
            (Some("t1"), "t1.evt.main.story.a-1"),
        ] {
            let subjects = Subjects::new(prefix);
            assert_eq!(subjects.event(&subject), wire);
            assert_eq!(subjects.aggregate(wire).unwrap(), subject);
        }
    }

    #[test]
    fn logs_with_different_prefixes_share_no_stream() {
        let (one, two) = (Subjects::new(Some("a")), Subjects::new(None));
        assert_eq!(one.stream(Stream::Events), "a_EVT");
        assert_eq!(two.stream(Stream::Events), "EVT");
    }
}
