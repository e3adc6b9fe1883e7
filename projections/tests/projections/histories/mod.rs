//! Valid histories of work, made from a seed: what chat, spawner, executor and notifier would have recorded.
#![allow(
    clippy::needless_update,
    reason = "events grow by addition, and old histories must go on compiling"
)]
mod conversation;
mod random;
mod recorder;
mod session;

pub use random::Random;
pub use recorder::Recorder;

use errand_proto::{
    AggregateKind, BatchEvent, Event, NotificationEvent, StoryEvent, Subject, batch_id, v1,
};
use std::collections::VecDeque;

/// One event and the aggregate that it belongs to.
pub type Step = (Subject, Event);

/// Which turns the histories take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variety {
    /// Every story runs well: the everyday load of a benchmark.
    Plain,
    /// Failures, retries, questions, steering, cancellations, lost executors and batches too.
    Everything,
}

/// Stories asked for in one conversation.
const STORIES_PER_CONVERSATION: usize = 4;
/// Stories under way at once.
const AT_ONCE: usize = 16;

pub fn subject(kind: AggregateKind, id: &str) -> Subject {
    Subject::new("main", kind, id).unwrap()
}

/// The histories of as many stories as wanted, interleaved, without end when not limited by `take`.
pub struct Histories {
    random: Random,
    variety: Variety,
    under_way: Vec<VecDeque<Step>>,
    begun: usize,
    stories: usize,
    conversation: String,
}

impl Histories {
    pub fn new(seed: u64, variety: Variety, stories: usize) -> Self {
        Self {
            random: Random::new(seed),
            variety,
            under_way: Vec::new(),
            begun: 0,
            stories,
            conversation: String::new(),
        }
    }

    fn begin(&mut self) -> VecDeque<Step> {
        let mut steps = VecDeque::new();
        if self.begun.is_multiple_of(STORIES_PER_CONVERSATION) {
            self.conversation = self.random.id();
            steps.push_back(conversation::started(&self.conversation, self.begun));
        }
        self.begun += 1;
        let work = Work::new(&mut self.random, &self.conversation, self.begun);
        work.steps(&mut self.random, self.variety, &mut steps);
        steps
    }
}

impl Iterator for Histories {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        while self.under_way.len() < AT_ONCE && self.begun < self.stories {
            // A conversation must have begun before another story speaks in it.
            let mut steps = self.begin();
            let first = steps.pop_front();
            self.under_way.push(steps);
            if first.is_some() {
                return first;
            }
        }
        if self.under_way.is_empty() {
            return None;
        }
        let at = self.random.below(self.under_way.len());
        let step = self.under_way[at].pop_front();
        if self.under_way[at].is_empty() {
            self.under_way.swap_remove(at);
        }
        step.or_else(|| self.next())
    }
}

/// The ids of one piece of work.
pub struct Work {
    pub number: usize,
    pub conversation: String,
    pub story: String,
    pub message: String,
    pub project: String,
    pub batch: String,
}

impl Work {
    fn new(random: &mut Random, conversation: &str, number: usize) -> Self {
        Self {
            number,
            conversation: conversation.to_owned(),
            story: random.id(),
            message: random.id(),
            project: format!("project-{}", number % 7),
            batch: String::new(),
        }
    }

    fn steps(mut self, random: &mut Random, variety: Variety, steps: &mut VecDeque<Step>) {
        let everything = variety == Variety::Everything;
        if everything && random.one_in(4) {
            self.batch = batch_id(&self.conversation, &self.message).to_string();
        }
        let mut session = random.id();
        steps.extend(conversation::asked(&self, &session, random, everything));
        // Two reactors make the story and the batch, each at its own pace.
        match self.batch.is_empty() {
            true => steps.extend(self.created(&session)),
            false if random.one_in(2) => {
                steps.extend(self.batch_opened());
                steps.extend(self.created(&session));
            }
            false => {
                steps.extend(self.created(&session));
                steps.extend(self.batch_opened());
            }
        }
        if everything && random.one_in(8) {
            steps.extend(self.refused(&session));
            return;
        }
        steps.extend(self.linked(random, everything));
        for attempt in 1.. {
            steps.extend(self.queued(&session, attempt));
            let end = session::run(&self, &session, random, everything, steps);
            steps.push_back(self.ended(&session, end));
            if end != End::Failed || attempt == 3 {
                self.told(end, &session, random, everything, steps);
                return;
            }
            if random.one_in(2) {
                steps.push_back(self.retry_scheduled(&session, attempt));
            }
            session = random.id();
            steps.push_back(self.retried(&session, attempt + 1));
            steps.push_back(session::created(&self, &session, attempt + 1));
        }
    }

