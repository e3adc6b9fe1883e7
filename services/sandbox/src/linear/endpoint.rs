//! `POST /linear/graphql`.

use std::sync::Arc;

use apollo_compiler::executable::Operation;
use apollo_compiler::resolvers::Execution;
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::object::{Node, Object};
use super::world::World;
use super::{auth, refusal};
use crate::faults::{Vendor, answer, mark_refused};
use crate::{Sandbox, body};

const MAX_BODY_BYTES: usize = 1024 * 1024;
const MAX_DOCUMENT_CHARS: usize = 100_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GraphqlRequest {
    query: String,
    #[serde(default)]
    variables: Option<Map<String, Value>>,
    operation_name: Option<String>,
}

/// A request that passed every check but those of execution.
struct Prepared {
    schema: Arc<Valid<Schema>>,
    document: Arc<Valid<ExecutableDocument>>,
    operation_name: Option<String>,
    variables: JsonMap,
}

type Refused = (StatusCode, Value);

pub(super) async fn graphql(State(sandbox): State<Sandbox>, request: Request) -> Response {
    let prepared = match prepare(&sandbox, request).await {
        Ok(prepared) => prepared,
        Err((status, body)) => {
            return answer(&sandbox, Vendor::Linear, "invalid", async {
                (status, Json(body)).into_response()
            })
            .await;
        }
    };
    let operation = prepared.root_field();
    answer(
        &sandbox,
        Vendor::Linear,
        &operation,
        run(sandbox.clone(), prepared),
    )
    .await
}

async fn prepare(sandbox: &Sandbox, request: Request) -> Result<Prepared, Refused> {
    auth::check(request.headers())?;
    let bad = |message: String| (StatusCode::BAD_REQUEST, refusal::bad_request(&message));
    let json = HeaderValue::from_static("application/json");
    let kind = request.headers().get(header::CONTENT_TYPE).unwrap_or(&json);
    if !kind.as_bytes().starts_with(b"application/json") {
        return Err(bad("Content-Type must be application/json".to_owned()));
    }
    let bytes = body::collect(request.into_body(), MAX_BODY_BYTES)
        .await
        .map_err(|problem| bad(problem.to_string()))?;
    let request: GraphqlRequest = serde_json::from_slice(&bytes)
        .map_err(|problem| bad(format!("POST body is not a GraphQL request: {problem}")))?;
    if request.query.len() > MAX_DOCUMENT_CHARS {
        return Err(bad(format!(
            "the document is longer than {MAX_DOCUMENT_CHARS} bytes"
        )));
    }
    judge(sandbox, request)
}

fn judge(sandbox: &Sandbox, request: GraphqlRequest) -> Result<Prepared, Refused> {
    let schema = sandbox.judge().schema().map_err(|problem| {
        tracing::error!(%problem, "the committed Linear schema is broken");
        (StatusCode::INTERNAL_SERVER_ERROR, refusal::internal_error())
    })?;
    let document = sandbox
        .judge()
        .document(&schema, &request.query)
        .map_err(|errors| {
            (
                StatusCode::BAD_REQUEST,
                refusal::invalid_document(errors, "GRAPHQL_VALIDATION_FAILED"),
            )
        })?;
    let variables = match JsonValue::from(Value::Object(request.variables.unwrap_or_default())) {
        JsonValue::Object(variables) => variables,
        _ => JsonMap::new(),
    };
    Ok(Prepared {
        schema,
        document,
        operation_name: request.operation_name,
        variables,
    })
}

impl Prepared {
    fn operation(&self) -> Option<&Operation> {
        self.document
            .operations
            .get(self.operation_name.as_deref())
            .ok()
            .map(|operation| &**operation)
    }

    /// The first field asked for, by which requests are counted: `issueCreate`, `viewer`.
    fn root_field(&self) -> String {
        let operation = self.operation();
        let first = operation.and_then(|operation| {
            operation
                .root_fields(&self.document)
                .next()
                .map(|field| field.name.to_string())
        });
        first.unwrap_or_else(|| "invalid".to_owned())
    }
}

async fn run(sandbox: Sandbox, prepared: Prepared) -> Response {
    // Resolvers read and write the database, which does not belong on an async thread.
    let store = sandbox.store().clone();
    let worked = store.off_async(move || execute(&sandbox, &prepared)).await;
    worked.unwrap_or_else(|_| {
        (
            StatusCode::INTERNAL_SERVER_ERROR,
            Json(refusal::internal_error()),
        )
            .into_response()
    })
}

fn execute(sandbox: &Sandbox, prepared: &Prepared) -> Response {
    let world = World::new(sandbox);
    let is_mutation = prepared.operation().is_some_and(Operation::is_mutation);
    let root = Node {
        world: &world,
        object: if is_mutation {
            Object::Mutation
        } else {
            Object::Query
        },
    };
    let executed = Execution::new(&prepared.schema, &prepared.document)
        .operation_name(prepared.operation_name.as_deref())
        .and_then(|execution| {
            execution
                .raw_variable_values(&prepared.variables)
                .execute_sync(&root)
        });
    match executed {
        Ok(mut response) => {
            response
                .errors
                .iter_mut()
                .for_each(|error| world.describe(error));
            response
                .data
                .iter_mut()
                .flat_map(JsonMap::values_mut)
                .for_each(write_whole_numbers_plainly);
            let answered = Json(&response).into_response();
            if response.errors.is_empty() {
                answered
            } else {
                mark_refused(answered)
            }
        }
        Err(problem) => {
            let error = problem.to_graphql_error(&prepared.document.sources);
            let body = refusal::invalid_document(vec![error], "BAD_USER_INPUT");
            (StatusCode::BAD_REQUEST, Json(json!(body))).into_response()
        }
    }
}

/// Linear writes a whole number of type Float as `2`; typed clients may read it as an integer.
fn write_whole_numbers_plainly(value: &mut JsonValue) {
    match value {
        JsonValue::Array(values) => values.iter_mut().for_each(write_whole_numbers_plainly),
        JsonValue::Object(fields) => fields.values_mut().for_each(write_whole_numbers_plainly),
        JsonValue::Number(number) => {
            let whole = number
                .as_f64()
                .filter(|float| number.is_f64() && float.fract() == 0.0);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "only numbers that float() made from an i64 have no fraction"
            )]
            if let Some(whole) = whole {
                *value = JsonValue::from(whole as i64);
            }
        }
        _ => {}
    }
}
