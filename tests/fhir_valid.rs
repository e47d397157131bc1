//! Bundles against validators that know nothing of chartlift, and broken bundles against them and chartlift's own check.
//!
//! tests/samples.rs and tests/charts.rs hold what they read to the same validators. `CHARTLIFT_BUNDLES=FOLDER cargo test --test fhir_valid` takes a folder of bundles
//! besides, such as an export of all development charts.
#![allow(clippy::print_stdout, reason = "a test says what it did or left out")]

mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use chartlift::export::Format;
use chartlift::export::fhir::check;
use common::{samples, validators};

/// Each fault of scripts/fhir/broken.mjs, and who finds it: medplum, FHIR.js, fhirkit-rs, chartlift's own check. The versions are pinned: what changes is a
/// change of theirs or ours, and is to be looked at.
const FAULTS: &str = "
    no-code                          medplum fhir.js fhirkit-rs own
    no-status                        medplum fhir.js fhirkit-rs own
    no-agent                         medplum fhir.js fhirkit-rs own
    no-target                        medplum fhir.js fhirkit-rs own
    no-request-method                medplum fhir.js fhirkit-rs own
    status-not-a-code                -       fhir.js -          -
    gender-not-a-code                -       fhir.js -          -
    doc-status-not-a-code            -       fhir.js -          -
    bundle-type-not-a-code           medplum fhir.js -          own
    number-for-date                  medplum -       fhirkit-rs -
    text-for-decimal                 medplum fhir.js fhirkit-rs -
    object-for-array                 medplum fhir.js fhirkit-rs own
    array-for-object                 medplum fhir.js fhirkit-rs -
    negative-size                    medplum -       fhirkit-rs own
    bad-base64                       medplum -       fhirkit-rs own
    bad-id                           -       -       -          own
    empty-text                       -       -       fhirkit-rs own
    empty-array                      -       -       fhirkit-rs own
    null-in-array                    medplum -       fhirkit-rs own
    month-13                         medplum -       fhirkit-rs own
    february-30                      medplum -       -          own
    day-for-instant                  medplum -       fhirkit-rs own
    time-without-zone                -       -       fhirkit-rs own
    period-backwards                 -       -       -          own
    unknown-element                  medplum fhir.js fhirkit-rs -
    two-values                       -       -       fhirkit-rs own
    extension-without-url            medplum fhir.js fhirkit-rs own
    extension-without-value          medplum -       -          own
    unknown-resource                 medplum fhir.js fhirkit-rs own
    obs-6                            -       -       -          own
    ait-1                            -       -       -          own
    qty-3                            -       -       -          own
    bdl-3                            medplum -       -          own
    bdl-7                            medplum -       -          own
    dangling-reference               -       -       -          own
    reference-to-wrong-type          -       -       -          own
    relative-reference-to-wrong-type -       -       -          own
    target-element-nowhere           -       -       -          own
    condition-of-another             -       -       -          own
    condition-with-question-mark     -       -       -          own
    ucum-unknown                     -       -       -          own
    ucum-case                        -       -       -          own";

/// What an export says of itself.
const OWN: [&str; 4] = [".lock", "export.json", "manifest.json", "left_out.csv"];

/// `chartlift export` of the samples' archive in a form, with further arguments.
fn export(format: Format, arguments: &[&str], out: &Path) {
    let mut run = common::chartlift();
    run.arg("export").arg(samples::archive()).args(["--format", format.as_str()]).args(arguments).arg("--out").arg(out);
    let run = run.output().expect("the program starts");
    assert_eq!(run.status.code(), Some(0), "export --format {}: {}", format.as_str(), String::from_utf8_lossy(&run.stderr));
}

