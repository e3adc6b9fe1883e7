use errand_sandbox::Vendor;
use tempfile::TempDir;

use crate::support::{Running, commit, git, push, try_git, write};

#[tokio::test]
async fn what_is_pushed_can_be_cloned_by_anybody() {
    let running = Running::start().await;
    let _copy = running.repository_with_a_branch("acme", "site").await;
    let elsewhere = TempDir::new().expect("a folder");
    let url = format!("{}/git/acme/site.git", running.url);
    let (cloned, output) =
        try_git(elsewhere.path(), &["clone", "--quiet", &url, "copy"], None).await;
    assert!(cloned, "{output}");
    let page = std::fs::read_to_string(elsewhere.path().join("copy/index.html")).expect("a file");
    assert_eq!(page, "<h1>Hello</h1>\n<p>old</p>\n", "main is checked out");
    let branches = git(&elsewhere.path().join("copy"), &["branch", "--remotes"]).await;
    assert!(branches.contains("origin/errand/capture"), "{branches}");
    assert_eq!(running.sandbox.requests(Vendor::Git)["push"].succeeded, 2);
}

#[tokio::test]
async fn a_push_needs_a_token() {
    let running = Running::start().await;
    let copy = running.repository_with_a_branch("acme", "site").await;
    for token in [None, Some("")] {
        let (pushed, output) = try_git(
            copy.path(),
            &["push", "origin", "HEAD:refs/heads/other"],
            token,
        )
        .await;
        assert!(!pushed, "{output}");
        assert!(
            output.contains("could not read Username") || output.contains("Authentication failed"),
            "{output}"
        );
    }
    let branches = git(copy.path(), &["ls-remote", "--heads", "origin"]).await;
    assert!(!branches.contains("other"), "{branches}");
}

#[tokio::test]
async fn a_repeated_push_is_up_to_date_and_a_diverged_one_is_refused() {
    let running = Running::start().await;
    let copy = running.repository_with_a_branch("acme", "site").await;
    let again = git(
        copy.path(),
        &["push", "--porcelain", "origin", "errand/capture"],
    )
    .await;
    assert!(again.contains("=\trefs/heads/errand/capture"), "{again}");
    git(
        copy.path(),
        &["commit", "--quiet", "--amend", "-m", "Another"],
    )
    .await;
    let (pushed, output) = try_git(
        copy.path(),
        &["push", "origin", "errand/capture"],
        Some("t"),
    )
    .await;
    assert!(!pushed && output.contains("non-fast-forward"), "{output}");
}

#[tokio::test]
async fn a_push_of_many_megabytes_is_streamed() {
    let running = Running::start().await;
    let copy = running.repository_with_a_branch("acme", "site").await;
    let mut noise = 0x9e37_79b9_7f4a_7c15_u64;
    let bytes: Vec<u8> = std::iter::repeat_with(|| {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        noise.to_le_bytes()
    })
    .take(1_000_000)
    .flatten()
    .collect();
    std::fs::write(copy.path().join("noise.bin"), bytes).expect("written");
    commit(copy.path(), "Noise").await;
    push(copy.path(), "errand/capture").await;
    let elsewhere = TempDir::new().expect("a folder");
    let url = format!("{}/git/acme/site.git", running.url);
    git(
        elsewhere.path(),
        &[
            "clone",
            "--quiet",
            "--branch",
            "errand/capture",
            &url,
            "copy",
        ],
    )
    .await;
    let size = std::fs::metadata(elsewhere.path().join("copy/noise.bin"))
        .expect("a file")
        .len();
    assert_eq!(size, 8_000_000);
}

#[tokio::test]
async fn a_first_push_to_another_branch_makes_it_the_default() {
    let running = Running::start().await;
    running
        .sandbox
        .ensure_repository("acme", "old")
        .await
        .expect("a repository");
    let copy = TempDir::new().expect("a folder");
    git(
        copy.path(),
        &["init", "--quiet", "--initial-branch=trunk", "."],
    )
    .await;
    write(copy.path(), "a.txt", "a\n");
    commit(copy.path(), "A").await;
    let url = format!("{}/git/acme/old.git", running.url);
    git(copy.path(), &["push", "--quiet", &url, "trunk"]).await;
    git(copy.path(), &["clone", "--quiet", &url, "copy"]).await;
    assert!(copy.path().join("copy/a.txt").is_file());
}

#[tokio::test]
async fn a_repository_that_does_not_exist_or_is_none_is_refused() {
    let running = Running::start().await;
    let folder = TempDir::new().expect("a folder");
    let url = format!("{}/git/acme/nothing.git", running.url);
    let (found, output) = try_git(folder.path(), &["ls-remote", &url], None).await;
    assert!(!found && output.contains("not found"), "{output}");
    for wrong in ["..", "a/b", "-x", "", "x.git"] {
        assert!(
            running
                .sandbox
                .ensure_repository("acme", wrong)
                .await
                .is_err(),
            "{wrong:?} was accepted"
        );
    }
    let twice = running
        .sandbox
        .ensure_repository("acme", "twice")
        .await
        .expect("a repository");
    assert_eq!(
        running
            .sandbox
            .ensure_repository("acme", "twice")
            .await
            .expect("the same"),
        twice
    );
}
