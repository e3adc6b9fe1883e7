use super::until;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use std::{path::PathBuf, process::Stdio};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// Flags for a machine without a display and without a network.
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
];

/// A headless Chromium, driven as a person would.
pub struct Browser {
    pub client: Client,
    port: u16,
    _driver: Child,
    _profile: TempDir,
}

impl Browser {
    /// `None`, said plainly, where no browser is installed and none is demanded.
    pub async fn open(width: u32, height: u32) -> Option<Self> {
        let demanded = std::env::var_os("ERRAND_TEST_BROWSER").is_some();
        let Some((driver, port)) = driver().await else {
            assert!(!demanded, "chromedriver is missing");
            println!("skipped: chromedriver is missing; ./tests/run installs it");
            return None;
        };
        let profile = TempDir::new().expect("a folder for the profile");
        let mut flags: Vec<_> = FLAGS.iter().map(ToString::to_string).collect();
        flags.push(format!("--window-size={width},{height}"));
        flags.push(format!("--user-data-dir={}", profile.path().display()));
        let mut wanted = Map::new();
        wanted.insert("goog:chromeOptions".into(), json!({"args": flags}));
        let mut connector = HttpConnector::new();
        connector.enforce_http(false);
        let client = ClientBuilder::new(connector)
            .capabilities(wanted)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a browser session");
        Some(Self {
            client,
            port,
            _driver: driver,
            _profile: profile,
        })
    }

    pub async fn go(&self, url: &str) {
        self.client.goto(url).await.expect("a page");
    }

    /// Waits until the page shows these words.
    pub async fn sees(&self, words: &str) {
        until(&format!("{words:?} on the page"), || async {
            let body = self.client.find(Locator::Css("body")).await.ok()?;
            body.text().await.ok()?.contains(words).then_some(())
        })
        .await;
    }

    pub async fn click(&self, css: &str) {
        until(&format!("something to click at {css}"), || async {
            let element = self.client.find(Locator::Css(css)).await.ok()?;
            element.click().await.ok()
        })
        .await;
    }

    pub async fn write(&self, css: &str, words: &str) {
        until(&format!("something to write into at {css}"), || async {
            let element = self.client.find(Locator::Css(css)).await.ok()?;
            element.send_keys(words).await.ok()
        })
        .await;
    }

    /// A key, to whatever has the focus.
    pub async fn press(&self, key: &str) {
        let focused = self.client.active_element().await.unwrap();
        focused.send_keys(key).await.unwrap();
    }

    /// Waits until the address ends so.
    pub async fn arrives_at(&self, end: &str) {
        until(&format!("the page {end}"), || async {
            let url = self.client.current_url().await.ok()?;
            url.path().ends_with(end).then_some(())
        })
        .await;
    }

    pub async fn script(&self, script: &str) -> Value {
        let result = self.client.execute(script, vec![]).await;
        result.expect("a script that runs")
    }

    /// Allows the pages of this address what a person would be asked for.
    pub async fn allow(&self, origin: &str, permission: &str) {
        let wanted = json!({"origin": origin, "permissions": [permission]});
        self.command("Browser.grantPermissions", wanted).await;
    }

    /// Makes pages as small as no window can be.
    pub async fn shrink(&self, width: u32, height: u32) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.command("Emulation.setDeviceMetricsOverride", size)
            .await;
    }

    /// What only the browser's own protocol can do.
    async fn command(&self, name: &str, wanted: Value) {
        let session = self.client.session_id().await.unwrap().unwrap();
        let url = format!(
            "http://127.0.0.1:{}/session/{session}/goog/cdp/execute",
            self.port
        );
        let command = json!({"cmd": name, "params": wanted});
        let answer = reqwest::Client::new().post(url).json(&command).send().await;
        assert!(answer.unwrap().status().is_success());
    }

    /// A picture for the documentation, when `ERRAND_SCREENSHOTS` names a folder.
    pub async fn picture(&self, name: &str) {
        if let Some(folder) = std::env::var_os("ERRAND_SCREENSHOTS") {
            let png = self.client.screenshot().await.expect("a screenshot");
            let path = PathBuf::from(folder).join(format!("{name}.png"));
            std::fs::write(path, png).expect("the screenshot can be written");
        }
    }

    pub async fn close(self) {
        let _ = self.client.close().await;
    }
}

/// chromedriver on a free port.
async fn driver() -> Option<(Child, u16)> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .ok()?;
    let mut lines = BufReader::new(driver.stdout.take()?).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(port) = line.split("started successfully on port ").nth(1) {
            let port = port.trim_end_matches('.').trim().parse().ok()?;
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Some((driver, port));
        }
    }
    None
}
