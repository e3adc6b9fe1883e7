//! Puts the agent's questions to people, one after the other, and hands it the answers.
//!
//! The log decides: what `InputProvided` says is the answer, whether a person or the time that ran out came first. So an
//! answer is never lost with a process: an agent that asks the same again after its executor was lost gets the answer
//! that was given, or its question is simply still open.
mod preview;
mod wording;

use super::{
    journal::{Journal, JournalError},
    redacted,
    signals::Words,
};
use crate::{
    runner::{AnswerPolicy, AnsweredBy, Question, RunHandle, RunUpdate},
    session::{Progress, TIMEOUT, WITHDRAWN},
};
use errand_eventlog::aggregate::now_us;
use errand_proto::v1;
use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};
use tokio::{sync::mpsc, time::Instant};

/// What becomes of a run's questions.
pub enum News {
    Asked(Question),
    Settled { question_id: String, by: AnsweredBy },
}

impl News {
    /// `None` when the update is about no question for people.
    pub fn of(update: &RunUpdate) -> Option<Self> {
        match update {
            RunUpdate::InputRequested(question) => Some(Self::Asked(question.clone())),
            RunUpdate::InputProvided {
                question_id, by, ..
            } if *by != AnsweredBy::Policy => Some(Self::Settled {
                question_id: question_id.clone(),
                by: *by,
            }),
            _ => None,
        }
    }
}

/// The questions of one run.
pub struct Questions<'a> {
    journal: &'a Journal,
    run: &'a RunHandle,
    policy: &'a AnswerPolicy,
    /// What people said, as the log has it.
    words: mpsc::Receiver<Words>,
    /// The recorded questions that this run has asked.
    asked: BTreeSet<String>,
    waiting: VecDeque<Question>,
    present: Option<Put>,
}

/// A question that waits for a person.
struct Put {
    question: Question,
    recorded: v1::InputRequested,
    /// `None` when its time is over and the log is about to say so.
    until: Option<Instant>,
}

impl<'a> Questions<'a> {
    pub fn new(
        journal: &'a Journal,
        run: &'a RunHandle,
        policy: &'a AnswerPolicy,
        words: mpsc::Receiver<Words>,
    ) -> Self {
        Self {
            journal,
            run,
            policy,
            words,
            asked: BTreeSet::new(),
            waiting: VecDeque::new(),
            present: None,
        }
    }

    /// Follows the run's questions to its end. When the session turns out to be somebody else's, the run is cancelled and
    /// the error is answered.
    pub async fn follow(mut self, mut news: mpsc::Receiver<News>) -> Result<(), JournalError> {
        let followed = async {
            loop {
                tokio::select! {
                    it = news.recv() => match it {
                        Some(it) => self.take(it).await?,
                        None => return Ok(()),
                    },
                    Some(words) = self.words.recv() => self.hear(words).await?,
                    () = over(self.present.as_ref()) => self.time_out().await?,
                }
                self.put_next().await?;
            }
        };
        let ended = followed.await;
        if ended.is_err() {
            self.run.cancel();
        }
        ended
    }

    async fn take(&mut self, news: News) -> Result<(), JournalError> {
        let (question_id, by) = match news {
            News::Asked(question) => {
                self.waiting.push_back(question);
                return Ok(());
            }
            News::Settled { question_id, by } => (question_id, by),
        };
        self.waiting.retain(|it| it.id != question_id);
        let Some(put) = self.present.take_if(|it| it.question.id == question_id) else {
            return Ok(());
        };
        // A run that is stopped is perhaps handed over: then the question stays open for the next executor.
        if by != AnsweredBy::Withdrawn || self.run.is_cancelled() {
            return Ok(());
        }
        let words = wording::WITHDRAWN.to_owned();
        self.close(put.recorded.question_id, words, WITHDRAWN).await
    }

    async fn put_next(&mut self) -> Result<(), JournalError> {
        while self.present.is_none() {
            let Some(question) = self.waiting.pop_front() else {
                return Ok(());
            };
            self.put(question).await?;
        }
        Ok(())
    }

