//! The files for Grafana and Prometheus speak only of measures that there are.
use super::exposition::Scrape;
use crate::system::harness::{Errand, until};
use std::{collections::BTreeSet, path::Path};

const PREFIXES: [&str; 2] = ["errand_", "process_"];

#[tokio::test]
async fn dashboard_and_alerts_name_only_measures_that_there_are() {
    let errand = Errand::up(&[]).await;
    let chat = errand.api.conversation().await;
    errand.api.say(&chat, "build a contact form").await;
    errand
        .api
        .hear(&chat, "🎉 Code Generation complete! PR: ")
        .await;
    let known = until("a scrape after the story's end", || async {
        let scrape = Scrape::read(&errand.api.page("/metrics").await);
        let names: BTreeSet<_> = scrape.names().into_iter().map(str::to_owned).collect();
        names
            .contains("errand_story_duration_seconds_count")
            .then_some(names)
    })
    .await;
    for file in ["grafana/errand.json", "prometheus/errand-alerts.yml"] {
        let named = measures(&read(file));
        assert!(named.len() > 5, "{file} names {named:?}");
        for name in named {
            assert!(known.contains(&name), "{file}: there is no {name}");
        }
    }
}

#[test]
fn the_dashboard_is_one_that_grafana_can_take() {
    let dashboard: serde_json::Value = serde_json::from_str(&read("grafana/errand.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<_> = panels.iter().map(|p| p["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len(), "each panel has an id of its own");
    for panel in panels.iter().filter(|p| p["type"] != "row") {
        assert!(!panel["title"].as_str().unwrap().is_empty());
        for target in panel["targets"].as_array().unwrap() {
            assert!(!measures(target["expr"].as_str().unwrap()).is_empty());
            assert_eq!(target["datasource"]["uid"], "${datasource}");
        }
    }
}

fn read(file: &str) -> String {
    let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
    std::fs::read_to_string(deploy.join(file)).expect(file)
}

/// The words that are names of ours.
fn measures(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let ours = words.filter(|word| PREFIXES.iter().any(|prefix| word.starts_with(prefix)));
    ours.map(str::to_owned).collect()
}
