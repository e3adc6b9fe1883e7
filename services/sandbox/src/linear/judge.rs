//! Parses and validates documents against the schema; both are kept once made, and made only when asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use apollo_compiler::response::GraphQLError;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};

const SCHEMA: &str = include_str!("../../schema/linear.graphql");
/// Clients send the same few documents for ever; one that makes up new ones only empties the cache.
const MAX_CACHED_DOCUMENTS: usize = 64;

/// The schema, parsed on first use, and the documents that passed.
#[derive(Default)]
pub(crate) struct Judge {
    schema: OnceLock<Result<Arc<Valid<Schema>>, String>>,
    passed: Mutex<HashMap<String, Arc<Valid<ExecutableDocument>>>>,
}

impl Judge {
    /// The schema; an error only if the committed file is broken, which a test rules out.
    pub(super) fn schema(&self) -> Result<Arc<Valid<Schema>>, String> {
        let parse = || {
            Schema::parse_and_validate(SCHEMA, "linear.graphql")
                .map(Arc::new)
                .map_err(|problem| problem.to_string())
        };
        self.schema.get_or_init(parse).clone()
    }

    /// The document, when it is one that Linear's schema allows.
    pub(super) fn document(
        &self,
        schema: &Valid<Schema>,
        text: &str,
    ) -> Result<Arc<Valid<ExecutableDocument>>, Vec<GraphQLError>> {
        if let Some(document) = self.lock().get(text) {
            return Ok(document.clone());
        }
        let document = ExecutableDocument::parse_and_validate(schema, text, "request.graphql")
            .map(Arc::new)
            .map_err(|refused| {
                refused
                    .errors
                    .iter()
                    .map(|error| error.unstable_to_json_compat())
                    .collect::<Vec<_>>()
            })?;
        let mut passed = self.lock();
        if passed.len() >= MAX_CACHED_DOCUMENTS {
            passed.clear();
        }
        passed.insert(text.to_owned(), document.clone());
        Ok(document)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Valid<ExecutableDocument>>>> {
        self.passed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schema_is_valid() {
        assert!(Judge::default().schema().is_ok());
    }

    #[test]
    fn what_the_schema_does_not_allow_is_refused_in_the_words_clients_know() {
        let judge = Judge::default();
        let schema = judge.schema().expect("valid");
        let refused = judge
            .document(&schema, "{ viewer { id shoeSize } }")
            .expect_err("no such field");
        assert!(
            refused[0]
                .message
                .contains("Cannot query field \"shoeSize\" on type \"User\""),
            "{}",
            refused[0].message
        );
    }
}
