//! What the setup writes.
use super::{SERVICES, group_of, wanted};
use errand_nats::{Role, SetupOptions, key_file, setup};
use errand_servers::nats::{binary, objection, skipped};
use nkeys::{KeyPair, KeyPairType};
use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

#[test]
fn a_setup_keeps_its_keys_and_nats_server_takes_its_configurations() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = wanted(folder.path(), 4222);
    let first = setup(folder.path(), &options).unwrap();
    assert_eq!(first.new_keys, Role::ALL);
    let seed = |role| fs::read_to_string(folder.path().join(key_file(role))).unwrap();
    let seeds = Role::ALL.map(seed);
    options.groups.push("chat-new-subscriber".into());
    let second = setup(folder.path(), &options).unwrap();
    assert_eq!((second.new_keys, &second.files), (Vec::new(), &first.files));
    assert_eq!(Role::ALL.map(seed), seeds, "a key was overwritten");
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
    }
    let users = fs::read_to_string(folder.path().join("users.conf")).unwrap();
    assert!(
        users.contains("chat-new-subscriber"),
        "an old configuration"
    );
    assert!(!seeds.iter().any(|seed| users.contains(seed)), "a seed");
    if binary().is_none() {
        return skipped();
    }
    for file in &first.files {
        let objection = objection(&folder.path().join(file));
        assert_eq!(objection, None, "{file}");
    }
}

/// The examples are what a setup writes for keys that are no secret.
/// `ERRAND_RECORD=1 cargo test -p errand-nats examples` writes them.
#[test]
fn the_examples_in_conf_are_what_a_setup_writes() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("conf");
    let folder = tempfile::tempdir().unwrap();
    for (number, role) in (1..).zip(Role::ALL) {
        let key = KeyPair::new_from_raw(KeyPairType::User, [number; 32]).unwrap();
        fs::write(folder.path().join(key_file(role)), key.seed().unwrap()).unwrap();
    }
    fs::write(folder.path().join("routes.secret"), "change-me").unwrap();
    let options = SetupOptions {
        groups: SERVICES.map(group_of).map(str::to_owned).to_vec(),
        ..SetupOptions::default()
    };
    for file in setup(folder.path(), &options).unwrap().files {
        let written = fs::read_to_string(folder.path().join(&file)).unwrap();
        if std::env::var_os("ERRAND_RECORD").is_some() {
            fs::write(examples.join(&file), &written).unwrap();
        }
        let example = fs::read_to_string(examples.join(&file)).unwrap_or_default();
        assert_eq!(example, written, "nats/conf/{file} is out of date");
    }
}

#[test]
fn a_setup_that_cannot_be_says_which_value_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |change: fn(&mut SetupOptions)| {
        let mut options = SetupOptions::default();
        change(&mut options);
        setup(folder.path(), &options).unwrap_err().to_string()
    };
    assert!(refused(|o| o.groups.push("a.>".into())).contains("\"a.>\""));
    assert!(refused(|o| o.hosts.truncate(2)).contains("three hosts"));
    assert!(refused(|o| o.listen = "4222".into()).contains("host:port"));
    fs::write(folder.path().join(key_file(Role::Chat)), "no key").unwrap();
    assert!(refused(|_| {}).contains("chat.nk holds no nkey seed"));
}
