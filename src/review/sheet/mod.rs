//! The sheet: items that wait, as a table for who would rather work in a spreadsheet, and what comes back of it.
//!
//! RFC 4180 in UTF-8 with CRLF, every cell quoted. `new_value`, `outcome` and `reviewer` are left empty for the reviewer. An item that is asked blindly shows neither the machine's value
//! nor alternatives nor why it waits, and an audit or a seeded check looks like any other item.
//!
//! **Spreadsheets harm files.** They drop leading zeros, write dates anew and make numbers of digits, in silence. So the three cells that name what was answered are sealed: `check`
//! is the beginning of an HMAC over them ([`SheetKey::check`]), and `row_version` has leading zeros, which every program drops that takes cells for numbers: the
//! first such row shows that what people keyed cannot be relied on either. Text that could be a formula is guarded ([`guard`](super::guard())).

mod read;

use std::io::Write;

use hmac::{Hmac, Mac};

use super::desk::is_blind;
use super::guard;
use crate::export::{ExportError, squeeze};
use crate::model::{Item, PercentBox, hex};

pub use read::{Amiss, Known, Said, SheetAnswer, read_sheet, repeated};

/// The columns, in order.
pub const SHEET_HEADER: [&str; 12] = [
    "item_id",
    "row_version",
    "document",
    "page",
    "field",
    "reason",
    "shown_value",
    "alternatives",
    "new_value",
    "outcome",
    "reviewer",
    "check",
];

/// Between two alternatives.
const BETWEEN: &str = " | ";
/// What stands for the reasons of an item that is asked blindly.
const BLIND: &str = "blind";
/// Hexadecimal digits of the check.
const CHECK_DIGITS: usize = 16;

/// The archive's secret, which seals the rows of its sheets.
pub struct SheetKey([u8; 32]);

impl SheetKey {
    /// Takes the archive's key.
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// What seals a row: the first digits of the HMAC-SHA256 of the cells that name what is answered.
    pub fn check(&self, item_id: &str, row_version: &str, shown_value: &str) -> String {
        // A key of any length will do for HMAC (RFC 2104); without one no row would be known again.
        let Ok(mut mac) = Hmac::<sha2::Sha256>::new_from_slice(&self.0) else { return String::new() };
        // Cells bear their lengths, so that no two rows can be spelt alike.
        for cell in ["sheet", item_id, row_version, shown_value] {
            mac.update(&(cell.len() as u64).to_be_bytes());
            mac.update(cell.as_bytes());
        }
        hex(&mac.finalize().into_bytes()[..CHECK_DIGITS / 2])
    }
}

/// A secret is not shown.
impl std::fmt::Debug for SheetKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SheetKey")
    }
}

/// The version of an item as it is written: leading zeros betray a program that takes cells for numbers.
fn version_cell(version: i64) -> String {
    format!("{version:010}")
}

/// The value that a sheet shows of an item: none where it is asked blindly.
pub fn shown_value(item: &Item) -> &str {
    if is_blind(item.mode) { "" } else { &item.shown }
}

/// Writes a sheet item by item.
pub struct SheetCsv<'k, W: Write> {
    table: csv::Writer<W>,
    key: &'k SheetKey,
    rows: u64,
}

impl<'k, W: Write> SheetCsv<'k, W> {
    /// Begins a sheet; `bom` puts the byte order mark before it by which some spreadsheets know UTF-8.
    pub fn new(mut out: W, key: &'k SheetKey, bom: bool) -> Result<Self, ExportError> {
        if bom {
            out.write_all("\u{feff}".as_bytes()).map_err(failed)?;
        }
        let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).quote_style(csv::QuoteStyle::Always).from_writer(out);
        table.write_record(SHEET_HEADER).map_err(|error| failed(error.into()))?;
        Ok(Self { table, key, rows: 0 })
    }

    /// Writes an item, with other readings, and with the value as people would write it where that differs; of an item that is asked blindly neither.
    pub fn item(&mut self, item: &Item, alternatives: &[String], reads: Option<&str>) -> Result<(), ExportError> {
        let (version, shown) = (version_cell(item.version), shown_value(item));
        let alternatives = if is_blind(item.mode) { String::new() } else { alternatives.join(BETWEEN) };
        let check = self.key.check(&item.name, &version, shown);
        let (page, field, reason) = (item.page().to_string(), field_cell(item), reason_cell(item, reads));
        let document = squeeze(&item.document);
        let cells =
            [&*item.name, &version, &guard(&document), &page, &field, &reason, &guard(shown), &guard(&alternatives), "", "", "", &check];
        self.table.write_record(cells).map_err(|error| failed(error.into()))?;
        self.rows += 1;
        Ok(())
    }

    /// Ends the sheet and says how many items it has.
    pub fn finish(mut self) -> Result<u64, ExportError> {
        self.table.flush().map_err(failed)?;
        Ok(self.rows)
    }
}

/// The field, with the number of the item where it has one: `Observation.value[2]`.
fn field_cell(item: &Item) -> String {
    item.id.item.map_or_else(|| item.field().to_string(), |number| format!("{}[{number}]", item.field()))
}

/// Why it waits, and where to look on the page: a field that stands on a page several times is not to be found without. Codes are given in words.
fn reason_cell(item: &Item, reads: Option<&str>) -> String {
    let mut reasons: Vec<String> = match is_blind(item.mode) {
        true => vec![BLIND.to_owned()],
        false => item.reasons.iter().map(|reason| reason.as_str().to_owned()).collect(),
    };
    reasons.dedup();
    reasons.extend(item.place.map(where_cell));
    reasons.extend(reads.filter(|_| !is_blind(item.mode)).map(|words| format!("reads {}", squeeze(words))));
    reasons.join("; ")
}

/// The middle of a place, in words.
fn where_cell(place: PercentBox) -> String {
    let middle = |from: f32, length: f32| (from + length / 2.0).clamp(0.0, 100.0).round();
    format!("{}% from the left, {}% from the top", middle(place.x, place.width), middle(place.y, place.height))
}

fn failed(source: std::io::Error) -> ExportError {
    ExportError::Render { what: "the sheet of items", source }
}

#[cfg(test)]
mod tests;
