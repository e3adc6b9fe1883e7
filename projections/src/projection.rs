//! What a read model is to the runtime.
use crate::{
    Result,
    db::{Table, Tx},
    keys::Keys,
};
use async_trait::async_trait;
use errand_eventlog::{Filter, Recorded, Seq};
use errand_proto::{AggregateKind, DecodeError, Event, Subject};
use std::{collections::HashSet, sync::Arc, time::Duration};

/// Where and when an event happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// Its sequence in the log.
    pub seq: i64,
    /// Microseconds since the Unix epoch.
    pub time: i64,
}

/// A decoded event of the log.
#[derive(Debug)]
pub struct Fact {
    pub at: At,
    /// 1 for the first event of its aggregate.
    pub version: u64,
    pub subject: Subject,
    /// What happened. It is an error only for a projection that keeps what nobody can read.
    pub event: std::result::Result<Event, DecodeError>,
    pub recorded: Arc<Recorded>,
}

impl Fact {
    pub fn of(recorded: &Arc<Recorded>) -> Self {
        Self {
            at: At {
                seq: signed(recorded.seq),
                time: recorded.envelope.time_us,
            },
            version: recorded.envelope.aggregate_version,
            subject: recorded.subject.clone(),
            event: recorded.decode(),
            recorded: Arc::clone(recorded),
        }
    }
}

/// The aggregates of a batch whose rows may exist from earlier batches; the others begin in this one.
pub(crate) fn continued(facts: &[Fact]) -> HashSet<&str> {
    let mut begun = HashSet::new();
    let mut continued = HashSet::new();
    for fact in facts {
        let id = fact.subject.id();
        if fact.version <= 1 {
            begun.insert(id);
        } else if !begun.contains(id) {
            continued.insert(id);
        }
    }
    continued
}

/// Sequences and counts fit a BIGINT for longer than anybody lives.
pub(crate) fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

pub(crate) fn unsigned(n: i64) -> Seq {
    u64::try_from(n).unwrap_or(0)
}

/// Under load a projection writes this often at most: fewer, larger transactions. An event that comes alone is written
/// at once.
const PACE: Duration = Duration::from_millis(10);

/// One read model.
#[async_trait]
pub(crate) trait Projection: Send + Sync + 'static {
    /// Stable; the key of its checkpoint.
    fn name(&self) -> &'static str;
    /// Raised whenever the fold changes its mind about the same events: the tables are then rebuilt at the next start.
    fn version(&self) -> i64 {
        1
    }
    /// The aggregates whose events it reads.
    fn kinds(&self) -> &'static [AggregateKind];
    fn tables(&self) -> &'static [Table];
    /// Folds a batch, in log order, into the tables and tells whose records changed.
    async fn apply(&self, tx: &mut Tx, facts: Vec<Fact>) -> Result<Keys>;

    fn filter(&self) -> Filter {
        Filter::kinds(self.kinds())
    }

    /// How long it rests after a small batch.
    fn pace(&self) -> Duration {
        PACE
    }

    /// False for the archive: no page waits for it, and it holds nobody up.
    fn is_waited_for(&self) -> bool {
        true
    }

    /// An event that nobody can read stops every projection but the archive.
    fn keeps_unreadable(&self) -> bool {
        false
    }
}
