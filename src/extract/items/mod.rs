//! Items of lists: medicines, allergies, problems, procedures, doses of vaccines.
//!
//! Owns how a block of text or a table becomes numbered items; how one item is read is left to the file of its group. A line of a list
//! that cannot be read as an item is given all the same, with doubt: a person looks, nothing is lost.

mod allergies;
mod circled;
mod conditions;
mod immunizations;
mod list;
mod medications;
mod nets;
mod procedures;
mod sig;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use super::body::TextLine;
use super::evidence::Found;
use super::sections::Block;
use crate::model::{DocumentKind, ExtractedValue, Field, Form, Group, PageLayout, PageNumber};

pub(crate) use words::ItemWords;

/// One value of an item before its number is known.
pub(crate) struct Part {
    field: Field,
    value: String,
    /// Words by page index and word index.
    words: Vec<(usize, usize)>,
    form: Form,
    doubt: f32,
    mended: bool,
}

impl Part {
    fn new(field: Field, value: String, words: &[(usize, usize)], form: Form, doubt: f32) -> Self {
        Self { field, value, words: words.to_vec(), form, doubt, mended: false }
    }
}

/// An item: its parts, and what all of them share.
pub(crate) struct Item {
    group: Group,
    parts: Vec<Part>,
    rule: &'static str,
    label: f32,
    doubt: f32,
}

impl Item {
    /// Place in reading order: page, then the first word's place from the top.
    fn place(&self, pages: &[PageLayout]) -> (usize, i64) {
        let first = self.parts.iter().flat_map(|p| p.words.iter()).min_by_key(|(page, word)| (*page, top(pages, *page, *word)));
        first.map_or((usize::MAX, 0), |&(page, word)| (page, top(pages, page, word)))
    }

    /// What makes two items of one document the same.
    fn key(&self) -> (Group, Vec<String>) {
        let said =
            |fields: &[Field]| self.parts.iter().filter(|p| fields.contains(&p.field)).map(|p| super::phrases::fold(&p.value)).collect();
        let key: Vec<String> = match self.group {
            Group::Immunization => said(&[Field::VaccineText, Field::VaccineDate]),
            Group::Medication => said(&[Field::MedicationText, Field::DosageText]),
            Group::Procedure => said(&[Field::ProcedureText]),
            Group::Allergy => said(&[Field::AllergyText]),
            _ => said(&[Field::ConditionText]),
        };
        (self.group, key)
    }
}

fn top(pages: &[PageLayout], page: usize, word: usize) -> i64 {
    pages[page].word(word).rect.y as i64
}

/// What the lists of a document hold.
pub(crate) struct Items {
    /// The values, numbered from 1 within each group.
    pub values: Vec<ExtractedValue>,
    /// Lists whose heading stands on the page and of which nothing could be read, and lists that the kind must have.
    pub missing: Vec<(Field, PageNumber)>,
    /// Lines (page index, line of the page) that tables of items cover: they are no text of a section.
    pub covered: BTreeSet<(usize, usize)>,
}

