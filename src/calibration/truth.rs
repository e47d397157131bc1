//! What is true of documents: a file of JSON lines that says, document by document, what a careful person reads on the pages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::model::{DocumentId, Field, Section, Sha256};

/// Why a file of truths cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TruthError {
    /// The file could not be read.
    #[error("cannot read the truth {path}: {source}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// A line is no truth. What it says is not repeated: it may be a patient's.
    #[error("{path}, line {line}: {reason}", path = path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Which, counted from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
}

/// The truth of a set of documents.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    documents: BTreeMap<DocumentId, TrueDocument>,
    /// Digest of the file.
    pub digest: Sha256,
}

/// What is true of one document. Keys that are not named here (whose paper it is, where it lies in a packet) decide nothing.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct TrueDocument {
    document: String,
    /// Why the file cannot be read: nothing that is said of it can be right.
    bad: Option<serde_json::Value>,
    /// The form or template that the page follows. Documents without one are each a layout of their own.
    layout: Option<String>,
    /// How the page was copied and scanned.
    pub profile: Option<String>,
    #[serde(default)]
    pub(super) fields: BTreeMap<Field, String>,
    #[serde(default)]
    pub(super) items: Vec<TrueItem>,
    #[serde(default)]
    pub(super) sections: BTreeMap<Section, String>,
    /// Sections that may be given or not.
    #[serde(default)]
    pub(super) sections_optional: BTreeSet<Section>,
    /// Other values that are right; for a field that the truth lacks, values that count neither way.
    #[serde(default)]
    pub(super) also: BTreeMap<Field, Vec<String>>,
    /// Fields that were on the paper and are destroyed.
    #[serde(default)]
    pub(super) unreadable: BTreeSet<Field>,
    /// Groups, by the first part of their fields' names, of which items beyond the truth's count neither way.
    #[serde(default)]
    pub(super) untracked: BTreeSet<String>,
    /// Fields written by hand.
    #[serde(default)]
    pub handwritten: BTreeSet<Field>,
}

/// One item of a repeated group.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct TrueItem {
    #[serde(default)]
    pub(super) also: BTreeMap<Field, Vec<String>>,
    /// May be given or not.
    #[serde(default)]
    pub(super) optional: bool,
    #[serde(flatten)]
    pub(super) fields: BTreeMap<Field, String>,
}

impl TrueDocument {
    /// What is left out together when forms not seen before are asked about.
    pub fn layout(&self) -> &str {
        self.layout.as_deref().unwrap_or(&self.document)
    }

    pub(super) fn is_bad(&self) -> bool {
        self.bad.is_some()
    }
}

impl Truth {
    /// Reads a file.
    ///
    /// # Errors
    /// A file that cannot be read, or a line that is no truth.
    pub fn read(path: &Path) -> Result<Self, TruthError> {
        let text = std::fs::read_to_string(path).map_err(|source| TruthError::Read { path: path.to_owned(), source })?;
        Self::parse(path, &text)
    }

