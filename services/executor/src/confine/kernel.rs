//! Landlock: rights that a thread gives up for itself and for everything it starts.

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, NetPort, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

use super::{ConfineError, Rules};

/// The rights this was tested with. Newer kernels know more, of which we do not know what they would break.
const RIGHTS: ABI = ABI::V7;

/// Devices that every program expects to use.
const DEVICES: &[&str] = &[
    "/dev/full",
    "/dev/null",
    "/dev/ptmx",
    "/dev/pts",
    "/dev/random",
    "/dev/shm",
    "/dev/tty",
    "/dev/urandom",
    "/dev/zero",
];

/// Takes every right away from this thread that `rules` does not name. There is no way back.
///
/// # Errors
/// The kernel has no Landlock, or did not take a rule.
pub(super) fn restrict(rules: &Rules) -> Result<(), ConfineError> {
    let refused = |error: RulesetError| ConfineError::Refused {
        reason: error.to_string(),
    };
    match restricted(rules).map_err(refused)? {
        RulesetStatus::NotEnforced => Err(ConfineError::Refused {
            reason: "it has no Landlock".to_owned(),
        }),
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
    }
}

fn restricted(rules: &Rules) -> Result<RulesetStatus, RulesetError> {
    let mut wanted = Ruleset::default()
        .handle_access(AccessFs::from_all(RIGHTS))?
        .scope(Scope::from_all(RIGHTS))?;
    if rules.connect.is_some() {
        wanted = wanted.handle_access(AccessNet::ConnectTcp)?;
    }
    let ports = rules.connect.iter().flatten();
    let status = wanted
        .create()?
        .add_rules(path_beneath_rules(&rules.read, AccessFs::from_read(RIGHTS)))?
        .add_rules(path_beneath_rules(&rules.write, AccessFs::from_all(RIGHTS)))?
        .add_rules(path_beneath_rules(DEVICES, AccessFs::from_all(RIGHTS)))?
        .add_rules(
            ports.map(|port| Ok::<_, RulesetError>(NetPort::new(*port, AccessNet::ConnectTcp))),
        )?
        .restrict_self()?;
    Ok(status.ruleset)
}

/// Whether the kernel can hold files.
pub(super) fn holds_files() -> bool {
    known(|ruleset| ruleset.handle_access(AccessFs::from_all(ABI::V3)))
}

/// Whether the kernel can hold TCP connections.
pub(super) fn holds_connections() -> bool {
    known(|ruleset| ruleset.handle_access(AccessNet::ConnectTcp))
}

/// Whether the kernel can hold signals.
pub(super) fn holds_signals() -> bool {
    known(|ruleset| ruleset.scope(Scope::Signal))
}

fn known(asked: impl FnOnce(Ruleset) -> Result<Ruleset, RulesetError>) -> bool {
    let strict = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    asked(strict).and_then(Ruleset::create).is_ok()
}
