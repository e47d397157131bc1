//! `chartlift calibrate` from the command line, on archives that are made up: documents of known layouts whose values are the likelier right the better they
//! were read. What is behind the ledger is real.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use chartlift::ledger::{Decision, DocumentResult, Finding, Fingerprints, PageRecord, Registration, SourceKey, SourceResult};
use chartlift::model::{
    DecidedValue, DocumentId, DocumentKind, Field, FileKind, Form, Origin, PageNumber, PageOutcome, Reason, Sha256, Signals, SourcePath,
    Status, ValueId,
};
use chartlift::pipeline::Archive;

const LAYOUTS: usize = 24;
const EACH: usize = 6;

/// Numbers by chance that are the same on every machine (a linear congruential generator, Knuth's MMIX).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A value that one engine read, or both.
fn value(field: Field, text: String, read: f64, both: bool) -> DecidedValue {
    let mut value = DecidedValue::to_look_at(field, PageNumber::new(1), "test.value", Reason::LowConfidence);
    value.extracted.value = text;
    value.extracted.signals = Signals {
        word_min: read as f32,
        word_mean: read as f32,
        page_mean: 0.95,
        label: 1.0,
        form: Form::Valid,
        second_asked: both,
        second_agree: if both { (read * 1.1).min(1.0) as f32 } else { 0.0 },
        second_min: if both { read as f32 } else { 0.0 },
        ..Signals::default()
    };
    value
}

fn document(key: SourceKey, name: &str, values: Vec<DecidedValue>) -> SourceResult {
    let page = PageNumber::new(1);
    SourceResult {
        key,
        sha256: Sha256::of(name.as_bytes()),
        pages_in: 1,
        pages: vec![PageRecord::plain(page, PageOutcome::Read)],
        failure: None,
        documents: vec![DocumentResult {
            id: DocumentId::from_stored(name),
            ordinal: 1,
            pages: vec![page],
            kind: DocumentKind::ProgressNote,
            kind_confidence: 1.0,
            origin: Origin::default(),
            values,
        }],
    }
}

/// An archive of [`LAYOUTS`] layouts; reviewers have decided of every record number.
fn archive(folder: &Path, name: &str, both: bool) -> PathBuf {
    let (path, input) = (folder.join(name), folder.join("in"));
    fs::create_dir_all(&input).expect("a folder");
    let mut archive = Archive::open_or_create(&path, &input).expect("an archive");
    let prints = Fingerprints { reading: "r".into(), understanding: "u".into() };
    let (run, _) = archive.ledger.begin_run("an engine", &prints).expect("a run");
    let registration = |name: String| Registration {
        sha256: Some(Sha256::of(name.as_bytes())),
        path: SourcePath::new(name),
        size: 1,
        finding: Finding::Readable(FileKind::Png),
    };
    let names = (0..LAYOUTS * EACH).map(|n| format!("{:02}/{}.png", n / EACH, n % EACH));
    archive.ledger.register(run, &names.map(registration).collect::<Vec<_>>()).expect("files");
    let mut chance = Chance(7);
    let mut decisions = Vec::new();
    for claim in archive.ledger.claimable(&prints, 10_000).expect("work") {
        let name = claim.path.as_str().to_owned();
        let mut of = |field: Field, right: &str| {
            let read = 0.55 + 0.45 * chance.next();
            let wrong = chance.next() > 1.0 / (1.0 + (-22.0 * (read - 0.72)).exp());
            (wrong, value(field, if wrong { format!("{right}7") } else { right.to_owned() }, read, both))
        };
        let values = [of(Field::Mrn, "1234"), of(Field::City, "Salem"), of(Field::Phone, "+15035550100")];
        let id = ValueId {
            sha256: Sha256::of(name.as_bytes()),
            ordinal: 1,
            page: PageNumber::new(1),
            item: None,
            field: Field::Mrn,
            machine_value: values[0].1.extracted.value.clone(),
        };
        let status = if values[0].0 { Status::Corrected } else { Status::Verified };
        decisions.push(Decision::new("ann", id, status, "1234"));
        archive.ledger.record(run, &prints, &document(claim.key, &name, values.map(|(_, value)| value).to_vec())).expect("recorded");
    }
    archive.ledger.decide(&decisions).expect("decisions");
    archive.ledger.end_run(run, 0).expect("the run's end");
    path
}