    /// Reads JSON lines; `path` is how errors call them.
    ///
    /// # Errors
    /// A line that is no truth, or a document that stands twice.
    pub fn parse(path: &Path, text: &str) -> Result<Self, TruthError> {
        let mut documents = BTreeMap::new();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let wrong = |reason: String| TruthError::Line { path: path.to_owned(), line: at + 1, reason };
            // Only kind and place of the fault: what the parser quotes may be a patient's.
            let document: TrueDocument = serde_json::from_str(line).map_err(|error| {
                let what = match error.classify() {
                    serde_json::error::Category::Data => {
                        "a key, a field's name or a value is not of the form that config/README.md describes"
                    }
                    _ => "this is not a JSON object",
                };
                wrong(format!("{what} (column {})", error.column()))
            })?;
            let id = DocumentId::from_stored(document.document.clone());
            if documents.insert(id, document).is_some() {
                return Err(wrong("this document stands twice".to_owned()));
            }
        }
        Ok(Self { documents, digest: Sha256::of(text.as_bytes()) })
    }

    /// What is true of a document. A part of a file (`file#2`) whose other parts or whole the truth knows has no truth of its own:
    /// nothing that is said of it is right. `None` if the truth does not know the file at all.
    pub fn of(&self, id: &DocumentId) -> Option<Option<&TrueDocument>> {
        if let Some(document) = self.documents.get(id) {
            return Some(Some(document));
        }
        let file = whole(id.as_str());
        let part = format!("{file}#");
        let after = self.documents.range(DocumentId::from_stored(part.clone())..).next();
        let known =
            self.documents.contains_key(&DocumentId::from_stored(file)) || after.is_some_and(|(id, _)| id.as_str().starts_with(&part));
        known.then_some(None)
    }

    /// Documents that the truth knows, those among them that can be read.
    pub fn documents(&self) -> impl Iterator<Item = &DocumentId> {
        self.documents.iter().filter(|(_, document)| !document.is_bad()).map(|(id, _)| id)
    }

    /// Values that the truth has of a document, sections apart; optional items do not count.
    pub fn values_of(&self, id: &DocumentId) -> impl Iterator<Item = Field> {
        let document = self.documents.get(id);
        let items = document.into_iter().flat_map(|d| &d.items).filter(|item| !item.optional).flat_map(|item| item.fields.keys().copied());
        document.into_iter().flat_map(|d| d.fields.keys().copied()).chain(items)
    }
}

/// The file that a document's name speaks of: without `#N`.
fn whole(name: &str) -> &str {
    match name.rsplit_once('#') {
        Some((file, number)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => file,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Truth, TruthError> {
        Truth::parse(Path::new("truth.jsonl"), text)
    }

    #[test]
    fn a_truth_is_read_line_by_line() {
        let truth = parse(
            r#"{"document": "a.png", "layout": "sheet", "patient": "P1", "fields": {"Patient.gender": "male"}, "also": {"Patient.telecom.phone": ["+15035550100"]}}

            {"document": "b.pdf#2", "items": [{"Condition.code.text": "Gout", "also": {"Condition.code.icd10": ["M10.9"]}, "optional": true},
              {"Procedure.code.text": "Biopsy"}], "sections": {"plan": "Rest."}}
            {"document": "c.png", "bad": "zero bytes"}"#
                .replace("\n              ", " ")
                .as_str(),
        )
        .unwrap();
        let id = DocumentId::from_stored;
        let a = truth.of(&id("a.png")).unwrap().unwrap();
        assert_eq!((a.layout(), a.fields.len(), a.also.len()), ("sheet", 1, 1));
        let b = truth.of(&id("b.pdf#2")).unwrap().unwrap();
        assert_eq!((b.layout(), b.items[0].optional, b.items[0].also.len(), b.items[0].fields.len()), ("b.pdf#2", true, 1, 1));
        assert_eq!(truth.values_of(&id("b.pdf#2")).collect::<Vec<_>>(), [Field::ProcedureText]);
        assert_eq!(truth.documents().count(), 2);
        // A file that was cut into more documents than it has; a file that the truth is silent about.
        assert_eq!([truth.of(&id("b.pdf#3")), truth.of(&id("a.png#2"))], [Some(None), Some(None)]);
        assert_eq!([truth.of(&id("b.pdf2")), truth.of(&id("d.png"))], [None, None]);
    }

    #[test]
    fn faults_are_told_with_their_line_and_nothing_of_what_it_says() {
        for (text, line) in [
            ("{\"document\": \"a\"}\n{\"document\": \"b\", \"fields\": {\"Patient.nickname\": \"Bob\"}}", 2),
            ("{\"document\": \"a\", \"fields\": {\"Patient.gender\": [\"Bob\"]}}", 1),
            ("\n\nBob", 3),
            ("{\"fields\": {}}", 1),
            ("{\"document\": \"a\"}\n{\"document\": \"a\"}", 2),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("truth.jsonl, line {line}: ")) && !error.contains("Bob"), "{error}");
        }
    }
}
