//! The tables that a rebuild fills beside the live ones.
use crate::{Result, db::Tx, projection::Projection};
use uuid::Uuid;

/// What comes between a table's name and what sets its copies apart.
const MARK: &str = "__g";

/// What follows the table names of a generation while it is filled; no two rebuilds have the same.
pub fn suffix(generation: i64) -> String {
    let attempt = Uuid::new_v4().simple().to_string();
    format!("{MARK}{generation}_{}", &attempt[..8])
}

/// The lock of whoever rebuilds a projection.
pub fn lock(projection: &str) -> String {
    format!("rebuild.{projection}")
}

/// Drops what rebuilds that were cut off have left. The caller knows that none is going on.
pub async fn sweep(tx: &mut Tx, projection: &dyn Projection) -> Result<()> {
    let all = tx.all_tables().await?;
    for table in projection.tables() {
        let copies = format!("{}{MARK}", table.name);
        for left in all.iter().filter(|name| name.starts_with(&copies)) {
            tx.script(&format!("DROP TABLE {left}")).await?;
        }
    }
    Ok(())
}
