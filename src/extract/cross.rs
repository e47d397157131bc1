//! Rules between the values of one document, and between values and what the text says: a birth before the visit, a sex that fits the title, a
//! systolic pressure above the diastolic one. Nothing is changed but signals: each rule that can be tried says of both values whether it
//! holds. Results against their ranges, flags and what is possible, check digits and calendars are the business of the readers of these values
//! and stand in [`Form`](crate::model::Form); dictionaries are that of `lookups`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::lexicon::{fold, fold_name};
use crate::model::{ExtractedValue, Field, PageLayout, Rule};

/// Nobody known was older by much; papers of anybody older are misread.
const OLDEST: i32 = 120;
/// A local part of fewer letters, or a shorter name, is too short to be compared.
const SHORTEST_NAME: usize = 3;
/// A body mass index is rounded, and so are weight and height: within this they fit, beyond the other they do not.
const INDEX_FITS: f64 = 0.6;
const INDEX_FAR: f64 = 2.0;

/// Tries every rule that the values of a document allow.
pub(super) fn hold(pages: &[PageLayout], values: &mut [ExtractedValue]) {
    dates(values);
    age(pages, values);
    title(pages, values);
    email(values);
    pressure(values);
    body_mass(values);
    values.iter_mut().for_each(point);
}

/// The one value of a field; `None` where there is none or several differ: which of them is right is another's question.
pub(super) fn only(values: &[ExtractedValue], field: Field) -> Option<usize> {
    let mut found = values.iter().enumerate().filter(|(_, value)| value.field == field && !value.value.is_empty());
    let (at, first) = found.next()?;
    found.all(|(_, other)| other.value == first.value).then_some(at)
}

/// Notes of values that a rule was tried on.
pub(super) fn note(values: &mut [ExtractedValue], of: &[usize], rule: Rule, holds: bool) {
    for &at in of {
        let signals = &mut values[at].signals;
        let list = if holds { &mut signals.rules_hold } else { &mut signals.rules_broken };
        if !list.contains(&rule) {
            list.push(rule);
        }
    }
}

/// Year, month and day of a normalised date; `None` of one that is less exact.
fn day(text: &str) -> Option<(i32, u8, u8)> {
    let mut parts = text.split('-');
    let day = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some(day)
}

/// Full years from one day to another.
fn years(from: (i32, u8, u8), to: (i32, u8, u8)) -> i32 {
    to.0 - from.0 - i32::from((to.1, to.2) < (from.1, from.2))
}

/// Birth before all else, an age that people reach, a beginning before its end.
fn dates(values: &mut [ExtractedValue]) {
    if let (Some(start), Some(end)) = (only(values, Field::EncounterStart), only(values, Field::EncounterEnd))
        && let (Some(from), Some(to)) = (day(&values[start].value), day(&values[end].value))
    {
        note(values, &[start, end], Rule::VisitBeforeDischarge, from <= to);
    }
    let Some(birth) = only(values, Field::BirthDate) else { return };
    let Some(born) = day(&values[birth].value) else { return };
    let after = [Field::EncounterStart, Field::EncounterEnd, Field::DocumentDate, Field::VaccineDate, Field::ProcedureDate];
    let others: Vec<(usize, (i32, u8, u8))> =
        values.iter().enumerate().filter(|(_, v)| after.contains(&v.field)).filter_map(|(at, v)| Some((at, day(&v.value)?))).collect();
    let early = others.iter().filter(|(_, date)| *date < born).count();
    for (at, date) in &others {
        note(values, &[*at], Rule::BirthBeforeDates, *date >= born);
    }
    // One dose of many that was misread does not speak against the birth.
    if !others.is_empty() {
        if 2 * early >= others.len() {
            note(values, &[birth], Rule::BirthBeforeDates, false);
        } else if early == 0 {
            note(values, &[birth], Rule::BirthBeforeDates, true);
        }
    }
    for field in [Field::EncounterStart, Field::DocumentDate] {
        if let Some(at) = only(values, field)
            && let Some(date) = day(&values[at].value).filter(|date| *date >= born)
        {
            note(values, &[birth, at], Rule::PlausibleAge, years(born, date) <= OLDEST);
            break;
        }
    }
}

/// `54-year-old`, `54 y.o.`, `54 yo`, and what stands behind such words and says that it is the patient.
static AGE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(\d{1,3})[\s-]{0,2}(?:years?[\s-]{0,2}old|y\s?/\s?o|y\.\s?o\.?|yo|yr[\s-]old)[\s,]{1,2}(?:[\w-]{2,20}[\s,]{1,2}){0,4}?(?:man|woman|male|female|gentleman|lady|boy|girl|patient)\b")
        .ok()
});

