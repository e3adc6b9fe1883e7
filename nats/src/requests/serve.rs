use super::{ask::AskError, verdict::Verdict};
use crate::{
    NatsLog,
    limits::{MAX_REQUEST_BYTES, MAX_REQUESTS_IN_FLIGHT, REQUESTS_DRAIN},
    shared::Shared,
};
use async_nats::{HeaderMap, Message, Subscriber};
use bytes::Bytes;
use futures::StreamExt;
use std::sync::Arc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

impl NatsLog {
    /// Answers the requests to a role until `stop`; other processes of the role share them. What has arrived by then
    /// is still answered, for a bounded time.
    ///
    /// # Errors
    /// When this user may not answer for the role, or the connection is closed.
    pub async fn serve_requests<H, A>(
        &self,
        service: &str,
        handler: H,
        stop: CancellationToken,
    ) -> Result<(), AskError>
    where
        H: Fn(Bytes) -> A + Send + Sync + 'static,
        A: Future<Output = Bytes> + Send + 'static,
    {
        let shared = self.shared();
        let subject = shared.subjects.requests(service);
        let mut refusals = shared.watched.refusals();
        let group = service.to_owned();
        let subscribed = shared.client.queue_subscribe(subject.clone(), group).await;
        let mut requests = subscribed.map_err(|error| AskError::Unavailable(error.to_string()))?;
        let mut running = JoinSet::new();
        let handler = Arc::new(handler);
        tokio::select! {
            () = answer_all(shared, &handler, &mut requests, &mut running) => {
                return Err(AskError::Unavailable("the connection was closed".into()));
            }
            refusal = refusals.of(&subject) => return Err(AskError::NotPermitted(refusal)),
            () = stop.cancelled() => {}
            () = shared.stop.cancelled() => {}
        }
        let rest = async {
            // What the server sent before it heard that no more is wanted.
            if requests.drain().await.is_ok() {
                answer_all(shared, &handler, &mut requests, &mut running).await;
            }
            while running.join_next().await.is_some() {}
        };
        if tokio::time::timeout(REQUESTS_DRAIN, rest).await.is_err() {
            let left = running.len();
            tracing::warn!(service, left, "requests were given up at the stop");
        }
        Ok(())
    }
}

/// Begins on every request until there are no more.
async fn answer_all<H, A>(
    shared: &Arc<Shared>,
    handler: &Arc<H>,
    requests: &mut Subscriber,
    running: &mut JoinSet<()>,
) where
    H: Fn(Bytes) -> A + Send + Sync + 'static,
    A: Future<Output = Bytes> + Send + 'static,
{
    while let Some(request) = requests.next().await {
        while running.try_join_next().is_some() {}
        if running.len() >= MAX_REQUESTS_IN_FLIGHT {
            answer(shared, &request, Err(Verdict::Busy)).await;
        } else if request.payload.len() > MAX_REQUEST_BYTES {
            answer(shared, &request, Err(Verdict::RequestTooLarge)).await;
        } else {
            let (shared, handler) = (shared.clone(), handler.clone());
            running.spawn(async move {
                let answered = tokio::spawn(handler(request.payload.clone())).await;
                let told = match answered {
                    Ok(data) if data.len() > MAX_REQUEST_BYTES => Err(Verdict::AnswerTooLarge),
                    Ok(data) => Ok(data),
                    Err(_) => Err(Verdict::Failed),
                };
                answer(&shared, &request, told).await;
            });
        }
    }
}

async fn answer(shared: &Shared, request: &Message, answer: Result<Bytes, Verdict>) {
    let Some(reply) = request.reply.clone() else {
        return;
    };
    let (headers, data) = match answer {
        Ok(data) => (HeaderMap::new(), data),
        Err(verdict) => (verdict.headers(), Bytes::new()),
    };
    let sent = shared
        .client
        .publish_with_headers(reply, headers, data)
        .await;
    if let Err(error) = sent {
        tracing::debug!(%error, "an answer was lost");
    }
}
