//! What resolvers see: the store, the links, and the refusals they have given.

use std::cell::RefCell;

use apollo_compiler::resolvers::FieldError;
use apollo_compiler::response::GraphQLError;
use rusqlite::Connection;

use super::refusal::Refusal;
use crate::Sandbox;
use crate::links::Links;

/// What execution writes before a resolver's message.
const EXECUTION_PREFIX: &str = "resolver error: ";

/// The surroundings of one request.
pub(super) struct World<'a> {
    sandbox: &'a Sandbox,
    refusals: RefCell<Vec<Refusal>>,
}

impl<'a> World<'a> {
    pub(super) fn new(sandbox: &'a Sandbox) -> Self {
        Self {
            sandbox,
            refusals: RefCell::default(),
        }
    }

    pub(super) fn links(&self) -> &Links {
        self.sandbox.links()
    }

    /// How many requests Linear has answered since the process started.
    pub(super) fn requests_answered(&self) -> u64 {
        self.sandbox
            .counters()
            .of(crate::Vendor::Linear)
            .values()
            .map(|counts| counts.succeeded)
            .sum()
    }

    /// Reads or writes the store.
    pub(super) fn store<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, FieldError> {
        self.sandbox.store().with(work).map_err(|problem| {
            tracing::warn!(%problem, "the sandbox's Linear failed");
            self.refuse(Refusal::internal())
        })
    }

    /// Held for the length of a mutation: it reads, decides and writes back.
    pub(super) fn exclusive(&self) -> std::sync::MutexGuard<'a, ()> {
        self.sandbox.store().exclusive()
    }

    /// Turns a refusal into the error that execution carries. Execution keeps only its message, so the rest is kept here.
    pub(super) fn refuse(&self, refusal: Refusal) -> FieldError {
        let message = refusal.message.clone();
        self.refusals.borrow_mut().push(refusal);
        FieldError { message }
    }

    /// Gives an error of execution back what its refusal said.
    pub(super) fn describe(&self, error: &mut GraphQLError) {
        if let Some(message) = error.message.strip_prefix(EXECUTION_PREFIX) {
            error.message = message.to_owned();
        }
        let refusals = self.refusals.borrow();
        let internal = Refusal::internal();
        let refusal = refusals
            .iter()
            .find(|refusal| refusal.message == error.message);
        refusal.unwrap_or(&internal).describe(error);
    }
}
