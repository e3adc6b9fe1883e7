//! `/metrics` for Prometheus, `/healthz` and `/readyz` for whoever starts and stops processes.
use super::{
    gauges::Answers,
    health::{Health, Readiness},
    measures,
};
use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use prometheus::TextEncoder;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

/// However often it is asked, the stores are asked no more often.
const ASK_EVERY: Duration = Duration::from_secs(1);

struct Site {
    health: Health,
    last: Mutex<Option<(Instant, Arc<Answers>)>>,
}

/// To be merged into what a process serves.
pub fn routes(health: Health) -> Router {
    let site = Site {
        health,
        last: Mutex::new(None),
    };
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .with_state(Arc::new(site))
}

impl Site {
    /// One question at a time; whoever waits for it gets the same answers.
    async fn answers(&self) -> Arc<Answers> {
        let mut last = self.last.lock().await;
        if let Some((at, answers)) = last.as_ref()
            && at.elapsed() < ASK_EVERY
        {
            return Arc::clone(answers);
        }
        let answers = Arc::new(Answers::ask(&self.health).await);
        *last = Some((Instant::now(), Arc::clone(&answers)));
        answers
    }
}

async fn metrics(State(site): State<Arc<Site>>) -> Response {
    let text = site.answers().await.families().and_then(|gauges| {
        let mut families = measures::now();
        families.extend(gauges);
        TextEncoder::new().encode_to_string(&families)
    });
    match text {
        Ok(text) => ([(CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the measures cannot be written as text");
            (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response()
        }
    }
}

async fn ready(State(site): State<Arc<Site>>) -> (StatusCode, Json<Readiness>) {
    let readiness = site.health.readiness().await;
    let status = match readiness.ready {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, Json(readiness))
}
