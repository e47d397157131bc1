//! The certificate from end to end over samples/scans: made from checked values, kept to by runs, refused when it was tampered with.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use common::{Row, chartlift, rows};
use serde_json::{Value, json};

struct Setup {
    _folder: tempfile::TempDir,
    archive: PathBuf,
    scans: PathBuf,
    truth: PathBuf,
}

/// An archive of the samples, and a truth that agrees with everything that was read but what `lie` changes.
fn setup(lie: impl Fn(&Row) -> Option<String>) -> Setup {
    let folder = tempfile::tempdir().unwrap();
    let (archive, scans) = (folder.path().join("archive"), common::root().join("samples/scans"));
    common::run(&scans, &archive);
    let truth = folder.path().join("truth.jsonl");
    let given: Vec<Row> = rows(&archive).into_iter().filter(|row| !row.value.is_empty() && row.item.is_none()).collect();
    let names: BTreeSet<&str> = given.iter().map(|row| row.document.as_str()).collect();
    let lines: String = names
        .iter()
        .map(|name| {
            let own = given.iter().filter(|row| row.document == *name && !row.field.starts_with("Composition."));
            let fields: serde_json::Map<String, Value> =
                own.map(|row| (row.field.clone(), Value::from(lie(row).unwrap_or_else(|| row.value.clone())))).collect();
            format!("{}\n", json!({"document": name, "fields": fields}))
        })
        .collect();
    fs::write(&truth, lines).unwrap();
    Setup { _folder: folder, archive, scans, truth }
}

fn certify(setup: &Setup, more: &[&str]) -> Output {
    chartlift().arg("certify").arg(&setup.archive).arg("--truth").arg(&setup.truth).args(more).output().unwrap()
}

fn accepted(archive: &Path) -> BTreeSet<String> {
    let rows = rows(archive).into_iter().filter(|row| row.status == "accepted");
    rows.map(|row| format!("{} {} {:?}", row.document, row.field, row.item)).collect()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.clone(), output.stderr.clone()].concat()).into_owned()
}

/// A target that a dozen documents can show: there are not labels enough here for any that is of use.
const LOOSE: &str = "30%";

#[test]
fn what_is_certified_is_accepted_and_the_rest_waits() {
    let setup = setup(|_| None);
    let before = accepted(&setup.archive);
    assert!(!before.is_empty());
    // For a target of use the labels are too few: the tool says how many are missing, and a dry run changes nothing.
    let output = certify(&setup, &["--target", "0.5%", "--dry-run", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let identity = &report["certificate"]["classes"]["identity"]["outcome"]["refused"];
    assert!(identity["missing"].as_u64().unwrap() > 900, "{report}");
    assert_eq!(accepted(&setup.archive), before);
    assert!(!setup.archive.join("certificate.json").exists());
    // With a loose one, what passes is accepted and all else waits, at once.
    let output = certify(&setup, &["--target", LOOSE]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let certificate: Value = serde_json::from_slice(&fs::read(setup.archive.join("certificate.json")).unwrap()).unwrap();
    let passed = |class: &str| certificate["classes"][class]["outcome"].get("certified").is_some();
    assert!(passed("identity") && !passed("immunizations"), "{certificate}");
    let after = accepted(&setup.archive);
    assert!(after.iter().any(|row| row.contains("Patient.name.family")));
    assert!(!after.iter().any(|row| row.contains("Immunization.")));
    let queue = fs::read_to_string(setup.archive.join("review/queue.csv")).unwrap();
    assert!(queue.contains("uncertified"));
    // A run keeps to it; the operator may run on defaults for the rest, and is told so.
    let run = |more: &[&str]| {
        chartlift().arg("run").arg(&setup.scans).arg("--out").arg(&setup.archive).arg("--quiet").args(more).output().unwrap()
    };
    run(&[]);
    assert_eq!(accepted(&setup.archive), after);
    let told = text(&run(&["--uncertified", "accept"]));
    assert!(told.starts_with("UNCERTIFIED"), "{told}");
    assert!(accepted(&setup.archive).len() > after.len());
    run(&["--uncertified", "review"]);
    assert_eq!(accepted(&setup.archive), after);
    // A certificate that somebody touched certifies nothing, and nothing is decided by it.
    let path = setup.archive.join("certificate.json");
    let whole = fs::read_to_string(&path).unwrap();
    fs::write(&path, whole.replacen("\"target\": 0.3", "\"target\": 0.003", 1)).unwrap();
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(12), "{}", text(&output));
    assert!(text(&output).contains("certificate"));
    // Withdrawn, the archive is as it was.
    let output = chartlift().arg("certify").arg(&setup.archive).arg("--withdraw").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    run(&[]);
    assert_eq!(accepted(&setup.archive), before);
}

#[test]
fn a_class_with_wrong_values_is_refused() {
    let setup = setup(|row| (row.field == "Patient.name.family").then(|| "Somebody".to_owned()));
    let output = certify(&setup, &["--target", LOOSE, "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let outcome = &report["certificate"]["classes"]["identity"]["outcome"];
    assert!(outcome["refused"]["wrong"].as_u64().unwrap() > 0, "{report}");
    assert!(!accepted(&setup.archive).iter().any(|row| row.contains("Patient.name")));
    assert!(!text(&output).contains("Somebody"), "no value is printed");
}

#[test]
fn wrong_use_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| chartlift().arg("certify").arg(folder.path()).args(args).output().unwrap();
    for args in [&[][..], &["--truth", "x"], &["--target", "much", "--truth", "x"], &["--target", "1%", "--truth", "/nowhere/x"]] {
        assert_eq!(run(args).status.code(), Some(2), "{args:?}");
    }
    assert_eq!(run(&["--withdraw"]).status.code(), Some(10));
    let plan = chartlift().args(["plan", "--sample", "800", "--allowed", "2"]).output().unwrap();
    assert!(text(&plan).contains("0.78 %"), "{}", text(&plan));
}
