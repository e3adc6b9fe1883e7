//! The tables, as files. A read model's tables are whole in one file: a changed shape is a new file that drops and
//! creates them again and deletes the checkpoint, for the log fills them anew.
use super::Table;
use sqlx::{
    AssertSqlSafe, SqlSafeStr as _, SqlStr,
    migrate::{Migration, MigrationType, Migrator},
};

/// A migration as it is compiled in.
pub struct Script {
    pub version: i64,
    pub name: &'static str,
    pub sql: &'static str,
}

macro_rules! scripts {
    ($($version:literal $name:literal),* $(,)?) => {
        &[$(Script {
            version: $version,
            name: $name,
            sql: include_str!(concat!("../../migrations/", $name, ".sql")),
        }),*]
    };
}

pub const SCRIPTS: &[Script] = scripts![
    1 "0001_checkpoints",
    2 "0002_stories",
    3 "0003_agent_sessions",
    4 "0004_conversations",
    5 "0005_notifications",
    6 "0006_batches",
    7 "0007_events",
    8 "0008_stories_retries",
    9 "0009_agent_sessions",
    10 "0010_conversations_archived",
    11 "0011_stories_batches",
    12 "0012_conversations_folded",
    13 "0013_batches_history",
];

pub fn sqlite() -> Migrator {
    migrator(|sql| sql.into_sql_str())
}

pub fn postgres() -> Migrator {
    migrator(|sql| AssertSqlSafe(for_postgres(sql)).into_sql_str())
}

fn migrator(text: impl Fn(&'static str) -> SqlStr) -> Migrator {
    let migration = |s: &Script| {
        let (name, kind) = (s.name.into(), MigrationType::Simple);
        Migration::new(s.version, name, kind, text(s.sql), false)
    };
    Migrator::with_migrations(SCRIPTS.iter().map(migration).collect())
}

/// The newest script of this program.
pub fn newest() -> i64 {
    SCRIPTS.last().map_or(0, |s| s.version)
}

/// Texts are ordered by their bytes, as in SQLite: a database's language would order the ids of a range otherwise.
pub fn for_postgres(sql: &str) -> String {
    sql.replace(" TEXT ", " TEXT COLLATE \"C\" ")
}

/// The text that makes empty copies of `tables`, each name followed by `suffix`.
pub fn scratch_ddl(tables: &[Table], suffix: &str) -> String {
    let of_tables = |sql: &&str| tables.iter().any(|t| sql.contains(&create(t)));
    let newest_first = SCRIPTS.iter().rev().map(|s| s.sql);
    match newest_first.into_iter().find(of_tables) {
        Some(sql) => renamed(created(sql), tables, suffix),
        None => String::new(),
    }
}

/// What stands before the first table takes those of an earlier shape away; a copy has none.
fn created(sql: &str) -> &str {
    sql.find("CREATE TABLE ").map_or(sql, |at| &sql[at..])
}

fn create(table: &Table) -> String {
    format!("CREATE TABLE {} (", table.name)
}

/// Adds the suffix to every table and to every index, which is called `<table>_by_…`. What the script takes away
/// belongs to the shape before: a copy begins empty.
fn renamed(sql: &str, tables: &[Table], suffix: &str) -> String {
    let is_ours = |word: &str| {
        tables.iter().any(|t| {
            let rest = word.strip_prefix(t.name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("_by_"))
        })
    };
    let mut out = String::with_capacity(sql.len() * 2);
    let passed_over = ["--", "DROP ", "DELETE "];
    let is_wanted = |line: &&str| !passed_over.iter().any(|start| line.starts_with(start));
    for line in sql.lines().filter(is_wanted) {
        for piece in line.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
            let end = piece.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            out.push_str(end);
            if is_ours(end) {
                out.push_str(suffix);
            }
            out.push_str(&piece[end.len()..]);
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const THINGS: Table = Table {
        name: "things",
        key: &["id"],
        columns: &["id", "color"],
        types: &["String", "String"],
    };

    #[test]
    fn a_scratch_copy_leaves_the_live_tables_and_checkpoints_alone() {
        let sql =
            "-- a new shape\nDROP TABLE things;\nDELETE FROM checkpoints;\nCREATE TABLE things (\n";
        assert_eq!(created(sql), "CREATE TABLE things (\n");
    }

    #[test]
    fn a_scratch_copy_renames_tables_and_indexes_and_nothing_else() {
        let sql = "-- things\nDROP TABLE things;\nDELETE FROM checkpoints WHERE projection = 'things';\n\
                   CREATE TABLE things (\n  id TEXT,\n  things_count BIGINT\n);\n\
                   CREATE INDEX things_by_color ON things (color);\n";
        assert_eq!(
            renamed(sql, &[THINGS], "__g2"),
            "CREATE TABLE things__g2 (\n  id TEXT,\n  things_count BIGINT\n);\n\
             CREATE INDEX things_by_color__g2 ON things__g2 (color);\n"
        );
    }
}