    async fn put(&mut self, question: Question) -> Result<(), JournalError> {
        let mut recorded = wording::recorded(&question);
        redacted::question(&mut recorded, self.journal.redactor());
        recorded.text = preview::with(&recorded.text, &recorded.input);
        let session = self.journal.session().await?;
        let same = session.questions.iter().find(|known| {
            let is_of_use = known.answer.is_none() || known.answer_of_person().is_some();
            is_of_use && known.is_same(&recorded) && !self.asked.contains(known.id())
        });
        let given = same.and_then(|known| known.answer_of_person().cloned());
        if let Some(known) = same {
            recorded.question_id = known.id().to_owned();
        }
        let id = recorded.question_id.clone();
        self.asked.insert(id.clone());
        let asked_us = match same {
            Some(known) => self.journal.asked_at(known.id()).await?,
            None => None,
        };
        let left = time_left(self.policy.patience, asked_us, now_us());
        let until = Instant::now().checked_add(left);
        let put = Put {
            question,
            recorded,
            until,
        };
        if let Some(given) = given {
            self.journal.note(wording::asked_again(&given)).await?;
            self.give(&put, &given);
            return Ok(());
        }
        let ask = Progress::Question(Box::new(put.recorded.clone()));
        self.journal.record(ask).await?;
        // A person may have answered the open question of the executor before while this one put it again.
        match self.journal.session().await?.question(&id) {
            None => self.give_policy(&put),
            Some(known) => match &known.answer {
                Some(answer) => self.give(&put, &answer.0),
                None => self.present = Some(put),
            },
        }
        Ok(())
    }

    async fn hear(&mut self, words: Words) -> Result<(), JournalError> {
        let answer = match words {
            Words::Answer(answer) => answer,
            Words::Unheard { text, reason } => {
                let note = format!("The agent was not told “{text}”: {reason}.");
                return self.journal.note(note).await;
            }
        };
        let is_present = |put: &mut Put| put.recorded.question_id == answer.question_id;
        if let Some(put) = self.present.take_if(is_present) {
            self.give(&put, &answer);
        }
        Ok(())
    }

    async fn time_out(&mut self) -> Result<(), JournalError> {
        let Some(put) = &mut self.present else {
            return Ok(());
        };
        put.until = None;
        let words = wording::timed_out(self.policy, put.question.kind);
        let id = put.recorded.question_id.clone();
        self.close(id, words, TIMEOUT).await
    }

    async fn close(
        &self,
        question_id: String,
        answer: String,
        instead: &'static str,
    ) -> Result<(), JournalError> {
        let unanswered = Progress::Unanswered {
            question_id,
            answer,
            instead,
        };
        self.journal.record(unanswered).await
    }

    fn give(&self, put: &Put, answer: &v1::InputProvided) {
        if answer.instead == TIMEOUT {
            return self.give_policy(put);
        }
        let answer = wording::understood(&put.question, &put.recorded, &answer.answer);
        self.tell(put, answer);
    }

    fn give_policy(&self, put: &Put) {
        self.tell(put, self.policy.unanswered.answer(put.question.kind));
    }

    fn tell(&self, put: &Put, answer: crate::runner::Answer) {
        if let Err(error) = self.run.answer(&put.question.id, answer) {
            tracing::debug!(%error, "the agent took its question back");
        }
    }
}

/// A question that waited for an executor before this one has not its whole time again.
fn time_left(patience: Duration, asked_us: Option<i64>, now_us: i64) -> Duration {
    let waited = asked_us.map_or(0, |asked| now_us.saturating_sub(asked));
    patience.saturating_sub(Duration::from_micros(u64::try_from(waited).unwrap_or(0)))
}

async fn over(put: Option<&Put>) {
    match put.and_then(|put| put.until) {
        Some(until) => tokio::time::sleep_until(until).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_to_answer_is_counted_from_the_first_time_it_was_asked() {
        let (patience, minute_us) = (Duration::from_mins(30), 60_000_000);
        assert_eq!(time_left(patience, None, minute_us), patience);
        let left = time_left(patience, Some(minute_us), 11 * minute_us);
        assert_eq!(left, Duration::from_mins(20));
        assert_eq!(time_left(patience, Some(0), 99 * minute_us), Duration::ZERO);
        assert_eq!(time_left(patience, Some(minute_us), 0), patience);
    }
}
