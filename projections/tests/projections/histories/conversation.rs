//! What is said in the chat about one piece of work.
use super::{End, Random, Step, Work, subject};
use errand_proto::{AggregateKind, ConversationEvent, Event, v1};

fn step(conversation: &str, event: impl Into<ConversationEvent>) -> Step {
    let subject = subject(AggregateKind::Conversation, conversation);
    (subject, Event::Conversation(event.into()))
}

pub fn started(conversation: &str, number: usize) -> Step {
    let started = v1::ConversationStarted {
        id: conversation.to_owned(),
        workspace_id: "main".into(),
        project_id: format!("project-{}", (number + 1) % 7),
        title: "The hero of the site".into(),
        user_id: "user".into(),
        ..Default::default()
    };
    step(conversation, started)
}

/// The user's wish, the reply and the spawn.
pub fn asked(work: &Work, session: &str, random: &mut Random, everything: bool) -> Vec<Step> {
    let say = |event: ConversationEvent| step(&work.conversation, event);
    let pressed = everything && random.one_in(4);
    let posted = v1::UserMessagePosted {
        message_id: work.message.clone(),
        text: format!("build email capture for the hero, number {}", work.number),
        user_id: "user".into(),
        action_id: if pressed {
            "spawn-codegen".into()
        } else {
            String::new()
        },
        ..Default::default()
    };
    let mut steps = vec![say(posted.into())];
    if everything && random.one_in(5) {
        steps.extend(failed_once(work, random).map(say));
    }
    steps.push(say(reply(work, random).into()));
    steps.push(say(request(work, session).into()));
    if everything && random.one_in(2) {
        steps.push(spawned(work, ""));
    }
    steps
}

/// What a person does with a conversation as a whole.
pub fn tidied(work: &Work, random: &mut Random) -> Vec<Step> {
    let user_id = || "user".to_owned();
    let renamed = v1::ConversationRenamed {
        title: format!("Hero, number {}", work.number),
        user_id: user_id(),
    };
    let moved = v1::ConversationMoved {
        project_id: work.project.clone() + "-next",
        user_id: user_id(),
    };
    let archived = v1::ConversationArchived { user_id: user_id() };
    let restored = v1::ConversationRestored { user_id: user_id() };
    let mut steps = vec![
        step(&work.conversation, renamed),
        step(&work.conversation, moved),
        step(&work.conversation, archived),
    ];
    if random.one_in(2) {
        steps.push(step(&work.conversation, restored));
    }
    steps
}

/// The user wants the agent stopped, and said so in the chat.
pub fn stop_requested(work: &Work) -> Step {
    let requested = v1::AgentStopRequested {
        story_id: work.story.clone(),
        message_id: work.message.clone(),
        user_id: "user".into(),
        tool_call_id: "call-stop".into(),
    };
    step(&work.conversation, requested)
}

fn failed_once(work: &Work, random: &mut Random) -> [ConversationEvent; 2] {
    [
        v1::AssistantReplyFailed {
            message_id: random.id(),
            in_reply_to: work.message.clone(),
            reason: "The stream was cut.".into(),
            partial_markdown: "I'll spawn".into(),
            ..Default::default()
        }
        .into(),
        v1::ReplyRetryRequested {
            message_id: work.message.clone(),
            user_id: "user".into(),
            ..Default::default()
        }
        .into(),
    ]
}

fn reply(work: &Work, random: &mut Random) -> v1::AssistantReplied {
    v1::AssistantReplied {
        message_id: random.id(),
        in_reply_to: work.message.clone(),
        markdown: "I'll spawn a codegen agent. Should I spawn a security agent to analyze this?"
            .into(),
        actions: actions(),
        usage: Some(v1::Usage {
            input_tokens: 900,
            output_tokens: 120,
            cost_micro_usd: 4500,
            ..Default::default()
        }),
        model: "a-model".into(),
        ..Default::default()
    }
}

fn request(work: &Work, session: &str) -> v1::AgentSpawnRequested {
    v1::AgentSpawnRequested {
        story_id: work.story.clone(),
        session_id: session.to_owned(),
        conversation_id: work.conversation.clone(),
        message_id: work.message.clone(),
        tool_call_id: format!("toolu_{}", work.number),
        agent: "codegen".into(),
        agent_name: "Code Generation".into(),
        title: "Email capture".into(),
        prompt: "build email capture for the hero".into(),
        workspace_id: "main".into(),
        project_id: work.project.clone(),
        run_id: work.message.clone(),
        policy: "auto_safe".into(),
        priority_level: "P1".into(),
        priority_score: 75,
        user_id: "user".into(),
        ..Default::default()
    }
}

pub fn actions() -> Vec<v1::Action> {
    let action = |id: &str, label: &str, sends: &str| v1::Action {
        id: id.into(),
        label: label.into(),
        sends: sends.into(),
        ..Default::default()
    };
    vec![
        action(
            "spawn-codegen",
            "✅ Spawn a security agent",
            "Yes, spawn a security agent to analyze this",
        ),
        action("not-now", "❌ Not now", "Not now"),
    ]
}

pub fn spawned(work: &Work, linear_issue_url: &str) -> Step {
    let announced = v1::SpawnAnnounced {
        message_id: format!("{}-spawn", work.story),
        story_id: work.story.clone(),
        markdown: format!(
            "✅ Spawned Code Generation agent! Tracking in Linear: {linear_issue_url}"
        ),
        linear_issue_url: linear_issue_url.to_owned(),
        ..Default::default()
    };
    step(&work.conversation, announced)
}

pub fn completed(work: &Work, session: &str, end: End) -> Step {
    let announced = v1::CompletionAnnounced {
        message_id: format!("{session}-completion"),
        story_id: work.story.clone(),
        status: end.word().into(),
        markdown: format!("🎉 Code Generation {}! PR: {}", end.word(), work.pr_url()),
        pr_url: work.pr_url(),
        session_id: session.to_owned(),
        ..Default::default()
    };
    step(&work.conversation, announced)
}

pub fn question(work: &Work, session: &str, question_id: &str, text: &str) -> Step {
    let asked = v1::QuestionAsked {
        question_id: question_id.to_owned(),
        story_id: work.story.clone(),
        session_id: session.to_owned(),
        text: text.to_owned(),
        actions: actions(),
        ..Default::default()
    };
    step(&work.conversation, asked)
}

pub fn answered(work: &Work, question_id: &str, answer: &str) -> Step {
    let answered = v1::QuestionAnswered {
        question_id: question_id.to_owned(),
        answer: answer.to_owned(),
        user_id: "user".into(),
        ..Default::default()
    };
    step(&work.conversation, answered)
}

pub fn batch_requested(work: &Work) -> Step {
    let requested = v1::BatchRequested {
        batch_id: work.batch.clone(),
        conversation_id: work.conversation.clone(),
        message_id: work.message.clone(),
        project_id: work.project.clone(),
        user_id: "user".into(),
        story_ids: vec![work.story.clone()],
        title: "Two things at once".into(),
        agent_names: vec!["Code Generation".into()],
    };
    step(&work.conversation, requested)
}

pub fn batch_announced(work: &Work) -> Step {
    let announced = v1::BatchAnnounced {
        message_id: format!("{}-report", work.batch),
        batch_id: work.batch.clone(),
        markdown: "**Both** are done.".into(),
    };
    step(&work.conversation, announced)
}
