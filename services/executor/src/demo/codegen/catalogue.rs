//! Everything the demo agent can really add, and how a task names it.

use super::super::task::Task;
use super::change::Addition;
use super::site::Site;
use super::{contact_form, dark_mode, email_capture, readme};

/// Something that can be added to a repository.
pub(super) struct Feature {
    pub(super) name: &'static str,
    /// Whether the task, in lower case, names it.
    pub(super) asked_for: fn(&str) -> bool,
    /// What is to be changed. Nothing, when the repository has it already.
    pub(super) build: fn(&Site, &Task) -> Addition,
}

/// Everything the demo agent can really add.
static CATALOGUE: [Feature; 4] = [
    email_capture::FEATURE,
    contact_form::FEATURE,
    dark_mode::FEATURE,
    readme::FEATURE,
];

/// The features that `task` names.
pub(super) fn named(task: &Task) -> Vec<&'static Feature> {
    let text = task.text.to_lowercase();
    CATALOGUE
        .iter()
        .filter(|feature| (feature.asked_for)(&text))
        .collect()
}

/// Whether `text` has one of `words` at the beginning of a word.
pub(super) fn mentions(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        text.match_indices(word)
            .any(|(at, _)| !text[..at].ends_with(|it: char| it.is_alphanumeric()))
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::task::AgentKind;
    use super::*;

    fn names(text: &str) -> Vec<&'static str> {
        let task = Task::parse(text, AgentKind::Codegen).unwrap();
        named(&task).iter().map(|it| it.name).collect()
    }

    #[test]
    fn a_task_is_understood_by_what_it_names() {
        assert_eq!(
            names("build email capture for the hero"),
            ["an email capture form"]
        );
        assert_eq!(names("Add a newsletter signup"), ["an email capture form"]);
        assert_eq!(
            names("we need a contact form and dark mode"),
            ["a contact form", "a dark mode toggle"]
        );
        assert_eq!(
            names("document the setup in the README"),
            ["a README section"]
        );
        assert_eq!(names("rewrite the billing engine"), [""; 0]);
        assert_eq!(names("send an email when a build fails"), [""; 0]);
    }
}
