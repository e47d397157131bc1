//! Exports: an archive rendered into a folder of its own, in one of several forms.
//!
//! Two walks over the ledger, which is held still meanwhile: the first tells the people apart and keeps names and dates alone, the second takes a person's
//! documents one after another, by date, hands each to the [`Door`] of the form, and lists what did not go through. A form is one door and one
//! line of [`door`].

mod door;
mod doors;
mod fhir;
mod folder;
mod pdfa;
pub(super) mod people;

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::scan::{NoScan, Sheets, scan_of};
use super::take_stock::INPUT_NOTE;
use super::{Archive, RunError, checkpoint};
use crate::export::Format;
use crate::export::fhir::{ExportContext, Limits};
use crate::ledger::Ledger;
use crate::model::{DocumentId, DocumentRecord};
use crate::report::{Exit, ExportReport};
use crate::settings::Settings;
use door::{Door, Outcome, Paper};
use folder::Folder;
pub(super) use people::{Notes, Papers, People, Person};

/// Documents left out that a report lists; the folder's own list has all.
const LISTED: usize = 10_000;

/// What is to be exported, and where to.
pub struct ExportRequest<'a> {
    /// The archive.
    pub archive: &'a Path,
    /// The folder: new, empty, or an earlier export of the same kind.
    pub folder: &'a Path,
    /// The form.
    pub format: Format,
    /// The settings.
    pub settings: &'a Settings,
    /// These documents alone; empty for all.
    pub documents: &'a [DocumentId],
    /// Whether documents carry their scans, where the form can.
    pub scans: bool,
    /// Most entries of a Bundle, or lines of a file, if not as the form has it.
    pub max_entries: Option<usize>,
    /// Most MiB of a Bundle, or of a file of lines, if not as the form has it.
    pub max_mib: Option<u64>,
    /// The folder in which the scans lie now; the one that the archive was made from, if not given.
    pub input: Option<&'a Path>,
}

/// The door of a form.
fn door(request: &ExportRequest<'_>, archive_id: &str) -> Box<dyn Door> {
    let given = request.format.limits().unwrap_or(Limits { entries: usize::MAX, bytes: u64::MAX });
    let limits =
        Limits { entries: request.max_entries.unwrap_or(given.entries), bytes: request.max_mib.map_or(given.bytes, |mib| mib << 20) };
    match request.format {
        Format::Fhir => Box::new(fhir::Bundles::new(limits)),
        Format::FhirPerson => Box::new(fhir::Persons::new(limits)),
        Format::Ndjson => Box::new(fhir::Lines::new(limits, archive_id)),
        Format::Resources => Box::new(fhir::Resources::default()),
        Format::Pdfa => Box::new(pdfa::Pdfs::default()),
        Format::Hl7v2 => Box::new(doors::Messages::default()),
        Format::Adt => Box::new(doors::Patients::default()),
        Format::Cda => Box::new(doors::Documents::default()),
        Format::Dicom => Box::new(doors::Objects::default()),
        Format::Csv => Box::new(doors::Index::default()),
    }
}

/// Renders an archive into a folder. Reads the archive, changes nothing in it; a run may go on meanwhile and is not seen.
///
/// # Errors
/// No archive, a damaged one, a folder that holds something else or cannot be written, no document of a name. What concerns one document is
/// listed and no error.
pub fn export(request: &ExportRequest<'_>) -> Result<ExportReport, RunError> {
    let (ledger, writer) = Archive::look(request.archive)?;
    ledger.hold()?;
    let known = |id: &&DocumentId| ledger.document(id).map(|found| found.is_none());
    for id in request.documents {
        if known(&id)? {
            return Err(RunError::NoDocument { document: id.clone(), archive: request.archive.to_owned() });
        }
    }
    if let Some(what) = doors::obstacle(request.format, &request.settings.export, request.scans) {
        return Err(RunError::Form { form: request.format.as_str(), what });
    }
    let archive_id = ledger.archive_id()?.unwrap_or_default();
    let input = ledger.note(INPUT_NOTE)?.map(PathBuf::from);
    let mut door = door(request, &archive_id);
    let mut folder = Folder::open(request, &archive_id, [input.as_deref(), request.input])?;
    let people = People::of(&ledger)?;
    let mut walk = Walk { request, ledger: &ledger, pages: [0; 3], report: report(request, writer) };
    walk.through(&people, &mut *door, &mut folder)?;
    let mut told = Map::new();
    let (lines, head) = ledger.chain_end()?;
    // What the decisions were when this left, to be held against the archive's chain later. The signed form stands beside the key: it bears the time.
    told.insert("decisions".to_owned(), json!({"lines": lines, "head": head.to_string()}));
    if let Err(why) = checkpoint::sign_export(request.archive, &ledger, &request.settings.review)? {
        tracing::warn!("no checkpoint of the chain of decisions: {why}");
    }
    door.finish(&mut folder, &mut told)?;
    let [unchanged, recoded, drawn] = walk.pages;
    told.insert("pages_of_scans".to_owned(), json!({"unchanged": unchanged, "recoded": recoded, "drawn": drawn}));
    let mut report = walk.report;
    report.resources = door.resources();
    told.insert("documents".to_owned(), report.documents.into());
    told.insert("people".to_owned(), report.people.into());
    told.insert("resources".to_owned(), json!(report.resources));
    told.insert("scans".to_owned(), report.scans.into());
    (report.files, report.bytes, report.changed) = folder.close(request, &archive_id, door.areas(), told)?;
    Ok(report)
}

