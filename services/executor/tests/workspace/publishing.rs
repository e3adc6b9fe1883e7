//! Pushing to a forge and back to the person's repository.

use axum::http::StatusCode;
use errand_executor::workspace::{
    PushOutcome, PushRefusal, PushTarget, SeedOutcome, WorkspaceError, Worktree,
};

use crate::forge::{Forge, Mood, TOKEN};
use crate::repository::{Place, commit, git, program, read, write};

const BRANCH: &str = "errand/story-1";

async fn with_work(place: &Place) -> Worktree {
    let tree = place.worktree(BRANCH).await;
    write(&tree.path().join("capture.html"), "<form>\n");
    tree.commit_all("Add a form").await.unwrap().unwrap();
    tree
}

fn refusal(result: Result<PushOutcome, WorkspaceError>) -> PushRefusal {
    match result.unwrap_err() {
        WorkspaceError::PushRefused { refusal, .. } => refusal,
        other => panic!("a refusal was expected: {other}"),
    }
}

#[tokio::test]
async fn the_branch_and_its_base_reach_the_forge_once() {
    let place = Place::new();
    let forge = Forge::start(place.path()).await;
    let tree = with_work(&place).await;
    let seeded = tree.mirror_to(&forge.target(), &["main"]).await.unwrap();
    assert_eq!(seeded[0].outcome, SeedOutcome::Pushed);
    assert_eq!(
        tree.mirror_to(&forge.target(), &["main"]).await.unwrap()[0].outcome,
        SeedOutcome::UpToDate
    );
    assert_eq!(
        tree.push(&forge.target()).await.unwrap(),
        PushOutcome::Pushed
    );
    assert_eq!(
        tree.push(&forge.target()).await.unwrap(),
        PushOutcome::UpToDate
    );
    assert_eq!(
        git(
            &forge.repository(),
            &["diff", "--name-only", "main", BRANCH]
        ),
        "capture.html"
    );

    write(&tree.path().join("capture.html"), "<form></form>\n");
    tree.commit_all("Close it").await.unwrap();
    assert_eq!(
        tree.push(&forge.target()).await.unwrap(),
        PushOutcome::Pushed
    );
    assert_eq!(
        git(
            &forge.repository(),
            &["rev-list", "--count", &format!("main..{BRANCH}")]
        ),
        "2"
    );
}

#[tokio::test]
async fn a_large_push_arrives_whole() {
    let place = Place::new();
    let forge = Forge::start(place.path()).await;
    let tree = place.worktree(BRANCH).await;
    // Numbers that do not compress below the size from which git sends in pieces.
    let noise: Vec<u8> = (0..3_000_000_u64)
        .map(|n| (n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 37) as u8)
        .collect();
    std::fs::write(tree.path().join("noise.bin"), &noise).unwrap();
    tree.commit_all("Noise").await.unwrap();
    tree.push(&forge.target()).await.unwrap();
    assert_eq!(
        git(
            &forge.repository(),
            &["cat-file", "-s", &format!("{BRANCH}:noise.bin")]
        ),
        "3000000"
    );
}

#[tokio::test]
async fn two_sessions_seed_and_push_at_once() {
    let place = Place::new();
    let forge = Forge::start(place.path()).await;
    let mut sessions = tokio::task::JoinSet::new();
    for number in 0..4 {
        let (tree, target) = (
            place.worktree(&format!("errand/story-{number}")).await,
            forge.target(),
        );
        sessions.spawn(async move {
            write(&tree.path().join("page.html"), &number.to_string());
            tree.commit_all("A page").await.unwrap();
            tree.mirror_to(&target, &["main"]).await.unwrap();
            tree.push(&target).await.unwrap()
        });
    }
    assert!(
        sessions
            .join_all()
            .await
            .iter()
            .all(|outcome| *outcome == PushOutcome::Pushed)
    );
    assert_eq!(
        git(&forge.repository(), &["branch", "--list", "errand/*"])
            .lines()
            .count(),
        4
    );
}

