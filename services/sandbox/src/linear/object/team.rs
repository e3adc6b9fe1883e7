use apollo_compiler::resolvers::ResolveInfo;

use super::person::FOUNDED_AT;
use super::{Node, Object, Resolved, leaf, time, unset};
use crate::linear::connection::connect;
use crate::linear::query::{all_issues, all_states};
use crate::linear::rows::Issue;
use crate::linear::workspace::{STATES, TEAM};

pub(super) fn field<'a>(node: &Node<'a>, info: &'a ResolveInfo<'a>) -> Resolved<'a> {
    match info.field_name() {
        "id" => leaf(TEAM.id),
        "key" => leaf(TEAM.key),
        "name" | "displayName" => leaf(TEAM.name),
        "timezone" => leaf("Etc/UTC"),
        "issueEstimationType" => leaf("notUsed"),
        "setIssueSortOrderOnStateChange" => leaf("default"),
        "visibility" => leaf("public"),
        "createdAt" | "updatedAt" => time(FOUNDED_AT),
        "issueCount" => leaf(node.world.store(|connection| Issue::count(connection))?),
        "defaultIssueState" => node.object(Object::State(&STATES[0])),
        "startWorkflowState" => node.object(Object::State(&STATES[2])),
        "states" => connect(node, "WorkflowStateConnection", all_states(), info),
        "issues" => connect(node, "IssueConnection", all_issues(node)?, info),
        _ => unset(info),
    }
}
