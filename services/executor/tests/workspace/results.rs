//! What a session did: changes, commits, diffs.

use errand_executor::workspace::{FileStatus, MAX_FILE_BYTES, WorkspaceError};

use crate::repository::{Place, git, read, write};

const BRANCH: &str = "errand/story-1";

#[tokio::test]
async fn changes_count_committed_and_uncommitted_work_together() {
    let place = Place::new();
    let tree = place.worktree(BRANCH).await;
    assert!(tree.changed().await.unwrap().is_empty());
    write(
        &tree.path().join("capture.html"),
        "<form>\n<input>\n</form>\n",
    );
    tree.commit_all("Add a form").await.unwrap().unwrap();
    write(
        &tree.path().join("index.html"),
        "<h1>Lantern</h1>\n<p>Light</p>\n",
    );
    std::fs::remove_file(tree.path().join("style.css")).unwrap();
    write(&tree.path().join("pages/ä b.html"), "new\n");

    let before = git(tree.path(), &["status", "--porcelain"]);
    let changes = tree.changed().await.unwrap();
    let seen: Vec<(&str, &FileStatus)> = changes
        .files
        .iter()
        .map(|file| (file.path.as_str(), &file.status))
        .collect();
    assert_eq!(
        seen,
        [
            ("capture.html", &FileStatus::Added),
            ("index.html", &FileStatus::Modified),
            ("pages/ä b.html", &FileStatus::Added),
            ("style.css", &FileStatus::Deleted),
        ]
    );
    assert_eq!((changes.insertions, changes.deletions), (5, 1));
    assert_eq!(
        git(tree.path(), &["status", "--porcelain"]),
        before,
        "looking changes nothing"
    );
}

#[tokio::test]
async fn a_commit_holds_everything_and_nothing_is_committed_twice() {
    let place = Place::new();
    let tree = place.worktree(BRANCH).await;
    assert_eq!(tree.commit_all("Nothing").await.unwrap(), None);
    write(&tree.path().join("capture.html"), "<form>\n");
    let commit = tree
        .commit_all("Add a form\n\n#1 in the list")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(tree.commit_all("Again").await.unwrap(), None);
    assert_eq!(git(tree.path(), &["rev-parse", "HEAD"]), commit.id);
    let shown = git(tree.path(), &["log", "-1", "--format=%an <%ae>%n%B"]);
    assert_eq!(
        shown.trim(),
        "Errand <errand@localhost>\nAdd a form\n\n#1 in the list"
    );
    assert_eq!(tree.commits_ahead().await.unwrap(), 1);
}

#[tokio::test]
async fn the_diff_is_cut_at_a_line_and_its_numbers_are_of_the_whole() {
    let place = Place::new();
    let tree = place.worktree(BRANCH).await;
    write(
        &tree.path().join("long.txt"),
        &"a line of text\n".repeat(1_000),
    );
    let whole = tree.diff(1_000_000).await.unwrap();
    assert!(!whole.truncated && whole.text.contains("+a line of text"));
    let cut = tree.diff(500).await.unwrap();
    assert!(cut.truncated && cut.text.len() <= 500 && cut.text.ends_with('\n'));
    assert_eq!((cut.files, cut.insertions, cut.deletions), (1, 1_000, 0));
}

