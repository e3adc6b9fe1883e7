use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use tokio_util::sync::CancellationToken;

use crate::hooks::Hooks;
use crate::links::Links;
use crate::repositories::Repositories;
use crate::requests::{self, Counters, Made, OperationCounts};
use crate::store::Store;
use crate::{Faults, SandboxConfig, SandboxError, Vendor};
use crate::{anthropic, faults, git_http, github, linear, pages, slack};

/// The time between two pieces of the language model's words: about as fast as a real one speaks.
const DEFAULT_WORD_PACE: Duration = Duration::from_millis(15);

/// The vendors of one data folder. Cheap to clone: clones share everything.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    links: Links,
    store: Store,
    repositories: Repositories,
    linear: linear::Judge,
    faults: Faults,
    counters: Counters,
    word_pace_ms: AtomicU64,
    stop: CancellationToken,
    hooks: OnceLock<Hooks>,
}

impl Sandbox {
    /// Opens the sandbox kept in `config.data_dir`, creating it when there is none.
    ///
    /// What was made survives the death of the process at any moment; it is not synced against a power cut.
    ///
    /// # Errors
    /// When the folder or its database cannot be used, or `public_url` is no http(s) URL.
    pub fn open(config: SandboxConfig) -> Result<Self, SandboxError> {
        let links = Links::new(&config.public_url)?;
        let folder_error = |source| SandboxError::Folder {
            path: config.data_dir.clone(),
            source,
        };
        std::fs::create_dir_all(&config.data_dir).map_err(folder_error)?;
        // git is run from other working directories, so the path must not be relative.
        let data_dir = std::path::absolute(&config.data_dir).map_err(folder_error)?;
        let store = Store::open(&data_dir.join("sandbox.sqlite"))?;
        let repositories = Repositories::open(data_dir.join("git"))?;
        let inner = Inner {
            links,
            store,
            repositories,
            linear: linear::Judge::default(),
            faults: Faults::default(),
            counters: Counters::default(),
            word_pace_ms: AtomicU64::new(millis(DEFAULT_WORD_PACE)),
            stop: CancellationToken::new(),
            hooks: OnceLock::new(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// From now on vendors call back under `url`, signed with `secret`, when a person presses a button of Slack or
    /// cancels an issue of Linear.
    pub fn call_back(&self, url: &str, secret: &str, http: reqwest::Client) {
        let hooks = Hooks {
            url: url.trim_end_matches('/').to_owned(),
            secret: secret.to_owned(),
            http,
        };
        if self.inner.hooks.set(hooks).is_err() {
            tracing::warn!("the sandbox calls back to the first address that it was given");
        }
    }

    pub(crate) fn hooks(&self) -> Option<&Hooks> {
        self.inner.hooks.get()
    }

    /// Every route, to be nested under the path of `public_url`.
    pub fn router(&self) -> Router {
        Router::new()
            .merge(linear::routes())
            .merge(slack::routes())
            .merge(github::routes())
            .merge(git_http::routes())
            .merge(anthropic::routes())
            .merge(faults::routes())
            .merge(requests::routes())
            .merge(pages::routes())
            .with_state(self.clone())
    }

    /// The faults that wait for the next requests.
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Makes sure that the bare repository `owner/name` exists and returns its path. An existing one is left as it is.
    ///
    /// # Errors
    /// When a name is not one GitHub would take, or git cannot create the repository.
    pub async fn ensure_repository(
        &self,
        owner: &str,
        name: &str,
    ) -> Result<PathBuf, SandboxError> {
        self.inner.repositories.ensure(owner, name).await
    }

    /// What was asked of a vendor since the process started, by operation.
    pub fn requests(&self, vendor: Vendor) -> BTreeMap<String, OperationCounts> {
        self.inner.counters.of(vendor)
    }

    /// How many issues, messages and pull requests really exist.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn made(&self) -> Result<Made, SandboxError> {
        requests::made(self).await
    }

    /// Sets the time between two pieces of the language model's words; zero for tests and benchmarks.
    /// A request can choose for itself with the header `x-sandbox-pace-ms`.
    pub fn set_word_pace(&self, pace: Duration) {
        self.inner
            .word_pace_ms
            .store(millis(pace), Ordering::Relaxed);
    }

    /// Ends every request that hangs on purpose, so that the server can stop at once.
    pub fn stop(&self) {
        self.inner.stop.cancel();
    }

    pub(crate) async fn stopped(&self) {
        self.inner.stop.cancelled().await;
    }

    pub(crate) fn word_pace(&self) -> Duration {
        Duration::from_millis(self.inner.word_pace_ms.load(Ordering::Relaxed))
    }

    pub(crate) fn links(&self) -> &Links {
        &self.inner.links
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn repositories(&self) -> &Repositories {
        &self.inner.repositories
    }

    pub(crate) fn judge(&self) -> &linear::Judge {
        &self.inner.linear
    }

    pub(crate) fn counters(&self) -> &Counters {
        &self.inner.counters
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
