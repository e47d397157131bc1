//! Where a dictionary's text comes from: built in and compressed, or a site's own file.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::rows::{Fault, Rows};
use super::schema::LexiconName;

/// What the built-in dictionaries are; it stands for their text in fingerprints.
pub(super) const MANIFEST: &str = include_str!("../../config/lexicons/manifest.toml");

/// The folder of dictionaries in a site's rules folder.
pub const FOLDER: &str = "lexicons";

/// A dictionary's text.
#[derive(Debug)]
pub(super) enum Source {
    BuiltIn(LexiconName),
    Site { path: PathBuf, text: String, rows: usize },
}

/// What is said of a dictionary.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub struct About {
    /// How many rows.
    pub entries: usize,
    /// Who made the list; empty if the file does not say.
    #[serde(default)]
    pub source: String,
    /// Under which terms.
    #[serde(default)]
    pub licence: String,
    /// Of when.
    #[serde(default)]
    pub version: String,
    /// SHA-256 of the text.
    #[serde(default)]
    pub sha256: String,
}

/// Why a dictionary cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LexiconError {
    /// The file could not be read.
    #[error("cannot read the dictionary {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// The file could not be written.
    #[error("cannot write the dictionary {path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// The site's rules folder is not there.
    #[error("there is no folder {path}")]
    NoFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The file holds what a dictionary of its name cannot.
    #[error("{path}, {first}{}", more(.faults))]
    Faults {
        /// The file.
        path: PathBuf,
        /// The first.
        first: Fault,
        /// All that were found, the first among them.
        faults: Vec<Fault>,
    },
}

fn more(faults: &[Fault]) -> String {
    match faults.len() {
        0 | 1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    }
}

impl LexiconError {
    /// Of the faults of a file; there is at least one.
    pub(crate) fn faults(path: &Path, faults: Vec<Fault>) -> Self {
        let first = faults.first().cloned().unwrap_or(Fault { line: 0, reason: "the file cannot be used".into() });
        Self::Faults { path: path.to_owned(), first, faults }
    }
}

/// The built-in text as it lies in config/lexicons/.
fn built_in(name: LexiconName) -> &'static [u8] {
    match name {
        LexiconName::Drugs => include_bytes!("../../config/lexicons/drugs.tsv.gz"),
        LexiconName::Family => include_bytes!("../../config/lexicons/family.tsv.gz"),
        LexiconName::Given => include_bytes!("../../config/lexicons/given.tsv.gz"),
        LexiconName::Icd10cm => include_bytes!("../../config/lexicons/icd10cm.tsv.gz"),
        LexiconName::Places => include_bytes!("../../config/lexicons/places.tsv.gz"),
        LexiconName::Substances => include_bytes!("../../config/lexicons/substances.tsv"),
        LexiconName::Vaccines => include_bytes!("../../config/lexicons/vaccines.tsv"),
    }
}

impl Source {
    /// The site's file if its folder has one, else the built-in text.
    pub(super) fn find(name: LexiconName, folder: Option<&Path>) -> Result<Self, LexiconError> {
        let Some(folder) = folder else { return Ok(Self::BuiltIn(name)) };
        let path = folder.join(FOLDER).join(format!("{}.tsv", name.as_str()));
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::BuiltIn(name)),
            Err(source) => return Err(LexiconError::Read { path, source }),
        };
        let rows = Rows::read(name, &bytes, &[]).map_err(|faults| LexiconError::faults(&path, faults))?;
        Ok(Self::Site { path, text: rows.render(name), rows: rows.rows.len() })
    }

    /// The whole text. Built-in ones are checked by a test; one that cannot be unpacked would be empty.
    pub(super) fn unpack(&self) -> String {
        match self {
            Self::Site { text, .. } => text.clone(),
            Self::BuiltIn(name) => {
                let bytes = built_in(*name);
                let mut text = String::new();
                if bytes.starts_with(&[0x1f, 0x8b]) {
                    let _ = flate2::read::GzDecoder::new(bytes).read_to_string(&mut text);
                } else {
                    text.push_str(std::str::from_utf8(bytes).unwrap_or_default());
                }
                text
            }
        }
    }

    pub(super) fn about(&self, name: LexiconName) -> About {
        match self {
            Self::BuiltIn(_) => manifest().remove(name.as_str()).unwrap_or_default(),
            Self::Site { text, rows, .. } => {
                let said = |key: &str| {
                    let head = format!("# {key}: ");
                    text.lines()
                        .take_while(|line| line.starts_with('#'))
                        .find_map(|line| line.strip_prefix(&head))
                        .unwrap_or_default()
                        .to_owned()
                };
                About {
                    entries: *rows,
                    source: said("source"),
                    licence: said("licence"),
                    version: said("version"),
                    sha256: crate::model::Sha256::of(text.as_bytes()).to_string(),
                }
            }
        }
    }
}

/// The built-in dictionaries by name. A test parses the manifest.
pub(super) fn manifest() -> std::collections::BTreeMap<String, About> {
    toml::from_str(MANIFEST).unwrap_or_default()
}
