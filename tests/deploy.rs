//! What `deploy/` holds, checked by the tools of those who will read it.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

#[path = "deploy/prepared.rs"]
mod prepared;
#[path = "deploy/tools.rs"]
mod tools;

use std::{collections::BTreeSet, fs, path::PathBuf, process::Command};
use tools::{accepts, installed, on_path, output, root};

const ROLES: [&str; 6] = [
    "chat",
    "spawner",
    "executor",
    "notifier",
    "projector",
    "dashboard",
];

fn text(file: &str) -> String {
    fs::read_to_string(root().join(file)).expect(file)
}

/// Every file under a folder of `deploy/`.
fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            match entry.path() {
                path if path.ends_with("secrets") => {}
                path if path.is_dir() => folders.push(path),
                path => found.push(path),
            }
        }
    }
    found
}

#[test]
fn the_compose_file_is_what_the_compose_specification_allows() {
    let Some(mut check) = installed("check_jsonschema") else {
        return;
    };
    check.args(["--builtin-schema", "vendor.compose-spec"]);
    accepts(check.arg(root().join("deploy/compose.yaml")));
}

#[test]
fn the_manifests_are_what_kubernetes_allows() {
    let Some(mut check) = installed("kubernetes_validate") else {
        return;
    };
    check.args(["--strict", "--quiet", "-k", "1.34"]);
    let manifests = files("deploy/kubernetes");
    check.args(
        manifests
            .iter()
            .filter(|file| !file.ends_with("kustomization.yaml")),
    );
    accepts(&mut check);
}

#[test]
fn every_manifest_is_applied() {
    let kustomization = text("deploy/kubernetes/kustomization.yaml");
    let named: BTreeSet<_> = kustomization
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- "))
        .filter(|name| name.ends_with(".yaml"))
        .map(str::to_owned)
        .collect();
    let there: BTreeSet<_> = files("deploy/kubernetes")
        .iter()
        .map(|file| file.file_name().unwrap().to_string_lossy().into_owned())
        .filter(|name| name != "kustomization.yaml")
        .collect();
    assert_eq!(named, there);
}

#[test]
fn the_dockerfile_has_no_known_mistake() {
    if let Some(mut check) = tools::program("hadolint") {
        accepts(check.arg(root().join("deploy/Dockerfile")));
    }
}

#[test]
fn the_units_are_what_systemd_allows() {
    let Some(mut check) = on_path("systemd-analyze") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut units = Vec::new();
    // The programs are not installed here.
    for (file, role) in [
        ("errand@", "errand@chat"),
        ("errand@", "errand@executor"),
        ("nats", "nats"),
    ] {
        let unit = text(&format!("deploy/systemd/{file}.service"));
        let unit = unit.replace("/usr/local/bin/errand", "/bin/true");
        let unit = unit.replace("/usr/local/bin/nats-server", "/bin/true");
        let path = folder.path().join(format!("{role}.service"));
        fs::write(&path, unit).unwrap();
        units.push(path);
    }
    let more = folder.path().join("errand@executor.service.d");
    fs::create_dir(&more).unwrap();
    let agents = text("deploy/systemd/errand@executor.service.d/agents.conf");
    fs::write(more.join("agents.conf"), agents).unwrap();
    let said = output(check.args(["--man=no", "verify"]).args(units));
    assert!(said.is_empty(), "{said}");
}

/// In a root of its own, where only root may make them.
#[test]
fn the_users_and_folders_are_made() {
    let (Some(mut users), Some(mut folders)) =
        (on_path("systemd-sysusers"), on_path("systemd-tmpfiles"))
    else {
        return;
    };
    if output(Command::new("id").arg("-u")).trim() != "0" {
        return println!("skipped: only root may make users");
    }
    let system = tempfile::tempdir().unwrap();
    for name in ["sysusers", "tmpfiles"] {
        let folder = system.path().join(format!("etc/{name}.d"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(
            folder.join("errand.conf"),
            text(&format!("deploy/systemd/{name}.conf")),
        )
        .unwrap();
    }
    let at = format!("--root={}", system.path().display());
    let said = output(users.arg(&at)) + &output(folders.args([&at, "--create"]));
    for role in ROLES {
        assert!(
            system.path().join("etc/errand").join(role).is_dir(),
            "{role}: {said}"
        );
    }
}

#[test]
fn every_way_to_deploy_runs_every_role() {
    let compose = text("deploy/compose.yaml");
    let (users, folders) = (
        text("deploy/systemd/sysusers.conf"),
        text("deploy/systemd/tmpfiles.conf"),
    );
    for role in ROLES {
        let serve = format!("[serve, {role}, --log-json]");
        assert!(
            compose.contains(&format!("command: {serve}")),
            "compose: {role}"
        );
        let manifest = text(&format!("deploy/kubernetes/{role}.yaml"));
        assert!(
            manifest.contains(&format!("args: {serve}")),
            "kubernetes: {role}"
        );
        assert!(
            users.contains(&format!("u errand-{role} ")),
            "sysusers: {role}"
        );
        assert!(
            folders.contains(&format!("/etc/errand/{role}/nkey ")),
            "tmpfiles: {role}"
        );
    }
}

#[test]
fn every_variable_is_one_that_errand_knows() {
    let known = text("services/errand/src/config.rs") + &text("services/errand/src/cli.rs");
    let is_word = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    for file in files("deploy") {
        let contents = fs::read_to_string(&file).unwrap();
        let words = contents
            .split(|c| !is_word(c))
            .filter(|word| word.starts_with("ERRAND_"));
        for word in words {
            assert!(
                known.contains(&format!("\"{word}\"")),
                "{}: {word}",
                file.display()
            );
        }
    }
}

#[test]
fn every_key_of_an_errand_toml_is_one_that_errand_knows() {
    let known = text("services/errand/src/config.rs");
    let script = text("deploy/prepare").replace("\\n", " ");
    let keys = script.split(" = ").filter_map(|before| {
        let is_key = |c: char| c.is_ascii_lowercase() || c == '_';
        before
            .rsplit(|c| !is_key(c))
            .next()
            .filter(|key| key.contains('_'))
    });
    let keys: BTreeSet<_> = keys.collect();
    assert!(keys.contains("errand_database_url"), "{keys:?}");
    for key in keys {
        assert!(
            known.contains(&format!("\"{}\"", key.to_uppercase())),
            "{key}"
        );
    }
}

#[test]
fn a_role_may_stop_for_longer_than_it_takes_to_drain() {
    let drain = number(
        &text("services/errand/src/process.rs"),
        "STOP_TIMEOUT: Duration = Duration::from_secs(",
    );
    let mut given = vec![
        ("deploy/compose.yaml".to_owned(), "stop_grace_period: "),
        (
            "deploy/systemd/errand@.service".to_owned(),
            "TimeoutStopSec=",
        ),
    ];
    let manifest = |role| format!("deploy/kubernetes/{role}.yaml");
    given.extend(ROLES.map(|role| (manifest(role), "terminationGracePeriodSeconds: ")));
    for (file, key) in given {
        let seconds = number(&text(&file), key);
        assert!(
            seconds > drain,
            "{file}: {seconds} s, but a role drains for {drain} s"
        );
    }
}

/// The number behind the first such text.
fn number(text: &str, before: &str) -> u64 {
    let rest = text.split_once(before).expect(before).1;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).expect(before)
}
