//! What an installation asks for, what a kind of agent needs, and what one session has.

use std::path::PathBuf;
use std::str::FromStr;

use super::ConfineError;

/// How much it matters that agents are confined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Isolation {
    /// Confined as far as the host can, with a warning where it cannot.
    #[default]
    Preferred,
    /// Not started where the host cannot do all that is asked.
    Required,
    /// Never confined, for hosts that are themselves a sandbox.
    Off,
}

/// Where an agent and what it starts may connect to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    #[default]
    Full,
    /// The ports of the vendors that the agent needs, over TCP.
    Vendors,
    None,
}

/// What a kind of agent may do beyond working in its worktree. `~/` at the start of a path is the person's home.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentAccess {
    pub network: Network,
    /// Ports that [`Network::Vendors`] opens beside those of https and DNS.
    pub vendor_ports: Vec<u16>,
    pub writable: Vec<PathBuf>,
    pub readable: Vec<PathBuf>,
}

/// Folders of one session beside its worktree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folders {
    /// Its own folder for temporary files, told to the agent as TMPDIR.
    pub temporary: Option<PathBuf>,
    pub writable: Vec<PathBuf>,
    pub readable: Vec<PathBuf>,
}

impl FromStr for Isolation {
    type Err = ConfineError;

    fn from_str(word: &str) -> Result<Self, ConfineError> {
        match word {
            "preferred" => Ok(Self::Preferred),
            "required" => Ok(Self::Required),
            "off" => Ok(Self::Off),
            _ => Err(ConfineError::unknown(word, "preferred, required or off")),
        }
    }
}

impl FromStr for Network {
    type Err = ConfineError;

    fn from_str(word: &str) -> Result<Self, ConfineError> {
        match word {
            "full" => Ok(Self::Full),
            "vendors" => Ok(Self::Vendors),
            "none" => Ok(Self::None),
            _ => Err(ConfineError::unknown(word, "full, vendors or none")),
        }
    }
}
