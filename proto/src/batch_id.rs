//! The id of a batch: whoever knows a story knows the batch that it would be in.
use uuid::Uuid;

/// The batch of all stories that one message of a user led to.
pub fn batch_id(conversation_id: &str, message_id: &str) -> Uuid {
    let name = format!("{conversation_id}:{message_id}:batch");
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
}
