//! The committed part of Linear's schema, held against the whole one that the crate `linear-schema` publishes.

use std::path::PathBuf;
use std::process::Command;

use apollo_compiler::schema::{ExtendedType, FieldDefinition, InputValueDefinition};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Node, Schema};

const PRUNED: &str = include_str!("../../schema/linear.graphql");
/// What the SDK knows and the crate, which is older, does not: `Type` or `Type.field`, one a line.
const NEWER: &str = include_str!("../../schema/newer-than-the-crate.txt");
const CRATE: &str = "linear-schema-0.1.4";

fn schema(text: &str) -> Valid<Schema> {
    Schema::parse_and_validate(text, "schema.graphql").expect("a valid schema")
}

#[test]
fn every_document_of_the_sdk_and_of_ours_passes_the_committed_schema() {
    let schema = schema(PRUNED);
    for text in [
        include_str!("../../schema/documents/sdk.graphql"),
        include_str!("../../schema/documents/errand.graphql"),
    ] {
        let document = ExecutableDocument::parse_and_validate(&schema, text, "documents.graphql");
        assert!(
            document.is_ok(),
            "{}",
            document.expect_err("refused").errors
        );
    }
}

#[test]
fn the_committed_schema_is_a_part_of_the_published_one() {
    let Some(file) = published_schema() else {
        println!("skipped: the crate {CRATE} is not here and the registry cannot be reached");
        return;
    };
    let whole = schema(&std::fs::read_to_string(file).expect("the published schema"));
    let pruned = schema(PRUNED);
    let mut differences: Vec<String> = pruned
        .types
        .values()
        .filter(|kind| !kind.is_built_in())
        .flat_map(|kind| differences(kind, &whole))
        .collect();
    differences.sort();
    let expected: Vec<&str> = NEWER
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    assert_eq!(differences, expected);
}

/// The crate is data to us: it is unpacked, never compiled.
fn published_schema() -> Option<PathBuf> {
    let find = || {
        let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
        let home =
            home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
        let registries = std::fs::read_dir(home.join("registry/src")).ok()?.flatten();
        let files = registries.map(|registry| registry.path().join(CRATE).join("linear.graphql"));
        files.into_iter().find(|file| file.is_file())
    };
    find().or_else(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let folder = tempfile::TempDir::new().ok()?;
        Command::new(cargo)
            .args(["info", "linear-schema@0.1.4"])
            .current_dir(folder.path())
            .output()
            .ok()?;
        find()
    })
}

fn differences(kind: &ExtendedType, whole: &Schema) -> Vec<String> {
    let name = kind.name();
    let field = |field: &str| format!("{name}.{field}");
    match (kind, whole.types.get(name)) {
        (_, None) => vec![name.to_string()],
        (ExtendedType::Object(ours), Some(ExtendedType::Object(theirs))) => ours
            .fields
            .iter()
            .filter(|(name, ours)| {
                !theirs
                    .fields
                    .get(*name)
                    .is_some_and(|theirs| same_field(ours, theirs))
            })
            .map(|(name, _)| field(name))
            .collect(),
        (ExtendedType::InputObject(ours), Some(ExtendedType::InputObject(theirs))) => {
            let wrong = ours.fields.iter().filter(|(name, ours)| {
                !theirs
                    .fields
                    .get(*name)
                    .is_some_and(|theirs| ours.ty == theirs.ty)
            });
            let missing = theirs
                .fields
                .iter()
                .filter(|(name, theirs)| theirs.is_required() && !ours.fields.contains_key(*name));
            wrong.chain(missing).map(|(name, _)| field(name)).collect()
        }
        (ExtendedType::Enum(ours), Some(ExtendedType::Enum(theirs))) => {
            let unknown = ours
                .values
                .keys()
                .filter(|value| !theirs.values.contains_key(*value));
            unknown.map(|value| field(value)).collect()
        }
        (ExtendedType::Union(ours), Some(ExtendedType::Union(theirs))) => {
            let unknown = ours
                .members
                .iter()
                .filter(|member| !theirs.members.contains(*member));
            unknown.map(|member| field(member)).collect()
        }
        (ExtendedType::Scalar(_), Some(ExtendedType::Scalar(_))) => Vec::new(),
        _ => vec![name.to_string()],
    }
}

/// The same type, arguments of the same types, and every argument that must be given.
fn same_field(ours: &FieldDefinition, theirs: &FieldDefinition) -> bool {
    let find = |name: &str, all: &[Node<InputValueDefinition>]| {
        all.iter().find(|argument| argument.name == name).cloned()
    };
    let known = ours.arguments.iter().all(|argument| {
        find(&argument.name, &theirs.arguments).is_some_and(|theirs| argument.ty == theirs.ty)
    });
    let whole = theirs
        .arguments
        .iter()
        .all(|argument| !argument.is_required() || find(&argument.name, &ours.arguments).is_some());
    ours.ty == theirs.ty && known && whole
}
