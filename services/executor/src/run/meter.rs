//! When what was used is written down: at once when it was not for a while, else after a pause.
use super::spent::Spent;
use errand_proto::v1;
use std::time::Duration;
use tokio::time::Instant;

/// An agent may tell its usage many times a second; an event every few seconds is enough for people.
const PAUSE: Duration = Duration::from_secs(3);

pub struct Meter<'a> {
    spent: &'a Spent,
    recorded: v1::Usage,
    due: Instant,
    pause: Duration,
}

impl<'a> Meter<'a> {
    pub fn new(spent: &'a Spent) -> Self {
        Self {
            spent,
            recorded: spent.total(),
            due: Instant::now(),
            pause: PAUSE,
        }
    }

    /// Waits until there is news to write down, for ever where there is none.
    pub async fn due(&self) {
        match self.news() {
            Some(_) => tokio::time::sleep_until(self.due).await,
            None => std::future::pending().await,
        }
    }

    /// What is to be written down now; the caller does so.
    pub fn take(&mut self) -> Option<v1::Usage> {
        let news = self.news()?;
        self.recorded = news;
        self.due = Instant::now() + self.pause;
        Some(news)
    }

    fn news(&self) -> Option<v1::Usage> {
        let total = self.spent.total();
        (total != self.recorded).then_some(total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::RunUpdate;
    use futures::FutureExt as _;

    fn cost(spent: &Spent, cost_usd: f64) {
        spent.take(&RunUpdate::Usage {
            input_tokens: None,
            output_tokens: None,
            context_tokens: None,
            cost_usd: Some(cost_usd),
            cost_is_of_session: false,
        });
    }

    #[tokio::test]
    async fn the_first_figure_is_written_at_once_and_the_next_ones_together_after_a_pause() {
        let spent = Spent::new(&v1::Usage::default());
        let mut meter = Meter {
            pause: Duration::from_millis(200),
            ..Meter::new(&spent)
        };
        assert!(meter.due().now_or_never().is_none(), "nothing to write");
        cost(&spent, 0.1);
        meter.due().await;
        let began = Instant::now();
        assert_eq!(meter.take().unwrap().cost_micro_usd, 100_000);
        cost(&spent, 0.2);
        assert!(meter.due().now_or_never().is_none(), "it waits");
        cost(&spent, 0.3);
        meter.due().await;
        assert!(began.elapsed() >= meter.pause);
        assert_eq!(meter.take().unwrap().cost_micro_usd, 300_000);
        assert_eq!(meter.take(), None);
    }
}
