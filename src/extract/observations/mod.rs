//! Laboratory results and vital signs.
//!
//! Owns what is a test, a result, a unit, a range, a flag; tables as such are found by `tables`. Four forms are read, in this
//! order, and words that one has used are left alone by the next: tables under heads, tables of days and panels of
//! boxes, labels with their values below (boxed vital signs), and names followed by values in lines and running text.

mod boxed;
mod grids;
mod labs;
mod quantity;
mod running;
mod terms;

use std::collections::BTreeSet;

use crate::extract::evidence::Found;
use crate::model::{ExtractedValue, Field, Form, PageLayout};

use quantity::{Quantity, Range, Story, story};
use terms::{Fit, NameHit};

pub(crate) use terms::Terms;

/// The normal forms of a test, unit, flag or number that a person keyed. No paper prints LOINC codes: the test's printed name stands for those of all tests
/// that bear it.
pub(super) fn keyed(field: Field, text: &str, terms: &Terms) -> Vec<String> {
    let one = |form: Option<String>| form.into_iter().collect();
    match field {
        Field::ObservationLoinc if text.split_once('-').is_some_and(|(number, check)| is_number(number) && is_number(check)) => {
            vec![text.to_owned()]
        }
        Field::ObservationLoinc if terms.is_pressure(text) => {
            [terms.systolic, terms.diastolic].map(|index| terms.test(index).loinc.clone()).to_vec()
        }
        Field::ObservationLoinc => {
            terms.like(text).map_or_else(Vec::new, |hit| hit.tests.iter().map(|&index| terms.test(index).loinc.clone()).collect())
        }
        Field::ObservationUnit => one(terms.unit(text).map(|(code, _)| code.to_owned())),
        Field::ObservationInterpretation => one(terms.flag(text).map(str::to_owned)),
        Field::ObservationValue => one(quantity::number_with_comparator(text).map(|number| number.text.replace(',', ""))),
        _ => Vec::new(),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

/// What was read of one observation, with the words that say so.
struct Draft<'t> {
    rule: &'static str,
    /// Top and left of its name, for the reading order.
    at: (f32, f32),
    name: String,
    name_words: Vec<usize>,
    hit: Option<NameHit<'t>>,
    /// How well the head of the table, or the heading, matched.
    label: f32,
    /// The test, where it is known already (blood pressure).
    test: Option<usize>,
    vital: bool,
    urine: bool,
    value: Option<Quantity>,
    value_words: Vec<usize>,
    unit_words: Vec<usize>,
    range_words: Vec<usize>,
    flag: Option<&'static str>,
    flag_words: Vec<usize>,
    /// Whether the paper has a place for flags and one for units.
    flags_kept: bool,
    units_kept: bool,
    doubt: f32,
}

impl<'t> Draft<'t> {
    fn new(rule: &'static str, page: &PageLayout, name_words: Vec<usize>, hit: Option<NameHit<'t>>) -> Self {
        let at = page.hull(&name_words).map(|r| (r.y, r.x)).unwrap_or_default();
        Draft {
            rule,
            at,
            name: page.text_of(&name_words),
            name_words,
            hit,
            label: 1.0,
            test: None,
            vital: false,
            urine: false,
            value: None,
            value_words: Vec::new(),
            unit_words: Vec::new(),
            range_words: Vec::new(),
            flag: None,
            flag_words: Vec::new(),
            flags_kept: false,
            units_kept: false,
            doubt: 0.0,
        }
    }
}

/// Every observation of a document in reading order; the values of one share their item number, which counts from `first_item`.
pub(crate) fn observations(pages: &[PageLayout], terms: &Terms, first_item: u32) -> Vec<ExtractedValue> {
    let mut values = Vec::new();
    let mut item = first_item;
    let mut open_table = None;
    for page in pages {
        let mut used: BTreeSet<usize> = BTreeSet::new();
        let mut drafts = Vec::new();
        open_table = labs::read(page, terms, open_table.as_ref(), &mut used, &mut drafts);
        grids::read(page, terms, &mut used, &mut drafts);
        boxed::read(page, terms, &mut used, &mut drafts);
        running::read(page, terms, &mut used, &mut drafts);
        // Names on one line may differ by a few pixels in height.
        let row = |d: &Draft<'_>| (d.at.0 / (0.8 * page.unit)).round();
        drafts.sort_by(|a, b| row(a).total_cmp(&row(b)).then(a.at.1.total_cmp(&b.at.1)));
        for draft in drafts {
            let made = draft_values(page, terms, &draft, item);
            if !made.is_empty() {
                values.extend(made);
                item += 1;
            }
        }
    }
    values
}

/// The values of one observation. Without a name there is none.
fn draft_values(page: &PageLayout, terms: &Terms, draft: &Draft<'_>, item: u32) -> Vec<ExtractedValue> {
    if draft.name.trim().is_empty() {
        return Vec::new();
    }
    let mut values = Vec::new();
    let likeness = draft.hit.as_ref().map_or(if draft.test.is_some() { 1.0 } else { 0.6 }, |h| h.likeness);
    let label = draft.label * likeness;
    let mut push = |field, value: String, words: &[usize], form, doubt: f32, mended| {
        let mut found = Found { field, item: Some(item), value, page, words, rule: draft.rule, label, form, doubt: doubt.min(1.0), mended }
            .with_evidence();
        if field == Field::ObservationValue {
            found.label_place = page.place(&draft.name_words);
        }
        values.push(found);
    };

    let unit_text = page.text_of(&draft.unit_words);
    let unit = terms.unit(&unit_text);
    let is_word = draft.value.as_ref().is_some_and(|v| v.word.is_some());
    let chosen = match draft.test {
        Some(test) => {
            let fits = unit.is_none_or(|(u, _)| terms.test(test).units.iter().any(|k| k == u));
            Some((
                test,
                if unit.is_none() {
                    Fit::NoUnit
                } else if fits {
                    Fit::Unit
                } else {
                    Fit::OtherUnit
                },
            ))
        }
        None => draft.hit.as_ref().and_then(|h| terms.choose(h.tests, draft.vital, draft.urine, unit.map(|u| u.0), is_word)),
    };
    let test = chosen.map(|(t, _)| terms.test(t));
    let possible = test.and_then(|t| t.possible);
    let range = (!draft.range_words.is_empty()).then(|| Range::read(&page.text_of(&draft.range_words), terms));
    let range = range.map(|range| range.checked(possible, draft.value.as_ref()));

    // The name.
    match &draft.hit {
        Some(hit) => {
            // As printed, if it is a name of the list but for case and points. Else the list's spelling: what OCR confuses with it
            // (`C02`) can mean nothing else if it is long enough; what is merely like it is a suggestion.
            let printed = plain(&draft.name) == plain(hit.spelt);
            let name = if printed { tidy(&draft.name) } else { hit.spelt.to_owned() };
            let doubt = if !printed && plain(hit.spelt).chars().count() < 3 { 0.5 } else { 0.0 };
            push(Field::ObservationText, name, &draft.name_words, Form::Checked, draft.doubt + doubt, hit.likeness < 1.0);
        }
        None if draft.test.is_some() => {
            push(Field::ObservationText, tidy(&draft.name), &draft.name_words, Form::Checked, draft.doubt, false)
        }
        None => push(Field::ObservationText, tidy(&draft.name), &draft.name_words, Form::Free, draft.doubt + 0.4, false),
    }
    // Its code.
    if let (Some(test), Some((_, fit))) = (test, chosen) {
        let doubt = match fit {
            Fit::Unit => 0.0,
            Fit::NoUnit if draft.units_kept && !test.words && !test.urine => 0.3,
            Fit::NoUnit => 0.0,
            Fit::OtherUnit => 0.7,
        };
        push(Field::ObservationLoinc, test.loinc.clone(), &draft.name_words, Form::Checked, draft.doubt + doubt, false);
    }
    // What it gave.
    let flag = draft.flag.or(draft.value.as_ref().and_then(|v| v.flag));
    match &draft.value {
        Some(read) => {
            let (value, form, doubt) = judged(read, possible, range.as_ref(), flag, draft.flags_kept);
            push(Field::ObservationValue, value.text, &draft.value_words, form, draft.doubt + doubt, value.mended);
        }
        // The row is there and its result could not be read: a person must look.
        None => push(Field::ObservationValue, String::new(), &draft.value_words, Form::Invalid, 1.0, false),
    }
    if let Some((ucum, misread)) = unit {
        let (form, doubt) = match chosen {
            Some((_, Fit::Unit)) => (Form::Checked, 0.0),
            Some((_, Fit::OtherUnit)) => (Form::Valid, 0.7),
            _ => (Form::Valid, 0.1),
        };
        let doubt = doubt + if misread { 0.15 } else { 0.0 };
        push(Field::ObservationUnit, ucum.to_owned(), &draft.unit_words, form, draft.doubt + doubt, false);
    } else if !unit_text.trim().is_empty() && unit_text.chars().any(char::is_alphanumeric) {
        // An unknown unit where the test has a usual one is most likely that one, misread: a suggestion.
        match test.and_then(|t| t.units.first()) {
            Some(usual) => push(Field::ObservationUnit, usual.clone(), &draft.unit_words, Form::Valid, 0.5, true),
            None => push(Field::ObservationUnit, unit_text.clone(), &draft.unit_words, Form::Free, 0.6, false),
        }
    }
    if let Some(range) = &range
        && range.text.chars().any(char::is_alphanumeric)
    {
        // Bounds are printed with as many digits as each other and as the result.
        let uneven = range.low.is_some() && range.high.is_some() && range.decimals.is_none();
        // Result, range and flag that contradict each other: nobody knows which of them was misread.
        let differs =
            draft.value.as_ref().is_some_and(|v| story(v, Some(range), draft.flag.or(v.flag), draft.flags_kept) == Story::Differs);
        let (form, doubt) = match (differs, uneven) {
            (true, _) => (Form::Invalid, 0.7),
            (false, true) => (range.form, 0.4),
            (false, false) => (range.form, 0.0),
        };
        push(Field::ObservationRange, range.text.clone(), &draft.range_words, form, draft.doubt + doubt, range.mended);
    }
    flagged(draft, range.as_ref(), flag, &mut push);
    values
}

/// The flag; or, where result and range make one due and none is read, a suggestion of it.
fn flagged(
    draft: &Draft<'_>,
    range: Option<&Range>,
    flag: Option<&'static str>,
    push: &mut impl FnMut(Field, String, &[usize], Form, f32, bool),
) {
    let Some(value) = &draft.value else {
        if let Some(flag) = flag {
            push(Field::ObservationInterpretation, flag.to_owned(), &draft.flag_words, Form::Valid, draft.doubt + 0.2, false);
        }
        return;
    };
    let words = if draft.flag_words.is_empty() { &draft.value_words } else { &draft.flag_words };
    if let Some(flag) = flag {
        let (form, doubt) = match story(value, range, Some(flag), draft.flags_kept) {
            Story::Agrees => (Form::Checked, 0.0),
            Story::Silent => (Form::Valid, 0.0),
            Story::Differs => (Form::Invalid, 0.7),
        };
        push(Field::ObservationInterpretation, flag.to_owned(), words, form, draft.doubt + doubt, false);
    } else if draft.flags_kept
        && let Some(place) = value.number.and_then(|n| range.filter(|r| r.form == Form::Valid && !r.mended).and_then(|r| r.place(n)))
    {
        let due = match place {
            std::cmp::Ordering::Greater => "H",
            std::cmp::Ordering::Less => "L",
            std::cmp::Ordering::Equal => return,
        };
        push(Field::ObservationInterpretation, due.to_owned(), words, Form::Valid, 0.6, true);
    }
}

/// A result held against what is possible, its range and its flag; a lost decimal point is put back as a suggestion.
fn judged(
    read: &Quantity,
    possible: Option<(f64, f64)>,
    range: Option<&Range>,
    flag: Option<&str>,
    flags_kept: bool,
) -> (Quantity, Form, f32) {
    let impossible = |q: &Quantity| q.number.zip(possible).is_some_and(|(n, (low, high))| n < low || n > high);
    let printed = range.filter(|r| r.form == Form::Valid && !r.mended).and_then(|r| r.decimals);
    let told = story(read, range, flag, flags_kept);
    if impossible(read) || told == Story::Differs {
        // Bounds with a point and a result without one: the point was lost, if putting it back makes all well.
        let decimals = printed.filter(|&d| d > 0).unwrap_or(1);
        if let Some(mended) = read.with_point(decimals)
            && !impossible(&mended)
            && (impossible(read) || story(&mended, range, flag, flags_kept) == Story::Agrees)
        {
            return (mended, Form::Valid, 0.5);
        }
        if impossible(read) {
            return (read.clone(), Form::Invalid, 0.9);
        }
    }
    // Fewer digits behind the point than the bounds have: a digit or the point was lost.
    let short = read.number.is_some() && printed.is_some_and(|d| read.decimals < d);
    let doubt = if short { 0.35 } else { 0.0 };
    match told {
        Story::Agrees => (read.clone(), if short { Form::Valid } else { Form::Checked }, doubt),
        Story::Differs => (read.clone(), Form::Invalid, 0.7),
        Story::Silent if read.word.is_some() => (read.clone(), Form::Valid, 0.0),
        Story::Silent if read.number.is_some() => (read.clone(), Form::Valid, doubt + if possible.is_none() { 0.2 } else { 0.0 }),
        Story::Silent => (read.clone(), Form::Free, 0.3),
    }
}

/// A name without the marks that OCR leaves at its ends.
fn tidy(name: &str) -> String {
    name.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '(' | ')' | '%' | '#' | '+')).trim().to_owned()
}

/// Letters and digits alone, lower case.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod testing {
    use crate::layout::analyse;
    use crate::layout::testing::{page, word};
    use crate::model::PageLayout;

    /// A page of lines of phrases, each phrase at its own x.
    pub(super) fn drawn(rows: &[&[(f32, &str)]]) -> PageLayout {
        let mut words = Vec::new();
        for (k, row) in rows.iter().enumerate() {
            for (x, text) in *row {
                let mut at = *x;
                for part in text.split_whitespace() {
                    let w = word(part, at, 40.0 + 40.0 * k as f32);
                    at = w.rect.right() + 10.0;
                    words.push(w);
                }
            }
        }
        analyse(page(words))
    }

    /// `item field value` of every value, fields by their last part.
    pub(super) fn told(page: PageLayout) -> Vec<String> {
        super::observations(&[page], &super::terms::embedded(), 1)
            .iter()
            .map(|v| format!("{} {} {}", v.item.unwrap_or(0), v.field.as_str().rsplit('.').next().unwrap_or(""), v.value))
            .collect()
    }
}
