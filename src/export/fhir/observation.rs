//! Vital signs and laboratory results.

use serde_json::{Value, json};

use super::datatypes::{
    DATA_ABSENT_REASONS, LOINC, Object, absent, concept, decimal, full_date, named_concept, object, put, quantity, text, token,
};
use super::draft::{Added, Draft, Evidence, Identity, Item};
use super::terms::TERMS;
use super::ucum::Unit;
use crate::model::{DecidedValue, DocumentKind, Field, Group};

const LABORATORY: &str = "laboratory";
const BP_PANEL: &str = "85354-9";
const SYSTOLIC: &str = "8480-6";
const DIASTOLIC: &str = "8462-4";

/// What observations are about.
pub(super) struct About<'b> {
    /// The patient.
    pub patient: &'b Added,
    /// The document that says it.
    pub document: &'b Added,
    /// The visit that it tells of.
    pub encounter: Option<&'b Added>,
}

/// One item, rendered as far as a whole observation and a component share.
struct Reading<'a> {
    code: Option<String>,
    core: Object,
    evidence: Vec<Evidence<'a>>,
    /// What the paper says, where that is no quantity and a vital sign has to be one.
    note: Option<String>,
    waits: bool,
}

/// Where a note's evidence points to until the note has its number.
const NOTE: &str = "note";

/// Adds every item that leaves whole; two consecutive halves of a blood pressure become one panel. Gives the laboratory's results.
pub(super) fn add_all(draft: &mut Draft<'_>, about: &About<'_>) -> Vec<Added> {
    let mut results = Vec::new();
    let items = draft.items(Group::Observation);
    let numbers: Vec<u32> = items.keys().copied().collect();
    let mut at = 0;
    while at < numbers.len() {
        let number = numbers[at];
        let item = &items[&number];
        let next = numbers.get(at + 1).filter(|next| are_halves(item, &items[*next]));
        at += if next.is_some() { 2 } else { 1 };
        match next {
            Some(next) => {
                // Half a blood pressure says little and invites a wrong guess at the other: both leave, or none.
                if ready(item)
                    && ready(&items[next])
                    && let (Some(first), Some(second)) = (read(draft, item), read(draft, &items[next]))
                {
                    add_panel(draft, about, &format!("Observation/{number}"), [first, second]);
                }
            }
            None if ready(item) => {
                if let Some(reading) = read(draft, item) {
                    results.extend(add_single(draft, about, &format!("Observation/{number}"), reading));
                }
            }
            None => {}
        }
    }
    results
}

fn loinc_of<'a>(item: &Item<'a>) -> Option<&'a str> {
    item.leaving.get(&Field::ObservationLoinc).map(|value| value.extracted.value.trim())
}

fn are_halves(a: &Item<'_>, b: &Item<'_>) -> bool {
    matches!((loinc_of(a), loinc_of(b)), (Some(SYSTOLIC), Some(DIASTOLIC)) | (Some(DIASTOLIC), Some(SYSTOLIC)))
}

/// Whether the item may leave: its name and value leave, and no unit is waiting (a number in an unknown unit is no result).
fn ready(item: &Item<'_>) -> bool {
    let has = |field| item.leaving.contains_key(&field);
    has(Field::ObservationText)
        && has(Field::ObservationValue)
        && (has(Field::ObservationUnit) || !item.waiting.contains(&Field::ObservationUnit))
}

/// A LOINC code: up to seven digits, a hyphen and a check digit.
fn loinc(raw: &str) -> Option<String> {
    let code = token(raw)?;
    let (number, check) = code.split_once('-')?;
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    ((1..=7).contains(&number.len()) && digits(number) && check.len() == 1 && digits(check)).then_some(code)
}

