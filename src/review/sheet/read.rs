//! Reads a sheet that came back: which rows are as they were written, and what was said in them.

use std::collections::BTreeMap;

use super::super::lane::Lines;
use super::super::unguard;
use super::{CHECK_DIGITS, SheetKey, version_cell};
use crate::model::Outcome;

/// Digits of an item's name.
const NAME_DIGITS: usize = 32;

/// What somebody filled into a row.
#[derive(Clone, PartialEq, Eq)]
pub struct Said {
    /// The outcome, if one is given.
    pub outcome: Option<Outcome>,
    /// The value, if one is given.
    pub value: String,
    /// Who; may be empty.
    pub reviewer: String,
}

/// Shows the verdict alone: the text is a patient's.
impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Said({})", self.outcome.map_or("a value", Outcome::as_str))
    }
}

/// A row of a sheet.
#[derive(Clone, PartialEq, Eq)]
pub struct SheetAnswer {
    /// Its line in the file.
    pub line: u64,
    /// The item.
    pub item_id: String,
    row_version: String,
    shown_value: String,
    check: String,
    /// What was filled in, if anything; what is wrong with it if it says nothing that is known.
    pub said: Result<Option<Said>, String>,
}

/// Shows line and verdict alone: the text is a patient's.
impl std::fmt::Debug for SheetAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SheetAnswer(line {}: {:?})", self.line, self.said)
    }
}

/// What the ledger says of the item of a row.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Its version now.
    pub version: i64,
    /// What a sheet shows of it now.
    pub shown: &'a str,
}

/// What is amiss with a row as a row, whatever was said in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amiss {
    /// A cell that was sealed is not what was written, by the name of its column.
    Mangled(&'static str),
    /// The archive has no such item.
    Unknown,
    /// The item has changed since the sheet was written.
    Stale,
}

impl SheetAnswer {
    /// The value that the row shows.
    pub fn shown_value(&self) -> &str {
        &self.shown_value
    }

    /// What is amiss with the row, `None` if it is as it was written and the item is as it was then.
    pub fn amiss(&self, key: &SheetKey, known: Option<Known<'_>>) -> Option<Amiss> {
        let is_name = self.item_id.len() == NAME_DIGITS && is_hex(&self.item_id);
        let version = self.row_version.parse::<i64>().ok().filter(|&version| version_cell(version) == self.row_version);
        if !is_name {
            return Some(Amiss::Mangled("item_id"));
        }
        let Some(version) = version else { return Some(Amiss::Mangled("row_version")) };
        if key.check(&self.item_id, &self.row_version, &self.shown_value) == self.check {
            return match known {
                None => Some(Amiss::Unknown),
                // A sealed row of this very version shows what the item shows, unless the item was entered anew with its version kept.
                Some(known) => (known.version != version || known.shown != self.shown_value).then_some(Amiss::Stale),
            };
        }
        let Some(known) = known else { return Some(Amiss::Unknown) };
        if self.check.len() != CHECK_DIGITS || !is_hex(&self.check) {
            return Some(Amiss::Mangled("check"));
        }
        let column = match known.shown == self.shown_value {
            false => "shown_value",
            true if known.version != version => "row_version",
            true => "check",
        };
        Some(Amiss::Mangled(column))
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Rows that answer an item which an earlier row has answered: the row's place, the line of the earlier one, and whether both say the same.
pub fn repeated(rows: &[SheetAnswer]) -> Vec<(usize, u64, bool)> {
    let mut first: BTreeMap<&str, (u64, &Said)> = BTreeMap::new();
    let mut again = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let Ok(Some(said)) = &row.said else { continue };
        match first.get(row.item_id.as_str()) {
            Some((line, before)) => again.push((at, *line, (before.outcome, &before.value) == (said.outcome, &said.value))),
            None => drop(first.insert(&row.item_id, (row.line, said))),
        }
    }
    again
}

/// Reads a sheet. Columns may have moved, and it may have been saved with semicolons or tabs between cells.
///
/// # Errors
/// What is wrong with the table as a whole, without any text of the file.
pub fn read_sheet(bytes: &[u8]) -> Result<Vec<SheetAnswer>, String> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    if std::str::from_utf8(bytes).is_err() {
        return Err("the file is not in UTF-8; save it as CSV with the character set Unicode (UTF-8)".to_owned());
    }
    let head = bytes.split(|b| matches!(b, b'\r' | b'\n')).next().unwrap_or_default();
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|d| head.iter().filter(|b| *b == d).count()).unwrap_or(b',');
    let mut table = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(bytes);
    let header = table.headers().map_err(|_| "line 1: not a table".to_owned())?.clone();
    let column = |name: &str| {
        let mut places = header.iter().enumerate().filter(|(_, title)| title.trim() == name).map(|(at, _)| at);
        match (places.next(), places.next()) {
            (Some(at), None) => Ok(at),
            (None, _) => Err(format!("line 1: no column `{name}`")),
            (Some(_), Some(_)) => Err(format!("line 1: two columns `{name}`")),
        }
    };
    let (item_id, row_version, shown_value) = (column("item_id")?, column("row_version")?, column("shown_value")?);
    let (new_value, outcome) = (column("new_value")?, column("outcome")?);
    let (reviewer, check) = (column("reviewer")?, column("check")?);
    let mut lines = Lines::new(bytes);
    let mut rows = Vec::new();
    for record in table.records() {
        let record = record.map_err(|error| format!("line {}: not a row of a table", lines.line(error.position())))?;
        let line = lines.line(record.position());
        // Rows of nothing, which some programs leave at the end.
        if record.iter().all(str::is_empty) {
            continue;
        }
        let cell = |at: usize| record.get(at).unwrap_or_default();
        let typed = |at: usize| unguard(cell(at)).trim();
        rows.push(SheetAnswer {
            line,
            item_id: cell(item_id).to_owned(),
            row_version: cell(row_version).to_owned(),
            shown_value: unguard(cell(shown_value)).to_owned(),
            check: cell(check).to_owned(),
            said: said(typed(new_value), typed(outcome), typed(reviewer)),
        });
    }
    Ok(rows)
}

/// What is said in a row. A name alone answers nothing: people fill it down a whole column.
fn said(value: &str, outcome: &str, reviewer: &str) -> Result<Option<Said>, String> {
    let outcome = match outcome.to_lowercase().as_str() {
        "" if value.is_empty() => return Ok(None),
        "" => None,
        given => Some(Outcome::parse(given).ok_or_else(|| {
            let all: Vec<&str> = Outcome::ALL.iter().map(|outcome| outcome.as_str()).collect();
            format!("the outcome is none of {}", all.join(", "))
        })?),
    };
    Ok(Some(Said { outcome, value: value.to_owned(), reviewer: reviewer.to_owned() }))
}
