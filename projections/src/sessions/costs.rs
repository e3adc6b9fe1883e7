//! What work has cost, added up.
use crate::{
    Result,
    db::{Cells, Column as _, Db, FromCells, Statement},
    parts::{Json, Usage},
};
use std::collections::HashMap;

struct Cost {
    batch_id: String,
    usage: Json<Usage>,
}

impl FromCells for Cost {
    fn from_cells(cells: &dyn Cells) -> sqlx::Result<Self> {
        Ok(Self {
            batch_id: String::from_cell(cells, "batch_id")?,
            usage: Json::from_cell(cells, "usage")?,
        })
    }
}

impl Db {
    /// What all attempts at the stories of these batches have cost together, in micro-dollars by batch; 0 when no agent told.
    ///
    /// # Errors
    /// The database fails.
    pub async fn costs_of_batches(&self, batches: &[&str]) -> Result<HashMap<String, u64>> {
        let mut costs = HashMap::new();
        if batches.is_empty() {
            return Ok(costs);
        }
        let mut sql = Statement::new(
            "SELECT s.batch_id AS batch_id, a.usage AS usage \
             FROM stories s JOIN agent_sessions a ON a.story_id = s.id WHERE s.batch_id IN ",
        );
        sql.bind_list(batches.iter().copied());
        for cost in self.all::<Cost>(sql).await? {
            *costs.entry(cost.batch_id).or_default() += cost.usage.cost_micro_usd;
        }
        Ok(costs)
    }
}
