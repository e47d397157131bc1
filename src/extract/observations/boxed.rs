//! Vital signs in boxes: labels in a row, each with its value below; one or several rows of values.

use std::collections::BTreeSet;

use crate::model::{PageLayout, Rect};

use super::Draft;
use super::quantity::Quantity;
use super::running::pressure;
use super::terms::Terms;

/// A value stands at most so many units below its label, or below the value above it.
const REACH: f32 = 4.5;

/// Most rows of values below one row of labels.
const MOST_ROWS: usize = 12;

#[derive(Clone, Copy)]
enum Label {
    Pressure,
    Test(usize),
}

/// Reads rows of at least two labels that have nothing beside them but each other.
pub(super) fn read<'t>(page: &PageLayout, terms: &'t Terms, used: &mut BTreeSet<usize>, drafts: &mut Vec<Draft<'t>>) {
    for line in 0..page.lines.len() {
        if page.lines[line].segments.len() < 2 {
            continue;
        }
        let labels: Vec<(usize, Label)> = page.lines[line]
            .segments
            .iter()
            .filter(|&&s| page.segments[s].words.iter().all(|w| !used.contains(w)))
            .filter_map(|&s| label(page, terms, s).map(|l| (s, l)))
            .collect();
        if labels.len() < 2 {
            continue;
        }
        // Single letters in a row are no labels; among longer ones they are.
        if !labels.iter().any(|&(s, _)| page.text(s).chars().filter(|c| c.is_alphanumeric()).count() >= 2) {
            continue;
        }
        let mut entries = Vec::new();
        let mut taken = false;
        for (k, &(s, label)) in labels.iter().enumerate() {
            let right = labels.get(k + 1).map_or(f32::MAX, |(next, _)| page.segments[*next].rect.x);
            match column(page, terms, line, (s, right), label, used, drafts) {
                First::Taken => taken = true,
                First::Unread(words) => entries.push((s, label, words)),
                First::Nothing => {}
            }
        }
        // Entries that cannot be read are known as such by their neighbours, or by the many labels.
        if taken || labels.len() >= 3 {
            for (s, label, words) in entries {
                unread(page, terms, (s, label), &words, used, drafts);
            }
        }
    }
}

/// What stands right below a label.
enum First {
    Taken,
    Unread(Vec<usize>),
    Nothing,
}

/// What a segment labels, if it is nothing but the label of a vital sign; a unit in brackets may follow.
fn label(page: &PageLayout, terms: &Terms, segment: usize) -> Option<Label> {
    let text = page.text(segment);
    let text = text.split('(').next().unwrap_or("").trim().trim_end_matches([':', '.']);
    if terms.is_pressure(text) {
        return Some(Label::Pressure);
    }
    let hit = terms.like_vital(text)?;
    hit.tests.iter().copied().find(|&t| terms.test(t).vital).map(Label::Test)
}

fn column<'t>(
    page: &PageLayout,
    terms: &'t Terms,
    line: usize,
    (segment, right): (usize, f32),
    label: Label,
    used: &mut BTreeSet<usize>,
    drafts: &mut Vec<Draft<'t>>,
) -> First {
    let head = page.segments[segment].rect;
    let mut first = First::Nothing;
    let mut above: Rect = head;
    for row in 0..MOST_ROWS {
        let below = page.segments.iter().enumerate().filter(|(_, s)| {
            s.line > line
                && s.rect.y >= above.bottom() - 0.3 * page.unit
                && s.rect.y - above.bottom() < REACH * page.unit
                && s.rect.x < right
                && s.rect.right() > head.x - page.unit
                && s.rect.x >= head.x - 1.5 * page.unit
                && !s.words.iter().any(|w| used.contains(w))
        });
        let Some((at, _)) = below.min_by(|a, b| a.1.rect.y.total_cmp(&b.1.rect.y).then(a.1.rect.x.total_cmp(&b.1.rect.x))) else {
            return first;
        };
        let words = page.segments[at].words.clone();
        if !take(page, terms, (segment, label), &words, used, drafts) {
            return if row == 0 && is_entry(page, &words) { First::Unread(words) } else { first };
        }
        first = First::Taken;
        above = page.segments[at].rect;
    }
    first
}

