//! `review/queue.csv`: one row a value that waits, the dearest mistakes first.
//!
//! RFC 4180 with CRLF, UTF-8. The columns are those of fields.csv that a reviewer needs, the reasons (joined by `;`), and a `review_id` that
//! stays the same from run to run for the same value of the same document. Text from pages and file names is guarded against
//! spreadsheets ([`guard`](super::guard())); the data itself is as in fields.csv once the guard is taken off.
//!
//! The order is the cost of a mistake in the field: who the patient is; then what can harm (allergies, medicines) and what files the paper
//! (kind, dates); then other coded values; then free text. Within a class a reviewer stays with one document and one page; values of a field that an alarm
//! has switched off follow, the least sure first.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use csv::StringRecord;
use tempfile::SpooledTempFile;
use uuid::Uuid;

use super::{guard, unguard};
use crate::export::{ExportError, percent_columns, squeeze};
use crate::model::{DecidedValue, DocumentRecord, Field, Group, Reason, Status};

/// The columns, in order.
pub const QUEUE_HEADER: [&str; 13] =
    ["document", "page", "item", "field", "value", "raw", "confidence", "reasons", "x", "y", "width", "height", "review_id"];

const WHAT: &str = "review/queue.csv";
/// Classes of [`class`].
const CLASSES: usize = 4;
/// Bytes of a class that stand in memory before they go to a file.
const SPOOL: usize = 1 << 20;

/// Steps of confidence by which values of a field that is off are ordered.
const STEPS: usize = 10;

/// Collects the queue document by document. A class's rows wait in a file without a name once they grow, so that memory stays flat.
pub struct QueueCsv {
    classes: Vec<csv::Writer<SpooledTempFile>>,
    previous: Option<String>,
    rows: u64,
}

impl QueueCsv {
    /// Starts a queue; `work_dir` is where large classes wait (the archive's work folder: rows hold patient text).
    pub fn new(work_dir: &Path) -> Self {
        let writer =
            |_| csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(tempfile::spooled_tempfile_in(SPOOL, work_dir));
        Self { classes: (0..CLASSES * (1 + STEPS)).map(writer).collect(), previous: None, rows: 0 }
    }

    /// Takes one document's waiting values. Documents must come sorted by name (bytes), each once.
    pub fn document(&mut self, record: &DocumentRecord) -> Result<(), ExportError> {
        let document = record.id.as_str();
        if let Some(previous) = self.previous.take_if(|previous| previous.as_str() >= document) {
            return Err(ExportError::OutOfOrder { document: document.to_owned(), previous });
        }
        let name = squeeze(document);
        for (id, value) in review_ids(record) {
            if value.status == Status::Review {
                self.row(&name, id, value)?;
            }
        }
        self.previous = Some(document.to_owned());
        Ok(())
    }

    fn row(&mut self, document: &str, id: Uuid, value: &DecidedValue) -> Result<(), ExportError> {
        let Some(class) = self.classes.get_mut(place(value)) else { return Ok(()) };
        class.write_record(cells(document, id, value)).map_err(failed)?;
        self.rows += 1;
        Ok(())
    }

    /// Writes the whole queue, header first, and says how many rows it has.
    pub fn finish(self, mut out: impl Write) -> Result<u64, ExportError> {
        let render = |source: io::Error| ExportError::Render { what: WHAT, source };
        out.write_all(QUEUE_HEADER.join(",").as_bytes()).and_then(|()| out.write_all(b"\r\n")).map_err(render)?;
        for class in self.classes {
            let mut spool = class.into_inner().map_err(|e| render(e.into_error()))?;
            spool.seek(SeekFrom::Start(0)).map_err(render)?;
            io::copy(&mut Read::by_ref(&mut spool), &mut out).map_err(render)?;
        }
        out.flush().map_err(render)?;
        Ok(self.rows)
    }
}

