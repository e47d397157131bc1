//! Which values are right: a document's values against its truth.
//!
//! The rules are those that the scorer of the project's charts uses, so that what is fitted is what is measured: texts are compared after case
//! folding and squeezing white space; a person's name may stand in either order; items of repeated groups are paired by best assignment before their
//! components are compared; a section is right if nearly all of its words are.

use std::collections::BTreeMap;

use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix;
use unicode_normalization::UnicodeNormalization;

use super::truth::{TrueDocument, TrueItem, Truth};
use crate::confidence;
use crate::model::{DocumentId, ExtractedValue, Field, Group};

/// Items whose leading texts are less alike are never the same.
const ALIKE: f64 = 0.8;
/// What equal components add to the likeness of two items, beyond their leading texts.
const COMPONENTS: f64 = 0.5;
/// What an item that has to be there is worth over one that may: where both fit, the first is taken.
const WANTED: f64 = 0.05;
/// Breaks ties: of two readings of a thing that the truth has twice, once as optional, the better one is the one that counts.
const BETTER: f64 = 1e-6;
/// Likeness as whole numbers, for the solver.
const SCALE: f64 = 1e9;
/// Share of a section's words, of what is given and what is true, that have to agree (Dice's measure).
const SECTION_RIGHT: f64 = 0.98;

/// What the truth says of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is right.
    Right,
    /// It is wrong, or there is no such value.
    Wrong,
    /// It was read from an entry that is destroyed: as it should be while it waits for a person, wrong where it is accepted.
    Destroyed,
    /// It counts neither way: tolerated, optional, not annotated, empty, or said twice.
    Uncounted,
}

impl Verdict {
    /// Whether an accepted value would be wrong, as nothing that was read from a destroyed entry may be believed; `None` if it counts neither way.
    pub fn is_wrong(self) -> Option<bool> {
        match self {
            Self::Right => Some(false),
            Self::Wrong | Self::Destroyed => Some(true),
            Self::Uncounted => None,
        }
    }
}

/// What the truth says of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Labels {
    /// The layout that the page follows; what is left out together.
    pub layout: String,
    /// How the page was copied and scanned, if the truth says so.
    pub profile: Option<String>,
    /// One for each value, in their order.
    pub verdicts: Vec<Verdict>,
}

impl Truth {
    /// Judges the values of a document, in their order, as the machine gave them. `None` if the truth does not know the document's file.
    pub fn labels(&self, id: &DocumentId, values: &[&ExtractedValue]) -> Option<Labels> {
        let Some(document) = self.of(id)? else {
            let wrong = |value: &&ExtractedValue| if given(value) { Verdict::Wrong } else { Verdict::Uncounted };
            return Some(Labels { layout: id.as_str().to_owned(), profile: None, verdicts: values.iter().map(wrong).collect() });
        };
        let mut verdicts = vec![Verdict::Uncounted; values.len()];
        for (at, verdict) in judge(document, values) {
            verdicts[at] = verdict;
        }
        Some(Labels { layout: document.layout().to_owned(), profile: document.profile.clone(), verdicts })
    }
}

fn given(value: &ExtractedValue) -> bool {
    !value.value.trim().is_empty()
}

