//! `chartlift push` and `reconcile` against a FHIR server: once each, again after kills, faults and lost answers, with corrections, refusals and conflicts.
#![cfg(unix)]
#![allow(clippy::print_stdout, reason = "a test says what it did")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use chartlift::ledger::{Decision, FILE_NAME, Ledger};
use chartlift::model::{DecidedValue, DocumentRecord, Field, Status, ValueId};
use common::fhir_server::FhirServer;
use common::{chartlift, samples};
use serde_json::{Value, json};

fn push(archive: &Path, to: &str, more: &[&str]) -> Command {
    let mut command = chartlift();
    command.arg("push").arg(archive).args(["--to", to, "--quiet", "--json"]).args(more);
    command
}

/// Runs to its end: exit code, report, standard error.
fn done(command: &mut Command) -> (i32, Value, String) {
    let output = command.output().expect("the program starts");
    let report = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code().unwrap_or(-1), report, String::from_utf8_lossy(&output.stderr).into_owned())
}

fn reconcile(archive: &Path, to: &str) -> (i32, Value, String) {
    done(chartlift().arg("reconcile").arg(archive).args(["--to", to, "--quiet", "--json"]))
}

/// Resources of each type by the report's account of the ledger.
fn by_ledger(report: &Value) -> BTreeMap<String, u64> {
    serde_json::from_value(report["onServer"].clone()).expect("counts")
}

/// The same, asked of the server.
fn by_server(server: &FhirServer, kinds: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    kinds.keys().map(|kind| (kind.clone(), server.count(kind))).collect()
}

/// How many resources the report says were created, found, …
fn of(report: &Value, deed: &str) -> u64 {
    report["resources"].as_object().expect("types").values().filter_map(|deeds| deeds[deed].as_u64()).sum()
}

/// Settings that do not make a test wait.
fn impatient(folder: &Path, more: &str) -> PathBuf {
    let file = folder.join("push.toml");
    fs::write(&file, format!("[push]\nfirst_wait_seconds = 0.02\nlongest_wait_seconds = 0.5\n{more}")).expect("written");
    file
}

/// What a calm push leaves on a server: what all others are measured by.
fn calm(folder: &Path) -> BTreeMap<String, u64> {
    let server = FhirServer::start(&[]);
    let (exit, report, complaint) = done(&mut push(&samples::copy(folder), &server.base, &[]));
    assert_eq!(exit, 0, "{report:#} {complaint}");
    by_ledger(&report)
}

#[test]
fn what_is_sent_is_counted_and_a_second_push_creates_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = samples::copy(folder.path());
    let server = FhirServer::start(&[("FHIR_TOKEN", "a-token-of-the-test")]);
    let token = folder.path().join("token");
    let with_token = ["--token-file", token.to_str().expect("a path")];

    // Nobody listens there: a dry run asks nobody.
    let (exit, would, _) = done(&mut push(&archive, "http://127.0.0.1:9/fhir", &["--dry-run"]));
    assert_eq!((exit, would["dryRun"].as_bool()), (0, Some(true)));
    let (exit, _, complaint) =
        done(&mut push(&archive, "http://127.0.0.1:9/fhir", &["--config", impatient(folder.path(), "").to_str().unwrap()]));
    assert!(exit == 14 && complaint.contains("refuses the connection"), "{exit} {complaint}");
    let (exit, _, complaint) = done(&mut push(&archive, "http://fhir.example.org/r4", &[]));
    assert!(exit == 2 && complaint.contains("in the clear") && complaint.contains("--allow-plain-http"), "{exit} {complaint}");

    fs::write(&token, "another-token\n").expect("written");
    let (exit, ..) = done(&mut push(&archive, &server.base, &with_token));
    assert_eq!(exit, 2, "a token that everybody can read is not used");
    fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).expect("its owner's");
    let (exit, _, complaint) = done(&mut push(&archive, &server.base, &with_token));
    assert!(exit == 14 && complaint.contains("does not let chartlift in") && !complaint.contains("another-token"), "{exit} {complaint}");
    fs::write(&token, "a-token-of-the-test\n").expect("written");
    let mut by_variable = push(&archive, &server.base, &["--token-env", "TEST_TOKEN"]);
    let (exit, report, complaint) = done(by_variable.env("TEST_TOKEN", "a-token-of-the-test"));
    assert_eq!((exit, report["mode"].as_str()), (0, Some("transaction")), "{report:#} {complaint}");
    assert_eq!(report["documents"]["done"], 13);

    // What the dry run said came to be, but that shared resources were found after their first document.
    let would_create = of(&would, "created");
    assert_eq!(would_create, of(&report, "created") + of(&report, "found"));
    let ledger = by_ledger(&report);
    assert_eq!(ledger.values().sum::<u64>(), of(&report, "created"));
    assert_eq!(ledger["Binary"], 13);

    let (exit, again, complaint) = done(&mut push(&archive, &server.base, &[with_token[0], with_token[1], "--check", "1000"]));
    assert_eq!((exit, of(&again, "created"), again["documents"]["planned"].as_u64()), (0, 0, Some(0)), "{again:#} {complaint}");
    assert_eq!((&again["readBack"]["documents"], &again["readBack"]["faults"]), (&json!(13), &json!([])));
    assert_eq!(by_ledger(&again), ledger);
    let (exit, looked, _) =
        done(chartlift().arg("reconcile").arg(&archive).args(["--to", &server.base, "--quiet", "--json"]).args(with_token));
    assert_eq!((exit, &looked["mismatches"]), (0, &json!([])));
    // Nothing that was sent stands in the ledger's words, in reports or on the terminal.
    let people = ["Quillfeather", "Patient?identifier"];
    assert!(people.iter().all(|text| !report.to_string().contains(text) && !complaint.contains(text)));
}

