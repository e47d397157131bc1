//! `review/audit.csv`: accepted values that a person keys once more without seeing what the machine made of them, and the answers that come back.
//!
//! A row says where to look (document, page, box) and for what (field, item), and leaves three cells empty: what stands there (`value`), what was
//! found (`outcome`: nothing where a value was keyed, else `absent` for an empty place or a paper that has no such field, or `illegible`), and who
//! looked (`reviewer`). Neither a value nor its raw text nor its confidence stands in it, and the order is that of the keyed hash that chose
//! the values, so that it tells nothing. Text is guarded against spreadsheets.

use std::collections::BTreeMap;
use std::io::Write;

use uuid::Uuid;

use super::{guard, unguard};
use crate::export::{ExportError, percent_columns, squeeze};
use crate::model::{AuditOutcome, DocumentId, Field, PageNumber, PercentBox};

/// The columns, in order.
pub const AUDIT_HEADER: [&str; 12] =
    ["audit_id", "document", "page", "item", "field", "x", "y", "width", "height", "value", "outcome", "reviewer"];

/// Faults of a file of answers that are told at once.
const TOLD: usize = 20;

/// A value to check.
#[derive(Clone, Debug, PartialEq)]
pub struct ToCheck {
    /// What the audit calls it.
    pub name: Uuid,
    /// Its document.
    pub document: DocumentId,
    /// Its page.
    pub page: PageNumber,
    /// Its item.
    pub item: Option<u32>,
    /// Its field.
    pub field: Field,
    /// Where it stands.
    pub place: Option<PercentBox>,
}

/// Writes the sheet of what waits to be checked, in an order that tells nothing.
pub fn audit_csv(mut rows: Vec<ToCheck>, out: impl Write) -> Result<(), ExportError> {
    rows.sort_by_key(|row| row.name);
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    let failed = |source| ExportError::Render { what: "review/audit.csv", source };
    table.write_record(AUDIT_HEADER).map_err(|error| failed(error.into()))?;
    for row in rows {
        let item = row.item.map_or_else(String::new, |item| item.to_string());
        let document = squeeze(row.document.as_str());
        let [x, y, width, height] = percent_columns(row.place);
        let (name, page) = (row.name.to_string(), row.page.to_string());
        let cells = [&*name, &guard(&document), &page, &item, row.field.as_str(), &x, &y, &width, &height, "", "", ""];
        table.write_record(cells).map_err(|error| failed(error.into()))?;
    }
    table.flush().map_err(failed)
}

/// A row that somebody filled in.
#[derive(Clone, PartialEq, Eq)]
pub struct Keyed {
    /// Its line in the file.
    pub line: u64,
    /// What the audit calls the value.
    pub name: Uuid,
    /// What was found.
    pub outcome: AuditOutcome,
    /// What was keyed.
    pub value: String,
    /// Who looked.
    pub reviewer: String,
}

/// Shows line and verdict alone: the text is a patient's.
impl std::fmt::Debug for Keyed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyed(line {}: {})", self.line, self.outcome.as_str())
    }
}

/// Reads a sheet that came back. Rows in which nothing was filled in are passed over; columns may have moved, and the sheet may have been
/// saved with semicolons.
///
/// # Errors
/// What is wrong, each with its line and without any text of the file.
pub fn read_answers(bytes: &[u8]) -> Result<Vec<Keyed>, Vec<String>> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let head = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let delimiter = if head.contains(&b';') && !head.contains(&b',') { b';' } else { b',' };
    let mut table = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(bytes);
    let header = table.headers().map_err(|_| vec!["line 1: not a table in UTF-8".to_owned()])?.clone();
    let column = |name: &str| header.iter().position(|h| h.trim() == name).ok_or_else(|| vec![format!("line 1: no column `{name}`")]);
    let (name, value, outcome, reviewer) = (column("audit_id")?, column("value")?, column("outcome")?, column("reviewer")?);
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let mut lines: BTreeMap<Uuid, u64> = BTreeMap::new();
    let mut lines_to = Lines::new(bytes);
    for record in table.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = lines_to.line(error.position());
                faults.push(format!("line {line}: not a row of a table in UTF-8"));
                continue;
            }
        };
        let line = lines_to.line(record.position());
        let cell = |at: usize| unguard(record.get(at).unwrap_or_default().trim()).trim();
        if cell(value).is_empty() && cell(outcome).is_empty() {
            continue;
        }
        match row(line, cell(name), cell(value), cell(outcome), cell(reviewer)) {
            Ok(row) => match lines.insert(row.name, line) {
                Some(before) => faults.push(format!("line {line}: the audit_id stands in line {before} too")),
                None => rows.push(row),
            },
            Err(what) => faults.push(format!("line {line}: {what}")),
        }
    }
    if faults.len() > TOLD {
        let more = faults.len() - TOLD;
        faults.truncate(TOLD);
        faults.push(format!("and {more} more"));
    }
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

