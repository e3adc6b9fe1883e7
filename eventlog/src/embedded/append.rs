//! One append inside the writer's transaction: guards, repeats, rows.
use super::{limits::REMEMBERED_STREAMS, row};
use crate::{LogError, Recorded, Seq, Write};
use errand_proto::Subject;
use lru::LruCache;
use rusqlite::{Connection, OptionalExtension, params};
use std::{num::NonZeroUsize, sync::Arc};

/// What the writer knows of the log, including what its open transaction has added.
pub(super) struct Appender {
    last_seq: Seq,
    streams: LruCache<Subject, Stream>,
}

#[derive(Debug, Clone, Copy)]
struct Stream {
    id: i64,
    last_seq: Seq,
}

/// An append that holds.
pub(super) struct Appended {
    pub seqs: Vec<Seq>,
    /// What became new in the log, with the last sequence of its stream before it; empty for a repeat.
    pub events: Vec<(Arc<Recorded>, Seq)>,
}

impl Appender {
    pub fn new(head: Seq) -> Self {
        let remembered = NonZeroUsize::new(REMEMBERED_STREAMS).unwrap_or(NonZeroUsize::MIN);
        Self {
            last_seq: head,
            streams: LruCache::new(remembered),
        }
    }

    /// Forgets what a failed transaction had added.
    pub fn roll_back(&mut self, head: Seq) {
        *self = Self::new(head);
    }

    /// Nothing is written unless every guard holds, so a refused append leaves the transaction as it was.
    pub fn append(
        &mut self,
        conn: &Connection,
        writes: Vec<Write>,
        now_us: i64,
    ) -> rusqlite::Result<Result<Appended, LogError>> {
        let mut conflict = None;
        let mut streams = Vec::with_capacity(writes.len());
        for write in &writes {
            let stream = self.stream(conn, &write.subject)?;
            let actual = stream.map_or(0, |s| s.last_seq);
            streams.push(stream);
            if actual != write.expected && conflict.is_none() {
                conflict = Some(LogError::Conflict {
                    subject: write.subject.clone(),
                    actual,
                });
            }
        }
        if let Some(conflict) = conflict {
            return Ok(match self.repeated(conn, &writes)? {
                Some(seqs) => Ok(Appended {
                    seqs,
                    events: Vec::new(),
                }),
                None => Err(conflict),
            });
        }
        self.insert(conn, writes, &streams, now_us).map(Ok)
    }

    /// The sequences of the very same writes when they were stored before.
    fn repeated(
        &mut self,
        conn: &Connection,
        writes: &[Write],
    ) -> rusqlite::Result<Option<Vec<Seq>>> {
        let mut seqs = Vec::new();
        for write in writes {
            let Some(stream) = self.stream(conn, &write.subject)? else {
                return Ok(None);
            };
            let mut after = conn.prepare_cached(
                "select seq, id from events where stream = ?1 and seq > ?2 order by seq limit ?3",
            )?;
            let count = i64::try_from(write.events.len()).unwrap_or(i64::MAX);
            let mut rows = after.query(params![stream.id, write.expected.cast_signed(), count])?;
            for event in &write.events {
                let Some(row) = rows.next()? else {
                    return Ok(None);
                };
                if row.get::<_, [u8; 16]>(1)? != *event.envelope.id.as_bytes() {
                    return Ok(None);
                }
                seqs.push(row.get::<_, i64>(0)?.cast_unsigned());
            }
        }
        Ok(Some(seqs))
    }

    fn insert(
        &mut self,
        conn: &Connection,
        writes: Vec<Write>,
        streams: &[Option<Stream>],
        now_us: i64,
    ) -> rusqlite::Result<Appended> {
        let mut appended = Appended {
            seqs: Vec::new(),
            events: Vec::new(),
        };
        for (write, stream) in writes.into_iter().zip(streams) {
            let mut stream = match stream {
                Some(stream) => *stream,
                None => new_stream(conn, &write.subject)?,
            };
            for event in write.events {
                let seq = self.last_seq + 1;
                row::insert(conn, seq, stream.id, now_us, &event)?;
                let recorded = Recorded {
                    seq,
                    subject: write.subject.clone(),
                    envelope: event.envelope,
                    data: event.data,
                };
                appended.seqs.push(seq);
                appended.events.push((Arc::new(recorded), stream.last_seq));
                stream.last_seq = seq;
                self.last_seq = seq;
            }
            self.streams.put(write.subject, stream);
        }
        Ok(appended)
    }

    fn stream(&mut self, conn: &Connection, subject: &Subject) -> rusqlite::Result<Option<Stream>> {
        if let Some(stream) = self.streams.get(subject) {
            return Ok(Some(*stream));
        }
        let found = conn
            .prepare_cached(
                "select id, (select coalesce(max(seq), 0) from events where stream = s.id) \
                 from streams s where subject = ?1",
            )?
            .query_row([subject.as_str()], |row| {
                Ok(Stream {
                    id: row.get(0)?,
                    last_seq: row.get::<_, i64>(1)?.cast_unsigned(),
                })
            })
            .optional()?;
        if let Some(stream) = found {
            self.streams.put(subject.clone(), stream);
        }
        Ok(found)
    }
}

fn new_stream(conn: &Connection, subject: &Subject) -> rusqlite::Result<Stream> {
    conn.prepare_cached("insert into streams (subject) values (?1)")?
        .execute([subject.as_str()])?;
    Ok(Stream {
        id: conn.last_insert_rowid(),
        last_seq: 0,
    })
}