/// Makes the observation of a label and the words below it, if they are a value.
fn take<'t>(
    page: &PageLayout,
    terms: &'t Terms,
    (segment, label): (usize, Label),
    words: &[usize],
    used: &mut BTreeSet<usize>,
    drafts: &mut Vec<Draft<'t>>,
) -> bool {
    let name = page.segments[segment].words.clone();
    let (value, unit) = part(page, terms, words);
    let text = page.text_of(&value);
    let mut add = |read: Quantity, test: usize, order: f32| {
        let hit = terms.like_vital(page.text_of(&name).split('(').next().unwrap_or("").trim_end_matches(':'));
        let mut draft = Draft::new("observations.boxed", page, name.clone(), hit);
        let place = page.hull(words).unwrap_or_default();
        draft.at = (place.y, place.x + order);
        draft.vital = true;
        draft.test = Some(test);
        draft.value = Some(read);
        draft.value_words = value.clone();
        draft.unit_words = unit.clone();
        drafts.push(draft);
    };
    match label {
        Label::Pressure => {
            let Some((systolic, diastolic)) = pressure(&text, terms) else { return false };
            add(systolic, terms.systolic, 0.0);
            add(diastolic, terms.diastolic, 0.1);
        }
        Label::Test(test) => {
            let Some(read) = Quantity::read(&text, terms).filter(|q| q.number.is_some()) else { return false };
            add(read, test, 0.0);
        }
    }
    used.extend(words.iter().chain(&name));
    true
}

/// Whether words below a label are an entry that could not be read rather than the next heading: they hold a digit, or were read badly.
fn is_entry(page: &PageLayout, words: &[usize]) -> bool {
    let letters = words.iter().flat_map(|&w| page.word(w).text.chars()).filter(|c| c.is_alphanumeric()).count();
    letters >= 1
        && words.len() <= 3
        && words.iter().any(|&w| page.word(w).text.chars().any(|c| c.is_ascii_digit()) || page.word(w).confidence < 0.6)
}

/// An entry that cannot be read waits for a person, empty.
fn unread<'t>(
    page: &PageLayout,
    terms: &'t Terms,
    (segment, label): (usize, Label),
    words: &[usize],
    used: &mut BTreeSet<usize>,
    drafts: &mut Vec<Draft<'t>>,
) {
    let name = page.segments[segment].words.clone();
    let tests = match label {
        Label::Pressure => vec![terms.systolic, terms.diastolic],
        Label::Test(test) => vec![test],
    };
    for (k, test) in tests.into_iter().enumerate() {
        let hit = terms.like_vital(page.text_of(&name).split('(').next().unwrap_or("").trim_end_matches(':'));
        let mut draft = Draft::new("observations.boxed", page, name.clone(), hit);
        let place = page.hull(words).unwrap_or_default();
        draft.at = (place.y, place.x + 0.1 * k as f32);
        draft.vital = true;
        draft.test = Some(test);
        draft.value_words = words.to_vec();
        drafts.push(draft);
    }
    used.extend(words.iter().chain(&name));
}

/// Parts a value from the unit behind it.
fn part(page: &PageLayout, terms: &Terms, words: &[usize]) -> (Vec<usize>, Vec<usize>) {
    for at in 1..words.len() {
        if terms.unit(&page.text_of(&words[at..])).is_some() {
            return (words[..at].to_vec(), words[at..].to_vec());
        }
    }
    (words.to_vec(), Vec::new())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{drawn, told};

    #[test]
    fn values_stand_below_their_labels() {
        let got = told(drawn(&[
            &[(20.0, "BP"), (150.0, "Pulse"), (300.0, "Temperature"), (500.0, "Weight")],
            &[(20.0, "115/71"), (150.0, "63"), (310.0, "98.9"), (500.0, "153 lb")],
        ]));
        assert_eq!(
            got,
            [
                "1 text BP",
                "1 loinc 8480-6",
                "1 value 115",
                "2 text BP",
                "2 loinc 8462-4",
                "2 value 71",
                "3 text Pulse",
                "3 loinc 8867-4",
                "3 value 63",
                "4 text Temperature",
                "4 loinc 8310-5",
                "4 value 98.9",
                "5 text Weight",
                "5 loinc 29463-7",
                "5 value 153",
                "5 unit [lb_av]"
            ]
        );
    }

    #[test]
    fn an_entry_that_cannot_be_read_waits_empty() {
        let got = told(drawn(&[&[(20.0, "BP"), (150.0, "Pulse")], &[(20.0, "115/71"), (150.0, "q3")]]));
        assert!(got.contains(&"3 text Pulse".to_owned()) && got.contains(&"3 value ".to_owned()), "{got:?}");
    }

    #[test]
    fn single_letters_in_a_row_are_no_labels() {
        assert!(told(drawn(&[&[(20.0, "H"), (150.0, "P")], &[(20.0, "72"), (150.0, "80")]])).is_empty());
    }

    #[test]
    fn labels_without_values_give_nothing() {
        assert!(told(drawn(&[&[(20.0, "BP"), (150.0, "Pulse")], &[(20.0, "ALLERGIES")], &[(20.0, "Latex")]])).is_empty());
    }
}
