//! Streamable HTTP on one address, at `/mcp`.
use super::tools::Tools;
use crate::{api::access_token, process};
use anyhow::Context;
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
};
use std::{net::SocketAddr, sync::Arc};
use tokio_util::sync::CancellationToken;

/// # Errors
/// The address is taken, or others could come in without a token.
pub async fn serve(tools: Tools, address: SocketAddr) -> anyhow::Result<()> {
    let token = access_token();
    let listener = process::bind(address, token.as_ref()).await?;
    let here = listener.local_addr().context("the address is unknown")?;
    let stop = CancellationToken::new();
    let routes = axum::Router::new().nest_service("/mcp", service(tools, here, &stop));
    let routes = errand_dashboard::protected(routes, token);
    println!("MCP is served: http://{here}/mcp");
    let serving = tokio::spawn(process::serve(listener, routes, stop.clone()));
    tokio::signal::ctrl_c()
        .await
        .context("Ctrl-C cannot be heard")?;
    stop.cancel();
    serving.await.context("the server broke down")
}

/// A page in a browser must not reach it by a name that somebody made point here.
fn service(
    tools: Tools,
    here: SocketAddr,
    stop: &CancellationToken,
) -> StreamableHttpService<Tools, LocalSessionManager> {
    let mut config =
        StreamableHttpServerConfig::default().with_cancellation_token(stop.child_token());
    config.allowed_hosts.push(here.ip().to_string());
    let config = config.enforce_origin_validation();
    StreamableHttpService::new(move || Ok(tools.clone()), Arc::default(), config)
}
