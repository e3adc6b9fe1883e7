//! The pages with sample rows, for looking at them: `cargo run -p errand-dashboard --example preview`.
#[path = "../tests/dashboard/support/mod.rs"]
mod support;

use std::time::Duration;
use support::World;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).unwrap_or_else(|| "7171".to_owned());
    let (world, ids) = World::with_sample().await;
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://127.0.0.1:{port}/chat/{}", ids.conversation);
    println!("completed {}", ids.completed);
    println!("running {}", ids.running);
    println!("asking {}", ids.asking);
    println!("needs-approval {}", ids.needs_approval);
    println!("failed {}", ids.failed);
    tokio::select! {
        served = axum::serve(listener, world.router.clone()) => served?,
        _ = tokio::signal::ctrl_c() => {}
        () = tokio::time::sleep(Duration::from_secs(3600)) => {}
    }
    Ok(())
}