fn read<'a>(draft: &mut Draft<'a>, item: &Item<'a>) -> Option<Reading<'a>> {
    let name = *item.leaving.get(&Field::ObservationText)?;
    let value = *item.leaving.get(&Field::ObservationValue)?;
    let mut code = object(json!({"text": draft.read_value(name, text)?}));
    let words = draft.read_value(value, text)?;
    let mut evidence = vec![Evidence::at(name, "code.text")];
    let take = |draft: &mut Draft<'a>, field: Field, read: fn(&str) -> Option<String>| -> Option<(String, &'a DecidedValue)> {
        let value = *item.leaving.get(&field)?;
        draft.read_value(value, read).map(|read| (read, value))
    };
    let coded = take(draft, Field::ObservationLoinc, loinc).map(|(code, value)| {
        evidence.push(Evidence::at(value, "code.coding[0].code"));
        code
    });
    put(&mut code, "coding", coded.as_deref().map(codings));
    let (unit, unit_value) = take(draft, Field::ObservationUnit, text).unzip();
    // A vital sign has the units of its profile. Where that is one alone, it is meant whether or not it is printed; where there are several,
    // nobody knows what a bare number is in, and it is no value.
    let vital = coded.as_deref().and_then(|code| TERMS.vital_units.get(code));
    let meant = vital.and_then(|units| if let [only] = units.as_slice() { Some(Unit::of(only, "")) } else { None });
    let unit = unit.zip(unit_value).map(|(unit, value)| Unit::of(&unit, &value.extracted.raw)).or(meant);
    let mut core = object(json!({"code": code}));
    let mut note = None;
    let (value_at, unit_at) = match quantity(&words, unit.as_ref()) {
        found if vital.is_some() && (found.is_none() || unit.is_none()) => {
            core.insert("dataAbsentReason".to_owned(), concept(DATA_ABSENT_REASONS, "as-text"));
            let unit = unit.as_ref().map_or("unit not printed", |unit| &unit.written);
            note = Some(format!("As on paper: {words} ({unit})"));
            (NOTE, NOTE)
        }
        Some(quantity) => {
            core.insert("valueQuantity".to_owned(), quantity);
            ("valueQuantity.value", "valueQuantity.unit")
        }
        None => {
            // A word, or a number that JSON cannot say: as text, with the unit so that it is not lost.
            let whole = unit.as_ref().map_or(words.clone(), |unit| format!("{words} {}", unit.written));
            core.insert("valueString".to_owned(), whole.into());
            ("valueString", "valueString")
        }
    };
    evidence.push(Evidence::at(value, value_at));
    evidence.extend(unit_value.map(|value| Evidence::at(value, unit_at)));
    if let Some((words, value)) = take(draft, Field::ObservationRange, text) {
        core.insert("referenceRange".to_owned(), json!([range(&words, unit.as_ref())]));
        evidence.push(Evidence::at(value, "referenceRange[0].text"));
    }
    if let Some((flag, value)) = take(draft, Field::ObservationInterpretation, text) {
        let (concept, element) = match TERMS.interpretations.get(&flag) {
            Some(display) => (
                named_concept("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", &flag, display),
                "interpretation[0].coding[0].code",
            ),
            None => (json!({"text": flag}), "interpretation[0].text"),
        };
        core.insert("interpretation".to_owned(), json!([concept]));
        evidence.push(Evidence::at(value, element));
    }
    Some(Reading { code: coded, core, evidence, note, waits: !item.waiting.is_empty() })
}

/// The code of a test, and the wider code that a profile wants beside it.
fn codings(code: &str) -> Value {
    let wider = TERMS.wider.get(code).map(String::as_str);
    let coding = |code| json!({"system": LOINC, "code": code});
    [code].into_iter().chain(wider).map(coding).collect()
}

/// A reference range as printed, and its two ends where it has two. An open range (`< 5`) stays text: FHIR's ends are inclusive.
fn range(words: &str, unit: Option<&Unit>) -> Value {
    let mut range = object(json!({"text": words}));
    let ends = words.split_once(['-', '\u{2013}']).and_then(|(low, high)| {
        let (low, high) = (low.trim(), high.trim());
        let ordered = low.parse::<f64>().ok()? <= high.parse::<f64>().ok()?;
        (ordered && decimal(low).is_some() && decimal(high).is_some()).then_some((low, high))
    });
    if let Some((low, high)) = ends {
        put(&mut range, "low", quantity(low, unit));
        put(&mut range, "high", quantity(high, unit));
    }
    range.into()
}

