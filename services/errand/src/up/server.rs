//! The one listening socket.
use anyhow::Context;
use std::{io::ErrorKind, net::Ipv4Addr};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// # Errors
/// The port is taken or not allowed; the message says so.
pub async fn bind(port: u16) -> anyhow::Result<TcpListener> {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    bound.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!(
            "port {port} on 127.0.0.1 is in use: stop what uses it, or choose another with --port (0 takes a free one)"
        ),
        ErrorKind::PermissionDenied => anyhow::anyhow!(
            "port {port} is not allowed for this user: choose one above 1023 with --port"
        ),
        _ => anyhow::Error::new(error).context(format!("cannot listen on 127.0.0.1:{port}")),
    })
}

/// Serves until `stop`; open streams end by themselves then.
pub async fn serve(listener: TcpListener, site: axum::Router, stop: CancellationToken) {
    // One shared route table; a bare router would be cloned whole for every connection.
    let served = axum::serve(listener, site.into_make_service())
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
        .context("the HTTP server ended");
    if let Err(error) = served {
        tracing::error!(
            error = format!("{error:#}"),
            "no page can be served any more"
        );
    }
}