#[test]
fn counts_are_those_of_the_server_by_every_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let calm = calm(folder.path());
    let ways: [(&str, &[(&str, &str)], &str); 5] = [
        ("one by one", &[("FHIR_TRANSACTIONS", "off")], ""),
        ("in small transactions", &[], "max_entries = 4\n"),
        ("scans inline", &[], "binary = \"inline\"\n"),
        ("with faults", &[("FHIR_FAULT_EVERY", "5"), ("FHIR_FAULT_STATUS", "500")], "tries = 20\n"),
        ("told to wait", &[("FHIR_FAULT_EVERY", "40"), ("FHIR_FAULT_STATUS", "429"), ("FHIR_RETRY_AFTER", "1")], ""),
    ];
    for (name, environment, settings) in ways {
        let own = folder.path().join(name);
        fs::create_dir(&own).expect("a folder");
        let archive = samples::copy(&own);
        let server = FhirServer::start(environment);
        let config = impatient(&own, settings);
        let (exit, report, complaint) = done(&mut push(&archive, &server.base, &["--config", config.to_str().unwrap(), "--check", "3"]));
        assert_eq!(exit, 0, "{name}: {report:#} {complaint}");
        let mut expected = calm.clone();
        if name == "scans inline" {
            expected.remove("Binary");
        }
        assert_eq!(by_ledger(&report), expected, "{name}");
        // A server with faults cannot be asked by the test.
        if !environment.iter().any(|(key, _)| key.starts_with("FHIR_FAULT")) {
            assert_eq!(by_server(&server, &expected), expected, "{name}");
        }
        println!("{name}: {} resources", expected.values().sum::<u64>());
    }
}

