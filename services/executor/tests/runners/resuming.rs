//! ACP agents that can go on with a session, that cannot, and that have forgotten it.

use errand_executor::runner::{
    AcpRunner, AgentCommand, PermissionPolicy, Resume, RunRequest, RunUpdate,
};

use crate::other_agents::scripted;
use crate::repository::Repository;
use crate::runs::{Ended, request, start_with};

async fn resumed(agent: AgentCommand, repository: &Repository) -> Ended {
    let request = RunRequest {
        resume: Some(Resume {
            session_id: "old".to_owned(),
            prompt: "Go on".to_owned(),
        }),
        ..request(repository, "Do it all")
    };
    start_with(AcpRunner::new(agent), request, PermissionPolicy::Allow)
        .end()
        .await
}

/// Ends its turn with the prompt that it was given in a file.
const LAST: &str = r#"
read -r request
printf '%s' "$request" > prompt.json
id=$(printf '%s' "$request" | sed 's/.*"id":\("[^"]*"\|[0-9]*\).*/\1/')
printf '{"jsonrpc":"2.0","id":%s,"result":{"stopReason":"end_turn"}}\n' "$id"
"#;

#[tokio::test]
async fn a_session_that_is_loaded_goes_on_and_its_past_is_not_told_again() {
    let repository = Repository::with(&[]);
    let agent = scripted(&format!(
        r#"
answer '"result":{{"protocolVersion":1,"agentCapabilities":{{"loadSession":true}}}}'
tell '{{"sessionUpdate":"agent_message_chunk","content":{{"type":"text","text":"long ago"}}}}'
answer '"result":{{}}'
{LAST}"#
    ));
    let ended = resumed(agent, &repository).await;
    assert_eq!(ended.session(), ("old".to_owned(), true));
    let past = |it: &RunUpdate| matches!(it, RunUpdate::Message { .. });
    assert!(!ended.updates.iter().any(past), "{:?}", ended.updates);
    assert!(repository.read("prompt.json").contains("Go on"));
}

#[tokio::test]
async fn an_agent_that_has_forgotten_the_session_begins_anew_with_the_whole_prompt() {
    let repository = Repository::with(&[]);
    for (capabilities, refusal) in [
        ("{}", ""),
        (
            r#"{"sessionCapabilities":{"resume":{}}}"#,
            r#"answer '"error":{"code":-32002,"message":"no such session"}'"#,
        ),
    ] {
        let agent = scripted(&format!(
            r#"
answer '"result":{{"protocolVersion":1,"agentCapabilities":{capabilities}}}'
{refusal}
answer '"result":{{"sessionId":"new"}}'
{LAST}"#
        ));
        let ended = resumed(agent, &repository).await;
        assert_eq!(ended.session(), ("new".to_owned(), false));
        assert!(repository.read("prompt.json").contains("Do it all"));
    }
}
