//! Agents that are not the demo agent, made of shell scripts.

use errand_executor::runner::{
    AgentCommand, PermissionPolicy, RunFailure, RunOutcome, RunUpdate, StopReason,
};

use crate::repository::Repository;
use crate::runs::{limits, start};

/// An agent made of a shell script: each `answer` reads one request and answers it with its argument.
pub(crate) fn scripted(script: &str) -> AgentCommand {
    let answer = r#"
answer() {
  read -r request
  id=$(printf '%s' "$request" | sed 's/.*"id":\("[^"]*"\|[0-9]*\).*/\1/')
  printf '{"jsonrpc":"2.0","id":%s,%s}\n' "$id" "$1"
}
tell() {
  printf '{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":%s}}\n' "$1"
}
"#;
    AgentCommand::new("sh", ["-c".to_owned(), format!("{answer}{script}")])
}

#[tokio::test]
async fn what_a_run_does_not_know_is_passed_over_and_what_it_used_is_told() {
    let repository = Repository::with(&[]);
    let agent = scripted(
        r#"
echo "Welcome to the agent!"
answer '"result":{"protocolVersion":1}'
answer '"result":{"sessionId":"s"}'
tell '{"sessionUpdate":"telepathy","thought":1}'
printf '{"jsonrpc":"2.0","method":"_vendor/news","params":{}}\n'
tell '{"sessionUpdate":"usage_update","used":7,"size":100,"cost":{"amount":0.5,"currency":"USD"}}'
tell '{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"Hello "}}'
tell '{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"world"}}'
answer '"result":{"stopReason":"max_tokens","usage":{"totalTokens":5,"inputTokens":3,"outputTokens":2}}'
"#,
    );
    let ended = start(agent, &repository, "x", limits(), PermissionPolicy::Allow)
        .end()
        .await;
    let expected = RunOutcome::Ended {
        stop: StopReason::MaxTokens,
        message: "Hello world".to_owned(),
    };
    assert_eq!(ended.outcome, expected);
    let RunUpdate::Usage {
        input_tokens,
        output_tokens,
        context_tokens,
        cost_usd,
        ..
    } = ended.updates.last().unwrap()
    else {
        panic!("{:?}", ended.updates);
    };
    assert_eq!(
        (input_tokens, output_tokens, context_tokens),
        (&Some(3), &Some(2), &Some(7))
    );
    assert_eq!(cost_usd, &Some(0.5));
}

#[tokio::test]
async fn an_agent_of_another_version_or_without_login_is_told_apart() {
    let repository = Repository::with(&[]);
    let newer = scripted("answer '\"result\":{\"protocolVersion\":2}'; sleep 3600");
    let ended = start(newer, &repository, "x", limits(), PermissionPolicy::Allow)
        .end()
        .await;
    let told = ended.failure().to_string();
    assert!(
        told.contains("could not be started") && told.contains("version 1 but peer negotiated 2"),
        "{told}"
    );

    let locked = scripted(
        r#"
answer '"result":{"protocolVersion":1}'
answer '"error":{"code":-32000,"message":"Authentication required"}'
sleep 3600"#,
    );
    let ended = start(locked, &repository, "x", limits(), PermissionPolicy::Allow)
        .end()
        .await;
    assert!(
        matches!(ended.failure(), RunFailure::LoginRequired { .. }),
        "{:?}",
        ended.outcome
    );
    assert_eq!(repository.processes(), [""; 0]);
}
