//! The phases of one run: workspace, agent, judgement, publication. A run that was interrupted after the
//! work was committed goes on with the publication.
use super::{
    ending::Ending,
    findings,
    journal::{Journal, JournalError},
    judge, publish,
    questions::Questions,
    recorder,
    signals::Signals,
    spent::Spent,
    trace,
};
use crate::{
    Executor,
    agents::{Agent, run_checks},
    project::Project,
    runner::{Resume, RunControl, RunHandle, RunOutcome, RunRequest, StopReason},
    session::{Progress, Session},
    workspace::Worktree,
};
use errand_proto::{Outcome, v1};
use std::sync::OnceLock;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use uuid::Uuid;

const UPDATE_BUFFER: usize = 256;
/// What an agent reads that goes on with its session; it knows its task.
const GO_ON: &str = "You were interrupted, because the program that runs you was stopped. What you had changed is still \
    in the folder. See where you were, and go on until your task is done.";
const BEGINS_AGAIN: &str =
    "The executor before this one is gone: the agent begins again on the same branch.";

/// What a run needs, gathered once.
pub struct Attempt<'a> {
    pub executor: &'a Executor,
    pub session_id: Uuid,
    pub session: &'a Session,
    pub journal: &'a Journal,
    pub run: &'a RunHandle,
    pub signals: &'a Signals,
    /// Where the branch is at the forge, once it was pushed.
    pub pushed: OnceLock<String>,
    /// Where the run works, once that is there.
    pub tree: OnceLock<Worktree>,
    pub spent: &'a Spent,
}

