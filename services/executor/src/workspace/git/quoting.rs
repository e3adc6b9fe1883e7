//! The command by which git serves a local repository to itself.

use std::path::Path;

/// What the serving side must not do. Git starts it with our configuration removed from the environment, so the
/// person's own repository would decide again which hooks run.
const SERVING_OVERRIDES: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.alternateRefsCommand=true",
    "core.sshCommand=false",
    "receive.denyCurrentBranch=refuse",
    "receive.denyDeletes=true",
    "receive.denyNonFastForwards=true",
    "receive.autogc=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "safe.directory=*",
];

/// The shell words for `--upload-pack` (service `upload-pack`) or `--receive-pack` (service `receive-pack`).
pub(crate) fn serving_program(program: &Path, service: &str) -> String {
    let mut words = vec![quoted(&program.to_string_lossy())];
    for setting in SERVING_OVERRIDES {
        words.push("-c".to_owned());
        words.push(quoted(setting));
    }
    words.push(service.to_owned());
    words.join(" ")
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_path_with_spaces_and_quotes_stays_one_word() {
        let words = serving_program(Path::new("/opt/it's here/git"), "upload-pack");
        assert!(words.starts_with(r"'/opt/it'\''s here/git' -c 'core.hooksPath=/dev/null'"));
        assert!(
            words.ends_with(" 'safe.directory=*' upload-pack"),
            "the star is not for the shell: {words}"
        );
    }
}
