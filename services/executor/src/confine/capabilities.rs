//! What root may do, which an agent that runs as root must not.
//!
//! Root is not held by Landlock alone: it may look into other processes. Without the right to gain privileges, which
//! Landlock takes too, a capability that is dropped does not come back.

use rustix::thread::{CapabilitySet, CapabilitySets, capabilities, set_capabilities};

use super::ConfineError;

/// What installing and unpacking needs where the agent is root; another user has none of it anyway.
const KEPT: CapabilitySet = CapabilitySet::CHOWN
    .union(CapabilitySet::DAC_OVERRIDE)
    .union(CapabilitySet::FOWNER)
    .union(CapabilitySet::FSETID)
    .union(CapabilitySet::SETGID)
    .union(CapabilitySet::SETUID);

/// # Errors
/// The kernel did not take the smaller set.
pub(super) fn drop_all_others() -> Result<(), ConfineError> {
    let refused = |error: rustix::io::Errno| ConfineError::Refused {
        reason: error.to_string(),
    };
    let held = capabilities(None).map_err(refused)?;
    let kept = CapabilitySets {
        effective: held.effective & KEPT,
        permitted: held.permitted & KEPT,
        inheritable: held.inheritable & KEPT,
    };
    set_capabilities(None, kept).map_err(refused)
}
