//! Requests to the router as a browser or a program would send them.
use super::{HOST, PATIENCE, World};
use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode},
};
use futures::StreamExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

/// A whole answer.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// Fails with the whole page when a text is missing, so that the cause can be seen.
    pub fn shows(&self, texts: &[&str]) {
        for text in texts {
            assert!(
                self.body.contains(text),
                "{text:?} is missing in:\n{}",
                self.body
            );
        }
    }

    pub fn hides(&self, texts: &[&str]) {
        for text in texts {
            assert!(!self.body.contains(text), "{text:?} is in:\n{}", self.body);
        }
    }
}

impl World {
    pub async fn send(&self, request: Request<Body>) -> Reply {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(request(Method::GET, path, &[], Body::empty()))
            .await
    }

    /// A form as a page without a script sends it.
    pub async fn form(&self, path: &str, body: &str) -> Reply {
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
        ];
        let body = Body::from(body.to_owned());
        self.send(request(Method::POST, path, &headers, body)).await
    }

    /// A form as live.js sends it.
    pub async fn live_form(&self, path: &str, body: &str) -> Reply {
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
            ("x-errand-live", "1"),
        ];
        let body = Body::from(body.to_owned());
        self.send(request(Method::POST, path, &headers, body)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_raw(path, "application/json", body.to_string())
            .await
    }

    pub async fn post_raw(&self, path: &str, mime: &str, body: impl Into<Body>) -> Reply {
        let headers = [("content-type", mime)];
        self.send(request(Method::POST, path, &headers, body.into()))
            .await
    }
}

pub fn request(method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", HOST);
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body).unwrap()
}

/// A stream of server-sent events or JSON lines, read piece by piece.
pub struct Stream {
    body: axum::body::BodyDataStream,
    /// Everything heard so far.
    pub heard: String,
}

pub async fn stream(world: &World, path: &str, headers: &[(&str, &str)]) -> Stream {
    let request = request(Method::GET, path, headers, Body::empty());
    let answer = world.router.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    Stream {
        body: answer.into_body().into_data_stream(),
        heard: String::new(),
    }
}

impl Stream {
    /// Reads until the text was heard; answers everything since the last call.
    pub async fn until(&mut self, text: &str) -> String {
        let waited = tokio::time::timeout(PATIENCE, async {
            while !self.heard.contains(text) {
                match self.body.next().await {
                    Some(piece) => self
                        .heard
                        .push_str(std::str::from_utf8(&piece.unwrap()).unwrap()),
                    None => panic!("the stream ended without {text:?}: {}", self.heard),
                }
            }
        });
        let waited = waited.await;
        assert!(waited.is_ok(), "{text:?} never came: {}", self.heard);
        std::mem::take(&mut self.heard)
    }

    /// True when the stream ends by itself.
    pub async fn ends(&mut self) -> bool {
        let end = async { while self.body.next().await.is_some() {} };
        tokio::time::timeout(PATIENCE, end).await.is_ok()
    }
}
