//! Work that the base branch cannot take, found before anybody opens a pull request.

use errand_executor::workspace::{WorkspaceError, Worktree};

use crate::forge::Forge;
use crate::repository::{Place, commit, git, write};

const BRANCH: &str = "errand/story-1";

async fn pushed(place: &Place, forge: &Forge) -> Worktree {
    let tree = place.worktree(BRANCH).await;
    write(&tree.path().join("index.html"), "<h1>Ours</h1>\n");
    write(&tree.path().join("style.css"), "h1 { color: blue }\n");
    tree.commit_all("Ours").await.unwrap().unwrap();
    tree.mirror_to(&forge.target(), &["main"]).await.unwrap();
    tree.push(&forge.target()).await.unwrap();
    tree
}

/// Somebody else changes `file` on the forge's main branch.
fn change_at_forge(place: &Place, forge: &Forge, file: &str, text: &str) {
    let copy = place.path().join("colleague");
    let from = forge.repository();
    git(
        place.path(),
        &["clone", "--quiet", from.to_str().unwrap(), "colleague"],
    );
    write(&copy.join(file), text);
    commit(&copy, "Theirs");
    git(&copy, &["push", "--quiet", "origin", "main"]);
    std::fs::remove_dir_all(copy).unwrap();
}

#[tokio::test]
async fn a_conflict_with_the_base_names_the_files_and_leaves_the_work_where_it_is() {
    let place = Place::new();
    let forge = Forge::start(place.path()).await;
    let tree = pushed(&place, &forge).await;
    tree.check_mergeable(&forge.target()).await.unwrap();
    change_at_forge(&place, &forge, "other.html", "a change beside it\n");
    tree.check_mergeable(&forge.target()).await.unwrap();

    change_at_forge(&place, &forge, "index.html", "<h1>Theirs</h1>\n");
    let error = tree.check_mergeable(&forge.target()).await.unwrap_err();
    let text = error.to_string();
    let WorkspaceError::Conflict { files, base, .. } = error else {
        panic!("a conflict was expected: {text}")
    };
    assert_eq!(
        (files, base.as_str()),
        (vec!["index.html".to_owned()], "main")
    );
    assert!(
        text.contains("index.html") && text.contains(BRANCH),
        "{text}"
    );
    assert_eq!(tree.changed().await.unwrap().files.len(), 2);
    assert_eq!(
        git(
            &forge.repository(),
            &["show", &format!("{BRANCH}:index.html")]
        ),
        "<h1>Ours</h1>"
    );
}

#[tokio::test]
async fn histories_without_a_common_start_are_left_to_the_forge() {
    let place = Place::new();
    let forge = Forge::start(place.path()).await;
    let tree = pushed(&place, &forge).await;
    let strange = git(
        &forge.repository(),
        &["commit-tree", "-m", "Strange", "main^{tree}"],
    );
    git(
        &forge.repository(),
        &["update-ref", "refs/heads/main", &strange],
    );
    tree.check_mergeable(&forge.target()).await.unwrap();
}
