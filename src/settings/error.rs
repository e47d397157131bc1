//! What can be wrong with settings: where, and what.

use std::path::PathBuf;

use super::Origin;

/// A setting or a settings file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("cannot read the settings file {path}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The file is not of the form.
    #[error("{path}, line {line}: {reason}", path = path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// 1-based line.
        line: usize,
        /// What is wrong, with the key.
        reason: String,
    },
    /// A value cannot be used.
    #[error("{key} ({origin}): {reason}")]
    Value {
        /// Who set it.
        origin: Origin,
        /// The setting, as a dotted name.
        key: String,
        /// What is wanted.
        reason: String,
    },
    /// The settings cannot be written down. A fault of the program.
    #[error("cannot write the settings down")]
    Render {
        /// The reason.
        source: toml::ser::Error,
    },
}
