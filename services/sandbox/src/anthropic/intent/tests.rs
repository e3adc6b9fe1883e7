use super::*;

fn build(phrase: &str) -> Intent {
    Intent::Build(phrase.to_owned())
}

#[test]
fn a_request_to_build_is_understood_however_politely_it_is_put() {
    for message in [
        "build email capture for the hero",
        "Build email capture for the hero.",
        "please build email capture for the hero",
        "Hi, could you please build email capture for the hero?",
        "I'd like you to build email capture for the hero",
        "Yes, and also build email capture for the hero!",
    ] {
        assert_eq!(
            intent(message),
            build("build email capture for the hero"),
            "{message}"
        );
    }
    assert_eq!(
        intent("We need an imprint page"),
        build("build an imprint page")
    );
    assert_eq!(
        intent("fix the security headers"),
        build("fix the security headers")
    );
    assert_eq!(intent("add an audit log"), build("add an audit log"));
}

#[test]
fn only_the_first_sentence_becomes_the_phrase() {
    assert_eq!(
        intent("Add a footer. It should be blue.\nThanks"),
        build("add a footer")
    );
}

#[test]
fn an_audit_is_four_agents_unless_fewer_are_named() {
    assert_eq!(
        intent("full audit on the checkout"),
        Intent::Audit(TOPICS.to_vec(), "the checkout".to_owned())
    );
    assert_eq!(
        intent("Audit the landing page!"),
        Intent::Audit(TOPICS.to_vec(), "the landing page".to_owned())
    );
    assert_eq!(
        intent("audit"),
        Intent::Audit(TOPICS.to_vec(), "the project".to_owned())
    );
    assert_eq!(
        intent("Please run a security audit of the login"),
        Intent::Audit(vec![Topic::Security], "the login".to_owned())
    );
    assert_eq!(
        intent("run a full security and SEO audit"),
        Intent::Audit(TOPICS.to_vec(), "the project".to_owned())
    );
}

#[test]
fn a_worry_is_a_topic_without_a_request() {
    assert_eq!(
        intent("Is our login secure?"),
        Intent::Worry(Topic::Security)
    );
    assert_eq!(
        intent("I'm worried about accessibility"),
        Intent::Worry(Topic::Accessibility)
    );
    assert_eq!(
        intent("why is the page so slow"),
        Intent::Worry(Topic::Performance)
    );
    assert_eq!(intent("How is our SEO?"), Intent::Worry(Topic::Seo));
}

#[test]
fn a_yes_names_the_agent_or_leaves_it_to_the_question() {
    assert_eq!(
        intent("Yes, spawn a security agent to analyze this"),
        Intent::Accept(Some("security".to_owned()))
    );
    assert_eq!(
        intent("Yes, spawn an SEO agent to analyze this"),
        Intent::Accept(Some("seo".to_owned()))
    );
    assert_eq!(intent("yes"), Intent::Accept(None));
    assert_eq!(intent("Go ahead!"), Intent::Accept(None));
    assert_eq!(intent("yesterday was fine"), Intent::Other);
}

#[test]
fn a_no_is_short() {
    for message in [
        "Not now",
        "❌ Not now".trim_start_matches("❌ "),
        "no",
        "No, thanks.",
        "Maybe later",
    ] {
        assert_eq!(intent(message), Intent::Decline, "{message}");
    }
    assert_eq!(
        intent("No, the footer is wrong: please build it anew with two columns"),
        Intent::Other
    );
    assert_eq!(intent("nobody knows"), Intent::Other);
}

#[test]
fn an_agent_can_be_asked_for_by_name() {
    let asked = intent("Please spawn a performance agent to look at the start page");
    assert_eq!(
        asked,
        Intent::Spawn(
            "performance".to_owned(),
            "spawn a performance agent to look at the start page".to_owned()
        )
    );
}

#[test]
fn anything_else_is_other() {
    for message in ["hello", "What can you do?", "🙂", "the weather is fine", ""] {
        assert_eq!(intent(message), Intent::Other, "{message:?}");
    }
}