/// The age in the first sentence that gives one, against birth date and visit. Texts speak of others too, so that an age that does not fit says nothing
/// unless it misses by little: then a digit of a date was misread more likely than another person meant.
fn age(pages: &[PageLayout], values: &mut [ExtractedValue]) {
    let (Some(pattern), Some(birth)) = (AGE.as_ref(), only(values, Field::BirthDate)) else { return };
    let Some(born) = day(&values[birth].value) else { return };
    let told: Option<i32> = pages.iter().find_map(|page| {
        let text = page.reading.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        pattern.captures(&text).and_then(|found| found.get(1)?.as_str().parse().ok())
    });
    let Some(told) = told else { return };
    let visits = [Field::EncounterStart, Field::DocumentDate, Field::EncounterEnd];
    let fits: Vec<usize> = visits
        .iter()
        .filter_map(|&field| only(values, field))
        .filter(|&at| day(&values[at].value).is_some_and(|date| years(born, date) == told))
        .collect();
    if !fits.is_empty() {
        note(values, &[birth], Rule::PrintedAge, true);
        note(values, &fits, Rule::PrintedAge, true);
    }
}

/// A title right before the patient's name, against the sex. Where both sexes are titled so, a spouse is among them.
fn title(pages: &[PageLayout], values: &mut [ExtractedValue]) {
    let Some(gender) = only(values, Field::Gender) else { return };
    let names: Vec<String> = [Field::Family, Field::Given]
        .iter()
        .filter_map(|&field| only(values, field))
        .filter_map(|at| values[at].value.split_whitespace().next().map(fold_name))
        .filter(|name| name.chars().count() >= SHORTEST_NAME)
        .collect();
    let mut seen = [false; 2];
    for page in pages {
        for pair in page.reading.words.windows(2) {
            let sex = match fold(&pair[0].text).as_ref() {
                "mr" => 0,
                "mrs" | "ms" | "miss" => 1,
                _ => continue,
            };
            let next = pair[1].text.trim_end_matches("'s").trim_end_matches("’s");
            seen[sex] |= names.contains(&fold_name(next));
        }
    }
    let fits = match (values[gender].value.as_str(), seen) {
        ("male", [true, false]) | ("female", [false, true]) => true,
        ("male", [false, true]) | ("female", [true, false]) => false,
        _ => return,
    };
    note(values, &[gender], Rule::SexAndTitle, fits);
}

/// The local part of an address against the names: one that nearly holds one was misread, or the name was.
fn email(values: &mut [ExtractedValue]) {
    let Some(email) = only(values, Field::Email) else { return };
    let local: String = values[email].value.split('@').next().unwrap_or_default().chars().filter(|c| c.is_alphanumeric()).collect();
    for field in [Field::Family, Field::Given] {
        let Some(at) = only(values, field) else { continue };
        let name = values[at].value.split_whitespace().next().map(fold_name).unwrap_or_default();
        if name.chars().count() < SHORTEST_NAME {
            continue;
        }
        if local.contains(&name) {
            note(values, &[email, at], Rule::EmailAndName, true);
        } else if name.len() >= 5 && looks(&local).contains(&looks(&name)) {
            note(values, &[email, at], Rule::EmailAndName, false);
        }
    }
}

/// A text in which characters that engines take for one another are one.
pub(super) fn looks(text: &str) -> String {
    let one: String = text
        .chars()
        .map(|c| match c {
            'i' | 'l' | '1' | '|' => 'l',
            'o' | '0' | 'q' => 'o',
            's' | '5' => 's',
            'b' | '8' => 'b',
            'z' | '2' => 'z',
            'g' | '9' => 'g',
            'u' | 'v' => 'v',
            'c' | 'e' => 'c',
            c => c,
        })
        .collect();
    one.replace("rn", "m").replace("cl", "d").replace("vv", "w")
}

/// The numbers of observations by code, each with its place in the values and its unit.
fn numbers(values: &[ExtractedValue]) -> BTreeMap<u32, (String, usize, f64, String)> {
    let mut items: BTreeMap<u32, (String, Option<(usize, f64)>, String)> = BTreeMap::new();
    for (at, value) in values.iter().enumerate() {
        let Some(item) = value.item else { continue };
        match value.field {
            Field::ObservationLoinc => items.entry(item).or_default().0.clone_from(&value.value),
            Field::ObservationUnit => items.entry(item).or_default().2.clone_from(&value.value),
            Field::ObservationValue => items.entry(item).or_default().1 = value.value.trim().parse().ok().map(|number| (at, number)),
            _ => {}
        }
    }
    items.into_iter().filter_map(|(item, (loinc, number, unit))| number.map(|(at, number)| (item, (loinc, at, number, unit)))).collect()
}

