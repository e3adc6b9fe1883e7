//! Watches a run's limits: time, silence, output, turns, money, and text that is not the protocol.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::failure::RunFailure;
use super::request::RunLimits;

/// Stray lines that are forgiven: many programs greet or warn on standard output before they behave.
const MAX_STRAY_LINES: u32 = 20;
/// How much of the first stray line is kept, in characters.
const MAX_SAMPLE_CHARS: usize = 200;

/// Shared by everything that sees the agent live; [`Watch::broken`] tells the first limit that was hit.
#[derive(Debug)]
pub(super) struct Watch {
    limits: RunLimits,
    program: String,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    started: Instant,
    last_sign: Instant,
    open: bool,
    waiting_for_people: u32,
    waiting_since: Instant,
    waited: Duration,
    output_bytes: u64,
    stray_lines: u32,
    stray_sample: Option<String>,
    verdict: Option<RunFailure>,
}

impl Watch {
    /// Starts all clocks.
    pub(super) fn new(limits: RunLimits, program: String) -> Arc<Self> {
        let now = Instant::now();
        let state = State {
            started: now,
            last_sign: now,
            open: false,
            waiting_for_people: 0,
            waiting_since: now,
            waited: Duration::ZERO,
            output_bytes: 0,
            stray_lines: 0,
            stray_sample: None,
            verdict: None,
        };
        Arc::new(Self {
            limits,
            program,
            state: Mutex::new(state),
            changed: Notify::new(),
        })
    }

    /// The agent's session is open: from now on silence is measured instead of the start.
    pub(super) fn session_opened(&self) {
        let mut state = self.lock();
        state.open = true;
        state.last_sign = Instant::now();
        drop(state);
        self.changed.notify_one();
    }

    /// `bytes` of output were read.
    pub(super) fn read(&self, bytes: usize) {
        let mut state = self.lock();
        state.output_bytes += bytes as u64;
        if state.output_bytes > self.limits.output_bytes {
            let limit = self.limits.output_bytes;
            self.break_off(state, RunFailure::OutputTooLarge { limit });
        }
    }

    /// A message of the protocol was read: a sign of life.
    pub(super) fn message(&self) {
        self.lock().last_sign = Instant::now();
    }

    /// The agent is in its `turns`th turn and has cost so much.
    pub(super) fn used(&self, turns: u32, cost_usd: Option<f64>) {
        let limits = &self.limits;
        if let Some(limit) = limits.turns.filter(|limit| turns > *limit) {
            self.break_off(self.lock(), RunFailure::TooManyTurns { limit });
        }
        let cost = cost_usd.map(micro_usd).unwrap_or_default();
        if let Some(limit) = limits.cost_micro_usd.filter(|limit| cost > *limit) {
            let limit_micro_usd = limit;
            self.break_off(self.lock(), RunFailure::TooExpensive { limit_micro_usd });
        }
    }

    /// A line was read that is no message of the protocol.
    pub(super) fn stray_line(&self, line: &str) {
        let mut state = self.lock();
        state.stray_lines += 1;
        if state.stray_sample.is_none() {
            state.stray_sample = Some(line.chars().take(MAX_SAMPLE_CHARS).collect());
        }
        if state.stray_lines > MAX_STRAY_LINES {
            let failure = garbage(&state);
            self.break_off(state, failure);
        }
    }

    /// Nobody answered a question without which the run shall not go on.
    pub(super) fn unanswered(&self, question: &str) {
        let question = question.to_owned();
        self.break_off(self.lock(), RunFailure::Unanswered { question });
    }

    /// One line alone is longer than any message may be.
    pub(super) fn line_too_long(&self, limit: u64) {
        self.break_off(self.lock(), RunFailure::OutputTooLarge { limit });
    }

    /// What the stray lines read so far would be reported as, if there were any.
    pub(super) fn garbage(&self) -> Option<RunFailure> {
        let state = self.lock();
        (state.stray_lines > 0).then(|| garbage(&state))
    }

    /// Stops the clocks while a person is being asked, until the guard is dropped.
    pub(super) fn wait_for_person(self: &Arc<Self>) -> WaitingForPerson {
        let mut state = self.lock();
        if state.waiting_for_people == 0 {
            state.waiting_since = Instant::now();
        }
        state.waiting_for_people += 1;
        drop(state);
        self.changed.notify_one();
        WaitingForPerson(Arc::clone(self))
    }

    /// Resolves when a limit is hit. Never resolves for a run that keeps its limits.
    pub(super) async fn broken(&self) -> RunFailure {
        loop {
            let (verdict, deadline) = self.look();
            if let Some(failure) = verdict {
                return failure;
            }
            tokio::select! {
                () = self.changed.notified() => {}
                () = sleep_until(deadline) => {}
            }
        }
    }

