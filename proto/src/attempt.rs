use uuid::Uuid;

/// The session of a story's nth attempt: the same for whoever computes it.
pub fn session_id(story_id: Uuid, attempt: u32) -> Uuid {
    Uuid::new_v5(&story_id, format!("session-{attempt}").as_bytes())
}
