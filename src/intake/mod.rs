//! Folders to sources: walk, tell kinds by content, hash. Owns what counts as a source and what is passed over, and opens files
//! read-only. Leaves duplicates, batches and what becomes of a source to the pipeline.

mod name;
mod open;
mod sniff;
mod survey;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::model::{FileKind, SourcePath};

pub use name::file_of;
pub use open::open_and_digest;
pub use sniff::{SNIFF_BYTES, sniff};
pub use survey::survey;

/// What the walk takes in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IntakeSettings {
    /// Follow symbolic links to files and folders.
    pub follow_links: bool,
    /// Take in files and folders whose name begins with a dot.
    pub include_hidden: bool,
}

/// What a file's first bytes say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A kind that chartlift reads.
    Known(FileKind),
    /// No bytes at all.
    Empty,
    /// None of the kinds that chartlift reads, whatever the name says.
    Unknown,
    /// The first bytes could not be read; the system's reason.
    Unreadable(String),
}

/// A file below the input folder. Empty, unknown and unreadable ones stay in the list, so that they end as recorded failures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its name in every output.
    pub path: SourcePath,
    /// Where it lies.
    pub file: PathBuf,
    /// Its size in bytes when the folder was walked.
    pub size: u64,
    /// What its first bytes say.
    pub content: Content,
    /// Whether the name is a symbolic link that the settings allow to follow.
    pub through_link: bool,
}

/// Why an entry is no source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PassedOverReason {
    /// Its name begins with a dot. A folder stands for all below it.
    Hidden,
    /// A symbolic link, and links are not followed.
    Link,
    /// A link that leads back to a folder above it.
    LinkLoop,
    /// A device, pipe or socket.
    NotAFile,
    /// Below a path that the caller excluded, such as the archive itself.
    Excluded,
    /// A folder that could not be listed or an entry that could not be examined; the system's reason.
    Unreadable(String),
}

impl PassedOverReason {
    /// The name that is stored and shown.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::Link => "link",
            Self::LinkLoop => "link-loop",
            Self::NotAFile => "not-a-file",
            Self::Excluded => "excluded",
            Self::Unreadable(_) => "unreadable",
        }
    }
}

/// An entry below the input folder that is no source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// Its name, as a source's would be.
    pub path: SourcePath,
    /// Why.
    pub why: PassedOverReason,
}

/// Everything that stands below the input folder, each list sorted by the bytes of the path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// The files.
    pub sources: Vec<Source>,
    /// What was left out.
    pub passed_over: Vec<PassedOver>,
}

/// Why the input cannot be surveyed at all.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// Nothing has that name, or it may not be looked at.
    #[error("cannot look at the input `{}`: {source}; give a folder of scans or one file", path.display())]
    NoInput {
        /// The input as given.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A device, pipe or socket.
    #[error("the input `{}` is neither a folder nor a regular file; give a folder of scans or one file", path.display())]
    NotAFolderOrFile {
        /// The input as given.
        path: PathBuf,
    },
    /// The input folder itself cannot be listed.
    #[error("cannot list the input folder `{}`: {source}; check its permissions", path.display())]
    Unlistable {
        /// The input as given.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}
