//! Layout to fields: kind of document, demographics, sections, items.
//!
//! Rules read the page's layout and the word lists of [`Vocabulary`]; whether a value is accepted is not decided here.

mod body;
mod context;
mod cross;
mod cut_off;
#[allow(dead_code)] // the readers of dates arrive one by one
mod dates;
mod demographics;
mod evidence;
mod handwriting;
mod headings;
mod items;
mod keyed;
mod kind;
mod lookups;
mod lost_headings;
mod observations;
mod parts;
mod phrases;
mod sections;
pub(crate) mod site;
mod surroundings;
#[allow(dead_code)]
mod tables;
pub(crate) mod templates;
#[cfg(test)]
mod testing;
mod unread;
mod vocabulary;

use crate::model::{Capture, ExtractedValue, Extraction, Field, Origin, PageLayout};

pub(crate) use handwriting::filled_by_hand;
pub use keyed::keyed;
pub use parts::{Part, parts};
pub use site::findings::{Finding, Severity};
pub use vocabulary::{Vocabulary, VocabularyError};

/// Looks through a site's folder of rules and finds everything that is wrong with its lists, additions and templates; what is no
/// business of this room, it leaves: `others` are names of files that belong to others.
pub fn check(folder: &std::path::Path, others: &[&str]) -> Vec<Finding> {
    site::check(folder, others)
}

/// What a parser complained of, in a line of text: which line, what, and what was near a name that it does not know.
pub fn explain(reason: &str) -> (Option<usize>, (String, Option<String>)) {
    site::explain(reason)
}

/// A template to begin with: the fixed text of a page, and where its values stand. No value's own text is in it.
pub fn skeleton(page: &PageLayout, kind: crate::model::DocumentKind, name: &str, vocabulary: &Vocabulary) -> String {
    templates::skeleton::draw(page, kind, name, &vocabulary.demographics)
}

/// Extracts every field from one document's pages (ascending; at least one).
pub fn extract(pages: &[PageLayout], vocabulary: &Vocabulary) -> Extraction {
    let forms = templates::register(pages, &vocabulary.templates);
    let mut classified = kind::classify(pages, &vocabulary.kinds);
    forms.tell_kind(pages, &mut classified);
    let mut values: Vec<ExtractedValue> = Vec::new();
    let mut missing = Vec::new();
    match (classified.value, pages.first()) {
        (Some(value), _) => values.push(value),
        (None, Some(page)) => missing.push((Field::DocumentType, page.reading.number)),
        (None, None) => {}
    }
    let single = demographics::read(pages, classified.kind, &vocabulary.demographics);
    let mut form = single.form;
    values.extend(single.values);
    missing.extend(single.missing);
    let lines = body::lines(pages, &vocabulary.headings.furniture);
    let mut blocks = sections::blocks(pages, &lines, &vocabulary.headings, classified.kind);
    let items = items::read(pages, &lines, &blocks, classified.kind, &vocabulary.items);
    sections::without(&mut blocks, &lines, &items.covered);
    values.extend(sections::values(pages, &blocks));
    values.extend(observations::observations(pages, &vocabulary.observations, 1));
    values.extend(items.values);
    missing.extend(items.missing);
    forms.answer(pages, &vocabulary.demographics, &mut values, &mut missing);
    cross::hold(pages, &mut values);
    lookups::hold(&mut values, &vocabulary.lexicons);
    let (must, usual) = (vocabulary.items.expected(classified.kind), vocabulary.items.usual(classified.kind));
    let groups: Vec<_> = must.into_iter().chain(usual).filter_map(Field::group).collect();
    let more = unread::unread(pages, &values, &groups);
    missing.extend(more.into_iter().filter(|(field, _)| !missing.iter().any(|(f, _)| f == field)).collect::<Vec<_>>());
    form.extend(values.iter().filter(|value| value.field.section().is_some()).map(|value| value.field.to_string()));
    let origin = Origin { form, captures: pages.iter().map(|page| Capture::of(&page.reading)).collect() };
    surroundings::note(pages, &mut values, &missing);
    Extraction { kind: classified.kind, kind_confidence: classified.probability, values, missing, origin }
}
