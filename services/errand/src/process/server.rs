//! The one listening socket.
use anyhow::{Context, bail};
use secrecy::SecretString;
use std::{io::ErrorKind, net::SocketAddr};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// # Errors
/// The port is taken or not allowed, or other machines could come in without a token; the message says so.
pub async fn bind(
    address: SocketAddr,
    access_token: Option<&SecretString>,
) -> anyhow::Result<TcpListener> {
    if !address.ip().is_loopback() && access_token.is_none() {
        bail!(
            "{address} can be reached from other machines: set ERRAND_ACCESS_TOKEN, or listen on 127.0.0.1"
        );
    }
    let (ip, port) = (address.ip(), address.port());
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!(
            "port {port} on {ip} is in use: stop what uses it, or choose another with --port or --listen (0 takes a free one)"
        ),
        ErrorKind::PermissionDenied => anyhow::anyhow!(
            "port {port} is not allowed for this user: choose one above 1023 with --port or --listen"
        ),
        _ => anyhow::Error::new(error).context(format!("cannot listen on {address}")),
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
