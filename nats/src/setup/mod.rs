//! Keys, users and server configurations, written into a folder: `errand nats setup`.
//!
//! A second run keeps every key and secret and writes the configurations anew, so it also brings the permissions up
//! to date after an upgrade.
//!
//! # Layout
//! - [`keys`]: one nkey per role, and the secret of a cluster's routes.
//! - [`config`]: the configurations as text; no file, no random number.
//! - [`options`]: what is asked for.
mod config;
mod keys;
mod options;

pub use options::{SetupError, SetupOptions, Tls};

use crate::{Role, permissions};
use config::{Layout, User};
use std::path::Path;

/// The configuration of one server.
const ONE_SERVER: &str = "server.conf";
const USERS: &str = "users.conf";

/// What a setup wrote or found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Roles whose key is new; the others kept theirs.
    pub new_keys: Vec<Role>,
    /// The configurations, by file name.
    pub files: Vec<String>,
}

/// # Errors
/// When the options cannot be used or the folder cannot be written.
pub fn setup(folder: &Path, options: &SetupOptions) -> Result<Written, SetupError> {
    options.check()?;
    keys::make_folder(folder)?;
    let (mut users, mut new_keys) = (Vec::new(), Vec::new());
    for role in Role::ALL {
        let key = keys::user(folder, role)?;
        if key.is_new {
            new_keys.push(role);
        }
        users.push(User {
            role,
            public_key: key.public,
            permissions: permissions(role, options.prefix.as_deref(), &options.groups),
        });
    }
    let routes_secret = keys::routes_secret(folder)?;
    let layout = Layout {
        options,
        folder,
        routes_secret: &routes_secret,
    };
    let mut texts = vec![
        (USERS.to_owned(), config::users(&users)),
        (ONE_SERVER.to_owned(), layout.one_server()),
    ];
    for (index, host) in options.hosts.iter().enumerate() {
        let text = layout.cluster_server(index, host);
        texts.push((format!("cluster-{}.conf", index + 1), text));
    }
    let mut files = Vec::new();
    for (name, text) in texts {
        // The routes' secret is in some of them.
        keys::replace(&folder.join(&name), &text)?;
        files.push(name);
    }
    Ok(Written { new_keys, files })
}

/// The file with a role's key.
pub fn key_file(role: Role) -> String {
    format!("{}.nk", role.name())
}

/// Names the file of an error.
fn at(path: &Path) -> impl FnOnce(std::io::Error) -> SetupError {
    let path = path.to_owned();
    move |source| SetupError::File { path, source }
}
