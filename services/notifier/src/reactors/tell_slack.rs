//! Tells Slack how a story ended, and asks there whether one may run.
use crate::{
    Notifier,
    message_text::{self, Ending},
    notification::NotificationCommand,
    slack::{MessengerError, Posted},
};
use async_trait::async_trait;
use errand_eventlog::subscriber::{Failure, Incoming, Limits, Reactor};
use errand_proto::v1;

const CHANNEL: &str = "slack";

pub struct TellSlack(pub Notifier);

#[async_trait]
impl Reactor for TellSlack {
    fn name(&self) -> &'static str {
        "notifier-tell-slack"
    }

    fn listens_to(&self) -> &'static [&'static str] {
        &[
            "errand.v1.StoryCreated",
            "errand.v1.StoryCompleted",
            "errand.v1.StoryFailed",
            "errand.v1.StoryRetryScheduled",
            "errand.v1.StoryCancelled",
            "errand.v1.StoryRejected",
            "errand.v1.BatchConsolidated",
        ]
    }

    fn limits(&self) -> Limits {
        Limits {
            max_in_flight: 8,
            max_attempts: 100,
            ..Limits::default()
        }
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        let Some(ending) =
            message_text::ending(&event.event, &self.0.public_url, self.0.hears_buttons)
        else {
            return Ok(());
        };
        let id = ending.message.key.to_string();
        if self.0.notifications.load(&id).await?.aggregate.sent {
            return Ok(());
        }
        // An earlier attempt, here or in a process that died, may have sent it without writing that down.
        let maybe_sent = event.attempt > 1 || event.recorded.envelope.time_us < self.0.started_us;
        match self.0.messenger.post(&ending.message, maybe_sent).await {
            Ok(posted) => {
                let command = NotificationCommand::RecordSent(Box::new(sent(&ending, posted)));
                let meta = event.causes("slack-sent");
                let told = self.0.notifications.execute(&id, command, &meta).await;
                if told.map_err(log_failure)?.is_news() {
                    let (story, session) = (&ending.story_id, &ending.session_id);
                    let conversation = &ending.conversation_id;
                    match ending.about {
                        message_text::APPROVAL => {
                            tracing::info!(story, session, conversation, "approval asked in Slack");
                        }
                        status => {
                            tracing::info!(
                                story,
                                session,
                                conversation,
                                status,
                                "ending told in Slack"
                            );
                        }
                    }
                }
                Ok(())
            }
            Err(error) => {
                let failed = failed(&ending, &error, event.attempt);
                let command = NotificationCommand::RecordFailure(Box::new(failed));
                let meta = event.causes("slack-failed");
                self.0
                    .notifications
                    .execute(&id, command, &meta)
                    .await
                    .map_err(log_failure)?;
                Err(failure(error))
            }
        }
    }
}

fn log_failure(
    error: errand_eventlog::aggregate::ExecuteError<std::convert::Infallible>,
) -> Failure {
    error.into()
}

fn sent(ending: &Ending, posted: Posted) -> v1::NotificationSent {
    v1::NotificationSent {
        story_id: ending.story_id.clone(),
        batch_id: ending.batch_id.clone(),
        channel: CHANNEL.to_owned(),
        about: ending.about.to_owned(),
        text: ending.message.text.clone(),
        vendor_id: format!("{}:{}", posted.channel, posted.ts),
        permalink: posted.permalink.unwrap_or_default(),
    }
}

fn failed(ending: &Ending, error: &MessengerError, attempt: u32) -> v1::NotificationFailed {
    v1::NotificationFailed {
        story_id: ending.story_id.clone(),
        batch_id: ending.batch_id.clone(),
        channel: CHANNEL.to_owned(),
        about: ending.about.to_owned(),
        reason: error.to_string(),
        attempt,
    }
}

pub(super) fn failure(error: MessengerError) -> Failure {
    match error {
        MessengerError::RateLimited { retry_after } => Failure::RetryAfter {
            reason: error.to_string(),
            after: retry_after,
        },
        error if error.is_transient() => Failure::Retry(error.to_string()),
        error => Failure::Hopeless(error.to_string()),
    }
}
