//! What an agent asks before it goes on, and how it is answered when nobody does.

use std::time::Duration;

use serde_json::Value;

/// How long a person may take when nothing else was configured.
const DEFAULT_PATIENCE: Duration = Duration::from_secs(30 * 60);

/// One question of an agent. It is answered with [`super::RunHandle::answer`].
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Unique for ever, so that an answer never reaches another question.
    pub id: String,
    pub kind: QuestionKind,
    /// The tool call in question, empty when there is none.
    pub tool_call_id: String,
    /// What a person reads.
    pub text: String,
    /// What the tool would be given, shortened; null when the question is about no tool.
    pub input: Value,
    pub choices: Vec<Choice>,
    /// After this time the policy answers.
    pub patience: Duration,
}

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuestionKind {
    /// The agent asks whether it may do something.
    Permission,
    /// The agent wants to know something; any text is an answer, the choices are suggestions.
    Information,
}

/// One of the answers the agent offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub id: String,
    /// What a person reads on the button.
    pub name: String,
    pub kind: ChoiceKind,
}

/// What an answer means, whatever the agent calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChoiceKind {
    AllowOnce,
    AllowAlways,
    RejectOnce,
    RejectAlways,
    /// An answer to a question for information.
    Reply,
}

impl ChoiceKind {
    /// Whether the answer lets the agent go on.
    pub const fn allows(self) -> bool {
        matches!(self, Self::AllowOnce | Self::AllowAlways | Self::Reply)
    }
}

/// An answer, by a person or by policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The narrowest permission on offer.
    Allow,
    /// The narrowest refusal on offer; for information: no answer, the agent shall decide for itself.
    Reject,
    /// The choice with this id.
    Choice(String),
    /// A person's own words. For a permission they count as a refusal.
    Text(String),
    /// Nobody answered in time, and the run shall end because of it.
    GiveUp,
}

/// Who answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnsweredBy {
    /// Nobody had to be asked.
    Policy,
    Person,
    /// Nobody answered in time, so the policy did.
    Timeout,
    /// The agent or the end of the run took the question back.
    Withdrawn,
}

/// Who decides when the agent asks whether it may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PermissionPolicy {
    /// Allow, by the narrowest permission on offer: the work happens in a worktree of its own and is judged there.
    #[default]
    Allow,
    /// Refuse everything that is asked for.
    Reject,
    /// Ask a person.
    Ask,
}

/// What happens when nobody answers in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unanswered {
    /// A permission is refused; for information the agent shall decide for itself.
    #[default]
    Deny,
    /// A permission is given; for information the agent shall decide for itself.
    Allow,
    /// The run fails.
    Fail,
}

impl Unanswered {
    /// The answer to a question of this kind.
    pub const fn answer(self, kind: QuestionKind) -> Answer {
        match (self, kind) {
            (Self::Fail, _) => Answer::GiveUp,
            (Self::Allow, QuestionKind::Permission) => Answer::Allow,
            (Self::Allow, QuestionKind::Information) | (Self::Deny, _) => Answer::Reject,
        }
    }
}

/// How the questions of a run are answered. Questions for information always go to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerPolicy {
    pub permissions: PermissionPolicy,
    /// How long a person may take.
    pub patience: Duration,
    pub unanswered: Unanswered,
}

impl AnswerPolicy {
    /// The same policy, where the caller watches the time: the run waits until it is told an answer.
    #[must_use]
    pub const fn patient(mut self) -> Self {
        self.patience = Duration::MAX;
        self
    }
}

impl From<PermissionPolicy> for AnswerPolicy {
    fn from(permissions: PermissionPolicy) -> Self {
        Self {
            permissions,
            patience: DEFAULT_PATIENCE,
            unanswered: Unanswered::default(),
        }
    }
}

impl Default for AnswerPolicy {
    fn default() -> Self {
        PermissionPolicy::default().into()
    }
}

/// Picks the choice that `answer` means, always by kind and never by position, for agents name and order them
/// differently. `None` when the agent offers nothing of that kind, which it is told as a cancelled question.
pub(super) fn pick<'a>(choices: &'a [Choice], answer: &Answer) -> Option<&'a Choice> {
    let first_of = |kinds: [ChoiceKind; 2]| {
        kinds
            .into_iter()
            .find_map(|kind| choices.iter().find(|choice| choice.kind == kind))
    };
    match answer {
        Answer::Allow => first_of([ChoiceKind::AllowOnce, ChoiceKind::AllowAlways]),
        Answer::Reject | Answer::Text(_) => {
            first_of([ChoiceKind::RejectOnce, ChoiceKind::RejectAlways])
        }
        Answer::GiveUp => None,
        Answer::Choice(id) => choices.iter().find(|choice| choice.id == *id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices() -> Vec<Choice> {
        [
            ("a", ChoiceKind::AllowAlways),
            ("b", ChoiceKind::RejectAlways),
            ("c", ChoiceKind::AllowOnce),
        ]
        .map(|(id, kind)| Choice {
            id: id.into(),
            name: id.into(),
            kind,
        })
        .to_vec()
    }

    fn picked(answer: Answer) -> Option<String> {
        pick(&choices(), &answer).map(|choice| choice.id.clone())
    }

    #[test]
    fn the_narrowest_permission_is_chosen_wherever_it_stands() {
        assert_eq!(picked(Answer::Allow).as_deref(), Some("c"));
        assert_eq!(picked(Answer::Reject).as_deref(), Some("b"));
        assert_eq!(picked(Answer::Text("yes?".into())).as_deref(), Some("b"));
    }

    #[test]
    fn a_choice_that_was_not_offered_is_none() {
        assert_eq!(picked(Answer::Choice("a".into())).as_deref(), Some("a"));
        assert_eq!(picked(Answer::Choice("z".into())), None);
    }
}
