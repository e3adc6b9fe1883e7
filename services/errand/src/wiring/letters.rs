//! Dead letters as a process sees them that may read them, but asks the projector to handle them.
use super::commands::{Carrier, LetterRequest, Order, Outcome, Request, misunderstood};
use async_trait::async_trait;
use errand_dashboard::CommandError;
use errand_eventlog::{DeadLetter, DeadLetters, LetterQuery, LogError};
use std::{collections::BTreeMap, sync::Arc};

pub struct AskingLetters {
    pub letters: Arc<dyn DeadLetters>,
    pub carrier: Arc<dyn Carrier>,
}

impl AskingLetters {
    async fn ask(&self, id: u64, request: LetterRequest) -> Result<bool, LogError> {
        let order = Order::new(Request::Letter { id, request });
        match self.carrier.carry_out(order).await {
            Ok(Outcome::Found(found)) => Ok(found),
            Ok(_) => Err(LogError::Unavailable(misunderstood().to_string())),
            Err(CommandError::Refused(reason)) => Err(LogError::Rejected(reason)),
            Err(error) => Err(LogError::Unavailable(error.to_string())),
        }
    }
}

#[async_trait]
impl DeadLetters for AskingLetters {
    async fn find(&self, query: &LetterQuery) -> Result<Vec<DeadLetter>, LogError> {
        self.letters.find(query).await
    }

    async fn counts(&self) -> Result<BTreeMap<String, u64>, LogError> {
        self.letters.counts().await
    }

    async fn get(&self, id: u64) -> Result<Option<DeadLetter>, LogError> {
        self.letters.get(id).await
    }

    async fn redrive(&self, id: u64) -> Result<bool, LogError> {
        self.ask(id, LetterRequest::Redrive).await
    }

    async fn discard(&self, id: u64) -> Result<bool, LogError> {
        self.ask(id, LetterRequest::Discard).await
    }
}
