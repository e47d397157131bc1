//! What became of a page or a source. Every page that comes in has exactly one outcome; every failure a kind.

use serde::{Deserialize, Serialize};

/// Why something could not be read. A closed list, so that reports can count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The file has no bytes.
    Empty,
    /// Not one of the kinds that chartlift reads.
    UnknownKind,
    /// The file or page is cut off or damaged.
    Broken,
    /// Locked by a password.
    Encrypted,
    /// A form of file that is known but not read (such as old-style JPEG in TIFF).
    Unsupported,
    /// Larger than the budget allows.
    TooLarge,
    /// Took longer than the budget allows.
    TimedOut,
    /// The decoding child died.
    Crashed,
    /// The file could not be opened or read from disk.
    Unreadable,
    /// The engine failed on the page.
    Engine,
    /// The file changed while it was being read.
    Changed,
}

impl FailureKind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [FailureKind; 11] = [
        Self::Empty,
        Self::UnknownKind,
        Self::Broken,
        Self::Encrypted,
        Self::Unsupported,
        Self::TooLarge,
        Self::TimedOut,
        Self::Crashed,
        Self::Unreadable,
        Self::Engine,
        Self::Changed,
    ];

    /// The name that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::UnknownKind => "unknown-kind",
            Self::Broken => "broken",
            Self::Encrypted => "encrypted",
            Self::Unsupported => "unsupported",
            Self::TooLarge => "too-large",
            Self::TimedOut => "timed-out",
            Self::Crashed => "crashed",
            Self::Unreadable => "unreadable",
            Self::Engine => "engine",
            Self::Changed => "changed",
        }
    }

    /// Reads a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A failure with words for a person; the words never hold text from the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{detail}")]
pub struct SourceFailure {
    /// Its kind.
    pub kind: FailureKind,
    /// One sentence: what, and what to do next.
    pub detail: String,
}

impl SourceFailure {
    /// Makes a failure.
    pub fn new(kind: FailureKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }
}

/// Where a page went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageOutcome {
    /// Its words belong to a document.
    Read,
    /// An empty sheet.
    Blank,
    /// A separator sheet.
    Separator,
    /// Belongs to a byte-for-byte copy of a source that was read.
    Duplicate,
    /// Could not be read.
    Failed,
}

impl PageOutcome {
    /// Every outcome, in the order of the summary.
    pub const ALL: [PageOutcome; 5] = [Self::Read, Self::Blank, Self::Separator, Self::Duplicate, Self::Failed];

    /// The name that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Blank => "blank",
            Self::Separator => "separator",
            Self::Duplicate => "duplicate",
            Self::Failed => "failed",
        }
    }

    /// Reads a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_the_round_trip() {
        for kind in FailureKind::ALL {
            assert_eq!(FailureKind::parse(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.as_str()));
        }
        for outcome in PageOutcome::ALL {
            assert_eq!(PageOutcome::parse(outcome.as_str()), Some(outcome));
            assert_eq!(serde_json::to_string(&outcome).unwrap(), format!("\"{}\"", outcome.as_str()));
        }
    }
}
