//! Killed in the middle: what is left behind, and what the next call makes of it.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use errand_executor::workspace::{GitSettings, Workspaces};
use uuid::Uuid;

use crate::repository::{Place, git, program, read, write};

const BRANCH: &str = "errand/story-1";

fn mirror(place: &Place) -> PathBuf {
    place.path().join("data/site/mirror.git")
}

/// A lock file as a git killed a minute ago leaves it.
fn leave_lock(path: &Path) {
    write(path, "");
    let lock = std::fs::File::options().append(true).open(path).unwrap();
    lock.set_modified(SystemTime::now() - Duration::from_secs(60))
        .unwrap();
}

#[tokio::test]
async fn locks_of_a_killed_git_do_not_stop_the_next_call() {
    let place = Place::new();
    let (workspaces, session) = (place.workspaces().await, Uuid::new_v4());
    workspaces
        .prepare("site", session, BRANCH, &place.source())
        .await
        .unwrap();
    let administration = mirror(&place).join("worktrees").join(session.to_string());
    let locks = [
        mirror(&place).join("config.lock"),
        mirror(&place).join("packed-refs.lock"),
        mirror(&place).join("refs/remotes/source/main.lock"),
        mirror(&place).join("refs/heads/errand/story-1.lock"),
        administration.join("index.lock"),
        administration.join("HEAD.lock"),
    ];
    locks.iter().for_each(|lock| leave_lock(lock));
    write(&place.site().join("new.html"), "new");
    crate::repository::commit(&place.site(), "The base moves, so the fetch must write");

    let tree = workspaces
        .prepare("site", session, BRANCH, &place.source())
        .await
        .unwrap();
    assert!(locks.iter().all(|lock| !lock.exists()));
    leave_lock(&administration.join("index.lock"));
    write(&tree.path().join("page.html"), "page");
    assert!(tree.commit_all("A page").await.unwrap().is_some());
}

#[tokio::test]
async fn a_mirror_half_made_is_made_again() {
    let place = Place::new();
    write(&mirror(&place).join("HEAD"), "ref: refs/he");
    write(&mirror(&place).join("config"), "[core");
    let tree = place.worktree(BRANCH).await;
    assert_eq!(read(&tree.path().join("index.html")), "<h1>Lantern</h1>\n");
}

#[tokio::test]
async fn a_work_tree_half_checked_out_is_made_again() {
    let place = Place::new();
    let (workspaces, session) = (place.workspaces().await, Uuid::new_v4());
    let tree = workspaces
        .prepare("site", session, BRANCH, &place.source())
        .await
        .unwrap();
    let administration = mirror(&place).join("worktrees").join(session.to_string());
    // As `git worktree add` leaves it when killed: registered, locked, some files, no index.
    std::fs::remove_file(administration.join("errand.json")).unwrap();
    std::fs::remove_file(administration.join("index")).unwrap();
    std::fs::remove_file(tree.path().join("index.html")).unwrap();
    write(&administration.join("locked"), "initializing");

    let again = workspaces
        .prepare("site", session, BRANCH, &place.source())
        .await
        .unwrap();
    assert!(!again.resumed());
    assert!(again.changed().await.unwrap().is_empty());
    assert_eq!(git(again.path(), &["status", "--porcelain"]), "");
}

