//! Pull requests of one consumer. Nothing is asked for ahead of need, and a `next` that is dropped loses no message:
//! the request waits on, and whoever calls `next` again gets its answer.
use crate::{
    limits::{PULL_EXPIRES, PULL_HEARTBEAT, PULL_SILENCE},
    shared::unavailable,
    wire,
};
use async_nats::{Client, Message, Subscriber};
use errand_eventlog::{LogError, port::Result};
use futures::StreamExt;
use serde_json::json;

const HEARTBEAT: u16 = 100;
const NO_RESPONDERS: u16 = 503;
const PENDING: &str = "Nats-Pending-Messages";

pub(crate) struct Pull {
    client: Client,
    api: String,
    inbox: String,
    answers: Subscriber,
    batch: usize,
    /// Messages that were asked for and have not come.
    outstanding: usize,
}

impl Pull {
    /// `api` is where the consumer takes pull requests; `batch` how many messages one asks for.
    pub async fn open(client: &Client, api: String, batch: usize) -> Result<Self> {
        let inbox = client.new_inbox();
        let answers = client.subscribe(inbox.clone()).await.map_err(unavailable)?;
        Ok(Self {
            client: client.clone(),
            api,
            inbox,
            answers,
            batch,
            outstanding: 0,
        })
    }

    /// The next message, however long it takes. An error means that the consumer must be looked at.
    pub async fn next(&mut self) -> Result<Message> {
        loop {
            if self.outstanding <= self.batch / 2 {
                self.ask().await?;
            }
            let answer = tokio::time::timeout(PULL_SILENCE, self.answers.next()).await;
            let silent =
                |_| LogError::Unavailable(format!("NATS: no sign of life for {PULL_SILENCE:?}"));
            let Some(message) = answer.map_err(silent)? else {
                return Err(LogError::Unavailable(
                    "the connection to NATS was closed".into(),
                ));
            };
            match message.status.map(|status| status.as_u16()) {
                None => {
                    self.outstanding = self.outstanding.saturating_sub(1);
                    return Ok(message);
                }
                Some(HEARTBEAT) => {}
                Some(NO_RESPONDERS) => return Err(unavailable("the consumer does not answer")),
                Some(code) => self.ended(code, &message)?,
            }
        }
    }

    async fn ask(&mut self) -> Result<()> {
        let request = json!({
            "batch": self.batch,
            "expires": nanos(PULL_EXPIRES),
            "idle_heartbeat": nanos(PULL_HEARTBEAT),
        });
        let (api, inbox) = (self.api.clone(), self.inbox.clone());
        let sent = self
            .client
            .publish_with_reply(api, inbox, request.to_string().into());
        sent.await.map_err(unavailable)?;
        self.outstanding += self.batch;
        Ok(())
    }

    /// A request ended: by its time, or because the consumer moved or went away.
    fn ended(&mut self, code: u16, message: &Message) -> Result<()> {
        let text = message.description.as_deref().unwrap_or_default();
        if text.contains("Deleted") || text.contains("push based") || text.contains("Bad Request") {
            return Err(unavailable(format!("the consumer ended: {code} {text}")));
        }
        let headers = message.headers.as_ref();
        let left = headers.and_then(|headers| wire::header(headers, PENDING)?.parse().ok());
        self.outstanding = self.outstanding.saturating_sub(left.unwrap_or(self.batch));
        Ok(())
    }
}

fn nanos(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