#[test]
fn answers_that_are_lost_and_five_kills_change_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let calm = calm(folder.path());
    // Every third write is done and never answered.
    let lossy = folder.path().join("lossy");
    fs::create_dir(&lossy).expect("a folder");
    let archive = samples::copy(&lossy);
    let server = FhirServer::start(&[("FHIR_DROP_EVERY", "3")]);
    let config = impatient(&lossy, "tries = 30\n");
    let (exit, report, complaint) = done(&mut push(&archive, &server.base, &["--config", config.to_str().unwrap()]));
    assert_eq!(exit, 0, "{report:#} {complaint}");
    assert_eq!((by_ledger(&report), by_server(&server, &calm)), (calm.clone(), calm.clone()));
    // What was created and not told counts as created by this archive, so that it can be corrected.
    assert_eq!(of(&report, "created"), calm.values().sum::<u64>(), "{report:#}");

    let rough = folder.path().join("rough");
    fs::create_dir(&rough).expect("a folder");
    let archive = samples::copy(&rough);
    let server = FhirServer::start(&[("FHIR_DELAY_MS", "60")]);
    let mut state = std::env::var("KILL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_125_u64);
    println!("KILL_SEED={state}");
    let (mut kills, mut round) = (0, 0);
    while kills < 5 && round < 25 {
        round += 1;
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child = push(&archive, &server.base, &[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        thread::sleep(Duration::from_millis(100 + (state >> 33) % 700));
        if child.try_wait().expect("a child").is_none() {
            kills += 1;
        }
        child.kill().expect("a child can be killed");
        child.wait().expect("a child");
    }
    let (exit, report, complaint) = done(&mut push(&archive, &server.base, &["--check", "1000"]));
    println!("{kills} kills in {round} pushes, then {} documents were left", report["documents"]["planned"]);
    assert_eq!(exit, 0, "{report:#} {complaint}");
    assert_eq!((by_ledger(&report), by_server(&server, &calm)), (calm.clone(), calm), "after {kills} kills");
    assert!(kills == 5, "only {kills} of five kills met a living push: the moments no longer fit");
}

#[test]
fn two_pushes_at_once_make_one_of_each() {
    let folder = tempfile::tempdir().expect("a folder");
    let calm = calm(folder.path());
    let server = FhirServer::start(&[("FHIR_DELAY_MS", "5")]);
    let archives: Vec<PathBuf> = ["one", "two"]
        .iter()
        .map(|name| {
            let own = folder.path().join(name);
            fs::create_dir(&own).expect("a folder");
            samples::copy(&own)
        })
        .collect();
    let pushes: Vec<_> =
        archives.iter().map(|archive| push(archive, &server.base, &[]).stdout(Stdio::piped()).spawn().expect("starts")).collect();
    // The same archive cannot be pushed twice at once.
    thread::sleep(Duration::from_millis(150));
    let (exit, ..) = done(&mut push(&archives[0], &server.base, &[]));
    assert!(matches!(exit, 0 | 11), "{exit}");
    for push in pushes {
        let output = push.wait_with_output().expect("a child");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        assert_eq!(output.status.code(), Some(0), "{report:#}");
        assert_eq!(by_ledger(&report), calm);
    }
    assert_eq!(by_server(&server, &calm), calm);
    for archive in &archives {
        let (exit, report, _) = reconcile(archive, &server.base);
        assert_eq!((exit, &report["mismatches"]), (0, &json!([])));
    }
}

#[test]
fn what_a_server_refuses_is_set_aside_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = samples::copy(folder.path());
    let log = folder.path().join("requests");
    let server = FhirServer::start(&[("FHIR_REFUSE", "MedicationStatement"), ("FHIR_LOG", log.to_str().unwrap())]);
    let posts = || {
        fs::read_to_string(&log)
            .unwrap_or_default()
            .lines()
            .filter(|line| line.starts_with("POST  ") || line.starts_with("POST /fhir "))
            .count()
    };
    let (exit, report, _) = done(&mut push(&archive, &server.base, &[]));
    let aside = report["documents"]["setAside"].as_u64().expect("a number");
    assert!(exit == 3 && aside > 0, "{exit} {report:#}");
    assert_eq!(report["documents"]["done"].as_u64(), Some(13 - aside));
    let why = report["setAside"][0]["why"].as_str().expect("words");
    assert!(why.contains("422") && !why.contains("not taken here"), "codes and our own words, not the server's: {why}");
    assert_eq!((server.count("MedicationStatement"), server.count("DocumentReference")), (0, 13 - aside));
    let sent = posts();
    // It waits for a person: not tried again by itself, and tried when asked for.
    let (exit, report, _) = done(&mut push(&archive, &server.base, &[]));
    assert_eq!((exit, report["documents"]["setAside"].as_u64(), posts()), (3, Some(aside), sent));
    let (exit, report, _) = done(&mut push(&archive, &server.base, &["--again"]));
    assert_eq!((exit, report["documents"]["setAside"].as_u64(), posts()), (3, Some(aside), sent + aside as usize));
    // The server's own words are kept for who may see them.
    let ledger = Ledger::read_only(&archive.join(FILE_NAME)).expect("the ledger");
    let document = chartlift::model::DocumentId::from_stored(report["setAside"][0]["document"].as_str().unwrap());
    assert!(ledger.refusal(&server.base, &document).expect("read").expect("words").contains("not taken here"));
}

/// The first value of a field that leaves, with its document.
fn first_value(archive: &Path, field: Field) -> (DocumentRecord, DecidedValue) {
    let ledger = Ledger::read_only(&archive.join(FILE_NAME)).expect("the ledger");
    let found = ledger.documents().map(|record| record.expect("a document")).find_map(|record| {
        let value = record.values.iter().find(|v| v.extracted.field == field && v.status == Status::Accepted)?.clone();
        Some((record, value))
    });
    found.unwrap_or_else(|| panic!("the samples have no accepted {field}"))
}

fn decide(archive: &Path, record: &DocumentRecord, value: &DecidedValue, status: Status, text: &str) {
    let decision = Decision::new("tester", ValueId::of(record, value), status, text);
    Ledger::open(&archive.join(FILE_NAME)).expect("the ledger").decide(&[decision]).expect("decided");
}

#[test]
fn corrections_and_retractions_follow_and_others_changes_are_never_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = samples::copy(folder.path());
    let server = FhirServer::start(&[]);
    assert_eq!(done(&mut push(&archive, &server.base, &[])).0, 0);
    let before = server.count("MedicationStatement");

    // A dose is corrected.
    let (record, value) = first_value(&archive, Field::DosageText);
    decide(&archive, &record, &value, Status::Corrected, "as the test says");
    let (exit, report, complaint) = done(&mut push(&archive, &server.base, &[]));
    assert_eq!(exit, 0, "{report:#} {complaint}");
    assert_eq!(
        (&report["documents"]["planned"], &report["resources"]["MedicationStatement"]["updated"]),
        (&json!(1), &json!(1)),
        "{report:#}"
    );
    // But for who looked at it, nothing is new.
    assert_eq!(of(&report, "created"), report["resources"]["Provenance"]["created"].as_u64().unwrap_or(0), "{report:#}");
    let all = server.get("MedicationStatement?_count=100");
    let corrected = |all: &Value| {
        let found = all["entry"].as_array().unwrap().iter().map(|e| &e["resource"]).find(|r| r["dosage"][0]["text"] == "as the test says");
        found.cloned()
    };
    let statement = corrected(&all).expect("the corrected one");
    assert!(statement["meta"]["versionId"].is_string());

    // Somebody else changes it, and then it is corrected again: for a person.
    let mut theirs = statement.clone();
    theirs["note"] = json!([{"text": "theirs"}]);
    let id = statement["id"].as_str().unwrap();
    ureq::put(format!("{}/MedicationStatement/{id}", server.base))
        .header("content-type", "application/fhir+json")
        .send(theirs.to_string())
        .expect("a put");
    decide(&archive, &record, &value, Status::Corrected, "as the test says later");
    let (exit, report, _) = done(&mut push(&archive, &server.base, &[]));
    assert_eq!((exit, &report["setAside"][0]["outcome"]), (3, &json!("conflict")), "{report:#}");
    assert_eq!(server.get(&format!("MedicationStatement/{id}"))["note"][0]["text"], "theirs");
    assert!(corrected(&server.get("MedicationStatement?_count=100")).is_some());

    // A medicine that was none is taken back; its resource stays, marked.
    let (record, value) = {
        let ledger = Ledger::read_only(&archive.join(FILE_NAME)).expect("the ledger");
        let of_others = ledger.documents().map(Result::unwrap).find_map(|other| {
            let lead = other.values.iter().find(|v| v.extracted.field == Field::MedicationText && v.status == Status::Accepted)?.clone();
            (other.id != record.id).then_some((other, lead))
        });
        of_others.expect("several samples have medicines")
    };
    decide(&archive, &record, &value, Status::Rejected, "");
    let (_, report, _) = done(&mut push(&archive, &server.base, &[]));
    assert_eq!(report["resources"]["MedicationStatement"]["retracted"], 1, "{report:#}");
    let marked = server.get("MedicationStatement?_count=100")["entry"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|e| e["resource"]["status"] == "entered-in-error")
        .count();
    assert_eq!((marked, server.count("MedicationStatement")), (1, before));
    // It comes back with the next decision.
    decide(&archive, &record, &value, Status::Verified, &value.extracted.value);
    let (_, report, _) = done(&mut push(&archive, &server.base, &[]));
    assert_eq!(report["resources"]["MedicationStatement"]["updated"], 1, "{report:#}");
    assert_eq!(server.get("MedicationStatement?status=entered-in-error")["total"].as_u64().unwrap_or(0), 0);
}

