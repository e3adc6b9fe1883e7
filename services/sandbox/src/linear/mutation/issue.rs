use apollo_compiler::resolvers::FieldError;
use apollo_compiler::response::JsonMap;

use super::input::Input;
use crate::clock;
use crate::linear::object::Object;
use crate::linear::rows::{Issue, PRIORITIES};
use crate::linear::workspace::{STATES, TEAM, VIEWER, WorkflowState};
use crate::linear::world::World;

const MAX_TITLE_CHARS: usize = 512;
const MAX_DESCRIPTION_CHARS: usize = 250_000;
const MAX_ESTIMATE: i64 = 64;
const UPDATED_FIELDS: [&str; 8] = [
    "title",
    "description",
    "priority",
    "estimate",
    "dueDate",
    "stateId",
    "assigneeId",
    "parentId",
];
const CREATED_FIELDS: [&str; 10] = [
    "id",
    "teamId",
    "title",
    "description",
    "priority",
    "estimate",
    "dueDate",
    "stateId",
    "assigneeId",
    "parentId",
];

pub(super) fn create(world: &World<'_>, arguments: &JsonMap) -> Result<Object, FieldError> {
    let input = Input::nested(world, arguments, &CREATED_FIELDS)?;
    if !matches!(input.text("teamId"), Some(team) if team == TEAM.id || team == TEAM.key) {
        return Err(input.not_found("Team"));
    }
    let title = input
        .bounded("title", MAX_TITLE_CHARS)?
        .ok_or_else(|| input.refuse("title should not be empty".to_owned()))?;
    let now = clock::now_micros();
    let mut issue = Issue {
        id: input.id()?,
        number: 0,
        title,
        description: None,
        priority: 0,
        estimate: None,
        due_date: None,
        state_id: STATES[0].id.to_owned(),
        assignee_id: None,
        parent_id: None,
        created_at: now,
        updated_at: now,
        started_at: None,
        completed_at: None,
        canceled_at: None,
    };
    apply(&input, &mut issue, now)?;
    let id = issue.id.clone();
    let stored = world.store(|connection| issue.insert(connection))?;
    stored
        .map(|issue| Object::Issue(Box::new(issue)))
        .ok_or_else(|| input.exists("Issue", &id))
}

pub(super) fn update(world: &World<'_>, arguments: &JsonMap) -> Result<Object, FieldError> {
    let input = Input::nested(world, arguments, &UPDATED_FIELDS)?;
    let id = Input::of(world, arguments)
        .text("id")
        .unwrap_or_default()
        .to_owned();
    let found = world.store(|connection| Issue::find(connection, &id))?;
    let mut issue = found.ok_or_else(|| input.not_found("Issue"))?;
    if let Some(title) = input.bounded("title", MAX_TITLE_CHARS)? {
        issue.title = title;
    }
    let now = clock::now_micros();
    apply(&input, &mut issue, now)?;
    issue.updated_at = now;
    world.store(|connection| issue.update(connection))?;
    Ok(Object::Issue(Box::new(issue)))
}

/// Takes over what the input sets; a null takes a value away.
fn apply(input: &Input<'_>, issue: &mut Issue, now: i64) -> Result<(), FieldError> {
    if input.has("description") {
        let description = input
            .text("description")
            .filter(|text| !text.is_empty())
            .map(str::to_owned);
        if description
            .as_ref()
            .is_some_and(|text| text.chars().count() > MAX_DESCRIPTION_CHARS)
        {
            return Err(input.refuse(format!(
                "description must be shorter than or equal to {MAX_DESCRIPTION_CHARS} characters"
            )));
        }
        issue.description = description;
    }
    if let Some(priority) = input.number("priority") {
        if !usize::try_from(priority).is_ok_and(|index| index < PRIORITIES.len()) {
            return Err(input.refuse("priority must be 0 to 4".to_owned()));
        }
        issue.priority = priority;
    }
    if input.has("estimate") {
        issue.estimate = input.number("estimate");
        if issue
            .estimate
            .is_some_and(|estimate| !(0..=MAX_ESTIMATE).contains(&estimate))
        {
            return Err(input.refuse(format!("estimate must be 0 to {MAX_ESTIMATE}")));
        }
    }
    if input.has("dueDate") {
        issue.due_date = input.bounded("dueDate", 10)?;
    }
    apply_relations(input, issue, now)
}

fn apply_relations(input: &Input<'_>, issue: &mut Issue, now: i64) -> Result<(), FieldError> {
    if let Some(state) = input.text("stateId") {
        let state =
            WorkflowState::with_id(state).ok_or_else(|| input.not_found("WorkflowState"))?;
        issue.move_to(state, now);
    }
    if input.has("assigneeId") {
        issue.assignee_id = input.text("assigneeId").map(str::to_owned);
        if issue
            .assignee_id
            .as_deref()
            .is_some_and(|id| id != VIEWER.id)
        {
            return Err(input.not_found("User"));
        }
    }
    if input.has("parentId") {
        issue.parent_id = match input.text("parentId") {
            None => None,
            Some(id) => {
                let parent = input
                    .world
                    .store(|connection| Issue::find(connection, id))?;
                let parent = parent.filter(|parent| parent.id != issue.id);
                Some(parent.ok_or_else(|| input.not_found("Issue"))?.id)
            }
        };
    }
    Ok(())
}
