//! Bounds on what the workspaces take, and what is left behind.

use std::time::Duration;

use errand_executor::workspace::{DiskLimits, GitSettings, WorkspaceError, Workspaces};
use uuid::Uuid;

use crate::repository::{Place, git, write};

const BRANCH: &str = "errand/story-1";
const PATIENCE: Duration = Duration::from_secs(60);

async fn limited(place: &Place, limits: DiskLimits) -> Workspaces {
    let folder = place.path().join("data");
    let workspaces = Workspaces::open(folder, GitSettings::default())
        .await
        .unwrap();
    workspaces.with_limits(limits)
}

#[tokio::test]
async fn a_session_that_grows_beyond_its_limit_is_told_wherever_it_writes() {
    for temporary in [false, true] {
        let place = Place::new();
        let limit_bytes = 1024 * 1024;
        let limits = DiskLimits {
            worktree_bytes: limit_bytes,
            ..DiskLimits::default()
        };
        let workspaces = limited(&place, limits).await;
        let source = place.source();
        let prepared = workspaces.prepare("site", Uuid::new_v4(), BRANCH, &source);
        let tree = prepared.await.unwrap();
        let folder = if temporary {
            tree.temporary()
        } else {
            tree.path()
        };
        let waiting = workspaces.outgrown(&tree);
        tokio::pin!(waiting);
        let early = tokio::time::timeout(Duration::ZERO, &mut waiting).await;
        assert!(early.is_err(), "a small tree is no reason to stop");
        write(&folder.join("deep/large"), &"x".repeat(2 * 1024 * 1024));
        let error = tokio::time::timeout(PATIENCE, workspaces.outgrown(&tree))
            .await
            .unwrap();
        assert!(matches!(
            error,
            WorkspaceError::WorktreeTooLarge {
                limit_bytes: 1_048_576
            }
        ));
    }
}

#[tokio::test]
async fn a_full_folder_of_workspaces_takes_no_more_work_until_something_is_removed() {
    let place = Place::new();
    let large = DiskLimits {
        all_bytes: 4 * 1024 * 1024,
        ..DiskLimits::default()
    };
    let workspaces = limited(&place, large).await;
    let session = Uuid::new_v4();
    let tree = workspaces
        .prepare("site", session, BRANCH, &place.source())
        .await
        .unwrap();
    write(&tree.path().join("large"), &"x".repeat(8 * 1024 * 1024));
    // Another process, which has not measured yet.
    let workspaces = limited(&place, large).await;
    let next = workspaces
        .prepare("site", Uuid::new_v4(), "errand/story-2", &place.source())
        .await;
    let error = next.unwrap_err();
    assert!(
        matches!(
            error,
            WorkspaceError::WorkspacesFull {
                limit_bytes: 4_194_304,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(workspaces.remove(&[session]).await.unwrap(), 1);
    workspaces
        .prepare("site", Uuid::new_v4(), "errand/story-2", &place.source())
        .await
        .unwrap();
}

#[tokio::test]
async fn what_a_session_left_is_found_and_removed_and_its_branch_and_mirror_stay() {
    let place = Place::new();
    let workspaces = place.workspaces().await;
    let (gone, stays) = (Uuid::new_v4(), Uuid::new_v4());
    let tree = workspaces
        .prepare("site", gone, BRANCH, &place.source())
        .await
        .unwrap();
    let other = workspaces
        .prepare("site", stays, "errand/story-2", &place.source())
        .await
        .unwrap();
    write(&tree.path().join("page.html"), "page");
    tree.commit_all("A page").await.unwrap().unwrap();
    write(
        &tree.temporary().join("cache/file"),
        "left by a killed agent",
    );
    // The tree went with its executor's last breath, the temporary files did not.
    std::fs::remove_dir_all(tree.path()).unwrap();

    let mut expected = vec![gone, stays];
    expected.sort();
    assert_eq!(workspaces.sessions().unwrap(), expected);
    workspaces.remove(&[gone]).await.unwrap();
    assert_eq!(workspaces.sessions().unwrap(), [stays]);
    assert!(!tree.temporary().exists() && other.path().exists());
    let shown = git(tree.repository(), &["show", &format!("{BRANCH}:page.html")]);
    assert_eq!(shown, "page");
}
