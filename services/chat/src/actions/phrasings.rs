//! Questions as models put them, and the buttons that each must give.
use super::offered_by;

/// What the "yes" buttons of a reply say and send.
fn offered(markdown: &str) -> Vec<(String, String)> {
    let mut actions = offered_by(markdown, "m1");
    let no = actions.pop();
    assert!(no.is_none_or(|no| no.label == "❌ Not now" && no.sends == "Not now"));
    let plain = |label: String| label.trim_start_matches("✅ ").to_owned();
    actions
        .into_iter()
        .map(|a| (plain(a.label), a.sends))
        .collect()
}

const SPAWN: (&str, &str) = (
    "Spawn a security agent",
    "Yes, spawn a security agent to analyze this",
);

/// Each of these offers exactly [`SPAWN`].
const ONE_OFFER: &[&str] = &[
    "Should I spawn a security agent to analyze this?",
    "Shall I spawn a security agent to analyze this?",
    "May I spawn a security agent to analyze this?",
    "Can I spawn a security agent to analyze this?",
    "Could I spawn a security agent to analyze this?",
    "Should we spawn a security agent to analyze this?",
    "Do you want me to spawn a security agent to analyze this?",
    "Would you like me to spawn a security agent to analyze this?",
    "Would you prefer me to spawn a security agent to analyze this?",
    "Would you like for me to spawn a security agent to analyze this?",
    "Want me to spawn a security agent to analyze this?",
    "How about I spawn a security agent to analyze this?",
    "What if I spawn a security agent to analyze this?",
    "Is it OK if I spawn a security agent to analyze this?",
    "Okay if I spawn a security agent to analyze this?",
    "Are you ready for me to spawn a security agent to analyze this?",
    "SHOULD I spawn a security agent to analyze this?",
    "Should I also spawn a security agent to analyze this?",
    "Should I just spawn a security agent to analyze this?",
    "Spawn a security agent to analyze this?",
    // In its place in a reply.
    "That is worth a look. Should I spawn a security agent to analyze this?",
    "The form takes any address, e.g. a@b, since v1.2. Should I spawn a security agent to analyze this?",
    "If you like: shall I spawn a security agent to analyze this?",
    "Since nobody has looked yet, should I spawn a security agent to analyze this?",
    "What a form! Should I spawn a security agent to analyze this?",
    "Why it matters: the input is not checked. Should I spawn a security agent to analyze this?",
    "Notes:\n- one\n- two\n\nShould I spawn a security agent to analyze this?",
    "# Findings\n\nNone yet.\n\n## Next\n\nShould I spawn a security agent to analyze this?",
    "```js\nlet a = ok ? 1 : 2;\n```\n\nShould I spawn a security agent to analyze this?",
    "> Should I buy milk?\n\nShould I spawn a security agent to analyze this?",
    "| a | b |\n|---|---|\n| x? | y |\n\nShould I spawn a security agent to analyze this?",
    // Dressed up.
    "**Should I spawn a security agent to analyze this?**",
    "*Should I* spawn a **security agent** to analyze this?",
    "Should I spawn a [security agent](https://example.com/?a=b) to analyze this?",
    "Should I spawn a `security` agent to analyze this?",
    "🔒 Should I spawn a security agent to analyze this? 🙂",
    "Should I spawn a security agent to analyze this? 👇",
    "- Should I spawn a security agent to analyze this?",
    "Should I spawn a security agent\nto analyze this?",
    "Should I spawn a security agent to analyze this?!",
    "Should I… spawn a security agent to analyze this?",
    // With a courtesy behind it.
    "Should I spawn a security agent to analyze this? Just say the word.",
    "Should I spawn a security agent to analyze this?\n\nLet me know!",
    // With a way out in it.
    "Should I spawn a security agent to analyze this, or not?",
    "Should I spawn a security agent to analyze this, or wait?",
    "Should I spawn a security agent to analyze this or would you rather leave it?",
    "Should I spawn a security agent to analyze this, or is that something for later?",
];

#[test]
fn an_offer_becomes_one_button_beside_not_now() {
    for text in ONE_OFFER {
        let (label, sends) = SPAWN;
        assert_eq!(
            offered(text),
            [(label.to_owned(), sends.to_owned())],
            "{text}"
        );
    }
}

