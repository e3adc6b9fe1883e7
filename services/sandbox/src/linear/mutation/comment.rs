use apollo_compiler::resolvers::FieldError;
use apollo_compiler::response::JsonMap;

use super::input::Input;
use crate::clock;
use crate::linear::object::Object;
use crate::linear::rows::{Comment, Issue};
use crate::linear::world::World;

const MAX_COMMENT_CHARS: usize = 100_000;
const KNOWN_FIELDS: [&str; 5] = ["id", "issueId", "body", "parentId", "doNotSubscribeToIssue"];

pub(super) fn create(world: &World<'_>, arguments: &JsonMap) -> Result<Object, FieldError> {
    let input = Input::nested(world, arguments, &KNOWN_FIELDS)?;
    let issue = input.text("issueId").unwrap_or_default();
    let issue = world
        .store(|connection| Issue::find(connection, issue))?
        .ok_or_else(|| input.not_found("Issue"))?;
    let body = input
        .bounded("body", MAX_COMMENT_CHARS)?
        .ok_or_else(|| input.refuse("body should not be empty".to_owned()))?;
    let parent_id = match input.text("parentId") {
        None => None,
        Some(id) => {
            let parent = world.store(|connection| Comment::find(connection, id))?;
            let parent = parent.filter(|parent| parent.issue_id == issue.id);
            Some(parent.ok_or_else(|| input.not_found("Comment"))?.id)
        }
    };
    let now = clock::now_micros();
    let comment = Comment {
        id: input.id()?,
        issue_id: issue.id,
        parent_id,
        body,
        created_at: now,
        updated_at: now,
    };
    if !world.store(|connection| comment.insert(connection))? {
        return Err(input.exists("Comment", &comment.id));
    }
    Ok(Object::Comment(Box::new(comment)))
}
