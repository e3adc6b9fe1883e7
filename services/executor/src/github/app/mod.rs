//! A GitHub App: its key buys tokens for one repository, which last an hour.

mod clock;
mod key;
mod wire;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::{Method, StatusCode, Url};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;
use tokio::sync::Mutex;

use super::CodeHostError;
use super::transport::{Answered, Transport};
use clock::ServerClock;
use key::AppKey;
use wire::{AppBody, InstallationBody, TokenBody, TokenRequest};

/// A token is not used in its last minutes: a push may take some.
const RENEW_BEFORE_END: Duration = Duration::from_secs(5 * 60);

/// A repository by owner and name.
type Repository = (String, String);

/// The App and the tokens it holds. Cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    key: Arc<AppKey>,
    clock: Arc<ServerClock>,
    tokens: Arc<Mutex<HashMap<Repository, Token>>>,
}

#[derive(Clone, Debug)]
struct Token {
    secret: SecretString,
    ends: SystemTime,
}

impl App {
    /// # Errors
    /// [`CodeHostError::BadKey`] when `pem` is no RSA private key.
    pub fn new(id: &str, pem: &str) -> Result<Self, CodeHostError> {
        Ok(Self {
            key: Arc::new(AppKey::parse(id, pem)?),
            clock: Arc::default(),
            tokens: Arc::default(),
        })
    }

    /// # Errors
    /// [`CodeHostError::BadKey`] when the file cannot be read or holds no RSA private key.
    pub fn from_file(id: &str, path: &Path) -> Result<Self, CodeHostError> {
        let pem = std::fs::read_to_string(path).map_err(|error| CodeHostError::BadKey {
            reason: format!("{}: {error}", path.display()),
        })?;
        Self::new(id, &pem)
    }

    /// A token for this repository, bought when there is none that lasts.
    pub(super) async fn token(
        &self,
        transport: &Transport,
        owner: &str,
        repo: &str,
    ) -> Result<SecretString, CodeHostError> {
        let repository = (owner.to_owned(), repo.to_owned());
        // Held while buying: whoever comes meanwhile gets the same token.
        let mut tokens = self.tokens.lock().await;
        if let Some(token) = tokens.get(&repository)
            && self.clock.now() + RENEW_BEFORE_END < token.ends
        {
            return Ok(token.secret.clone());
        }
        let token = self.buy(transport, owner, repo).await?;
        let secret = token.secret.clone();
        tokens.insert(repository, token);
        Ok(secret)
    }

    /// Forgets a token that was refused before its end.
    pub(super) async fn forget(&self, owner: &str, repo: &str) {
        let repository = (owner.to_owned(), repo.to_owned());
        self.tokens.lock().await.remove(&repository);
    }

    /// Who the App is, by its own key.
    pub(super) async fn name(&self, transport: &Transport) -> Result<String, CodeHostError> {
        let app: AppBody = self
            .ask(transport, Method::GET, transport.url(&["app"]), None)
            .await?;
        Ok(app.name)
    }

    async fn buy(
        &self,
        transport: &Transport,
        owner: &str,
        repo: &str,
    ) -> Result<Token, CodeHostError> {
        let url = transport.url(&["repos", owner, repo, "installation"]);
        let found = self
            .ask::<InstallationBody>(transport, Method::GET, url, None)
            .await;
        let installation = found.map_err(|error| match error {
            CodeHostError::NotFound { .. } => CodeHostError::NotInstalled {
                repository: format!("{owner}/{repo}"),
            },
            error => error,
        })?;
        let id = installation.id.to_string();
        let url = transport.url(&["app", "installations", &id, "access_tokens"]);
        let wanted = TokenRequest::for_repository(repo);
        let bought: TokenBody = self
            .ask(transport, Method::POST, url, Some(&wanted))
            .await?;
        Ok(Token {
            secret: bought.token,
            ends: SystemTime::from(OffsetDateTime::from(bought.expires_at)),
        })
    }

    /// One request in the App's own name. A server that finds our clock wrong tells its own, once.
    async fn ask<T: DeserializeOwned>(
        &self,
        transport: &Transport,
        method: Method,
        url: Url,
        body: Option<&TokenRequest<'_>>,
    ) -> Result<T, CodeHostError> {
        let mut answered = self.send(transport, &method, &url, body).await?;
        if answered.status == StatusCode::UNAUTHORIZED && self.clock.set_by(&answered.headers) {
            answered = self.send(transport, &method, &url, body).await?;
        }
        let error = match answered.read("the GitHub App") {
            Ok(body) => return Ok(body),
            Err(error) => error,
        };
        Err(match error {
            CodeHostError::Unauthorized => CodeHostError::AppRefused,
            error => error,
        })
    }

    async fn send(
        &self,
        transport: &Transport,
        method: &Method,
        url: &Url,
        body: Option<&TokenRequest<'_>>,
    ) -> Result<Answered, CodeHostError> {
        let proof = self.key.proof(self.clock.now())?;
        let mut request = transport.request(method.clone(), url.clone(), &proof);
        if let Some(body) = body {
            request = request.json(body);
        }
        Transport::send(request).await
    }
}
