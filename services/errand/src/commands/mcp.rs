//! `errand mcp`: the same spawn for any chat that speaks the Model Context Protocol.
//!
//! # Layout
//! - [`tools`]: what such a chat may ask of Errand.
//! - [`http`]: served to many chats over streamable HTTP; else to the one that started us, over stdio.
mod http;
mod tools;

use crate::{api::Api, cli};
use anyhow::Context;
use rmcp::{ServiceExt, transport::stdio};
use std::sync::Arc;
use tools::Tools;

/// Serves until the chat ends, or until Ctrl-C.
///
/// # Errors
/// The address cannot be listened on, or what the chat sends is not MCP.
pub async fn run(api: Api, options: &cli::Mcp) -> anyhow::Result<()> {
    let tools = Tools::new(Arc::new(api));
    if let Some(address) = options.listen {
        return http::serve(tools, address).await;
    }
    let serving = tools.serve(stdio()).await;
    let serving = serving.context("the chat did not open the protocol as MCP asks")?;
    serving.waiting().await.context("the server broke down")?;
    Ok(())
}
