//! Answers the agent's questions, by policy or by a person, whatever protocol they came in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::bounded::shorten;
use super::question::{
    Answer, AnswerPolicy, AnsweredBy, Choice, PermissionPolicy, Question, QuestionKind, pick,
};
use super::recorder::Recorder;
use super::update::RunUpdate;
use super::watch::Watch;

/// Longest text of a question, or name of a choice.
pub(super) const MAX_TEXT_BYTES: usize = 500;
/// Longest input that is shown with a question, as JSON text.
pub(super) const MAX_INPUT_BYTES: usize = 16 * 1024;
/// Choices that are offered to a person.
pub(super) const MAX_CHOICES: usize = 20;

/// The questions that wait for a person, shared with the caller's handle.
#[derive(Debug, Clone, Default)]
pub(super) struct OpenQuestions(Arc<Mutex<HashMap<String, oneshot::Sender<Answer>>>>);

impl OpenQuestions {
    /// Hands `answer` to the question; `false` when it does not wait any more.
    pub(super) fn answer(&self, id: &str, answer: Answer) -> bool {
        let waiting = self.lock().remove(id);
        waiting.is_some_and(|waiting| waiting.send(answer).is_ok())
    }

    fn open(&self, id: &str) -> oneshot::Receiver<Answer> {
        let (sender, answered) = oneshot::channel();
        self.lock().insert(id.to_owned(), sender);
        answered
    }

    fn close(&self, id: &str) {
        self.lock().remove(id);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<Answer>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How this run answers.
#[derive(Debug, Clone)]
pub(super) struct Questions {
    pub(super) policy: AnswerPolicy,
    pub(super) open: OpenQuestions,
    pub(super) cancel: CancellationToken,
    pub(super) recorder: Arc<Recorder>,
    pub(super) watch: Arc<Watch>,
}

impl Questions {
    /// A question with an id of its own, its texts bounded.
    pub(super) fn question(
        &self,
        kind: QuestionKind,
        text: &str,
        choices: Vec<Choice>,
    ) -> Question {
        let bounded = |choice: Choice| Choice {
            name: shorten(&choice.name, MAX_TEXT_BYTES),
            ..choice
        };
        Question {
            id: Uuid::new_v4().to_string(),
            kind,
            tool_call_id: String::new(),
            text: shorten(text, MAX_TEXT_BYTES),
            input: serde_json::Value::Null,
            choices: choices.into_iter().take(MAX_CHOICES).map(bounded).collect(),
            patience: self.policy.patience,
        }
    }

    /// The answer, or `None` when `withdrawn` or the end of the run came first.
    pub(super) async fn settle(
        &self,
        question: &Question,
        withdrawn: impl Future<Output = ()> + Send,
    ) -> Option<Answer> {
        let settled = tokio::select! {
            (answer, by) = self.decide(question) => Some((answer, by)),
            () = self.cancel.cancelled() => None,
            () = withdrawn => None,
        };
        self.open.close(&question.id);
        let (answer, by) = match settled {
            Some((Answer::GiveUp, _)) => {
                self.watch.unanswered(&question.text);
                (None, AnsweredBy::Timeout)
            }
            Some((answer, by)) => (Some(answer), by),
            None => (None, AnsweredBy::Withdrawn),
        };
        let told = answered(question, answer.as_ref(), by);
        self.recorder.tell(told).await;
        answer
    }

    async fn decide(&self, question: &Question) -> (Answer, AnsweredBy) {
        match (question.kind, self.policy.permissions) {
            (QuestionKind::Permission, PermissionPolicy::Allow) => {
                (Answer::Allow, AnsweredBy::Policy)
            }
            (QuestionKind::Permission, PermissionPolicy::Reject) => {
                (Answer::Reject, AnsweredBy::Policy)
            }
            (QuestionKind::Permission, PermissionPolicy::Ask) | (QuestionKind::Information, _) => {
                self.ask(question).await
            }
        }
    }

    async fn ask(&self, question: &Question) -> (Answer, AnsweredBy) {
        let _clocks_stand_still = self.watch.wait_for_person();
        let answered = self.open.open(&question.id);
        let asked = RunUpdate::InputRequested(question.clone());
        self.recorder.tell(asked).await;
        match tokio::time::timeout(question.patience, answered).await {
            Ok(Ok(answer)) => (answer, AnsweredBy::Person),
            Ok(Err(_)) | Err(_) => {
                let answer = self.policy.unanswered.answer(question.kind);
                (answer, AnsweredBy::Timeout)
            }
        }
    }
}

fn answered(question: &Question, answer: Option<&Answer>, by: AnsweredBy) -> RunUpdate {
    let chosen = answer.and_then(|answer| pick(&question.choices, answer));
    let (text, allowed) = match (question.kind, answer, chosen) {
        (_, None, _) if by == AnsweredBy::Timeout => ("Nobody answered.".to_owned(), false),
        (_, None, _) => ("The question was withdrawn.".to_owned(), false),
        (QuestionKind::Information, Some(Answer::Text(text)), _) => {
            (shorten(text, MAX_INPUT_BYTES), true)
        }
        (_, Some(_), Some(choice)) => (choice.name.clone(), choice.kind.allows()),
        (QuestionKind::Information, Some(_), None) => {
            ("The agent shall decide for itself.".to_owned(), false)
        }
        (QuestionKind::Permission, Some(_), None) => {
            ("The agent offers no such answer.".to_owned(), false)
        }
    };
    RunUpdate::InputProvided {
        question_id: question.id.clone(),
        question: question.text.clone(),
        answer: text,
        allowed,
        by,
    }
}
