//! Loads aggregates from the table `events` as any program built on cqrs-es does, and prints what they fold to.
//!
//! Reads lines `TYPE ID` from standard input and answers each with one line of JSON. The database is DATABASE_URL.
mod conversation;
mod session;
mod story;

use cqrs_es::{Aggregate, EventStore as _, persist::PersistedEventStore};
use postgres_es::PostgresEventRepository;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::{error::Error, io::stdin};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let pool = PgPool::connect(&std::env::var("DATABASE_URL")?).await?;
    for line in stdin().lines() {
        let line = line?;
        let (kind, id) = line.split_once(' ').ok_or("a line is TYPE ID")?;
        let folded = match kind {
            "story" => fold::<story::Story>(&pool, id).await?,
            "session" => fold::<session::Session>(&pool, id).await?,
            "conversation" => fold::<conversation::Conversation>(&pool, id).await?,
            other => return Err(format!("there is no aggregate {other:?}").into()),
        };
        println!("{folded}");
    }
    Ok(())
}

async fn fold<A>(pool: &PgPool, id: &str) -> Result<Value, Box<dyn Error>>
where
    A: Aggregate<Services = (), Error: 'static>,
{
    let repository = PostgresEventRepository::new(pool.clone());
    let store = PersistedEventStore::<_, A>::new_event_store(repository);
    let context = store.load_aggregate(id).await?;
    Ok(json!({ "events": context.current_sequence, "state": context.aggregate }))
}
