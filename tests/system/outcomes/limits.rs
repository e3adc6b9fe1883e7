//! Every limit of a run ends it under its own name, and keeps what was done so far.
use super::{is_told_everywhere, partial_work_is_linked, spawn, up};

/// What the agent does after it has begun its work, the limit, the code of that limit and the advice.
const ROWS: [[&str; 4]; 5] = [
    [
        "while sleep 0.2; do echo still here; done",
        "wall_clock_seconds = 2",
        "timed_out",
        "Split the work into smaller stories, or raise",
    ],
    ["sleep 60", "stall_seconds = 1", "stalled", "Retry; raise"],
    [
        r#"for n in 1 2 3; do echo "{\"type\":\"tool\",\"id\":\"$n\",\"ok\":true}"; echo and on; done; sleep 60"#,
        "turns = 2",
        "max_turns",
        "Split the work, or raise",
    ],
    [
        "yes | head -c 4000000; sleep 60",
        "output_bytes = 100000",
        "output_limit",
        "Ask for less",
    ],
    [
        r#"echo "{\"type\":\"usage\",\"cost_usd\":0.3}"; sleep 60"#,
        "cost_usd = 0.25",
        "cost_limit",
        "Split the work, or raise",
    ],
];

/// A kind of agent for each row, named after its code.
fn kinds() -> String {
    let kind = |[script, limit, code, _]: [&str; 4]| {
        let name = code.replace('_', "-");
        format!(
            "[agents.{name}]\ndescription = \"goes too far\"\nrunner = \"command\"\nlimits = {{ {limit} }}\n\
             command = [\"sh\", \"-c\", '''echo half > page.txt; {script}''']\n"
        )
    };
    ROWS.map(kind).concat()
}

#[tokio::test]
async fn each_limit_is_told_by_its_name_and_the_work_so_far_is_kept() {
    let errand = up(&kinds()).await;
    let mut stories = Vec::new();
    for [.., code, advice] in ROWS {
        let spawned = spawn(&errand, &code.replace('_', "-"), "go on for ever").await;
        stories.push((spawned, code, advice));
    }
    for (spawned, code, advice) in stories {
        is_told_everywhere(&errand, &spawned, code, advice).await;
        partial_work_is_linked(&errand, &spawned).await;
    }
}
