//! Which team gets the issues and which of its workflow states means what; both looked up once and kept.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::RwLock;

use super::documents::{TEAMS, WORKFLOW_STATES};
use super::error::TrackerError;
use super::port::IssueState;
use super::transport::Transport;

const TEAMS_PER_PAGE: usize = 100;
/// A thousand teams: a search that goes on longer is not going to end well.
const MAX_TEAM_PAGES: usize = 10;
/// Linear's largest page; no team has as many states.
const MAX_STATES: usize = 250;

/// A team that can hold issues.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Team {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) name: String,
}

/// One column of a team's board.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct State {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    position: f64,
}

/// What the last look-up of the team found.
#[derive(Default)]
struct LookUp {
    found: Option<Arc<Team>>,
    failed: Option<(Instant, TrackerError)>,
}

/// The looked-up facts, shared by all calls.
pub(crate) struct Directory {
    wanted: Option<String>,
    team: RwLock<LookUp>,
    states: RwLock<HashMap<String, Arc<[State]>>>,
}

impl Directory {
    pub(crate) fn new(wanted: Option<String>) -> Self {
        Self {
            wanted,
            team: RwLock::default(),
            states: RwLock::default(),
        }
    }

    /// The configured team.
    pub(crate) async fn team(&self, transport: &Transport) -> Result<Arc<Team>, TrackerError> {
        if let Some(team) = self.team.read().await.found.as_ref() {
            return Ok(Arc::clone(team));
        }
        let asked = Instant::now();
        // Held while asking, so that callers who arrive together ask once…
        let mut last = self.team.write().await;
        match (&last.found, &last.failed) {
            (Some(team), _) => return Ok(Arc::clone(team)),
            // … and share the failure too: in turn, each would wait as long as the first.
            (None, Some((when, failure))) if *when >= asked => return Err(failure.clone()),
            _ => {}
        }
        match self.find_team(transport).await {
            Ok(team) => Ok(Arc::clone(last.found.insert(Arc::new(team)))),
            Err(failure) => {
                last.failed = Some((Instant::now(), failure.clone()));
                Err(failure)
            }
        }
    }

    /// The id of the state that means `wanted` in the team.
    pub(crate) async fn state(
        &self,
        transport: &Transport,
        team: &str,
        wanted: IssueState,
    ) -> Result<String, TrackerError> {
        let states = self.states_of(transport, team).await?;
        pick_state(&states, wanted)
            .map(|state| state.id.clone())
            .ok_or_else(|| {
                let kinds = kinds_for(wanted).join(" or ");
                TrackerError::Invalid(format!(
                    "the team has no workflow state of type {kinds}: add one in its settings"
                ))
            })
    }

    /// Drops everything known; the next call asks again. Teams and states are renamed, moved and deleted by people.
    pub(crate) async fn forget(&self) {
        *self.team.write().await = LookUp::default();
        self.states.write().await.clear();
    }

    async fn find_team(&self, transport: &Transport) -> Result<Team, TrackerError> {
        let mut after: Option<String> = None;
        for _ in 0..MAX_TEAM_PAGES {
            let data = transport
                .call(TEAMS, json!({ "first": TEAMS_PER_PAGE, "after": after }))
                .await?;
            let teams: Vec<Team> = nodes(&data, "teams")?;
            if let Some(team) = pick_team(teams, self.wanted.as_deref()) {
                return Ok(team);
            }
            let next = data.pointer("/teams/pageInfo/hasNextPage") == Some(&Value::Bool(true));
            after = data
                .pointer("/teams/pageInfo/endCursor")
                .and_then(Value::as_str)
                .map(str::to_owned);
            if !next || after.is_none() {
                break;
            }
        }
        Err(self.no_team())
    }

    fn no_team(&self) -> TrackerError {
        TrackerError::Invalid(match &self.wanted {
            Some(wanted) => format!("the API key sees no team with the key or id {wanted:?}"),
            None => "the API key sees no team".to_owned(),
        })
    }

    async fn states_of(
        &self,
        transport: &Transport,
        team: &str,
    ) -> Result<Arc<[State]>, TrackerError> {
        if let Some(states) = self.states.read().await.get(team) {
            return Ok(Arc::clone(states));
        }
        let filter = json!({ "team": { "id": { "eq": team } } });
        let data = transport
            .call(
                WORKFLOW_STATES,
                json!({ "first": MAX_STATES, "filter": filter }),
            )
            .await?;
        let states: Arc<[State]> = nodes::<State>(&data, "workflowStates")?.into();
        self.states
            .write()
            .await
            .insert(team.to_owned(), Arc::clone(&states));
        Ok(states)
    }
}

fn nodes<T: for<'de> Deserialize<'de>>(data: &Value, field: &str) -> Result<Vec<T>, TrackerError> {
    let nodes = data
        .pointer(&format!("/{field}/nodes"))
        .cloned()
        .unwrap_or_default();
    serde_json::from_value(nodes).map_err(|error| {
        TrackerError::Unavailable(format!("{field} came in a shape we do not know: {error}"))
    })
}

fn pick_team(teams: Vec<Team>, wanted: Option<&str>) -> Option<Team> {
    let is_wanted = |team: &Team| {
        wanted.is_none_or(|wanted| {
            team.key.eq_ignore_ascii_case(wanted) || team.id.eq_ignore_ascii_case(wanted)
        })
    };
    teams.into_iter().find(is_wanted)
}

/// Linear's state types that can express a state of ours, best first: a team need not have a backlog.
fn kinds_for(wanted: IssueState) -> &'static [&'static str] {
    match wanted {
        IssueState::Backlog => &["backlog", "unstarted"],
        IssueState::Todo => &["unstarted", "backlog"],
        IssueState::InProgress => &["started"],
        IssueState::Done => &["completed"],
        IssueState::Canceled => &["canceled"],
    }
}

/// The leftmost state of the first type the team has, which is what Linear advises agents to use.
fn pick_state(states: &[State], wanted: IssueState) -> Option<&State> {
    kinds_for(wanted).iter().find_map(|kind| {
        let of_kind = states.iter().filter(|state| state.kind == *kind);
        of_kind.min_by(|one, other| one.position.total_cmp(&other.position))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(id: &str, kind: &str, position: f64) -> State {
        State {
            id: id.to_owned(),
            kind: kind.to_owned(),
            position,
        }
    }

    fn team(id: &str, key: &str) -> Team {
        Team {
            id: id.to_owned(),
            key: key.to_owned(),
            name: key.to_owned(),
        }
    }

    #[test]
    fn the_lowest_position_of_the_type_is_chosen_whatever_its_name() {
        let board = [
            state("review", "started", 3.0),
            state("doing", "started", 2.0),
            state("todo", "unstarted", -1.0),
        ];
        assert_eq!(
            pick_state(&board, IssueState::InProgress).map(|state| state.id.as_str()),
            Some("doing")
        );
        assert_eq!(
            pick_state(&board, IssueState::Backlog).map(|state| state.id.as_str()),
            Some("todo")
        );
        assert_eq!(pick_state(&board, IssueState::Done), None);
    }

    #[test]
    fn a_team_is_found_by_key_or_id_and_the_first_is_the_default() {
        let teams = || vec![team("id-1", "ENG"), team("id-2", "OPS")];
        assert_eq!(pick_team(teams(), None), Some(team("id-1", "ENG")));
        assert_eq!(pick_team(teams(), Some("ops")), Some(team("id-2", "OPS")));
        assert_eq!(pick_team(teams(), Some("id-2")), Some(team("id-2", "OPS")));
        assert_eq!(pick_team(teams(), Some("HR")), None);
    }
}
