//! Repositories that try to have their programs run by whoever looks at them.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::forge::Forge;
use crate::repository::{Place, commit, git, plain_git, program, read, write};

const BRANCH: &str = "errand/story-1";

const HOOKS: &[&str] = &[
    "applypatch-msg",
    "commit-msg",
    "fsmonitor-watchman",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
    "post-receive",
    "post-rewrite",
    "post-update",
    "pre-auto-gc",
    "pre-commit",
    "pre-push",
    "pre-receive",
    "prepare-commit-msg",
    "proc-receive",
    "push-to-checkout",
    "reference-transaction",
    "update",
];

/// Configuration keys whose value git runs as a program.
const PROGRAMS: &[&str] = &[
    "core.fsmonitor",
    "core.sshCommand",
    "core.alternateRefsCommand",
    "core.pager",
    "core.editor",
    "core.askPass",
    "core.gitProxy",
    "credential.helper",
    "credential.http://127.0.0.1.helper",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "filter.lfs.clean",
    "filter.lfs.process",
    "filter.lfs.smudge",
    "gpg.program",
    "gpg.ssh.defaultKeyCommand",
    "gpg.ssh.program",
    "interactive.diffFilter",
    "merge.evil.driver",
    "sequence.editor",
    "submodule.sub.update",
    "trailer.sign.command",
    "uploadpack.packObjectsHook",
];

/// A program that leaves a mark when it is run, and the place for the marks.
struct Trap {
    program: PathBuf,
    marks: PathBuf,
}

impl Trap {
    fn set(folder: &Path) -> Self {
        let trap = Self {
            program: folder.join("trap.sh"),
            marks: folder.join("marks"),
        };
        std::fs::create_dir(&trap.marks).unwrap();
        let script = format!(
            "#!/bin/sh\nps -o args= -p $PPID >> {}/ran\nexit 1\n",
            trap.marks.display()
        );
        program(&trap.program, &script);
        trap
    }

    fn words(&self) -> &str {
        self.program.to_str().unwrap()
    }

    /// What ran it, by name; empty when nothing did.
    fn sprung(&self) -> String {
        std::fs::read_to_string(self.marks.join("ran")).unwrap_or_default()
    }

    fn reset(&self) {
        let _ = std::fs::remove_file(self.marks.join("ran"));
    }

    /// Lays the trap in everything a repository's `.git` folder can hold.
    fn lay_in_git_folder(&self, repository: &Path) {
        let folder = repository.join(".git");
        for hook in HOOKS {
            std::fs::create_dir_all(folder.join("hooks")).unwrap();
            let _ = std::fs::remove_file(folder.join("hooks").join(hook));
            symlink(&self.program, folder.join("hooks").join(hook)).unwrap();
        }
        let mut config = read(&folder.join("config"));
        for key in PROGRAMS {
            let (section, name) = key.rsplit_once('.').unwrap();
            let section = match section.split_once('.') {
                Some((first, second)) => format!("{first} \"{second}\""),
                None => section.to_owned(),
            };
            config.push_str(&format!("[{section}]\n\t{name} = {}\n", self.words()));
        }
        let path = repository.display();
        config.push_str(&format!("[core]\n\thooksPath = {path}/.git/hooks\n"));
        config.push_str("[filter \"evil\"]\n\trequired = true\n");
        config.push_str("[status]\n\tsubmoduleSummary = true\n[commit]\n\tgpgSign = true\n");
        config.push_str("[receive]\n\tdenyCurrentBranch = updateInstead\n");
        config.push_str(&format!(
            "[remote \"{path}\"]\n\tuploadpack = {0}\n\treceivepack = {0}\n",
            self.words()
        ));
        config.push_str("[protocol \"ext\"]\n\tallow = always\n");
        config.push_str(&format!(
            "[url \"ext::{}\"]\n\tinsteadOf = http://\n",
            self.words()
        ));
        config.push_str("[include]\n\tpath = included\n");
        config.push_str(&format!("[init]\n\ttemplateDir = {path}/.git\n"));
        config.push_str(&format!(
            "[includeIf \"gitdir:{path}/\"]\n\tpath = included\n"
        ));
        write(&folder.join("config"), &config);
        let included = format!(
            "[filter \"included\"]\n\tclean = {0}\n\tsmudge = {0}\n\trequired = true\n",
            self.words()
        );
        write(&folder.join("included"), &included);
        write(
            &folder.join("info/attributes"),
            "* filter=evil diff=evil merge=evil\n*.css filter=included\n*.bin filter=lfs\n",
        );
        write(
            &folder.join("objects/info/alternates"),
            &format!("{path}/.git/objects\n"),
        );
    }
}