    /// The verdict if there is one, else the moment at which to look again.
    fn look(&self) -> (Option<RunFailure>, Option<Instant>) {
        let state = self.lock();
        if state.verdict.is_some() {
            return (state.verdict.clone(), None);
        }
        if state.waiting_for_people > 0 {
            return (None, None);
        }
        let wall = state.started + state.waited + self.limits.wall_clock;
        let silence = if state.open {
            state.last_sign + self.limits.stall
        } else {
            state.started + self.limits.start
        };
        let now = Instant::now();
        let verdict = if now >= wall {
            Some(RunFailure::TimedOut {
                limit: self.limits.wall_clock,
            })
        } else if now >= silence {
            Some(self.silent(&state))
        } else {
            None
        };
        (verdict, Some(wall.min(silence)))
    }

    fn silent(&self, state: &State) -> RunFailure {
        if state.open {
            return RunFailure::Stalled {
                limit: self.limits.stall,
            };
        }
        if state.stray_lines > 0 {
            return garbage(state);
        }
        let reason = format!(
            "it did not open a session within {} s; check the agent's command and runner",
            self.limits.start.as_secs_f32()
        );
        RunFailure::NotStarted {
            program: self.program.clone(),
            reason,
        }
    }

    fn break_off(&self, mut state: MutexGuard<'_, State>, failure: RunFailure) {
        state.verdict.get_or_insert(failure);
        drop(state);
        self.changed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// While it lives, the run's clocks stand still.
#[derive(Debug)]
pub(super) struct WaitingForPerson(Arc<Watch>);

impl Drop for WaitingForPerson {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.waiting_for_people -= 1;
        if state.waiting_for_people == 0 {
            let waited = state.waiting_since.elapsed();
            state.waited += waited;
            state.last_sign = Instant::now();
        }
        drop(state);
        self.0.changed.notify_one();
    }
}

fn garbage(state: &State) -> RunFailure {
    RunFailure::ProtocolGarbage {
        sample: state.stray_sample.clone().unwrap_or_default(),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to zero and above, and no run costs 10^13 dollars"
)]
pub(crate) fn micro_usd(usd: f64) -> u64 {
    (usd.max(0.0) * 1_000_000.0).round() as u64
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(60);

    fn watch(wall_clock: Duration, stall: Duration, start: Duration) -> Arc<Watch> {
        let limits = RunLimits {
            wall_clock,
            stall,
            output_bytes: 1000,
            start,
            turns: Some(3),
            cost_micro_usd: Some(500_000),
            ..RunLimits::default()
        };
        Watch::new(limits, "agent".to_owned())
    }

    #[tokio::test]
    async fn an_agent_that_opens_no_session_has_not_started() {
        let failure = watch(LONG, LONG, SHORT).broken().await;
        assert!(
            failure
                .to_string()
                .contains("did not open a session within 0.06 s"),
            "{failure}"
        );
    }

    #[tokio::test]
    async fn silence_is_measured_from_the_last_message() {
        let (watch, start) = (watch(LONG, SHORT, LONG), Instant::now());
        watch.session_opened();
        tokio::time::sleep(SHORT / 2).await;
        watch.message();
        assert_eq!(watch.broken().await, RunFailure::Stalled { limit: SHORT });
        assert!(start.elapsed() >= SHORT + SHORT / 2);
    }

    #[tokio::test]
    async fn an_agent_that_never_falls_silent_ends_at_the_wall_clock() {
        let watch = watch(SHORT, LONG, LONG);
        watch.session_opened();
        assert_eq!(watch.broken().await, RunFailure::TimedOut { limit: SHORT });
    }

    #[tokio::test]
    async fn no_clock_runs_while_a_person_is_asked() {
        let (watch, start) = (watch(4 * SHORT, 4 * SHORT, LONG), Instant::now());
        watch.session_opened();
        let asked = watch.wait_for_person();
        let question = 8 * SHORT;
        assert!(
            tokio::time::timeout(question, watch.broken())
                .await
                .is_err()
        );
        drop(asked);
        watch.broken().await;
        assert!(start.elapsed() >= question + 3 * SHORT);
    }

    #[tokio::test]
    async fn a_few_stray_lines_are_forgiven_and_many_are_garbage() {
        let watch = watch(LONG, LONG, LONG);
        for _ in 0..MAX_STRAY_LINES {
            watch.stray_line("warning: hello");
        }
        assert_eq!(watch.look().0, None);
        watch.stray_line("one more");
        let sample = "warning: hello".to_owned();
        assert_eq!(watch.broken().await, RunFailure::ProtocolGarbage { sample });
    }

    #[tokio::test]
    async fn output_beyond_the_limit_ends_the_run() {
        let watch = watch(LONG, LONG, LONG);
        watch.read(1001);
        assert_eq!(
            watch.broken().await,
            RunFailure::OutputTooLarge { limit: 1000 }
        );
    }

    #[tokio::test]
    async fn turns_and_money_beyond_their_limits_end_the_run() {
        let turns = watch(LONG, LONG, LONG);
        turns.used(3, Some(0.5));
        assert_eq!(turns.look().0, None);
        turns.used(4, None);
        assert_eq!(turns.broken().await, RunFailure::TooManyTurns { limit: 3 });
        let money = watch(LONG, LONG, LONG);
        money.used(1, Some(0.500_001));
        let limit_micro_usd = 500_000;
        let failure = RunFailure::TooExpensive { limit_micro_usd };
        assert_eq!(money.broken().await, failure);
    }
}
