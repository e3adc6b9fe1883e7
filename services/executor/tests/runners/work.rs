//! What the demo agent does when all goes well.

use std::process::Command;

use errand_executor::runner::{PlanStatus, RunUpdate, ToolKind};

use crate::repository::{PAGE, Repository};
use crate::runs::start_demo;

fn node_is_installed() -> bool {
    Command::new("node")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
}

#[tokio::test]
async fn codegen_adds_an_email_form_to_the_hero_with_a_passing_test() {
    let repository = Repository::with(&[("index.html", PAGE)]);
    let prompt = "Agent: codegen\n\nbuild email capture for the hero";
    let ended = start_demo(&repository, prompt).end().await;

    let message = ended.message();
    let expected = [
        "assets/email-capture.mjs",
        "index.html",
        "tests/email-capture.test.mjs",
    ];
    let mut changed = repository.changed();
    changed.sort();
    assert_eq!(changed, expected, "{message}");
    let page = repository.read("index.html");
    let hero = &page[page.find("<section").unwrap()..page.find("</section>").unwrap()];
    assert!(hero.contains("data-errand=\"email-capture\""), "{page}");
    assert!(
        page.contains("<script type=\"module\" src=\"./assets/email-capture.mjs\">"),
        "{page}"
    );

    if node_is_installed() {
        assert!(message.contains("tests pass"), "{message}");
        let test = Command::new("node")
            .args(["--test", "tests/email-capture.test.mjs"])
            .current_dir(repository.path())
            .output()
            .unwrap();
        assert!(
            test.status.success(),
            "{}",
            String::from_utf8_lossy(&test.stdout)
        );
    } else {
        assert!(message.contains("not** run"), "{message}");
    }
}

