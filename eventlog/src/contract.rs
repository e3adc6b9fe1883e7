//! The suite that every adapter of the event log passes: one async function per promise.
//!
//! An adapter implements [`Harness`] and calls the macro in a test file of its own:
//!
//! ```text
//! async fn harness() -> MyHarness { … }
//! errand_eventlog::contract_tests!(crate::harness);
//! ```
//!
//! which makes one `#[tokio::test]` per promise, each on a fresh, empty log.
//!
//! # Layout
//! - [`append`], [`load`], [`read`]: the log itself.
//! - [`work`], [`retries`], [`dead_letters`]: durable groups and what they give up.
//! - [`queue`], [`pauses`]: the job queue, and its stops.
//! - [`simulation`]: a thousand stories in the promised order, on a clock that the test moves.
//! - `sample`: events, groups and jobs for all of them.
//! - `broken`: how a promise says that it was not kept.

mod broken;
pub(crate) mod random;
mod sample;

pub mod append;
pub mod dead_letters;
pub mod load;
pub mod pauses;
pub mod queue;
pub mod read;
pub mod retries;
pub mod simulation;
pub mod work;

pub use broken::{Broken, Outcome};
use broken::{ensure, within};

use crate::{DeadLetters, EventLog, JobQueue};
use async_trait::async_trait;
use std::sync::Arc;

/// A fresh, empty log of one adapter.
#[async_trait]
pub trait Harness: Send + Sync {
    async fn log(&self) -> Arc<dyn EventLog>;
    async fn dead_letters(&self) -> Arc<dyn DeadLetters>;
    async fn queue(&self) -> Arc<dyn JobQueue>;
    /// Ends everything that holds the log and opens it again on the same data. What was got before is void.
    async fn restart(&self);
}

/// One `#[tokio::test]` for every promise; takes the full path of an async function that makes a [`Harness`].
#[macro_export]
macro_rules! contract_tests {
    ($harness:path) => {
        $crate::contract_tests! { @each $harness;
            append {
                an_answered_append_can_be_loaded_exactly_as_it_was_given,
                an_answered_append_survives_a_restart,
                a_guard_of_zero_refuses_an_aggregate_that_exists,
                a_stale_guard_conflicts_and_names_the_actual_sequence,
                of_two_racing_appenders_exactly_one_wins,
                many_writers_that_reload_on_conflict_lose_nothing,
                an_append_to_several_aggregates_is_stored_as_a_whole,
                an_append_to_several_aggregates_is_refused_as_a_whole,
                the_same_append_again_gives_the_same_answer,
                the_same_append_gives_the_same_answer_after_other_events_and_a_restart,
                the_same_append_at_the_same_time_is_stored_once,
                the_beginning_of_a_longer_append_is_not_taken_for_it,
                what_cannot_be_stored_is_rejected_with_the_reason,
            }
            load {
                an_aggregate_is_loaded_alone_and_in_order,
                an_aggregate_is_loaded_after_a_position,
                an_unknown_aggregate_is_empty,
                a_long_aggregate_is_loaded_whole_before_and_after_a_restart,
            }
            read {
                a_reader_sees_every_event_once_in_the_order_of_appending,
                a_reader_that_does_not_follow_ends_at_the_head,
                a_reader_begins_after_a_position,
                a_reader_begins_at_a_time,
                a_follower_sees_what_comes_later,
                a_follower_sees_concurrent_appends_in_one_order,
                a_filter_by_kind_or_type_lets_the_rest_pass_and_tells_how_far_it_came,
                a_reader_that_stands_still_holds_nobody_up,
                a_log_keeps_its_identity_over_a_restart,
            }
            work {
                a_new_group_gets_every_event_from_the_beginning,
                what_was_acknowledged_does_not_come_again_after_a_restart,
                what_was_not_acknowledged_comes_again_after_a_restart,
                an_unanswered_delivery_goes_to_another_reader_after_its_time,
                a_report_of_progress_extends_the_time,
                competing_readers_share_the_work,
                no_more_than_the_limit_is_under_way_over_all_readers,
                a_slow_group_does_not_hold_up_another,
                a_group_gets_only_what_its_filter_wants,
                a_group_tells_how_far_it_is,
                a_late_acknowledgement_still_counts,
            }
            retries {
                a_retry_comes_after_its_delay_with_the_next_attempt,
                others_go_on_while_one_waits_for_its_retry,
                a_retry_survives_a_restart_with_its_attempts,
                a_message_that_fails_too_often_becomes_a_dead_letter,
                a_message_that_is_never_answered_becomes_a_dead_letter,
            }
            dead_letters {
                a_letter_holds_the_whole_message_with_reason_and_attempts,
                letters_are_listed_newest_first_and_survive_a_restart,
                letters_are_found_by_group_page_by_page_and_counted,
                a_redriven_letter_comes_again_as_a_first_attempt,
                a_redriven_letter_comes_again_after_a_restart,
                a_discarded_letter_is_forgotten_but_its_event_is_not,
                an_unknown_letter_is_said_to_be_unknown,
            }
            queue {
                a_job_is_queued_once_however_often_it_is_enqueued,
                a_claim_waits_until_there_is_a_job,
                jobs_run_by_priority_and_then_by_age,
                a_job_that_waited_long_overtakes_younger_ones_of_higher_priority,
                a_project_runs_no_more_sessions_than_its_cap,
                projects_take_turns,
                a_claim_without_heartbeat_goes_to_another_worker,
                a_heartbeat_keeps_the_claim,
                a_done_job_is_gone_and_can_be_enqueued_again,
                a_released_job_comes_again_after_its_delay,
                a_waiting_job_can_be_removed_and_a_claimed_one_cannot,
                the_list_tells_order_state_and_what_is_waited_for,
                jobs_survive_a_restart,
                a_done_job_stays_gone_after_a_restart,
            }
            pauses {
                a_paused_queue_takes_jobs_hands_none_out_and_says_why,
                a_paused_project_holds_no_other_up,
                what_runs_goes_on_in_a_paused_queue,
                a_resumed_queue_wakes_the_worker_that_waits,
                a_pause_survives_a_restart_with_who_and_since_when,
                the_first_pause_stays_and_one_that_is_not_there_cannot_be_lifted,
            }
        }
    };
    (@each $harness:path; $($file:ident { $($promise:ident),* $(,)? })*) => {
        $(mod $file {
            $(#[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() -> $crate::contract::Outcome {
                let harness = $harness().await;
                $crate::contract::$file::$promise(&harness).await
            })*
        })*
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_promise_is_in_the_list() {
        let list = include_str!("contract.rs");
        let files = [
            include_str!("contract/append.rs"),
            include_str!("contract/dead_letters.rs"),
            include_str!("contract/load.rs"),
            include_str!("contract/pauses.rs"),
            include_str!("contract/queue.rs"),
            include_str!("contract/read.rs"),
            include_str!("contract/retries.rs"),
            include_str!("contract/work.rs"),
        ];
        for line in files.iter().flat_map(|file| file.lines()) {
            let Some(promise) = line.strip_prefix("pub async fn ") else {
                continue;
            };
            let name = promise.split('(').next().unwrap();
            assert!(list.contains(&format!(" {name},")), "{name} is not listed");
        }
    }
}
