//! The word lists that extraction works with: data in config/, embedded as defaults, replaceable by a site.

use std::path::{Path, PathBuf};

use super::site;
use super::site::amend::Notes;
use super::site::findings::{Finding, Severity};

/// Why a vocabulary file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum VocabularyError {
    /// The file could not be read.
    #[error("cannot read the vocabulary file {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// The file's text is not what this vocabulary needs.
    #[error("{file}: {reason}")]
    Parse {
        /// The file's name.
        file: String,
        /// What is wrong and where.
        reason: String,
    },
    /// A dictionary could not be used.
    #[error(transparent)]
    Lexicon(#[from] crate::lexicon::LexiconError),
}

/// Finds a vocabulary file's text: in the site's folder if it has one of that name, else the embedded default.
pub(crate) fn text_of(folder: Option<&Path>, name: &str, default: &'static str) -> Result<String, VocabularyError> {
    let Some(path) = folder.map(|f| f.join(name)) else { return Ok(default.to_owned()) };
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(default.to_owned()),
        Err(source) => Err(VocabularyError::Read { path, source }),
    }
}

/// Parses a TOML vocabulary.
pub(crate) fn from_toml<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T, VocabularyError> {
    toml::from_str(text).map_err(|e| VocabularyError::Parse { file: name.to_owned(), reason: e.to_string() })
}

/// Where the texts of lists come from, by name and built-in text.
pub(crate) type Source<'s> = dyn Fn(&str, &'static str) -> Result<String, VocabularyError> + 's;

/// All word lists of this room.
#[derive(Clone, Debug, PartialEq)]
pub struct Vocabulary {
    /// Digest over the text of every list, for the freshness of results.
    pub digest: crate::model::Sha256,
    /// How the kind of a document is told.
    pub(crate) kinds: super::kind::Kinds,
    /// How the pages of a file are told apart.
    pub(crate) parts: super::parts::PartRules,
    /// Headings of notes, and the forms of their text.
    pub(crate) headings: super::headings::Headings,
    /// Tests, vital signs, units.
    pub(crate) observations: super::observations::Terms,
    /// Labels of forms, words around names, houses, expected fields.
    pub(crate) demographics: super::demographics::Lists,
    /// Lists and their items.
    pub(crate) items: super::items::ItemWords,
    /// Forms that the site has drawn.
    pub(crate) templates: super::templates::Templates,
    /// Dictionaries of names, places, codes, drugs, vaccines, substances.
    pub(crate) lexicons: crate::lexicon::Lexicons,
}

impl Vocabulary {
    /// Loads every list; a list that stands in `folder` replaces the embedded one of the same file name, and `site.toml` adds to them.
    ///
    /// # Errors
    /// A file that cannot be read, or whose text is not what the list needs; the message names the file and the line.
    pub fn load(folder: Option<&Path>) -> Result<Self, VocabularyError> {
        Self::assemble(&|name, default| text_of(folder, name, default), folder, &mut Vec::new())
    }

    /// Puts the lists together from what `source` gives by name and default, and the templates and dictionaries of a folder; notes the lists' names.
    pub(crate) fn assemble(source: &Source<'_>, folder: Option<&Path>, names: &mut Vec<String>) -> Result<Self, VocabularyError> {
        let mut all = String::new();
        let additions = source(site::FILE, "")?;
        let (site, findings) = site::Site::read(&additions);
        usable(&findings)?;
        let mut take = |name: &str, default: &'static str| -> Result<String, VocabularyError> {
            let text = site.amend(name, source(name, default)?, &mut Notes::default());
            names.push(name.to_owned());
            all.push_str(name);
            all.push('\0');
            all.push_str(&text);
            Ok(text)
        };
        // One line a list: `let labels = Labels::parse(&take("labels.toml", include_str!("../../config/labels.toml"))?)?;`
        let kinds = super::kind::Kinds::parse(&take("kinds.toml", include_str!("../../config/kinds.toml"))?)?;
        let parts = super::parts::PartRules::parse(&take("parts.toml", include_str!("../../config/parts.toml"))?)?;
        let headings = super::headings::Headings::parse(&take("headings.toml", include_str!("../../config/headings.toml"))?)?;
        let observations = super::observations::Terms::parse(
            &take("tests.toml", include_str!("../../config/tests.toml"))?,
            &take("units.toml", include_str!("../../config/units.toml"))?,
        )?;
        let demographics = super::demographics::Lists::parse(
            &take("labels.toml", include_str!("../../config/labels.toml"))?,
            &take("people.toml", include_str!("../../config/people.toml"))?,
            &take("organizations.toml", include_str!("../../config/organizations.toml"))?,
            &take("expected.toml", include_str!("../../config/expected.toml"))?,
        )?;
        let demographics = demographics.of_house(site.house());
        let items = super::items::ItemWords::parse(
            &take("items.toml", include_str!("../../config/items.toml"))?,
            &take("sig.toml", include_str!("../../config/sig.toml"))?,
            &take("expected_items.toml", include_str!("../../config/expected_items.toml"))?,
            &take("context.toml", include_str!("../../config/context.toml"))?,
        )?;
        let registration = take("templates.toml", include_str!("../../config/templates.toml"))?;
        let (templates, texts, findings) = super::templates::Templates::load(folder, &registration, &demographics)?;
        usable(&findings)?;
        for (name, text) in [(site::FILE.to_owned(), additions)].into_iter().chain(texts) {
            all.push_str(&format!("\0{name}\0{text}"));
        }
        let lexicons = crate::lexicon::Lexicons::load(folder)?;
        all.push_str(&format!("\0lexicons\0{}", lexicons.digest()));
        Ok(Self {
            digest: crate::model::Sha256::of(all.as_bytes()),
            kinds,
            parts,
            headings,
            observations,
            demographics,
            items,
            templates,
            lexicons,
        })
    }
}

/// The first error among the findings, if there is one.
fn usable(findings: &[Finding]) -> Result<(), VocabularyError> {
    match findings.iter().find(|f| f.severity == Severity::Error) {
        None => Ok(()),
        Some(first) => {
            let line = first.line.map(|line| format!("line {line}: ")).unwrap_or_default();
            let help = first.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
            Err(VocabularyError::Parse { file: first.file.clone(), reason: format!("{line}{}{help}", first.what) })
        }
    }
}
