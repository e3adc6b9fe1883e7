//! The same where only bubblewrap holds the agent.

use errand_executor::confine::{AgentAccess, Confinement, Host, Isolation, Network};

use crate::place::{Place, helper};

#[tokio::test]
async fn bubblewrap_hides_everything_else_and_closes_the_network() {
    let host = Host {
        bubblewrap: Host::look().await.bubblewrap,
        ..Host::default()
    };
    if host.bubblewrap.is_none() {
        println!("skipped: bubblewrap is not installed, or may not make namespaces here");
        return;
    }
    let access = AgentAccess {
        network: Network::None,
        ..AgentAccess::default()
    };
    let confinement = Confinement::new(Isolation::Required, access, &host, helper()).unwrap();
    let place = Place::new().await;
    let home = std::env::var("HOME").unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let work = format!(
        r#"
try tree 'echo page > page.html'
try commit 'git add page.html && git commit --quiet -m "A page"'
try temporary 'mktemp'
try site 'echo x > {site}/index.html'
try other_tree 'ls {other}'
try home 'mkdir -p {home} && echo x > {home}/errand-test-{own}'
try connect 'exec 3<>/dev/tcp/127.0.0.1/{port}'
"#,
        site = place.site().display(),
        other = place.other.path().display(),
        own = std::process::id(),
        port = listener.local_addr().unwrap().port(),
    );
    let report = place.run(&work, confinement).await;
    assert_eq!(
        report,
        [
            "tree: done",
            "commit: done",
            "temporary: done",
            "site: refused",
            "other_tree: refused",
            // What it writes there is gone with it: it never was the person's home.
            "home: done",
            "connect: refused",
        ]
    );
    let written = format!("{home}/errand-test-{}", std::process::id());
    assert!(!std::path::Path::new(&written).exists());
}
