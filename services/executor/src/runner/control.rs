//! The hand that a caller keeps on a run: cancel it, steer it, decide how its questions are answered.

use std::time::Duration;

use thiserror::Error;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::question::{Answer, AnswerPolicy};
use super::questions::OpenQuestions;

/// How long a cancelled agent may take to end its turn before it is killed; a stop shall stop within five seconds.
pub(super) const CANCEL_GRACE: Duration = Duration::from_secs(3);
/// Follow-up texts that may wait for the end of the present turn.
const MAX_WAITING_STEERS: usize = 32;

/// What a run listens to.
#[derive(Debug)]
pub struct RunControl {
    /// Cancelled when the run shall end: the agent is told, given a grace time, and then killed.
    pub cancel: CancellationToken,
    /// Follow-up texts for the agent.
    pub steer: mpsc::Receiver<String>,
    /// How the agent's questions are answered.
    pub answers: AnswerPolicy,
    pub(super) questions: OpenQuestions,
}

impl RunControl {
    /// A control and the handle that reaches it.
    pub fn channel(answers: impl Into<AnswerPolicy>) -> (RunHandle, Self) {
        let cancel = CancellationToken::new();
        let (texts, steer) = mpsc::channel(MAX_WAITING_STEERS);
        let questions = OpenQuestions::default();
        let handle = RunHandle {
            cancel: cancel.clone(),
            texts,
            questions: questions.clone(),
        };
        let control = Self {
            cancel,
            steer,
            answers: answers.into(),
            questions,
        };
        (handle, control)
    }
}

/// The caller's side of a [`RunControl`].
#[derive(Debug, Clone)]
pub struct RunHandle {
    cancel: CancellationToken,
    texts: mpsc::Sender<String>,
    questions: OpenQuestions,
}

impl RunHandle {
    /// Asks the run to end; asking twice is the same as once.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Answers the open question with this id.
    ///
    /// # Errors
    /// [`NotAsked`] when the question does not wait any more.
    pub fn answer(&self, question_id: &str, answer: Answer) -> Result<(), NotAsked> {
        match self.questions.answer(question_id, answer) {
            true => Ok(()),
            false => Err(NotAsked(question_id.to_owned())),
        }
    }

    /// Gives `text` to the agent, at once where it can listen while it works, else as its next prompt.
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

/// An answer that came too late, or to a question of another run.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no question {0} is open: it was answered before, withdrawn, or its time was over")]
pub struct NotAsked(pub String);
