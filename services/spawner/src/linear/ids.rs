//! Idempotency keys in the one shape Linear accepts: a version 4 UUID.

use uuid::{Builder, Uuid, Variant, Version};

/// Keeps our derived ids apart from those of any other program that hashes the same subject.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f6b_9c1e_52a4_4d0e_9a37_1d4f_8e25_c0b3);

/// The id under which the issue of a story is created: the same story gives the same id, for ever.
pub fn issue_uuid(story: Uuid) -> Uuid {
    idempotency_uuid(story, "issue")
}

/// The id under which the issue of a batch is created.
pub fn batch_issue_uuid(batch: Uuid) -> Uuid {
    idempotency_uuid(batch, "batch")
}

/// The id under which something that belongs to `subject` is created, such as a comment or a link.
///
/// `purpose` tells several things of one subject apart; the same pair gives the same id, for ever.
pub fn idempotency_uuid(subject: Uuid, purpose: &str) -> Uuid {
    let mut name = subject.as_bytes().to_vec();
    name.extend_from_slice(purpose.as_bytes());
    let hashed = Uuid::new_v5(&NAMESPACE, &name).into_bytes();
    // Linear takes only version 4, which is a statement about randomness that a hash satisfies in effect.
    Builder::from_bytes(hashed)
        .with_version(Version::Random)
        .with_variant(Variant::RFC4122)
        .into_uuid()
}

/// Whether Linear would take the id.
pub(crate) fn is_v4_shaped(id: Uuid) -> bool {
    id.get_version() == Some(Version::Random) && id.get_variant() == Variant::RFC4122
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_story_is_stable_and_version_4_shaped() {
        let story = Uuid::from_u128(7);
        assert_eq!(issue_uuid(story), issue_uuid(story));
        assert!(is_v4_shaped(issue_uuid(story)));
        // Changing this value would make a second issue for every story that already has one.
        assert_eq!(
            issue_uuid(story).to_string(),
            "1a628593-937e-4c40-b200-de4ec59cdea7"
        );
    }

    #[test]
    fn different_stories_and_purposes_give_different_ids() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_ne!(issue_uuid(one), issue_uuid(two));
        assert_ne!(
            idempotency_uuid(one, "link"),
            idempotency_uuid(one, "comment")
        );
    }
}
