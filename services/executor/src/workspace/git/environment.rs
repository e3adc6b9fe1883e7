//! What a git process sees: nothing of the person's configuration, nothing that runs code of a repository.

use std::ffi::OsString;

use super::GitSettings;

/// Variables of our own environment that git gets: to find programs, to write temporary files, and to reach a
/// forge behind a proxy or a private certificate authority.
const PASSED_ON: &[&str] = &[
    "PATH",
    "TMPDIR",
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
];

/// Configuration that overrides what any repository says. Each line closes a way by which a repository could run
/// a program, wait for a person, or leave a process behind.
const OVERRIDES: &[(&str, &str)] = &[
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.untrackedCache", "false"),
    ("core.alternateRefsCommand", "true"),
    ("core.sshCommand", "false"),
    ("core.askPass", ""),
    ("core.editor", "false"),
    ("core.pager", "cat"),
    ("core.excludesFile", "/dev/null"),
    ("core.attributesFile", "/dev/null"),
    ("core.autocrlf", "false"),
    ("core.protectHFS", "true"),
    ("core.protectNTFS", "true"),
    ("credential.helper", ""),
    ("commit.gpgSign", "false"),
    ("push.gpgSign", "false"),
    ("push.followTags", "false"),
    ("push.recurseSubmodules", "no"),
    ("submodule.recurse", "false"),
    ("fetch.recurseSubmodules", "false"),
    ("status.submoduleSummary", "false"),
    ("diff.ignoreSubmodules", "dirty"),
    ("color.ui", "false"),
    ("advice.addEmbeddedRepo", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    // A forge that checks a big push sends a byte a second; less than that for five minutes is a dead line.
    ("http.lowSpeedLimit", "1"),
    ("http.lowSpeedTime", "300"),
    // The person named this repository, so its owner does not matter; nothing of it is run either way.
    ("safe.directory", "*"),
];

/// Which transports a command may use. Rewriting rules and submodules of a repository cannot widen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocols {
    None,
    File,
    Http,
}

impl Protocols {
    const fn names(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::File => "file",
            Self::Http => "http:https",
        }
    }
}

/// The whole environment of one git process.
pub(crate) fn environment(
    settings: &GitSettings,
    protocols: Protocols,
    config: &[(String, String)],
) -> Vec<(OsString, OsString)> {
    let mut variables: Vec<(OsString, OsString)> = PASSED_ON
        .iter()
        .filter_map(|name| Some(((*name).into(), std::env::var_os(name)?)))
        .collect();
    let mut set = |name: &str, value: &str| variables.push((name.into(), value.into()));
    // Neither ~/.gitconfig, ~/.netrc, ~/.config/git nor a key of the person is in reach.
    for name in [
        "HOME",
        "XDG_CONFIG_HOME",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM",
    ] {
        set(name, "/dev/null");
    }
    set("GIT_CONFIG_NOSYSTEM", "1");
    set("GIT_ATTR_NOSYSTEM", "1");
    set("GIT_TERMINAL_PROMPT", "0");
    set("GIT_SSH_COMMAND", "false");
    set("GIT_EDITOR", "false");
    set("GIT_PAGER", "cat");
    set("GIT_OPTIONAL_LOCKS", "0");
    set("GIT_NO_LAZY_FETCH", "1");
    set("GIT_ALLOW_PROTOCOL", protocols.names());
    // Failures are told apart by git's words, which are only stable in this locale.
    set("LC_ALL", "C");
    for role in ["AUTHOR", "COMMITTER"] {
        set(&format!("GIT_{role}_NAME"), &settings.author_name);
        set(&format!("GIT_{role}_EMAIL"), &settings.author_email);
    }
    let overrides = OVERRIDES
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let all: Vec<(String, String)> = overrides.chain(config.iter().cloned()).collect();
    set("GIT_CONFIG_COUNT", &all.len().to_string());
    for (index, (key, value)) in all.iter().enumerate() {
        set(&format!("GIT_CONFIG_KEY_{index}"), key);
        set(&format!("GIT_CONFIG_VALUE_{index}"), value);
    }
    variables
}
