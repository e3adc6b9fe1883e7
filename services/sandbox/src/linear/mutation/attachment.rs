use apollo_compiler::resolvers::FieldError;
use apollo_compiler::response::JsonMap;

use super::input::Input;
use crate::clock;
use crate::linear::object::Object;
use crate::linear::rows::{Attachment, Issue};
use crate::linear::world::World;

const MAX_URL_CHARS: usize = 2_048;
const MAX_TITLE_CHARS: usize = 512;
const KNOWN_FIELDS: [&str; 4] = ["id", "issueId", "title", "url"];

/// `attachmentCreate(input)`.
pub(super) fn create(world: &World<'_>, arguments: &JsonMap) -> Result<Object, FieldError> {
    attach(&Input::nested(world, arguments, &KNOWN_FIELDS)?, None)
}

/// `attachmentLinkURL` and `attachmentLinkGitHubPR`, whose arguments stand side by side.
pub(super) fn link(
    world: &World<'_>,
    arguments: &JsonMap,
    source: Option<&str>,
) -> Result<Object, FieldError> {
    attach(&Input::of(world, arguments), source)
}

fn attach(input: &Input<'_>, source: Option<&str>) -> Result<Object, FieldError> {
    let issue = input.text("issueId").unwrap_or_default();
    let issue = input
        .world
        .store(|connection| Issue::find(connection, issue))?
        .ok_or_else(|| input.not_found("Issue"))?;
    let url = input
        .bounded("url", MAX_URL_CHARS)?
        .filter(|url| url.starts_with("http://") || url.starts_with("https://"));
    let url = url.ok_or_else(|| input.refuse("url must be an http or https address".to_owned()))?;
    if source == Some("github") && !url.contains("/pull/") {
        return Err(input.refuse("url must be that of a pull request".to_owned()));
    }
    let now = clock::now_micros();
    let attachment = Attachment {
        id: input.id()?,
        issue_id: issue.id,
        title: input
            .bounded("title", MAX_TITLE_CHARS)?
            .unwrap_or_else(|| url.clone()),
        url,
        source_type: source.map(str::to_owned),
        created_at: now,
        updated_at: now,
    };
    let stored = input
        .world
        .store(|connection| attachment.upsert(connection))?;
    stored
        .map(|stored| Object::Attachment(Box::new(stored)))
        .ok_or_else(|| input.exists("Attachment", &attachment.id))
}
