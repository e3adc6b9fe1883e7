//! What the lines of batches show beside their own rows, read for all of them at once.
use crate::{
    dashboard::Site,
    problem::Problem,
    view::{BatchLine, StoryLine},
};
use errand_projections::batches::BatchRow;
use std::collections::HashMap;

/// The stories and the cost of some batches.
pub struct BatchParts {
    stories: HashMap<String, Vec<StoryLine>>,
    costs: HashMap<String, u64>,
}

impl BatchParts {
    pub async fn load(site: &Site, batches: &[String]) -> Result<Self, Problem> {
        let ids: Vec<_> = batches.iter().map(String::as_str).collect();
        let mut stories = HashMap::<_, Vec<_>>::new();
        for story in site.db().stories_of_batches(&ids).await? {
            let lines = stories.entry(story.batch_id.clone()).or_default();
            lines.push(StoryLine::of(&story));
        }
        let costs = site.db().costs_of_batches(&ids).await?;
        Ok(Self { stories, costs })
    }

    pub fn line(&mut self, batch: &BatchRow) -> BatchLine {
        let stories = self.stories.remove(&batch.id).unwrap_or_default();
        let cost = self.costs.get(&batch.id).copied().unwrap_or_default();
        BatchLine::of(batch, stories, cost)
    }
}
