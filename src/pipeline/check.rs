//! Looking through a site's folder of rules before a run, so that everything wrong is told at once.

use std::path::Path;

use crate::confidence::{ConfidenceError, ConfidenceModel};
use crate::extract::{self, Finding, Severity};

/// Files of the folder that are not the extraction's.
const OTHERS: [&str; 1] = ["confidence.toml"];

/// Everything that is wrong, or may be, with a folder of rules, in the order of files and lines.
pub fn check_rules(folder: &Path) -> Vec<Finding> {
    let mut findings = extract::check(folder, &OTHERS);
    if let Err(error) = ConfidenceModel::load(Some(folder)) {
        let what = match &error {
            ConfidenceError::Parse { reason, .. } => reason.clone(),
            ConfidenceError::Read { .. } => error.to_string(),
        };
        let (line, (what, help)) = extract::explain(&what);
        findings.push(Finding { file: OTHERS[0].to_owned(), line, severity: Severity::Error, what, help });
    }
    findings.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    findings
}
