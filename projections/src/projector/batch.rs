//! One batch of events into one generation of a projection's tables.
use super::notice::Changed;
use crate::{
    Db, Error, Keys, Result,
    checkpoint::{self, Checkpoint},
    db::Tx,
    projection::{Fact, Projection},
};
use errand_eventlog::{Recorded, Seq};
use std::sync::Arc;

/// Events folded in one transaction at most.
pub const MAX_BATCH_EVENTS: usize = 4096;
/// How far a projection may move past events that are none of its own before that is written down.
const MAX_UNSTORED_EVENTS: u64 = 10_000;

/// Where the writing of one generation has come to.
#[derive(Debug, Clone)]
pub struct Cursor {
    /// As it is in the database.
    pub stored: Checkpoint,
    /// May be ahead of `stored`, by events that are none of the projection's.
    pub seq: Seq,
    /// Follows the table names; empty for the live generation.
    pub suffix: String,
    /// False for scratch tables, whose checkpoint is written when they become live.
    pub keeps_checkpoint: bool,
}

impl Cursor {
    pub fn live(stored: Checkpoint) -> Self {
        Self {
            seq: stored.sequence,
            stored,
            suffix: String::new(),
            keeps_checkpoint: true,
        }
    }

    pub fn scratch(zero: Checkpoint, suffix: String) -> Self {
        Self {
            seq: 0,
            stored: zero,
            suffix,
            keeps_checkpoint: false,
        }
    }
}

/// Takes a page in. Events at or before the cursor are old and change nothing. Answers what changed, if anything.
///
/// # Errors
/// An event cannot be read: everything before it has been taken in, nothing after it. Or the database fails.
pub async fn take(
    db: &Db,
    projection: &dyn Projection,
    cursor: &mut Cursor,
    events: &[Arc<Recorded>],
    through: Seq,
) -> Result<Option<Keys>> {
    let old = events.partition_point(|e| e.seq <= cursor.seq);
    let mut changed = None;
    let mut chunks = events[old..].chunks(MAX_BATCH_EVENTS).peekable();
    while let Some(chunk) = chunks.next() {
        let (facts, broken) = decoded(projection, chunk);
        let last = facts.last().map(|f| f.at.seq.unsigned_abs());
        let to = match (&broken, chunks.peek(), last) {
            (None, None, Some(last)) => through.max(last),
            (_, _, Some(last)) => last,
            (_, _, None) => cursor.seq,
        };
        if !facts.is_empty() {
            let keys = write(db, projection, cursor, facts, to).await?;
            changed.get_or_insert_with(Keys::default).merge(keys);
        }
        if let Some(error) = broken {
            return Err(error);
        }
    }
    if through > cursor.seq {
        cursor.seq = through;
        if cursor.seq - cursor.stored.sequence > MAX_UNSTORED_EVENTS {
            store(db, projection, cursor).await?;
        }
    }
    Ok(changed)
}

/// Writes down how far the projection came without meeting events of its own.
pub async fn store(db: &Db, projection: &dyn Projection, cursor: &mut Cursor) -> Result<()> {
    if cursor.keeps_checkpoint && cursor.seq > cursor.stored.sequence {
        let to = cursor.seq;
        write(db, projection, cursor, Vec::new(), to).await?;
    }
    Ok(())
}

async fn write(
    db: &Db,
    projection: &dyn Projection,
    cursor: &mut Cursor,
    facts: Vec<Fact>,
    to: Seq,
) -> Result<Keys> {
    let mut tx = db.begin(&cursor.suffix).await?;
    if cursor.keeps_checkpoint {
        // First, so that a writer that lost the right to write works not in vain, and waits for nobody with rows in hand.
        checkpoint::advance(&mut tx, projection, &cursor.stored, to).await?;
    }
    let mut keys = Keys::default();
    if !facts.is_empty() {
        keys = projection.apply(&mut tx, facts).await?;
        if let Some(postgres) = db.shared().filter(|_| cursor.keeps_checkpoint) {
            let changed = Changed {
                from: postgres.id(),
                projection: projection.name().to_owned(),
                seq: to,
                generation: cursor.stored.generation,
                keys: keys.clone(),
            };
            tx.notify(changed.text()).await?;
        }
    }
    tx.commit().await?;
    (cursor.seq, cursor.stored.sequence) = (to, to);
    Ok(keys)
}

/// Takes events into the tables of a transaction.
///
/// # Errors
/// One of them cannot be read, or the database fails; the transaction is then of no use.
pub async fn fold(
    tx: &mut Tx,
    projection: &dyn Projection,
    events: &[Arc<Recorded>],
) -> Result<()> {
    let (facts, broken) = decoded(projection, events);
    match broken {
        Some(error) => Err(error),
        None if facts.is_empty() => Ok(()),
        None => projection.apply(tx, facts).await.map(drop),
    }
}

/// The events up to the first that cannot be read, and why it cannot.
fn decoded(projection: &dyn Projection, events: &[Arc<Recorded>]) -> (Vec<Fact>, Option<Error>) {
    let mut facts = Vec::with_capacity(events.len());
    for event in events {
        match Fact::of(event) {
            Ok(fact) => facts.push(fact),
            Err(source) => {
                let error = Error::Undecodable {
                    projection: projection.name(),
                    seq: event.seq,
                    subject: event.subject.to_string(),
                    source,
                };
                return (facts, Some(error));
            }
        }
    }
    (facts, None)
}
