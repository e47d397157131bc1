//! What may be set about sending. Secrets are not among it: only where they are to be found.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How documents travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Transactions where the server's CapabilityStatement offers them, else single creates.
    #[default]
    Auto,
    /// What is new of a document goes as one transaction.
    Transaction,
    /// One request a resource.
    Single,
}

impl Mode {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Transaction => "transaction",
            Self::Single => "single",
        }
    }
}

/// Where the scan lies on the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BinaryPlace {
    /// As a Binary where the server lets clients choose ids of Binary, else inline.
    #[default]
    Auto,
    /// As a Binary, put at an id of chartlift's choice.
    Put,
    /// In `attachment.data`.
    Inline,
}

/// What may be set about sending.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PushSettings {
    /// Documents on their way at a time; of one person never more than one.
    pub jobs: usize,
    /// How documents travel.
    pub mode: Mode,
    /// Where the scan lies.
    pub binary: BinaryPlace,
    /// Most entries of a transaction; a larger document goes in several.
    pub max_entries: usize,
    /// Most MiB of a transaction; a larger document goes in several.
    pub max_mib: u32,
    /// Most MiB of an answer.
    pub max_answer_mib: u32,
    /// Longest time for a connection, seconds.
    pub connect_seconds: u32,
    /// Longest time for a request and its answer, seconds.
    pub request_seconds: u32,
    /// Tries of a request that may pass later.
    pub tries: u32,
    /// Wait before the second try, seconds; doubled for each further one.
    pub first_wait_seconds: f64,
    /// Longest wait before a try, seconds; a server may ask for a longer one, up to five times of it.
    pub longest_wait_seconds: f64,
    /// PEM file of the certificate authorities that may vouch for the server, instead of the public ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
    /// Hosts, besides this machine, that may be spoken to without TLS.
    pub plain_http_hosts: Vec<String>,
    /// Where the way in is to be found.
    pub auth: AuthSettings,
}

impl Default for PushSettings {
    fn default() -> Self {
        Self {
            jobs: 4,
            mode: Mode::Auto,
            binary: BinaryPlace::Auto,
            max_entries: 500,
            max_mib: 16,
            max_answer_mib: 64,
            connect_seconds: 10,
            request_seconds: 120,
            tries: 6,
            first_wait_seconds: 0.5,
            longest_wait_seconds: 30.0,
            ca: None,
            plain_http_hosts: Vec::new(),
            auth: AuthSettings::default(),
        }
    }
}

impl PushSettings {
    /// The first setting that cannot be used, and what is wanted there.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        let seconds = |s: f64| (0.0..=3600.0).contains(&s);
        let table = [
            ((1..=64).contains(&self.jobs), "jobs", "a number from 1 to 64"),
            (self.max_entries >= 1, "max_entries", "at least 1"),
            ((1..=1024).contains(&self.max_mib), "max_mib", "a number from 1 to 1024"),
            ((1..=4096).contains(&self.max_answer_mib), "max_answer_mib", "a number from 1 to 4096"),
            ((1..=3600).contains(&self.connect_seconds), "connect_seconds", "a number from 1 to 3600"),
            ((1..=3600).contains(&self.request_seconds), "request_seconds", "a number from 1 to 3600"),
            ((1..=100).contains(&self.tries), "tries", "a number from 1 to 100"),
            (seconds(self.first_wait_seconds), "first_wait_seconds", "a number from 0 to 3600"),
            (seconds(self.longest_wait_seconds), "longest_wait_seconds", "a number from 0 to 3600"),
        ];
        table.iter().find(|(good, ..)| !good).map(|(_, name, wanted)| (*name, *wanted))
    }
}

/// Where the way in is to be found. None of it is a secret itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthSettings {
    /// File that holds a bearer token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_file: Option<PathBuf>,
    /// Environment variable that holds a bearer token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_env: Option<String>,
    /// Client of SMART Backend Services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// PEM file of its private key: RSA (RS384) or P-384 (ES384).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
    /// The key's name at the server (`kid`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// Token endpoint; by default as the server's `.well-known/smart-configuration` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_url: Option<String>,
    /// What is asked for.
    pub scope: String,
}
