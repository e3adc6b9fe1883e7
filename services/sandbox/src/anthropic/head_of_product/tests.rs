use super::*;

fn reply_to(turns: &[Turn]) -> Reply {
    answer(&Conversation {
        turns: turns.to_vec(),
        spawning: Spawning::Anything,
        can_stop: true,
    })
}

fn user(words: &str) -> Turn {
    Turn::User(words.to_owned())
}

fn agents(reply: &Reply) -> Vec<&str> {
    reply
        .calls
        .iter()
        .filter_map(|call| call.input["agent_type"].as_str())
        .collect()
}

#[test]
fn a_request_to_build_spawns_a_codegen_agent_with_the_whole_message() {
    let reply = reply_to(&[user(
        "Please build email capture for the hero. Keep it small.",
    )]);
    assert_eq!(
        reply.text,
        "I'll spawn a codegen agent to build email capture for the hero."
    );
    assert_eq!(reply.calls.len(), 1);
    assert_eq!(reply.calls[0].input["agent_type"], "codegen");
    assert_eq!(
        reply.calls[0].input["title"],
        "Build email capture for the hero"
    );
    assert_eq!(
        reply.calls[0].input["prompt"],
        "Please build email capture for the hero. Keep it small."
    );
}

#[test]
fn a_full_audit_spawns_four_agents() {
    let reply = reply_to(&[user("full audit on the checkout")]);
    assert_eq!(
        agents(&reply),
        ["security", "seo", "performance", "accessibility"]
    );
    assert_eq!(
        reply.text,
        "I'll spawn four agents for an audit on the checkout: security, SEO, performance and accessibility."
    );
    assert_eq!(
        reply.calls[0].input["title"],
        "Security audit of the checkout"
    );
}

#[test]
fn a_worry_ends_with_the_question_and_the_yes_takes_its_prompt_from_the_worry() {
    let worry = reply_to(&[user("Is our login secure?")]);
    assert!(worry.calls.is_empty());
    assert!(
        worry
            .text
            .ends_with("Should I spawn a security agent to analyze this?"),
        "{}",
        worry.text
    );
    for yes in ["Yes, spawn a security agent to analyze this", "yes"] {
        let reply = reply_to(&[
            user("hello"),
            user("Is our login secure?"),
            Turn::Assistant(worry.text.clone()),
            user(yes),
        ]);
        assert_eq!(agents(&reply), ["security"], "{yes}");
        assert_eq!(
            reply.calls[0].input["prompt"], "Is our login secure?",
            "{yes}"
        );
    }
}

#[test]
fn a_no_and_a_tool_result_spawn_nothing() {
    assert_eq!(reply_to(&[user("Not now")]), Reply::words(DECLINED));
    assert_eq!(
        reply_to(&[
            user("build x"),
            Turn::Assistant(String::new()),
            Turn::ToolResult
        ]),
        Reply::words(AFTER_SPAWN)
    );
}

#[test]
fn without_the_task_tool_it_says_so() {
    let conversation = Conversation {
        turns: vec![user("build x")],
        spawning: Spawning::Impossible,
        can_stop: true,
    };
    assert_eq!(answer(&conversation), Reply::words(NO_TASK_TOOL));
}

#[test]
fn an_agent_that_does_not_exist_is_named_beside_those_that_do() {
    let spawning = Spawning::Only(vec!["codegen".to_owned(), "seo".to_owned()]);
    let conversation = Conversation {
        turns: vec![user("spawn a juggling agent to amuse us")],
        spawning,
        can_stop: true,
    };
    assert_eq!(
        answer(&conversation).text,
        "There is no juggling agent here. I can spawn: codegen and seo."
    );
}

#[test]
fn anything_else_is_answered_honestly() {
    assert!(
        reply_to(&[user("hello")])
            .text
            .contains("a script that follows a few rules")
    );
}

#[test]
fn a_wish_to_stop_stops_the_agent_that_is_named_or_the_latest() {
    let stopped = |words: &str| {
        reply_to(&[user(words)])
            .calls
            .pop()
            .map(|call| (call.tool.to_owned(), call.input))
    };
    let latest = ("StopTask".to_owned(), json!({}));
    assert_eq!(stopped("Cancel that."), Some(latest.clone()));
    assert_eq!(stopped("please stop"), Some(latest));
    let named = ("StopTask".to_owned(), json!({"agent_type": "security"}));
    assert_eq!(stopped("stop the security agent"), Some(named));
    assert_eq!(
        stopped("cancel buttons should be red on every page we have"),
        None
    );
}
