//! How the work on a story can end otherwise than well: the one table of codes, what happened and what to do next.
//! `docs/how-to/outcomes.md` is made from it, and what people read in the chat, Slack and Linear.
#[macro_use]
mod macros;

use crate::{rfc3339, v1};
use std::fmt::Display;

/// Whether trying the same again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Retry {
    /// It may pass by itself: Errand tries again, within its limit.
    ByItself,
    /// Somebody has to change something first, or at least to decide.
    ByHand,
}

outcomes! {
    NoChanges = "no_changes", ByHand,
        "The agent ended without changing anything in the repository.",
        "Say more exactly what is wanted, then retry.";
    ChecksFailed = "checks_failed", ByHand,
        "The work is done, but one of the project's checks does not pass.",
        "Look at the check's output and at the branch; mend it there, or retry with the output in the prompt.";
    PushRefused = "push_refused", ByHand,
        "The forge did not take the branch.",
        "Read what the forge said, mend its rules or the branch, then retry.";
    BranchMoved = "branch_moved", ByHand,
        "Somebody else changed the story's branch at the forge.",
        "Keep or remove their commits on that branch, then retry.";
    BranchProtected = "branch_protected", ByHand,
        "The story's branch is protected at the forge.",
        "Let Errand push to branches that begin with errand/, then retry.";
    Conflict = "conflict", ByHand,
        "The base branch changed at the same lines meanwhile.",
        "Merge the base branch into the story's branch and settle the conflict there, or retry.";
    ForgeDown = "forge_down", ByItself,
        "The forge could not be reached, or allows no more requests for now.",
        "Wait until it answers; the work is kept.";
    ForgeRefused = "forge_refused", ByHand,
        "The forge knows the request and says no.",
        "Check the token and its permissions with errand doctor, then retry.";
    PullRequestRefused = "pull_request_refused", ByHand,
        "The branch was pushed, but the forge opens no pull request for it.",
        "Read what the forge said; open the pull request by hand from the branch, or retry.";
    TimedOut = "timed_out", ByHand,
        "The run took longer than its wall clock allows.",
        "Split the work into smaller stories, or raise the kind's limit of time, then retry.";
    Stalled = "stalled", ByHand,
        "The agent said nothing for longer than it may.",
        "Retry; raise the kind's stall limit if its commands take that long.";
    MaxTurns = "max_turns", ByHand,
        "The agent took more turns than it may.",
        "Split the work, or raise the kind's limit of turns, then retry.";
    MaxTokens = "max_tokens", ByHand,
        "The model's limit of tokens cut the agent off.",
        "Split the work into smaller stories, then retry.";
    OutputLimit = "output_limit", ByHand,
        "The agent wrote more output than it may.",
        "Ask for less, or raise the kind's limit of output, then retry.";
    CostLimit = "cost_limit", ByHand,
        "The agent spent more money than it may.",
        "Split the work, or raise the kind's limit of cost, then retry.";
    Unanswered = "unanswered", ByHand,
        "Nobody answered the agent's question in time.",
        "Retry it and answer the question, or let the kind's questions wait longer.";
    PromptLimit = "prompt_limit", ByHand,
        "The prompt is longer than the agent takes.",
        "Shorten it: name files instead of pasting them, and ask again.";
    TooMuchChanged = "too_much_changed", ByHand,
        "The changes are larger than one pull request may be.",
        "Split the work; look for generated files that belong into .gitignore.";
    Crashed = "crashed", ByHand,
        "The agent's program ended in the middle of its work.",
        "Read its last words; try the kind with errand agents test, then retry.";
    NotStarted = "not_started", ByHand,
        "The agent's program could not be started.",
        "Check its command with errand agents test, then retry.";
    Garbage = "garbage", ByHand,
        "The agent's output is not the protocol of its runner.",
        "Check the kind's command and runner with errand agents test, then retry.";
    AgentError = "agent_error", ByItself,
        "The agent or its model reported an error.",
        "Wait if the model is overloaded; else read the error and retry.";
    LoginRequired = "login_required", ByHand,
        "The agent asks to be logged in.",
        "Give it its key in its environment, or log in with its own command, then retry.";
    Refused = "refused", ByHand,
        "The agent refused the work.",
        "Say it in other words, or give it to another kind of agent.";
    UnknownAgent = "unknown_agent", ByHand,
        "No agent of this kind is configured where the story ran.",
        "Configure the kind in errand.toml of every executor, then retry.";
    UnknownProject = "unknown_project", ByHand,
        "There is no repository for the story's project.",
        "Start Errand with --repo, or name a project that it knows.";
    Repository = "repository", ByHand,
        "Git could not do its part in the repository.",
        "Read what git said, mend the repository, then retry.";
    GitLimit = "git_limit", ByItself,
        "Git took too long, or something else held the repository.",
        "Wait a moment; look for a repository that is too slow or locked if it happens again.";
    DiskFull = "disk_full", ByHand,
        "The executor's disk, or its share of it, is full.",
        "Free some space or raise the limit of the workspaces, then retry.";
    ExecutorLost = "executor_lost", ByItself,
        "The executors that ran the story died again and again.",
        "Look into the executor's log and its memory; what was committed is kept.";
    Ended = "ended", ByHand,
        "The agent ended before its work was done.",
        "Read its last words, then retry.";
    Cancelled = "cancelled", ByHand,
        "Somebody stopped the story.",
        "Retry it when it is wanted after all.";
    Rejected = "rejected", ByHand,
        "Somebody refused the story before it ran.",
        "Ask again in other words.";
}

impl Outcome {
    /// The outcome with this code; `None` for one of another version.
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|o| o.code() == code)
    }
}

impl v1::StoryRetryScheduled {
    /// "retry 1 of 2 at 14:05 UTC".
    pub fn retry_words(&self) -> String {
        retry_words(self.retry, self.retries, self.due_us)
    }
}

/// "retry 1 of 2 at 14:05 UTC".
pub fn retry_words(retry: impl Display, retries: impl Display, due_us: i64) -> String {
    let due = rfc3339(due_us);
    let time = due.get(11..16).unwrap_or(&due);
    format!("retry {retry} of {retries} at {time} UTC")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_outcome_is_told_apart_by_code_and_words() {
        let texts: [fn(Outcome) -> &'static str; 3] =
            [Outcome::code, Outcome::happened, Outcome::advice];
        for text in texts {
            let different: HashSet<_> = Outcome::ALL.iter().map(|o| text(*o)).collect();
            assert_eq!(different.len(), Outcome::ALL.len());
        }
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::find(outcome.code()), Some(*outcome));
        }
    }

    #[test]
    fn only_what_may_pass_by_itself_is_tried_again_by_itself() {
        let by_itself: Vec<_> = Outcome::ALL
            .iter()
            .filter(|o| o.retry() == Retry::ByItself)
            .map(|o| o.code())
            .collect();
        let expected = ["forge_down", "agent_error", "git_limit", "executor_lost"];
        assert_eq!(by_itself, expected);
    }
}
