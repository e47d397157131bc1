//! One run over samples/scans, from the files to `fields.csv`, against samples/truth.jsonl: what a clean scan must yield, that nothing
//! wrong is accepted, and that every file is accounted for.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use common::{Row, folded};
use serde::Deserialize;
use serde_json::Value;

/// Share of demographic values that must be right on clean and born-digital samples.
const CLEAN_FLOOR: f64 = 0.95;
/// The same over all samples, the fax and the skewed ones too.
const FLOOR: f64 = 0.90;

#[derive(Deserialize)]
struct Truth {
    document: String,
    #[serde(default)]
    profile: String,
    #[serde(default)]
    fields: BTreeMap<String, String>,
    #[serde(default)]
    items: Vec<BTreeMap<String, Value>>,
    #[serde(default)]
    also: BTreeMap<String, Vec<String>>,
    duplicate_of: Option<String>,
    bad: Option<String>,
}

struct Outcome {
    status: Option<i32>,
    stderr: String,
    rows: Vec<Row>,
    csv: Vec<u8>,
    archive: PathBuf,
    _folder: tempfile::TempDir,
}

/// The one run that all tests of this file look at.
fn outcome() -> &'static Outcome {
    static OUTCOME: OnceLock<Outcome> = OnceLock::new();
    OUTCOME.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let archive = folder.path().join("archive");
        let output = common::run(&common::root().join("samples/scans"), &archive);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(archive.join("fields.csv").is_file(), "the run left no fields.csv: {} {stderr}", output.status);
        let csv = fs::read(archive.join("fields.csv")).expect("fields.csv");
        Outcome { status: output.status.code(), stderr, rows: common::rows(&archive), csv, archive, _folder: folder }
    })
}

fn truth() -> Vec<Truth> {
    let text = fs::read_to_string(common::root().join("samples/truth.jsonl")).expect("samples/truth.jsonl");
    text.lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect()
}

fn is_demographic(field: &str) -> bool {
    field.starts_with("Patient.") || field.starts_with("Coverage.")
}

/// Right and all demographic values of the truths that `pick` takes.
fn recall(pick: impl Fn(&Truth) -> bool) -> (usize, usize, Vec<String>) {
    let (mut right, mut all, mut wrong) = (0, 0, Vec::new());
    for entry in truth().iter().filter(|entry| entry.bad.is_none() && entry.duplicate_of.is_none() && pick(entry)) {
        for (field, value) in entry.fields.iter().filter(|(field, _)| is_demographic(field)) {
            all += 1;
            let given: Vec<&Row> = outcome().rows.iter().filter(|row| row.document == entry.document && row.field == *field).collect();
            if given.iter().any(|row| right_single(entry, field, &row.value)) {
                right += 1;
            } else {
                // The people are invented: their values may be printed.
                wrong.push(format!(
                    "{} {field}: {value}, read {:?}",
                    entry.document,
                    given.iter().map(|row| &row.value).collect::<Vec<_>>()
                ));
            }
        }
    }
    (right, all, wrong)
}

fn right_single(entry: &Truth, field: &str, value: &str) -> bool {
    let also = entry.also.get(field).into_iter().flatten();
    entry.fields.get(field).into_iter().chain(also).any(|wanted| folded(wanted) == folded(value))
}

fn right_item(entry: &Truth, field: &str, value: &str) -> bool {
    entry.items.iter().any(|item| {
        let also = item.get("also").and_then(|also| also[field].as_array()).into_iter().flatten();
        item.get(field).into_iter().chain(also).filter_map(Value::as_str).any(|wanted| folded(wanted) == folded(value))
    })
}

#[test]
fn clean_pages_yield_their_demographics() {
    let (right, all, wrong) = recall(|entry| matches!(entry.profile.as_str(), "clean300" | "digital"));
    assert!(right as f64 >= CLEAN_FLOOR * all as f64, "{right} of {all}:\n{}", wrong.join("\n"));
}

#[test]
fn all_pages_yield_most_demographics() {
    let (right, all, wrong) = recall(|_| true);
    assert!(right as f64 >= FLOOR * all as f64, "{right} of {all}:\n{}", wrong.join("\n"));
}