/// Reads every list of a document.
pub(crate) fn read(pages: &[PageLayout], lines: &[TextLine], blocks: &[Block], kind: DocumentKind, vocabulary: &ItemWords) -> Items {
    let mut items = Vec::new();
    let mut missing = Vec::new();
    let (of_tables, covered) = tables(pages, blocks, vocabulary);
    let covered: BTreeSet<(usize, usize)> = covered.into_iter().collect();
    items.extend(of_tables);
    let (ticked, unticked) = conditions::ticked(pages, vocabulary);
    let (circled, uncircled) = circled::read(pages, vocabulary);
    items.extend(ticked.into_iter().chain(circled));
    let mut dropped: Vec<(Group, PageNumber)> = Vec::new();
    for block in blocks {
        let Some(group) = block.entry.items else { continue };
        let mut block = block.clone();
        block.runs.retain(|run| !covered.contains(&(run.page, lines[run.at].line)));
        list::without_neighbours(pages, &mut block);
        let found = match group {
            Group::Medication => medications::of_block(pages, &block, vocabulary),
            Group::Allergy => allergies::of_block(pages, &block, vocabulary),
            Group::Condition => {
                conditions::of_block(pages, &block, vocabulary, &mut |page| dropped.push((group, pages[page].reading.number)))
            }
            Group::Procedure => procedures::of_block(pages, lines, &block, kind, vocabulary),
            Group::Immunization | Group::Observation => Vec::new(),
        };
        // Something stands under the heading, and neither an item nor "none" was read in it.
        let unread = found.is_empty() && block.runs.is_empty() && block.label() > 0.85 && !block.heading.1.is_empty();
        if unread && !items.iter().any(|i| i.group == group) && matches!(group, Group::Medication | Group::Allergy) && !block.entry.short {
            missing.push((lead(group), pages[block.heading.0].reading.number));
        }
        items.extend(found);
    }
    if kind == DocumentKind::MedicationList && !items.iter().any(|i| i.group == Group::Medication) {
        let (found, unread) = medications::of_lines(pages, lines, vocabulary);
        items.extend(found);
        dropped.extend(unread.map(|page| (Group::Medication, pages[page].reading.number)));
    }
    for field in vocabulary.expected(kind) {
        let Some(group) = field.group().filter(|g| *g != Group::Observation) else { continue };
        if let Some(page) = pages.first().filter(|_| !items.iter().any(|i| i.group == group)) {
            missing.push((field, page.reading.number));
        }
    }
    items.extend(nets::coded(pages, lines, &items, &covered));
    missing.retain(|(field, _)| !items.iter().any(|i| Some(i.group) == field.group()));
    missing.extend(unticked.or(uncircled).map(|page| (Field::ConditionText, page)));
    for (group, page) in nets::unanswered(pages, lines, &items, vocabulary).into_iter().chain(dropped) {
        missing.extend(nets::fields(group).map(|field| (field, page)));
    }
    missing.sort();
    missing.dedup_by_key(|(field, _)| *field);
    Items { values: numbered(pages, items), missing, covered }
}

fn lead(group: Group) -> Field {
    match group {
        Group::Medication => Field::MedicationText,
        Group::Allergy => Field::AllergyText,
        Group::Condition => Field::ConditionText,
        Group::Procedure => Field::ProcedureText,
        Group::Immunization => Field::VaccineText,
        Group::Observation => Field::ObservationText,
    }
}

/// Items of tables, and the lines (page, line) that the tables cover.
fn tables(pages: &[PageLayout], blocks: &[Block], vocabulary: &ItemWords) -> (Vec<Item>, Vec<(usize, usize)>) {
    let mut items = Vec::new();
    let mut covered = Vec::new();
    let mut take = |(found, lines): (Vec<Item>, Vec<(usize, usize)>)| {
        items.extend(found);
        covered.extend(lines);
    };
    take(medications::of_tables(pages, blocks, vocabulary));
    take(allergies::of_tables(pages, blocks, vocabulary));
    take(procedures::of_tables(pages, blocks, vocabulary));
    take(conditions::of_tables(pages, blocks, vocabulary));
    take(immunizations::of_tables(pages, blocks, vocabulary));
    (items, covered)
}

/// Whether a heading stands on a line of a page: a table ends there.
fn heads_line<'a>(pages: &'a [PageLayout], blocks: &'a [Block], page: usize) -> impl Fn(usize) -> bool + 'a {
    move |line: usize| {
        let layout = &pages[page];
        let alone = layout.lines[line].segments.len() == 1;
        blocks.iter().filter(|b| b.heading.0 == page).any(|b| {
            b.heading.1.first().is_some_and(|w| {
                layout.lines[line].segments.iter().any(|&s| layout.segments[s].words.first() == Some(w))
                    && (alone || b.heading.1.last().is_some_and(|&w| layout.word(w).text.ends_with([':', '?'])))
            })
        })
    }
}