#[test]
fn duplicates_are_found_and_never_added_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = samples::copy(folder.path());
    let server = FhirServer::start(&[]);
    let (record, value) = first_value(&archive, Field::Mrn);
    let patient = json!({"resourceType": "Patient", "identifier": [{"system": "urn:chartlift:mrn", "value": value.extracted.value}]});
    let post = || {
        let sent = ureq::post(format!("{}/Patient", server.base)).header("content-type", "application/fhir+json").send(patient.to_string());
        assert_eq!(sent.expect("a post").status(), 201);
    };
    // One that the hospital has: it is found, used and left as it is.
    post();
    let (exit, report, complaint) = done(&mut push(&archive, &server.base, &[]));
    assert_eq!(exit, 0, "{report:#} {complaint}");
    let search = format!("Patient?identifier=urn:chartlift:mrn|{}", value.extracted.value);
    let theirs = server.get(&search);
    assert_eq!((theirs["total"].as_u64(), theirs["entry"][0]["resource"]["meta"]["versionId"].as_str().is_some()), (Some(1), true));
    assert!(theirs["entry"][0]["resource"].get("name").is_none());
    // A second one appears: it is listed, and nothing is sent for such a person.
    post();
    let (exit, report, _) = reconcile(&archive, &server.base);
    assert_eq!((exit, report["mismatches"].as_array().map(Vec::len)), (3, Some(1)), "{report:#}");
    assert_eq!(report["mismatches"][0]["found"].as_array().map(Vec::len), Some(2));
    let mut shown = report["mismatches"][0].clone();
    shown["document"] = json!("the samples' folders bear record numbers");
    assert!(!shown.to_string().contains(&value.extracted.value), "a record number is not shown");
    let other = tempfile::tempdir().expect("a folder");
    let config = impatient(other.path(), "");
    let (exit, report, _) = done(&mut push(&samples::copy(other.path()), &server.base, &["--config", config.to_str().unwrap()]));
    assert_eq!(exit, 3);
    let aside = report["setAside"].as_array().expect("a list");
    assert!(aside.iter().any(|one| one["document"] == record.id.as_str() && one["outcome"] == "conflict"), "{report:#}");
    assert_eq!(server.count(&search), 2);
}