impl Attempt<'_> {
    /// Goes through the phases; answers the ending.
    pub async fn go(&self, control: RunControl) -> Ending {
        match self.phases(control).await {
            Ok(completed) => completed,
            Err(ending) => ending,
        }
    }

    async fn phases(&self, control: RunControl) -> Result<Ending, Ending> {
        let cancel = control.cancel.clone();
        let project = self.project()?;
        let worktree = self.prepare(project).await?;
        self.tree.get_or_init(|| worktree.clone());
        for note in worktree.notes() {
            self.note(note.to_string()).await?;
        }
        let is_done = self.is_done(&worktree).await?;
        // A tree that this session worked in before may hold its work already; a new one starts from here.
        let start = match is_done || worktree.resumed() {
            true => None,
            false => Some(worktree.head().await?),
        };
        let words = match is_done {
            true => "The work was finished in an earlier run.".to_owned(),
            false => self.invoke(&worktree, control).await?,
        };
        if worktree.take_back_branch().await? {
            let moved = "Another run moved this session's branch. It was put back to where this session left it.";
            self.note(moved.to_owned()).await?;
        }
        let files = self.judge(&worktree, start, &words).await?;
        self.check(&worktree, &cancel).await?;
        let summary = self.publish(project, &worktree, &words, &files).await?;
        let findings = findings::read(&worktree, &self.session.facts.0.agent).await;
        if let Err(error) = worktree.remove().await {
            tracing::warn!(%error, "the worktree stays until the next clean-up");
        }
        Ok(Ending::Completed { summary, findings })
    }

    /// Whether an earlier executor finished the work; what it kept of a failed or stopped run is not. A commit that it recorded and never pushed is gone with its
    /// machine: then the work is done again.
    async fn is_done(&self, worktree: &Worktree) -> Result<bool, Ending> {
        let commit = &self.session.commit;
        if self.session.is_partial {
            return Ok(false);
        }
        if commit.is_empty() || worktree.holds(commit).await? {
            return Ok(!commit.is_empty());
        }
        let lost = "The work of the executor before this one is not on this machine: the agent starts again.";
        self.note(lost.to_owned()).await?;
        Ok(false)
    }

    fn project(&self) -> Result<&Project, Ending> {
        let id = &self.session.facts.0.project_id;
        let projects = &self.executor.projects;
        projects.find(id).ok_or_else(|| {
            let known: Vec<_> = projects.ids().collect();
            let reason = format!(
                "there is no repository for project {id:?}; known projects are {}: name one of them, or start Errand with --repo",
                known.join(", ")
            );
            Ending::failed(Outcome::UnknownProject, reason)
        })
    }

    #[tracing::instrument(name = "worktree", skip_all)]
    async fn prepare(&self, project: &Project) -> Result<Worktree, Ending> {
        let workspaces = &self.executor.workspaces;
        let branch = &self.session.branch;
        let source = project.source_now().await?;
        let worktree = workspaces.prepare(&project.id, self.session_id, branch, &source);
        Ok(worktree.await?)
    }

    async fn invoke(&self, worktree: &Worktree, control: RunControl) -> Result<String, Ending> {
        let span = trace::of_agent(&self.session.facts.0.agent, self.session_id);
        let ended = self.agent(worktree, control);
        let ended = ended.instrument(span.clone()).await;
        trace::agent_ended(&span, &self.spent.of_run(), ended.as_ref().err());
        ended
    }

    async fn agent(&self, worktree: &Worktree, control: RunControl) -> Result<String, Ending> {
        let agent = self.configured()?;
        let request = RunRequest {
            resume: self.resume(worktree),
            ..agent.request(worktree, prompt(self.session))
        };
        let resuming = request.resume.is_some();
        if self.session.runs > 1 && !resuming {
            self.note(BEGINS_AGAIN.to_owned()).await?;
        }
        let (sender, updates) = mpsc::channel(UPDATE_BUFFER);
        let (asked, news) = mpsc::channel(UPDATE_BUFFER);
        let words = self.signals.words(&self.session_id.to_string());
        let questions = Questions::new(self.journal, self.run, &agent.answers, words);
        let work = async {
            tokio::join!(
                agent.runner.run(request, sender, control),
                recorder::record(updates, self.journal, self.run, asked, resuming, self.spent),
                questions.follow(news),
            )
        };
        let mut work = std::pin::pin!(work);
        let (outgrown, (outcome, recorded, followed)) = tokio::select! {
            done = &mut work => (None, done),
            error = self.executor.workspaces.outgrown(worktree) => {
                self.run.cancel();
                (Some(error), work.await)
            }
        };
        recorded.and(followed).map_err(lost)?;
        if let Some(error) = outgrown {
            self.keep_partial_work(worktree).await;
            return Err(error.into());
        }
        match outcome {
            RunOutcome::Ended {
                stop: StopReason::EndTurn,
                message,
            } => Ok(self.executor.redactor.redact(&message).into_owned()),
            RunOutcome::Ended { stop, message } => {
                self.keep_partial_work(worktree).await;
                Err(stopped_early(stop, &message))
            }
            RunOutcome::Cancelled => Err(Ending::HandedOver),
            RunOutcome::Failed(failure) => {
                self.keep_partial_work(worktree).await;
                Err(failure.into())
            }
        }
    }

    /// The agent's own session, where an executor was lost that ran it in the same tree.
    fn resume(&self, worktree: &Worktree) -> Option<Resume> {
        let session_id = &self.session.agent_session_id;
        (worktree.resumed() && !session_id.is_empty()).then(|| Resume {
            session_id: session_id.clone(),
            prompt: GO_ON.to_owned(),
        })
    }

    fn configured(&self) -> Result<&Agent, Ending> {
        let kind = &self.session.facts.0.agent;
        self.executor.agents.get(kind).ok_or_else(|| {
            let reason = format!("no agent of kind {kind:?} is configured");
            Ending::failed(Outcome::UnknownAgent, reason)
        })
    }

    /// The commands that must succeed after the work; what fails them stays on the branch.
    async fn check(&self, worktree: &Worktree, cancel: &CancellationToken) -> Result<(), Ending> {
        let agent = self.configured()?;
        let place = agent.request(worktree, String::new());
        let held_by = agent.confinement.as_ref();
        let results = run_checks(&agent.checks, &place, held_by, cancel).await;
        let Some(failed) = results.into_iter().find(|it| !it.passed) else {
            return Ok(());
        };
        if cancel.is_cancelled() {
            return Err(Ending::HandedOver);
        }
        self.push_partial_work(worktree).await?;
        let said = super::pull_request_text::cut(failed.said.trim(), 1_000);
        let reason = format!("The check `{}` failed: {said}", failed.command);
        Err(Ending::failed(Outcome::ChecksFailed, reason))
    }

    /// What a run did that a person stopped is kept too. Nothing of the agent runs any more.
    pub async fn keep_stopped_work(&self) {
        let Some(worktree) = self.tree.get() else {
            return;
        };
        self.keep_partial_work(worktree).await;
        if let Some(url) = self.pushed.get() {
            let branch = worktree.branch();
            let kept = format!("What the agent had done is kept on the branch {branch}: {url}");
            if let Err(error) = self.journal.note(kept).await {
                tracing::warn!(%error, "partial work is at the forge but that was not recorded");
            }
        }
    }

    /// What a failed run did is kept on the branch, for a person or the next attempt.
    async fn keep_partial_work(&self, worktree: &Worktree) {
        match judge::keep_work(worktree, self.session).await {
            Ok(Some(changes)) => {
                let changes = v1::ChangesCommitted {
                    partial: true,
                    ..changes
                };
                let changes = Progress::Changes(Box::new(changes));
                if let Err(error) = self.journal.record(changes).await {
                    tracing::warn!(%error, "partial work is on the branch but was not recorded");
                }
                if let Err(error) = self.push_partial_work(worktree).await {
                    tracing::warn!(?error, "partial work stays in the data folder");
                }
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "partial work could not be kept"),
        }
    }

    async fn push_partial_work(&self, worktree: &Worktree) -> Result<(), Ending> {
        if let Some(forge) = &self.project()?.forge {
            let target = forge.target().await?;
            worktree
                .push_instead_of(&target, &self.session.commit)
                .await?;
            self.pushed
                .get_or_init(|| forge.branch_url(worktree.branch()));
        }
        Ok(())
    }

    #[tracing::instrument(name = "judge", skip_all)]
    async fn judge(
        &self,
        worktree: &Worktree,
        start: Option<String>,
        words: &str,
    ) -> Result<Vec<v1::FileChange>, Ending> {
        let kept = judge::keep_work(worktree, self.session).await?;
        let is_new = |kept: &v1::ChangesCommitted| start.as_ref() != Some(&kept.commit);
        let changes = kept
            .filter(is_new)
            .ok_or_else(|| judge::nothing_changed(words))?;
        let files = changes.files.clone();
        let changes = Progress::Changes(Box::new(changes));
        self.journal.record(changes).await.map_err(lost)?;
        Ok(files)
    }

    async fn publish(
        &self,
        project: &Project,
        worktree: &Worktree,
        words: &str,
        files: &[v1::FileChange],
    ) -> Result<String, Ending> {
        // The plan of the pull request's checklist was recorded since the claim.
        let id = self.session_id.to_string();
        let loaded = self.executor.sessions.load(&id).await;
        let session = loaded.map_err(|e| lost(JournalError::Log(e)))?.aggregate;
        let url = &self.executor.settings.public_url;
        let text = publish::Text {
            session: &session,
            agent_words: words,
            usage: &self.spent.total(),
            public_url: url,
        };
        let earlier = &self.session.commit;
        let opened = publish::publish(project, worktree, &text, earlier, &self.pushed).await?;
        if let Some(opened) = &opened {
            let url = opened.url.clone();
            let number = opened.number;
            let opened = Progress::PullRequest { url, number };
            self.journal.record(opened).await.map_err(lost)?;
            let (story, conversation) =
                (&session.facts.0.story_id, &session.facts.0.conversation_id);
            tracing::info!(
                story,
                session = id,
                conversation,
                number,
                "pull request opened"
            );
        }
        Ok(judge::size(files))
    }

    async fn note(&self, thinking: String) -> Result<(), Ending> {
        self.journal.note(thinking).await.map_err(lost)
    }
}

