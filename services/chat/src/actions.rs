//! Buttons from the assistant's own question. Pure.
//!
//! Only a closing question that offers an action becomes buttons: "Should I spawn a security agent to analyze
//! this?" gives "✅ Spawn a security agent", which says "Yes, spawn a security agent to analyze this", and
//! "❌ Not now".
//!
//! # Layout
//! - [`closing`]: the sentences that end a reply, without what is quoted or code.
//! - [`offer`]: what a question offers to do.
//! - [`label`]: what stands on a button.
//! - `phrasings`: the table of questions, and what each must give.
mod closing;
mod label;
mod offer;
#[cfg(test)]
mod phrasings;

use errand_proto::v1;
use uuid::Uuid;

/// A reply that offers more than this offers nothing: it is a menu, to be answered in words.
const MAX_OFFERS: usize = 5;
const NOT_NOW: &str = "Not now";

/// The buttons under a reply; `message_id` makes their ids unique.
pub fn offered_by(markdown: &str, message_id: &str) -> Vec<v1::Action> {
    let offers = offers(markdown);
    if offers.is_empty() || offers.len() > MAX_OFFERS {
        return Vec::new();
    }
    let yes = offers.iter().enumerate().map(|(n, action)| {
        let name = match n {
            0 => "yes".to_owned(),
            n => format!("yes-{n}"),
        };
        let label = format!("✅ {}", label::of(action));
        button(message_id, &name, label, format!("Yes, {action}"))
    });
    let no = button(
        message_id,
        "no",
        format!("❌ {NOT_NOW}"),
        NOT_NOW.to_owned(),
    );
    yes.chain([no]).collect()
}

/// What the reply ends with offering, each once.
fn offers(markdown: &str) -> Vec<String> {
    let mut offers = Vec::new();
    for question in closing::questions(markdown) {
        for action in offer::all_in(&question) {
            if !offers.contains(&action) {
                offers.push(action);
            }
        }
    }
    offers
}

fn button(message_id: &str, name: &str, label: String, sends: String) -> v1::Action {
    let seed = format!("{message_id}:{name}");
    v1::Action {
        id: Uuid::new_v5(&Uuid::NAMESPACE_OID, seed.as_bytes()).to_string(),
        label,
        sends,
    }
}
