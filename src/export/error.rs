//! What can go wrong on the way to the archive.

use std::io;
use std::path::{Path, PathBuf};

/// A failure of a renderer or of the archive's writer. Never holds patient text beyond the names of files and documents.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// An operation on a file or folder of the archive failed.
    #[error("cannot {action} {}: {source}{}", path.display(), hint(source))]
    Io {
        /// What was tried, as a verb: `create`, `replace` …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A renderer could not hand over its bytes.
    #[error("cannot write {what}: {source}{}", hint(source))]
    Render {
        /// The name of what was being written.
        what: &'static str,
        /// The answer of the receiving end.
        source: io::Error,
    },
    /// A path that would leave the archive, or that goes through a link.
    #[error("refusing to write {}: {reason}", path.display())]
    OutsideArchive {
        /// The path as asked for.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Documents came in an order that would make the output depend on it.
    #[error("document {document} came after {previous}: hand documents over sorted by name, each once")]
    OutOfOrder {
        /// The document that came too late.
        document: String,
        /// The document before it.
        previous: String,
    },
}

impl ExportError {
    /// Whether the disk or a quota is full: stop, make room, run again.
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Io { source, .. } | Self::Render { source, .. } => is_full(source),
            Self::OutsideArchive { .. } | Self::OutOfOrder { .. } => false,
        }
    }

    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
}

fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        _ if is_full(error) => "; make room on that disk and run the same command again, it goes on where it stopped",
        io::ErrorKind::PermissionDenied => "; check who owns the archive folder",
        io::ErrorKind::ReadOnlyFilesystem => "; choose an archive folder on a disk that can be written",
        io::ErrorKind::CrossesDevices => "; the archive must lie on one file system, without mounts inside it",
        _ => "",
    }
}