#[test]
fn nothing_wrong_is_accepted() {
    let truths = truth();
    let by_name: BTreeMap<&str, &Truth> = truths.iter().map(|entry| (entry.document.as_str(), entry)).collect();
    let wrong: Vec<String> = outcome()
        .rows
        .iter()
        .filter(|row| row.status == "accepted" && !row.field.starts_with("Composition.section."))
        .filter(|row| {
            let entry = by_name.get(row.document.as_str());
            !entry.is_some_and(|entry| match row.item {
                None => right_single(entry, &row.field, &row.value),
                Some(_) => right_item(entry, &row.field, &row.value),
            })
        })
        .map(|row| format!("{} {} {}", row.document, row.field, row.value))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn something_is_accepted() {
    let accepted = outcome().rows.iter().filter(|row| row.status == "accepted").count();
    assert!(accepted > 0, "the run accepted nothing at all");
}

#[test]
fn the_broken_file_is_a_failure_and_the_rest_goes_on() {
    let outcome = outcome();
    assert_eq!(outcome.status, Some(3), "{}", outcome.stderr);
    let seen: BTreeSet<&str> = outcome.rows.iter().map(|row| row.document.as_str()).collect();
    for entry in truth() {
        let wanted = entry.bad.is_none() && entry.duplicate_of.is_none();
        assert_eq!(seen.contains(entry.document.as_str()), wanted, "{}", entry.document);
    }
}

#[test]
fn a_separator_sheet_parts_documents_and_pages_keep_their_numbers() {
    let pages = |name: &str| -> BTreeSet<u32> { outcome().rows.iter().filter(|row| row.document == name).map(|row| row.page).collect() };
    assert_eq!(pages("packets/packet.tif#1"), BTreeSet::from([1]));
    assert_eq!(pages("packets/packet.tif#2"), BTreeSet::from([3]));
}

#[test]
fn kinds_are_told() {
    for entry in truth().iter().filter(|entry| entry.bad.is_none() && entry.duplicate_of.is_none()) {
        let given: Vec<&str> = outcome()
            .rows
            .iter()
            .filter(|row| row.document == entry.document && row.field == "DocumentReference.type")
            .map(|row| row.value.as_str())
            .collect();
        assert_eq!(given, [entry.fields["DocumentReference.type"].as_str()], "{}", entry.document);
    }
}

#[test]
fn every_value_leads_to_its_place() {
    for row in outcome().rows.iter().filter(|row| !row.raw.is_empty()) {
        let (Some(x), Some(y), Some(width), Some(height)) = (row.x, row.y, row.width, row.height) else {
            panic!("{} {} has no place", row.document, row.field);
        };
        assert!(x >= 0.0 && y >= 0.0 && width > 0.0 && height > 0.0, "{} {}", row.document, row.field);
        assert!(x + width <= 100.02 && y + height <= 100.02, "{} {}", row.document, row.field);
    }
    for row in outcome().rows.iter().filter(|row| row.value.is_empty()) {
        assert_eq!(row.status, "review", "{} {}: an empty value waits for a person", row.document, row.field);
    }
}

/// The card lies on its side: its evidence is told in the card as it lies in the file.
#[test]
fn places_are_those_of_the_page_as_it_lies() {
    let card = "chart H207754/insurance card.png";
    let row = outcome().rows.iter().find(|row| row.document == card && row.field == "Coverage.subscriberId" && !row.raw.is_empty());
    let row = row.expect("the card's number is read or queued with what was read");
    let (width, height) = (row.width.unwrap_or_default() * 250.0, row.height.unwrap_or_default() * 380.0);
    assert!(height > width, "the number runs upwards on the turned card: {width} x {height} points");
}

#[test]
fn rows_are_sorted_and_fields_come_from_the_contract() {
    let keys: Vec<_> = outcome().rows.iter().map(|row| (&row.document, row.page, row.item, &row.field)).collect();
    assert!(keys.is_sorted(), "fields.csv is sorted by document, page, item, field");
    for row in &outcome().rows {
        assert!(chartlift::model::Field::parse(&row.field).is_some(), "{}", row.field);
    }
}

#[test]
fn a_second_run_reads_nothing_again_and_changes_nothing() {
    let outcome = outcome();
    let again = common::run(&common::root().join("samples/scans"), &outcome.archive);
    assert_eq!(again.status.code(), outcome.status, "{}", String::from_utf8_lossy(&again.stderr));
    assert!(fs::read(outcome.archive.join("fields.csv")).expect("fields.csv") == outcome.csv, "fields.csv changed");
}

#[cfg(unix)]
#[test]
fn the_archive_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    for entry in walkdir::WalkDir::new(&outcome().archive) {
        let entry = entry.expect("an entry of the archive");
        let mode = entry.metadata().expect("its metadata").permissions().mode() & 0o777;
        let wanted = if entry.file_type().is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, wanted, "{} is {mode:o}", entry.path().display());
    }
}

/// Patient text stays in the archive: the talk of a run names files and counts.
#[test]
fn the_talk_holds_no_patient_text() {
    let talk = outcome().stderr.to_lowercase();
    for entry in truth() {
        for (field, value) in entry.fields.iter().filter(|(field, value)| is_demographic(field) && value.len() > 5) {
            // The names of folders are the clerk's own and hold record numbers.
            if field != "Patient.identifier.mrn" {
                assert!(!talk.contains(&value.to_lowercase()), "{field} of {} stands in the log", entry.document);
            }
        }
    }
}
