//! An agent's plan with the marks that people know from the chat and the Linear issue.
use errand_projections::parts::PlanStep;

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Pending,
    Running,
    Done,
}

impl Mark {
    pub fn sign(self) -> &'static str {
        match self {
            Self::Pending => "⏳",
            Self::Running => "🔄",
            Self::Done => "✅",
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "to do",
            Self::Running => "under way",
            Self::Done => "done",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub mark: Mark,
    pub text: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checklist {
    pub steps: Vec<Step>,
    pub done: usize,
}

impl Checklist {
    /// `ended`: a step that was under way when the session ended is not shown as going on.
    pub fn of(plan: &[PlanStep], ended: bool) -> Self {
        let steps: Vec<_> = plan.iter().map(|step| step_of(step, ended)).collect();
        Self {
            done: steps.iter().filter(|s| s.mark == Mark::Done).count(),
            steps,
        }
    }
}

fn step_of(step: &PlanStep, ended: bool) -> Step {
    let mark = match step.status.as_str() {
        "completed" => Mark::Done,
        "in_progress" if !ended => Mark::Running,
        _ => Mark::Pending,
    };
    Step {
        mark,
        text: step.content.clone(),
    }
}
