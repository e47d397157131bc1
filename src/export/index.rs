//! `index.csv`: one row a document beside its scan, as document systems load them.
//!
//! RFC 4180 in UTF-8, lines end in CRLF, header row always. A file for machines: nothing guards a cell that a spreadsheet would take for a formula, because
//! a loader would take the guard for a part of the value. All documents with a scan are in it: what is not certain has empty cells, and `patient_match` says why.

use std::io::{self, Write};

use super::facts::Facts;
use super::fhir::{ExportContext, LeftOut, full_date};
use super::{ExportError, Scan, identity, squeeze};
use crate::model::{DocumentRecord, Field, PageNumber};

const INDEX: &str = "index.csv";

/// The columns, in order. config/README.md says what each holds.
pub const INDEX_HEADER: [&str; 28] = [
    "file",
    "file_sha256",
    "file_bytes",
    "pages",
    "document_id",
    "document",
    "source",
    "source_sha256",
    "source_pages",
    "document_type_code",
    "document_type",
    "document_date",
    "patient_match",
    "patient_id",
    "patient_id_unsure",
    "patient_id_system",
    "family_name",
    "given_names",
    "birth_date",
    "sex",
    "visit_start",
    "visit_end",
    "practitioner",
    "practitioner_npi",
    "organization",
    "status",
    "values_waiting",
    "taken_at",
];

/// Writes the index row by row.
pub struct IndexCsv<W: Write> {
    out: csv::Writer<W>,
}

impl<W: Write> IndexCsv<W> {
    /// Starts the index: writes the header row.
    ///
    /// # Errors
    /// The receiving end's.
    pub fn new(out: W) -> Result<Self, ExportError> {
        let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        out.write_record(INDEX_HEADER).map_err(failed)?;
        Ok(Self { out })
    }

    /// Writes a document's row. `file` is where its scan lies, relative to the index. Gives the values whose form has no place in it.
    ///
    /// # Errors
    /// The receiving end's.
    pub fn document(
        &mut self,
        record: &DocumentRecord,
        context: &ExportContext,
        scan: &Scan,
        file: &str,
    ) -> Result<Vec<LeftOut>, ExportError> {
        let mut facts = Facts::of(record);
        let number = facts.text(Field::Mrn).unwrap_or_default().to_owned();
        let certain = facts.certain_patient(&record.id, &context.contested).is_ok();
        let matched = match (certain, number.is_empty()) {
            (true, _) => "certain",
            (false, true) => "unknown",
            (false, false) if context.contested.contains(&record.id) => "contested",
            (false, false) => "unconfirmed",
        };
        let (sure, unsure) = if certain { (number.as_str(), "") } else { ("", number.as_str()) };
        let system = if number.is_empty() { "" } else { context.settings.mrn_system.as_str() };
        let date = facts.read(Field::DocumentDate, full_date).unwrap_or_default();
        let birth = facts.read(Field::BirthDate, super::fhir::date).unwrap_or_default();
        let (start, end) = (
            facts.read(Field::EncounterStart, full_date).unwrap_or_default(),
            facts.read(Field::EncounterEnd, full_date).unwrap_or_default(),
        );
        let text = |field| facts.text(field).unwrap_or_default();
        let kind = facts.kind();
        self.out
            .write_record([
                file,
                &scan.sha256.to_string(),
                &scan.pdf.len().to_string(),
                &record.pages.len().to_string(),
                &identity::uuid(record, "DocumentReference").to_string(),
                &squeeze(record.id.as_str()),
                &squeeze(record.source.as_str()),
                &record.sha256.to_string(),
                &ranges(&record.pages),
                kind.map_or("", |kind| kind.as_str()),
                kind.map_or("", |kind| kind.display()),
                &date,
                matched,
                sure,
                unsure,
                system,
                text(Field::Family),
                text(Field::Given),
                &birth,
                text(Field::Gender),
                &start,
                &end,
                text(Field::Practitioner),
                text(Field::Npi),
                text(Field::Organization),
                if facts.reviewed() { "reviewed" } else { "preliminary" },
                &facts.waiting().to_string(),
                &super::fhir::instant(record.recorded_at),
            ])
            .map_err(failed)?;
        Ok(facts.left_out())
    }

    /// Ends the index and gives the receiver back.
    ///
    /// # Errors
    /// The receiving end's.
    pub fn finish(self) -> Result<W, ExportError> {
        self.out.into_inner().map_err(|e| ExportError::Render { what: INDEX, source: e.into_error() })
    }
}

/// Pages as people write them: `1-3,5`.
fn ranges(pages: &[PageNumber]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for page in pages.iter().map(|page| page.get()) {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == page => *last = page,
            _ => runs.push((page, page)),
        }
    }
    let run = |(first, last): &(u32, u32)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    runs.iter().map(run).collect::<Vec<_>>().join(",")
}

fn failed(error: csv::Error) -> ExportError {
    let source = match error.into_kind() {
        csv::ErrorKind::Io(source) => source,
        other => io::Error::other(format!("{other:?}")),
    };
    ExportError::Render { what: INDEX, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample::{self, value};
    use crate::model::Status;
    use std::collections::BTreeMap;

    fn rows(records: &[DocumentRecord], context: &ExportContext) -> Vec<BTreeMap<String, String>> {
        let mut index = IndexCsv::new(Vec::new()).unwrap();
        for record in records {
            index.document(record, context, &Scan::new(b"%PDF".to_vec()), "scans/a.pdf").unwrap();
        }
        let bytes = index.finish().unwrap();
        csv::Reader::from_reader(bytes.as_slice()).deserialize().map(Result::unwrap).collect()
    }

    #[test]
    fn a_row_says_what_the_document_is_and_whose() {
        let mut record = sample::full("box/a.pdf#2");
        record.pages = [1, 2, 3, 5].map(PageNumber::new).to_vec();
        let row = &rows(&[record], &ExportContext::default())[0];
        for (column, expected) in [
            ("file", "scans/a.pdf"),
            ("file_bytes", "4"),
            ("pages", "4"),
            ("document", "box/a.pdf#2"),
            ("source", "box/a.pdf"),
            ("source_pages", "1-3,5"),
            ("document_type_code", "11506-3"),
            ("document_date", "2001-05-07"),
            ("patient_match", "certain"),
            ("patient_id", "00-12-34"),
            ("patient_id_unsure", ""),
            ("birth_date", "1950-02-28"),
            ("status", "preliminary"),
            ("taken_at", "2024-01-02T03:04:05Z"),
        ] {
            assert_eq!(row[column], expected, "{column}");
        }
    }

    #[test]
    fn a_number_that_is_not_certain_stands_apart() {
        let mut contested = sample::full("a.pdf");
        contested.values.iter_mut().for_each(|v| v.status = Status::Verified);
        let mut alone = sample::document("b.pdf");
        alone.values = vec![value(Field::Mrn, None, "=1+1").build()];
        let context = ExportContext { contested: [contested.id.clone()].into(), ..ExportContext::default() };
        let rows = rows(&[contested, alone, sample::document("c.pdf")], &context);
        let of = |n: usize| [&rows[n]["patient_match"], &rows[n]["patient_id"], &rows[n]["patient_id_unsure"]].map(String::as_str);
        assert_eq!(of(0), ["contested", "", "00-12-34"]);
        assert_eq!(of(1), ["unconfirmed", "", "=1+1"]);
        assert_eq!(of(2), ["unknown", "", ""]);
        assert_eq!([&rows[0]["status"], &rows[2]["status"]], ["reviewed", "preliminary"]);
    }
}
