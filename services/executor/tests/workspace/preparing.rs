//! Getting a work tree.

use uuid::Uuid;

use crate::repository::{Place, commit, git, local, read, write};

const BRANCH: &str = "errand/story-1";

#[tokio::test]
async fn a_session_gets_the_files_of_the_base_branch_on_a_branch_of_its_own() {
    let place = Place::new();
    let tree = place.worktree(BRANCH).await;
    assert_eq!(read(&tree.path().join("index.html")), "<h1>Lantern</h1>\n");
    assert_eq!(git(tree.path(), &["branch", "--show-current"]), BRANCH);
    assert_eq!(
        (tree.branch(), tree.base(), tree.resumed()),
        (BRANCH, "main", false)
    );
    assert!(tree.notes().is_empty());
    assert_eq!(tree.commits_ahead().await.unwrap(), 0);
    assert_eq!(
        git(&place.site(), &["branch", "--list", "errand/*"]),
        "",
        "the person's repository is only read"
    );
}

#[tokio::test]
async fn preparing_again_gives_the_same_tree_with_the_work_in_it() {
    let place = Place::new();
    let (workspaces, session) = (place.workspaces().await, Uuid::new_v4());
    let first = workspaces
        .prepare("site", session, BRANCH, &place.source())
        .await
        .unwrap();
    write(&first.path().join("capture.html"), "<form>\n");
    let again = workspaces
        .prepare("site", session, BRANCH, &place.source())
        .await
        .unwrap();
    assert_eq!(again.path(), first.path());
    assert!(again.resumed());
    assert_eq!(read(&again.path().join("capture.html")), "<form>\n");
}

#[tokio::test]
async fn a_second_session_goes_on_with_the_branch_of_an_earlier_run() {
    let place = Place::new();
    let first = place.worktree(BRANCH).await;
    write(&first.path().join("capture.html"), "<form>\n");
    first.commit_all("Add a form").await.unwrap().unwrap();
    // The base moves on in between.
    write(&place.site().join("README.md"), "Lantern\n");
    commit(&place.site(), "Say what it is");

    let second = place.worktree(BRANCH).await;
    assert_ne!(second.path(), first.path());
    assert_eq!(read(&second.path().join("capture.html")), "<form>\n");
    assert_eq!(second.commits_ahead().await.unwrap(), 1);
    write(&second.path().join("capture.html"), "<form></form>\n");
    second.commit_all("Close the form").await.unwrap().unwrap();
    assert_eq!(second.commits_ahead().await.unwrap(), 2);
    let changed = second.changed().await.unwrap();
    let paths: Vec<&str> = changed
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(
        paths,
        ["capture.html"],
        "what others did to the base is not this session's work"
    );
}

#[tokio::test]
async fn commits_a_person_added_to_the_branch_are_taken_along() {
    let place = Place::new();
    let first = place.worktree(BRANCH).await;
    write(&first.path().join("capture.html"), "<form>\n");
    first.commit_all("Add a form").await.unwrap().unwrap();
    first.publish_branch_to_local().await.unwrap();
    git(&place.site(), &["checkout", "--quiet", BRANCH]);
    write(&place.site().join("capture.html"), "<form class=hero>\n");
    commit(&place.site(), "Name the form");
    git(&place.site(), &["checkout", "--quiet", "main"]);

    let second = place.worktree(BRANCH).await;
    assert_eq!(
        read(&second.path().join("capture.html")),
        "<form class=hero>\n"
    );
    assert_eq!(second.commits_ahead().await.unwrap(), 2);
}

#[tokio::test]
async fn many_sessions_of_one_project_prepare_work_and_commit_at_once() {
    let place = Place::new();
    let workspaces = place.workspaces().await;
    let mut sessions = tokio::task::JoinSet::new();
    for number in 0..6 {
        let (workspaces, source) = (workspaces.clone(), place.source());
        sessions.spawn(async move {
            let branch = format!("errand/story-{number}");
            let tree = workspaces
                .prepare("site", Uuid::new_v4(), &branch, &source)
                .await
                .unwrap();
            write(&tree.path().join("page.html"), &branch);
            tree.commit_all(&branch).await.unwrap().unwrap();
            tree.publish_branch_to_local().await.unwrap();
            (branch, tree)
        });
    }
    for (branch, tree) in sessions.join_all().await {
        assert_eq!(
            git(&place.site(), &["show", &format!("{branch}:page.html")]),
            branch
        );
        assert_eq!(tree.commits_ahead().await.unwrap(), 1);
    }
}

#[tokio::test]
async fn the_base_can_be_named_and_is_fetched_anew() {
    let place = Place::new();
    place.worktree(BRANCH).await;
    git(&place.site(), &["checkout", "--quiet", "-b", "next"]);
    write(&place.site().join("next.html"), "next\n");
    commit(&place.site(), "The next page");
    git(&place.site(), &["checkout", "--quiet", "main"]);
    let source = errand_executor::workspace::Source {
        base: Some("next".to_owned()),
        ..local(&place.site())
    };
    let workspaces = place.workspaces().await;
    let tree = workspaces
        .prepare("site", Uuid::new_v4(), "errand/story-2", &source)
        .await
        .unwrap();
    assert_eq!(tree.base(), "next");
    assert_eq!(read(&tree.path().join("next.html")), "next\n");
}

#[tokio::test]
async fn projects_do_not_see_each_other_whatever_their_names() {
    let place = Place::new();
    let workspaces = place.workspaces().await;
    for project in ["site", "Site", "../site", "a/b", "ümlaut 🎉"] {
        let tree = workspaces
            .prepare(project, Uuid::new_v4(), BRANCH, &place.source())
            .await
            .unwrap();
        assert!(
            tree.path()
                .starts_with(place.path().canonicalize().unwrap().join("data")),
            "{project}"
        );
    }
    assert_eq!(
        std::fs::read_dir(place.path().join("data"))
            .unwrap()
            .count(),
        5
    );
}

#[tokio::test]
async fn what_is_no_longer_needed_is_removed_and_branches_stay() {
    let place = Place::new();
    let (workspaces, kept) = (place.workspaces().await, Uuid::new_v4());
    let tree = workspaces
        .prepare("site", kept, BRANCH, &place.source())
        .await
        .unwrap();
    let removed = place.worktree("errand/story-2").await;
    let leftover = place.worktree("errand/story-3").await;
    write(&removed.path().join("note"), "a note");
    removed.commit_all("A note").await.unwrap();
    let gone = removed.path().to_owned();
    removed.remove().await.unwrap();
    assert!(!gone.exists());
    make_read_only(leftover.path());

    assert_eq!(workspaces.prune(&[kept]).await.unwrap(), 1);
    assert!(tree.path().exists() && !leftover.path().exists());
    assert_eq!(workspaces.prune(&[kept]).await.unwrap(), 0);
    assert_eq!(
        read(&place.worktree("errand/story-2").await.path().join("note")),
        "a note"
    );
}

/// What package managers do to their caches.
fn make_read_only(folder: &std::path::Path) {
    let cache = folder.join("cache/module");
    write(&cache.join("file"), "cached");
    for path in [&cache, &folder.join("cache")] {
        let mut permissions = std::fs::metadata(path).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(path, permissions).unwrap();
    }
}
