//! Why a database cannot be used, and what to do about it.
use sqlx::{migrate::MigrateError, postgres::PgConnectOptions};
use std::{fmt, time::Duration};

/// Why PostgreSQL cannot be used as it is. No text holds a password.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("the database's URL must be postgres://USER:PASSWORD@HOST:PORT/DATABASE: {0}")]
    Url(String),
    #[error(
        "PostgreSQL at {0} cannot be reached ({1}): start it or correct host and port in the database's URL"
    )]
    Unreachable(Place, String),
    #[error("PostgreSQL at {0} refuses the password of {1}: correct it in the database's URL")]
    Password(Place, String),
    #[error(
        "PostgreSQL at {0} does not let {1} in ({2}): make the user or allow it in pg_hba.conf"
    )]
    User(Place, String, String),
    #[error("there is no database {1:?} at {0}: make it with `createdb {1}`")]
    NoDatabase(Place, String),
    #[error(
        "PostgreSQL at {0} has no connection left ({1}): raise max_connections or run fewer processes"
    )]
    Full(Place, String),
    #[error(
        "no safe connection to PostgreSQL at {0} ({1}): correct sslmode and sslrootcert in the database's URL"
    )]
    Tls(Place, String),
    #[error("{1} lacks a right at {0} ({2}): grant it, or use a user that may make tables there")]
    Right(Place, String, String),
    #[error("PostgreSQL at {0} is version {1}: Errand needs {oldest} or newer", oldest = super::prepare::OLDEST_SERVER)]
    Server(Place, i64),
    #[error(
        "the tables at {0} were made by a newer Errand (step {1}, this one knows {2}): update Errand or name another database"
    )]
    Newer(Place, i64, i64),
    #[error(
        "the tables at {0} were made by another Errand (step {1} differs): empty the database, it is filled from the log again"
    )]
    Other(Place, i64),
    #[error(
        "the tables at {0} are not there yet or older than this Errand: start a projector of this version, which makes them"
    )]
    NoTables(Place),
    #[error("PostgreSQL at {0} failed: {1}")]
    Failed(Place, String),
}

/// A host, a port and a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(String);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who asked where, to say so in errors.
#[derive(Debug, Clone)]
pub struct Peer {
    pub place: Place,
    pub user: String,
    pub database: String,
}

impl Peer {
    pub fn of(options: &PgConnectOptions) -> Self {
        let user = options.get_username().to_owned();
        let host = match options.get_socket() {
            Some(socket) => socket.display().to_string(),
            None => options.get_host().to_owned(),
        };
        Self {
            place: Place(format!("{host}:{}", options.get_port())),
            database: options.get_database().unwrap_or(&user).to_owned(),
            user,
        }
    }

    /// What an error of the first connection means.
    pub fn refused(&self, error: sqlx::Error) -> ConnectError {
        let (place, user) = (self.place.clone(), self.user.clone());
        let error = match error {
            sqlx::Error::Database(error) => error,
            sqlx::Error::Tls(error) => return ConnectError::Tls(place, error.to_string()),
            sqlx::Error::Io(error) => return ConnectError::Unreachable(place, error.to_string()),
            other => return ConnectError::Failed(place, other.to_string()),
        };
        let reason = error.message().to_owned();
        match error.code().as_deref().unwrap_or_default() {
            "28P01" => ConnectError::Password(place, user),
            "28000" => ConnectError::User(place, user, reason),
            "3D000" => ConnectError::NoDatabase(place, self.database.clone()),
            "53300" => ConnectError::Full(place, reason),
            "57P03" => ConnectError::Unreachable(place, reason),
            "42501" | "25006" => ConnectError::Right(place, user, reason),
            _ => ConnectError::Failed(place, reason),
        }
    }

    pub fn silent(&self, waited: Duration) -> ConnectError {
        let waited = format!("no answer within {} s", waited.as_secs());
        ConnectError::Unreachable(self.place.clone(), waited)
    }

    /// What an error of the migrations means.
    pub fn unmade(&self, error: MigrateError) -> ConnectError {
        let place = self.place.clone();
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
                self.refused(error)
            }
            MigrateError::VersionMissing(found) => {
                ConnectError::Newer(place, found, crate::db::migrations::newest())
            }
            MigrateError::VersionMismatch(step) | MigrateError::Dirty(step) => {
                ConnectError::Other(place, step)
            }
            other => ConnectError::Failed(place, other.to_string()),
        }
    }
}