/// A site whose files carry attributes, submodules and links.
fn hostile_site(place: &Place, trap: &Trap) {
    let site = place.site();
    write(
        &site.join(".gitattributes"),
        "* filter=evil diff=evil merge=evil working-tree-encoding=UTF-8\n\
         *.css filter=included\n*.bin filter=lfs diff=lfs merge=lfs -text\n",
    );
    let modules = format!(
        "[submodule \"sub\"]\n\tpath = sub\n\turl = ext::{}\n\tupdate = !{0}\n",
        trap.words()
    );
    write(&site.join(".gitmodules"), &modules);
    symlink("/etc/passwd", site.join("passwd")).unwrap();
    symlink(place.path().join("outside"), site.join("pages")).unwrap();
    git(&site, &["add", "--all"]);
    let head = git(&site, &["rev-parse", "HEAD"]);
    git(
        &site,
        &[
            "update-index",
            "--add",
            "--cacheinfo",
            &format!("160000,{head},sub"),
        ],
    );
    git(&site, &["commit", "--quiet", "--message", "Harmless"]);
    std::fs::create_dir_all(site.join("sub")).unwrap();
    write(
        &site.join("index.html"),
        "uncommitted, so that it must be compared",
    );
    trap.lay_in_git_folder(&site);
}

#[tokio::test]
async fn nothing_of_a_hostile_repository_is_run_from_first_look_to_published_branch() {
    let place = Place::new();
    let trap = Trap::set(place.path());
    let forge = Forge::start(place.path()).await;
    hostile_site(&place, &trap);
    plain_git(&place.site(), &["status"]);
    assert!(
        trap.sprung().contains("git status"),
        "the trap works on those who are not careful: {}",
        trap.sprung()
    );
    trap.reset();

    let tree = place.worktree(BRANCH).await;
    assert!(!tree.notes().is_empty());
    write(&tree.path().join("index.html"), "<h1>Changed</h1>\n");
    write(&tree.path().join("style.css"), "h1 { color: blue }\n");
    write(
        &tree.path().join("movie.bin"),
        "kept as it is, by no large file storage",
    );
    tree.changed().await.unwrap();
    tree.diff(10_000).await.unwrap();
    tree.commit_all("A change").await.unwrap().unwrap();
    tree.mirror_to(&forge.target(), &["main"]).await.unwrap();
    tree.push(&forge.target()).await.unwrap();
    tree.publish_branch_to_local().await.unwrap();
    let again = place.worktree(BRANCH).await;
    again.remove().await.unwrap();
    place.workspaces().await.prune(&[]).await.unwrap();
    assert_eq!(trap.sprung(), "");
    assert_eq!(git_show(&place, "index.html"), "<h1>Changed</h1>");
    assert_eq!(
        read(&place.site().join("index.html")),
        "uncommitted, so that it must be compared"
    );
}

/// The branch as published, read without the repository's own configuration in the way.
fn git_show(place: &Place, path: &str) -> String {
    git(
        &place.site(),
        &["cat-file", "blob", &format!("{BRANCH}:{path}")],
    )
}

