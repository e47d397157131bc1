//! The forms other than FHIR: messages, documents, objects and an index.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value};

use super::door::{Door, Outcome, Paper};
use super::folder::Folder;
use crate::export::fhir::{ExportContext, ExportSettings};
use crate::export::{Format, IndexCsv, Spool, cda, dicom, hl7v2, is_patient_certain};
use crate::model::DocumentRecord;
use crate::pipeline::RunError;

const SCANS: (&str, &str) = ("scans", "pdf");
const MESSAGES: (&str, &str) = ("hl7v2", "hl7");
const PEOPLE: (&str, &str) = ("adt", "hl7");
const DOCUMENTS: (&str, &str) = ("cda", "xml");
const OBJECTS: (&str, &str) = ("dicom", "dcm");
const INDEX: &str = "index.csv";

/// What keeps a form from being made of any document, in words.
pub(super) fn obstacle(format: Format, settings: &ExportSettings, scans: bool) -> Option<String> {
    if !scans && format.is_nothing_without_scan() {
        return Some("is nothing without scans: leave --no-scan out".to_owned());
    }
    let wanted = if format == Format::Cda { cda::settings_wanted(settings) } else { Vec::new() };
    (!wanted.is_empty()).then(|| format!("needs to be told {}", wanted.join(", ")))
}

fn refused(reasons: Vec<String>) -> Outcome {
    Outcome { refused: reasons, ..Outcome::default() }
}

/// An MDM^T02 a document.
#[derive(Default)]
pub(super) struct Messages {
    written: u64,
}

impl Door for Messages {
    fn document(&mut self, paper: &Paper<'_>, folder: &mut Folder) -> Result<Outcome, RunError> {
        let message = match hl7v2::mdm(paper.record, paper.context, paper.scan) {
            Ok(message) => message,
            Err(reasons) => return Ok(refused(reasons)),
        };
        if let (Some(path), Some(scan)) = (&message.scan_beside, paper.scan) {
            folder.write(&PathBuf::from(path), &scan.pdf)?;
        }
        folder.write(&paper.path(MESSAGES.0, MESSAGES.1), message.text.as_bytes())?;
        self.written += 1;
        Ok(Outcome { left_out: message.left_out, ..Outcome::default() })
    }

    fn wants_scan(&self, record: &DocumentRecord, context: &ExportContext) -> bool {
        is_patient_certain(record, context)
    }

    fn resources(&self) -> BTreeMap<String, u64> {
        counted([("MDM^T02", self.written)])
    }

    fn areas(&self) -> &'static [(&'static str, &'static str)] {
        &[MESSAGES, SCANS]
    }
}

/// An ADT^A28 or A31 a person.
#[derive(Default)]
pub(super) struct Patients {
    person: hl7v2::Person,
    context: Option<ExportContext>,
    written: BTreeMap<String, u64>,
}

impl Door for Patients {
    fn document(&mut self, paper: &Paper<'_>, _folder: &mut Folder) -> Result<Outcome, RunError> {
        self.person.add(paper.record, paper.context);
        self.context.get_or_insert_with(|| paper.context.clone());
        Ok(Outcome::default())
    }

    fn person_done(&mut self, folder: &mut Folder) -> Result<Outcome, RunError> {
        let (person, Some(context)) = (std::mem::take(&mut self.person), self.context.take()) else { return Ok(Outcome::default()) };
        let message = match person.render(&context) {
            Ok(message) => message,
            Err(reasons) => return Ok(refused(reasons)),
        };
        let path = PathBuf::from(format!("{}/{}.{}", PEOPLE.0, message.uuid, PEOPLE.1));
        folder.write(&path, message.text.as_bytes())?;
        *self.written.entry(format!("ADT^{}", context.settings.hl7v2.adt_event.code())).or_default() += 1;
        Ok(Outcome { left_out: message.left_out, ..Outcome::default() })
    }

    fn resources(&self) -> BTreeMap<String, u64> {
        self.written.clone()
    }

    fn areas(&self) -> &'static [(&'static str, &'static str)] {
        &[PEOPLE]
    }
}

