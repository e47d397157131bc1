//! FHIR files against validators that know nothing of chartlift (scripts/fhir/validate.sh), and against its own check.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use chartlift::export::fhir::check;
use serde::Deserialize;
use serde_json::Value;

/// What one validator says.
#[derive(Debug, Deserialize)]
pub struct Report {
    pub name: String,
    pub bundles: u64,
    pub resources: u64,
    pub faults: Vec<Fault>,
}

/// A fault that it found.
#[derive(Debug, Deserialize)]
pub struct Fault {
    pub file: String,
    pub path: String,
    pub rule: String,
}

/// What each validator says of the files in a folder.
pub fn reports(folder: &Path) -> Vec<Report> {
    let output = Command::new(super::root().join("scripts/fhir/validate.sh")).arg("--json").arg(folder).output().expect("bash");
    let reports: Vec<Report> =
        String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("a report a line")).collect();
    let names: Vec<&str> = reports.iter().map(|report| report.name.as_str()).collect();
    assert_eq!(names, ["medplum", "fhir.js", "fhirkit-rs"], "{}", String::from_utf8_lossy(&output.stderr));
    let clean = reports.iter().all(|report| report.faults.is_empty());
    assert_eq!(output.status.code(), Some(i32::from(!clean)), "the exit code tells faults");
    reports
}

/// Holds that no validator finds a fault below a folder, nor chartlift's own check in a transaction there; gives how many bundles and resources were looked at.
pub fn assert_valid(folder: &Path) -> (u64, u64) {
    let reports = reports(folder);
    for report in &reports {
        assert!(report.faults.is_empty(), "{}: {:#?}", report.name, &report.faults[..report.faults.len().min(10)]);
        assert_eq!((report.bundles, report.resources), (reports[0].bundles, reports[0].resources), "all have seen the same");
    }
    for (file, value) in json_files(folder) {
        if value["type"] == "transaction" {
            assert_eq!(check(&value), Vec::<String>::new(), "{}", file.display());
        }
    }
    (reports[0].bundles, reports[0].resources)
}

/// The JSON files below a folder, in order.
pub fn json_files(folder: &Path) -> Vec<(PathBuf, Value)> {
    let mut files = Vec::new();
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files.extend(json_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let value = serde_json::from_slice(&fs::read(&path).expect("readable")).expect("JSON");
            files.push((path, value));
        }
    }
    files
}