#[tokio::test]
async fn each_way_a_forge_refuses_is_told_apart() {
    let place = Place::new();
    let forge = Forge::start(place.path()).await;
    let tree = with_work(&place).await;
    let wrong = PushTarget {
        token: Some("wr0ng".into()),
        ..forge.target()
    };
    let error = tree.push(&wrong).await.unwrap_err();
    assert!(
        matches!(error, WorkspaceError::Unauthorized { .. }),
        "{error}"
    );
    let absent = PushTarget {
        url: forge.url().replace("site", "none"),
        ..forge.target()
    };
    let error = tree.push(&absent).await.unwrap_err();
    assert!(
        matches!(error, WorkspaceError::RepositoryMissing { .. }),
        "{error}"
    );
    for status in [
        StatusCode::SERVICE_UNAVAILABLE,
        StatusCode::INTERNAL_SERVER_ERROR,
    ] {
        forge.set(Mood::Answering(status));
        let error = tree.push(&forge.target()).await.unwrap_err();
        assert!(
            matches!(error, WorkspaceError::Unreachable { .. }),
            "{error}"
        );
    }
    forge.set(Mood::Answering(StatusCode::FORBIDDEN));
    let error = tree.push(&forge.target()).await.unwrap_err();
    assert!(
        matches!(error, WorkspaceError::NotPermitted { .. }),
        "{error}"
    );
    let nobody = PushTarget {
        url: "http://127.0.0.1:1/o/r.git".to_owned(),
        token: None,
    };
    let error = tree.push(&nobody).await.unwrap_err();
    assert!(
        matches!(error, WorkspaceError::Unreachable { .. }),
        "{error}"
    );

    forge.set(Mood::Working);
    let hook = forge.repository().join("hooks/pre-receive");
    program(&hook, "#!/bin/sh\nexit 1\n");
    let rule = refusal(tree.push(&forge.target()).await);
    assert_eq!(
        rule,
        PushRefusal::Rule {
            reason: "pre-receive hook declined".to_owned()
        }
    );
}

#[tokio::test]
async fn commits_of_others_at_the_forge_are_never_overwritten() {
    let place = Place::new();
    let forge = Forge::start(place.path()).await;
    let tree = with_work(&place).await;
    git(place.path(), &["clone", "--quiet", "site", "other"]);
    let other = place.path().join("other");
    write(&other.join("other.html"), "other");
    commit(&other, "Of another person");
    let bare = forge.repository().display().to_string();
    git(
        &other,
        &[
            "push",
            "--quiet",
            &bare,
            "main:main",
            &format!("main:{BRANCH}"),
        ],
    );

    assert_eq!(
        refusal(tree.push(&forge.target()).await),
        PushRefusal::NonFastForward
    );
    let unknown = tree.head().await.unwrap();
    assert_eq!(
        refusal(tree.push_instead_of(&forge.target(), &unknown).await),
        PushRefusal::NonFastForward
    );
    let seeded = tree.mirror_to(&forge.target(), &["main"]).await.unwrap();
    assert_eq!(seeded[0].outcome, SeedOutcome::ForgeDiffers);
    assert_eq!(
        git(&forge.repository(), &["log", "-1", "--format=%s", "main"]),
        "Of another person"
    );
}