/// Adds an observation, and gives it where it is a result of the laboratory's.
fn add_single<'a>(draft: &mut Draft<'a>, about: &About<'_>, path: &str, reading: Reading<'a>) -> Option<Added> {
    let Reading { code, core: mut observation, mut evidence, note, waits } = reading;
    annotate(&mut observation, &mut evidence, note.into_iter().collect());
    let category = frame(draft, about, &mut observation, code.as_deref(), &mut evidence);
    let added = draft.add("Observation", path, observation, evidence, Identity::Document, waits);
    (category == Some(LABORATORY)).then_some(added)
}

fn add_panel<'a>(draft: &mut Draft<'a>, about: &About<'_>, path: &str, halves: [Reading<'a>; 2]) {
    let waits = halves.iter().any(|half| half.waits);
    let mut evidence = Vec::new();
    let mut components = Vec::new();
    let mut notes: Vec<String> = Vec::new();
    // Systolic first, in whichever order the paper has them.
    let mut halves = halves;
    halves.sort_by_key(|half| half.code.as_deref() != Some(SYSTOLIC));
    for half in halves {
        let part = |found: Evidence<'a>| match found.element.as_str() {
            NOTE => Evidence::at(found.value, format!("note[{}].text", notes.len())),
            element => Evidence::at(found.value, format!("component[{}].{element}", components.len())),
        };
        evidence.extend(half.evidence.into_iter().map(part));
        notes.extend(half.note);
        components.push(Value::from(half.core));
    }
    let mut panel = object(json!({
        "code": {"coding": [{"system": LOINC, "code": BP_PANEL}], "text": "Blood pressure"},
        "component": components,
    }));
    annotate(&mut panel, &mut evidence, notes);
    frame(draft, about, &mut panel, Some(BP_PANEL), &mut evidence);
    draft.add("Observation", path, panel, evidence, Identity::Document, waits);
}

/// Puts in notes, and lets their evidence point to them.
fn annotate(observation: &mut Object, evidence: &mut [Evidence<'_>], notes: Vec<String>) {
    for found in evidence.iter_mut().filter(|found| found.element == NOTE) {
        found.element = "note[0].text".to_owned();
    }
    let notes: Vec<Value> = notes.into_iter().map(|note| json!({"text": note})).collect();
    put(observation, "note", (!notes.is_empty()).then_some(notes));
}

/// Puts in what every observation bears: status, category, subject, source and time. Gives the category.
fn frame<'a>(
    draft: &mut Draft<'a>,
    about: &About<'_>,
    observation: &mut Object,
    code: Option<&str>,
    evidence: &mut Vec<Evidence<'a>>,
) -> Option<&'static str> {
    let kind = draft.kind();
    let category = match code {
        Some(code) if TERMS.vital_signs.contains(code) => Some("vital-signs"),
        Some(_) => Some(LABORATORY),
        None => (kind == Some(DocumentKind::LaboratoryReport)).then_some(LABORATORY),
    };
    let system = "http://terminology.hl7.org/CodeSystem/observation-category";
    put(observation, "category", category.map(|code| json!([concept(system, code)])));
    observation.insert("subject".to_owned(), about.patient.reference());
    observation.insert("derivedFrom".to_owned(), json!([about.document.reference()]));
    // Vital signs of a visit are of its day. A result, or a reading during a stay, was made at the latest on the day of the paper.
    let visit = draft.read(Field::EncounterStart, full_date);
    let stay = draft.single(Field::EncounterEnd).is_some() || kind.is_none_or(|kind| TERMS.encounter_classes.contains_key(&kind));
    let paper = draft.read(Field::DocumentDate, full_date);
    match (category, visit, paper) {
        (Some("vital-signs"), Some((day, value)), _) if !stay => {
            observation.insert("effectiveDateTime".to_owned(), day.into());
            evidence.push(Evidence::at(value, "effectiveDateTime"));
            put(observation, "encounter", about.encounter.map(Added::reference));
        }
        (_, _, Some((day, value))) => {
            observation.insert("effectivePeriod".to_owned(), json!({"end": day}));
            evidence.push(Evidence::at(value, "effectivePeriod.end"));
        }
        _ => {
            observation.insert("_effectiveDateTime".to_owned(), absent(draft.waits(Field::DocumentDate)));
        }
    }
    let human = evidence.iter().all(|value| value.status.is_reviewed());
    // `corrected` would say that the result was changed after it was final; a clerk corrects the reading.
    observation.insert("status".to_owned(), if human { "final" } else { "preliminary" }.into());
    category
}
