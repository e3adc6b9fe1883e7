//! Repositories that cannot be used, or only with a word of caution.

use std::path::Path;
use std::time::Duration;

use errand_executor::workspace::{
    GitSettings, Note, RepositoryRef, Source, WorkspaceError, Workspaces, Worktree,
};
use uuid::Uuid;

use crate::forge::{Forge, Mood, TOKEN};
use crate::repository::{Place, commit, git, local, program, write};

async fn prepared(place: &Place, source: &Source) -> Result<Worktree, WorkspaceError> {
    place
        .workspaces()
        .await
        .prepare("site", Uuid::new_v4(), "errand/story-1", source)
        .await
}

async fn refused(place: &Place, path: &Path) -> WorkspaceError {
    prepared(place, &local(path)).await.unwrap_err()
}

#[tokio::test]
async fn a_path_without_a_repository_says_so() {
    let place = Place::new();
    let empty = place.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    write(&place.path().join("file"), "text");
    for path in [
        empty,
        place.path().join("nowhere"),
        place.path().join("file"),
    ] {
        let error = refused(&place, &path).await;
        assert!(
            matches!(error, WorkspaceError::NotARepository { .. }),
            "{error}"
        );
        assert!(
            error.to_string().contains("git init"),
            "the way out: {error}"
        );
    }
}

#[tokio::test]
async fn a_folder_inside_a_repository_names_the_repository() {
    let place = Place::new();
    write(&place.site().join("pages/a.html"), "a");
    for inside in ["pages", ".git", ".git/objects"] {
        let error = refused(&place, &place.site().join(inside)).await;
        let WorkspaceError::InsideRepository { top, .. } = &error else {
            panic!("{inside}: {error}")
        };
        assert_eq!(
            top.canonicalize().unwrap(),
            place.site().canonicalize().unwrap(),
            "{inside}"
        );
    }
}

#[tokio::test]
async fn a_repository_without_a_commit_says_so() {
    let place = Place::new();
    let fresh = place.path().join("fresh");
    std::fs::create_dir(&fresh).unwrap();
    git(&fresh, &["init", "--quiet"]);
    assert!(matches!(
        refused(&place, &fresh).await,
        WorkspaceError::NoCommits { .. }
    ));
}

#[tokio::test]
async fn a_detached_head_asks_for_a_base_branch_and_works_with_one() {
    let place = Place::new();
    git(&place.site(), &["checkout", "--quiet", "--detach"]);
    assert!(matches!(
        refused(&place, &place.site()).await,
        WorkspaceError::DetachedHead { .. }
    ));
    let named = Source {
        base: Some("main".to_owned()),
        ..place.source()
    };
    assert_eq!(prepared(&place, &named).await.unwrap().base(), "main");
}

#[tokio::test]
async fn a_base_that_does_not_exist_lists_those_that_do() {
    let place = Place::new();
    let source = Source {
        base: Some("develop".to_owned()),
        ..place.source()
    };
    let error = prepared(&place, &source).await.unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("has no branch `develop`: name one that exists (main)"),
        "{error}"
    );
}

#[tokio::test]
async fn uncommitted_work_is_left_out_and_said_so() {
    let place = Place::new();
    write(&place.site().join("index.html"), "half an idea");
    write(&place.site().join("new.html"), "another");
    let status = git(&place.site(), &["status", "--porcelain"]);
    let tree = prepared(&place, &place.source()).await.unwrap();
    assert_eq!(tree.notes(), [Note::Uncommitted { files: 2 }]);
    assert!(!tree.path().join("new.html").exists());
    assert_eq!(git(&place.site(), &["status", "--porcelain"]), status);
}

