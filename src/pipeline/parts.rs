//! The pages of a source put together to documents, and the documents' names.
//!
//! Separator sheets part pages whatever they say; what parts them without a sheet is decided by extraction's rules. What a person said comes first.

use std::collections::BTreeMap;

use crate::ledger::PageRecord;
use crate::model::{DecidedValue, DocumentId, Field, PageJoin, PageNumber, PageOutcome, Reason, SourcePath};

/// What people said of the pages of a source.
pub(super) type Joins = BTreeMap<PageNumber, PageJoin>;

/// Pages between separator sheets; blank sheets and separators are in none, failed pages are. A part without any page is none. A sheet does not part
/// pages of which a person said that they go on.
pub(super) fn between_sheets<'a>(pages: &'a [PageRecord], joins: &Joins) -> Vec<Vec<&'a PageRecord>> {
    let mut parts = vec![Vec::new()];
    for page in pages {
        match page.outcome {
            PageOutcome::Separator => parts.push(Vec::new()),
            PageOutcome::Read | PageOutcome::Failed => {
                if joins.get(&page.number) == Some(&PageJoin::GoesOn) {
                    while parts.len() > 1 && parts.last().is_some_and(Vec::is_empty) {
                        parts.pop();
                    }
                }
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
        let table: [(&str, &[&[u32]]); 13] = [
            ("r", &[&[1]]),
            ("rrbr", &[&[1, 2, 4]]),
            ("srrsr", &[&[2, 3], &[5]]),
            ("rsr", &[&[1], &[3]]),
            ("sr", &[&[2]]),
            ("ssrs", &[&[3]]),
            ("rsfsr", &[&[1], &[3], &[5]]),
            ("b", &[]),
            ("", &[]),
            // Of capital ones a person said that they go on.
            ("rsRsr", &[&[1, 3], &[5]]),
            ("rssRr", &[&[1, 4, 5]]),
            ("sR", &[&[2]]),
            ("rRsr", &[&[1, 2], &[4]]),
        ];
        for (pattern, expected) in table {
            let joins: Joins =
                pattern.chars().zip(1..).filter(|(c, _)| *c == 'R').map(|(_, page)| (PageNumber::new(page), PageJoin::GoesOn)).collect();
            let pages = pages(&pattern.to_lowercase());
            let found: Vec<Vec<u32>> =
                between_sheets(&pages, &joins).iter().map(|part| part.iter().map(|page| page.number.get()).collect()).collect();
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