/// The verdicts of values that count, by their places.
fn judge(truth: &TrueDocument, values: &[&ExtractedValue]) -> Vec<(usize, Verdict)> {
    let mut out = Vec::new();
    let mut single: BTreeMap<Field, Vec<usize>> = BTreeMap::new();
    let mut groups: BTreeMap<Group, BTreeMap<Option<u32>, Vec<usize>>> = BTreeMap::new();
    for (at, value) in values.iter().enumerate().filter(|(_, value)| given(value)) {
        if truth.is_bad() {
            // Sections of a file that cannot be read count neither way, as in the scorer.
            if value.field.section().is_none() {
                out.push((at, Verdict::Wrong));
            }
        } else if let Some(section) = value.field.section() {
            if !truth.sections_optional.contains(&section) {
                let right = sections_agree(&value.value, truth.sections.get(&section).map_or("", String::as_str));
                out.push((at, if right { Verdict::Right } else { Verdict::Wrong }));
            }
        } else if let Some(group) = value.field.group() {
            groups.entry(group).or_default().entry(value.item).or_default().push(at);
        } else {
            single.entry(value.field).or_default().push(at);
        }
    }
    for (field, places) in single {
        match truth.fields.get(&field) {
            Some(value) => against(field, value, also(&truth.also, field), &places, values, &mut out),
            None => beyond(field, also(&truth.also, field), &places, values, truth.unreadable.contains(&field), &mut out),
        }
    }
    for (group, items) in groups {
        let lead = confidence::lead(group);
        let wanted: Vec<&TrueItem> = truth.items.iter().filter(|item| item.fields.keys().any(|f| f.group() == Some(group))).collect();
        let items: Vec<Vec<usize>> = items.into_values().collect();
        let pairs = pair(lead, &wanted, &items, values);
        let name = lead.as_str().split('.').next().unwrap_or_default();
        for (at, item) in items.iter().enumerate() {
            match pairs.get(&at) {
                Some(&k) if wanted[k].optional => {}
                Some(&k) => {
                    let mut by_field: BTreeMap<Field, Vec<usize>> = BTreeMap::new();
                    item.iter().for_each(|&at| by_field.entry(values[at].field).or_default().push(at));
                    for (field, places) in by_field {
                        match wanted[k].fields.get(&field) {
                            Some(value) => against(field, value, also(&wanted[k].also, field), &places, values, &mut out),
                            None => beyond(field, also(&wanted[k].also, field), &places, values, false, &mut out),
                        }
                    }
                }
                None if truth.untracked.contains(name) => {}
                None => out.extend(item.iter().map(|&at| (at, Verdict::Wrong))),
            }
        }
    }
    out
}

fn also(table: &BTreeMap<Field, Vec<String>>, field: Field) -> &[String] {
    table.get(&field).map_or(&[], Vec::as_slice)
}

/// Values of a field that the truth has: the first right one is right, what differs is wrong, and the same said twice counts once.
fn against(field: Field, truth: &str, also: &[String], places: &[usize], values: &[&ExtractedValue], out: &mut Vec<(usize, Verdict)>) {
    let mut seen = false;
    for &at in places {
        let right = same(field, &values[at].value, truth, also);
        if !(right && seen) {
            out.push((at, if right { Verdict::Right } else { Verdict::Wrong }));
        }
        seen |= right;
    }
}

/// Values of a field that the truth lacks.
fn beyond(field: Field, also: &[String], places: &[usize], values: &[&ExtractedValue], unreadable: bool, out: &mut Vec<(usize, Verdict)>) {
    let tolerated = |at: &&usize| {
        let text = normal(field, &values[**at].value);
        also.iter().any(|other| normal(field, other) == text)
    };
    let verdict = if unreadable { Verdict::Destroyed } else { Verdict::Wrong };
    out.extend(places.iter().filter(|at| !tolerated(at)).map(|&at| (at, verdict)));
}

