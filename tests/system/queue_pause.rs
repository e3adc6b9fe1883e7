//! A person pauses the queue, and sees in every place why a story waits.
use super::harness::{Errand, text, until};
use serde_json::{Value, json};

async fn spawn(errand: &Errand, prompt: &str) -> String {
    let wish = json!({"agent": "codegen", "prompt": prompt});
    let (status, spawned) = errand.api.post("/api/v1/stories", &wish).await;
    assert_eq!(status, 201, "{spawned}");
    text(&spawned, "storyId").to_owned()
}

/// Waits until so many jobs are in the queue.
async fn queued(errand: &Errand, count: usize) -> Vec<Value> {
    until(&format!("{count} queued jobs"), || async {
        let queue = errand.api.get("/api/v1/queue").await;
        let jobs = queue.as_array()?.clone();
        (jobs.len() == count).then_some(jobs)
    })
    .await
}

#[tokio::test]
async fn a_paused_queue_takes_stories_says_why_they_wait_and_stays_paused_after_a_kill() {
    let mut errand = Errand::up(&[]).await;
    let (ok, said) = errand.typed(&["queue", "pause"]).await;
    assert!(
        ok && said.contains("The queue is paused by you since 20"),
        "{said}"
    );
    let first = spawn(&errand, "build email capture for the hero").await;
    queued(&errand, 1).await;
    spawn(&errand, "add a dark mode toggle").await;
    let jobs = queued(&errand, 2).await;
    for (job, position) in jobs.iter().zip(1..) {
        assert_eq!(job["position"], json!(position), "{job}");
        assert_eq!(text(job, "reason"), "paused", "{job}");
        assert_eq!(
            text(job, "waitingFor"),
            "the queue is paused by you",
            "{job}"
        );
    }

    errand.kill().await;
    errand.start_again().await;
    queued(&errand, 2).await;
    let pauses = errand.api.get("/api/v1/queue/pauses").await;
    assert_eq!(pauses[0]["projectId"], Value::Null, "{pauses}");
    assert_eq!(text(&pauses[0], "by"), "you", "{pauses}");
    let story = errand.api.page(&format!("/stories/{first}")).await;
    assert!(
        story.contains("Next in the queue, the queue is paused by you"),
        "{story}"
    );
    let (_, said) = errand.typed(&["show", &first]).await;
    assert!(
        said.contains("In the queue: number 1, the queue is paused by you"),
        "{said}"
    );
    let page = errand.api.page("/queue").await;
    assert!(
        page.contains("The queue is paused") && page.contains("Go on"),
        "{page}"
    );
    let (_, said) = errand.typed(&["queue"]).await;
    assert!(
        said.contains("nothing of it is started") && said.contains(&first[..8]),
        "{said}"
    );

    let (ok, said) = errand.typed(&["queue", "resume"]).await;
    assert!(ok && said.contains("The queue goes on."), "{said}");
    until("both stories completed", || async {
        let stories = errand.api.stories().await;
        let completed = stories.iter().filter(|s| text(s, "status") == "completed");
        (completed.count() == 2).then_some(())
    })
    .await;
    queued(&errand, 0).await;
}

#[tokio::test]
async fn a_paused_project_waits_and_a_running_story_goes_on() {
    let errand = Errand::up_with(&[], &[("ERRAND_DEMO_PACE_MS", "200")]).await;
    spawn(&errand, "build email capture for the hero").await;
    let running = errand.api.story_is("in_progress").await;
    let project = text(&running, "projectId");
    let (ok, said) = errand
        .typed(&["queue", "pause", "--project", project])
        .await;
    assert!(
        ok && said.contains(&format!("Project {project} is paused")),
        "{said}"
    );
    spawn(&errand, "add a dark mode toggle").await;
    let waits = until("a story that waits for its project", || async {
        let queue = errand.api.get("/api/v1/queue").await;
        let mut jobs = queue.as_array()?.iter();
        jobs.find(|job| text(job, "reason") == "paused").cloned()
    })
    .await;
    let words = format!("project {project} is paused by you");
    assert_eq!(text(&waits, "waitingFor"), words);
    until("the running story completed", || async {
        let path = format!("/api/v1/stories/{}", text(&running, "id"));
        let story = errand.api.get(&path).await;
        (text(&story, "status") == "completed").then_some(())
    })
    .await;
    assert_eq!(queued(&errand, 1).await[0]["storyId"], waits["storyId"]);
    let (ok, _) = errand
        .typed(&["queue", "resume", "--project", project])
        .await;
    assert!(ok);
    queued(&errand, 0).await;
}
