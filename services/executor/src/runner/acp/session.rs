//! Opens the agent's session: an earlier one where it still can be gone on with, else a new one.

use std::path::PathBuf;

use agent_client_protocol::v1::ConnectionTo;
use agent_client_protocol::v1::schema::{
    AgentCapabilities, LoadSessionRequest, NewSessionRequest, ResumeSessionRequest,
    SessionConfigId, SessionConfigOption, SessionConfigOptionCategory, SessionId,
    SetSessionConfigOptionRequest,
};
use agent_client_protocol::{Agent, Error, is_connection_terminated, is_incoming_transport_closed};

use super::super::request::Resume;

/// An open session.
pub(super) struct Opened {
    pub(super) id: SessionId,
    pub(super) resumed: bool,
    /// The option by which the agent's model is chosen, where it has one.
    pub(super) model: Option<SessionConfigId>,
}

/// Opens a session in `folder`.
///
/// # Errors
/// The agent refuses a new session, or the line went dead.
pub(super) async fn open(
    cx: &ConnectionTo<Agent>,
    capabilities: &AgentCapabilities,
    folder: PathBuf,
    resume: Option<&Resume>,
) -> Result<Opened, Error> {
    if let Some(earlier) = resume {
        let id = SessionId::new(earlier.session_id.as_str());
        match go_on(cx, capabilities, folder.clone(), &id).await {
            Ok(Some(options)) => return Ok(opened(id, true, &options)),
            Ok(None) => {}
            Err(error) if is_dead(&error) => return Err(error),
            Err(error) => tracing::info!(%error, "the agent's earlier session is gone"),
        }
    }
    let new = cx
        .send_request(NewSessionRequest::new(folder))
        .block_task()
        .await?;
    let options = new.config_options.unwrap_or_default();
    Ok(opened(new.session_id, false, &options))
}

/// `None` when the agent cannot go on with sessions. Resuming is preferred, for loading tells the whole session again.
async fn go_on(
    cx: &ConnectionTo<Agent>,
    capabilities: &AgentCapabilities,
    folder: PathBuf,
    id: &SessionId,
) -> Result<Option<Vec<SessionConfigOption>>, Error> {
    let options = if capabilities.session_capabilities.resume.is_some() {
        let request = ResumeSessionRequest::new(id.clone(), folder);
        cx.send_request(request).block_task().await?.config_options
    } else if capabilities.load_session {
        let request = LoadSessionRequest::new(id.clone(), folder);
        cx.send_request(request).block_task().await?.config_options
    } else {
        return Ok(None);
    };
    Ok(Some(options.unwrap_or_default()))
}

/// Chooses the agent's model by its id.
///
/// # Errors
/// The agent knows no such model.
pub(super) async fn choose_model(
    cx: &ConnectionTo<Agent>,
    session: &SessionId,
    option: SessionConfigId,
    model: &str,
) -> Result<(), Error> {
    let request = SetSessionConfigOptionRequest::new(session.clone(), option, model);
    cx.send_request(request).block_task().await.map(|_| ())
}

fn opened(id: SessionId, resumed: bool, options: &[SessionConfigOption]) -> Opened {
    let model = options
        .iter()
        .find(|option| option.category == Some(SessionConfigOptionCategory::Model));
    Opened {
        id,
        resumed,
        model: model.map(|option| option.id.clone()),
    }
}

/// Whether the line itself is dead, and not only a request refused.
pub(super) fn is_dead(error: &Error) -> bool {
    is_incoming_transport_closed(error) || is_connection_terminated(error)
}
