//! `deploy/prepare`, run as people run it.
use crate::{
    ROLES,
    tools::{accepts, root},
};
use errand_servers::nats;
use std::{fs, path::Path, process::Command};

const ERRAND: &str = env!("CARGO_BIN_EXE_errand");

fn prepare(folder: &Path) {
    let mut script = Command::new(root().join("deploy/prepare"));
    script
        .arg(folder)
        .args(["nats-1", "nats-2", "nats-3", "postgres"]);
    accepts(script.env("ERRAND", ERRAND).current_dir(folder));
}

#[test]
fn a_second_run_keeps_every_secret() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let secrets = [
        "users.sql",
        "projector.toml",
        "dashboard.toml",
        "nats/chat.nk",
    ];
    let read = || secrets.map(|file| fs::read_to_string(folder.path().join(file)).unwrap());
    let before = read();
    prepare(folder.path());
    assert!(read() == before, "a secret changed");
}

#[test]
fn the_servers_take_their_configurations() {
    let Some(server) = nats::binary() else {
        return nats::skipped();
    };
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    for number in 1..=3 {
        let file = folder.path().join(format!("nats/cluster-{number}.conf"));
        accepts(Command::new(&server).arg("-t").arg("-c").arg(file));
    }
}

/// It gets past its configuration, and then misses what every deployment adds.
#[test]
fn every_role_takes_its_errand_toml() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    for role in ROLES {
        let own = folder.path().join(role);
        fs::create_dir(&own).unwrap();
        let file = folder.path().join(format!("{role}.toml"));
        fs::copy(file, own.join("errand.toml")).unwrap();
        let mut serve = Command::new(ERRAND);
        serve.args(["serve", role]).current_dir(&own).env_clear();
        let said = serve.output().unwrap();
        let said = String::from_utf8_lossy(&said.stderr);
        assert!(said.contains("where is NATS?"), "{role}: {said}");
    }
}
