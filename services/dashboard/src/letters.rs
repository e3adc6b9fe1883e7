//! What a person does with many dead letters of one subscriber.
use crate::{dashboard::Site, problem::Problem};
use errand_eventlog::LetterQuery;

/// Letters redriven by one request; the answer says where to go on.
pub const MAX_REDRIVEN: u32 = 200;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redriven {
    pub count: usize,
    /// Pass it as `before` to go on; `None` when all were there.
    pub next: Option<u64>,
}

/// Delivers the letters of a subscriber again, newest first. Those that fail again come back with a greater id, so
/// going on from `next` ends.
pub async fn redrive_group(
    site: &Site,
    group: &str,
    before: Option<u64>,
) -> Result<Redriven, Problem> {
    let query = LetterQuery {
        group: Some(group.to_owned()),
        before,
        limit: MAX_REDRIVEN,
    };
    let letters = site.dead_letters.find(&query).await?;
    let full = letters.len() == MAX_REDRIVEN as usize;
    let next = letters.last().map(|letter| letter.id).filter(|_| full);
    let mut count = 0;
    for letter in letters {
        // Somebody else may have been quicker.
        count += usize::from(site.dead_letters.redrive(letter.id).await?);
    }
    Ok(Redriven { count, next })
}
