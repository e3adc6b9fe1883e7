use errand_proto::{AggregateKind, catalogue};

/// A part of the system that has a NATS user of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Creates and changes the streams, and may do the work of every role: for a process with several of them.
    Admin,
    Chat,
    Spawner,
    Executor,
    Notifier,
    Projector,
    Dashboard,
    /// People's own programs: they read events and keep consumers of their own.
    Subscriber,
}

impl Role {
    pub const ALL: [Self; 8] = [
        Self::Admin,
        Self::Chat,
        Self::Spawner,
        Self::Executor,
        Self::Notifier,
        Self::Projector,
        Self::Dashboard,
        Self::Subscriber,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Chat => "chat",
            Self::Spawner => "spawner",
            Self::Executor => "executor",
            Self::Notifier => "notifier",
            Self::Projector => "projector",
            Self::Dashboard => "dashboard",
            Self::Subscriber => "subscriber",
        }
    }

    /// The aggregates that only this role appends to.
    pub fn owns(self) -> impl Iterator<Item = AggregateKind> {
        let owner = move |kind: &AggregateKind| {
            catalogue::all().any(|ty| ty.aggregate == *kind && ty.owner == self.name())
        };
        AggregateKind::ALL.into_iter().filter(owner)
    }

    /// Whether a group is one of this role's: its name begins with the role's.
    pub fn has_group(self, group: &str) -> bool {
        let rest = group.strip_prefix(self.name());
        rest.is_some_and(|rest| rest.starts_with('-'))
    }

    /// Whether it makes letters out of the server's advisories, and redrives and discards letters.
    pub const fn keeps_letters(self) -> bool {
        matches!(self, Self::Admin | Self::Projector)
    }

    /// Whether other roles ask it for something.
    pub(crate) const fn serves_requests(self) -> bool {
        matches!(
            self,
            Self::Chat | Self::Spawner | Self::Executor | Self::Projector
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_aggregate_has_one_owner_with_a_user() {
        for kind in AggregateKind::ALL {
            let owners = Role::ALL
                .into_iter()
                .filter(|r| r.owns().any(|k| k == kind));
            assert_eq!(owners.count(), 1, "{}", kind.as_str());
        }
    }

    #[test]
    fn a_group_belongs_to_the_role_whose_name_it_begins_with() {
        assert!(Role::Chat.has_group("chat-answer-message"));
        assert!(!Role::Chat.has_group("chatter-x"));
        assert!(!Role::Spawner.has_group("chat-answer-message"));
    }
}
