//! `errand doctor`: checks every connection and says how to mend what fails. Exit code 1 when something does.
use crate::{
    cli,
    config::Config,
    output,
    role::Roles,
    wiring::{agents, http, servers, vendors},
};
use errand_eventlog::EventLog as _;
use errand_executor::{
    confine::Host,
    workspace::{GitSettings, Workspaces},
};
use errand_nats::NatsLog;
use errand_projections::Db;
use serde::Serialize;
use std::{collections::BTreeSet, path::Path, process::ExitCode, time::Duration};

/// A vendor that says nothing for so long counts as not there.
const CHECK_TIMEOUT: Duration = Duration::from_secs(20);

#[derive(Serialize)]
struct Finding {
    what: &'static str,
    /// "ok", "off" or "failed".
    state: &'static str,
    detail: String,
}

/// # Errors
/// The configuration has a mistake.
pub async fn run(options: &cli::Doctor, json: bool) -> anyhow::Result<ExitCode> {
    let config = Config::load()?;
    let vendors = vendors::connect(&config, &http::client()?, None)?;
    let mut findings = vec![git(&options.data).await, data(&options.data)];
    findings.extend(options.repo.as_deref().map(repository));
    findings.push(nats(&config).await);
    findings.push(postgres(&config).await);
    let host = Host::look().await;
    findings.push(agent(&config, &host));
    findings.push(isolation(&config, &host));
    findings.push(
        match vendors
            .info
            .iter()
            .any(|v| v.name == "Language model" && v.mode == "live")
        {
            true => checked("Language model", vendors.model.check()).await,
            false => off(
                "Language model",
                "set ANTHROPIC_API_KEY, OPENAI_API_KEY, or ERRAND_LLM_PROVIDER=ollama; until then `errand up` plays it",
            ),
        },
    );
    findings.push(match &vendors.tracker {
        Some(tracker) => checked("Linear", tracker.check()).await,
        None => off(
            "Linear",
            "set LINEAR_API_KEY; until then `errand up` plays it",
        ),
    });
    findings.push(match &vendors.messenger {
        Some(messenger) => checked("Slack", messenger.check()).await,
        None => off(
            "Slack",
            "set SLACK_BOT_TOKEN; until then `errand up` plays it",
        ),
    });
    findings.push(match &vendors.code_host {
        Some(access) => checked("GitHub", access.host.check()).await,
        None => off(
            "GitHub",
            "set GITHUB_TOKEN; until then `errand up` plays it",
        ),
    });
    report(&findings, json)?;
    let failed = findings.iter().any(|f| f.state == "failed");
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn report(findings: &[Finding], json: bool) -> anyhow::Result<()> {
    if json {
        return Ok(output::json(&serde_json::to_value(findings)?)?);
    }
    for finding in findings {
        let mark = match finding.state {
            "ok" => "✅",
            "off" => "➖",
            _ => "❌",
        };
        output::line(&format!("{mark} {}: {}", finding.what, finding.detail))?;
    }
    Ok(())
}

fn ok(what: &'static str, detail: impl Into<String>) -> Finding {
    let (state, detail) = ("ok", detail.into());
    Finding {
        what,
        state,
        detail,
    }
}

fn off(what: &'static str, detail: impl Into<String>) -> Finding {
    let (state, detail) = ("off", detail.into());
    Finding {
        what,
        state,
        detail,
    }
}

fn failed(what: &'static str, detail: impl std::fmt::Display) -> Finding {
    let (state, detail) = ("failed", detail.to_string());
    Finding {
        what,
        state,
        detail,
    }
}

async fn checked<E: std::fmt::Display>(
    what: &'static str,
    check: impl Future<Output = Result<String, E>>,
) -> Finding {
    match tokio::time::timeout(CHECK_TIMEOUT, check).await {
        Ok(Ok(words)) => ok(what, words),
        Ok(Err(error)) => failed(what, error),
        Err(_) => failed(
            what,
            format!("no answer within {CHECK_TIMEOUT:?}: check the network"),
        ),
    }
}

async fn git(data: &Path) -> Finding {
    match Workspaces::open(data.join("workspaces"), GitSettings::default()).await {
        Ok(_) => ok("git", "found and new enough"),
        Err(error) => failed("git", error),
    }
}

/// As a process with all roles would connect.
async fn nats(config: &Config) -> Finding {
    let options = match servers::nats(None, config, &Roles::all()) {
        Err(error) => return failed("NATS", format!("{error:#}")),
        Ok(None) => {
            return off(
                "NATS",
                "set ERRAND_NATS_URL for many machines; `errand up` has a log of its own",
            );
        }
        Ok(Some(options)) => options,
    };
    let url = options.url.clone();
    let connected = async {
        let log = NatsLog::connect(options).await?;
        let head = log.head().await?.seq;
        anyhow::Ok(format!(
            "{url}: the streams are as they must be, {head} events"
        ))
    };
    checked("NATS", async {
        connected.await.map_err(|e| format!("{e:#}"))
    })
    .await
}

async fn postgres(config: &Config) -> Finding {
    let options = match servers::postgres(None, config) {
        Err(error) => return failed("Postgres", format!("{error:#}")),
        Ok(None) => {
            return off(
                "Postgres",
                "set ERRAND_DATABASE_URL for many machines; `errand up` has tables of its own",
            );
        }
        Ok(Some(options)) => options.read_only(),
    };
    let connected = async {
        let db = Db::connect(&options).await.map_err(|e| e.to_string())?;
        db.close().await;
        Ok::<_, String>("the read models can be read".to_owned())
    };
    checked("Postgres", connected).await
}

fn data(data: &Path) -> Finding {
    let probe = data.join(".probe");
    match std::fs::write(&probe, b"ok").and_then(|()| std::fs::remove_file(&probe)) {
        Ok(()) => ok("Data", format!("{} can be written", data.display())),
        Err(error) => failed(
            "Data",
            format!(
                "{} cannot be written ({error}): choose another with --data",
                data.display()
            ),
        ),
    }
}

fn repository(path: &Path) -> Finding {
    match path.join(".git").exists() || path.join("HEAD").is_file() {
        true => ok("Repository", path.display().to_string()),
        false => failed(
            "Repository",
            format!(
                "{} is no git repository: run `git init` there, or name another",
                path.display()
            ),
        ),
    }
}

fn isolation(config: &Config, host: &Host) -> Finding {
    match config.errand_isolation.as_deref() {
        Some("off") => off("Isolation", "switched off by ERRAND_ISOLATION"),
        _ if host.confines() => ok("Isolation", host.describe()),
        Some("required") => failed("Isolation", host.describe()),
        _ => off("Isolation", host.describe()),
    }
}

fn agent(config: &Config, host: &Host) -> Finding {
    let programs = agents::by_kind(config, host, None).and_then(|_| agents::infos(config));
    let programs: BTreeSet<String> = match programs {
        Err(error) => return failed("Agents", format!("{error:#}")),
        Ok(kinds) => kinds.into_iter().map(|kind| kind.program).collect(),
    };
    let missing = |name: &&String| *name != agents::DEMO && !is_program(name);
    match programs.iter().find(missing) {
        Some(name) => failed(
            "Agents",
            format!("{name} is not in PATH: install it, or mend the agent's command"),
        ),
        None if programs.iter().eq([agents::DEMO]) => ok(
            "Agents",
            "the scripted demo agent; configure a real one in errand.toml, or set ERRAND_AGENT_COMMAND",
        ),
        None => ok("Agents", Vec::from_iter(programs).join(", ")),
    }
}

fn is_program(name: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    name.contains('/') && Path::new(name).is_file()
        || std::env::split_paths(&paths).any(|folder| folder.join(name).is_file())
}