/// For items, by their places in `items`, the places in `wanted` of what they are: the assignment with the greatest likeness in all.
fn pair(lead: Field, wanted: &[&TrueItem], items: &[Vec<usize>], values: &[&ExtractedValue]) -> BTreeMap<usize, usize> {
    let mut likely: BTreeMap<(usize, usize), i64> = BTreeMap::new();
    for (k, item) in wanted.iter().enumerate() {
        for (at, places) in items.iter().enumerate() {
            let likeness = likeness(lead, item, places, values);
            if likeness > 0.0 {
                likely.insert((k, at), (likeness * SCALE).round() as i64);
            }
        }
    }
    // Only what is like something takes part, so that a page of strangers costs nothing.
    let mut rows: Vec<usize> = likely.keys().map(|&(k, _)| k).collect();
    rows.dedup();
    let mut columns: Vec<usize> = likely.keys().map(|&(_, at)| at).collect();
    columns.sort_unstable();
    columns.dedup();
    if rows.is_empty() {
        return BTreeMap::new();
    }
    let turned = rows.len() > columns.len();
    let (short, long) = if turned { (&columns, &rows) } else { (&rows, &columns) };
    let mut weights = Matrix::new(short.len(), long.len(), 0_i64);
    for (i, &s) in short.iter().enumerate() {
        for (j, &l) in long.iter().enumerate() {
            weights[(i, j)] = likely.get(&if turned { (l, s) } else { (s, l) }).copied().unwrap_or(0);
        }
    }
    let (_, of_rows) = kuhn_munkres(&weights);
    let kept = of_rows.into_iter().enumerate().filter(|&(i, j)| weights[(i, j)] > 0);
    kept.map(|(i, j)| if turned { (short[i], long[j]) } else { (long[j], short[i]) }).collect()
}

/// How alike a true item and a given one are: 0 if they are not the same at all.
fn likeness(lead: Field, wanted: &TrueItem, places: &[usize], values: &[&ExtractedValue]) -> f64 {
    let of = |field: Field| places.iter().map(|&at| values[at]).filter(move |value| value.field == field);
    let equal = |field: Field, truth: &str| of(field).any(|value| same(field, &value.value, truth, also(&wanted.also, field)));
    let texts: Vec<String> = wanted.fields.get(&lead).into_iter().chain(also(&wanted.also, lead)).map(|text| normal(lead, text)).collect();
    let mut alike: f64 = 0.0;
    for value in of(lead) {
        let text = normal(lead, &value.value);
        alike = texts.iter().map(|other| ratio(&text, other)).fold(alike, f64::max);
    }
    // An observation may be known by its code alone; a problem only where it has no text.
    let code = match lead {
        Field::ObservationText => Some(Field::ObservationLoinc),
        Field::ConditionText if texts.is_empty() => Some(Field::ConditionIcd10),
        _ => None,
    };
    if let Some((code, truth)) = code.and_then(|code| Some((code, wanted.fields.get(&code)?)))
        && equal(code, truth)
    {
        alike = 1.0;
    }
    if alike < ALIKE {
        return 0.0;
    }
    let components: Vec<(&Field, &String)> = wanted.fields.iter().filter(|(field, _)| **field != lead).collect();
    let right = components.iter().filter(|(field, truth)| equal(**field, truth)).count();
    alike + COMPONENTS * right as f64 / components.len().max(1) as f64 + if wanted.optional { 0.0 } else { WANTED + BETTER * alike }
}

/// Whether a given value is the true one, or one that is as good.
pub fn same(field: Field, given: &str, truth: &str, also: &[String]) -> bool {
    let given = normal(field, given);
    given == normal(field, truth) || also.iter().any(|other| given == normal(field, other))
}

/// A value as it is compared.
fn normal(field: Field, text: &str) -> String {
    let folded: String = fold(text);
    let ends = |c: char| c == ' ' || ".,;:".contains(c);
    let mut text = squeeze(&folded).trim_matches(ends).to_owned();
    if matches!(
        field,
        Field::Family
            | Field::Given
            | Field::AddressLine
            | Field::City
            | Field::Organization
            | Field::Payor
            | Field::ContactRelationship
            | Field::Practitioner
            | Field::ContactName
    ) {
        text = without_points(&text);
    }
    match field {
        Field::Practitioner | Field::ContactName => {
            let mut words: Vec<&str> = text.split_whitespace().collect();
            words.sort_unstable();
            words.join(" ")
        }
        Field::Mrn
        | Field::Ssn
        | Field::SubscriberId
        | Field::GroupNumber
        | Field::ObservationRange
        | Field::ObservationValue
        | Field::ObservationUnit
        | Field::Phone
        | Field::ContactTelecom => text.replace(' ', ""),
        Field::MedicationText | Field::DosageText => units_beside_numbers(&text),
        _ => text,
    }
}

