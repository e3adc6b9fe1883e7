//! The scripted Head of Product: what it answers to a conversation. Pure.

use serde_json::json;

use super::conversation::{Conversation, STOP_TOOL, Spawning, TASK_TOOL, Turn};
use super::intent::{Intent, intent, named_agent};
use super::reply::{Call, Reply};
use super::topic::Topic;

const MAX_TITLE_CHARS: usize = 80;
const MAX_PHRASE_CHARS: usize = 200;
const CODEGEN: &str = "codegen";
const AFTER_SPAWN: &str = "Meanwhile, tell me what else you need.";
const DECLINED: &str =
    "All right, nothing is spawned. Tell me when you want it, or what to do instead.";
const NO_TASK_TOOL: &str =
    "I would spawn an agent for that, but this conversation gives me no Task tool to do it with.";
const WHO_I_AM: &str = "I'm the sandbox's Head of Product: a script that follows a few rules, not a language model. \
    Ask me to build, add or fix something and I spawn a codegen agent. Ask for an audit and I spawn four agents: security, \
    SEO, performance and accessibility. Ask whether something is secure, fast, findable or accessible and I offer the agent \
    that looks into it.";

/// The answer to the last turn.
pub(super) fn answer(conversation: &Conversation) -> Reply {
    let Some((last, before)) = conversation.turns.split_last() else {
        return Reply::words(WHO_I_AM);
    };
    let Turn::User(message) = last else {
        return Reply::words(AFTER_SPAWN);
    };
    let spawning = &conversation.spawning;
    match intent(message) {
        Intent::Stop(agent) if conversation.can_stop => stop(agent.as_deref()),
        Intent::Stop(_) => Reply::words(WHO_I_AM),
        Intent::Decline => Reply::words(DECLINED),
        Intent::Worry(topic) => offer(topic),
        Intent::Build(phrase) => build(spawning, message, &phrase),
        Intent::Audit(topics, subject) => audit(spawning, &topics, &subject),
        Intent::Spawn(agent, task) => spawn(spawning, &agent, &task),
        Intent::Accept(named) => accept(spawning, named, before),
        Intent::Other => Reply::words(WHO_I_AM),
    }
}

fn stop(agent: Option<&str>) -> Reply {
    let input = agent.map_or_else(|| json!({}), |agent| json!({"agent_type": agent}));
    Reply::calling("All right, I stop it.", vec![Call::new(STOP_TOOL, input)])
}

fn build(spawning: &Spawning, message: &str, phrase: &str) -> Reply {
    match spawning.agent(CODEGEN) {
        None => impossible(spawning, CODEGEN),
        Some(agent) => {
            let words = format!(
                "I'll spawn {} agent to {}.",
                with_article(&agent),
                shortened(phrase, MAX_PHRASE_CHARS)
            );
            Reply::calling(&words, vec![task(&agent, &capitalised(phrase), message)])
        }
    }
}

fn audit(spawning: &Spawning, topics: &[Topic], subject: &str) -> Reply {
    let possible: Vec<(Topic, String)> = topics
        .iter()
        .filter_map(|topic| Some((*topic, spawning.agent(topic.agent())?)))
        .collect();
    let Some((first, _)) = possible.first() else {
        return impossible(
            spawning,
            topics.first().map_or("audit", |topic| topic.agent()),
        );
    };
    let names: Vec<&str> = possible.iter().map(|(topic, _)| topic.name()).collect();
    let subject_shown = shortened(subject, MAX_PHRASE_CHARS);
    let words = match possible.len() {
        1 => format!(
            "I'll spawn {} agent for an audit on {subject_shown}.",
            with_article(first.name())
        ),
        count => format!(
            "I'll spawn {} agents for an audit on {subject_shown}: {}.",
            spelled(count),
            listed(&names)
        ),
    };
    let calls = possible.iter().map(|(topic, agent)| {
        let title = format!("{} audit of {subject}", capitalised(topic.name()));
        task(
            agent,
            &title,
            &format!(
                "Audit {subject} for {} and report the findings by file and line.",
                topic.name()
            ),
        )
    });
    Reply::calling(&words, calls.collect())
}

fn spawn(spawning: &Spawning, wanted: &str, prompt: &str) -> Reply {
    match spawning.agent(wanted) {
        None => impossible(spawning, wanted),
        Some(agent) => {
            let words = format!("I'll spawn {} agent to look into it.", with_article(&agent));
            Reply::calling(&words, vec![task(&agent, &capitalised(prompt), prompt)])
        }
    }
}

/// A "yes" belongs to the question before it, and what the agent works on is what the person had said before that.
fn accept(spawning: &Spawning, named: Option<String>, before: &[Turn]) -> Reply {
    let asked = before.iter().rev().find_map(|turn| match turn {
        Turn::Assistant(words) if words.contains("Should I spawn") => {
            named_agent(words.rsplit("Should I spawn").next()?)
        }
        _ => None,
    });
    let Some(agent) = named.or(asked) else {
        return Reply::words(WHO_I_AM);
    };
    let subject = before.iter().rev().find_map(|turn| match turn {
        Turn::User(words) if !matches!(intent(words), Intent::Accept(_) | Intent::Decline) => {
            Some(words.as_str())
        }
        _ => None,
    });
    spawn(
        spawning,
        &agent,
        subject.unwrap_or("Analyze the project and report the findings by file and line."),
    )
}

fn offer(topic: Topic) -> Reply {
    let words = topic.honest_words();
    let agent = with_article(topic.name());
    Reply::words(&format!(
        "{words} {} agent would read the repository and write a report with its findings by file and line. \
         Should I spawn {agent} agent to analyze this?",
        capitalised(&agent)
    ))
}

fn impossible(spawning: &Spawning, wanted: &str) -> Reply {
    match spawning {
        Spawning::Only(types) if !types.is_empty() => {
            let types: Vec<&str> = types.iter().map(String::as_str).collect();
            Reply::words(&format!(
                "There is no {wanted} agent here. I can spawn: {}.",
                listed(&types)
            ))
        }
        _ => Reply::words(NO_TASK_TOOL),
    }
}

fn task(agent: &str, title: &str, prompt: &str) -> Call {
    let input =
        json!({"agent_type": agent, "title": shortened(title, MAX_TITLE_CHARS), "prompt": prompt});
    Call::new(TASK_TOOL, input)
}

fn with_article(name: &str) -> String {
    let vowel = name.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O'])
        || name.eq_ignore_ascii_case("seo");
    format!("{} {name}", if vowel { "an" } else { "a" })
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn shortened(text: &str, most: usize) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= most {
        return line.to_owned();
    }
    let cut: String = line.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

fn spelled(count: usize) -> &'static str {
    match count {
        2 => "two",
        3 => "three",
        _ => "four",
    }
}

#[cfg(test)]
mod tests;
