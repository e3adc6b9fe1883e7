//! The documented records are what the API really sends.
use crate::support::{Reply, World};
use errand_dashboard::records::{
    Conversations, Messages, Projection, SessionDetail, Sessions, Stories, Story,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Every field that was sent is in the record, and the record has no other.
fn is_exactly<T: Serialize + DeserializeOwned>(reply: &Reply) {
    let sent = reply.json();
    let record: T =
        serde_json::from_value(sent.clone()).unwrap_or_else(|e| panic!("{e}: {sent:#}"));
    same(&sent, &serde_json::to_value(record).unwrap());
}

fn same(sent: &Value, record: &Value) {
    match (sent, record) {
        (Value::Object(a), Value::Object(b)) => {
            assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
            a.iter().for_each(|(name, value)| same(value, &b[name]));
        }
        (Value::Array(a), Value::Array(b)) => a.iter().zip(b).for_each(|(a, b)| same(a, b)),
        (a, b) => assert_eq!(a, b),
    }
}

#[tokio::test]
async fn records_have_the_fields_that_are_sent() {
    let (world, ids) = World::with_sample().await;
    let session = format!(
        "/api/v1/sessions/{}",
        crate::support::id(&format!("session {}", ids.completed))
    );
    is_exactly::<Story>(
        &world
            .get(&format!("/api/v1/stories/{}", ids.completed))
            .await,
    );
    is_exactly::<Stories>(&world.get("/api/v1/stories").await);
    is_exactly::<Sessions>(&world.get("/api/v1/sessions").await);
    is_exactly::<SessionDetail>(&world.get(&session).await);
    is_exactly::<Conversations>(&world.get("/api/v1/conversations").await);
    is_exactly::<Messages>(
        &world
            .get(&format!(
                "/api/v1/conversations/{}/messages",
                ids.conversation
            ))
            .await,
    );
    is_exactly::<Vec<Projection>>(&world.get("/api/v1/projections").await);
}
