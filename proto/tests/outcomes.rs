//! `docs/how-to/outcomes.md` is made from the table of outcomes; this test holds it to that.
//! `ERRAND_RECORD=1 cargo test -p errand-proto` writes it.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]
use errand_proto::{Outcome, outcome::Retry};
use std::fmt::Write as _;

mod recorded;

const HEAD: &str = "# How work can end

Made from `proto/src/outcome.rs`; do not edit.

A story that does not complete ends with one of these codes. Session, story, Linear issue, Slack message and chat name
the same code, say what happened and what to do, and link the branch when it holds partial work. What may pass is tried
again by itself, `retries` times of the agent's kind (`errand.toml`), each time after a longer pause; cancelling the
story ends that. Everything else waits for a person: **Try again** on the story's page, or `errand retry ID`.

| Code | What happened | What to do | Tried again by itself |
|---|---|---|---|
";

#[test]
fn the_page_of_outcomes_is_what_the_table_says() {
    recorded::hold("../docs/how-to/outcomes.md", &render());
}

fn render() -> String {
    let mut page = String::from(HEAD);
    for outcome in Outcome::ALL {
        let by_itself = match outcome.retry() {
            Retry::ByItself => "yes",
            Retry::ByHand => "no",
        };
        let (code, happened, advice) = (outcome.code(), outcome.happened(), outcome.advice());
        writeln!(page, "| `{code}` | {happened} | {advice} | {by_itself} |").unwrap();
    }
    page
}