    pub fn story_step(&self, event: impl Into<StoryEvent>) -> Step {
        let subject = subject(AggregateKind::Story, &self.story);
        (subject, Event::Story(event.into()))
    }

    fn batch_step(&self, event: impl Into<BatchEvent>) -> Step {
        let subject = subject(AggregateKind::Batch, &self.batch);
        (subject, Event::Batch(event.into()))
    }

    fn batch_opened(&self) -> [Step; 3] {
        let opened = v1::BatchOpened {
            id: self.batch.clone(),
            conversation_id: self.conversation.clone(),
            message_id: self.message.clone(),
            project_id: self.project.clone(),
            title: "Two things at once".into(),
            story_ids: vec![self.story.clone()],
            ..Default::default()
        };
        let linked = v1::BatchIssueLinked {
            linear_task_id: self.batch.clone(),
            identifier: format!("ERR-{}", self.number),
            linear_issue_url: "https://linear.app/errand/issue/ERR-1".into(),
        };
        [
            conversation::batch_requested(self),
            self.batch_step(opened),
            self.batch_step(linked),
        ]
    }

    fn created(&self, session: &str) -> [Step; 2] {
        let prompt = format!("build email capture for the hero, number {}", self.number);
        let story = v1::StoryCreated {
            id: self.story.clone(),
            workspace_id: "main".into(),
            run_id: self.message.clone(),
            project_id: self.project.clone(),
            title: format!("Code Generation: {prompt}"),
            rationale: "The user asked for it in the chat.".into(),
            priority: "medium".into(),
            priority_level: "P1".into(),
            priority_score: 75,
            policy: if self.number.is_multiple_of(5) {
                "needs_approval"
            } else {
                "auto_safe"
            }
            .into(),
            conversation_id: self.conversation.clone(),
            message_id: self.message.clone(),
            session_id: session.to_owned(),
            agent: "codegen".into(),
            agent_name: "Code Generation".into(),
            prompt,
            tracker: "linear".into(),
            user_id: "user".into(),
            ..Default::default()
        };
        [self.story_step(story), session::created(self, session, 1)]
    }

    fn refused(&self, session: &str) -> [Step; 2] {
        let by = || "a person".to_owned();
        let reason = || "Not this week.".to_owned();
        [
            self.story_step(v1::StoryRejected {
                by: by(),
                reason: reason(),
                ..Default::default()
            }),
            session::step(
                session,
                v1::ExecutionCancelled {
                    by: by(),
                    reason: reason(),
                    ..Default::default()
                },
            ),
        ]
    }

    fn linked(&self, random: &mut Random, everything: bool) -> Vec<Step> {
        let mut steps = Vec::new();
        if everything && random.one_in(3) {
            steps.push(self.story_step(v1::LinearIssueLinkFailed {
                reason: "Linear answered 429: retry after 2 s.".into(),
                attempt: 1,
                ..Default::default()
            }));
            if random.one_in(2) {
                return steps;
            }
        }
        let identifier = format!("ERR-{}", self.number);
        let linked = v1::LinearIssueLinked {
            linear_task_id: random.id(),
            linear_issue_url: format!("https://linear.app/errand/issue/{identifier}"),
            identifier,
            ..Default::default()
        };
        steps.push(self.story_step(linked.clone()));
        steps.push(conversation::spawned(self, &linked.linear_issue_url));
        steps
    }

