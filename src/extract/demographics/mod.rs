//! Single-valued fields: who the patient is, how to reach them, their plan and contact, and the day, author and house of the paper.
//!
//! [`labels`] finds the printed labels, [`pairs`] the values beside them, [`letterhead`] and [`marks`] what stands without a
//! label, and [`choose`] takes one reading a field. The kind of document and the sections of notes are left to others.

mod choose;
mod facts;
mod labels;
mod letterhead;
mod marks;
pub(crate) mod names;
mod pairs;
mod sheet;
mod text;
mod values;

use crate::extract::dates;
use crate::extract::vocabulary::VocabularyError;
use crate::model::{DocumentKind, ExtractedValue, Field, PageLayout, PageNumber};

/// The word lists of this room.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lists {
    labels: labels::Labels,
    people: names::People,
    organizations: letterhead::Organizations,
    expected: choose::Expected,
}

impl Lists {
    /// Reads the texts of `labels.toml`, `people.toml`, `organizations.toml` and `expected.toml`.
    pub(crate) fn parse(labels: &str, people: &str, organizations: &str, expected: &str) -> Result<Self, VocabularyError> {
        Ok(Self {
            labels: labels::Labels::parse(labels)?,
            people: names::People::parse(people)?,
            organizations: letterhead::Organizations::parse(organizations)?,
            expected: choose::Expected::parse(expected)?,
        })
    }
}

/// Extracts every single-valued field but the kind: values, and fields that a person should look for, with the page.
pub(crate) fn extract(pages: &[PageLayout], kind: DocumentKind, lists: &Lists) -> (Vec<ExtractedValue>, Vec<(Field, PageNumber)>) {
    let latest = latest_year(pages);
    let sheets: Vec<sheet::Sheet<'_>> = pages.iter().map(|page| sheet::Sheet::new(page, &lists.labels, &lists.people)).collect();
    let mut facts = facts::Facts::default();
    for (page, sheet) in sheets.iter().enumerate() {
        pairs::read(sheet, page, &lists.people, &lists.organizations.no_payor, latest, &mut facts);
        letterhead::read(sheet, page, &lists.organizations, &lists.people, &mut facts);
        letterhead::plan(sheet, page, kind, &lists.organizations, &mut facts);
        marks::imprint(sheet, page, &lists.people, latest, &mut facts);
        marks::consent(sheet, page, &lists.people, &mut facts);
        marks::bare_date(sheet, page, latest, &mut facts);
    }
    marks::signature(&sheets, &lists.people, &mut facts);
    marks::repeats(&sheets, &lists.people, &mut facts);
    choose::choose(pages, kind, &lists.expected, facts)
}

/// The latest year that the document prints in full: two-digit years later than it belong to the century before.
fn latest_year(pages: &[PageLayout]) -> i16 {
    let mut latest = None;
    for page in pages {
        for line in 0..page.lines.len() {
            let words: Vec<&str> =
                page.lines[line].segments.iter().flat_map(|&s| &page.segments[s].words).map(|&w| page.word(w).text.as_str()).collect();
            for found in dates::find(&words) {
                if !found.read.short_year && !found.read.mended && found.read.date.year <= dates::LATEST_YEAR {
                    latest = latest.max(Some(found.read.date.year));
                }
            }
        }
    }
    latest.filter(|y| *y >= 1950).unwrap_or(dates::LATEST_YEAR)
}
