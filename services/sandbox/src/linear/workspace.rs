//! What a new workspace has: one team, its workflow, and the person behind every key.

/// A person.
pub(crate) struct Person {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) email: &'static str,
}

/// The owner of every key.
pub(crate) const VIEWER: Person = Person {
    id: "6f1d9a34-7c5e-4b0a-9f53-0d2f1c8e7a11",
    name: "Errand",
    email: "errand@sandbox.localhost",
};

/// The organization's id and name.
pub(crate) const ORGANIZATION: (&str, &str) =
    ("b7a3c5d1-2e4f-4a68-8c90-1f3e5d7b9a20", "Errand sandbox");

/// A team.
pub(crate) struct Team {
    pub(crate) id: &'static str,
    pub(crate) key: &'static str,
    pub(crate) name: &'static str,
}

/// The one team; its key begins every identifier.
pub(crate) const TEAM: Team = Team {
    id: "2d6c0f8e-93b1-4d7a-a5e4-6b8f0c2d4e31",
    key: "ERR",
    name: "Errand",
};

/// A state of the team's workflow.
#[derive(Debug, PartialEq)]
pub(crate) struct WorkflowState {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    /// Linear's kind: `backlog`, `unstarted`, `started`, `completed`, `canceled`.
    pub(crate) kind: &'static str,
    pub(crate) position: f64,
    pub(crate) color: &'static str,
}

/// The workflow, in its order.
pub(crate) static STATES: [WorkflowState; 5] = [
    WorkflowState {
        id: "0a4f2c1e-5b7d-4e93-8a16-c3d5e7f90141",
        name: "Backlog",
        kind: "backlog",
        position: 0.0,
        color: "#bec2c8",
    },
    WorkflowState {
        id: "1b5e3d2f-6c8e-4fa4-9b27-d4e6f8012252",
        name: "Todo",
        kind: "unstarted",
        position: 1.0,
        color: "#e2e2e2",
    },
    WorkflowState {
        id: "2c6f4e30-7d9f-40b5-ac38-e5f709123363",
        name: "In Progress",
        kind: "started",
        position: 2.0,
        color: "#f2c94c",
    },
    WorkflowState {
        id: "3d705f41-8ea0-41c6-bd49-f60810234474",
        name: "Done",
        kind: "completed",
        position: 3.0,
        color: "#5e6ad2",
    },
    WorkflowState {
        id: "4e816052-9fb1-42d7-8e5a-071921345585",
        name: "Canceled",
        kind: "canceled",
        position: 4.0,
        color: "#95a2b3",
    },
];

impl WorkflowState {
    /// The state with this id.
    pub(crate) fn with_id(id: &str) -> Option<&'static Self> {
        STATES.iter().find(|state| state.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_of_the_workspace_is_a_version_4_uuid() {
        let ids = STATES
            .iter()
            .map(|state| state.id)
            .chain([VIEWER.id, ORGANIZATION.0, TEAM.id]);
        for id in ids {
            assert_eq!(
                uuid::Uuid::parse_str(id).expect("a UUID").get_version_num(),
                4,
                "{id}"
            );
        }
    }
}
