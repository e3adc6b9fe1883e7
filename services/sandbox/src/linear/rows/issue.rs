use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::linear::workspace::{STATES, TEAM, WorkflowState};

/// Linear's names of the priorities 0 to 4.
pub(crate) const PRIORITIES: [&str; 5] = ["No priority", "Urgent", "High", "Medium", "Low"];

/// One issue.
#[derive(Debug, Clone)]
pub(crate) struct Issue {
    pub(crate) id: String,
    pub(crate) number: i64,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    /// 0 to 4, see [`PRIORITIES`].
    pub(crate) priority: i64,
    pub(crate) estimate: Option<i64>,
    pub(crate) due_date: Option<String>,
    pub(crate) state_id: String,
    pub(crate) assignee_id: Option<String>,
    pub(crate) parent_id: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) started_at: Option<i64>,
    pub(crate) completed_at: Option<i64>,
    pub(crate) canceled_at: Option<i64>,
}

const COLUMNS: &str = "id, number, title, description, priority, estimate, due_date, state_id, assignee_id, parent_id,
    created_at, updated_at, started_at, completed_at, canceled_at";

impl Issue {
    /// `ERR-7`.
    pub(crate) fn identifier(&self) -> String {
        format!("{}-{}", TEAM.key, self.number)
    }

    /// The state it is in. Only ids of the workflow are ever stored, so the first state stands for an impossible one.
    pub(crate) fn state(&self) -> &'static WorkflowState {
        WorkflowState::with_id(&self.state_id).unwrap_or(&STATES[0])
    }

    pub(crate) fn priority_name(&self) -> &'static str {
        usize::try_from(self.priority)
            .ok()
            .and_then(|index| PRIORITIES.get(index))
            .copied()
            .unwrap_or(PRIORITIES[0])
    }

    /// Moves it to a state and keeps the times that Linear keeps.
    pub(crate) fn move_to(&mut self, state: &WorkflowState, now: i64) {
        self.state_id = state.id.to_owned();
        match state.kind {
            "started" => self.started_at = self.started_at.or(Some(now)),
            "completed" => self.completed_at = self.completed_at.or(Some(now)),
            "canceled" => self.canceled_at = self.canceled_at.or(Some(now)),
            _ => self.started_at = None,
        }
        if state.kind != "completed" {
            self.completed_at = None;
        }
        if state.kind != "canceled" {
            self.canceled_at = None;
        }
    }

    /// Stores a new one and gives it the next number; `None` when its id is taken.
    pub(crate) fn insert(mut self, connection: &Connection) -> rusqlite::Result<Option<Self>> {
        let insert = format!(
            "INSERT INTO linear_issues ({COLUMNS})
             SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14
             FROM linear_issues WHERE true ON CONFLICT (id) DO NOTHING RETURNING number"
        );
        let number = connection.prepare_cached(&insert)?.query_row(
            params![
                self.id,
                self.title,
                self.description,
                self.priority,
                self.estimate,
                self.due_date,
                self.state_id,
                self.assignee_id,
                self.parent_id,
                self.created_at,
                self.updated_at,
                self.started_at,
                self.completed_at,
                self.canceled_at,
            ],
            |row| row.get(0),
        );
        Ok(number.optional()?.map(|number| {
            self.number = number;
            self
        }))
    }

    /// Writes back everything that may change.
    pub(crate) fn update(&self, connection: &Connection) -> rusqlite::Result<()> {
        const UPDATE: &str = "UPDATE linear_issues SET title = ?2, description = ?3, priority = ?4, estimate = ?5,
            due_date = ?6, state_id = ?7, assignee_id = ?8, parent_id = ?9, updated_at = ?10, started_at = ?11,
            completed_at = ?12, canceled_at = ?13 WHERE id = ?1";
        connection.prepare_cached(UPDATE)?.execute(params![
            self.id,
            self.title,
            self.description,
            self.priority,
            self.estimate,
            self.due_date,
            self.state_id,
            self.assignee_id,
            self.parent_id,
            self.updated_at,
            self.started_at,
            self.completed_at,
            self.canceled_at,
        ])?;
        Ok(())
    }

    /// The issue with this UUID or identifier (`err-7` as well as `ERR-7`).
    pub(crate) fn find(connection: &Connection, id: &str) -> rusqlite::Result<Option<Self>> {
        let prefix = format!("{}-", TEAM.key);
        let is_ours = id
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(&prefix));
        let number: Option<i64> = if is_ours {
            id[prefix.len()..].parse().ok()
        } else {
            None
        };
        let query =
            format!("SELECT {COLUMNS} FROM linear_issues WHERE id = lower(?1) OR number = ?2");
        connection
            .prepare_cached(&query)?
            .query_row(params![id, number], from_row)
            .optional()
    }

    /// Every issue, newest first, at most `limit`.
    pub(crate) fn newest(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Self>> {
        let query = format!("SELECT {COLUMNS} FROM linear_issues ORDER BY number DESC LIMIT ?1");
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        connection
            .prepare_cached(&query)?
            .query_map([limit], from_row)?
            .collect()
    }

    pub(crate) fn count(connection: &Connection) -> rusqlite::Result<i64> {
        connection.query_row("SELECT count(*) FROM linear_issues", [], |row| row.get(0))
    }
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Issue> {
    Ok(Issue {
        id: row.get(0)?,
        number: row.get(1)?,
        title: row.get(2)?,
        description: row.get(3)?,
        priority: row.get(4)?,
        estimate: row.get(5)?,
        due_date: row.get(6)?,
        state_id: row.get(7)?,
        assignee_id: row.get(8)?,
        parent_id: row.get(9)?,
        created_at: row.get(10)?,
        updated_at: row.get(11)?,
        started_at: row.get(12)?,
        completed_at: row.get(13)?,
        canceled_at: row.get(14)?,
    })
}