#[tokio::test]
async fn the_token_is_in_no_file_and_no_command_line() {
    let place = Place::new();
    let forge = Forge::start(place.path()).await;
    // A git that writes down how it was called.
    let spy = place.path().join("spy-git");
    let log = place.path().join("calls.log");
    program(
        &spy,
        &format!(
            "#!/bin/sh\nprintf '%s\\n' \"$*\" >> {}\nexec git \"$@\"\n",
            log.display()
        ),
    );
    let settings = errand_executor::workspace::GitSettings {
        program: spy,
        ..Default::default()
    };
    let workspaces =
        errand_executor::workspace::Workspaces::open(place.path().join("data"), settings)
            .await
            .unwrap();
    let tree = workspaces
        .prepare("site", uuid::Uuid::new_v4(), BRANCH, &place.source())
        .await
        .unwrap();
    write(&tree.path().join("page.html"), "page");
    tree.commit_all("A page").await.unwrap();
    tree.push(&forge.target()).await.unwrap();

    let calls = read(&log);
    assert!(
        calls.lines().any(|call| call.starts_with("push")),
        "{calls}"
    );
    let encoded = "eC1hY2Nlc3MtdG9rZW46";
    let found = std::process::Command::new("grep")
        .args(["-r", "-l", "-a", "-e", TOKEN, "-e", encoded])
        .arg(place.path())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&found.stdout), "");
    assert!(!format!("{:?} {tree:?}", forge.target()).contains(TOKEN));
}

#[tokio::test]
async fn the_persons_repository_gets_the_branch_and_nothing_else() {
    let place = Place::new();
    write(&place.site().join("draft.html"), "a draft");
    git(&place.site(), &["add", "draft.html"]);
    let site = place.site();
    let everything = || {
        let index = std::fs::read(site.join(".git/index")).unwrap();
        (
            git(&site, &["status", "--porcelain"]),
            index,
            read(&site.join(".git/HEAD")),
            read(&site.join(".git/config")),
        )
    };
    let before = everything();
    let tree = with_work(&place).await;
    assert_eq!(
        tree.publish_branch_to_local().await.unwrap(),
        PushOutcome::Pushed
    );
    assert_eq!(
        tree.publish_branch_to_local().await.unwrap(),
        PushOutcome::UpToDate
    );
    assert_eq!(everything(), before);
    assert_eq!(
        git(&site, &["for-each-ref", "--format=%(refname)"]),
        "refs/heads/errand/story-1\nrefs/heads/main"
    );
}

#[tokio::test]
async fn a_branch_the_person_has_checked_out_or_named_otherwise_is_not_forced() {
    let place = Place::new();
    let tree = with_work(&place).await;
    tree.publish_branch_to_local().await.unwrap();
    git(&place.site(), &["checkout", "--quiet", BRANCH]);
    git(
        &place.site(),
        &["config", "receive.denyCurrentBranch", "updateInstead"],
    );
    write(&tree.path().join("more.html"), "more");
    tree.commit_all("More").await.unwrap();
    assert_eq!(
        refusal(tree.publish_branch_to_local().await),
        PushRefusal::CheckedOut
    );
    assert!(!place.site().join("more.html").exists());

    git(&place.site(), &["checkout", "--quiet", "main"]);
    git(&place.site(), &["branch", "-D", "--quiet", BRANCH]);
    git(&place.site(), &["branch", "errand"]);
    assert_eq!(
        refusal(tree.publish_branch_to_local().await),
        PushRefusal::NameTaken
    );
}

#[tokio::test]
async fn a_push_of_the_same_session_that_arrived_late_gives_way() {
    let place = Place::new();
    let forge = Forge::start(place.path()).await;
    let late = with_work(&place).await;
    let own = late.head().await.unwrap();
    // The machine that made it is gone; this one knows only that it was made.
    let elsewhere = Place::new();
    let tree = elsewhere.worktree(BRANCH).await;
    assert!(!tree.holds(&own).await.unwrap());
    write(&tree.path().join("capture.html"), "<form> again\n");
    tree.commit_all("Add a form").await.unwrap().unwrap();
    late.push(&forge.target()).await.unwrap();

    let replaced = tree.push_instead_of(&forge.target(), &own).await;
    assert_eq!(replaced.unwrap(), PushOutcome::Pushed);
    assert_eq!(
        git(&forge.repository(), &["rev-parse", BRANCH]),
        tree.head().await.unwrap()
    );
}