/// A row's cells.
fn cells(document: &str, id: Uuid, value: &DecidedValue) -> [String; QUEUE_HEADER.len()] {
    let found = &value.extracted;
    let mut reasons: Vec<Reason> = value.reasons.clone();
    reasons.sort();
    reasons.dedup();
    let [x, y, width, height] = percent_columns(found.place);
    [
        guard(document).into_owned(),
        found.page.to_string(),
        found.item.map_or_else(String::new, |item| item.to_string()),
        found.field.as_str().to_owned(),
        guard(&squeeze(&found.value)).into_owned(),
        guard(&squeeze(&found.raw)).into_owned(),
        format!("{:.4}", value.confidence.get()),
        reasons.into_iter().map(Reason::as_str).collect::<Vec<_>>().join(";"),
        x,
        y,
        width,
        height,
        id.to_string(),
    ]
}

/// Writes a queue again with the rows of some documents as they are now, all others as they stand in `old`. `false`: it is no queue of ours, and what
/// was written is of no use.
pub fn queue_csv_with<R: Borrow<DocumentRecord>>(old: impl Read, records: &[R], out: impl Write) -> Result<bool, ExportError> {
    let mut fresh: Vec<(usize, String, StringRecord)> = Vec::new();
    let mut names = BTreeSet::new();
    for record in records {
        let record = record.borrow();
        let name = squeeze(record.id.as_str());
        let waiting = review_ids(record).into_iter().filter(|(_, value)| value.status == Status::Review);
        fresh.extend(waiting.map(|(id, value)| (place(value), name.clone(), StringRecord::from(&cells(&name, id, value)[..]))));
        names.insert(name);
    }
    // Of one document and place they come as they stand on the paper: the sort keeps that.
    fresh.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let mut fresh = fresh.into_iter().peekable();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(old);
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    let (mut row, mut first) = (StringRecord::new(), true);
    while reader.read_record(&mut row).map_err(failed)? {
        if std::mem::take(&mut first) {
            if !row.iter().eq(QUEUE_HEADER) {
                return Ok(false);
            }
            writer.write_record(&row).map_err(failed)?;
            continue;
        }
        let name = unguard(row.get(0).unwrap_or_default());
        if names.contains(name) {
            continue;
        }
        let Some(place) = place_of_row(&row) else { return Ok(false) };
        while let Some((_, _, before)) = fresh.next_if(|(at, of, _)| (*at, of.as_str()) < (place, name)) {
            writer.write_record(&before).map_err(failed)?;
        }
        writer.write_record(&row).map_err(failed)?;
    }
    fresh.try_for_each(|(_, _, row)| writer.write_record(&row)).map_err(failed)?;
    writer.flush().map_err(|source| ExportError::Render { what: WHAT, source })?;
    Ok(!first)
}

/// Where a row of a queue stands.
fn place_of_row(row: &StringRecord) -> Option<usize> {
    let field = Field::parse(row.get(3)?)?;
    let off = row.get(7)?.split(';').any(|reason| reason == Reason::FieldOff.as_str());
    Some(placed(field, row.get(6)?.parse().ok()?, off))
}

/// Renders the queue of all `records` in memory; they may come in any order.
pub fn queue_csv<R: Borrow<DocumentRecord>>(records: impl IntoIterator<Item = R>, work_dir: &Path) -> Result<Vec<u8>, ExportError> {
    let mut records: Vec<R> = records.into_iter().collect();
    records.sort_by(|a, b| a.borrow().id.cmp(&b.borrow().id));
    let mut queue = QueueCsv::new(work_dir);
    for record in &records {
        queue.document(record.borrow())?;
    }
    let mut bytes = Vec::new();
    queue.finish(&mut bytes)?;
    Ok(bytes)
}

/// Every value of a document with the id by which a review names it: UUIDv5 of document, field, item and page. Sorted by page, item, field.
///
/// Should one field stand twice on a page, the second and later ones count on.
pub fn review_ids(record: &DocumentRecord) -> Vec<(Uuid, &DecidedValue)> {
    let namespace = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:chartlift:review");
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let mut named = Vec::with_capacity(record.values.len());
    for value in crate::export::in_order(&record.values) {
        let found = &value.extracted;
        // The document last and the parts before it without a slash, so that no two keys can be spelt alike.
        let key = format!("{}/{}/{}/{}", found.page, found.item.unwrap_or(0), found.field, record.id);
        let nth = seen.entry(key.clone()).and_modify(|n| *n += 1).or_insert(1);
        let key = if *nth == 1 { key } else { format!("{nth}/{key}") };
        named.push((Uuid::new_v5(&namespace, key.as_bytes()), value));
    }
    named
}

