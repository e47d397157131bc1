//! The other doors of a hospital: what `chartlift export` writes as HL7 v2, CDA, DICOM and index is read back by libraries that had no part in writing it
//! (scripts/doors), held against their rules, against fields.csv and against the scans; and what was broken on purpose is found.
#![allow(clippy::print_stdout, reason = "a test says what it did or left out")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chartlift::model::Sha256;
use common::{chartlift, root, rows, samples};
use serde::Deserialize;
use serde_json::Value;

/// What a checker read from a file.
#[derive(Debug, Deserialize)]
struct Read {
    file: String,
    faults: Vec<String>,
    values: BTreeMap<String, String>,
    #[serde(default)]
    document: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    pdf_sha256: String,
    #[serde(default)]
    xds_sd: bool,
}

impl Read {
    /// The document's name, from where the file lies.
    fn document(&self) -> &str {
        if !self.document.is_empty() {
            return &self.document;
        }
        let name = self.file.split_once('/').expect("a folder").1;
        name.rsplit_once('.').expect("an extension").0
    }
}

/// The checkers' answer; `None` where Python's libraries cannot be had, which is said.
fn checked(form: &str, folder: &Path) -> Option<(Vec<Read>, bool)> {
    let output = Command::new(root().join("scripts/doors/python.sh"))
        .arg(root().join("scripts/doors/check.py"))
        .arg(form)
        .arg(folder)
        .output()
        .expect("bash");
    if output.status.code() == Some(69) {
        println!("NOT CHECKED: {}", String::from_utf8_lossy(&output.stderr));
        return None;
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let reads = text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    Some((reads, output.status.success()))
}

/// Settings of a site that has said all.
fn site(folder: &Path, more: &str) -> PathBuf {
    let path = folder.join("site.toml");
    let text = r#"
        [export]
        mrn_system = "urn:oid:1.2.840.99999.1"
        [export.facility]
        name = "Mercy & Grace Hospital of the Valley"
        oid = "1.2.840.99999"
        telephone = "+15035550100"
        street = "1 Main St"
        city = "Portland"
        state = "OR"
        postal_code = "97201"
        country = "US"
        patients_country = "US"
        mrn_namespace = "MERCY"
        operator_id = "op-7"
        operator_family = "Smith"
        operator_given = "Bernice"
        scanner = "Imager 7"
        scanner_oid = "1.2.840.99999.7"
        scanned_at_intake = true
        utc_offset = "-08:00"
        [export.hl7v2]
        receiving_application = "HIS"
        "#;
    fs::write(&path, format!("{text}{more}")).expect("settings");
    path
}

fn export(form: &str, settings: Option<&Path>, out: &Path, more: &[&str]) -> Output {
    let mut command = chartlift();
    command.arg("export").arg(samples::archive()).args(["--format", form]).args(more).arg("--out").arg(out);
    settings.map(|path| command.arg("--config").arg(path));
    command.output().expect("the program starts")
}

/// An export of the samples, of which some documents are refused.
fn exported(form: &str, folder: &Path) -> PathBuf {
    let out = folder.join(form);
    let output = export(form, Some(&site(folder, "")), &out, &[]);
    let code = if form == "csv" { 0 } else { 3 };
    assert_eq!(output.status.code(), Some(code), "{form}: {}", String::from_utf8_lossy(&output.stderr));
    out
}

/// What fields.csv says: the first value of each field that may leave, by document.
fn accepted() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut all: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for row in rows(&samples::archive()) {
        let leaves = ["accepted", "verified", "corrected"].contains(&row.status.as_str()) && !row.value.is_empty();
        let document = all.entry(row.document).or_default();
        if leaves && row.item.is_none() {
            document.entry(row.field).or_insert(row.value);
        }
    }
    all
}

