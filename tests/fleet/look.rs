//! Looking at an API that may be away at the moment.
use crate::harness::Api;
use serde_json::Value;

impl Api {
    /// `None` while nobody answers, or not with JSON.
    pub async fn look(&self, path: &str) -> Option<Value> {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await;
        answer.ok()?.error_for_status().ok()?.json().await.ok()
    }
}