/// The agent's kind comes first, so that one agent program can serve several kinds.
fn prompt(session: &Session) -> String {
    let facts = &session.facts.0;
    let mut prompt = format!("Agent: {}\n\n{}", facts.agent, facts.prompt);
    if let Some(instruction) = findings::instruction(&facts.agent) {
        prompt += &format!("\n\n{instruction}");
    }
    // An agent that begins again knows nothing of what the one before was told; what nobody has read yet follows.
    for said in session.read_steering() {
        prompt += &format!("\n\n{said}");
    }
    prompt
}

fn stopped_early(stop: StopReason, message: &str) -> Ending {
    let (outcome, what) = match stop {
        StopReason::MaxTokens => (Outcome::MaxTokens, "the model's token limit"),
        StopReason::MaxTurnRequests => (Outcome::MaxTurns, "the agent's limit of turns"),
        StopReason::EndTurn => (Outcome::Ended, "its own decision"),
    };
    let words = super::pull_request_text::cut(message.trim(), 300);
    let reason = format!("The agent was cut off by {what}. Its last words: {words}");
    Ending::failed(outcome, reason)
}

/// Nothing more can be written down, so nothing more may be done.
fn lost(error: JournalError) -> Ending {
    tracing::warn!(%error, "this run stops: its session is not its own any more or cannot be written");
    Ending::Lost
}