/// Documents of which the record number and one thing more were accepted. No two samples contradict each other.
fn certain(accepted: &BTreeMap<String, BTreeMap<String, String>>) -> BTreeSet<String> {
    let is = |of: &BTreeMap<String, String>| {
        of.contains_key("Patient.identifier.mrn") && (of.contains_key("Patient.name.family") || of.contains_key("Patient.birthDate"))
    };
    accepted.iter().filter(|(_, of)| is(of)).map(|(document, _)| document.clone()).collect()
}

/// Holds what was read from a file against fields.csv, both ways.
fn same_values(read: &Read, accepted: &BTreeMap<String, String>) {
    for (field, value) in &read.values {
        let mut expected = accepted.get(field).cloned().unwrap_or_default();
        if field.to_lowercase().contains("date") || field.starts_with("Encounter.") {
            expected = expected.replace('-', "");
        }
        // LOINC's "Note", where messages need a code and the kind is not known.
        let value = value.replace("34109-9", "");
        let value = if expected.len() == 8 { value.replace('-', "") } else { value };
        assert_eq!(value, expected, "{field} of {}", read.file);
    }
}

/// Digests of the scans as the FHIR export carries them.
fn scans(folder: &Path) -> BTreeMap<String, String> {
    let out = folder.join("fhir");
    let output = export("fhir", None, &out, &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut scans = BTreeMap::new();
    for document in accepted().keys() {
        let text = fs::read(out.join("bundles").join(format!("{document}.json"))).expect("a bundle");
        let bundle: Value = serde_json::from_slice(&text).expect("JSON");
        let entries = bundle["entry"].as_array().expect("entries");
        let binary = entries.iter().find(|entry| entry["resource"]["resourceType"] == "Binary").expect("a Binary");
        let pdf = BASE64.decode(binary["resource"]["data"].as_str().expect("data")).expect("Base64");
        scans.insert(document.clone(), Sha256::of(&pdf).to_string());
    }
    scans
}

#[test]
fn every_door_says_what_the_ledger_says_and_carries_the_same_scan() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (accepted, scans) = (accepted(), scans(folder.path()));
    let certain = certain(&accepted);
    assert!(certain.len() > 5 && certain.len() < accepted.len(), "{certain:?}");
    for form in ["hl7v2", "cda", "dicom", "csv"] {
        let out = exported(form, folder.path());
        let Some((reads, sound)) = checked(form, &out) else { return };
        for read in &reads {
            assert_eq!(read.faults, Vec::<String>::new(), "{form}: {}", read.file);
            same_values(read, &accepted[read.document()]);
            assert_eq!(read.pdf_sha256, scans[read.document()], "{form}: the scan of {}", read.file);
        }
        assert!(sound, "{form}");
        let documents: BTreeSet<String> = reads.iter().map(|read| read.document().to_owned()).collect();
        assert_eq!(documents, if form == "csv" { accepted.keys().cloned().collect() } else { certain.clone() }, "{form}");
        let ids: BTreeSet<&str> = reads.iter().map(|read| read.id.as_str()).collect();
        assert_eq!(ids.len(), reads.len(), "{form}: every document has an id of its own");
        if form == "cda" {
            let both = reads.iter().filter(|read| read.xds_sd).count();
            assert!(both > 0 && both < reads.len(), "{both} of {} are XDS-SD documents", reads.len());
            let left_out = fs::read_to_string(out.join("left_out.csv")).expect("a list");
            let said: BTreeSet<&str> =
                left_out.lines().filter(|line| line.contains("XDS-SD")).filter_map(|line| line.split(',').next()).collect();
            assert_eq!(said.len(), reads.len() - both, "why the others are none is said: {left_out}");
        }
        if form != "csv" {
            let left_out = fs::read_to_string(out.join("left_out.csv")).expect("a list");
            let refused = left_out.lines().filter(|line| line.contains(",document,")).count();
            assert_eq!(refused, accepted.len() - certain.len(), "{form}: {left_out}");
        }
        let again = export(form, Some(&site(folder.path(), "")), &out, &["--json"]);
        let report: Value = serde_json::from_slice(&again.stdout).expect("JSON");
        assert_eq!(report["changed"], 0, "{form}: twice the same bytes");
        println!("{form}: {} files", reads.len());
    }
}