#[tokio::test]
async fn files_without_registration_and_registration_without_files_are_made_again() {
    let place = Place::new();
    let workspaces = place.workspaces().await;
    let orphan = Uuid::new_v4();
    write(
        &place
            .path()
            .join(format!("data/site/trees/{orphan}/index.html")),
        "half a fi",
    );
    let tree = workspaces
        .prepare("site", orphan, BRANCH, &place.source())
        .await
        .unwrap();
    assert!(tree.changed().await.unwrap().is_empty());
    std::fs::remove_dir_all(tree.path()).unwrap();
    let tree = workspaces
        .prepare("site", orphan, BRANCH, &place.source())
        .await
        .unwrap();
    assert!(tree.changed().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_index_cut_short_by_a_full_disk_is_rebuilt_and_no_file_is_lost() {
    let place = Place::new();
    let (workspaces, session) = (place.workspaces().await, Uuid::new_v4());
    let tree = workspaces
        .prepare("site", session, BRANCH, &place.source())
        .await
        .unwrap();
    write(&tree.path().join("page.html"), "page");
    let index = mirror(&place)
        .join("worktrees")
        .join(session.to_string())
        .join("index");
    std::fs::File::options()
        .write(true)
        .open(&index)
        .unwrap()
        .set_len(20)
        .unwrap();

    let again = workspaces
        .prepare("site", session, BRANCH, &place.source())
        .await
        .unwrap();
    assert!(again.resumed());
    assert_eq!(read(&again.path().join("page.html")), "page");
    assert!(again.commit_all("A page").await.unwrap().is_some());
    assert_eq!(again.changed().await.unwrap().files.len(), 1);
}

#[tokio::test]
async fn preparations_that_are_dropped_at_any_moment_leave_a_usable_project() {
    let place = Place::new();
    for number in 0..200 {
        write(
            &place.site().join(format!("pages/{number}.html")),
            &"a page\n".repeat(50),
        );
    }
    crate::repository::commit(&place.site(), "Many pages");
    let (workspaces, session, source) = (place.workspaces().await, Uuid::new_v4(), place.source());
    for milliseconds in [1, 5, 10, 15, 20, 25, 30, 40, 50, 70] {
        let preparation = workspaces.prepare("site", session, BRANCH, &source);
        // Dropping the call kills its git.
        let _ = tokio::time::timeout(Duration::from_millis(milliseconds), preparation).await;
    }
    let tree = workspaces
        .prepare("site", session, BRANCH, &source)
        .await
        .unwrap();
    assert!(tree.changed().await.unwrap().is_empty());
    assert_eq!(
        std::fs::read_dir(tree.path().join("pages"))
            .unwrap()
            .count(),
        200
    );
}

#[tokio::test]
async fn a_git_that_outlives_its_executor_keeps_the_project_until_it_has_ended() {
    let place = Place::new();
    // A git whose checkout goes on in the background, as if the executor had been killed meanwhile.
    let (slow, go) = (place.path().join("slow-git"), place.path().join("go"));
    let wait = format!("until test -e {}; do sleep 0.02; done", go.display());
    let script = format!(
        "#!/bin/sh\nif [ $1 = worktree ]; then exec 3<&0; setsid sh -c '{wait}' <&3 >/dev/null 2>&1 & exit 1; fi\nexec git \"$@\"\n"
    );
    program(&slow, &script);
    let settings = GitSettings {
        program: slow,
        ..GitSettings::default()
    };
    let (session, source) = (Uuid::new_v4(), place.source());
    let killed = Workspaces::open(place.path().join("data"), settings)
        .await
        .unwrap();
    killed
        .prepare("site", session, BRANCH, &source)
        .await
        .unwrap_err();

    let workspaces = place.workspaces().await;
    let preparation = workspaces.prepare("site", session, BRANCH, &source);
    tokio::pin!(preparation);
    let early = tokio::time::timeout(Duration::from_millis(300), &mut preparation).await;
    assert!(early.is_err(), "the project is still in use");
    write(&go, "");
    let tree = tokio::time::timeout(Duration::from_secs(30), preparation)
        .await
        .unwrap()
        .unwrap();
    assert!(tree.changed().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_call_that_is_dropped_takes_everything_it_started_along() {
    let place = Place::new();
    let (spawning, started) = (
        place.path().join("spawning-git"),
        place.path().join("started"),
    );
    let child = format!(
        "echo $$ > {0}.part; mv {0}.part {0}; exec sleep 60",
        started.display()
    );
    let script =
        format!("#!/bin/sh\nif [ $1 = worktree ]; then sh -c '{child}'; fi\nexec git \"$@\"\n");
    program(&spawning, &script);
    let settings = GitSettings {
        program: spawning,
        ..GitSettings::default()
    };
    let (workspaces, source) = (
        Workspaces::open(place.path().join("data"), settings)
            .await
            .unwrap(),
        place.source(),
    );
    let preparation = workspaces.prepare("site", Uuid::new_v4(), BRANCH, &source);
    tokio::select! {
        _ = preparation => panic!("it waits for its child"),
        () = until(|| started.exists()) => {}
    }
    let child = read(&started);
    let process = format!("/proc/{}/stat", child.trim());
    // A process that waits to be collected has ended.
    until(|| std::fs::read_to_string(&process).map_or(true, |stat| stat.contains(") Z "))).await;
}

/// Waits, bounded, until `condition` holds.
async fn until(condition: impl Fn() -> bool) {
    let bound = tokio::time::Instant::now() + Duration::from_secs(10);
    while !condition() {
        assert!(
            tokio::time::Instant::now() < bound,
            "the condition did not come true in time"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
