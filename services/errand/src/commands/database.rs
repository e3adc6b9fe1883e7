//! `errand database setup`
use crate::{cli::Database, output};
use errand_projections::ROLES_SQL;

/// # Errors
/// The output is closed.
pub fn run(which: &Database) -> anyhow::Result<()> {
    let Database::Setup = which;
    Ok(output::line(ROLES_SQL.trim_end())?)
}