/// Counts lines. The reader's own count is one short where lines end in CRLF: it places a record behind the CR of the one before.
pub(super) struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    /// Begins at the first line.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, line: 1 }
    }

    /// The line of a record; records come in order.
    pub(super) fn line(&mut self, position: Option<&csv::Position>) -> u64 {
        let start = position.map_or(0, csv::Position::byte) as usize;
        while self.at < self.bytes.len() && (self.at < start || matches!(self.bytes[self.at], b'\r' | b'\n')) {
            self.line += u64::from(self.bytes[self.at] == b'\n');
            self.at += 1;
        }
        self.line
    }
}

fn row(line: u64, name: &str, value: &str, outcome: &str, reviewer: &str) -> Result<Keyed, String> {
    let name = Uuid::parse_str(name).map_err(|_| "the audit_id is none of review/audit.csv".to_owned())?;
    let outcome = match outcome.to_lowercase().as_str() {
        "" => AuditOutcome::Value,
        given => AuditOutcome::parse(given).ok_or_else(|| {
            let all = AuditOutcome::ALL.map(AuditOutcome::as_str).join(", ");
            format!("the outcome is none of {all}")
        })?,
    };
    match (outcome, value.is_empty()) {
        (AuditOutcome::Value, true) => return Err("the outcome is `value` and none was keyed".to_owned()),
        (AuditOutcome::Absent | AuditOutcome::Illegible, false) => {
            return Err(format!("a value was keyed and the outcome is `{}`", outcome.as_str()));
        }
        _ => {}
    }
    if reviewer.is_empty() {
        return Err("nobody is named as reviewer".to_owned());
    }
    Ok(Keyed { line, name, outcome, value: value.to_owned(), reviewer: reviewer.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "9b85d122-1d19-8bca-b90c-f491de2d5b4a";
    const B: &str = "00000000-0000-8000-8000-000000000001";

    fn check(name: &str, document: &str) -> ToCheck {
        let place = Some(PercentBox { x: 1.0, y: 2.0, width: 3.0, height: 4.0 });
        let name = Uuid::parse_str(name).unwrap();
        ToCheck { name, document: DocumentId::from_stored(document), page: PageNumber::new(2), item: Some(3), field: Field::City, place }
    }

    #[test]
    fn the_sheet_says_where_and_nothing_more() {
        let mut out = Vec::new();
        audit_csv(vec![check(A, "=a.png"), check(B, "b.png")], &mut out).unwrap();
        let wanted = format!(
            "{}\r\n{B},b.png,2,3,Patient.address.city,1.00,2.00,3.00,4.00,,,\r\n{A},'=a.png,2,3,Patient.address.city,1.00,2.00,3.00,4.00,,,\r\n",
            AUDIT_HEADER.join(",")
        );
        assert_eq!(String::from_utf8(out).unwrap(), wanted);
    }

    #[test]
    fn answers_come_back_as_spreadsheets_leave_them() {
        for text in [
            format!("audit_id,value,outcome,reviewer\n{A},'+15035550123,,ann\n{B},,Absent,ann\n"),
            format!("\u{feff}reviewer;outcome;audit_id;value;x\r\nann;value;{A};'+15035550123;1\r\nann;absent;{B};;2\r\n"),
            format!("audit_id,value,outcome,reviewer\n{A},'+15035550123,,ann\n{B},,absent,ann\n{A},,,\n"),
        ] {
            let rows = read_answers(text.as_bytes()).unwrap();
            let short: Vec<_> = rows.iter().map(|r| (r.line, r.outcome, r.value.as_str(), r.reviewer.as_str())).collect();
            assert_eq!(short, [(2, AuditOutcome::Value, "+15035550123", "ann"), (3, AuditOutcome::Absent, "", "ann")]);
            assert!(!format!("{rows:?}").contains("503"));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_a_sheet_or_none(head in "(audit_id,value,outcome,reviewer\r?\n)?", rest in "(?s)[a,;\"'\r\n0-9-]{0,60}") {
            let _ = read_answers(format!("{head}{rest}").as_bytes());
        }
    }

    #[test]
    fn faults_name_their_lines_and_quote_nothing() {
        let head = "audit_id,value,outcome,reviewer\n";
        let table = [
            (format!("{head}Quillfeather,Salem,,ann\n"), "line 2: the audit_id is none"),
            (format!("{head}{A},Salem,seen,ann\n"), "line 2: the outcome is none of value, absent, illegible"),
            (format!("{head}{A},,value,ann\n"), "line 2: the outcome is `value` and none was keyed"),
            (format!("{head}{A},Salem,absent,ann\n"), "line 2: a value was keyed"),
            (format!("{head}{A},Salem,,\n"), "line 2: nobody"),
            (format!("{head}{A},Salem,,ann\n{A},Salerno,,ben\n"), "line 3: the audit_id stands in line 2 too"),
            ("audit_id,value,reviewer\n".to_owned(), "line 1: no column `outcome`"),
        ];
        for (text, wanted) in table {
            let faults = read_answers(text.as_bytes()).unwrap_err();
            assert!(faults[0].starts_with(wanted), "{faults:?}");
            assert!(!faults.join("").contains("Salem") && !faults.join("").contains("Quill"), "{faults:?}");
        }
    }
}
