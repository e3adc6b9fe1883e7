//! How an agent's command is started so that it is held.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::host::Mechanism;
use super::{
    AgentAccess, ConfineError, Folders, Host, Isolation, Network, Rules, bubblewrap, toolchain,
};

/// Ports of https and DNS, which every vendor needs.
const VENDOR_PORTS: [u16; 2] = [443, 53];

/// The program that calls [`super::enter`], with the arguments before the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Helper {
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
}

/// A program and its arguments as they are given to the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
}

/// What holds one kind of agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confinement {
    mechanism: Mechanism,
    missing: Option<&'static str>,
    access: AgentAccess,
    helper: Helper,
}

impl Confinement {
    /// # Errors
    /// Isolation is required and `host` cannot give what `access` asks for.
    pub fn new(
        isolation: Isolation,
        access: AgentAccess,
        host: &Host,
        helper: Helper,
    ) -> Result<Self, ConfineError> {
        let (mechanism, missing) = host.choose(isolation, access.network)?;
        Ok(Self {
            mechanism,
            missing,
            access,
            helper,
        })
    }

    /// What the host could not hold of what was asked, for a warning at the start.
    pub fn warning(&self) -> Option<String> {
        let missing = self.missing?;
        Some(format!(
            "this host cannot {missing}: use a newer kernel with Landlock or install bubblewrap; set ERRAND_ISOLATION=required to refuse to run so"
        ))
    }

    /// How `program` is started in `folder` so that it can do no more than it should.
    pub fn invocation(
        &self,
        program: &Path,
        arguments: &[OsString],
        folder: &Path,
        session: &Folders,
    ) -> Invocation {
        let (holder, mut words) = match &self.mechanism {
            Mechanism::None => (program.to_owned(), Vec::new()),
            Mechanism::Landlock => {
                let mut words = self.helper.arguments.clone();
                words.extend(self.rules(program, folder, session).arguments());
                (self.helper.program.clone(), words)
            }
            Mechanism::Bubblewrap(holder) => {
                let rules = self.rules(program, folder, session);
                (holder.clone(), bubblewrap::arguments(&rules, folder))
            }
        };
        if self.mechanism != Mechanism::None {
            words.push(program.into());
        }
        words.extend(arguments.iter().cloned());
        Invocation {
            program: holder,
            arguments: words,
        }
    }

    /// Everything that the agent may do in `folder`.
    pub fn rules(&self, program: &Path, folder: &Path, session: &Folders) -> Rules {
        let expanded = |paths: &[PathBuf]| -> Vec<PathBuf> {
            paths.iter().map(|path| toolchain::expanded(path)).collect()
        };
        let mut read = toolchain::readable(program);
        read.extend(expanded(&self.access.readable));
        read.extend(session.readable.iter().cloned());
        let mut write = vec![folder.to_owned()];
        write.extend(session.temporary.iter().chain(&session.writable).cloned());
        write.extend(expanded(&self.access.writable));
        let connect = match self.access.network {
            Network::Full => None,
            Network::Vendors => {
                let more = self.access.vendor_ports.iter().copied();
                Some(VENDOR_PORTS.into_iter().chain(more).collect())
            }
            Network::None => Some(Vec::new()),
        };
        Rules {
            read,
            write,
            connect,
        }
    }
}