const SYSTOLIC: &str = "8480-6";
const DIASTOLIC: &str = "8462-4";
const WEIGHT: &str = "29463-7";
const HEIGHT: &str = "8302-2";
const BODY_MASS_INDEX: &str = "39156-5";

/// The two parts of a blood pressure stand in two items, one behind the other.
fn pressure(values: &mut [ExtractedValue]) {
    let numbers = numbers(values);
    for (item, (loinc, upper, systolic, _)) in &numbers {
        if loinc == SYSTOLIC
            && let Some((next, lower, diastolic, _)) = numbers.get(&(item + 1))
            && next == DIASTOLIC
        {
            note(values, &[*upper, *lower], Rule::SystolicOverDiastolic, systolic > diastolic);
        }
    }
}

/// Weight, height and their index, where each is given once.
fn body_mass(values: &mut [ExtractedValue]) {
    let numbers = numbers(values);
    let one = |code: &str| {
        let mut found = numbers.values().filter(|(loinc, ..)| loinc == code);
        found.next().filter(|_| found.next().is_none())
    };
    let (Some((_, weight, heavy, kg)), Some((_, height, tall, cm)), Some((_, index, given, _))) =
        (one(WEIGHT), one(HEIGHT), one(BODY_MASS_INDEX))
    else {
        return;
    };
    // Pound and inch: NIST Handbook 44, appendix C.
    let kilograms = match kg.as_str() {
        "kg" => *heavy,
        "[lb_av]" => heavy * 0.453_592_37,
        _ => return,
    };
    let metres = match cm.as_str() {
        "cm" => tall / 100.0,
        "m" => *tall,
        "[in_i]" => tall * 0.0254,
        _ => return,
    };
    let off = (kilograms / (metres * metres) - given).abs();
    if off <= INDEX_FITS || off > INDEX_FAR {
        note(values, &[*weight, *height, *index], Rule::BodyMassIndex, off <= INDEX_FITS);
    }
}

