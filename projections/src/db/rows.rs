//! The rows that a batch of events touches: loaded once, folded in memory, written once.
use super::{Keyed, tx::Tx};
use crate::Result;
use std::collections::{HashMap, HashSet};

/// Rows by id.
pub struct RowSet<R> {
    at: HashMap<String, usize>,
    rows: Vec<R>,
}

impl<R> Default for RowSet<R> {
    fn default() -> Self {
        Self {
            at: HashMap::new(),
            rows: Vec::new(),
        }
    }
}

impl<R: Keyed> RowSet<R> {
    /// Loads those of `ids` that exist.
    pub async fn load(tx: &mut Tx, ids: HashSet<&str>) -> Result<Self> {
        let mut ids: Vec<_> = ids.into_iter().collect();
        // In key order the pages of the index are visited one after the other.
        ids.sort_unstable();
        let rows: Vec<R> = tx.load(&ids).await?;
        let at = rows.iter().enumerate();
        Ok(Self {
            at: at.map(|(n, row)| (row.id().to_owned(), n)).collect(),
            rows,
        })
    }

    /// The row with this id, made by `new` when there is none.
    pub fn entry(&mut self, id: &str, new: impl FnOnce() -> R) -> &mut R {
        if !self.at.contains_key(id) {
            self.put(id, new());
        }
        let at = self.at[id];
        &mut self.rows[at]
    }

    pub fn find(&mut self, id: &str) -> Option<&mut R> {
        self.at.get(id).map(|at| &mut self.rows[*at])
    }

    /// Adds or replaces a row.
    pub fn put(&mut self, id: &str, row: R) {
        match self.at.get(id) {
            Some(at) => self.rows[*at] = row,
            None => {
                self.at.insert(id.to_owned(), self.rows.len());
                self.rows.push(row);
            }
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &R> {
        self.rows.iter()
    }

    pub async fn save(self, tx: &mut Tx) -> Result<()> {
        tx.upsert(self.rows).await
    }
}