/// A CDA document a document.
#[derive(Default)]
pub(super) struct Documents {
    both: u64,
    ccda: u64,
}

impl Door for Documents {
    fn document(&mut self, paper: &Paper<'_>, folder: &mut Folder) -> Result<Outcome, RunError> {
        let document = match cda::cda(paper.record, paper.context, paper.scan) {
            Ok(document) => document,
            Err(reasons) => return Ok(refused(reasons)),
        };
        folder.write(&paper.path(DOCUMENTS.0, DOCUMENTS.1), &document.xml)?;
        *(if document.not_xds_sd.is_empty() { &mut self.both } else { &mut self.ccda }) += 1;
        for why in &document.not_xds_sd {
            folder.left_out(&paper.record.id, None, "claim to be XDS-SD", why)?;
        }
        Ok(Outcome { left_out: document.left_out, ..Outcome::default() })
    }

    fn wants_scan(&self, record: &DocumentRecord, context: &ExportContext) -> bool {
        is_patient_certain(record, context)
    }

    fn resources(&self) -> BTreeMap<String, u64> {
        counted([("C-CDA and XDS-SD", self.both), ("C-CDA", self.ccda)])
    }

    fn areas(&self) -> &'static [(&'static str, &'static str)] {
        &[DOCUMENTS]
    }
}

/// A DICOM object a document.
#[derive(Default)]
pub(super) struct Objects {
    written: u64,
}

impl Door for Objects {
    fn document(&mut self, paper: &Paper<'_>, folder: &mut Folder) -> Result<Outcome, RunError> {
        let object = match dicom(paper.record, paper.context, paper.scan) {
            Ok(object) => object,
            Err(reasons) => return Ok(refused(reasons)),
        };
        folder.write(&paper.path(OBJECTS.0, OBJECTS.1), &object.bytes)?;
        self.written += 1;
        Ok(Outcome { left_out: object.left_out, ..Outcome::default() })
    }

    fn wants_scan(&self, record: &DocumentRecord, context: &ExportContext) -> bool {
        is_patient_certain(record, context)
    }

    fn resources(&self) -> BTreeMap<String, u64> {
        counted([("Encapsulated PDF", self.written)])
    }

    fn areas(&self) -> &'static [(&'static str, &'static str)] {
        &[OBJECTS]
    }
}

/// A PDF file a document, and one index of all.
#[derive(Default)]
pub(super) struct Index {
    index: Option<IndexCsv<Spool>>,
    written: u64,
}

impl Index {
    fn open(&mut self, folder: &Folder) -> Result<IndexCsv<Spool>, RunError> {
        match self.index.take() {
            Some(index) => Ok(index),
            None => Ok(IndexCsv::new(folder.spool()?)?),
        }
    }
}

impl Door for Index {
    fn document(&mut self, paper: &Paper<'_>, folder: &mut Folder) -> Result<Outcome, RunError> {
        let Some(scan) = paper.scan else { return Ok(refused(vec!["its scan is not to be had".to_owned()])) };
        let path = paper.path(SCANS.0, SCANS.1);
        folder.write(&path, &scan.pdf)?;
        let mut index = self.open(folder)?;
        let left_out = index.document(paper.record, paper.context, scan, &path.to_string_lossy())?;
        self.index = Some(index);
        self.written += 1;
        Ok(Outcome { left_out, ..Outcome::default() })
    }

    fn finish(&mut self, folder: &mut Folder, _told: &mut Map<String, Value>) -> Result<(), RunError> {
        let spool = self.open(folder)?.finish()?;
        folder.adopt(&PathBuf::from(INDEX), spool)
    }

    fn resources(&self) -> BTreeMap<String, u64> {
        counted([("PDF", self.written)])
    }

    fn areas(&self) -> &'static [(&'static str, &'static str)] {
        &[SCANS]
    }
}

fn counted<const N: usize>(of: [(&str, u64); N]) -> BTreeMap<String, u64> {
    of.into_iter().filter(|(_, n)| *n > 0).map(|(kind, n)| (kind.to_owned(), n)).collect()
}