/// Where a value stands: by its class, and behind what else waits of it the values of fields that an alarm has switched off, the least sure first. All of
/// these had been accepted, and where one is wrong it is one of those.
fn place(value: &DecidedValue) -> usize {
    placed(value.extracted.field, value.confidence.get(), value.reasons.contains(&Reason::FieldOff))
}

/// The same by the figures that stand in the row.
fn placed(field: Field, confidence: f64, off: bool) -> usize {
    // As exact as the row has it, or a queue that is read again would have another order.
    let confidence = (confidence * 10_000.0).round() / 10_000.0;
    let step = ((confidence * STEPS as f64) as usize).min(STEPS - 1);
    class(field) * (1 + STEPS) + if off { 1 + step } else { 0 }
}

/// How dear a mistake in the field is: 0 is the dearest.
fn class(field: Field) -> usize {
    match (field, field.group()) {
        (field, _) if field.identifies() => 0,
        (Field::DocumentType | Field::DocumentDate | Field::EncounterStart | Field::EncounterEnd, _) => 1,
        (_, Some(Group::Allergy | Group::Medication)) => 1,
        _ if field.section().is_some() => 3,
        _ => 2,
    }
}

fn failed(error: csv::Error) -> ExportError {
    let source = match error.into_kind() {
        csv::ErrorKind::Io(source) => source,
        other => io::Error::other(format!("{other:?}")),
    };
    ExportError::Render { what: WHAT, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample::{document, full, value};
    use std::collections::BTreeSet;

    fn text(records: &[DocumentRecord]) -> String {
        String::from_utf8(queue_csv(records, &std::env::temp_dir()).unwrap()).unwrap()
    }

    fn waiting(name: &str) -> DocumentRecord {
        let mut record = full(name);
        record.values.iter_mut().for_each(|v| v.status = Status::Review);
        record
    }

    #[test]
    fn rows_to_the_letter() {
        let mut record = document("=a.png");
        record.values = vec![
            value(Field::SectionPlan, None, "rest").status(Status::Review).confidence(0.5).build(),
            value(Field::Phone, None, "+15035550123").raw("(503)\n555-0123").status(Status::Review).confidence(0.25).build(),
            value(Field::Family, None, "").status(Status::Review).confidence(0.0).nowhere().on(2).build(),
            value(Field::Given, None, "Ann").build(),
        ];
        record.values[1].reasons = vec![Reason::Mended, Reason::LowConfidence, Reason::Mended];
        let got = text(&[record]);
        let lines: Vec<&str> = got.split("\r\n").collect();
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[0], QUEUE_HEADER.join(","));
        assert!(lines[1].starts_with("'=a.png,2,,Patient.name.family,,,0.0000,low-confidence,,,,,"), "{}", lines[1]);
        let phone = "'=a.png,1,,Patient.telecom.phone,'+15035550123,(503) 555-0123,0.2500,low-confidence;mended,1.00,2.00,30.00,4.00,";
        assert!(lines[2].starts_with(phone), "{}", lines[2]);
        assert!(lines[3].starts_with("'=a.png,1,,Composition.section.plan,rest,rest,0.5000,"), "{}", lines[3]);
    }

    #[test]
    fn the_dearest_mistakes_come_first_over_all_documents() {
        let got = text(&[waiting("b.pdf"), waiting("a.pdf")]);
        let classes: Vec<usize> = got.lines().skip(1).map(|line| class(Field::parse(line.split(',').nth(3).unwrap()).unwrap())).collect();
        assert_eq!(classes.len(), 2 * Field::ALL.len());
        assert!(classes.is_sorted());
        assert_eq!(classes.iter().collect::<BTreeSet<_>>().len(), CLASSES);
    }

    #[test]
    fn values_of_a_field_that_is_off_follow_by_score() {
        let off = |name: &str, confidence: f64| {
            let mut record = document(name);
            record.values = vec![value(Field::Family, None, "x").status(Status::Review).confidence(confidence).build()];
            record.values[0].reasons = vec![Reason::FieldOff];
            record
        };
        let mut other = document("z.pdf");
        other.values = vec![value(Field::Given, None, "x").status(Status::Review).confidence(0.95).build()];
        let got = text(&[off("a.pdf", 0.99), off("b.pdf", 0.15), off("c.pdf", 1.0), off("d.pdf", 0.0), other]);
        let names: Vec<&str> = got.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
        assert_eq!(names, ["z.pdf", "d.pdf", "b.pdf", "a.pdf", "c.pdf"]);
    }

    #[test]
    fn ids_are_stable_and_never_meet() {
        let ids = |name: &str| review_ids(&full(name)).into_iter().map(|(id, _)| id).collect::<Vec<_>>();
        assert_eq!(ids("a.pdf"), ids("a.pdf"));
        let both: BTreeSet<Uuid> = ids("a.pdf").into_iter().chain(ids("b.pdf")).collect();
        assert_eq!(both.len(), 2 * Field::ALL.len());
        let mut twice = document("a.pdf");
        twice.values = vec![value(Field::Payor, None, "x").build(), value(Field::Payor, None, "y").build()];
        assert_ne!(review_ids(&twice)[0].0, review_ids(&twice)[1].0);
        // A review of another value, whatever the machine now reads there, keeps its name.
        let mut changed = full("a.pdf");
        changed.values.iter_mut().for_each(|v| v.confidence = crate::model::Confidence::ZERO);
        assert_eq!(review_ids(&changed).into_iter().map(|(id, _)| id).collect::<Vec<_>>(), ids("a.pdf"));
        assert_eq!(ids("a.pdf")[0].to_string(), review_ids(&full("a.pdf"))[0].0.to_string());
    }

    #[test]
    fn what_is_settled_does_not_wait() {
        for status in [Status::Accepted, Status::Verified, Status::Corrected, Status::Rejected] {
            let mut record = full("a.pdf");
            record.values.iter_mut().for_each(|v| v.status = status);
            assert_eq!(text(&[record]).lines().count(), 1);
        }
    }

    #[test]
    fn some_documents_are_written_anew_among_the_others() {
        let few = |name: &str, family: Status, confidence: f64| {
            let mut record = document(name);
            record.values = vec![
                value(Field::Family, None, "=Doe").status(family).confidence(confidence).build(),
                value(Field::City, None, "Salem").status(Status::Review).confidence(0.5).build(),
                value(Field::SectionPlan, None, "rest").status(Status::Review).build(),
            ];
            if confidence > 0.9 {
                record.values[0].reasons = vec![Reason::FieldOff];
            }
            record
        };
        let review = Status::Review;
        let old = [few("=a.pdf", review, 0.5), few("b.pdf", review, 0.4), few("c.pdf", review, 0.95), few("d.pdf", Status::Verified, 0.3)];
        let new =
            [few("=a.pdf", review, 0.5), few("b.pdf", Status::Corrected, 0.4), few("c.pdf", review, 0.2), few("d.pdf", review, 0.99999)];
        let with = |records: &[DocumentRecord]| {
            let mut out = Vec::new();
            (queue_csv_with(text(&old).as_bytes(), records, &mut out).unwrap(), String::from_utf8(out).unwrap())
        };
        assert_eq!(with(&new[1..]), (true, text(&new)));
        assert_eq!(with(&new), (true, text(&new)));
        assert_eq!(with(&[]), (true, text(&old)));
        assert!(!queue_csv_with("x\r\n".as_bytes(), &old, Vec::new()).unwrap());
    }

    #[test]
    fn large_queues_leave_no_file_behind() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = QueueCsv::new(folder.path());
        let mut rows = 0;
        for at in 0..200 {
            let mut record = waiting(&format!("{at:04}.pdf"));
            record.values.iter_mut().for_each(|v| v.extracted.raw = "x".repeat(2_000));
            rows += record.values.len() as u64;
            queue.document(&record).unwrap();
        }
        let mut out = Vec::new();
        assert_eq!(queue.finish(&mut out).unwrap(), rows);
        assert_eq!(out.iter().filter(|b| **b == b'\n').count() as u64, rows + 1);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
