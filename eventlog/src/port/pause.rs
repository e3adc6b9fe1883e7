use super::error::{LogError, Result};
use serde::{Deserialize, Serialize};

/// Pauses at once: one for each of so many projects, and one for all.
const MAX_PAUSES: usize = 1000;

/// A stop that a person put on the queue: jobs are taken in and none is handed out. What runs goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// `None` stops every project.
    pub project_id: Option<String>,
    pub by: String,
    /// Microseconds since the Unix epoch.
    pub since_us: i64,
}

impl Pause {
    /// Whether an adapter whose texts hold `max_text_bytes` can keep it.
    ///
    /// # Errors
    /// The limit that it is beyond.
    pub fn check(&self, max_text_bytes: usize) -> Result<()> {
        let project = self.project_id.as_deref().unwrap_or_default();
        for (name, text) in [("project_id", project), ("by", &self.by)] {
            if text.len() > max_text_bytes {
                return Err(LogError::Rejected(format!(
                    "{name} of a pause has {} bytes, the limit is {max_text_bytes}",
                    text.len()
                )));
            }
        }
        Ok(())
    }

    /// "the queue is paused by ann".
    pub fn words(&self) -> String {
        let what = match &self.project_id {
            None => "the queue".to_owned(),
            Some(project) => format!("project {project}"),
        };
        format!("{what} is paused by {}", self.by)
    }
}

/// All pauses of a queue: at most one for all projects and one for each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pauses(Vec<Pause>);

impl Pauses {
    /// What stops the jobs of a project: the pause of the whole queue before its own.
    pub fn over(&self, project: &str) -> Option<&Pause> {
        let own = || self.find(Some(project));
        self.find(None).or_else(own)
    }

    /// `false` when it was paused before: the first pause stays.
    ///
    /// # Errors
    /// Too many projects are paused.
    pub fn add(&mut self, pause: Pause) -> Result<bool> {
        if self.find(pause.project_id.as_deref()).is_some() {
            return Ok(false);
        }
        if self.0.len() >= MAX_PAUSES {
            return Err(LogError::Rejected(format!(
                "{MAX_PAUSES} pauses are in force, which is the limit: pause the whole queue instead"
            )));
        }
        self.0.push(pause);
        Ok(true)
    }

    /// `false` when it was not paused.
    pub fn lift(&mut self, project_id: Option<&str>) -> bool {
        let before = self.0.len();
        self.0.retain(|p| p.project_id.as_deref() != project_id);
        self.0.len() < before
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn to_vec(&self) -> Vec<Pause> {
        self.0.clone()
    }

    fn find(&self, project_id: Option<&str>) -> Option<&Pause> {
        self.0
            .iter()
            .find(|p| p.project_id.as_deref() == project_id)
    }
}
