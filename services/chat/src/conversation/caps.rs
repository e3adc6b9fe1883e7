//! How many agents may be spawned in an hour. Pure.

/// How many agents may be spawned in any hour; `None` is without a limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpawnCaps {
    pub per_user: Option<u32>,
    pub per_workspace: Option<u32>,
}

/// The caps, and what was spawned in the last hour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LastHour {
    pub caps: SpawnCaps,
    pub by_user: u32,
    pub in_workspace: u32,
}

/// The cap that was hit. The text goes to the model, into the chat, and to whoever asked directly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CapReached {
    #[error(
        "one person may spawn {0} agents an hour, and you have: wait, or raise ERRAND_SPAWNS_PER_USER_HOUR"
    )]
    User(u32),
    #[error(
        "all together may spawn {0} agents an hour, and they have: wait, or raise ERRAND_SPAWNS_PER_WORKSPACE_HOUR"
    )]
    Workspace(u32),
}

impl LastHour {
    /// # Errors
    /// There is no room for one more.
    pub fn check(self) -> Result<(), CapReached> {
        let full = |cap: Option<u32>, count| cap.filter(|cap| count >= *cap);
        if let Some(cap) = full(self.caps.per_user, self.by_user) {
            return Err(CapReached::User(cap));
        }
        match full(self.caps.per_workspace, self.in_workspace) {
            Some(cap) => Err(CapReached::Workspace(cap)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cap_that_is_reached_is_named_and_without_caps_there_is_room() {
        let caps = SpawnCaps {
            per_user: Some(2),
            per_workspace: Some(3),
        };
        let last_hour = |by_user, in_workspace| LastHour {
            caps,
            by_user,
            in_workspace,
        };
        assert_eq!(last_hour(1, 2).check(), Ok(()));
        assert_eq!(last_hour(2, 2).check(), Err(CapReached::User(2)));
        assert_eq!(last_hour(0, 3).check(), Err(CapReached::Workspace(3)));
        let unlimited = LastHour {
            caps: SpawnCaps::default(),
            ..last_hour(9, 9)
        };
        assert_eq!(unlimited.check(), Ok(()));
    }
}