fn report(request: &ExportRequest<'_>, writer: Option<u32>) -> ExportReport {
    ExportReport {
        archive: request.archive.to_owned(),
        folder: request.folder.to_owned(),
        format: request.format,
        writer,
        ..ExportReport::default()
    }
}

struct Walk<'a> {
    request: &'a ExportRequest<'a>,
    ledger: &'a Ledger,
    /// Pages of scans: unchanged, packed anew, drawn.
    pages: [u64; 3],
    report: ExportReport,
}

impl Walk<'_> {
    fn through(&mut self, people: &People, door: &mut dyn Door, folder: &mut Folder) -> Result<(), RunError> {
        let wanted = |id: &DocumentId| self.request.documents.is_empty() || self.request.documents.contains(id);
        let mut papers = Papers::new(&self.request.settings.export);
        for person in &people.persons {
            let documents: Vec<&DocumentId> = person.documents.iter().filter(|id| wanted(id)).collect();
            if documents.is_empty() {
                continue;
            }
            self.report.people += u64::from(person.identified);
            papers.turn_to(self.ledger, person)?;
            for id in documents {
                let Some(record) = papers.document(self.ledger, id)? else { continue };
                self.document(&record, people.is_twin(id), &papers.context, door, folder)?;
            }
            let outcome = door.person_done(folder)?;
            if let Some(first) = person.documents.first() {
                self.account(first, "patient", &outcome, folder)?;
            }
        }
        Ok(())
    }

    fn document(
        &mut self,
        record: &DocumentRecord,
        twin: bool,
        context: &ExportContext,
        door: &mut dyn Door,
        folder: &mut Folder,
    ) -> Result<(), RunError> {
        let (mut scan, mut no_scan, mut lacking) = (None, None, Vec::new());
        if self.request.scans && self.request.format.carries_scan() && door.wants_scan(record, context) {
            let sheets = Sheets::of(self.ledger, record)?;
            match scan_of(self.request.input, &sheets, record, &self.request.settings.decode) {
                Ok((made, carried)) => {
                    let pages = &mut self.pages;
                    for (sum, more) in pages.iter_mut().zip([carried.unchanged, carried.recoded, carried.drawn]) {
                        *sum += u64::from(more);
                    }
                    (scan, lacking) = (Some(made), carried.lacking);
                }
                Err(NoScan::Ledger(error)) => return Err(error.into()),
                Err(why) => no_scan = Some(why.to_string()),
            }
        }
        let (scan, no_scan) = (scan.as_ref(), no_scan.as_deref());
        let outcome = door.document(&Paper { record, twin, context, scan }, folder)?;
        self.report.documents += 1;
        self.report.scans += u64::from(scan.is_some());
        self.report.refused += u64::from(!outcome.refused.is_empty());
        self.report.without_scan += u64::from(no_scan.is_some());
        self.account(&record.id, "document", &outcome, folder)?;
        if let Some(why) = no_scan {
            self.list(&record.id, "scan", why, folder)?;
        }
        for page in lacking {
            self.list(&record.id, "page of its scan", &format!("page {page} could not be read"), folder)?;
        }
        Ok(())
    }

    /// Lists what of a document or a person did not go out, and why.
    fn account(&mut self, document: &DocumentId, what: &'static str, outcome: &Outcome, folder: &mut Folder) -> Result<(), RunError> {
        for left in &outcome.left_out {
            self.report.values_left_out += 1;
            folder.left_out(document, Some((left.field, left.item)), "value", left.reason.meaning())?;
        }
        outcome.refused.iter().try_for_each(|why| self.list(document, what, why, folder))
    }

    fn list(&mut self, document: &DocumentId, what: &'static str, why: &str, folder: &mut Folder) -> Result<(), RunError> {
        folder.left_out(document, None, what, why)?;
        self.report.exit = Exit::SomeFailed;
        if self.report.left_out.len() < LISTED {
            self.report.left_out.push((document.clone(), what, why.to_owned()));
        }
        Ok(())
    }
}

/// The manifest's head.
fn manifest(request: &ExportRequest<'_>, archive_id: &str) -> Map<String, Value> {
    let head = json!({"archive": archive_id, "chartlift": env!("CARGO_PKG_VERSION"), "format": request.format.as_str()});
    if let Value::Object(head) = head { head } else { Map::new() }
}