#[test]
fn what_left_the_archive_is_taken_back_and_a_scan_whose_source_is_gone_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let (input, archive) = (folder.path().join("in"), folder.path().join("archive"));
    fs::create_dir(&input).expect("a folder");
    // A paper that was never on paper: no page is read by an engine.
    common::copy_into(&common::root().join("samples/scans/chart 448213/medication list.pdf"), &input);
    let ran = common::run(&input, &archive);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let server = FhirServer::start(&[]);
    let (exit, report, complaint) = done(&mut push(&archive, &server.base, &[]));
    assert_eq!(exit, 0, "{report:#} {complaint}");
    let medicines = server.count("MedicationStatement");
    assert!(medicines > 0 && server.count("Binary") == 1);

    // The inbox was emptied, and then a value is corrected: the scan and what names it stay as they are.
    fs::remove_file(input.join("medication list.pdf")).expect("removed");
    let (record, value) = first_value(&archive, Field::DosageText);
    decide(&archive, &record, &value, Status::Corrected, "as the test says");
    let (exit, report, _) = done(&mut push(&archive, &server.base, &[]));
    assert_eq!((exit, report["withoutScan"].as_array().map(Vec::len)), (3, Some(1)), "{report:#}");
    assert_eq!(
        (&report["resources"]["MedicationStatement"]["updated"], &report["resources"]["Binary"]),
        (&json!(1), &Value::Null),
        "{report:#}"
    );
    assert!(report["resources"]["DocumentReference"].is_null(), "{report:#}");
    // Where the source lies elsewhere now, all is well again.
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).expect("a folder");
    common::copy_into(&common::root().join("samples/scans/chart 448213/medication list.pdf"), &elsewhere);
    let (exit, report, _) = done(&mut push(&archive, &server.base, &["--scans", elsewhere.to_str().unwrap(), "--check", "9"]));
    assert_eq!((exit, &report["readBack"]["faults"]), (0, &json!([])), "{report:#}");

    // Another paper lies under the name: the one that was sent is no longer in the archive.
    fs::copy(common::root().join("fixtures/digital.pdf"), input.join("medication list.pdf")).expect("copied");
    let ran = common::run(&input, &archive);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let (exit, report, complaint) = done(&mut push(&archive, &server.base, &[]));
    assert_eq!(exit, 0, "{report:#} {complaint}");
    assert_eq!(report["resources"]["MedicationStatement"]["retracted"].as_u64(), Some(medicines), "{report:#}");
    assert!(
        report["forPeople"].as_array().unwrap().iter().any(|one| one["deed"] == "left"),
        "the patient and the scan are for a person: {report:#}"
    );
    let all = server.get("MedicationStatement?_count=100");
    assert!(all["entry"].as_array().unwrap().iter().all(|entry| entry["resource"]["status"] == "entered-in-error"));
    // Once is enough.
    let (exit, report, _) = done(&mut push(&archive, &server.base, &[]));
    assert_eq!((exit, report["documents"]["planned"].as_u64(), &report["forPeople"]), (0, Some(0), &json!([])));
}

