//! The site for those who bring no repository.

use errand_executor::workspace::{WorkspaceError, create_sample_site};
use tempfile::TempDir;

use crate::repository::{Place, git, read, write};

#[tokio::test]
async fn the_sample_site_is_one_commit_and_made_once() {
    let folder = TempDir::new().unwrap();
    let site = folder.path().join("projects/lantern");
    create_sample_site(&site).await.unwrap();
    let first = git(&site, &["rev-parse", "main"]);
    write(&site.join("index.html"), "edited by a person");
    create_sample_site(&site).await.unwrap();
    assert_eq!(git(&site, &["rev-list", "main"]), first);
    assert_eq!(read(&site.join("index.html")), "edited by a person");
    assert_eq!(
        git(&site, &["ls-files"]),
        "README.md\napp.js\nindex.html\nlogo.svg\nstyle.css"
    );
    assert_eq!(
        std::fs::read_dir(site.parent().unwrap()).unwrap().count(),
        1,
        "nothing is left beside it"
    );
}

#[tokio::test]
async fn the_sample_site_has_the_weaknesses_its_readme_speaks_of() {
    let folder = TempDir::new().unwrap();
    let site = folder.path().join("site");
    create_sample_site(&site).await.unwrap();
    let (page, script) = (read(&site.join("index.html")), read(&site.join("app.js")));
    assert!(page.contains("class=\"hero\"") && page.contains("<img") && !page.contains("alt="));
    assert!(!page.contains("name=\"description\"") && page.contains("href=\"http://"));
    assert!(
        page.contains("<script src=\"app.js\"></script>\n  <link"),
        "a script blocks rendering"
    );
    assert!(script.contains("innerHTML"));
}

#[tokio::test]
async fn a_folder_with_something_else_in_it_is_not_touched() {
    let folder = TempDir::new().unwrap();
    write(&folder.path().join("notes.txt"), "mine");
    let error = create_sample_site(folder.path()).await.unwrap_err();
    assert!(
        matches!(error, WorkspaceError::SampleSiteBlocked { .. }),
        "{error}"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let place = Place::new();
    create_sample_site(&place.site()).await.unwrap();
    assert!(
        !place.site().join("app.js").exists(),
        "a repository of the person's own stays as it is"
    );
}
