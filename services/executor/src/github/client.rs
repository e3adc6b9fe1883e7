//! A client of GitHub's REST interface, in the name of a person or of an App.

use std::time::Duration;

use reqwest::{Method, Url};
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::app::App;
use super::transport::Transport;
use super::{CodeHostError, wire::UserBody};

/// By what right requests are made.
#[derive(Clone, Debug)]
pub enum Credential {
    /// A person's or an organisation's token.
    Token(SecretString),
    /// An App, which has a token of its own for each repository.
    App(App),
}

/// A client of GitHub's REST interface, as far as pull requests need it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct GitHub {
    transport: Transport,
    credential: Credential,
}

/// The repository that a request is about.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    pub owner: &'p str,
    pub repo: &'p str,
}

impl GitHub {
    /// A client of the interface at `base_url` (`https://api.github.com`, or a path such as
    /// `http://127.0.0.1:7171/github`).
    ///
    /// # Errors
    /// [`CodeHostError::BadAddress`] when `base_url` is no http(s) address.
    pub fn new(
        base_url: &str,
        credential: Credential,
        http: reqwest::Client,
    ) -> Result<Self, CodeHostError> {
        Ok(Self {
            transport: Transport::new(base_url, http)?,
            credential,
        })
    }

    /// The same client with another bound for one request.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self {
            transport: self.transport.with_timeout(timeout),
            ..self
        }
    }

    /// A token that may work on this repository now.
    pub(super) async fn token(&self, place: Place<'_>) -> Result<SecretString, CodeHostError> {
        match &self.credential {
            Credential::Token(token) => Ok(token.clone()),
            Credential::App(app) => app.token(&self.transport, place.owner, place.repo).await,
        }
    }

    /// Who we are, in words.
    pub(super) async fn name(&self) -> Result<String, CodeHostError> {
        match &self.credential {
            Credential::Token(token) => {
                let url = self.transport.url(&["user"]);
                let request = self.transport.request(Method::GET, url, token);
                let user: UserBody = Transport::send(request).await?.read("the token's owner")?;
                Ok(user.login)
            }
            Credential::App(app) => Ok(format!("the App {}", app.name(&self.transport).await?)),
        }
    }

    /// The address of something in a repository.
    pub(super) fn url(&self, place: Place<'_>, more: &[&str]) -> Url {
        let path = [&["repos", place.owner, place.repo], more].concat();
        self.transport.url(&path)
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        place: Place<'_>,
        url: Url,
        what: &str,
    ) -> Result<T, CodeHostError> {
        self.answer::<T, ()>(place, Method::GET, url, None, what)
            .await
    }

    pub(super) async fn send<T: DeserializeOwned>(
        &self,
        place: Place<'_>,
        method: Method,
        url: Url,
        body: &(impl Serialize + Sync),
        what: &str,
    ) -> Result<T, CodeHostError> {
        self.answer(place, method, url, Some(body), what).await
    }

    /// An App's token that is refused before its end was taken back: one more is bought, once.
    async fn answer<T: DeserializeOwned, B: Serialize + Sync>(
        &self,
        place: Place<'_>,
        method: Method,
        url: Url,
        body: Option<&B>,
        what: &str,
    ) -> Result<T, CodeHostError> {
        let mut renewed = false;
        loop {
            let token = self.token(place).await?;
            let mut request = self.transport.request(method.clone(), url.clone(), &token);
            if let Some(body) = body {
                request = request.json(body);
            }
            match (Transport::send(request).await?.read(what), &self.credential) {
                (Err(CodeHostError::Unauthorized), Credential::App(app)) if !renewed => {
                    app.forget(place.owner, place.repo).await;
                    renewed = true;
                }
                (read, _) => return read,
            }
        }
    }
}
