//! Claims jobs and runs their sessions, as many at once as there are slots.
use super::{
    alone::Alone,
    attempt::Attempt,
    claim::{self, Origin, Ownership},
    earlier,
    ending::Ending,
    journal::{Journal, JournalError},
    signals::{CancelRequest, Signals},
    spent::Spent,
    trace,
};
use crate::{
    Executor, cleaning,
    runner::{self, RunControl, RunHandle},
    session::{MAX_EXPIRED_LEASES, Progress, Session, SessionCommand},
    workspace::WorkspaceError,
};
use errand_eventlog::{Claim, LogError, metrics::Level};
use errand_proto::{Outcome, v1};
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument;

static RUNNING: Level = Level::new(
    "errand.sessions.running",
    "Agent sessions that run in this process",
);

/// Pause after a failure of the queue or the log.
const PAUSE: Duration = Duration::from_secs(1);
/// A session's first event follows its job within moments.
const NOT_YET_PAUSE: Duration = Duration::from_millis(100);
/// How long a run may take to come to an end when its executor stops, or has lost its lease.
const STOP_GRACE: Duration = Duration::from_secs(10);
/// The same when a person stops it: what runs then is killed within five seconds.
const CANCEL_GRACE: Duration = Duration::from_millis(4_500);
/// How long it may take to keep what a stopped run did, when its processes are gone.
const KEEP_GRACE: Duration = Duration::from_secs(10);
/// Tries to write an ending before the session is left to the next executor.
const MAX_ENDING_TRIES: u32 = 5;

/// Works until `stop`, then hands running sessions over to the next executor.
pub async fn work(executor: Executor, stop: CancellationToken) {
    end_abandoned(&executor).await;
    let (signals, alone) = (Signals::default(), Alone::default());
    let tasks = TaskTracker::new();
    let log = Arc::clone(&executor.log);
    let follower = signals.clone();
    let until = stop.clone();
    tasks.spawn(async move { follower.follow(log, until).await });
    tasks.spawn(cleaning::run(executor.clone(), stop.clone()));
    let slots = Arc::new(Semaphore::new(executor.settings.slots));
    while let Some(claim) = next(&executor, &slots, &stop).await {
        let (slot, claim) = claim;
        let (executor, signals, stop) = (executor.clone(), signals.clone(), stop.clone());
        let alone = alone.clone();
        tasks.spawn(async move {
            if let Err(error) = run(&executor, &signals, &alone, claim, &stop).await {
                tracing::warn!(%error, "a session could not be run, its job will be given out again");
            }
            drop(slot);
        });
    }
    tasks.close();
    tasks.wait().await;
}

/// Ends what an executor left running that was killed: its session may have been stopped meanwhile, and then nobody
/// would look for its processes.
async fn end_abandoned(executor: &Executor) {
    let workspaces = executor.workspaces.clone();
    let ending = tokio::task::spawn_blocking(move || {
        let files = workspaces.footprints()?;
        Ok::<usize, WorkspaceError>(files.iter().map(|file| runner::end_abandoned(file)).sum())
    });
    match ending.await {
        Ok(Ok(0)) => {}
        Ok(Ok(ended)) => tracing::warn!(ended, "ended processes of an executor that was killed"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "cannot see what an executor before this one left")
        }
        Err(error) => tracing::error!(%error, "the search for abandoned processes broke off"),
    }
}

type Slot = tokio::sync::OwnedSemaphorePermit;