#[tokio::test]
async fn a_bare_and_a_shallow_repository_work_with_a_note() {
    let place = Place::new();
    write(&place.site().join("second"), "2");
    commit(&place.site(), "Second");
    let site = format!("file://{}", place.site().display());
    git(
        place.path(),
        &["clone", "--quiet", "--bare", &site, "bare.git"],
    );
    git(
        place.path(),
        &["clone", "--quiet", "--depth=1", &site, "shallow"],
    );
    let workspaces = place.workspaces().await;
    for (name, note) in [("bare.git", Note::Bare), ("shallow", Note::Shallow)] {
        let source = local(&place.path().join(name));
        let tree = workspaces
            .prepare(name, Uuid::new_v4(), "errand/story-1", &source)
            .await
            .unwrap();
        assert_eq!(tree.notes(), [note]);
        write(&tree.path().join("third"), "3");
        tree.commit_all("Third").await.unwrap().unwrap();
        tree.publish_branch_to_local().await.unwrap();
        assert_eq!(tree.commits_ahead().await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_partial_clone_is_not_completed_behind_the_person_s_back() {
    let place = Place::new();
    write(&place.site().join("index.html"), "<h1>Second</h1>\n");
    commit(&place.site(), "Second");
    git(&place.site(), &["config", "uploadpack.allowFilter", "true"]);
    let site = format!("file://{}", place.site().display());
    git(
        place.path(),
        &["clone", "--quiet", "--filter=blob:none", &site, "partial"],
    );
    let error = refused(&place, &place.path().join("partial")).await;
    assert!(matches!(error, WorkspaceError::PartialClone), "{error}");
}

#[tokio::test]
async fn a_repository_with_sha256_names_works() {
    let place = Place::new();
    let modern = place.path().join("modern");
    std::fs::create_dir(&modern).unwrap();
    git(
        &modern,
        &[
            "init",
            "--quiet",
            "--object-format=sha256",
            "--initial-branch=main",
        ],
    );
    write(&modern.join("a"), "a");
    commit(&modern, "First");
    let tree = prepared(&place, &local(&modern)).await.unwrap();
    write(&tree.path().join("b"), "b");
    assert_eq!(tree.commit_all("b").await.unwrap().unwrap().id.len(), 64);
    tree.publish_branch_to_local().await.unwrap();
}

#[tokio::test]
async fn branch_names_that_git_would_misread_are_refused() {
    let place = Place::new();
    let workspaces = place.workspaces().await;
    for branch in [
        "-rf",
        "main",
        "errand/a b",
        "errand/..",
        "errand/x.lock",
        "errand/@{1}",
        "",
        &"x".repeat(201),
    ] {
        let error = workspaces
            .prepare("site", Uuid::new_v4(), branch, &place.source())
            .await
            .unwrap_err();
        assert!(
            matches!(error, WorkspaceError::InvalidBranch { .. }),
            "{branch}: {error}"
        );
    }
}

#[tokio::test]
async fn a_remote_repository_is_reached_with_its_token() {
    let place = Place::new();
    let forge = Forge::start(place.path()).await;
    git(
        &place.site(),
        &[
            "push",
            "--quiet",
            &forge.repository().display().to_string(),
            "main",
        ],
    );
    let remote = |token: Option<&str>, url: String| Source {
        repository: RepositoryRef::Remote {
            url,
            token: token.map(Into::into),
        },
        base: None,
    };
    let tree = prepared(&place, &remote(Some(TOKEN), forge.url()))
        .await
        .unwrap();
    assert!(tree.path().join("index.html").exists());
    assert!(matches!(
        tree.publish_branch_to_local().await,
        Err(WorkspaceError::NotLocal)
    ));

    let no_token = prepared(&place, &remote(None, forge.url()))
        .await
        .unwrap_err();
    assert!(
        matches!(no_token, WorkspaceError::Unauthorized { .. }),
        "{no_token}"
    );
    let wrong = prepared(&place, &remote(Some("wr0ng-token"), forge.url()))
        .await
        .unwrap_err();
    assert!(
        matches!(wrong, WorkspaceError::Unauthorized { .. }),
        "{wrong}"
    );
    assert!(!format!("{wrong} {wrong:?}").contains("wr0ng"));
    let absent = remote(Some(TOKEN), forge.url().replace("site.git", "nothing.git"));
    let absent = prepared(&place, &absent).await.unwrap_err();
    assert!(
        matches!(absent, WorkspaceError::RepositoryMissing { .. }),
        "{absent}"
    );
    forge.set(Mood::Answering(axum::http::StatusCode::BAD_GATEWAY));
    let down = prepared(&place, &remote(Some(TOKEN), forge.url()))
        .await
        .unwrap_err();
    assert!(
        matches!(down, WorkspaceError::Unreachable { .. }) && down.is_transient(),
        "{down}"
    );
}

#[tokio::test]
async fn a_forge_that_does_not_answer_is_given_up_in_time() {
    let place = Place::new();
    let forge = Forge::start(place.path()).await;
    forge.set(Mood::Silent);
    let settings = GitSettings {
        transfer_timeout: Duration::from_millis(300),
        ..GitSettings::default()
    };
    let workspaces = Workspaces::open(place.path().join("data"), settings)
        .await
        .unwrap();
    let source = Source {
        repository: RepositoryRef::Remote {
            url: forge.url(),
            token: None,
        },
        base: None,
    };
    let error = workspaces
        .prepare("site", Uuid::new_v4(), "errand/story-1", &source)
        .await
        .unwrap_err();
    assert!(matches!(error, WorkspaceError::TimedOut { .. }), "{error}");
}

#[tokio::test]
async fn a_missing_or_old_git_is_told_at_the_start() {
    let place = Place::new();
    let open = |program: &Path| {
        let settings = GitSettings {
            program: program.to_owned(),
            ..GitSettings::default()
        };
        Workspaces::open(place.path().join("data"), settings)
    };
    let error = open(Path::new("/nowhere/git")).await.unwrap_err();
    assert!(
        matches!(error, WorkspaceError::GitMissing { .. }),
        "{error}"
    );
    let old = place.path().join("old-git");
    program(&old, "#!/bin/sh\necho git version 2.17.1\n");
    let error = open(&old).await.unwrap_err();
    assert!(matches!(error, WorkspaceError::GitTooOld { .. }), "{error}");
}
