//! The Notification aggregate: one message to one channel about one ending.
use crate::slack::Posted;
use cqrs_es::{Aggregate, event_sink::EventSink};
use errand_proto::{NotificationEvent, v1};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// A notification as folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    pub sent: bool,
    pub failures: u32,
    /// The message at the vendor, as channel and time.
    pub vendor_id: String,
    pub text: String,
}

impl Notification {
    /// Where it stands, once it was sent.
    pub fn posted(&self) -> Option<Posted> {
        let (channel, ts) = self.vendor_id.split_once(':')?;
        Some(Posted {
            channel: channel.to_owned(),
            ts: ts.to_owned(),
            permalink: None,
        })
    }
}

/// What can be recorded of a notification. Every one yields at most one event.
#[derive(Debug, Clone, PartialEq)]
pub enum NotificationCommand {
    RecordSent(Box<v1::NotificationSent>),
    RecordFailure(Box<v1::NotificationFailed>),
}

impl Aggregate for Notification {
    const TYPE: &'static str = "notification";
    type Command = NotificationCommand;
    type Event = NotificationEvent;
    type Error = Infallible;
    type Services = ();

    async fn handle(
        &mut self,
        command: NotificationCommand,
        _: &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Infallible> {
        if let Some(event) = decide(self, command) {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: NotificationEvent) {
        match event {
            NotificationEvent::NotificationSent(e) => {
                self.sent = true;
                self.vendor_id = e.vendor_id;
                self.text = e.text;
            }
            NotificationEvent::NotificationFailed(_) => self.failures += 1,
        }
    }
}

/// The first failure is worth knowing; later ones of the same outage are not.
fn decide(notification: &Notification, command: NotificationCommand) -> Option<NotificationEvent> {
    match command {
        NotificationCommand::RecordSent(sent) => (!notification.sent).then(|| (*sent).into()),
        NotificationCommand::RecordFailure(failed) => {
            (!notification.sent && notification.failures == 0).then(|| (*failed).into())
        }
    }
}

#[cfg(test)]
mod spec {
    use super::*;
    use cqrs_es::test::TestFramework;

    #[test]
    fn a_message_is_sent_once() {
        let sent = || v1::NotificationSent {
            story_id: "s1".into(),
            ..Default::default()
        };
        let record = || NotificationCommand::RecordSent(Box::new(sent()));
        TestFramework::<Notification>::with(())
            .given_no_previous_events()
            .when(record())
            .then_expect_events(vec![sent().into()]);
        TestFramework::<Notification>::with(())
            .given(vec![sent().into()])
            .when(record())
            .then_expect_events(vec![]);
    }

    #[test]
    fn an_outage_is_recorded_once() {
        let failed = || v1::NotificationFailed::default();
        let record = || NotificationCommand::RecordFailure(Box::new(failed()));
        TestFramework::<Notification>::with(())
            .given(vec![failed().into()])
            .when(record())
            .then_expect_events(vec![]);
    }
}
