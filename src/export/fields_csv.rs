//! `fields.csv`: one row a value, the flat view of the ledger.
//!
//! RFC 4180: lines end in CRLF, fields are quoted where they must be, UTF-8 without a byte order mark, header row always. Rows are
//! sorted by document (bytes of the name), page, item (none first, then by number) and field (bytes of the name). Line breaks and
//! other control characters within values become single spaces, so that one row is one line. This is a file for machines:
//! nothing guards a cell that a spreadsheet would take for a formula; `review/queue.csv` is the one for people.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};

use csv::ByteRecord;

use super::ExportError;
use crate::model::{DecidedValue, DocumentRecord, PercentBox};

/// The columns, in order.
pub const FIELDS_HEADER: [&str; 12] =
    ["document", "page", "item", "field", "value", "raw", "confidence", "status", "x", "y", "width", "height"];

/// Writes `fields.csv` document by document, so that an archive of any size passes through without standing in memory.
pub struct FieldsCsv<W: Write> {
    out: csv::Writer<W>,
    previous: Option<String>,
}

impl<W: Write> FieldsCsv<W> {
    /// Starts the table: writes the header row.
    pub fn new(out: W) -> Result<Self, ExportError> {
        let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        out.write_record(FIELDS_HEADER).map_err(failed)?;
        Ok(Self { out, previous: None })
    }

    /// Writes one document's rows. Documents must come sorted by name (bytes), each once.
    pub fn document(&mut self, record: &DocumentRecord) -> Result<(), ExportError> {
        let document = record.id.as_str();
        if let Some(previous) = self.previous.take_if(|previous| previous.as_str() >= document) {
            return Err(ExportError::OutOfOrder { document: document.to_owned(), previous });
        }
        let name = squeeze(document);
        for value in in_order(&record.values) {
            self.row(&name, value)?;
        }
        self.previous = Some(document.to_owned());
        Ok(())
    }

    fn row(&mut self, document: &str, value: &DecidedValue) -> Result<(), ExportError> {
        let found = &value.extracted;
        let item = found.item.map_or_else(String::new, |item| item.to_string());
        let [x, y, width, height] = percent_columns(found.place);
        self.out
            .write_record([
                document,
                &found.page.to_string(),
                &item,
                found.field.as_str(),
                &squeeze(&found.value),
                &squeeze(&found.raw),
                &format!("{:.4}", value.confidence.get()),
                value.status.as_str(),
                &x,
                &y,
                &width,
                &height,
            ])
            .map_err(failed)
    }

    /// Ends the table: hands the last bytes over and gives the receiver back.
    pub fn finish(mut self) -> Result<W, ExportError> {
        self.out.flush().map_err(|source| ExportError::Render { what: "fields.csv", source })?;
        self.out.into_inner().map_err(|e| ExportError::Render { what: "fields.csv", source: e.into_error() })
    }
}