    fn queued(&self, session: &str, attempt: u32) -> Vec<Step> {
        let mut steps = Vec::new();
        if attempt == 1 && self.number.is_multiple_of(5) {
            steps.push(self.story_step(v1::StoryApproved {
                by: "a person".into(),
                ..Default::default()
            }));
        }
        steps.push(self.story_step(v1::ExecutionQueued {
            session_id: session.to_owned(),
            project_id: self.project.clone(),
            agent: "codegen".into(),
            priority_level: "P1".into(),
            attempt,
            ..Default::default()
        }));
        steps
    }

    fn ended(&self, session: &str, end: End) -> Step {
        match end {
            End::Completed => self.story_step(v1::StoryCompleted {
                session_id: session.to_owned(),
                pr_url: self.pr_url(),
                summary: "An email capture form with its test.".into(),
                ..Default::default()
            }),
            End::Failed => self.story_step(v1::StoryFailed {
                session_id: session.to_owned(),
                outcome: "no_changes".into(),
                reason: "The agent changed nothing.".into(),
                branch: String::new(),
                ..Default::default()
            }),
            End::Cancelled => self.story_step(v1::StoryCancelled {
                by: "a person".into(),
                reason: "Changed my mind.".into(),
                ..Default::default()
            }),
        }
    }

    fn retry_scheduled(&self, session: &str, retry: u32) -> Step {
        self.story_step(v1::StoryRetryScheduled {
            session_id: session.to_owned(),
            outcome: "forge_down".into(),
            reason: "The forge does not answer.".into(),
            branch: "errand/story".into(),
            branch_url: "https://github.com/errand/site/tree/errand/story".into(),
            retry,
            retries: 2,
            due_us: 1_790_000_000_000_000,
            ..Default::default()
        })
    }

    fn retried(&self, session: &str, attempt: u32) -> Step {
        self.story_step(v1::StoryRetried {
            by: "a person".into(),
            session_id: session.to_owned(),
            attempt,
            ..Default::default()
        })
    }

    pub fn pr_url(&self) -> String {
        format!("https://github.com/errand/site/pull/{}", self.number)
    }

    /// The notification, the chat and the batch are told how it ended.
    fn told(
        &self,
        end: End,
        session: &str,
        random: &mut Random,
        everything: bool,
        steps: &mut VecDeque<Step>,
    ) {
        steps.extend(self.notified(end, random, everything));
        steps.push_back(conversation::completed(self, session, end));
        if everything && random.one_in(4) {
            steps.extend(conversation::tidied(self, random));
        }
        if self.batch.is_empty() {
            return;
        }
        steps.push_back(self.batch_step(v1::BatchStoryFinished {
            story_id: self.story.clone(),
            status: end.word().into(),
            summary: "Done.".into(),
            pr_url: self.pr_url(),
            ..Default::default()
        }));
        steps.push_back(self.batch_step(v1::BatchConsolidated {
            report_markdown: "**Both** are done.".into(),
            summary: "1 of 1 agents completed, no findings.\n✅ Code Generation: Done.".into(),
            ..Default::default()
        }));
        steps.push_back(conversation::batch_announced(self));
    }

    fn notified(&self, end: End, random: &mut Random, everything: bool) -> Vec<Step> {
        let subject = subject(AggregateKind::Notification, &random.id());
        let step = |event| (subject.clone(), Event::Notification(event));
        let mut steps = Vec::new();
        if everything && random.one_in(3) {
            steps.push(step(NotificationEvent::from(v1::NotificationFailed {
                story_id: self.story.clone(),
                channel: "slack".into(),
                about: end.word().into(),
                reason: "Slack answered 503.".into(),
                attempt: 1,
                ..Default::default()
            })));
        }
        steps.push(step(NotificationEvent::from(v1::NotificationSent {
            story_id: self.story.clone(),
            channel: "slack".into(),
            about: end.word().into(),
            text: format!("Code Generation {}", end.word()),
            vendor_id: format!("1763800000.{:06}", self.number),
            permalink: "https://errand.slack.com/archives/C1/p1".into(),
            ..Default::default()
        })));
        steps
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Completed,
    Failed,
    Cancelled,
}

impl End {
    pub fn word(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}