/// Puts items in reading order, drops repetitions and numbers them.
fn numbered(pages: &[PageLayout], mut items: Vec<Item>) -> Vec<ExtractedValue> {
    items.sort_by_key(|i| (i.group, i.place(pages)));
    let mut kept: Vec<Item> = Vec::new();
    let mut seen: BTreeMap<(Group, Vec<String>), usize> = BTreeMap::new();
    for item in items {
        match seen.get(&item.key()) {
            // Said again with more (a code, a date): the fuller one stays, in the place of the first.
            Some(&k) if item.parts.len() > kept[k].parts.len() => kept[k] = item,
            Some(_) => {}
            None => {
                seen.insert(item.key(), kept.len());
                kept.push(item);
            }
        }
    }
    let mut counts: BTreeMap<Group, u32> = BTreeMap::new();
    let mut values = Vec::new();
    for item in kept {
        let number = counts.entry(item.group).or_insert(0);
        *number += 1;
        for part in &item.parts {
            let Some(&(page, _)) = part.words.first() else { continue };
            let words: Vec<usize> = part.words.iter().filter(|(p, _)| *p == page).map(|(_, w)| *w).collect();
            let mut value = Found {
                field: part.field,
                item: Some(*number),
                value: part.value.clone(),
                page: &pages[page],
                words: &words,
                rule: item.rule,
                label: item.label,
                form: part.form,
                doubt: (item.doubt + part.doubt).min(1.0),
                mended: part.mended,
            }
            .with_evidence();
            if words.len() < part.words.len() {
                value.raw = list::text(pages, &part.words);
            }
            values.push(value);
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::super::{body, headings::Headings, sections, testing::typed};
    use super::*;

    /// Items of a typed page as `field suffix=value` joined by blanks, one string an item.
    pub(super) fn items(text: &str, kind: DocumentKind) -> Vec<String> {
        let pages = [typed(text)];
        let headings = Headings::parse(include_str!("../../../config/headings.toml")).unwrap();
        let lines = body::lines(&pages, &headings.furniture);
        let blocks = sections::blocks(&pages, &lines, &headings, kind);
        let read = read(&pages, &lines, &blocks, kind, &words::tests::words());
        let mut of: BTreeMap<(Option<Group>, Option<u32>), Vec<String>> = BTreeMap::new();
        for v in &read.values {
            of.entry((v.field.group(), v.item)).or_default().push(v.value.clone());
        }
        of.into_values().map(|v| v.join(" | ")).collect()
    }

    #[test]
    fn items_are_numbered_in_reading_order_without_repetition() {
        let got = items(
            "MEDICATIONS:\n1. Aspirin 81 mg once daily\n2. Atenolol 50 mg daily\n3. Aspirin 81 mg once daily",
            DocumentKind::ProgressNote,
        );
        assert_eq!(got, ["Aspirin 81 mg | once daily", "Atenolol 50 mg | daily"]);
    }

    #[test]
    fn a_label_without_items_asks_for_them_unless_none_is_said() {
        for (text, asked) in [
            ("OFFICE VISIT\n\n5. Operations and year: xx 2002", true),
            ("OFFICE VISIT\n\n5. Operations and year: none", false),
            ("OFFICE VISIT\n\nthe operations and year of them", false),
        ] {
            let pages = [typed(text)];
            let lines = body::lines(&pages, &[]);
            let read = read(&pages, &lines, &[], DocumentKind::ProgressNote, &words::tests::words());
            assert_eq!(read.missing.iter().any(|(f, _)| *f == Field::ProcedureText), asked, "{text}");
        }
    }

    #[test]
    fn a_kind_that_must_have_items_asks_for_them() {
        let pages = [typed("MEDICATION LIST\nName: Ann Roe")];
        let read = read(&pages, &[], &[], DocumentKind::MedicationList, &words::tests::words());
        assert_eq!(read.missing, [(Field::MedicationText, PageNumber::new(1))]);
    }
}
