//! Writes whose outcome is always known in the end: after a failure the thing is looked for under the id we chose.

use serde_json::{Value, json};
use uuid::Uuid;

use super::documents::Document;
use super::error::TrackerError;
use super::transport::Transport;

/// One creation and the way to see whether it happened.
pub(crate) struct Creation {
    /// The mutation and the field of its `data` that holds the payload.
    pub(crate) write: Document,
    pub(crate) payload: &'static str,
    pub(crate) variables: Value,
    /// The query that finds the thing by id, and the field of its `data` that holds it.
    pub(crate) read: Document,
    pub(crate) node: &'static str,
    /// The id we chose for it.
    pub(crate) id: Uuid,
}

/// Where the description of a created thing was found.
#[derive(Debug, PartialEq)]
pub(crate) enum Created {
    /// The payload of the mutation.
    Now(Value),
    /// The thing itself, made by this attempt or an earlier one.
    Found(Value),
}

impl Creation {
    /// Creates the thing, or finds it.
    ///
    /// A rate-limited write never ran, so it is returned as it is. After any other failure, "already exists"
    /// among them, reading back decides; Linear's wording is not relied on.
    pub(crate) async fn run(self, transport: &Transport) -> Result<Created, TrackerError> {
        let failure = match transport.call(self.write, self.variables.clone()).await {
            Ok(data) => match self.succeeded(data) {
                Ok(payload) => return Ok(Created::Now(payload)),
                Err(failure) => failure,
            },
            Err(limited @ TrackerError::RateLimited { .. }) => return Err(limited),
            Err(failure) => failure,
        };
        self.look(transport, failure).await
    }

    fn succeeded(&self, mut data: Value) -> Result<Value, TrackerError> {
        let payload = data
            .get_mut(self.payload)
            .map(Value::take)
            .unwrap_or_default();
        if payload.get("success") == Some(&Value::Bool(true)) {
            return Ok(payload);
        }
        Err(TrackerError::Unavailable(format!(
            "{} said it did not succeed",
            self.write.name
        )))
    }

    async fn look(
        &self,
        transport: &Transport,
        failure: TrackerError,
    ) -> Result<Created, TrackerError> {
        match transport.call(self.read, json!({ "id": self.id })).await {
            Ok(mut data) => match data.get_mut(self.node).map(Value::take) {
                Some(found) if found.is_object() => Ok(Created::Found(found)),
                _ => Err(failure),
            },
            // Linear answers a query for an unknown id as invalid input: the thing is not there.
            Err(TrackerError::Invalid(_)) => Err(failure),
            Err(limited @ TrackerError::RateLimited { .. }) => Err(limited),
            Err(TrackerError::Unauthorized(_))
                if matches!(failure, TrackerError::Unauthorized(_)) =>
            {
                Err(failure)
            }
            Err(unread) => Err(TrackerError::Unavailable(format!(
                "{failure}; reading back failed too: {unread}"
            ))),
        }
    }
}
