//! Why nothing can be sent at all. What concerns one document is an outcome, not an error.

use std::path::PathBuf;

/// An error that ends a push, or keeps it from beginning. Never holds text of a page, a token or a key.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// What was given is no address of a server.
    #[error("{address} {reason}")]
    Address {
        /// What was given, without a password.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Records would travel in the clear.
    #[error("records would travel to {host} in the clear, as its address begins with http://")]
    PlainHttp {
        /// The host.
        host: String,
    },
    /// A file of certificates or secrets cannot be used.
    #[error("cannot use {path}: {reason}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// What was said about the way in does not fit together.
    #[error("{0}")]
    Auth(String),
    /// IHE MHD is wanted without what it provides.
    #[error("IHE MHD provides documents with their scans: without them there is nothing to provide")]
    NoScans,
    /// The server cannot be reached, or does not answer.
    #[error("{server} {said}")]
    Server {
        /// Its address.
        server: String,
        /// What happened.
        said: String,
    },
    /// The server does not let us in.
    #[error("{server} does not let chartlift in: {said}")]
    Denied {
        /// Its address.
        server: String,
        /// What it answered, in our words.
        said: String,
    },
    /// A signal came while the server was waited for.
    #[error("stopped")]
    Stopped,
}

impl PushError {
    /// Whether the server, and not what was typed, is the trouble.
    pub fn is_server(&self) -> bool {
        matches!(self, Self::Server { .. } | Self::Denied { .. })
    }

    /// What to do next.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Address { .. } => "give --to the base address of the FHIR server",
            Self::PlainHttp { .. } => {
                "use https://; only where the network itself is protected, name the host with --allow-plain-http HOST"
            }
            Self::File { .. } => "see to the file's form and permissions: secrets are for their owner alone (chmod 600)",
            Self::Auth(_) => "give --token-file FILE or --token-env NAME, or --client-id with --key-file for SMART Backend Services",
            Self::NoScans => "leave --no-scan out, or use another profile",
            Self::Server { .. } => "nothing is lost: what was sent is in the ledger, push again to go on",
            Self::Denied { .. } => "see to the token or the key; what was sent is in the ledger, push again to go on",
            Self::Stopped => return None,
        })
    }
}
