//! What people do to all stories of a batch.
use crate::{commands::CommandError, dashboard::Site, problem::Problem};
use errand_eventlog::Seq;
use errand_projections::batches::BatchRow;

/// # Errors
/// There is none, or the database fails.
pub async fn find(site: &Site, id: &str) -> Result<BatchRow, Problem> {
    let found = site.db().find_batch(id).await?;
    found.ok_or_else(|| Problem::no_such("batch", id))
}

/// Stops every story that goes on. Answers where the last of it was written; 0 when all had ended.
///
/// # Errors
/// There is no such batch, or one of its stories could not be asked.
pub async fn cancel(site: &Site, id: &str, reason: &str, user: &str) -> Result<Seq, Problem> {
    let batch = find(site, id).await?;
    let mut seq = 0;
    for story in batch.stories.iter().filter(|s| s.status.is_empty()) {
        match site.commands.cancel(&story.story_id, reason, user).await {
            Ok(done) => seq = seq.max(done.seq),
            // It has ended meanwhile.
            Err(CommandError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    site.settled(seq).await;
    Ok(seq)
}
