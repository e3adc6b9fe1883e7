//! A forge over HTTP: `git http-backend` behind a small server that asks for a token.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use errand_executor::workspace::PushTarget;
use secrecy::SecretString;
use tokio::io::AsyncWriteExt;

use crate::repository::git;

pub const TOKEN: &str = "t0ken-for-the-forge";
/// base64 of `x-access-token:t0ken-for-the-forge`.
pub const EXPECTED: &str = "Basic eC1hY2Nlc3MtdG9rZW46dDBrZW4tZm9yLXRoZS1mb3JnZQ==";
const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

/// How the forge behaves.
#[derive(Clone, Copy)]
pub enum Mood {
    Working,
    Answering(StatusCode),
    Silent,
}

#[derive(Clone)]
pub struct Forge {
    root: PathBuf,
    address: String,
    mood: Arc<Mutex<Mood>>,
}

impl Forge {
    /// A forge with an empty bare repository `o/site.git` below `folder`.
    pub async fn start(folder: &Path) -> Self {
        let root = folder.join("forge");
        let repository = root.join("o/site.git");
        std::fs::create_dir_all(&repository).unwrap();
        git(
            &repository,
            &["init", "--quiet", "--bare", "--initial-branch=main"],
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let forge = Self {
            root,
            address,
            mood: Arc::new(Mutex::new(Mood::Working)),
        };
        let router = Router::new().fallback(answer).with_state(forge.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        forge
    }

    pub fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    pub fn repository(&self) -> PathBuf {
        self.root.join("o/site.git")
    }

    pub fn url(&self) -> String {
        format!("{}/o/site.git", self.address)
    }

    pub fn target(&self) -> PushTarget {
        PushTarget {
            url: self.url(),
            token: Some(SecretString::from(TOKEN)),
        }
    }
}

async fn answer(State(forge): State<Forge>, request: Request) -> Response {
    let mood = *forge.mood.lock().unwrap();
    match mood {
        Mood::Answering(status) => return status.into_response(),
        Mood::Silent => std::future::pending::<()>().await,
        Mood::Working => {}
    }
    if request
        .headers()
        .get(header::AUTHORIZATION)
        .is_none_or(|value| value != EXPECTED)
    {
        return (
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, "Basic realm=forge")],
        )
            .into_response();
    }
    backend(&forge.root, request).await
}

/// One request through the CGI program that git ships.
async fn backend(root: &Path, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, MAX_BODY_BYTES).await.unwrap();
    let text = |name: &str| {
        parts
            .headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
            .to_owned()
    };
    let mut child = tokio::process::Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REMOTE_USER", "errand")
        .env("REQUEST_METHOD", parts.method.as_str())
        .env("PATH_INFO", parts.uri.path())
        .env("QUERY_STRING", parts.uri.query().unwrap_or_default())
        .env("CONTENT_TYPE", text("content-type"))
        .env("CONTENT_LENGTH", body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", text("content-encoding"))
        .env("GIT_PROTOCOL", text("git-protocol"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    tokio::spawn(async move { stdin.write_all(&body).await });
    response(&child.wait_with_output().await.unwrap().stdout)
}

fn response(output: &[u8]) -> Response {
    let end = output
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap();
    let (mut status, mut headers) = (StatusCode::OK, HeaderMap::new());
    for line in String::from_utf8_lossy(&output[..end]).lines() {
        let (name, value) = line.split_once(": ").unwrap();
        if name == "Status" {
            status = value[..3].parse().unwrap();
        } else {
            headers.insert(
                name.parse::<header::HeaderName>().unwrap(),
                value.parse().unwrap(),
            );
        }
    }
    (
        status,
        headers,
        Body::from(Bytes::copy_from_slice(&output[end + 4..])),
    )
        .into_response()
}
