//! A request is where a trace begins, or goes on when its sender has one already.
use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use errand_eventlog::trace;
use tracing::{Instrument, Span, field::Empty};

/// Opens the span of a request; a stream's ends with its head.
pub async fn request(request: Request, next: Next) -> Response {
    let span = span(&request);
    let answered = async {
        let response = next.run(request).await;
        let status = response.status();
        let span = Span::current();
        span.record("http.response.status_code", status.as_u16());
        if status.is_server_error() {
            span.record("otel.status_code", "ERROR");
        }
        tracing::debug!(status = status.as_u16(), "answered");
        response
    };
    answered.instrument(span).await
}

/// Named by the route, never by the address: addresses hold ids.
fn span(request: &Request) -> Span {
    let method = request.method().as_str();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("", MatchedPath::as_str);
    let span = tracing::info_span!(
        "request",
        otel.name = format!("{method} {route}").trim_end(),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
    );
    if let Some(Ok(sent)) = request.headers().get("traceparent").map(|t| t.to_str()) {
        trace::follow(&span, sent);
    }
    span
}