/// Case folded, with one form for quotes, dashes and the micro sign. Folding over capitals also joins what has no single small letter (ß and ss, ligatures).
fn fold(text: &str) -> String {
    let plain = |c: char| match c {
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{201c}' | '\u{201d}' => '"',
        '\u{2010}'..='\u{2014}' | '\u{2212}' => '-',
        '\u{a0}' => ' ',
        '\u{b5}' | '\u{3bc}' => 'u',
        other => other,
    };
    text.nfc().map(plain).flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Points, commas and semicolons are blanks unless they stand between digits.
fn without_points(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let digit = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(char::is_ascii_digit);
    let plain = |(at, &c): (usize, &char)| {
        let between = digit(at.checked_sub(1)) && digit(Some(at + 1));
        if ".,;".contains(c) && !between { ' ' } else { c }
    };
    squeeze(&letters.iter().enumerate().map(plain).collect::<String>())
}

/// `10 mg` as `10mg`.
fn units_beside_numbers(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let parts = |at: usize| {
        letters[at] == ' '
            && at > 0
            && letters[at - 1].is_ascii_digit()
            && letters.get(at + 1).is_some_and(|c| c.is_ascii_lowercase() || *c == '%')
    };
    (0..letters.len()).filter(|&at| !parts(at)).map(|at| letters[at]).collect()
}

/// Whether nearly all words of both texts are in the other.
fn sections_agree(given: &str, truth: &str) -> bool {
    let (have, want) = (words(given), words(truth));
    let count = |words: &BTreeMap<String, usize>| words.values().sum::<usize>();
    let both: usize = have.iter().map(|(word, n)| want.get(word).copied().unwrap_or(0).min(*n)).sum();
    both > 0 && 2.0 * both as f64 / (count(&have) + count(&want)) as f64 >= SECTION_RIGHT
}

fn words(text: &str) -> BTreeMap<String, usize> {
    let mut words = BTreeMap::new();
    for word in fold(text).split_whitespace().map(|word| word.trim_matches(|c| ".,;:()[]\"'*-".contains(c))).filter(|w| !w.is_empty()) {
        *words.entry(word.to_owned()).or_insert(0) += 1;
    }
    words
}

/// How alike two texts are, 0.0–1.0.
fn ratio(a: &str, b: &str) -> f64 {
    rapidfuzz::distance::indel::normalized_similarity(a.chars(), b.chars())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::export::sample::value;
    use Verdict::{Destroyed, Right, Uncounted, Wrong};

    fn verdicts(truth: &str, given: &[(Field, u32, &str)]) -> Vec<Verdict> {
        let truth = Truth::parse(Path::new("t"), &format!("{{\"document\": \"a\", {truth}}}")).unwrap();
        let values: Vec<ExtractedValue> =
            given.iter().map(|&(field, item, text)| value(field, Some(item).filter(|&i| i > 0), text).build().extracted).collect();
        truth.labels(&DocumentId::from_stored("a"), &values.iter().collect::<Vec<_>>()).unwrap().verdicts
    }

    #[test]
    fn equal_texts() {
        for (field, given, truth, equal) in [
            (Field::Family, "O\u{2019}BRIEN", "O'Brien", true),
            (Field::Family, "Obrien", "O'Brien", false),
            (Field::Family, "STRASSE", "Straße", true),
            (Field::Practitioner, "QUARRY, ANN M.", "Ann M. Quarry", true),
            (Field::ContactName, "Bob  Doe", "Doe Bob", true),
            (Field::Given, "Bob Al", "Al Bob", false),
            (Field::AddressLine, "12 Elm St., Apt. 4", "12 Elm St Apt 4", true),
            (Field::AddressLine, "12.5 Elm St", "125 Elm St", false),
            (Field::Organization, "Mercy Clinic, Inc.", "Mercy Clinic Inc", true),
            (Field::Mrn, "00 12 34", "001234", true),
            (Field::Mrn, "00-12-34", "001234", false),
            (Field::ObservationRange, "3.5 \u{2013} 5.1", "3.5-5.1", true),
            (Field::ObservationUnit, "µg/dL", "ug/dL", true),
            (Field::MedicationText, "Lisinopril 10mg", "lisinopril 10 MG", true),
            (Field::MedicationText, "Lisinopril 10 mg tab", "Lisinopril 10 mg", false),
            (Field::DosageText, "5 % twice", "5% twice", true),
            (Field::ConditionText, " Gout. ", "gout", true),
            (Field::ConditionText, "Gout, left", "Gout left", false),
            (Field::BirthDate, "1950-02-03", "1950-02-03", true),
        ] {
            assert_eq!(same(field, given, truth, &[]), equal, "{field}: {given} and {truth}");
        }
    }

    #[test]
    fn single_values() {
        use Field::{City, Mrn, Phone, Ssn};
        let truth =
            r#""fields": {"Patient.identifier.mrn": "12345", "Patient.address.city": "Ely"}, "unreadable": ["Patient.identifier.ssn"],
            "also": {"Patient.identifier.mrn": ["012345"], "Patient.telecom.phone": ["+15035550100"]}"#
                .replace('\n', " ");
        for (given, expected) in [
            (vec![(Mrn, 0, "12345")], vec![Right]),
            (vec![(Mrn, 0, "012345")], vec![Right]),
            (vec![(Mrn, 0, "12346")], vec![Wrong]),
            // The same twice counts once; what differs beside it is wrong.
            (vec![(Mrn, 0, "12345"), (Mrn, 0, "012345"), (Mrn, 0, "9")], vec![Right, Uncounted, Wrong]),
            // Nothing is said; what the truth lacks, tolerates, or knows to be destroyed.
            (vec![(City, 0, " "), (Field::Family, 0, "Doe")], vec![Uncounted, Wrong]),
            (vec![(Phone, 0, "+15035550100"), (Phone, 0, "+15035550101")], vec![Uncounted, Wrong]),
            (vec![(Ssn, 0, "123-45-6789")], vec![Destroyed]),
        ] {
            assert_eq!(verdicts(&truth, &given), expected, "{given:?}");
        }
    }

    #[test]
    fn items_are_paired_as_a_whole_before_they_are_compared() {
        use Field::{DosageText as Dose, MedicationText as Drug};
        let truth =
            r#""items": [{"MedicationStatement.medication.text": "Metoprolol 25 mg", "MedicationStatement.dosage.text": "twice daily"},
            {"MedicationStatement.medication.text": "Metoprolol 50 mg", "MedicationStatement.dosage.text": "at bedtime"},
            {"MedicationStatement.medication.text": "Aspirin 81 mg", "optional": true}]"#
                .replace('\n', " ");
        for (given, expected) in [
            // Each finds its own, whatever the order.
            (
                vec![(Drug, 1, "Metoprolol 50 mg"), (Dose, 1, "at bedtime"), (Drug, 2, "Metoprolol 25mg"), (Dose, 2, "twice daily")],
                vec![Right; 4],
            ),
            // The dose tells which of two likely ones is meant.
            (vec![(Drug, 1, "Metoprolol 20 mg"), (Dose, 1, "at bedtime")], vec![Wrong, Right]),
            // An optional item counts neither way; one that there is not is wrong with all its parts; what an item lacks is wrong.
            (vec![(Drug, 1, "Aspirin 81 mg"), (Dose, 1, "daily")], vec![Uncounted; 2]),
            (vec![(Drug, 1, "Warfarin 5 mg"), (Dose, 1, "daily")], vec![Wrong; 2]),
            (vec![(Drug, 1, "Metoprolol 25 mg"), (Drug, 2, "Metoprolol 25 mg")], vec![Right, Wrong]),
        ] {
            assert_eq!(verdicts(&truth, &given), expected, "{given:?}");
        }
        let untracked = format!("{truth}, \"untracked\": [\"MedicationStatement\"]");
        assert_eq!(verdicts(&untracked, &[(Drug, 1, "Warfarin 5 mg"), (Drug, 2, "Metoprolol 25 mg")]), [Uncounted, Right]);
    }

    #[test]
    fn codes_name_observations_and_problems_without_a_text() {
        use Field::{
            ConditionIcd10 as Icd, ConditionText as Problem, ObservationLoinc as Loinc, ObservationText as Test, ObservationValue as Result,
        };
        let truth = r#""items": [{"Observation.code.loinc": "2951-2", "Observation.code.text": "Na", "Observation.value": "140"},
            {"Condition.code.icd10": "I10"}, {"Condition.code.icd10": "M10.9", "Condition.code.text": "Gout"}]"#
            .replace('\n', " ");
        for (given, expected) in [
            (vec![(Test, 1, "Sodium"), (Loinc, 1, "2951-2"), (Result, 1, "140")], vec![Wrong, Right, Right]),
            (vec![(Problem, 1, "Hypertension"), (Icd, 1, "I10")], vec![Wrong, Right]),
            (vec![(Problem, 1, "Hyperuricaemia"), (Icd, 1, "M10.9")], vec![Wrong, Wrong]),
        ] {
            assert_eq!(verdicts(&truth, &given), expected, "{given:?}");
        }
    }

    #[test]
    fn the_better_of_two_readings_is_the_one_that_counts() {
        let truth = r#""items": [{"Condition.code.text": "Osteoarthritis, left knee"}, {"Condition.code.text": "Osteoarthritis, left knee", "optional": true}]"#;
        let (good, bad) = ("Osteoarthritis, left knee", "Osteoarthritis, left kiee");
        for (given, expected) in [([good, bad], [Right, Uncounted]), ([bad, good], [Uncounted, Right])] {
            let given: Vec<_> = given.into_iter().zip(1..).map(|(text, item)| (Field::ConditionText, item, text)).collect();
            assert_eq!(verdicts(truth, &given), expected);
        }
    }

    #[test]
    fn sections_are_right_if_nearly_all_words_are() {
        let body: Vec<String> = (0..100).map(|n| format!("word{n}")).collect();
        let truth = format!("\"sections\": {{\"plan\": \"{}\"}}, \"sections_optional\": [\"results\"]", body.join(" "));
        let given = |from: usize| body[from..].join(" ").to_uppercase() + ".";
        for (text, expected) in [(given(0), Right), (given(3), Right), (given(5), Wrong), ("other".to_owned(), Wrong)] {
            assert_eq!(verdicts(&truth, &[(Field::SectionPlan, 0, &text)]), [expected]);
        }
        let others = [(Field::SectionResults, 0, "Normal"), (Field::SectionFindings, 0, "Normal")];
        assert_eq!(verdicts(&truth, &others), [Uncounted, Wrong]);
    }

    #[test]
    fn what_cannot_be_read_or_is_no_document_holds_nothing_right() {
        let truth = Truth::parse(Path::new("t"), "{\"document\": \"a\", \"bad\": \"cut off\"}\n{\"document\": \"b#1\"}").unwrap();
        let of = |field, text| value(field, None, text).build().extracted;
        let (city, plan) = (of(Field::City, "Ely"), of(Field::SectionPlan, "Rest"));
        let ask = |id: &str| truth.labels(&DocumentId::from_stored(id), &[&city, &plan]).map(|labels| labels.verdicts);
        assert_eq!(ask("a"), Some(vec![Wrong, Uncounted]));
        assert_eq!(ask("b#2"), Some(vec![Wrong, Wrong]));
        assert_eq!(ask("c"), None);
    }
}
