//! A GitHub App: its proof, and the tokens that it buys.

use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use errand_executor::github::{App, CodeHost, CodeHostError, Credential, GitHub};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::app_host::AppHost;
use crate::sandbox::Journey;
use crate::stand_in::{Answer, new};

const BRANCH: &str = "errand/story-1";

/// A key as GitHub gives it out, in a folder of its own; `None`, with a word about it, where none can be made.
fn key() -> Option<(TempDir, String)> {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("key.pem");
    let mut openssl = Command::new("openssl");
    let made = openssl
        .args(["genrsa", "-traditional", "-out"])
        .arg(&file)
        .arg("2048")
        .output();
    if !made.is_ok_and(|output| output.status.success()) {
        println!("skipped: openssl is not installed, so there is no key to test with");
        return None;
    }
    let pem = std::fs::read_to_string(file).unwrap();
    Some((folder, pem))
}

fn client(host: &AppHost, pem: &str) -> GitHub {
    let app = App::new("4711", pem).unwrap();
    GitHub::new(&host.url(), Credential::App(app), reqwest::Client::new()).unwrap()
}

fn part(proof: &str, index: usize) -> Vec<u8> {
    URL_SAFE_NO_PAD
        .decode(proof.split('.').nth(index).unwrap())
        .unwrap()
}

#[tokio::test]
async fn an_app_proves_itself_by_its_key_and_buys_a_token_for_one_repository() {
    let Some((folder, pem)) = key() else { return };
    let host = AppHost::start().await;
    client(&host, &pem)
        .ensure_pull_request(new(BRANCH))
        .await
        .unwrap();

    let proof = host.proofs()[0].clone();
    let header: Value = serde_json::from_slice(&part(&proof, 0)).unwrap();
    let claims: Value = serde_json::from_slice(&part(&proof, 1)).unwrap();
    assert_eq!(
        (&header["alg"], &claims["iss"]),
        (&json!("RS256"), &json!("4711"))
    );
    let lasts = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
    assert!(
        lasts <= 600,
        "GitHub takes ten minutes at most, not {lasts} s"
    );
    assert!(is_signed_by(&folder, &proof));
    assert_eq!(
        host.wanted(),
        json!({"repositories": ["site"], "permissions": {"contents": "write", "pull_requests": "write"}})
    );
}

/// Asks openssl, which knows nothing of us.
fn is_signed_by(folder: &TempDir, proof: &str) -> bool {
    let (signed, _) = proof.rsplit_once('.').unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("signed"), signed).unwrap();
    std::fs::write(path("signature"), part(proof, 2)).unwrap();
    let mut openssl = Command::new("openssl");
    openssl
        .args(["dgst", "-sha256", "-prverify"])
        .arg(path("key.pem"));
    openssl
        .arg("-signature")
        .arg(path("signature"))
        .arg(path("signed"));
    openssl.output().unwrap().status.success()
}

#[tokio::test]
async fn one_token_serves_all_until_its_last_minutes() {
    let Some((_folder, pem)) = key() else { return };
    let host = AppHost::start().await;
    let github = client(&host, &pem);
    let (one, other) = tokio::join!(
        github.push_token("o", "site"),
        github.push_token("o", "site")
    );
    one.unwrap();
    other.unwrap();
    assert_eq!(host.sold(), 1, "whoever asks meanwhile gets the same token");
    host.sell_for_seconds(4 * 60);
    github.push_token("o", "other").await.unwrap();
    github.push_token("o", "other").await.unwrap();
    assert_eq!(host.sold(), 3, "a token in its last minutes is renewed");
}

#[tokio::test]
async fn a_token_that_was_taken_back_is_bought_anew_once() {
    let Some((_folder, pem)) = key() else { return };
    let host = AppHost::start().await;
    let github = client(&host, &pem);
    github.push_token("o", "site").await.unwrap();
    host.take_tokens_back();
    github.ensure_pull_request(new(BRANCH)).await.unwrap();
    assert_eq!(host.sold(), 2);
    let refused = json!({"message": "Bad credentials"});
    let refusals = [(); 2].map(|()| Answer::Refused(401, vec![], refused.clone()));
    host.pulls().will(refusals);
    let error = github.ensure_pull_request(new(BRANCH)).await.unwrap_err();
    assert_eq!(error, CodeHostError::Unauthorized);
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_set_by_the_server_s() {
    let Some((_folder, pem)) = key() else { return };
    for ahead_seconds in [-3_600, 3_600] {
        let host = AppHost::start().await;
        host.set_clock_ahead(ahead_seconds);
        let github = client(&host, &pem);
        github.push_token("o", "site").await.unwrap();
        assert_eq!(
            host.proofs().len(),
            3,
            "refused once, then two requests that fit"
        );
        github.push_token("o", "site").await.unwrap();
        assert_eq!(host.sold(), 1, "its end is read by the same clock");
    }
}

#[tokio::test]
async fn the_sandbox_sells_an_app_a_token_that_opens_a_pull_request() {
    let Some((_folder, pem)) = key() else { return };
    let journey = Journey::start().await;
    journey.pushed().await;
    let app = Credential::App(App::new("4711", &pem).unwrap());
    let github = GitHub::new(&journey.api(), app, reqwest::Client::new()).unwrap();
    let opened = github.ensure_pull_request(new(BRANCH)).await.unwrap();
    assert_eq!(opened.head, BRANCH);
}

#[tokio::test]
async fn what_is_wrong_with_an_app_is_told_with_the_way_out() {
    let Some((_folder, pem)) = key() else { return };
    let host = AppHost::start().await;
    let github = client(&host, &pem);
    assert_eq!(github.check().await.unwrap(), "connected as the App Errand");
    let elsewhere = github.push_token("o", "elsewhere").await.unwrap_err();
    let repository = "o/elsewhere".to_owned();
    assert_eq!(elsewhere, CodeHostError::NotInstalled { repository });
    host.refuse_proofs();
    let error = client(&host, &pem)
        .push_token("o", "site")
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("ERRAND_GITHUB_APP_ID"),
        "{error}"
    );
    for no_key in [
        "",
        "nonsense",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    ] {
        let error = App::new("1", no_key).unwrap_err();
        assert!(
            error.to_string().contains("ERRAND_GITHUB_APP_KEY_FILE"),
            "{error}"
        );
    }
    assert!(!format!("{github:?}").contains("PRIVATE KEY"));
}