#[tokio::test]
async fn links_are_never_followed_out_of_the_tree() {
    let place = Place::new();
    let trap = Trap::set(place.path());
    let outside = place.path().join("outside");
    write(&outside.join("secret"), "precious");
    hostile_site(&place, &trap);
    let tree = place.worktree(BRANCH).await;
    write(
        &tree.path().join("pages/new"),
        "written through the link by an agent",
    );
    symlink(&outside, tree.path().join("more")).unwrap();
    let diff = tree.diff(100_000).await.unwrap();
    assert!(
        !diff.text.contains("precious") && !diff.text.contains("written through"),
        "{}",
        diff.text
    );
    assert_eq!(diff.files, 1, "only the new link itself");
    tree.commit_all("A link").await.unwrap().unwrap();
    tree.remove().await.unwrap();
    assert_eq!(read(&outside.join("secret")), "precious");
}

#[tokio::test]
async fn what_an_agent_leaves_in_the_configuration_is_not_obeyed() {
    let place = Place::new();
    let trap = Trap::set(place.path());
    let forge = Forge::start(place.path()).await;
    let tree = place.worktree(BRANCH).await;
    for key in PROGRAMS {
        git(tree.path(), &["config", key, trap.words()]);
    }
    git(tree.path(), &["config", "core.hooksPath", "hooks"]);
    git(
        tree.path(),
        &[
            "config",
            &format!("url.ext::{}.insteadOf", trap.words()),
            "http://",
        ],
    );
    let hooks = tree.path().join("hooks");
    std::fs::create_dir(&hooks).unwrap();
    HOOKS
        .iter()
        .for_each(|hook| symlink(&trap.program, hooks.join(hook)).unwrap());
    write(
        &tree.path().join(".gitattributes"),
        "* filter=evil diff=evil\n",
    );
    trap.reset();

    tree.changed().await.unwrap();
    tree.diff(10_000).await.unwrap();
    tree.commit_all("Settings").await.unwrap().unwrap();
    tree.push(&forge.target()).await.unwrap();
    tree.publish_branch_to_local().await.unwrap();
    assert_eq!(trap.sprung(), "");
}

#[tokio::test]
async fn a_git_folder_put_in_place_of_the_tree_s_own_is_not_believed() {
    let place = Place::new();
    let trap = Trap::set(place.path());
    let tree = place.worktree(BRANCH).await;
    std::fs::remove_file(tree.path().join(".git")).unwrap();
    git(tree.path(), &["init", "--quiet"]);
    trap.lay_in_git_folder(tree.path());
    write(&tree.path().join("page.html"), "page");

    tree.commit_all("A page").await.unwrap().unwrap();
    tree.publish_branch_to_local().await.unwrap();
    assert_eq!(trap.sprung(), "");
    assert_eq!(
        git(&place.site(), &["ls-tree", "--name-only", BRANCH]),
        "index.html\npage.html\nstyle.css"
    );
}

#[tokio::test]
async fn a_monitor_in_a_repository_inside_the_tree_is_not_started() {
    let place = Place::new();
    let trap = Trap::set(place.path());
    let tree = place.worktree(BRANCH).await;
    let nested = tree.path().join("vendor");
    std::fs::create_dir(&nested).unwrap();
    git(&nested, &["init", "--quiet"]);
    write(&nested.join("file"), "text");
    commit(&nested, "Vendored");
    trap.lay_in_git_folder(&nested);
    // The agent has even added it as a link to a commit.
    git(tree.path(), &["add", "vendor"]);
    write(&nested.join("file"), "changed");
    trap.reset();

    tree.changed().await.unwrap();
    write(&tree.path().join("page.html"), "page");
    tree.commit_all("A page").await.unwrap().unwrap();
    assert_eq!(trap.sprung(), "");
}

#[tokio::test]
async fn a_repository_that_wants_its_own_hook_to_take_branches_refuses_them() {
    let place = Place::new();
    let trap = Trap::set(place.path());
    let tree = place.worktree(BRANCH).await;
    trap.lay_in_git_folder(&place.site());
    let config = read(&place.site().join(".git/config"));
    write(
        &place.site().join(".git/config"),
        &format!("{config}[receive]\n\tprocReceiveRefs = refs\n"),
    );
    let error = tree.publish_branch_to_local().await.unwrap_err();
    assert!(error.to_string().contains("proc-receive"), "{error}");
    assert_eq!(trap.sprung(), "");
}