/// `05 mg` was `0.5 mg`: nobody writes a dose with a nought in front and no point behind it (ISMP forbids bare points for that reason).
fn point(value: &mut ExtractedValue) {
    if !matches!(value.field, Field::MedicationText | Field::DosageText | Field::ObservationValue) {
        return;
    }
    let lost = value.value.split_whitespace().any(|word| {
        let mut chars = word.chars();
        let digits = word.chars().take_while(char::is_ascii_digit).count();
        chars.next() == Some('0') && chars.next().is_some_and(|c| c.is_ascii_digit()) && !word[digits..].starts_with(['/', '-', ':'])
    });
    if lost {
        note(std::slice::from_mut(value), &[0], Rule::PointKept, false);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::typed;
    use super::*;
    use crate::model::{PageNumber, Signals};

    fn value((field, item, text): &(Field, u32, &str)) -> ExtractedValue {
        ExtractedValue {
            field: *field,
            item: (*item > 0).then_some(*item),
            value: (*text).into(),
            raw: (*text).into(),
            page: PageNumber::new(1),
            place: None,
            label_place: None,
            rule: "test".into(),
            signals: Signals::default(),
        }
    }

    /// Of each value, in order: rules that hold, rules that are broken.
    fn tried(text: &str, of: &[(Field, u32, &str)]) -> Vec<(Vec<Rule>, Vec<Rule>)> {
        let mut values: Vec<ExtractedValue> = of.iter().map(value).collect();
        hold(&[typed(text)], &mut values);
        values.into_iter().map(|v| (v.signals.rules_hold, v.signals.rules_broken)).collect()
    }

    #[test]
    fn values_that_cannot_both_be_right_are_told_of_both() {
        use Field::*;
        use Rule::*;
        type Given<'a> = &'a [(Field, u32, &'a str)];
        let table: &[(&str, Given<'_>, Rule, &[Option<bool>])] = &[
            ("", &[(BirthDate, 0, "1950-02-03"), (EncounterStart, 0, "2019-05-01")], BirthBeforeDates, &[Some(true), Some(true)]),
            ("", &[(BirthDate, 0, "2020-02-03"), (EncounterStart, 0, "2019-05-01")], BirthBeforeDates, &[Some(false), Some(false)]),
            (
                "one dose of three was misread",
                &[
                    (BirthDate, 0, "2000-02-03"),
                    (VaccineDate, 1, "2001-05-01"),
                    (VaccineDate, 2, "1901-05-01"),
                    (VaccineDate, 3, "2002-05-01"),
                ],
                BirthBeforeDates,
                &[None, Some(true), Some(false), Some(true)],
            ),
            ("", &[(BirthDate, 0, "1850-02-03"), (DocumentDate, 0, "2019-05-01")], PlausibleAge, &[Some(false), Some(false)]),
            ("", &[(BirthDate, 0, "1950-02-03"), (DocumentDate, 0, "2019-05-01")], PlausibleAge, &[Some(true), Some(true)]),
            ("", &[(BirthDate, 0, "1950"), (DocumentDate, 0, "2019-05-01")], PlausibleAge, &[None, None]),
            ("", &[(EncounterStart, 0, "2019-05-04"), (EncounterEnd, 0, "2019-05-01")], VisitBeforeDischarge, &[Some(false), Some(false)]),
            ("", &[(EncounterStart, 0, "2019-05-01"), (EncounterEnd, 0, "2019-05-01")], VisitBeforeDischarge, &[Some(true), Some(true)]),
            (
                "This is a 69-year-old pleasant woman with a cough.",
                &[(BirthDate, 0, "1949-09-03"), (DocumentDate, 0, "2019-05-01")],
                PrintedAge,
                &[Some(true), Some(true)],
            ),
            ("Her mother died, 69 years old.", &[(BirthDate, 0, "1949-09-03"), (DocumentDate, 0, "2019-05-01")], PrintedAge, &[None, None]),
            ("A 71-year-old man", &[(BirthDate, 0, "1949-09-03"), (DocumentDate, 0, "2019-05-01")], PrintedAge, &[None, None]),
            ("I saw Mrs. Quarry today.", &[(Gender, 0, "female"), (Family, 0, "Quarry")], SexAndTitle, &[Some(true), None]),
            ("I saw Mr. Quarry today.", &[(Gender, 0, "female"), (Family, 0, "Quarry")], SexAndTitle, &[Some(false), None]),
            ("Mr. Quarry drove Ms. Quarry home.", &[(Gender, 0, "female"), (Family, 0, "Quarry")], SexAndTitle, &[None, None]),
            ("I saw Mr. Smith today.", &[(Gender, 0, "female"), (Family, 0, "Quarry")], SexAndTitle, &[None, None]),
            ("", &[(Email, 0, "ann.iyer@example.org"), (Family, 0, "Iyer")], EmailAndName, &[Some(true), Some(true)]),
            ("", &[(Email, 0, "ann.miller@example.org"), (Family, 0, "Mlller")], EmailAndName, &[Some(false), Some(false)]),
            ("", &[(Email, 0, "gardener@example.org"), (Family, 0, "Iyer")], EmailAndName, &[None, None]),
            (
                "",
                &[
                    (ObservationLoinc, 1, "8480-6"),
                    (ObservationValue, 1, "120"),
                    (ObservationLoinc, 2, "8462-4"),
                    (ObservationValue, 2, "180"),
                ],
                SystolicOverDiastolic,
                &[None, Some(false), None, Some(false)],
            ),
            (
                "",
                &[
                    (ObservationLoinc, 1, "29463-7"),
                    (ObservationUnit, 1, "[lb_av]"),
                    (ObservationValue, 1, "180"),
                    (ObservationLoinc, 2, "8302-2"),
                    (ObservationUnit, 2, "[in_i]"),
                    (ObservationValue, 2, "70"),
                    (ObservationLoinc, 3, "39156-5"),
                    (ObservationValue, 3, "25.8"),
                ],
                BodyMassIndex,
                &[None, None, Some(true), None, None, Some(true), None, Some(true)],
            ),
            ("", &[(MedicationText, 1, "Alprazolam 05 mg"), (MedicationText, 2, "Alprazolam 0.5 mg")], PointKept, &[Some(false), None]),
            ("", &[(ObservationValue, 1, "100"), (ObservationValue, 2, "0"), (DosageText, 3, "on 05/12")], PointKept, &[None, None, None]),
        ];
        for (text, of, rule, expected) in table {
            let found: Vec<Option<bool>> = tried(text, of)
                .iter()
                .map(|(holds, broken)| match (holds.contains(rule), broken.contains(rule)) {
                    (true, false) => Some(true),
                    (false, true) => Some(false),
                    _ => None,
                })
                .collect();
            assert_eq!(found, *expected, "{rule:?} {text} {of:?}");
        }
    }

    #[test]
    fn of_several_values_none_is_held_against_others() {
        let tried =
            tried("", &[(Field::BirthDate, 0, "1950-02-03"), (Field::BirthDate, 0, "2030-02-03"), (Field::DocumentDate, 0, "2019-05-01")]);
        assert!(tried.iter().all(|(holds, broken)| holds.is_empty() && broken.is_empty()));
    }
}
