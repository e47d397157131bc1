//! From words to decided values: takes the documents of a source through layout, extraction and decision.
//! A pure function of the kept words and the rules, so that values can be had again without reading a page.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::RunError;
use super::parts::{Joins, between_sheets, name, notice};
use crate::confidence::{self, ConfidenceModel};
use crate::extract::{self, Part, Vocabulary};
use crate::layout;
use crate::ledger::{DocumentResult, PageRecord};
use crate::model::{DecidedValue, DocumentKind, Origin, PageLayout, PageNumber, PageOutcome, Reason, Sha256, SourcePath};

/// The rule's name in rows that mark a page of another patient.
pub(super) const STRAY_RULE: &str = "parts.stray";

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
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Makes the documents of a source of all its pages, which are in order, as people said (`joins`) or else as the rules have it. The second figure
    /// counts documents whose extraction failed: they are there, and wait for a person.
    pub(super) fn documents(&self, source: &SourcePath, pages: &[PageRecord], joins: &Joins) -> (Vec<DocumentResult>, usize) {
        let mut parts: Vec<Vec<Document>> = between_sheets(pages, joins).into_iter().map(|part| self.documents_of(&part, joins)).collect();
        let several = parts.iter().map(|part| part.len().max(1)).sum::<usize>() > 1;
        let mut failed = 0;
        let mut documents = Vec::new();
        let mut ordinal: u32 = 0;
        for part in &mut parts {
            if part.is_empty() {
                ordinal = ordinal.saturating_add(1); // all its pages failed: they are listed as such, and the part keeps its number
            }
            for Document { pages, understood } in part.drain(..) {
                ordinal = ordinal.saturating_add(1);
                let Some(&first) = pages.first() else { continue };
                let Understood { kind, kind_confidence, origin, mut values } = understood.unwrap_or_else(|| {
                    failed += 1;
                    Understood::nothing()
                });
                if values.is_empty() {
                    values.push(notice(first, "pipeline.nothing-found", Reason::NotFound));
                }
                documents.push(DocumentResult {
                    id: name(source, several, ordinal),
                    ordinal,
                    pages,
                    kind,
                    kind_confidence,
                    origin,
                    values,
                });
            }
        }
        (documents, failed)
    }

    /// The documents that pages between two separator sheets make. If the rules fail on them, they are one.
    fn documents_of(&self, part: &[&PageRecord], joins: &Joins) -> Vec<Document> {
        let read: Vec<&PageRecord> = part.iter().copied().filter(|page| page.outcome == PageOutcome::Read).collect();
        if read.is_empty() {
            return Vec::new();
        }
        let numbers: Vec<PageNumber> = read.iter().map(|page| page.number).collect();
        let lay_out = || {
            let layouts: Vec<PageLayout> = read.iter().map(|page| page.unpack().map(layout::analyse)).collect::<Option<_>>()?;
            let told: Vec<_> = numbers.iter().map(|number| joins.get(number).copied()).collect();
            let parts = extract::parts(&layouts, &told, &self.vocabulary);
            Some((layouts, parts))
        };
        let Some((layouts, parts)) = catch_unwind(AssertUnwindSafe(lay_out)).ok().flatten() else {
            return vec![Document { pages: numbers, understood: None }];
        };
        let mut layouts: Vec<Option<PageLayout>> = layouts.into_iter().map(Some).collect();
        let document = |part: Part| {
            let mut pages: Vec<usize> = part.pages.iter().chain(&part.strays).copied().collect();
            pages.sort_unstable();
            let own: Vec<PageLayout> = part.pages.iter().filter_map(|&page| layouts[page].take()).collect();
            let understood = self.understand(&own).map(|mut understood| {
                let values = &mut understood.values;
                values.extend(part.strays.iter().map(|&page| notice(numbers[page], STRAY_RULE, Reason::StrayPage)));
                values.extend(part.unsure.iter().map(|&page| notice(numbers[page], "parts.unsure", Reason::UnsureSplit)));
                understood
            });
            Document { pages: pages.into_iter().map(|page| numbers[page]).collect(), understood }
        };
        parts.into_iter().map(document).collect()
    }

    /// `None` if a rule panicked: that costs this document alone.
    fn understand(&self, pages: &[PageLayout]) -> Option<Understood> {
        let work = || {
            let extraction = extract::extract(pages, &self.vocabulary);
            let (kind, kind_confidence, origin) = (extraction.kind, extraction.kind_confidence, extraction.origin.clone());
            Understood { kind, kind_confidence, origin, values: confidence::decide(extraction, &self.confidence) }
        };
        catch_unwind(AssertUnwindSafe(work)).ok()
    }

    /// Takes the kept words of one document's pages through layout, extraction and decision once more, without parting them anew. `None` if a
    /// rule panicked or the words cannot be unpacked.
    pub fn understand_anew(&self, pages: &[&PageRecord]) -> Option<UnderstoodAnew> {
        let lay_out = || pages.iter().map(|page| page.unpack().map(layout::analyse)).collect::<Option<Vec<PageLayout>>>();
        let layouts = catch_unwind(AssertUnwindSafe(lay_out)).ok().flatten()?;
        let Understood { kind, kind_confidence, values, .. } = self.understand(&layouts)?;
        Some(UnderstoodAnew { layouts, kind, kind_confidence, values })
    }

    /// The confidence model.
    pub fn confidence(&self) -> &ConfidenceModel {
        &self.confidence
    }
}

