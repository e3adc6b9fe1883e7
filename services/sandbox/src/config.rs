use std::path::PathBuf;

/// Where a sandbox keeps its things and how the outside reaches it.
#[derive(Debug, Clone)]
pub struct SandboxConfig {
    /// Folder for `sandbox.sqlite` and `git/`; created when it is missing.
    pub data_dir: PathBuf,
    /// The URL under which the router is nested, without a slash at the end, for example
    /// `http://127.0.0.1:7171/sandbox`. Every link that a vendor's answer carries begins with it.
    pub public_url: String,
}
