//! What people ask of the projector: it alone may write the tables and handle dead letters.
use super::order::LetterRequest;
use errand_dashboard::CommandError;
use errand_eventlog::{DeadLetters, LogError};
use errand_projections::{Error, Projector};
use std::sync::Arc;

#[derive(Clone)]
pub struct Projections {
    pub projector: Projector,
    pub letters: Arc<dyn DeadLetters>,
}

impl Projections {
    pub async fn letter(&self, id: u64, request: LetterRequest) -> Result<bool, CommandError> {
        let done = match request {
            LetterRequest::Redrive => self.letters.redrive(id).await,
            LetterRequest::Discard => self.letters.discard(id).await,
        };
        done.map_err(|error| match error {
            LogError::Rejected(reason) => CommandError::Refused(reason),
            other => CommandError::Unavailable(other.to_string()),
        })
    }

    /// Begins, and goes on in the background.
    pub fn rebuild(&self, name: String) -> Result<(), CommandError> {
        let positions = self.projector.positions().now();
        let Some(position) = positions.into_iter().find(|p| p.name == name) else {
            let unknown = Error::UnknownProjection(name);
            return Err(CommandError::NotFound(unknown.to_string()));
        };
        if position.rebuilding {
            let already = Error::AlreadyRebuilding(position.name);
            return Err(CommandError::Refused(already.to_string()));
        }
        let projector = self.projector.clone();
        tokio::spawn(async move {
            match projector.rebuild(&name).await {
                Ok(rebuilt) => {
                    tracing::info!(projection = name, events = rebuilt.events, "rebuilt");
                }
                Err(error) => {
                    tracing::error!(projection = name, %error, "the rebuild failed; the live tables stay");
                }
            }
        });
        Ok(())
    }
}