/// Writes a table again with the rows of some documents as they are now, all others as they stand in `old`. `false`: not all of these documents have a
/// place there, or it is no table of ours, and what was written is of no use.
pub fn fields_csv_with<R: Borrow<DocumentRecord>>(old: impl Read, records: &[R], out: impl Write) -> Result<bool, ExportError> {
    let mut fresh: BTreeMap<Vec<u8>, Vec<ByteRecord>> = BTreeMap::new();
    for record in records {
        let record = record.borrow();
        let table = fields_csv([record])?;
        let rows = csv::Reader::from_reader(&*table).into_byte_records().collect::<Result<_, _>>().map_err(failed)?;
        fresh.insert(squeeze(record.id.as_str()).into_bytes(), rows);
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(old);
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    let (mut row, mut first, mut written) = (ByteRecord::new(), true, BTreeSet::new());
    while reader.read_byte_record(&mut row).map_err(failed)? {
        if std::mem::take(&mut first) && !row.iter().eq(FIELDS_HEADER.iter().map(|name| name.as_bytes())) {
            return Ok(false);
        }
        let name = row.get(0).unwrap_or_default();
        match fresh.get(name) {
            Some(_) if written.contains(name) => {}
            Some(rows) => {
                written.insert(name.to_vec());
                rows.iter().try_for_each(|row| writer.write_byte_record(row)).map_err(failed)?;
            }
            None => writer.write_byte_record(&row).map_err(failed)?,
        }
    }
    writer.flush().map_err(|source| ExportError::Render { what: "fields.csv", source })?;
    Ok(!first && written.len() == fresh.len() && fresh.len() == records.len())
}

/// Renders the table of all `records` in memory; they may come in any order.
pub fn fields_csv<R: Borrow<DocumentRecord>>(records: impl IntoIterator<Item = R>) -> Result<Vec<u8>, ExportError> {
    let mut records: Vec<R> = records.into_iter().collect();
    records.sort_by(|a, b| a.borrow().id.cmp(&b.borrow().id));
    let mut table = FieldsCsv::new(Vec::new())?;
    for record in &records {
        table.document(record.borrow())?;
    }
    table.finish()
}

/// The values in the order of the rows: page, item, field.
pub(crate) fn in_order(values: &[DecidedValue]) -> Vec<&DecidedValue> {
    let mut rows: Vec<&DecidedValue> = values.iter().collect();
    rows.sort_by(|a, b| key(a).cmp(&key(b)));
    rows
}

fn key(value: &DecidedValue) -> (u32, Option<u32>, &'static str, &str, &str) {
    let found = &value.extracted;
    // Value and raw text last, so that even two rows of one field never depend on the order in which they were stored.
    (found.page.get(), found.item, found.field.as_str(), &found.value, &found.raw)
}

/// The four columns of a box: percent with two decimals; four empty texts for no box. Left plus width never passes 100.00.
pub fn percent_columns(place: Option<PercentBox>) -> [String; 4] {
    let Some(place) = place else { return Default::default() };
    let hundredths = |v: f32| -> u32 { if v.is_nan() { 0 } else { (f64::from(v).clamp(0.0, 100.0) * 100.0).round() as u32 } };
    let (x, y) = (hundredths(place.x), hundredths(place.y));
    let (width, height) = (hundredths(place.width).min(10_000 - x), hundredths(place.height).min(10_000 - y));
    [x, y, width, height].map(|v| format!("{}.{:02}", v / 100, v % 100))
}

/// Squeezes white space and control characters to single spaces and trims the ends.
pub fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

fn failed(error: csv::Error) -> ExportError {
    let source = match error.into_kind() {
        csv::ErrorKind::Io(source) => source,
        other => io::Error::other(format!("{other:?}")),
    };
    ExportError::Render { what: "fields.csv", source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample::{self, value};
    use crate::model::{Field, Status};

    fn text(records: &[DocumentRecord]) -> String {
        String::from_utf8(fields_csv(records).unwrap()).unwrap()
    }

    #[test]
    fn rows_follow_the_contract_to_the_letter() {
        let mut record = sample::document("box 1/a.png");
        record.values = vec![
            value(Field::MedicationText, Some(10), "Zinc").on(1).build(),
            value(Field::MedicationText, Some(2), "Aspirin 81 mg, \"EC\"").on(1).confidence(0.98765).build(),
            value(Field::Family, None, "O'Brien").on(2).raw("O'BRIEN\nJr").status(Status::Review).at(10.0, 20.125, 95.0, 3.0).build(),
            value(Field::BirthDate, None, "").on(1).confidence(0.0).status(Status::Review).nowhere().build(),
        ];
        let expected = "document,page,item,field,value,raw,confidence,status,x,y,width,height\r\n\
            box 1/a.png,1,,Patient.birthDate,,,0.0000,review,,,,\r\n\
            box 1/a.png,1,2,MedicationStatement.medication.text,\"Aspirin 81 mg, \"\"EC\"\"\",\"Aspirin 81 mg, \"\"EC\"\"\",0.9877,accepted,1.00,2.00,30.00,4.00\r\n\
            box 1/a.png,1,10,MedicationStatement.medication.text,Zinc,Zinc,0.9900,accepted,1.00,2.00,30.00,4.00\r\n\
            box 1/a.png,2,,Patient.name.family,O'Brien,O'BRIEN Jr,0.9900,review,10.00,20.13,90.00,3.00\r\n";
        assert_eq!(text(&[record]), expected);
    }

    #[test]
    fn some_documents_are_written_anew_among_the_others() {
        let named = |name: &str, family: &str| {
            let mut record = sample::document(name);
            record.values = vec![value(Field::City, None, "Salem, \"OR\"").build(), value(Field::Family, None, family).build()];
            record
        };
        let old = [named("a.pdf", "Doe"), named("b,c.pdf", "Roe"), named("d.pdf", "Poe")];
        let new = [named("a.pdf", "Doe"), named("b,c.pdf", "Röe"), named("d.pdf", "Po\ne")];
        let with = |records: &[DocumentRecord]| {
            let mut out = Vec::new();
            (fields_csv_with(text(&old).as_bytes(), records, &mut out).unwrap(), String::from_utf8(out).unwrap())
        };
        assert_eq!(with(&new[1..]), (true, text(&new)));
        assert_eq!(with(&old), (true, text(&old)));
        // One that has no place yet, and a table of others.
        assert!(!with(&[named("e.pdf", "Loe")]).0);
        assert!(!fields_csv_with("x,y\r\n".as_bytes(), &old, Vec::new()).unwrap());
        assert!(!fields_csv_with("".as_bytes(), &old, Vec::new()).unwrap());
    }

    #[test]
    fn no_document_leaves_the_header() {
        assert_eq!(text(&[]).lines().count(), 1);
    }

    #[test]
    fn the_order_of_records_and_values_does_not_matter() {
        let mut records = vec![sample::full("b.pdf#10"), sample::full("b.pdf#2"), sample::full("a.pdf")];
        let first = text(&records);
        records.reverse();
        for record in &mut records {
            record.values.reverse();
        }
        assert_eq!(text(&records), first);
        let documents: Vec<_> = first.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
        assert!(documents.is_sorted());
    }

    #[test]
    fn the_stream_refuses_what_comes_out_of_order() {
        for (first, second) in [("b", "a"), ("a", "a")] {
            let mut table = FieldsCsv::new(Vec::new()).unwrap();
            table.document(&sample::document(first)).unwrap();
            let error = table.document(&sample::document(second)).unwrap_err();
            assert!(matches!(error, ExportError::OutOfOrder { .. }), "{error}");
        }
    }

    #[test]
    fn hostile_text_stays_one_row() {
        let hostile = ["a\r\nb", "\"", "x,y", "\u{0}\u{1b}[31m", "=1+1", "\u{2028}end", "  ", "\u{feff}bom"];
        let mut record = sample::document("a\n,\"b\".png");
        record.values = hostile.iter().map(|text| value(Field::Payor, None, text).build()).collect();
        let bytes = fields_csv([&record]).unwrap();
        assert_eq!(bytes.iter().filter(|b| **b == b'\n').count(), hostile.len() + 1);
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), hostile.len());
        assert!(rows.iter().all(|row| row.len() == FIELDS_HEADER.len() && &row[0] == "a ,\"b\".png"));
    }

    #[test]
    fn boxes_stay_on_the_page() {
        let table = [
            ((0.0, 0.0, 100.0, 100.0), ["0.00", "0.00", "100.00", "100.00"]),
            ((33.336, 0.004, 66.666, 0.006), ["33.34", "0.00", "66.66", "0.01"]),
            ((-0.0, -1.0, f32::NAN, 120.0), ["0.00", "0.00", "0.00", "100.00"]),
        ];
        for ((x, y, width, height), expected) in table {
            assert_eq!(percent_columns(Some(PercentBox { x, y, width, height })), expected);
        }
    }

    #[test]
    fn a_full_disk_is_recognised() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let table = FieldsCsv::new(Full).unwrap();
        assert!(table.finish().err().unwrap().is_disk_full());
    }
}