/// What the rules make of a document's kept words.
pub struct UnderstoodAnew {
    /// Its pages in order.
    pub layouts: Vec<PageLayout>,
    /// The kind that it is taken for.
    pub kind: DocumentKind,
    /// Probability of the kind, 0.0–1.0.
    pub kind_confidence: f32,
    /// All values with the decision.
    pub values: Vec<DecidedValue>,
}

/// What the rules make of some pages.
struct Understood {
    kind: DocumentKind,
    kind_confidence: f32,
    origin: Origin,
    values: Vec<DecidedValue>,
}

impl Understood {
    /// What is left when the rules fail.
    fn nothing() -> Self {
        Self { kind: DocumentKind::SummaryOfEpisode, kind_confidence: 0.0, origin: Origin::default(), values: Vec::new() }
    }
}

/// A document before it has a name.
struct Document {
    pages: Vec<PageNumber>,
    /// `None` if the rules failed.
    understood: Option<Understood>,
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::layout::testing::{page, word};
    use crate::model::{Field, PageReading, Status};

    /// A page of words ten pixels a letter wide, a line a row.
    pub(in crate::pipeline) fn typed(number: u32, text: &str) -> PageRecord {
        let mut words = Vec::new();
        for (row, line) in text.lines().enumerate() {
            let mut x = 20.0;
            for part in line.split(' ') {
                if !part.is_empty() {
                    words.push(word(part, x, 20.0 + 30.0 * row as f32));
                }
                x += 10.0 * (part.chars().count() + 1) as f32;
            }
        }
        PageRecord::read(&PageReading { number: PageNumber::new(number), ..page(words) }).unwrap()
    }

    pub(in crate::pipeline) const ANN: &str =
        "PROGRESS NOTE\nPatient: Ann Doe   DOB: 02/03/1950   MRN: 00-12-34-56\n\nPLAN: Rest and fluids.";
    pub(in crate::pipeline) const BOB: &str = "Patient: Robert Quarry   DOB: 11/17/1978   MRN: 07-98-81-22\n\nALLERGIES: Penicillin";

    #[test]
    fn a_document_that_cannot_be_understood_still_leaves_a_row() {
        let rules = Rules::load(None).unwrap();
        // A page that claims to be read and has no words kept.
        let pages = [PageRecord::plain(PageNumber::new(1), PageOutcome::Read)];
        let (documents, failed) = rules.documents(&SourcePath::new("a.png"), &pages, &Joins::new());
        assert_eq!((documents.len(), failed), (1, 1));
        assert_eq!((documents[0].values.len(), documents[0].values[0].status), (1, Status::Review));
    }

    #[test]
    fn nothing_of_a_stray_page_is_taken_and_a_row_says_so() {
        let rules = Rules::load(None).unwrap();
        let (documents, failed) = rules.documents(&SourcePath::new("a.pdf"), &[typed(1, ANN), typed(2, BOB)], &Joins::new());
        assert_eq!((documents.len(), failed), (1, 0));
        let document = &documents[0];
        assert_eq!((document.id.as_str(), document.pages.len()), ("a.pdf", 2));
        let on_stray: Vec<_> = document.values.iter().filter(|v| v.extracted.page.get() == 2).collect();
        assert_eq!(on_stray.len(), 1);
        assert_eq!((on_stray[0].status, on_stray[0].reasons.as_slice()), (Status::Review, [Reason::StrayPage].as_slice()));
        assert!(document.values.iter().all(|v| !["Quarry", "Penicillin"].contains(&v.extracted.value.as_str())));
    }

    #[test]
    fn another_patient_begins_another_document() {
        let rules = Rules::load(None).unwrap();
        let bob = format!("OPERATIVE REPORT\n{BOB}");
        let pages = [typed(1, ANN), typed(2, &bob), PageRecord::plain(PageNumber::new(3), PageOutcome::Separator), typed(4, ANN)];
        let (documents, _) = rules.documents(&SourcePath::new("a.pdf"), &pages, &Joins::new());
        let named: Vec<(&str, u32)> = documents.iter().map(|d| (d.id.as_str(), d.pages[0].get())).collect();
        assert_eq!(named, [("a.pdf#1", 1), ("a.pdf#2", 2), ("a.pdf#3", 4)]);
        let family = |d: &DocumentResult| d.values.iter().find(|v| v.extracted.field == Field::Family).map(|v| v.extracted.value.clone());
        assert_eq!(documents.iter().map(family).collect::<Vec<_>>(), ["Doe", "Quarry", "Doe"].map(|f| Some(f.to_owned())));
    }
}
