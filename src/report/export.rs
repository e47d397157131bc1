//! What `chartlift export` says, for people and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use serde_json::json;

use super::Exit;
use super::summary::{count, list};
use crate::export::Format;
use crate::model::DocumentId;

/// What an export came to.
#[derive(Clone, Debug)]
pub struct ExportReport {
    /// The archive.
    pub archive: PathBuf,
    /// The folder.
    pub folder: PathBuf,
    /// The form.
    pub format: Format,
    /// Documents that were looked at.
    pub documents: u64,
    /// Of these, the ones that were refused as a whole.
    pub refused: u64,
    /// People whom a document of theirs names.
    pub people: u64,
    /// Documents that carry their scan.
    pub scans: u64,
    /// Documents whose scan was wanted and is not to be had.
    pub without_scan: u64,
    /// Values that may leave and have no place in this form.
    pub values_left_out: u64,
    /// How many resources of each type were written.
    pub resources: BTreeMap<String, u64>,
    /// Files in the folder.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were made, changed or removed.
    pub changed: u64,
    /// Documents that were left out, or went without their scan: which, what, why. Cut at a large number.
    pub left_out: Vec<(DocumentId, &'static str, String)>,
    /// The process that was writing to the archive meanwhile.
    pub writer: Option<u32>,
    /// How it ended.
    pub exit: Exit,
}

impl Default for ExportReport {
    fn default() -> Self {
        Self {
            archive: PathBuf::new(),
            folder: PathBuf::new(),
            format: Format::Fhir,
            documents: 0,
            refused: 0,
            people: 0,
            scans: 0,
            without_scan: 0,
            values_left_out: 0,
            resources: BTreeMap::new(),
            files: 0,
            bytes: 0,
            changed: 0,
            left_out: Vec::new(),
            writer: None,
            exit: Exit::Done,
        }
    }
}

impl ExportReport {
    /// For people.
    pub fn human(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "export      {} of {} to {}", self.format.as_str(), self.archive.display(), self.folder.display());
        let people = match self.people {
            1 => "1 person".to_owned(),
            people => format!("{people} people"),
        };
        let _ = writeln!(text, "documents   {} of {people}; {} with their scan", self.documents - self.refused, self.scans);
        if !self.resources.is_empty() {
            let kinds: Vec<String> = self.resources.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
            let _ = writeln!(text, "holds       {}: {}", self.resources.values().sum::<u64>(), kinds.join(", "));
        }
        let _ = writeln!(text, "files       {}, {} bytes; {} changed", self.files, self.bytes, self.changed);
        if self.values_left_out > 0 {
            let _ = writeln!(text, "left out    {} that may leave: left_out.csv says why", count(self.values_left_out, "value"));
        }
        if let Some(process) = self.writer {
            let _ = writeln!(text, "note        process {process} is writing to the archive; this is what it held when the export began");
        }
        let lines = self.left_out.iter().map(|(document, what, why)| format!("{document}: no {what}: {why}"));
        list(&mut text, "not exported:", lines, self.left_out.len());
        if self.exit != Exit::Done {
            let _ = writeln!(text, "exit code {}: {}", self.exit.code(), self.exit.meaning());
        }
        text
    }

    /// For programs.
    pub fn json(&self) -> String {
        let left_out: Vec<_> =
            self.left_out.iter().map(|(document, what, why)| json!({"document": document.as_str(), "what": what, "why": why})).collect();
        let value = json!({
            "archive": self.archive,
            "folder": self.folder,
            "format": self.format.as_str(),
            "documents": self.documents,
            "refused": self.refused,
            "people": self.people,
            "scans": self.scans,
            "withoutScan": self.without_scan,
            "valuesLeftOut": self.values_left_out,
            "resources": self.resources,
            "files": self.files,
            "bytes": self.bytes,
            "changed": self.changed,
            "leftOut": left_out,
            "exitCode": self.exit.code(),
        });
        format!("{value:#}\n")
    }
}
