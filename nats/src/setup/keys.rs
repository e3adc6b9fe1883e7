//! Secrets in files that only their owner reads, made once and never overwritten.
use super::{SetupError, at, key_file};
use crate::Role;
use nkeys::{KeyPair, KeyPairType};
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{ErrorKind, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};
use uuid::Uuid;

const OWNER_ONLY: u32 = 0o600;
const OWNER_ONLY_FOLDER: u32 = 0o700;
const ROUTES_SECRET: &str = "routes.secret";

pub(super) struct UserKey {
    pub public: String,
    pub is_new: bool,
}

pub(super) fn make_folder(folder: &Path) -> Result<(), SetupError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(OWNER_ONLY_FOLDER);
    builder.create(folder).map_err(at(folder))
}

/// The role's key; made if there is none.
pub(super) fn user(folder: &Path, role: Role) -> Result<UserKey, SetupError> {
    let path = folder.join(key_file(role));
    let key = KeyPair::new_user();
    let seed = key
        .seed()
        .map_err(|error| SetupError::NoKey(error.to_string()))?;
    let is_new = write_once(&path, &seed)?;
    let seed = fs::read_to_string(&path).map_err(at(&path))?;
    let kept = KeyPair::from_seed(seed.trim())
        .ok()
        .filter(|key| key.key_pair_type() == KeyPairType::User);
    Ok(UserKey {
        public: kept.ok_or(SetupError::Key(path))?.public_key(),
        is_new,
    })
}

/// What the servers of a cluster know each other by.
pub(super) fn routes_secret(folder: &Path) -> Result<String, SetupError> {
    let path = folder.join(ROUTES_SECRET);
    let secret = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    write_once(&path, &secret)?;
    let kept = fs::read_to_string(&path).map_err(at(&path))?;
    Ok(kept.trim().to_owned())
}

/// `false` when the file is there already.
fn write_once(path: &Path, text: &str) -> Result<bool, SetupError> {
    let created = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(OWNER_ONLY)
        .open(path);
    match created {
        Ok(mut file) => {
            put(&mut file, text).map_err(at(path))?;
            Ok(true)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(at(path)(error)),
    }
}

/// Writes beside the file and then in its place: a server that reads it meanwhile gets one or the other.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), SetupError> {
    let beside = path.with_extension("new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(OWNER_ONLY)
        .open(&beside)
        .map_err(at(&beside))?;
    let owner_only = fs::Permissions::from_mode(OWNER_ONLY);
    file.set_permissions(owner_only)
        .and_then(|()| put(&mut file, text))
        .and_then(|()| fs::rename(&beside, path))
        .map_err(at(path))
}

fn put(file: &mut File, text: &str) -> std::io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
