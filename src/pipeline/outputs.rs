//! The outputs at the end of a run: views of the ledger, each written whole and only where its bytes change. Documents pass
//! through one at a time, so that an archive of any size needs the memory of one document and of a few names of each.

use std::collections::BTreeSet;
use std::path::Path;

use super::archive::lock_outputs;
use super::export::{Notes, Papers, People};
use super::{RunError, audit};
use crate::export::fhir::{self, ExportSettings};
use crate::export::{ArchiveWriter, ExportError, FieldsCsv, document_path};
use crate::ledger::Ledger;
use crate::model::DocumentRecord;
use crate::patients;
use crate::report::Bundles;
use crate::review::QueueCsv;

pub(super) const FIELDS: &str = "fields.csv";
pub(super) const QUEUE: &str = "review/queue.csv";
pub(super) const BUNDLES: &str = "bundles";
/// The ledger's note of the last line of the chain of decisions that is in the outputs.
const PUBLISHED: &str = "published";

/// Writes everything that is derived from the ledger.
pub(super) fn write(ledger: &mut Ledger, writer: &ArchiveWriter, settings: &ExportSettings) -> Result<Bundles, RunError> {
    let _outputs = lock_outputs(writer.root())?;
    let line = ledger.last_line()?;
    let people = tables(ledger, writer)?;
    audit::write(ledger, writer)?;
    let bundles = bundles(ledger, writer, &people, settings)?;
    note_published(ledger, line)?;
    Ok(bundles)
}

/// Notes that the outputs hold the chain up to a line.
pub(super) fn note_published(ledger: &mut Ledger, line: i64) -> Result<(), RunError> {
    Ok(ledger.set_note(PUBLISHED, &line.to_string())?)
}

/// The last line of the chain that is in the outputs; `None`: they were never written.
pub(super) fn published(ledger: &Ledger) -> Result<Option<i64>, RunError> {
    Ok(ledger.note(PUBLISHED)?.and_then(|text| text.parse().ok()))
}

/// Both tables in one pass, which also tells the people apart: bundles of one person bring one Patient.
fn tables(ledger: &Ledger, writer: &ArchiveWriter) -> Result<People, RunError> {
    let mut notes = Notes::default();
    let mut queue = QueueCsv::new(&writer.work_dir());
    let mut grouping = patients::Grouping::default();
    let mut fault: Option<RunError> = None;
    let stopped = || ExportError::Render { what: FIELDS, source: std::io::Error::other("the documents could not all be read") };
    let written = writer.write_with(Path::new(FIELDS), |out| {
        let mut table = FieldsCsv::new(out)?;
        let mut take = |record: Result<DocumentRecord, _>| -> Result<DocumentRecord, RunError> {
            let record = record?;
            table.document(&record)?;
            queue.document(&record)?;
            notes.take(&record);
            Ok(record)
        };
        let records = ledger.documents().map_while(|record| match take(record) {
            Ok(record) => Some(record),
            Err(error) => {
                fault = Some(error);
                None
            }
        });
        grouping = patients::group(records);
        if fault.is_some() {
            return Err(stopped());
        }
        table.finish().map(|_| ())
    });
    if let Some(fault) = fault {
        return Err(fault);
    }
    written?;
    writer.write_with(Path::new(QUEUE), |out| queue.finish(out).map(|_| ()))?;
    Ok(People::new(grouping, notes))
}

/// One bundle a document, a person's one after another; bundles of documents that are no longer there go.
fn bundles(ledger: &Ledger, writer: &ArchiveWriter, people: &People, settings: &ExportSettings) -> Result<Bundles, RunError> {
    let mut counts = Bundles::default();
    let mut papers = Papers::new(settings);
    let mut keep = BTreeSet::new();
    for person in &people.persons {
        papers.turn_to(ledger, person)?;
        for id in &person.documents {
            let Some(record) = papers.document(ledger, id)? else { continue };
            let path = document_path(BUNDLES, "json", id, people.is_twin(id));
            let bundle = fhir::bundle(&record, &papers.context);
            writer.write(&path, &bundle.json)?;
            counts.bundles += 1;
            counts.resources += bundle.resources as u64;
            counts.values_left_out += bundle.left_out.len() as u64;
            keep.insert(path);
        }
    }
    writer.prune(Path::new(BUNDLES), "json", &keep)?;
    Ok(counts)
}
