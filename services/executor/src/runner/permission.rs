//! How an agent's request for permission is answered.

use std::time::Duration;

/// Who decides when the agent asks whether it may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PermissionPolicy {
    /// Allow, by the narrowest permission on offer: the work happens in a worktree of its own and is judged there.
    #[default]
    Allow,
    /// Refuse everything that is asked for.
    Reject,
    /// Ask a person, and refuse when there is no answer within `patience`.
    Ask { patience: Duration },
}

/// One of the answers the agent offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionChoice {
    pub id: String,
    /// What a person reads on the button.
    pub name: String,
    pub kind: PermissionKind,
}

/// What an answer means, whatever the agent calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PermissionKind {
    AllowOnce,
    AllowAlways,
    RejectOnce,
    RejectAlways,
}

impl PermissionKind {
    /// Whether the answer lets the agent go on.
    pub const fn allows(self) -> bool {
        matches!(self, Self::AllowOnce | Self::AllowAlways)
    }
}

/// A person's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PermissionAnswer {
    /// The narrowest permission on offer.
    Allow,
    /// The narrowest refusal on offer.
    Reject,
    /// The choice with this id.
    Choice(String),
}

/// Picks the choice that `answer` means, always by kind and never by position, for agents name and order them
/// differently. `None` when the agent offers nothing of that kind, which it is told as a cancelled question.
pub(super) fn pick<'a>(
    choices: &'a [PermissionChoice],
    answer: &PermissionAnswer,
) -> Option<&'a PermissionChoice> {
    let first_of = |kinds: [PermissionKind; 2]| {
        kinds
            .into_iter()
            .find_map(|kind| choices.iter().find(|choice| choice.kind == kind))
    };
    match answer {
        PermissionAnswer::Allow => {
            first_of([PermissionKind::AllowOnce, PermissionKind::AllowAlways])
        }
        PermissionAnswer::Reject => {
            first_of([PermissionKind::RejectOnce, PermissionKind::RejectAlways])
        }
        PermissionAnswer::Choice(id) => choices.iter().find(|choice| choice.id == *id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices() -> Vec<PermissionChoice> {
        [
            ("a", PermissionKind::AllowAlways),
            ("b", PermissionKind::RejectAlways),
            ("c", PermissionKind::AllowOnce),
        ]
        .map(|(id, kind)| PermissionChoice {
            id: id.into(),
            name: id.into(),
            kind,
        })
        .to_vec()
    }

    fn picked(answer: PermissionAnswer) -> Option<String> {
        pick(&choices(), &answer).map(|choice| choice.id.clone())
    }

    #[test]
    fn the_narrowest_permission_is_chosen_wherever_it_stands() {
        assert_eq!(picked(PermissionAnswer::Allow).as_deref(), Some("c"));
        assert_eq!(picked(PermissionAnswer::Reject).as_deref(), Some("b"));
    }

    #[test]
    fn a_choice_that_was_not_offered_is_none() {
        assert_eq!(
            picked(PermissionAnswer::Choice("a".into())).as_deref(),
            Some("a")
        );
        assert_eq!(picked(PermissionAnswer::Choice("z".into())), None);
    }
}