#[test]
fn one_message_a_patient_who_is_certain() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let Some((reads, sound)) = checked("adt", &exported("adt", folder.path())) else { return };
    assert!(sound, "{reads:?}");
    let (accepted, mut numbers) = (accepted(), BTreeSet::new());
    for read in &reads {
        let number = &read.values["Patient.identifier.mrn"];
        numbers.insert(number.clone());
        let papers: Vec<_> = accepted.values().filter(|of| of.get("Patient.identifier.mrn") == Some(number)).collect();
        for (field, value) in read.values.iter().filter(|(_, value)| !value.is_empty()) {
            let says = |of: &&BTreeMap<String, String>| of.get(field).is_some_and(|v| v == value || v.replace('-', "") == *value);
            assert!(papers.iter().any(says), "no paper of {number} says {field} {value}");
        }
    }
    let certain = certain(&accepted);
    let expected: BTreeSet<String> = certain.iter().map(|document| accepted[document]["Patient.identifier.mrn"].clone()).collect();
    assert_eq!((numbers, reads.len()), (expected.clone(), expected.len()));
}

#[test]
fn scans_that_are_too_large_for_a_message_lie_beside_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = site(folder.path(), "embed_at_most_mib = 0\nscan_base = \"file:///scans/\"\n");
    let out = folder.path().join("out");
    assert_eq!(export("hl7v2", Some(&settings), &out, &[]).status.code(), Some(3));
    let Some((reads, sound)) = checked("hl7v2", &out) else { return };
    assert!(sound && !reads.is_empty(), "{reads:?}");
    let message = fs::read_to_string(out.join(&reads[0].file)).expect("a message");
    assert!(message.contains("|RP|") && message.len() < 2000, "{message}");
}

/// Files of a form, each broken in one way: the fault has to be found, and the whole file to be sound.
fn broken(form: &str, pattern: &str, faults: &[(&str, &[u8], &[u8])]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = exported(form, folder.path());
    let whole = fs::read(out.join(pattern)).unwrap_or_else(|error| panic!("{pattern}: {error}"));
    let extension = pattern.rsplit_once('.').expect("an extension").1;
    let broken = folder.path().join("broken");
    fs::create_dir_all(broken.join(form)).expect("a folder");
    fs::write(broken.join(form).join(format!("whole.{extension}")), &whole).expect("a file");
    for (n, (_, from, to)) in faults.iter().enumerate() {
        let at = whole.windows(from.len()).position(|window| window == *from);
        let at = at.unwrap_or_else(|| panic!("{form}: {} is not there to be broken", String::from_utf8_lossy(from)));
        let bytes = [&whole[..at], to, &whole[at + from.len()..]].concat();
        fs::write(broken.join(form).join(format!("{n}.{extension}")), bytes).expect("a file");
    }
    let Some((reads, sound)) = checked(form, &broken) else { return };
    assert!(!sound && reads.len() == faults.len() + 1);
    for read in reads {
        let name = Path::new(&read.file).file_stem().and_then(|stem| stem.to_str()).expect("a name");
        match name.parse::<usize>() {
            Ok(n) => {
                assert!(read.faults.iter().any(|fault| fault.contains(faults[n].0)), "{:?} was not found: {:?}", faults[n], read.faults)
            }
            Err(_) => assert_eq!(read.faults, Vec::<String>::new(), "{form}: whole"),
        }
    }
    println!("{form}: {} faults were found", faults.len());
}

