//! The back-ends: ways to put walls around a server.

use std::fmt;
use std::str::FromStr;

/// How strangers' code is kept in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// Namespaces made by bubblewrap; no daemon, no image, no privileges.
    Bwrap,
    /// A container of podman.
    Podman,
    /// A container of docker.
    Docker,
    /// Nothing: only for code that one trusts.
    None,
}

impl Backend {
    /// The word for it on the command line and in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bwrap => "bwrap",
            Self::Podman => "podman",
            Self::Docker => "docker",
            Self::None => "none",
        }
    }

    /// Whether every job can have namespaces of its own inside.
    pub fn has_namespaces(self) -> bool {
        self == Self::Bwrap
    }

    /// Whether it is a container: the kernel limits the memory of all that runs inside as a whole.
    pub fn is_container(self) -> bool {
        matches!(self, Self::Podman | Self::Docker)
    }
}

impl FromStr for Backend {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Bwrap, Self::Podman, Self::Docker, Self::None]
            .into_iter()
            .find(|backend| backend.as_str() == text)
            .ok_or_else(|| format!("`{text}` is none of bwrap, podman, docker, none"))
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