#[test]
fn scans_go_in_closed_bundles_of_their_own_to_who_wants_mhd() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = samples::copy(folder.path());
    let server = FhirServer::start(&[]);
    let config = folder.path().join("mhd.toml");
    fs::write(&config, "[export]\nmhd_source = \"urn:oid:1.2.3\"\n").expect("written");
    let mhd = ["--profile", "mhd", "--config", config.to_str().unwrap(), "--check", "100"];
    let (exit, would, _) = done(&mut push(&archive, &server.base, &[&mhd[..], &["--dry-run"]].concat()));
    assert_eq!(exit, 0);
    let (exit, report, complaint) = done(&mut push(&archive, &server.base, &mhd));
    assert_eq!((exit, &report["readBack"]["faults"]), (0, &json!([])), "{report:#} {complaint}");
    assert_eq!(of(&would, "created"), of(&report, "created") + of(&report, "found"));
    let ledger = by_ledger(&report);
    assert_eq!((ledger["List"], ledger["Binary"], ledger["DocumentReference"]), (13, 13, 13));
    assert_eq!(by_server(&server, &ledger), ledger);
    // References lead where they should: the scan's own, and those of what was read.
    let one = &server.get("List?_count=1")["entry"][0]["resource"];
    let reference = server.get(one["entry"][0]["item"]["reference"].as_str().expect("a reference"));
    assert!(
        reference["content"][0]["attachment"]["url"].as_str().expect("a url").contains("Binary/") && reference.get("docStatus").is_none()
    );
    let all = server.get("MedicationStatement?_count=100").to_string();
    assert!(!all.contains("urn:uuid:"), "{all}");
    let (exit, again, _) = done(&mut push(&archive, &server.base, &mhd));
    assert_eq!((exit, again["documents"]["planned"].as_u64()), (0, Some(0)));
    // Another archive of the same papers finds them.
    let other = tempfile::tempdir().expect("a folder");
    let (exit, report, complaint) = done(&mut push(&samples::copy(other.path()), &server.base, &mhd));
    assert_eq!((exit, of(&report, "created")), (0, 0), "{report:#} {complaint}");
    assert_eq!(by_server(&server, &ledger), ledger);
}
