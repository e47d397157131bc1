//! What stands on the pages and was not understood: nothing is lost in silence, so a person is asked to look.
//!
//! Two signs are taken. Words that the engine could hardly read and that no value covers: items of the document's groups may be among
//! them. And items that lack what most of their neighbours have. Single fields are asked for where they are looked for, not here.

use std::collections::BTreeSet;

use crate::model::{ExtractedValue, Field, Group, PageLayout, PageNumber, PercentBox};

/// A word under this engine confidence is hardly read: from there down fewer than six in ten are right (measured by the engine's
/// own bins on damaged scans).
const HARDLY: f32 = 0.6;

/// Hardly read words outside every value that make a page worth a look. A few come from stamps, signatures and specks on any scan.
const MANY: usize = 8;

/// Items on a page that make a habit.
const FEWEST_ITEMS: usize = 4;

/// Share of a page's items that have a part for it to be missed in the others.
const HABIT: f32 = 0.6;

/// Fields of which more may stand on a page than was read, with the page to look at: sorted, no field twice.
///
/// `expected` are the groups that a document of this kind has by its nature.
pub(super) fn unread(pages: &[PageLayout], values: &[ExtractedValue], expected: &[Group]) -> Vec<(Field, PageNumber)> {
    let mut asked: Vec<(Field, PageNumber)> = Vec::new();
    let mut ask = |field: Field, page: PageNumber| {
        if !asked.iter().any(|(f, _)| *f == field) {
            asked.push((field, page));
        }
    };
    for page in pages {
        let number = page.reading.number;
        let here: Vec<&ExtractedValue> = values.iter().filter(|v| v.page == number && !v.value.is_empty()).collect();
        for field in uneven(&here) {
            ask(field, number);
        }
        if hardly_read(page, &here) < MANY {
            continue;
        }
        let groups: BTreeSet<Group> = here.iter().filter_map(|v| v.field.group()).chain(expected.iter().copied()).collect();
        for &field in Field::ALL.iter().filter(|f| f.group().is_some_and(|g| groups.contains(&g)) && is_essential(**f)) {
            ask(field, number);
        }
    }
    asked.sort();
    asked
}

/// Parts that nearly every item has; the others are asked for only where a page's own items have them.
pub(super) fn is_essential(field: Field) -> bool {
    !matches!(
        field,
        Field::ConditionIcd10
            | Field::ObservationLoinc
            | Field::ObservationUnit
            | Field::ObservationRange
            | Field::ObservationInterpretation
    )
}

/// Words that the engine could hardly read and that stand in no value's place.
fn hardly_read(page: &PageLayout, here: &[&ExtractedValue]) -> usize {
    let covered = |x: f32, y: f32| here.iter().filter_map(|v| v.place).any(|place| holds(&place, x, y));
    page.segments
        .iter()
        .flat_map(|segment| &segment.words)
        .map(|&w| page.word(w))
        .filter(|word| word.confidence < HARDLY && word.text.chars().filter(|c| c.is_alphanumeric()).count() >= 2)
        .filter(|word| {
            let place = page.reading.to_source.to_percent(&word.rect);
            !covered(place.x + place.width / 2.0, place.y + place.height / 2.0)
        })
        .count()
}

fn holds(place: &PercentBox, x: f32, y: f32) -> bool {
    x >= place.x && x <= place.x + place.width && y >= place.y && y <= place.y + place.height
}

/// Parts that most items of a page's group have and some lack. A flag is for the few by nature, and so is the code of a problem.
fn uneven(here: &[&ExtractedValue]) -> Vec<Field> {
    let mut lacking = Vec::new();
    for group in Group::ALL {
        let of_group = || here.iter().filter(move |v| v.field.group() == Some(group));
        let items: BTreeSet<u32> = of_group().filter_map(|v| v.item).collect();
        if items.len() < FEWEST_ITEMS {
            continue;
        }
        for &field in Field::ALL.iter().filter(|f| f.group() == Some(group)) {
            if matches!(field, Field::ObservationInterpretation | Field::ReactionText) {
                continue;
            }
            let with: BTreeSet<u32> = of_group().filter(|v| v.field == field).filter_map(|v| v.item).collect();
            if with.len() < items.len() && with.len() as f32 >= HABIT * items.len() as f32 {
                lacking.push(field);
            }
        }
    }
    lacking
}

#[cfg(test)]
mod tests {
    use super::super::testing::typed;
    use super::*;
    use crate::model::{Form, Signals};

    fn value(field: Field, item: u32) -> ExtractedValue {
        ExtractedValue {
            field,
            item: Some(item),
            value: "x".to_owned(),
            raw: "x".to_owned(),
            page: PageNumber::new(1),
            place: None,
            label_place: None,
            rule: "test".to_owned(),
            signals: Signals { form: Form::Free, ..Signals::default() },
        }
    }

    fn faint(count: usize) -> PageLayout {
        let mut page = typed(&"smudge\n".repeat(count));
        page.reading.words.iter_mut().for_each(|w| w.confidence = 0.3);
        page
    }

    #[test]
    fn a_clean_page_asks_for_nothing() {
        let pages = [typed("clear")];
        assert!(unread(&pages, &[value(Field::MedicationText, 1)], &[Group::Medication]).is_empty());
    }

    #[test]
    fn a_page_hardly_read_asks_for_what_its_kind_has() {
        let pages = [faint(MANY)];
        let got = unread(&pages, &[], &[Group::Medication]);
        assert_eq!(got, [(Field::MedicationText, PageNumber::new(1)), (Field::DosageText, PageNumber::new(1))]);
        assert!(unread(&[faint(MANY - 1)], &[], &[Group::Medication]).is_empty());
    }

    #[test]
    fn what_neighbours_have_is_missed() {
        let mut values: Vec<ExtractedValue> = (1..=5).map(|i| value(Field::ObservationText, i)).collect();
        values.extend((1..=4).map(|i| value(Field::ObservationRange, i)));
        values.extend((1..=2).map(|i| value(Field::ObservationUnit, i)));
        let got = unread(&[typed("clear")], &values, &[]);
        assert_eq!(got, [(Field::ObservationRange, PageNumber::new(1))]);
    }
}
