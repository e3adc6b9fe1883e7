//! The roles that a process can have.
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, str::FromStr};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Owns conversations; speaks with the language model.
    Chat,
    /// Owns stories; speaks with Linear.
    Spawner,
    /// Owns sessions; runs agents and opens pull requests.
    Executor,
    /// Owns notifications; speaks with Slack.
    Notifier,
    /// Fills the read models.
    Projector,
    /// Serves pages and the API; owns nothing.
    Dashboard,
}

impl Role {
    pub const ALL: [Self; 6] = [
        Self::Chat,
        Self::Spawner,
        Self::Executor,
        Self::Notifier,
        Self::Projector,
        Self::Dashboard,
    ];

    /// As it is typed, and as its subject and NATS user are called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Spawner => "spawner",
            Self::Executor => "executor",
            Self::Notifier => "notifier",
            Self::Projector => "projector",
            Self::Dashboard => "dashboard",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The roles of one process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles(BTreeSet<Role>);

impl Roles {
    pub fn all() -> Self {
        Self(Role::ALL.into())
    }

    /// Several lists as one.
    pub fn union(lists: impl IntoIterator<Item = Self>) -> Self {
        Self(lists.into_iter().flat_map(|list| list.0).collect())
    }

    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// The role of a process that has just one.
    pub fn only(&self) -> Option<Role> {
        self.0.first().copied().filter(|_| self.0.len() == 1)
    }

    pub fn has_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.0.iter().map(|role| role.name()).collect();
        f.write_str(&names.join(" "))
    }
}

impl FromStr for Roles {
    type Err = String;

    /// One role's name, or `all`.
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self::all());
        }
        let found = Role::ALL.into_iter().find(|role| role.name() == text);
        found
            .map(|role| Self([role].into()))
            .ok_or_else(|| format!("there is no role {text:?}: use {} or all", Self::all()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_roles_are_read_and_joined() {
        let read = |text: &str| text.parse::<Roles>();
        let both = Roles::union([read("chat").unwrap(), read("notifier").unwrap()]);
        assert_eq!(both.to_string(), "chat notifier");
        assert!(!both.has_any(&[Role::Executor, Role::Dashboard]));
        assert_eq!(read("all"), Ok(Roles::all()));
        let refusal = read("chats").unwrap_err();
        assert!(
            refusal.contains("use chat spawner executor notifier projector dashboard or all"),
            "{refusal}"
        );
    }
}