/// The truth of both archives, and of a document that neither has.
fn truth(folder: &Path) -> PathBuf {
    let line = |name: String, layout: usize| {
        let fields = BTreeMap::from([
            ("Patient.identifier.mrn", "1234"),
            ("Patient.address.city", "Salem"),
            ("Patient.telecom.phone", "+15035550100"),
        ]);
        serde_json::json!({ "document": name, "layout": format!("layout {layout}"), "profile": "flat", "fields": fields }).to_string()
    };
    let mut lines: Vec<String> = (0..LAYOUTS * EACH).map(|n| line(format!("{:02}/{}.png", n / EACH, n % EACH), n / EACH)).collect();
    lines.push(line("elsewhere.png".into(), 99));
    let file = folder.join("truth.jsonl");
    fs::write(&file, lines.join("\n")).expect("a file");
    file
}

fn calibrate(archive: &Path, more: &[&str]) -> Output {
    common::chartlift().arg("calibrate").arg(archive).args(more).output().expect("the program starts")
}

fn said(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_model_is_fitted_measured_and_put_to_use() {
    let folder = tempfile::tempdir().expect("a folder");
    let (both, alone) = (archive(folder.path(), "both", true), archive(folder.path(), "alone", false));
    let (truth, rules) = (truth(folder.path()), folder.path().join("rules"));
    fs::create_dir(&rules).expect("a folder");
    let (model, picture) = (rules.join("confidence.toml"), folder.path().join("picture.svg"));
    let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let (truth, alone) = (text(&truth), text(&alone));

    // Without --out nothing is written.
    let before = fs::read(both.join("ledger.sqlite")).expect("the ledger");
    let output = calibrate(&both, &["--truth", &truth, "--alone", &alone, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&said(&output)).expect("JSON");
    assert_eq!(fs::read(both.join("ledger.sqlite")).expect("the ledger"), before);
    assert_eq!(json["fitted"], serde_json::json!(["alone", "both"]));
    assert_eq!(json["labels"]["overlap"], serde_json::json!({ "documents": 144, "unknown": 0, "missing": 1, "missingValues": 3 }));
    let all = &json["archive"]["all"];
    assert_eq!((all["values"].as_u64(), all["truth"].as_u64()), (Some(432), Some(432)));
    let figure = |name: &str| all[name].as_f64().unwrap_or_else(|| panic!("{name}: {all}"));
    // Read well is right, and nothing else tells: the model can be no better than the figure that it was made from, and hardly worse.
    assert!(figure("auroc") > 0.8 && (figure("auroc") - figure("aurocOfWords")).abs() < 0.05, "{all}");
    assert!(figure("calibrationError") < 0.08, "{all}");

    let output =
        calibrate(&both, &["--truth", &truth, "--alone", &alone, "--target", "5%", "--out", &text(&model), "--picture", &text(&picture)]);
    let table = said(&output);
    for line in [
        "144 documents of the archive stand in the truth; 1 of the truth, with 3 values",
        "risk-coverage: wrong at most",
        "flat",
        "THE MODEL IN FORCE",
    ] {
        assert!(table.contains(line), "{line}\n{table}");
    }
    assert!(fs::read_to_string(&picture).expect("the picture").starts_with("<svg "));
    // What is there is not overwritten by chance.
    assert_eq!(calibrate(&both, &["--truth", &truth, "--out", &text(&model)]).status.code(), Some(2));

    // The model is a rule like others, and knows what it has seen.
    let settings = folder.path().join("site.toml");
    fs::write(&settings, format!("[rules]\nfolder = {:?}\n", text(&rules))).expect("a file");
    let output = calibrate(&both, &["--truth", &truth, "--config", &text(&settings), "--json"]);
    let again: serde_json::Value = serde_json::from_str(&said(&output)).expect("JSON");
    assert_eq!(again["inForceHasSeen"], 144);
    assert_eq!(again["fitted"], serde_json::json!(["both"]), "without --alone that regime stays");
}

#[test]
fn decisions_of_reviewers_are_a_truth_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = archive(folder.path(), "archive", false);
    let table = said(&calibrate(&archive, &["--decisions"]));
    assert!(table.contains("144 documents with decisions of reviewers") && table.contains("describe the queue"), "{table}");
    // No second engine read any of them; documents without a form are each a layout of their own.
    assert!(table.contains("Fitted: alone;") && table.contains("144 documents in 144 layouts\n144 values"), "{table}");
}

#[test]
fn what_cannot_be_used_is_told_without_a_word_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = archive(folder.path(), "archive", true);
    let file = folder.path().join("truth.jsonl");
    for (text, word) in [
        ("{\"document\": \"a.png\", \"fields\": {\"Patient.gender\": [\"Quarry\"]}}", "truth.jsonl, line 1"),
        ("{\"document\": \"Quarry.png\"}", "nothing is known of any value"),
    ] {
        fs::write(&file, text).expect("a file");
        let output = calibrate(&archive, &["--truth", file.to_str().expect("UTF-8")]);
        let talk = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{talk}");
        assert!(talk.contains(word) && talk.contains("hint: ") && !talk.contains("Quarry"), "{talk}");
    }
}
