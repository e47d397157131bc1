//! Layout to fields: kind of document, demographics, sections, items.
//!
//! Rules read the page's layout and the word lists of [`Vocabulary`]; whether a value is accepted is not decided here.

mod body;
mod cut_off;
#[allow(dead_code)] // the readers of dates arrive one by one
mod dates;
mod demographics;
mod evidence;
mod handwriting;
mod headings;
mod items;
mod kind;
mod lost_headings;
mod observations;
mod parts;
mod phrases;
mod sections;
#[allow(dead_code)]
mod tables;
#[cfg(test)]
mod testing;
mod unread;
mod vocabulary;

use crate::model::{ExtractedValue, Extraction, Field, PageLayout};

pub use parts::{Part, parts};
pub use vocabulary::{Vocabulary, VocabularyError};

/// Extracts every field from one document's pages (ascending; at least one).
pub fn extract(pages: &[PageLayout], vocabulary: &Vocabulary) -> Extraction {
    let classified = kind::classify(pages, &vocabulary.kinds);
    let mut values: Vec<ExtractedValue> = Vec::new();
    let mut missing = Vec::new();
    match (classified.value, pages.first()) {
        (Some(value), _) => values.push(value),
        (None, Some(page)) => missing.push((Field::DocumentType, page.reading.number)),
        (None, None) => {}
    }
    let (single, unfound) = demographics::extract(pages, classified.kind, &vocabulary.demographics);
    values.extend(single);
    missing.extend(unfound);
    let lines = body::lines(pages, &vocabulary.headings.furniture);
    let mut blocks = sections::blocks(pages, &lines, &vocabulary.headings, classified.kind);
    let items = items::read(pages, &lines, &blocks, classified.kind, &vocabulary.items);
    sections::without(&mut blocks, &lines, &items.covered);
    values.extend(sections::values(pages, &blocks));
    values.extend(observations::observations(pages, &vocabulary.observations, 1));
    values.extend(items.values);
    missing.extend(items.missing);
    let groups: Vec<_> = vocabulary.items.expected(classified.kind).into_iter().filter_map(Field::group).collect();
    let more = unread::unread(pages, &values, &groups);
    missing.extend(more.into_iter().filter(|(field, _)| !missing.iter().any(|(f, _)| f == field)).collect::<Vec<_>>());
    Extraction { kind: classified.kind, kind_confidence: classified.probability, values, missing }
}
