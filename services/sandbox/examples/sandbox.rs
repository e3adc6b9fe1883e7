//! The sandbox alone: `cargo run -p errand-sandbox --example sandbox [FOLDER [PORT]]`.

use errand_sandbox::{Sandbox, SandboxConfig};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let data_dir = arguments
        .next()
        .unwrap_or_else(|| ".errand/sandbox".to_owned())
        .into();
    let port: u16 = arguments.next().map_or(Ok(7272), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let public_url = format!("http://{}/sandbox", listener.local_addr()?);
    let sandbox = Sandbox::open(SandboxConfig {
        data_dir,
        public_url: public_url.clone(),
    })?;
    sandbox.ensure_repository("demo", "site").await?;
    println!("{public_url}");
    axum::serve(
        listener,
        axum::Router::new().nest("/sandbox", sandbox.router()),
    )
    .await?;
    Ok(())
}