/// Replies with other offers, or several.
const OFFERS: &[(&str, &[(&str, &str)])] = &[
    ("Should I go ahead?", &[("Go ahead", "Yes, go ahead")]),
    (
        "Ready when you are. Shall I proceed?",
        &[("Proceed", "Yes, proceed")],
    ),
    ("Proceed?", &[("Proceed", "Yes, proceed")]),
    (
        "Don’t worry, it’s quick. Shall I rename it to “Sign up”?",
        &[("Rename it", "Yes, rename it to \"Sign up\"")],
    ),
    (
        "Should I fix the page's title so that Google shows it whole?",
        &[(
            "Fix the page's title",
            "Yes, fix the page's title so that Google shows it whole",
        )],
    ),
    (
        "Should I spawn a security agent to look for SQL injection or XSS?",
        &[(
            "Spawn a security agent",
            "Yes, spawn a security agent to look for SQL injection or XSS",
        )],
    ),
    (
        "Should I spawn a security agent, or should I start with the SEO audit?",
        &[
            ("Spawn a security agent", "Yes, spawn a security agent"),
            ("Start with the SEO audit", "Yes, start with the SEO audit"),
        ],
    ),
    (
        "Should I spawn a security agent or run the SEO audit?",
        &[
            ("Spawn a security agent", "Yes, spawn a security agent"),
            ("Run the SEO audit", "Yes, run the SEO audit"),
        ],
    ),
    (
        "Should I spawn a security agent? Or would you like me to run the SEO audit first?",
        &[
            ("Spawn a security agent", "Yes, spawn a security agent"),
            ("Run the SEO audit first", "Yes, run the SEO audit first"),
        ],
    ),
    (
        "Would you like me to:\n\n1. Spawn a security agent\n2. Run the SEO audit",
        &[
            ("Spawn a security agent", "Yes, spawn a security agent"),
            ("Run the SEO audit", "Yes, run the SEO audit"),
        ],
    ),
    (
        "There is more to do. Do you want me to:\n- spawn a security agent,\n- run the SEO audit, or\n- fix the `<title>`?",
        &[
            ("Spawn a security agent", "Yes, spawn a security agent"),
            ("Run the SEO audit", "Yes, run the SEO audit"),
            ("Fix the <title>", "Yes, fix the <title>"),
        ],
    ),
    (
        "- Should I spawn a security agent?\n- Should I run the SEO audit?",
        &[
            ("Spawn a security agent", "Yes, spawn a security agent"),
            ("Run the SEO audit", "Yes, run the SEO audit"),
        ],
    ),
    (
        "Should I spawn a security agent? Should I spawn a security agent?",
        &[("Spawn a security agent", "Yes, spawn a security agent")],
    ),
    (
        "Should I rewrite the landing page's introduction, its three testimonials, the footer and the legal notes?",
        &[(
            "Rewrite the landing page's introduction, its three…",
            "Yes, rewrite the landing page's introduction, its three testimonials, the footer and the legal notes",
        )],
    ),
    (
        "Soll ich? Should I spawn an SEO agent für die Übersicht?",
        &[(
            "Spawn an SEO agent für die Übersicht",
            "Yes, spawn an SEO agent für die Übersicht",
        )],
    ),
];

#[test]
fn each_offer_becomes_a_button_of_its_own() {
    for (text, expected) in OFFERS {
        let expected: Vec<_> = expected
            .iter()
            .map(|(l, s)| ((*l).to_owned(), (*s).to_owned()))
            .collect();
        assert_eq!(offered(text), expected, "{text}");
    }
}

/// Replies that offer nothing.
const NO_OFFER: &[&str] = &[
    "",
    "Done.",
    "?",
    "Should I?",
    "What is the name of the page?",
    "Which pages should I audit?",
    "What should I build next?",
    "How should I name it?",
    "When can I start?",
    "Should I not spawn an agent?",
    "Should I rather not touch the footer?",
    "Are you sure you don't want me to spawn a security agent?",
    "Shouldn't I have been told?",
    "May I ask who will use it?",
    "Can I help you with anything else?",
    "Should I assume that the page is public?",
    "Should I know anything else before the agent starts?",
    "Can you tell me the address of the page?",
    "Do you want the report as a PDF?",
    "Should I fix the header or the footer?",
    "Should I use Postgres or SQLite?",
    "You asked: \"should I spawn a security agent?\"",
    "You wrote “Should I run the SEO audit?” yesterday?",
    "> Should I spawn a security agent?",
    "```\nShould I spawn a security agent?\n```",
    "    Should I spawn a security agent?",
    "~~Should I spawn a security agent?~~",
    "<div>Should I spawn a security agent?</div>",
    "Should I spawn a security agent? I have already done so, and its report will be here within the next twenty minutes or so.",
    "Should I spawn a security agent?\n\nThe codegen agent is at work on the form. It will tell you here when its pull request is open.",
    "Should I wait?",
    "- one\n- two\n- three",
    "Pick one:\n- spawn it\n- run it\n- fix it",
    "Would you like me to:\n- spawn a\n- spawn b\n- spawn c\n- spawn d\n- spawn e\n- spawn f",
];

#[test]
fn what_offers_nothing_has_no_buttons() {
    for text in NO_OFFER {
        assert_eq!(offered(text), [], "{text}");
    }
}

#[test]
fn the_ids_of_buttons_differ_and_stay() {
    let text = "Should I spawn a security agent or run the SEO audit?";
    let ids = |message| -> Vec<_> {
        offered_by(text, message)
            .into_iter()
            .map(|a| a.id)
            .collect()
    };
    let mut distinct = [ids("m1"), ids("m2")].concat();
    assert_eq!(ids("m1"), distinct[..3]);
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 6);
}
