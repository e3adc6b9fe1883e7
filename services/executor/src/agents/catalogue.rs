//! All kinds of agents of an installation: those that are shipped, changed and added to by configuration.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;

use super::kind::AgentKind;
use super::settings::KindSettings;

const SHIPPED: &str = include_str!("catalogue.toml");
/// The form of the shipped file that this code reads.
const VERSION: u32 = 1;
const MAX_KINDS: usize = 50;

/// The kinds of agents, the shipped ones first.
#[derive(Debug, Clone)]
pub struct Catalogue {
    kinds: Vec<AgentKind>,
}

/// Why the kinds of agents cannot be used; one line that names the key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CatalogueError {
    #[error("[agents.{kind}]: {reason}")]
    Kind { kind: String, reason: String },
    #[error("[agents] has more than {MAX_KINDS} kinds")]
    TooMany,
    #[error("the shipped catalogue cannot be read: {0}")]
    Shipped(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shipped {
    version: u32,
    agents: BTreeMap<String, KindSettings>,
}

impl Catalogue {
    /// The shipped kinds, changed and added to by `configured`.
    ///
    /// # Errors
    /// The first kind that cannot be used.
    pub fn of(mut configured: BTreeMap<String, KindSettings>) -> Result<Self, CatalogueError> {
        let shipped: Shipped =
            toml::from_str(SHIPPED).map_err(|it| CatalogueError::Shipped(it.to_string()))?;
        if shipped.version != VERSION {
            let reason = format!("it is of version {}", shipped.version);
            return Err(CatalogueError::Shipped(reason));
        }
        let shipped: Vec<_> = shipped
            .agents
            .into_iter()
            .map(|(kind, base)| {
                let own = configured.remove(&kind).unwrap_or_default();
                (kind, own.over(base))
            })
            .collect();
        let all = shipped.into_iter().chain(configured);
        let kinds = all
            .map(|(kind, settings)| {
                AgentKind::checked(&kind, settings)
                    .map_err(|reason| CatalogueError::Kind { kind, reason })
            })
            .collect::<Result<Vec<_>, _>>()?;
        match kinds.len() {
            0..=MAX_KINDS => Ok(Self { kinds }),
            _ => Err(CatalogueError::TooMany),
        }
    }

    /// All kinds.
    pub fn kinds(&self) -> &[AgentKind] {
        &self.kinds
    }

    /// The kind of this name.
    pub fn find(&self, kind: &str) -> Option<&AgentKind> {
        self.kinds.iter().find(|it| it.kind == kind)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::agents::RunnerKind;
    use crate::agents::Workplace;
    use crate::runner::{AgentCommand, PermissionPolicy, RunLimits};

    fn configured(text: &str) -> Result<Catalogue, CatalogueError> {
        Catalogue::of(toml::from_str(text).expect("TOML of the right form"))
    }

    fn refusal(text: &str) -> String {
        configured(text).expect_err("a refusal").to_string()
    }

    #[test]
    fn five_kinds_are_shipped() {
        let catalogue = configured("").expect("a catalogue");
        let kinds: Vec<_> = catalogue
            .kinds()
            .iter()
            .map(|it| it.kind.as_str())
            .collect();
        assert_eq!(
            kinds,
            ["accessibility", "codegen", "performance", "security", "seo"]
        );
        assert_eq!(catalogue.kinds()[1].name, "Code Generation");
    }

    #[test]
    fn a_configured_kind_changes_what_it_names_and_leaves_the_rest() {
        let text = r#"
            [codegen]
            runner = "claude-code"
            permissions = "ask"
            limits = { wall_clock_seconds = 60, cost_usd = 2.5 }
            [writer]
            description = "writes texts"
            runner = "command"
            command = ["./write"]
        "#;
        let workplace = Workplace {
            command: AgentCommand::new("agent", [""; 0]),
            confinement: None,
            folder: None,
            permissions: PermissionPolicy::Allow,
            limits: RunLimits::default(),
        };
        let catalogue = configured(text).expect("a catalogue");
        let codegen = catalogue.find("codegen").expect("codegen");
        assert_eq!(codegen.name, "Code Generation");
        assert_eq!(codegen.runner, RunnerKind::ClaudeCode);
        assert_eq!(codegen.command, Some(vec!["claude".to_owned()]));
        assert_eq!(
            codegen.answers(&workplace).permissions,
            PermissionPolicy::Ask
        );
        let limits = codegen.limits(&RunLimits::default());
        assert_eq!(limits.wall_clock, Duration::from_secs(60));
        assert_eq!(limits.stall, RunLimits::default().stall);
        assert_eq!(limits.cost_micro_usd, Some(2_500_000));
        assert_eq!(catalogue.find("writer").expect("writer").name, "writer");
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        for (text, named) in [
            (
                "[\"Bad Name\"]\ndescription = \"x\"",
                "[agents.Bad Name]: the name of a kind",
            ),
            (
                "[writer]\nname = \"x\"",
                "[agents.writer]: description is missing",
            ),
            ("[codegen]\nrunner = \"command\"", "command is missing"),
            ("[codegen]\ncommand = []", "command is empty"),
            ("[codegen]\nretries = 11", "retries must be at most 10"),
            (
                "[codegen]\nlimits = { turns = 0 }",
                "limits.turns must be between",
            ),
            (
                "[codegen]\nlimits = { cost_usd = 0 }",
                "limits.cost_usd must be above 0",
            ),
            (
                "[codegen]\nrunner = \"command\"\ncommand = [\"x\"]\nmodel = \"m\"",
                "model means nothing",
            ),
        ] {
            let said = refusal(text);
            assert!(said.contains(named), "{text}: {said}");
        }
    }

    #[test]
    fn unknown_keys_are_named() {
        for text in ["[codegen]\nrunr = 1", "[codegen.limits]\nrunr = 1"] {
            let told = toml::from_str::<BTreeMap<String, KindSettings>>(text);
            assert!(told.expect_err("a refusal").to_string().contains("`runr`"));
        }
    }
}