#[tokio::test]
async fn everything_in_the_catalogue_fits_into_every_layout_with_passing_tests() {
    let layouts: [(&str, &[(&str, &str)]); 3] = [
        (
            "index.html",
            &[("index.html", PAGE), ("README.md", "# Chairs")],
        ),
        (
            "src/contact-form.html",
            &[("src/a.ts", ""), ("package.json", r#"{"type":"module"}"#)],
        ),
        (
            "contact-form/contact-form.html",
            &[("main.go", "package main")],
        ),
    ];
    for (markup, files) in layouts {
        let repository = Repository::with(files);
        let prompt = "Agent: codegen\n\nAdd email capture, a contact form, a dark mode toggle and a README section";
        let ended = start_demo(&repository, prompt).end().await;
        let message = ended.message();
        assert!(
            message.contains("tests pass") || !node_is_installed(),
            "{markup}: {message}"
        );
        assert!(
            repository
                .read(markup)
                .contains("data-errand=\"contact-form\""),
            "{markup}"
        );
        assert!(
            repository.read("README.md").contains("## Project layout"),
            "{markup}"
        );
        // What is there already is not added again.
        let before = repository.changed();
        let again = start_demo(&repository, prompt).end().await;
        assert!(
            again.message().contains("changed nothing"),
            "{markup}: {}",
            again.message()
        );
        assert_eq!(repository.changed(), before);
    }
}

#[tokio::test]
async fn the_demo_agents_cost_grows_while_it_works_and_its_tokens_come_with_the_end() {
    let repository = Repository::with(&[("index.html", PAGE)]);
    let ended = start_demo(&repository, "Agent: codegen\n\nadd a dark mode toggle")
        .end()
        .await;
    let costs = ended.updates.iter().filter_map(|it| match it {
        RunUpdate::Usage { cost_usd, .. } => *cost_usd,
        _ => None,
    });
    let costs: Vec<_> = costs.collect();
    assert!(costs.is_sorted(), "{costs:?}");
    assert!(
        costs.len() > 5 && costs[0] > 0.0 && costs[0] < costs[costs.len() - 1],
        "{costs:?}"
    );
    let last = ended
        .updates
        .iter()
        .rfind(|it| matches!(it, RunUpdate::Usage { .. }));
    let told = matches!(last, Some(RunUpdate::Usage { input_tokens: Some(read), output_tokens: Some(written), .. }) if read > written);
    assert!(told, "{last:?}");
}

#[tokio::test]
async fn a_run_tells_its_start_plan_thoughts_and_tools_in_order() {
    let repository = Repository::with(&[("index.html", PAGE)]);
    let ended = start_demo(&repository, "Agent: codegen\n\nadd a dark mode toggle")
        .end()
        .await;

    let group = match &ended.updates[0] {
        RunUpdate::Started {
            agent_name,
            agent_session_id,
            process_group,
            ..
        } => {
            assert_eq!(agent_name, "errand-demo-agent");
            assert!(agent_session_id.starts_with("demo-"));
            *process_group
        }
        other => panic!("the first update should be the start: {other:?}"),
    };
    assert!(group > 1);
    let is_figure = |it: &&RunUpdate| matches!(it, RunUpdate::Usage { .. });
    let first = ended.updates[1..].iter().find(|it| !is_figure(it));
    let Some(RunUpdate::Message { text }) = first else {
        panic!("{first:?}")
    };
    assert!(
        text.contains("scripted"),
        "the demo agent says what it is: {text}"
    );
    assert_eq!(ended.last_plan(), [PlanStatus::Completed; 5]);

    let mut open = Vec::new();
    let mut kinds = Vec::new();
    for update in &ended.updates {
        match update {
            RunUpdate::ToolCallStarted {
                id, kind, input, ..
            } => {
                assert!(input.is_object(), "{input}");
                open.push(id.clone());
                kinds.push(*kind);
            }
            RunUpdate::ToolCallEnded { id, ok, output, .. } => {
                assert!(
                    *ok && !output.is_empty() || !node_is_installed(),
                    "{update:?}"
                );
                open.retain(|it| it != id);
            }
            _ => {}
        }
    }
    assert_eq!(open, [""; 0], "every call that was begun is ended");
    for kind in [ToolKind::Read, ToolKind::Edit, ToolKind::Execute] {
        assert!(kinds.contains(&kind), "{kind:?} is not among {kinds:?}");
    }
    assert!(repository.read("index.html").contains("dark-mode.css"));
}

#[tokio::test]
async fn every_scan_finds_the_planted_problem_at_its_file_and_line() {
    let page = "<!doctype html>\n<html lang=\"en\">\n<head>\n<script src=\"a.js\"></script>\n</head>\n<body>\n<h1>Chairs</h1>\n<img src=\"a.png\">\n</body>\n</html>\n";
    let script = "const settings = 1;\nelement.innerHTML = name;\n";
    for (kind, rule, file, line) in [
        ("security", "html-injection", "js/app.js", 2),
        ("seo", "title-missing", "index.html", 3),
        ("performance", "render-blocking-script", "index.html", 4),
        ("accessibility", "img-alt", "index.html", 8),
    ] {
        let repository = Repository::with(&[("index.html", page), ("js/app.js", script)]);
        let ended = start_demo(&repository, &format!("Agent: {kind}\n\nCheck the site"))
            .end()
            .await;
        let message = ended.message();

        let found: serde_json::Value =
            serde_json::from_str(&repository.read(&format!("reports/{kind}.json"))).unwrap();
        let hit = found
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["rule"] == rule);
        let hit = hit.unwrap_or_else(|| panic!("{rule} is not in {found}"));
        assert_eq!((&hit["file"], &hit["line"]), (&file.into(), &line.into()));
        assert!(!hit["advice"].as_str().unwrap().is_empty());

        let changed = repository.changed();
        assert_eq!(changed.len(), 2, "{changed:?}");
        let report = changed.iter().find(|it| it.ends_with(".md")).unwrap();
        assert!(
            repository
                .read(report)
                .contains(&format!("`{file}:{line}`"))
        );
        assert!(message.contains(report), "{message}");
    }
}

#[tokio::test]
async fn what_the_catalogue_lacks_becomes_a_scaffold_that_says_so() {
    let repository = Repository::with(&[("src/main.rs", "fn main() {}")]);
    let ended = start_demo(&repository, "Agent: codegen\n\nRewrite the billing engine")
        .end()
        .await;
    assert!(ended.message().contains("scaffold"));
    assert_eq!(
        repository.changed(),
        ["docs/errand/rewrite-the-billing-engine.md"]
    );
    assert!(
        repository
            .read("docs/errand/rewrite-the-billing-engine.md")
            .contains("nothing of it is implemented")
    );
}
