//! What is timed and counted where it happens. Whether anybody reads it is the binary's affair.
//!
//! The values of a label come from short lists that are known in advance; an id is never one.
use opentelemetry::{
    KeyValue, global,
    metrics::{Histogram, UpDownCounter},
};
use std::{sync::OnceLock, time::Duration};

/// The scope of all instruments.
const METER: &str = "errand";

/// Upper bounds in seconds for what a disk or a server in the neighbourhood answers.
pub const SHORT: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
];
/// For what the outside world answers.
pub const USUAL: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
];
/// For the work of agents.
pub const LONG: &[f64] = &[
    1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0,
];

pub(crate) static APPEND: Seconds = Seconds::new(
    "errand.append.duration",
    "Time that one append to the event log took, by kind of aggregate and outcome",
    SHORT,
);
pub(crate) static ATTEMPT: Seconds = Seconds::new(
    "errand.subscriber.attempt.duration",
    "Time that one attempt of a subscriber at one event took, by outcome",
    USUAL,
);

/// A histogram of durations; Prometheus sees `errand_…_seconds`.
pub struct Seconds {
    name: &'static str,
    description: &'static str,
    bounds: &'static [f64],
    made: OnceLock<Histogram<f64>>,
}

impl Seconds {
    pub const fn new(
        name: &'static str,
        description: &'static str,
        bounds: &'static [f64],
    ) -> Self {
        Self {
            name,
            description,
            bounds,
            made: OnceLock::new(),
        }
    }

    /// Metrics must have been started before the first record; what comes earlier is lost.
    pub fn record(&self, took: Duration, labels: &[(&'static str, &'static str)]) {
        let histogram = self.made.get_or_init(|| {
            global::meter(METER)
                .f64_histogram(self.name)
                .with_description(self.description)
                .with_unit("s")
                .with_boundaries(self.bounds.to_vec())
                .build()
        });
        let label = |&(key, value)| KeyValue::new(key, value);
        let labels: Vec<_> = labels.iter().map(label).collect();
        histogram.record(took.as_secs_f64(), &labels);
    }
}

/// How many of something there are at the moment.
pub struct Level {
    name: &'static str,
    description: &'static str,
    made: OnceLock<UpDownCounter<i64>>,
}

impl Level {
    pub const fn new(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            made: OnceLock::new(),
        }
    }

    /// One more, until the answer is dropped.
    #[must_use]
    pub fn enter(&'static self) -> Entered {
        self.add(1);
        Entered(self)
    }

    fn add(&self, change: i64) {
        let counter = self.made.get_or_init(|| {
            global::meter(METER)
                .i64_up_down_counter(self.name)
                .with_description(self.description)
                .build()
        });
        counter.add(change, &[]);
    }
}

/// Counted in a [`Level`] as long as it lives.
pub struct Entered(&'static Level);

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.add(-1);
    }
}
