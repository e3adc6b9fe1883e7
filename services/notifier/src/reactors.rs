//! What the notifier does about events. Adding a reactor is one file and one line here.
mod settle_approval;
mod tell_slack;

use crate::Notifier;
use errand_eventlog::subscriber::Subscribers;
use std::sync::Arc;

/// Every subscriber of the notifier.
pub fn subscribers(notifier: &Notifier) -> Subscribers {
    vec![
        Arc::new(tell_slack::TellSlack(notifier.clone())),
        Arc::new(settle_approval::SettleApproval(notifier.clone())),
    ]
}
