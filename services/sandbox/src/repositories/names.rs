//! Which names git and GitHub take. Everything that reaches a path or an argument of git passes here first.

const MAX_NAME_CHARS: usize = 100;
const MAX_BRANCH_CHARS: usize = 244;

/// An account name: letters, digits, `-`, `_` and `.`, not beginning with `-` or `.`.
pub(crate) fn is_owner_name(name: &str) -> bool {
    is_repository_name(name)
}

/// A repository name as GitHub takes it, and never one that means something to the file system.
pub(crate) fn is_repository_name(name: &str) -> bool {
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (1..=MAX_NAME_CHARS).contains(&name.len())
        && name.chars().all(fine)
        && !name.starts_with(['-', '.'])
        && !name.ends_with(".git")
        && !name.ends_with(".lock")
}

/// A branch name by the rules of `git check-ref-format`, so that it can never be read as a revision expression.
pub(crate) fn is_branch_name(name: &str) -> bool {
    let forbidden = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    let component =
        |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    name.len() <= MAX_BRANCH_CHARS
        && name.split('/').all(component)
        && !name.contains(forbidden)
        && !name.contains("..")
        && !name.contains("@{")
        && !name.starts_with('-')
        && !name.ends_with('.')
        && name != "@"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_leave_the_folder_are_refused() {
        for wrong in [
            "",
            ".",
            "..",
            "../x",
            "a/b",
            "-x",
            ".git",
            "x.git",
            "x.lock",
            "a b",
            "ä",
            &"x".repeat(101),
        ] {
            assert!(!is_repository_name(wrong), "{wrong:?} was accepted");
        }
        for right in ["site", "Errand.rs", "a-b_c", "x.gitx"] {
            assert!(is_repository_name(right), "{right:?} was refused");
        }
    }

    #[test]
    fn branch_names_that_are_revision_expressions_are_refused() {
        for wrong in [
            "", "main~1", "a..b", "x^", "@", "a@{1}", "-x", "a//b", "/a", "a/", "a.lock", "a b",
            ".a", "a:b", "a.",
        ] {
            assert!(!is_branch_name(wrong), "{wrong:?} was accepted");
        }
        for right in ["main", "errand/0198-story", "feature/x.y", "ü"] {
            assert!(is_branch_name(right), "{right:?} was refused");
        }
    }
}
