use apollo_compiler::resolvers::ResolveInfo;

use super::person::FOUNDED_AT;
use super::{Node, Object, Resolved, leaf, time, unset};
use crate::linear::connection::connect;
use crate::linear::query::all_issues;
use crate::linear::workspace::WorkflowState;

pub(super) fn field<'a>(
    node: &Node<'a>,
    state: &'static WorkflowState,
    info: &'a ResolveInfo<'a>,
) -> Resolved<'a> {
    match info.field_name() {
        "id" => leaf(state.id),
        "name" => leaf(state.name),
        "type" => leaf(state.kind),
        "position" => leaf(state.position),
        "color" => leaf(state.color),
        "createdAt" | "updatedAt" => time(FOUNDED_AT),
        "team" => node.object(Object::Team),
        "issues" => {
            let mut issues = all_issues(node)?;
            issues.retain(
                |issue| matches!(issue, Object::Issue(issue) if issue.state_id == state.id),
            );
            connect(node, "IssueConnection", issues, info)
        }
        _ => unset(info),
    }
}