#[tokio::test]
async fn commits_an_agent_made_elsewhere_come_back_to_the_branch() {
    let place = Place::new();
    let tree = place.worktree(BRANCH).await;
    git(tree.path(), &["checkout", "--quiet", "-b", "my-idea"]);
    write(&tree.path().join("idea.html"), "an idea\n");
    git(tree.path(), &["add", "--all"]);
    git(tree.path(), &["commit", "--quiet", "--message", "An idea"]);
    assert_eq!(tree.commit_all("Nothing more").await.unwrap(), None);
    assert_eq!(git(tree.path(), &["branch", "--show-current"]), BRANCH);
    assert_eq!(tree.commits_ahead().await.unwrap(), 1);

    // Away to a commit that knows nothing of the session: the files that are there now are the result.
    git(
        tree.path(),
        &["checkout", "--quiet", "--detach", "source/main"],
    );
    write(&tree.path().join("other.html"), "another\n");
    tree.commit_all("Another").await.unwrap().unwrap();
    assert_eq!(tree.commits_ahead().await.unwrap(), 2);
    assert_eq!(
        git(tree.path(), &["ls-tree", "--name-only", BRANCH]),
        "index.html\nother.html\nstyle.css"
    );

    git(
        tree.path(),
        &["update-ref", "-d", &format!("refs/heads/{BRANCH}")],
    );
    tree.commit_all("After the branch was deleted")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        git(tree.path(), &["merge-base", BRANCH, "source/main"]),
        git(&place.site(), &["rev-parse", "main"])
    );
}

#[tokio::test]
async fn ignored_files_stay_out_and_a_file_too_large_is_named() {
    let place = Place::new();
    let tree = place.worktree(BRANCH).await;
    write(&tree.path().join(".gitignore"), "build/\n");
    write(&tree.path().join("build/out"), "built");
    tree.commit_all("Ignore what is built")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(tree.changed().await.unwrap().files.len(), 1);

    let large = std::fs::File::create(tree.path().join("video.mp4")).unwrap();
    large.set_len(MAX_FILE_BYTES + 1).unwrap();
    let error = tree.commit_all("A video").await.unwrap_err();
    assert!(
        matches!(&error, WorkspaceError::FileTooLarge { path, .. } if path == "video.mp4"),
        "{error}"
    );
}

#[tokio::test]
async fn a_repository_made_inside_the_tree_is_left_out_and_named() {
    let place = Place::new();
    let tree = place.worktree(BRANCH).await;
    for (name, with_commit) in [("vendor", true), ("scratch", false)] {
        let nested = tree.path().join(name);
        std::fs::create_dir(&nested).unwrap();
        git(&nested, &["init", "--quiet"]);
        write(&nested.join("file"), "text");
        if with_commit {
            git(&nested, &["add", "."]);
            git(&nested, &["commit", "--quiet", "--message", "Vendored"]);
        }
    }
    write(&tree.path().join("page.html"), "page");
    let changes = tree.changed().await.unwrap();
    assert_eq!(changes.files.len(), 1);
    assert_eq!(changes.left_out, ["scratch/", "vendor/"]);
    let commit = tree.commit_all("A page").await.unwrap().unwrap();
    assert_eq!(commit.left_out, ["scratch/", "vendor/"]);
    assert_eq!(
        git(tree.path(), &["show", "--name-only", "--format=", "HEAD"]),
        "page.html"
    );
}

#[tokio::test]
async fn a_tree_that_vanished_says_so() {
    let place = Place::new();
    let tree = place.worktree(BRANCH).await;
    std::fs::remove_dir_all(tree.path()).unwrap();
    let error = tree.changed().await.unwrap_err();
    assert!(
        matches!(error, WorkspaceError::FolderMissing { .. }),
        "{error}"
    );
    assert_eq!(
        read(
            &place
                .worktree("errand/story-2")
                .await
                .path()
                .join("index.html")
        ),
        "<h1>Lantern</h1>\n"
    );
}

#[tokio::test]
async fn a_file_is_unchanged_until_the_session_writes_it_committed_or_not() {
    let place = Place::new();
    let tree = place.worktree(BRANCH).await;
    assert!(tree.is_unchanged("index.html").await.unwrap());
    write(&tree.path().join("new.html"), "new\n");
    assert!(!tree.is_unchanged("new.html").await.unwrap());
    write(&tree.path().join("index.html"), "<h1>Other</h1>\n");
    assert!(!tree.is_unchanged("index.html").await.unwrap());
    tree.commit_all("Change it").await.unwrap().unwrap();
    assert!(!tree.is_unchanged("index.html").await.unwrap());
}
