//! Where a project's repository and forge are.
use crate::{
    github::{CodeHost, CodeHostError},
    workspace::{PushTarget, RepositoryRef, Source},
};
use std::{collections::BTreeMap, sync::Arc};

/// A project that agents can work on.
#[derive(Clone)]
pub struct Project {
    pub id: String,
    pub source: Source,
    /// `None`: the branch stays in the local repository and no pull request is opened.
    pub forge: Option<Forge>,
    /// Put the finished branch into the person's own repository too.
    pub publish_locally: bool,
}

/// Where branches are pushed and pull requests are opened.
#[derive(Clone)]
pub struct Forge {
    pub owner: String,
    pub repository: String,
    /// The http(s) address of its git repository.
    pub push_url: String,
    /// Its page for people.
    pub web_url: String,
    pub host: Arc<dyn CodeHost>,
    /// Open pull requests as drafts.
    pub draft: bool,
}

impl Forge {
    /// Where to push now: the token of an App lasts only an hour.
    ///
    /// # Errors
    /// The code host gives no token.
    pub async fn target(&self) -> Result<PushTarget, CodeHostError> {
        let token = self.host.push_token(&self.owner, &self.repository).await?;
        Ok(PushTarget {
            url: self.push_url.clone(),
            token: Some(token),
        })
    }

    /// The branch's page for people.
    pub fn branch_url(&self, branch: &str) -> String {
        format!("{}/tree/{branch}", self.web_url)
    }

    fn is_at(&self, url: &str) -> bool {
        self.push_url.trim_end_matches(".git") == url.trim_end_matches(".git")
    }
}

impl Project {
    /// The source as it can be read now.
    ///
    /// # Errors
    /// The code host gives no token for its own repository.
    pub async fn source_now(&self) -> Result<Source, CodeHostError> {
        let mut source = self.source.clone();
        if let (RepositoryRef::Remote { url, token }, Some(forge)) =
            (&mut source.repository, &self.forge)
            && forge.is_at(url)
        {
            *token = forge.target().await?.token;
        }
        Ok(source)
    }
}

/// The projects of this installation.
#[derive(Clone, Default)]
pub struct Projects(BTreeMap<String, Project>);

impl Projects {
    pub fn new(projects: impl IntoIterator<Item = Project>) -> Self {
        Self(projects.into_iter().map(|p| (p.id.clone(), p)).collect())
    }

    pub fn find(&self, id: &str) -> Option<&Project> {
        self.0.get(id)
    }

    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