#[test]
fn broken_messages_are_found() {
    broken(
        "hl7v2",
        "hl7v2/chart 448213/labs.tif.hl7",
        &[
            ("hl7apy", b"\rPV1|1|U\r", b"\r"),
            ("hl7apy", b"\rTXA|1|", b"\rTXB|1|"),
            ("not ended by single carriage returns", b"\rPID", b"\r\nPID"),
            ("MSH-9", b"MDM^T02^MDM_T02", b"MDM^T02"),
            ("MSH-12", b"|2.5.1|", b"|2.4|"),
            ("MSH-18", b"UNICODE UTF-8", b"LATIN 1"),
            ("no time with a zone", b"-0800||MDM", b"||MDM"),
            ("who gave the number out", b"^^^MERCY&1.2.840.99999.1&ISO^MR", b"^^^^MR"),
            ("no medical record number", b"&ISO^MR", b"&ISO^XX"),
            ("TXA-17", b"|IN|U|AV", b"|LA|U|AV"),
            ("TXA-18", b"|IN|U|AV", b"|IN|N|AV"),
            ("TXA-19", b"|IN|U|AV", b"|IN|U|OB"),
            ("Base64", b"^Base64^", b"^Hex^"),
            ("no PDF file in or beside", b"^JVBERi", b"^KVBERi"),
        ],
    );
}

#[test]
fn broken_documents_are_found() {
    broken(
        "cda",
        "cda/chart 448213/labs.tif.xml",
        &[
            ("lxml", b"</title>", b"</tile>"),
            ("out of order", b"<realmCode code=\"US\"/>", b"<title>x</title><realmCode code=\"US\"/>"),
            ("no template id of the Unstructured", b"22.1.10\"", b"22.1.11\""),
            ("no id with root and extension", b"extension=\"448213\" ", b""),
            ("birthTime: one is wanted", b"<birthTime value=\"19470318\"/>", b""),
            ("birthTime is not known", b"<birthTime value=\"19470318\"/>", b"<birthTime nullFlavor=\"UNK\"/>"),
            ("is no OID", b"root=\"1.2.840.99999.7\"", b"root=\"urn:oid:1\""),
            ("effectiveTime is no time with a zone", b"-0800\"/>", b"\"/>"),
            ("country", b"<country>US</country>", b""),
            ("the custodian has no name", b"<representedCustodianOrganization>", b"<representedCustodianOrganization><name/>"),
            ("scanner's code", b"CAPTURE", b"WSD"),
            ("dataEnterer has no template id", b"1.2.20.3\"", b"1.2.20.9\""),
            ("the operator's id", b"extension=\"op-7\" ", b""),
            ("no PDF in Base64", b"representation=\"B64\"", b"representation=\"TXT\""),
            ("the body is no PDF file", b">JVBERi", b">KVBERi"),
        ],
    );
}

#[test]
fn broken_objects_are_found() {
    broken(
        "dicom",
        "dicom/chart 448213/labs.tif.dcm",
        &[
            ("pydicom", b"DICM", b"DICN"),
            ("Modality is not DOC", b"DOC ", b"CT  "),
            ("ConversionType is not SD", b"CS\x02\x00SD", b"CS\x02\x00DV"),
            ("BurnedInAnnotation", b"YES ", b"NO  "),
            ("VerificationFlag", b"UNVERIFIED", b"VERIFIED  "),
            ("SpecificCharacterSet", b"ISO_IR 192", b"ISO_IR 100"),
            ("no PDF file", b"%PDF-", b"%PDX-"),
            ("SOPClassUID is missing", b"\x08\x00\x16\x00UI", b"\x08\x00\x15\x00UI"),
        ],
    );
}

#[test]
fn what_a_form_cannot_do_without_is_said_before_anything_is_written() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    let said = |output: Output| {
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let text = said(export("cda", None, &out, &[]));
    assert!(text.contains("export.mrn_system") && text.contains("export.facility.oid") && text.contains("config/README.md"), "{text}");
    let text = said(export("dicom", None, &out, &["--no-scan"]));
    assert!(text.contains("--no-scan"), "{text}");
    assert!(!out.exists());
}