async fn next(
    executor: &Executor,
    slots: &Arc<Semaphore>,
    stop: &CancellationToken,
) -> Option<(Slot, Box<dyn Claim>)> {
    loop {
        let slot = tokio::select! {
            () = stop.cancelled() => return None,
            slot = Arc::clone(slots).acquire_owned() => slot.ok()?,
        };
        let settings = &executor.settings;
        tokio::select! {
            () = stop.cancelled() => return None,
            claim = executor.queue.claim(&settings.executor_id, &settings.queue) => match claim {
                Ok(claim) => return Some((slot, claim)),
                Err(error) => {
                    tracing::warn!(%error, "no job could be claimed");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

async fn run(
    executor: &Executor,
    signals: &Signals,
    alone: &Alone,
    claim: Box<dyn Claim>,
    stop: &CancellationToken,
) -> Result<(), LogError> {
    // An earlier run of this process has lost its lease and is about to end: both would have the same pen.
    let Some(_alone) = alone.with(claim.job().id) else {
        return claim.release(PAUSE).await;
    };
    let session_id = claim.job().id.to_string();
    let Some(origin) = Origin::of(executor, &session_id).await? else {
        return claim.release(NOT_YET_PAUSE).await;
    };
    let span = trace::of_run(claim.as_ref(), &origin);
    let run = async {
        match claim::take(executor, &session_id, &origin).await? {
            Ownership::NotYet => claim.release(NOT_YET_PAUSE).await,
            Ownership::Theirs => claim.release(PAUSE).await,
            Ownership::Ended => claim.done().await,
            Ownership::Ours(mut session) => {
                if session.commit.is_empty() {
                    session.commit = earlier::finished_work(executor, &session).await?;
                }
                let handed_over =
                    own(executor, signals, claim.as_ref(), &session, &origin, stop).await?;
                if handed_over {
                    return claim.release(Duration::ZERO).await;
                }
                claim.done().await
            }
        }
    };
    run.instrument(span).await
}

/// Runs a session that is ours to its end. `true` when somebody else has to go on with it.
async fn own(
    executor: &Executor,
    signals: &Signals,
    claim: &dyn Claim,
    session: &Session,
    origin: &Origin,
    stop: &CancellationToken,
) -> Result<bool, LogError> {
    let id = claim.job().id.to_string();
    let _counted = RUNNING.enter();
    trace::claimed(&id, session);
    let journal = Journal::new(executor, claim.job().id, session, origin.command());
    let agent = executor.agents.get(&session.facts.0.agent);
    // How long a person may take is watched by whoever puts the question to them.
    let answers = agent.map(|agent| agent.answers.clone().patient());
    let (handle, control) = RunControl::channel(answers.unwrap_or_default());
    signals.watch(&id, handle.clone());
    let story_id = &session.facts.0.story_id;
    let caught_up = signals.catch_up(&executor.log, &executor.workspace_id, story_id, &id);
    caught_up.await?;
    let spent = Spent::new(&session.usage.0);
    let attempt = Attempt {
        executor,
        session_id: claim.job().id,
        session,
        journal: &journal,
        run: &handle,
        signals,
        pushed: OnceLock::new(),
        tree: OnceLock::new(),
        spent: &spent,
    };
    let ending = if session.expired_leases >= MAX_EXPIRED_LEASES {
        executor_lost()
    } else {
        guarded(&attempt, control, claim, &handle, stop).await
    };
    let ending = asked_to_stop(ending, signals.unwatch(&id));
    if matches!(ending, Ending::Cancelled { .. })
        && tokio::time::timeout(KEEP_GRACE, attempt.keep_stopped_work())
            .await
            .is_err()
    {
        tracing::warn!(
            session = id,
            "what was done so far did not reach the forge in time"
        );
    }
    let branch_url = attempt.pushed.get().cloned().unwrap_or_default();
    let handed_over = finish(&journal, ending.clone(), spent.total(), branch_url).await?;
    trace::ended(&id, session, &ending);
    Ok(handed_over)
}

fn executor_lost() -> Ending {
    let reason = format!(
        "The executor was lost {MAX_EXPIRED_LEASES} times while it ran this session. Look into its log, then retry."
    );
    Ending::failed(Outcome::ExecutorLost, reason)
}

/// The attempt, with a heartbeat beside it; stopped when the lease is lost or this process ends.
async fn guarded(
    attempt: &Attempt<'_>,
    control: RunControl,
    claim: &dyn Claim,
    run: &RunHandle,
    stop: &CancellationToken,
) -> Ending {
    let cancelled = control.cancel.clone();
    let lease = attempt.executor.settings.queue.lease;
    let work = attempt.go(control);
    tokio::pin!(work);
    let grace = tokio::select! {
        done = &mut work => return done,
        () = heartbeats(claim, lease) => STOP_GRACE,
        () = stop.cancelled() => STOP_GRACE,
        () = cancelled.cancelled() => CANCEL_GRACE,
    };
    // The agent is told and, after its grace time, killed; git commands end with their future.
    run.cancel();
    let done = tokio::time::timeout(grace, work).await;
    done.unwrap_or(Ending::HandedOver)
}

/// Ends only when the lease is lost.
async fn heartbeats(claim: &dyn Claim, lease: Duration) {
    loop {
        tokio::time::sleep(lease / 3).await;
        if let Err(error) = claim.heartbeat().await {
            tracing::warn!(%error, "lease lost, the run stops");
            return;
        }
    }
}

/// A run that was interrupted because a person wanted it ended as cancelled.
fn asked_to_stop(ending: Ending, request: Option<CancelRequest>) -> Ending {
    match (ending, request) {
        (Ending::HandedOver, Some(CancelRequest { by, reason })) => {
            Ending::Cancelled { by, reason }
        }
        (ending, _) => ending,
    }
}

/// Writes the ending down. `true` when the session goes on elsewhere.
async fn finish(
    journal: &Journal,
    ending: Ending,
    usage: v1::Usage,
    branch_url: String,
) -> Result<bool, LogError> {
    let executor_id = journal.executor_id().to_owned();
    if matches!(ending, Ending::Cancelled { .. } | Ending::HandedOver) {
        // These events say nothing of it, and a run that was given up may have told more than it wrote down.
        let what = Progress::Usage(usage);
        let executor_id = executor_id.clone();
        write(journal, SessionCommand::Record { executor_id, what }).await?;
    }
    let command = match ending {
        Ending::Completed { summary, findings } => SessionCommand::Complete {
            executor_id,
            summary,
            usage,
            findings,
        },
        Ending::Failed { outcome, reason } => SessionCommand::Fail {
            executor_id,
            outcome: outcome.code().to_owned(),
            reason,
            usage,
            branch_url,
        },
        Ending::Cancelled { by, reason } => SessionCommand::Cancel {
            executor_id,
            by,
            reason,
            branch_url,
        },
        Ending::HandedOver => {
            let hand_over = SessionCommand::ExpireLease {
                executor_id,
                handed_over: true,
            };
            write(journal, hand_over).await?;
            return Ok(true);
        }
        Ending::Lost => return Ok(true),
    };
    write(journal, command).await?;
    Ok(false)
}

async fn write(journal: &Journal, command: SessionCommand) -> Result<(), LogError> {
    let mut tries = 0;
    loop {
        tries += 1;
        match journal.write(command.clone()).await {
            Ok(()) => return Ok(()),
            // Not ours any more: whoever owns it writes the ending.
            Err(JournalError::Lost(refusal)) => {
                tracing::warn!(%refusal, "the ending was not ours to write");
                return Ok(());
            }
            Err(JournalError::Log(error)) if tries >= MAX_ENDING_TRIES => return Err(error),
            Err(JournalError::Log(error)) => {
                tracing::warn!(%error, tries, "the ending could not be written yet");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
