//! The pages of a source put together to documents, and the documents' names.
//!
//! Separator sheets part pages whatever they say; what parts them without a sheet is decided by extraction's rules.

use crate::ledger::PageRecord;
use crate::model::{DecidedValue, DocumentId, Field, PageNumber, PageOutcome, Reason, SourcePath};

/// Pages between separator sheets; blank sheets and separators are in none, failed pages are. A part without any page is none.
pub(super) fn between_sheets(pages: &[PageRecord]) -> Vec<Vec<&PageRecord>> {
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
pub(super) fn name(source: &SourcePath, several: bool, ordinal: u32) -> DocumentId {
    let like_a_part = source.as_str().rsplit_once('#').is_some_and(|(_, end)| !end.is_empty() && end.bytes().all(|b| b.is_ascii_digit()));
    if several || like_a_part { DocumentId::part(source, ordinal) } else { DocumentId::whole(source) }
}

/// The row that says of a page what a person has to know: it holds no value.
pub(super) fn notice(page: PageNumber, rule: &str, reason: Reason) -> DecidedValue {
    DecidedValue::to_look_at(Field::DocumentType, page, rule, reason)
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
            let found: Vec<Vec<u32>> =
                between_sheets(&pages).iter().map(|part| part.iter().map(|page| page.number.get()).collect()).collect();
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
}
