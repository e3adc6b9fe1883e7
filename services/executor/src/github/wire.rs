//! The JSON that GitHub speaks, as far as it is used. Unknown fields are passed over.

use serde::{Deserialize, Serialize};

use super::{NewPullRequest, PullRequest, PullRequestState, PullRequestUpdate};

/// GitHub's longest title.
const MAX_TITLE_CHARS: usize = 256;

/// GitHub's longest body.
const MAX_BODY_CHARS: usize = 65_536;

#[derive(Serialize)]
pub(super) struct CreateBody<'a> {
    title: String,
    head: &'a str,
    base: &'a str,
    body: String,
    draft: bool,
}

impl<'a> CreateBody<'a> {
    pub(super) fn of(new: &'a NewPullRequest) -> Self {
        Self {
            title: cut(&new.title, MAX_TITLE_CHARS),
            head: &new.head,
            base: &new.base,
            body: cut(&new.body, MAX_BODY_CHARS),
            draft: new.draft,
        }
    }
}

#[derive(Serialize)]
pub(super) struct UpdateBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<&'a str>,
}

impl<'a> UpdateBody<'a> {
    pub(super) fn of(update: &'a PullRequestUpdate) -> Self {
        Self {
            title: update
                .title
                .as_deref()
                .map(|title| cut(title, MAX_TITLE_CHARS)),
            body: update.body.as_deref().map(|body| cut(body, MAX_BODY_CHARS)),
            base: update.base.as_deref(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct PullBody {
    number: u64,
    html_url: String,
    state: String,
    merged_at: Option<String>,
    #[serde(default)]
    draft: bool,
    title: String,
    body: Option<String>,
    head: BranchBody,
    base: BranchBody,
}

#[derive(Deserialize)]
struct BranchBody {
    #[serde(rename = "ref")]
    name: String,
}

impl PullBody {
    /// True for a pull request from `branch`; servers that overlook the filter of a listing exist.
    pub(super) fn is_from(&self, branch: &str) -> bool {
        self.head.name == branch
    }
}

impl From<PullBody> for PullRequest {
    fn from(body: PullBody) -> Self {
        let state = match (body.merged_at, body.state.as_str()) {
            (Some(_), _) => PullRequestState::Merged,
            (None, "open") => PullRequestState::Open,
            (None, _) => PullRequestState::Closed,
        };
        Self {
            number: body.number,
            url: body.html_url,
            state,
            draft: body.draft,
            title: body.title,
            body: body.body.unwrap_or_default(),
            head: body.head.name,
            base: body.base.name,
        }
    }
}

/// What GitHub says when it refuses.
#[derive(Default, Deserialize)]
pub(super) struct ProblemBody {
    #[serde(default)]
    pub message: String,
    #[serde(default)]
    pub errors: Vec<serde_json::Value>,
    #[serde(default)]
    pub documentation_url: String,
}

impl NewPullRequest {
    /// What has to change on `found` so that it says what this one would; `None` when it does.
    pub(super) fn update_of(&self, found: &PullRequest) -> Option<PullRequestUpdate> {
        let changed = |wanted: &str, present: &str, max_chars| {
            // Servers may give lines another end.
            let present = present.replace("\r\n", "\n");
            let wanted = cut(wanted, max_chars);
            (wanted != present).then_some(wanted)
        };
        let update = PullRequestUpdate {
            title: changed(&self.title, &found.title, MAX_TITLE_CHARS),
            body: changed(&self.body, &found.body, MAX_BODY_CHARS),
            base: None,
        };
        (update != PullRequestUpdate::default()).then_some(update)
    }
}

/// `text` with at most `max_chars` characters, its end marked where it was cut.
fn cut(text: &str, max_chars: usize) -> String {
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    text.chars().take(max_chars - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_the_limit_with_a_mark() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("too long", 5), "too …");
        assert_eq!(cut("ääääää", 5).chars().count(), 5);
    }
}

/// A repository, as far as we look at it.
#[derive(Deserialize)]
pub(super) struct RepositoryBody {
    pub owner: UserBody,
    pub name: String,
}

/// The owner of a token, as far as we look at it.
#[derive(Deserialize)]
pub(super) struct UserBody {
    pub login: String,
}
