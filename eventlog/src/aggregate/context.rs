use crate::{Recorded, Seq};
use cqrs_es::{Aggregate, AggregateContext};
use std::collections::VecDeque;
use uuid::Uuid;

/// Commands remembered per aggregate, to answer a repeated one without deciding again.
/// Older repeats meet the decision itself, which yields nothing for what already happened.
const REMEMBERED_COMMANDS: usize = 1024;

/// An aggregate as loaded, with its position in the log.
#[derive(Debug, Clone)]
pub struct Context<A> {
    pub id: String,
    pub aggregate: A,
    /// Events applied so far.
    pub version: u64,
    /// Sequence of the last of them; the guard of the next append. 0 when there is none.
    pub seq: Seq,
    commands: VecDeque<(Uuid, Seq)>,
}

impl<A: Aggregate> Context<A> {
    pub(crate) fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            aggregate: A::default(),
            version: 0,
            seq: 0,
            commands: VecDeque::new(),
        }
    }

    pub(crate) fn apply(&mut self, recorded: &Recorded, event: A::Event) {
        self.aggregate.apply(event);
        self.advance(recorded.envelope.command_id, recorded.seq);
    }

    pub(crate) fn advance(&mut self, command_id: Uuid, seq: Seq) {
        self.version += 1;
        self.seq = seq;
        if self.commands.len() == REMEMBERED_COMMANDS {
            self.commands.pop_front();
        }
        self.commands.push_back((command_id, seq));
    }

    /// The sequence of the last event that this command led to, if it was carried out before.
    pub fn outcome_of(&self, command_id: Uuid) -> Option<Seq> {
        let found = self.commands.iter().rev().find(|(id, _)| *id == command_id);
        found.map(|(_, seq)| *seq)
    }
}

impl<A: Aggregate> AggregateContext<A> for Context<A> {
    fn aggregate(&mut self) -> &mut A {
        &mut self.aggregate
    }
}
