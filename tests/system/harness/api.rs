use super::until;
use serde_json::{Value, json};
use uuid::Uuid;

/// The JSON API of a running Errand.
#[derive(Clone)]
pub struct Api {
    pub url: String,
    pub http: reqwest::Client,
}

/// A field as text; empty when it is not there.
pub fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Fit for a program that has not said which cryptography it uses.
pub fn client() -> reqwest::ClientBuilder {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
}

impl Api {
    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            http: client().build().expect("a client"),
        }
    }

    pub async fn get(&self, path: &str) -> Value {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await;
        let answer = answer.expect("an answer");
        let status = answer.status();
        let body = answer.text().await.expect("a body");
        assert!(status.is_success(), "GET {path}: {status} {body}");
        serde_json::from_str(&body).unwrap_or_else(|_| panic!("GET {path}: no JSON: {body}"))
    }

    pub async fn page(&self, path: &str) -> String {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await;
        answer.expect("an answer").text().await.expect("a body")
    }

    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let answer = self
            .http
            .post(format!("{}{path}", self.url))
            .json(body)
            .send()
            .await
            .expect("an answer");
        let status = answer.status().as_u16();
        let body = answer.text().await.expect("a body");
        (
            status,
            serde_json::from_str(&body).unwrap_or(Value::String(body)),
        )
    }

    /// Presses the button of a form; answers the status after all redirects.
    pub async fn press(&self, path: &str, fields: &[(&str, &str)]) -> u16 {
        let form = fields.iter().fold(
            form_urlencoded::Serializer::new(String::new()),
            |mut form, (name, value)| {
                form.append_pair(name, value);
                form
            },
        );
        let body = { form }.finish();
        let kind = "application/x-www-form-urlencoded";
        self.call(path, &[("content-type", kind)], body).await
    }

    /// A call from outside, with these headers; answers the status.
    pub async fn call(&self, path: &str, headers: &[(&str, &str)], body: String) -> u16 {
        let mut request = self.http.post(format!("{}{path}", self.url)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.expect("an answer").status().as_u16()
    }

    /// Opens a conversation and answers its id.
    pub async fn conversation(&self) -> String {
        let id = Uuid::new_v4().to_string();
        let (status, body) = self.post("/api/v1/conversations", &json!({"id": id})).await;
        assert!((200..300).contains(&status), "{status} {body}");
        id
    }

    pub async fn say(&self, conversation: &str, words: &str) {
        let path = format!("/api/v1/conversations/{conversation}/messages");
        let body = json!({"messageId": Uuid::new_v4(), "text": words});
        let (status, body) = self.post(&path, &body).await;
        assert!((200..300).contains(&status), "{status} {body}");
    }

    pub async fn messages(&self, conversation: &str) -> Vec<Value> {
        let path = format!("/api/v1/conversations/{conversation}/messages");
        list(&self.get(&path).await, "messages")
    }

    /// Waits for a message whose text contains `words`.
    pub async fn hear(&self, conversation: &str, words: &str) -> Value {
        until(&format!("a message with {words:?}"), || async {
            let messages = self.messages(conversation).await;
            messages
                .into_iter()
                .find(|m| text(m, "text").contains(words))
        })
        .await
    }

    pub async fn stories(&self) -> Vec<Value> {
        list(&self.get("/api/v1/stories").await, "stories")
    }

    /// Waits until the only story has this status.
    pub async fn story_is(&self, status: &str) -> Value {
        until(&format!("a story that is {status}"), || async {
            let stories = self.stories().await;
            assert!(
                stories.len() <= 1,
                "more stories than were asked for: {stories:?}"
            );
            stories.into_iter().find(|s| text(s, "status") == status)
        })
        .await
    }

    /// What the sandbox really made: issues, Slack messages, pull requests.
    pub async fn made(&self) -> [u64; 3] {
        let made = self.get("/sandbox/requests").await["made"].take();
        ["issues", "messages", "pull_requests"].map(|what| made[what].as_u64().unwrap())
    }

    /// The sandbox plays this trouble in its next answers.
    pub async fn trouble(&self, fault: &Value) {
        let (status, body) = self.post("/sandbox/faults", fault).await;
        assert!((200..300).contains(&status), "{status} {body}");
    }

    /// The trouble is over.
    pub async fn heal(&self) {
        let faults = format!("{}/sandbox/faults", self.url);
        let answer = self.http.delete(faults).send().await.expect("an answer");
        assert!(answer.status().is_success());
    }
}

fn list(answer: &Value, name: &str) -> Vec<Value> {
    let records = answer[name].as_array();
    records
        .unwrap_or_else(|| panic!("no {name} in {answer}"))
        .clone()
}
