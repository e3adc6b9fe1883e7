//! The model, and what it was asked when: so that the same can be asked without the chat.
use async_trait::async_trait;
use errand_chat::llm::{GenaiModel, LanguageModel, LlmError, LlmMessage, LlmRequest, LlmStream};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// Each person's requests, by the words that the conversation began with.
pub type Requests = HashMap<String, Vec<(Instant, LlmRequest)>>;

pub struct Overheard {
    pub model: GenaiModel,
    requests: Mutex<Requests>,
}

impl Overheard {
    pub fn new(model: GenaiModel) -> Self {
        Self {
            model,
            requests: Mutex::default(),
        }
    }

    /// What was asked since.
    pub fn take(&self) -> Requests {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *requests)
    }
}

#[async_trait]
impl LanguageModel for Overheard {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn request_tokens(&self) -> usize {
        self.model.request_tokens()
    }

    async fn stream(&self, request: LlmRequest) -> Result<LlmStream, LlmError> {
        if let Some(LlmMessage::User(words)) = request.history.first() {
            let heard = (Instant::now(), request.clone());
            let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
            requests.entry(words.clone()).or_default().push(heard);
        }
        self.model.stream(request).await
    }

    async fn check(&self) -> Result<String, LlmError> {
        self.model.check().await
    }
}
