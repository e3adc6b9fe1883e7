//! What a failed git meant, told apart by its exit and its words in the C locale.

use super::GitOutput;
use crate::workspace::WorkspaceError;

/// How much of git's own words an error repeats.
const MAX_DETAIL_CHARS: usize = 400;

const UNAUTHORIZED: &[&str] = &[
    "authentication failed",
    "could not read username",
    "could not read password",
    "terminal prompts disabled",
    "returned error: 401",
    "invalid credentials",
];

const NOT_PERMITTED: &[&str] = &[
    "returned error: 403",
    "write access to repository not granted",
];

const MISSING: &[&str] = &[
    "returned error: 404",
    "returned error: 410",
    "' not found",
    "does not appear to be a git repository",
];

const UNREACHABLE: &[&str] = &[
    // What curl could not do, whatever it was: resolve, connect, speak TLS, read to the end.
    "unable to access",
    "rpc failed",
    "remote end hung up",
    "early eof",
    "unexpected disconnect",
    "could not read from remote repository",
    "protocol error",
];

/// The error for a git command that ended badly. `url` is the address it talked to, if any.
pub(crate) fn failure_of(
    command: &'static str,
    url: Option<&str>,
    output: &GitOutput,
) -> WorkspaceError {
    if is_disk_full(&output.stderr) {
        return WorkspaceError::DiskFull {
            detail: detail_of(output),
        };
    }
    if output.stderr.contains("lazy fetching disabled")
        || output.stderr.contains("from promisor remote")
    {
        return WorkspaceError::PartialClone;
    }
    if let Some(error) = url.and_then(|url| remote_failure(url, output)) {
        return error;
    }
    WorkspaceError::Git {
        command,
        code: output.code,
        detail: detail_of(output),
    }
}

/// What the far side or the way to it was missing; `None` when the words say nothing about it.
fn remote_failure(url: &str, output: &GitOutput) -> Option<WorkspaceError> {
    let words = output.stderr.to_lowercase();
    let says = |known: &[&str]| known.iter().any(|phrase| words.contains(phrase));
    let url = url.to_owned();
    if says(NOT_PERMITTED) {
        return Some(WorkspaceError::NotPermitted { url });
    }
    if says(UNAUTHORIZED) {
        return Some(WorkspaceError::Unauthorized { url });
    }
    if says(MISSING) {
        return Some(WorkspaceError::RepositoryMissing { url });
    }
    says(UNREACHABLE).then(|| WorkspaceError::Unreachable {
        url,
        detail: detail_of(output),
    })
}

/// True when this machine's disk is full; the disk of the far side speaks in lines that begin with `remote:`.
pub(crate) fn is_disk_full(stderr: &str) -> bool {
    let ours = stderr
        .lines()
        .filter(|line| !line.starts_with("remote:"))
        .collect::<String>()
        .to_lowercase();
    ["no space left on device", "disk quota exceeded"]
        .iter()
        .any(|phrase| ours.contains(phrase))
}

/// Git's own words, its hints left out, cut to a readable length.
pub(crate) fn detail_of(output: &GitOutput) -> String {
    let telling: Vec<&str> = output
        .stderr
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("hint:"))
        .collect();
    let words = telling.join("; ");
    let detail: String = words
        .chars()
        .filter(|letter| !letter.is_control())
        .take(MAX_DETAIL_CHARS)
        .collect();
    if !detail.is_empty() {
        return detail;
    }
    match output.code {
        Some(code) => format!("exit code {code} and no explanation"),
        None => "ended by a signal".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(stderr: &str) -> WorkspaceError {
        let output = GitOutput {
            code: Some(128),
            stdout: Vec::new(),
            stderr: stderr.to_owned(),
            truncated: false,
        };
        failure_of("push", Some("https://forge.example/o/r.git"), &output)
    }

    #[test]
    fn git_words_are_told_apart() {
        let auth =
            "fatal: could not read Username for 'https://forge.example': terminal prompts disabled";
        assert!(matches!(failed(auth), WorkspaceError::Unauthorized { .. }));
        let denied = "fatal: unable to access 'https://f/': The requested URL returned error: 403";
        assert!(matches!(
            failed(denied),
            WorkspaceError::NotPermitted { .. }
        ));
        let missing = "remote: Repository not found.\nfatal: repository 'https://forge.example/o/r.git/' not found";
        assert!(matches!(
            failed(missing),
            WorkspaceError::RepositoryMissing { .. }
        ));
        let down =
            "fatal: unable to access 'https://f/': Failed to connect to f port 443 after 0 ms";
        assert!(matches!(failed(down), WorkspaceError::Unreachable { .. }));
        let busy = "error: RPC failed; HTTP 503 curl 22 The requested URL returned error: 503";
        assert!(matches!(failed(busy), WorkspaceError::Unreachable { .. }));
    }

    #[test]
    fn a_full_disk_here_is_not_a_full_disk_there() {
        let here = "error: file write error: No space left on device\nfatal: unable to write loose object file";
        assert!(matches!(failed(here), WorkspaceError::DiskFull { .. }));
        assert!(!is_disk_full("remote: fatal: No space left on device"));
    }

    #[test]
    fn the_words_of_git_are_cut_and_hints_left_out() {
        let long = format!("hint: try this\nfatal: {}", "x".repeat(2_000));
        let WorkspaceError::Git { detail, .. } = failed(&long) else {
            panic!("a plain git failure")
        };
        assert!(detail.starts_with("fatal: xxx") && detail.chars().count() == MAX_DETAIL_CHARS);
    }
}
