//! What this host can hold an agent with.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use super::{ConfineError, Isolation, Network, bubblewrap, kernel};

/// How long bubblewrap may take to show that it works.
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);

/// What was found on this host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Host {
    /// Landlock holds files.
    pub files: bool,
    /// Landlock holds TCP connections.
    pub connections: bool,
    /// Landlock holds signals.
    pub signals: bool,
    /// A bubblewrap that works here.
    pub bubblewrap: Option<PathBuf>,
}

/// By what an agent is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mechanism {
    None,
    Landlock,
    Bubblewrap(PathBuf),
}

impl Host {
    /// Looks at the kernel, and tries bubblewrap where it is installed.
    pub async fn look() -> Self {
        Self {
            files: kernel::holds_files(),
            connections: kernel::holds_connections(),
            signals: kernel::holds_signals(),
            bubblewrap: working_bubblewrap().await,
        }
    }

    /// One sentence for a person: what agents are held by, and what is missing.
    pub fn describe(&self) -> String {
        let landlock = match (self.files, self.connections, self.signals) {
            (false, ..) => return self.without_landlock().to_owned(),
            (true, true, true) => "Landlock holds files, TCP connections and signals",
            (true, true, false) => {
                "Landlock holds files and TCP connections; signals need Linux 6.12"
            }
            (true, false, _) => "Landlock holds files; TCP connections need Linux 6.7",
        };
        match &self.bubblewrap {
            Some(_) if !self.connections => format!("{landlock}; bubblewrap closes the network"),
            _ => landlock.to_owned(),
        }
    }

    fn without_landlock(&self) -> &'static str {
        match self.bubblewrap {
            Some(_) => {
                "bubblewrap holds files and can close the network; this kernel has no Landlock"
            }
            None => {
                "agents run unconfined: use a kernel with Landlock (Linux 6.2 or newer), or install bubblewrap"
            }
        }
    }

    /// True when agents are held by something.
    pub fn confines(&self) -> bool {
        self.files || self.bubblewrap.is_some()
    }

    /// What holds an agent with this network, and what of it stays open.
    pub(super) fn choose(
        &self,
        isolation: Isolation,
        network: Network,
    ) -> Result<(Mechanism, Option<&'static str>), ConfineError> {
        if isolation == Isolation::Off {
            return Ok((Mechanism::None, None));
        }
        let (mechanism, missing) = match (self.files, &self.bubblewrap, network) {
            (true, _, Network::Full) => (Mechanism::Landlock, None),
            (true, ..) if self.connections => (Mechanism::Landlock, None),
            (_, Some(program), Network::Full | Network::None) => {
                (Mechanism::Bubblewrap(program.clone()), None)
            }
            (true, None, _) | (true, Some(_), Network::Vendors) => {
                (Mechanism::Landlock, Some("limit an agent's connections"))
            }
            (false, Some(program), Network::Vendors) => (
                Mechanism::Bubblewrap(program.clone()),
                Some("limit an agent's connections to some ports"),
            ),
            (false, None, _) => (Mechanism::None, Some("confine agents")),
        };
        match missing {
            Some(missing) if isolation == Isolation::Required => {
                Err(ConfineError::HostCannot { missing })
            }
            missing => Ok((mechanism, missing)),
        }
    }
}

async fn working_bubblewrap() -> Option<PathBuf> {
    let program = super::toolchain::find_program(bubblewrap::PROGRAM.as_ref())?;
    let mut probe = tokio::process::Command::new(&program);
    probe
        .args(bubblewrap::PROBE)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let status = tokio::time::timeout(PROBE_TIMEOUT, probe.status()).await;
    matches!(status, Ok(Ok(status)) if status.success()).then_some(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(files: bool, connections: bool, bubblewrap: bool) -> Host {
        Host {
            files,
            connections,
            signals: connections,
            bubblewrap: bubblewrap.then(|| "/usr/bin/bwrap".into()),
        }
    }

    #[test]
    fn landlock_is_taken_where_it_does_what_is_asked_and_bubblewrap_where_only_it_does() {
        let chosen = |host: Host, network| host.choose(Isolation::Required, network).map(|it| it.0);
        let bubblewrap = Mechanism::Bubblewrap("/usr/bin/bwrap".into());
        assert_eq!(
            chosen(host(true, true, true), Network::Vendors).unwrap(),
            Mechanism::Landlock
        );
        assert_eq!(
            chosen(host(true, false, true), Network::Full).unwrap(),
            Mechanism::Landlock
        );
        assert_eq!(
            chosen(host(true, false, true), Network::None).unwrap(),
            bubblewrap
        );
        assert_eq!(
            chosen(host(false, false, true), Network::Full).unwrap(),
            bubblewrap
        );
    }

    #[test]
    fn required_isolation_refuses_what_preferred_isolation_warns_of() {
        for (host, network) in [
            (host(false, false, false), Network::Full),
            (host(true, false, false), Network::None),
            (host(true, false, true), Network::Vendors),
        ] {
            let error = host.choose(Isolation::Required, network).unwrap_err();
            assert!(error.to_string().contains("ERRAND_ISOLATION"), "{error}");
            let (_, missing) = host.choose(Isolation::Preferred, network).unwrap();
            assert!(missing.is_some());
            let off = host.choose(Isolation::Off, network).unwrap();
            assert_eq!(off, (Mechanism::None, None));
        }
    }
}
