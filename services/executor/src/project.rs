//! Where a project's repository and forge are.
use crate::{
    github::CodeHost,
    workspace::{PushTarget, Source},
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
    pub push: PushTarget,
    pub host: Arc<dyn CodeHost>,
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
