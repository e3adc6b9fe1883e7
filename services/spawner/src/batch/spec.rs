use super::{report, *};
use cqrs_es::test::TestFramework;

type Spec = TestFramework<Batch>;

fn opened() -> v1::BatchOpened {
    v1::BatchOpened {
        id: "b1".into(),
        title: "2 agents: Security, SEO".into(),
        story_ids: vec!["s1".into(), "s2".into()],
        agent_names: vec!["Security".into(), "SEO".into()],
        ..Default::default()
    }
}

fn ended(
    story: &str,
    agent: &str,
    status: &str,
    findings: &[v1::Finding],
) -> v1::BatchStoryFinished {
    v1::BatchStoryFinished {
        story_id: story.into(),
        status: status.into(),
        summary: format!("{agent} said so"),
        session_id: format!("{story}-1"),
        story: Some(v1::StoryRef {
            agent_name: agent.into(),
            ..Default::default()
        }),
        findings: Some(v1::Findings {
            findings: findings.to_vec(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn finding(severity: &str, title: &str, line: u32) -> v1::Finding {
    v1::Finding {
        severity: severity.into(),
        title: title.into(),
        path: "index.html".into(),
        line,
        ..Default::default()
    }
}

fn consolidate(timed_out: bool) -> BatchCommand {
    BatchCommand::Consolidate {
        timed_out,
        public_url: "http://errand".into(),
    }
}

fn batch(finished: &[v1::BatchStoryFinished]) -> Batch {
    let mut batch = Batch::default();
    batch.apply(opened().into());
    for it in finished {
        batch.apply(it.clone().into());
    }
    batch
}

#[test]
fn a_batch_is_opened_once_and_again_only_with_more_stories() {
    let open = |facts: v1::BatchOpened| BatchCommand::Open(Box::new(facts));
    Spec::with(())
        .given_no_previous_events()
        .when(open(opened()))
        .then_expect_events(vec![opened().into()]);
    Spec::with(())
        .given(vec![opened().into()])
        .when(open(opened()))
        .then_expect_events(vec![]);
    let mut more = opened();
    more.story_ids.push("s3".into());
    Spec::with(())
        .given(vec![opened().into()])
        .when(open(more.clone()))
        .then_expect_events(vec![more.into()]);
}

#[test]
fn a_story_ends_once_for_each_attempt_and_strangers_not_at_all() {
    let finish = |it: v1::BatchStoryFinished| BatchCommand::FinishStory(Box::new(it));
    let first = ended("s1", "Security", "failed", &[]);
    let given = vec![opened().into(), first.clone().into()];
    Spec::with(())
        .given(given.clone())
        .when(finish(first))
        .then_expect_events(vec![]);
    Spec::with(())
        .given(given.clone())
        .when(finish(ended("s9", "Other", "completed", &[])))
        .then_expect_events(vec![]);
    let second = v1::BatchStoryFinished {
        session_id: "s1-2".into(),
        ..ended("s1", "Security", "completed", &[])
    };
    Spec::with(())
        .given(given)
        .when(finish(second.clone()))
        .then_expect_events(vec![second.into()]);
}

#[test]
fn a_report_is_written_when_every_story_has_ended_or_the_time_is_over_and_once() {
    let first: BatchEvent = ended("s1", "Security", "completed", &[]).into();
    Spec::with(())
        .given(vec![opened().into(), first.clone()])
        .when(consolidate(false))
        .then_expect_events(vec![]);
    let over = decide::decide(
        &batch(&[ended("s1", "Security", "completed", &[])]),
        consolidate(true),
    );
    let Some(BatchEvent::BatchConsolidated(over)) = over else {
        panic!("{over:?}");
    };
    assert!(over.timed_out);
    assert!(
        over.report_markdown
            .contains("⏳ **SEO** had not ended when the time limit"),
        "{}",
        over.report_markdown
    );
    Spec::with(())
        .given(vec![opened().into(), first, over.into()])
        .when(consolidate(true))
        .then_expect_events(vec![]);
}

#[test]
fn a_report_names_what_failed_and_keeps_what_there_is() {
    let found = [
        finding("high", "Missing alt", 2),
        finding("critical", "A [key](http://x)", 0),
    ];
    let stories = [
        ended("s1", "Security", "completed", &found),
        ended("s2", "SEO", "failed", &[]),
    ];
    let report = report::write(&batch(&stories), "http://errand");
    let text = &report.markdown;
    assert!(
        text.contains("**1 of 2 agents completed, 2 findings: 1 critical, 1 high.**"),
        "{text}"
    );
    assert!(
        text.contains("❌ **SEO** failed: SEO said so · [story](http://errand/stories/s2)"),
        "{text}"
    );
    assert!(
        text.contains("- Missing alt `index.html:2` (Security)"),
        "{text}"
    );
    assert!(
        text.contains("A \\[key\\](http://x)"),
        "an agent's text makes no link: {text}"
    );
    assert!(text.find("### Critical") < text.find("### High"), "{text}");
    assert!(!report.summary.contains("Missing alt"));
    assert!(!report.summary.contains("**") && !report.summary.contains("]("));
}

#[test]
fn the_same_finding_of_two_agents_is_one_with_both_names_and_the_worse_severity() {
    let (a, b) = (
        finding("low", "Missing ALT text", 2),
        finding("high", "missing alt-text!", 2),
    );
    let merged = report::merge([("SEO", &a), ("Accessibility", &b)]);
    assert_eq!(merged.len(), 1);
    assert_eq!(merged[0].finding, b);
    assert!(merged[0].agents.iter().eq(["Accessibility", "SEO"]));
    assert_eq!(merged, report::merge([("Accessibility", &b), ("SEO", &a)]));
}

/// Every order of five findings, among them two wordings of one.
#[test]
fn the_order_of_endings_does_not_matter() {
    let detailed = v1::Finding {
        detail: "Say what it shows.".into(),
        ..finding("high", "missing alt", 2)
    };
    let found = [
        ("SEO", finding("high", "Missing alt", 2)),
        ("Accessibility", detailed),
        ("Security", finding("critical", "A key", 7)),
        ("SEO", finding("info", "No description", 0)),
        ("Security", finding("info", "No description", 1)),
    ];
    let expected = report::merge(found.iter().map(|(agent, it)| (*agent, it)));
    for order in orders(found.len()) {
        let found = order.iter().map(|at| (found[*at].0, &found[*at].1));
        assert_eq!(report::merge(found), expected, "{order:?}");
    }
}

fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![vec![]];
    }
    let shorter = orders(count - 1);
    let longer = shorter.iter().flat_map(|order| {
        (0..count).map(|at| {
            let mut order = order.clone();
            order.insert(at, count - 1);
            order
        })
    });
    longer.collect()
}

#[test]
fn a_report_of_long_findings_is_bounded_in_bytes_and_says_so() {
    let long = |line| v1::Finding {
        detail: "説".repeat(1_000),
        ..finding("low", "Long", line)
    };
    let found: Vec<_> = (1..=100).map(long).collect();
    let batch = batch(&[ended("s1", "Security", "completed", &found)]);
    let report = report::write(&batch, "http://errand").markdown;
    assert!(report.len() < 140 * 1024, "{}", report.len());
    let named = report.matches("- Long").count();
    assert!((20..100).contains(&named), "{named}");
    let rest = format!(
        "and {} more: a report names no more than 131072 bytes",
        100 - named
    );
    assert!(report.contains(&rest), "{rest}");
}
