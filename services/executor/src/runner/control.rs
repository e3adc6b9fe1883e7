//! The hand that a caller keeps on a run: cancel it, steer it, decide how its questions are answered.

use thiserror::Error;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::permission::PermissionPolicy;

/// Follow-up texts that may wait for the end of the present turn.
const MAX_WAITING_STEERS: usize = 32;

/// What a run listens to.
#[derive(Debug)]
pub struct RunControl {
    /// Cancelled when the run shall end: the agent is told, given a grace time, and then killed.
    pub cancel: CancellationToken,
    /// Follow-up texts, each given to the agent as a prompt of its own when the present turn has ended.
    pub steer: mpsc::Receiver<String>,
    /// How the agent's requests for permission are answered.
    pub permissions: PermissionPolicy,
}

impl RunControl {
    /// A control and the handle that reaches it.
    pub fn channel(permissions: PermissionPolicy) -> (RunHandle, Self) {
        let cancel = CancellationToken::new();
        let (texts, steer) = mpsc::channel(MAX_WAITING_STEERS);
        let handle = RunHandle {
            cancel: cancel.clone(),
            texts,
        };
        (
            handle,
            Self {
                cancel,
                steer,
                permissions,
            },
        )
    }
}

/// The caller's side of a [`RunControl`].
#[derive(Debug, Clone)]
pub struct RunHandle {
    cancel: CancellationToken,
    texts: mpsc::Sender<String>,
}

impl RunHandle {
    /// Asks the run to end; asking twice is the same as once.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Queues `text` as the agent's next prompt.
    ///
    /// # Errors
    /// [`NotRunning::Ended`] when the run takes no more prompts, [`NotRunning::TooManyWaiting`] when
    /// 32 texts wait already.
    pub fn steer(&self, text: impl Into<String>) -> Result<(), NotRunning> {
        self.texts
            .try_send(text.into())
            .map_err(|refused| match refused {
                mpsc::error::TrySendError::Full(_) => NotRunning::TooManyWaiting,
                mpsc::error::TrySendError::Closed(_) => NotRunning::Ended,
            })
    }
}

/// Why a text could not be given to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotRunning {
    #[error("the run has ended; start a new one to say more")]
    Ended,
    #[error(
        "{MAX_WAITING_STEERS} texts wait for the agent already; wait until it has read some of them"
    )]
    TooManyWaiting,
}
