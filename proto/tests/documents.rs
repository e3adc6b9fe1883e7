//! `docs/events.md` is generated from the catalogue; this test holds it to that.
//! `ERRAND_RECORD=1 cargo test -p errand-proto` writes it.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]
use errand_proto::{AggregateKind, catalogue, descriptor_pool};
use std::fmt::Write as _;

mod recorded;

#[test]
fn the_page_of_events_is_what_the_catalogue_says() {
    recorded::hold("../docs/events.md", &render());
}

fn render() -> String {
    let mut page = String::from(
        "# Events\n\nGenerated from `proto/src/catalogue.rs` and `proto/errand/v1/*.proto`; do not edit.\n\n\
         Every event is a protobuf message of package `errand.v1` on the stream of its aggregate, \
         `evt.<workspace>.<aggregate>.<id>`. The envelope travels beside it as lower-case CloudEvents headers.\n",
    );
    for kind in AggregateKind::ALL {
        let types: Vec<_> = catalogue::all().filter(|t| t.aggregate == kind).collect();
        let owner = types.first().map_or("", |t| t.owner);
        writeln!(page, "\n## {} (owned by {owner})", kind.as_str()).unwrap();
        for event in types {
            writeln!(page, "\n### {}\n\n{}\n", event.name, event.meaning).unwrap();
            writeln!(page, "| field | number | type |\n|---|---|---|").unwrap();
            let message = descriptor_pool()
                .get_message_by_name(event.full_name)
                .unwrap();
            for field in message.fields() {
                let list = if field.is_list() { "list of " } else { "" };
                let kind = kind_name(&field.kind());
                writeln!(
                    page,
                    "| {} | {} | {list}{kind} |",
                    field.json_name(),
                    field.number()
                )
                .unwrap();
            }
        }
    }
    page
}

fn kind_name(kind: &prost_reflect::Kind) -> String {
    match kind {
        prost_reflect::Kind::Message(message) => message.name().to_owned(),
        prost_reflect::Kind::Enum(values) => values.name().to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}
