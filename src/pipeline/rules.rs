//! From words to decided values: splits a source's pages into documents, and takes each through layout, extraction and decision.
//! A pure function of the kept words and the rules, so that values can be had again without reading a page.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::RunError;
use crate::confidence::{self, ConfidenceModel};
use crate::extract::{self, Vocabulary};
use crate::layout;
use crate::ledger::{DocumentResult, PageRecord};
use crate::model::{
    Confidence, DecidedValue, DocumentId, DocumentKind, ExtractedValue, Field, PageLayout, PageNumber, PageOutcome, Reason, Sha256,
    Signals, SourcePath, Status,
};

/// The rules of a run.
pub struct Rules {
    vocabulary: Vocabulary,
    confidence: ConfidenceModel,
    /// Over all of them.
    pub(super) digest: Sha256,
}

impl Rules {
    /// Loads the built-in rules, replaced file by file by those in `folder`.
    pub fn load(folder: Option<&Path>) -> Result<Self, RunError> {
        let (vocabulary, confidence) = (Vocabulary::load(folder)?, ConfidenceModel::load(folder)?);
        // The model's Debug form shows every figure in full and in a fixed order.
        let digest = Sha256::of(format!("{}\n{confidence:?}", vocabulary.digest).as_bytes());
        Ok(Self { vocabulary, confidence, digest })
    }

    /// The word lists.
    pub(super) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Makes the documents of a source of all its pages, which are in order. The second figure counts documents whose extraction
    /// failed: they are there, and wait for a person.
    pub(super) fn documents(&self, source: &SourcePath, pages: &[PageRecord]) -> (Vec<DocumentResult>, usize) {
        let parts = split(pages);
        let several = parts.len() > 1;
        let mut failed = 0;
        let mut documents = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let read: Vec<&PageRecord> = part.iter().copied().filter(|page| page.outcome == PageOutcome::Read).collect();
            let Some(first) = read.first() else { continue }; // all its pages failed: they are listed as such
            let ordinal = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
            let (kind, kind_confidence, mut values) = match self.understand(&read) {
                Some(understood) => understood,
                None => {
                    failed += 1;
                    (DocumentKind::SummaryOfEpisode, 0.0, Vec::new())
                }
            };
            if values.is_empty() {
                values.push(nothing_found(first.number));
            }
            let pages = read.iter().map(|page| page.number).collect();
            documents.push(DocumentResult { id: name(source, several, ordinal), ordinal, pages, kind, kind_confidence, values });
        }
        (documents, failed)
    }

    /// `None` if a rule panicked or the kept words cannot be unpacked: that costs this document alone.
    fn understand(&self, pages: &[&PageRecord]) -> Option<(DocumentKind, f32, Vec<DecidedValue>)> {
        let work = || {
            let layouts: Vec<PageLayout> = pages.iter().map(|page| page.unpack().map(layout::analyse)).collect::<Option<_>>()?;
            let extraction = extract::extract(&layouts, &self.vocabulary);
            let (kind, kind_confidence) = (extraction.kind, extraction.kind_confidence);
            Some((kind, kind_confidence, confidence::decide(extraction, &self.confidence)))
        };
        catch_unwind(AssertUnwindSafe(work)).ok().flatten()
    }
}

/// The row that says that a document is there and nothing is known of it.
fn nothing_found(page: PageNumber) -> DecidedValue {
    DecidedValue {
        extracted: ExtractedValue {
            field: Field::DocumentType,
            item: None,
            value: String::new(),
            raw: String::new(),
            page,
            place: None,
            rule: "pipeline.nothing-found".into(),
            signals: Signals::default(),
        },
        confidence: Confidence::ZERO,
        status: Status::Review,
        reasons: vec![Reason::NotFound],
    }
}

/// Pages between separator sheets; blank sheets and separators are in none, failed pages are. A part without any page is none.
fn split(pages: &[PageRecord]) -> Vec<Vec<&PageRecord>> {
    let mut parts = vec![Vec::new()];
    for page in pages {
        match page.outcome {
            PageOutcome::Separator => parts.push(Vec::new()),
            PageOutcome::Read | PageOutcome::Failed => {
                if let Some(part) = parts.last_mut() {
                    part.push(page);
                }
            }
            PageOutcome::Blank | PageOutcome::Duplicate => {}
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// The name of a document. A file whose own name ends like a part's (`a.pdf#2`) always gets an ordinal, so that no two documents share a name.
fn name(source: &SourcePath, several: bool, ordinal: u32) -> DocumentId {
    let like_a_part = source.as_str().rsplit_once('#').is_some_and(|(_, end)| !end.is_empty() && end.bytes().all(|b| b.is_ascii_digit()));
    if several || like_a_part { DocumentId::part(source, ordinal) } else { DocumentId::whole(source) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(pattern: &str) -> Vec<PageRecord> {
        let outcome = |c| match c {
            'r' => PageOutcome::Read,
            'b' => PageOutcome::Blank,
            's' => PageOutcome::Separator,
            _ => PageOutcome::Failed,
        };
        pattern.chars().enumerate().map(|(i, c)| PageRecord::plain(PageNumber::new(i as u32 + 1), outcome(c))).collect()
    }

    #[test]
    fn separators_part_documents_and_belong_to_none() {
        let table: [(&str, &[&[u32]]); 9] = [
            ("r", &[&[1]]),
            ("rrbr", &[&[1, 2, 4]]),
            ("srrsr", &[&[2, 3], &[5]]),
            ("rsr", &[&[1], &[3]]),
            ("sr", &[&[2]]),
            ("ssrs", &[&[3]]),
            ("rsfsr", &[&[1], &[3], &[5]]),
            ("b", &[]),
            ("", &[]),
        ];
        for (pattern, expected) in table {
            let pages = pages(pattern);
            let found: Vec<Vec<u32>> = split(&pages).iter().map(|part| part.iter().map(|page| page.number.get()).collect()).collect();
            assert_eq!(found, expected, "{pattern}");
        }
    }

    #[test]
    fn names_never_meet() {
        let named = |path: &str, several, ordinal| name(&SourcePath::new(path), several, ordinal).as_str().to_owned();
        assert_eq!(named("a.pdf", false, 1), "a.pdf");
        assert_eq!(named("a.pdf", true, 2), "a.pdf#2");
        assert_eq!(named("a.pdf#2", false, 1), "a.pdf#2#1");
        assert_eq!(named("Größe #2.pdf", false, 1), "Größe #2.pdf");
        assert_eq!(named("a#", false, 1), "a#");
    }

    #[test]
    fn a_document_that_cannot_be_understood_still_leaves_a_row() {
        let rules = Rules::load(None).unwrap();
        // A page that claims to be read and has no words kept.
        let (documents, failed) = rules.documents(&SourcePath::new("a.png"), &pages("r"));
        assert_eq!((documents.len(), failed), (1, 1));
        assert_eq!((documents[0].values.len(), documents[0].values[0].status), (1, Status::Review));
    }
}
