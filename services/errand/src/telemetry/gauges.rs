//! What the stores say at a scrape: lag, queue, dead letters. Every process that is scraped says the same of a shared
//! store, so dashboards take the maximum over the processes.
use super::health::Health;
use errand_eventlog::{GroupStatus, JobState, QueuedJob, Seq, aggregate::now_us};
use errand_projections::{positions::ProjectionState, projector::ProjectionStatus};
use prometheus::{GaugeVec, IntGauge, IntGaugeVec, Opts, Registry, proto::MetricFamily};
use std::collections::BTreeMap;

const PRIORITIES: u8 = 4;

/// The answers of one moment; what did not answer has no gauge then, except the one that says so.
pub struct Answers {
    is_answered: BTreeMap<&'static str, bool>,
    head: Option<Seq>,
    groups: Vec<GroupStatus>,
    jobs: Option<Vec<QueuedJob>>,
    /// By the group that gave up.
    letters: Option<BTreeMap<String, u64>>,
    projections: Vec<ProjectionStatus>,
}

impl Answers {
    pub async fn ask(health: &Health) -> Self {
        let (head, groups, jobs, letters, projections) = tokio::join!(
            health.head(),
            health.groups(),
            health.jobs(),
            health.letters(),
            health.projections(),
        );
        let mut is_answered = BTreeMap::from([("log", head.is_ok() && groups.is_ok())]);
        is_answered.extend(jobs.as_ref().map(|a| ("queue", a.is_ok())));
        is_answered.extend(letters.as_ref().map(|a| ("dead_letters", a.is_ok())));
        is_answered.extend(projections.as_ref().map(|a| ("projections", a.is_ok())));
        let groups = groups.unwrap_or_default();
        let letters = letters.and_then(Result::ok).map(|counted| {
            // A group without a letter has a zero, so that an alert sees the first one come.
            let mut counts: BTreeMap<_, _> = groups.iter().map(|g| (g.name.clone(), 0)).collect();
            counts.extend(counted);
            counts
        });
        Self {
            is_answered,
            head: head.ok().map(|head| head.seq),
            groups,
            jobs: jobs.and_then(Result::ok),
            letters,
            projections: projections.and_then(Result::ok).unwrap_or_default(),
        }
    }

    pub fn families(&self) -> prometheus::Result<Vec<MetricFamily>> {
        let sheet = Sheet(Registry::new());
        let answers = sheet.gauges("errand_store_up", "1 when the store answered", &["store"])?;
        for (store, up) in &self.is_answered {
            answers.with_label_values(&[store]).set((*up).into());
        }
        if let Some(head) = self.head {
            let last = IntGauge::new("errand_log_last_sequence", "The log's last sequence")?;
            last.set(signed(head));
            sheet.0.register(Box::new(last))?;
        }
        self.subscribers(&sheet)?;
        self.queue(&sheet)?;
        self.read_models(&sheet)?;
        Ok(sheet.0.gather())
    }

    fn subscribers(&self, sheet: &Sheet) -> prometheus::Result<()> {
        let of = &["subscriber"];
        let lag = "Sequences of the log that the subscriber has not passed yet";
        let lag = sheet.gauges("errand_subscriber_lag_events", lag, of)?;
        let under_way = "Deliveries under way or waiting for another attempt";
        let under_way = sheet.gauges("errand_subscriber_outstanding_deliveries", under_way, of)?;
        for group in &self.groups {
            let behind = signed(group.head.saturating_sub(group.acked_through));
            lag.with_label_values(&[&group.name]).set(behind);
            let outstanding = signed(group.outstanding);
            under_way.with_label_values(&[&group.name]).set(outstanding);
        }
        if let Some(counts) = &self.letters {
            let letters = "Messages set aside for a person to look at";
            let letters = sheet.gauges("errand_dead_letters", letters, of)?;
            for (group, count) in counts {
                letters.with_label_values(&[group]).set(signed(*count));
            }
        }
        Ok(())
    }

    fn queue(&self, sheet: &Sheet) -> prometheus::Result<()> {
        let Some(queued) = &self.jobs else {
            return Ok(());
        };
        let jobs = "Sessions in the queue";
        let jobs = sheet.gauges("errand_queue_jobs", jobs, &["state", "priority"])?;
        let wait = Opts::new(
            "errand_queue_oldest_wait_seconds",
            "How long the oldest waiting session has waited; 0 when none waits",
        );
        let wait = GaugeVec::new(wait, &["priority"])?;
        sheet.0.register(Box::new(wait.clone()))?;
        for priority in 0..PRIORITIES {
            let label = format!("P{priority}");
            let of = |state| {
                let mine = queued.iter().filter(move |j| j.job.priority == priority);
                mine.filter(move |j| j.state == state)
            };
            for (state, name) in [
                (JobState::Waiting, "waiting"),
                (JobState::Claimed, "running"),
            ] {
                let count = signed(of(state).count() as u64);
                jobs.with_label_values(&[name, &label]).set(count);
            }
            let oldest = of(JobState::Waiting).map(|j| j.job.enqueued_us).min();
            let waited_us = oldest.map_or(0, |since| (now_us() - since).max(0));
            wait.with_label_values(&[&label])
                .set(waited_us as f64 / 1e6);
        }
        Ok(())
    }

    fn read_models(&self, sheet: &Sheet) -> prometheus::Result<()> {
        let of = &["projection"];
        let lag = "Sequences of the log that the projection has not taken in yet";
        let lag = sheet.gauges("errand_projection_lag_events", lag, of)?;
        let failed = "1 when the projection has stopped at something unreadable";
        let failed = sheet.gauges("errand_projection_failed", failed, of)?;
        for projection in &self.projections {
            let position = &projection.position;
            lag.with_label_values(&[position.name])
                .set(signed(projection.lag));
            let has_failed = position.state == ProjectionState::Failed;
            failed
                .with_label_values(&[position.name])
                .set(has_failed.into());
        }
        Ok(())
    }
}

/// The gauges of one scrape.
struct Sheet(Registry);

impl Sheet {
    fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> prometheus::Result<IntGaugeVec> {
        let gauges = IntGaugeVec::new(Opts::new(name, help), labels)?;
        self.0.register(Box::new(gauges.clone()))?;
        Ok(gauges)
    }
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