#[test]
fn every_fhir_export_of_the_samples_passes_every_validator() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut made = Vec::new();
    for format in Format::ALL {
        match format {
            // Other tests read these back.
            Format::Pdfa | Format::Hl7v2 | Format::Adt | Format::Cda | Format::Dicom | Format::Csv => {}
            _ => {
                made.push(folder.path().join(format.as_str()));
                export(*format, &[], &made[made.len() - 1]);
            }
        }
    }
    let settings = ["profile = \"mhd\"", "profile = \"generic\"", "us_core = \"6.1.0\"", "us_core = \"3.1.1\""];
    for (at, setting) in settings.iter().enumerate() {
        let config = folder.path().join("chartlift.toml");
        std::fs::write(&config, format!("[export]\n{setting}\n")).expect("a file");
        made.push(folder.path().join(format!("setting {at}")));
        export(Format::Fhir, &["--no-scan", "--config", &config.to_string_lossy()], &made[made.len() - 1]);
    }
    let (bundles, resources) = validators::assert_valid(&samples::archive().join("bundles"));
    assert!(bundles == 13 && resources > 100, "{bundles} bundles, {resources} resources");
    for out in &made {
        let files = walkdir::WalkDir::new(out).into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
        let resources = files.filter(|file| !OWN.iter().any(|own| file.file_name() == *own));
        assert!(resources.count() > 2, "{}: more than the export's own lists", out.display());
    }
    let (bundles, resources) = validators::assert_valid(folder.path());
    println!("{bundles} bundles with {resources} resources pass");
    assert!(bundles >= 13 * (1 + settings.len() as u64), "{bundles} bundles");
}

#[test]
fn bundles_of_a_folder_pass_every_validator() {
    let Some(folder) = std::env::var_os("CHARTLIFT_BUNDLES") else {
        println!("CHARTLIFT_BUNDLES is not set: the bundles of the samples alone are looked at");
        return;
    };
    let (bundles, resources) = validators::assert_valid(Path::new(&folder));
    println!("{bundles} bundles with {resources} resources pass");
}

#[test]
fn every_fault_is_found_by_those_who_are_said_to_find_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (good, broken) = (folder.path().join("good"), folder.path().join("broken"));
    // With scans: the check holds hash and size against them.
    export(Format::Fhir, &[], &good);
    let node = Command::new(common::root().join("scripts/fhir/setup.sh")).output().expect("bash").stdout;
    let made = Command::new(String::from_utf8_lossy(&node).trim())
        .arg(common::root().join("scripts/fhir/broken.mjs"))
        .args([&good.join("bundles"), &broken])
        .output()
        .expect("node");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stdout));

    let reports = validators::reports(&broken);
    let mut found = String::new();
    for (name, finders) in rows(FAULTS) {
        let file = broken.join(format!("{name}.json"));
        let value = serde_json::from_slice(&std::fs::read(&file).expect("one for each row")).expect("JSON");
        let mut now: Vec<&str> = Vec::new();
        for report in &reports {
            let sees = report.faults.iter().any(|fault| Path::new(&fault.file) == file);
            now.push(if sees { &report.name } else { "-" });
        }
        now.push(if check(&value).is_empty() { "-" } else { "own" });
        assert!(now.iter().any(|finder| *finder != "-"), "nobody finds {name}");
        if now != finders {
            found.push_str(&format!("\n{name}: {}", now.join(" ")));
        }
    }
    assert!(found.is_empty(), "other than the table says:{found}");

    let files: BTreeSet<String> =
        validators::json_files(&broken).iter().filter_map(|(file, _)| Some(file.file_stem()?.to_str()?.to_owned())).collect();
    assert_eq!(files, rows(FAULTS).map(|(name, _)| name.to_owned()).collect(), "a row for each fault");
    assert!(rows(FAULTS).any(|(_, finders)| !finders.contains(&"-")), "some bundle fails them all");
}

fn rows(table: &str) -> impl Iterator<Item = (&str, Vec<&str>)> {
    table.lines().filter(|line| !line.trim().is_empty()).map(|line| {
        let mut words = line.split_whitespace();
        (words.next().expect("a name"), words.collect())
    })
}
