//! A document's scan as one PDF/A file: the source's own pictures where PDF can hold them, over which the words lie that were read.

use std::path::{Path, PathBuf};

use super::look::open_source;
use super::take_stock::INPUT_NOTE;
use crate::decode::{self, DecodeEvent, DecodeSettings};
use crate::export::Scan;
use crate::export::pdf::{self, PdfInfo, PdfPage};
use crate::ledger::{Ledger, LedgerError};
use crate::model::{Carriage, CarriedPage, DocumentRecord, FailureKind, PageNumber, PageOutcome, PageReading, SourceFailure};

/// Bytes that the pages of a document may have as pictures: they stand in memory together, and no receiver takes more.
const MOST_BYTES: usize = 512 * 1024 * 1024;

/// What became of a document's pages on their way into a PDF file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// Pages whose pictures are the source's own data, byte for byte.
    pub unchanged: u32,
    /// Pages whose pictures had to be packed in another way, without loss.
    pub recoded: u32,
    /// Pages that are no pictures and were drawn as such.
    pub drawn: u32,
    /// Pages between or beside these that could not be read when the source was: the file lacks them.
    pub lacking: Vec<PageNumber>,
}

/// Why there is no scan.
#[derive(Debug, thiserror::Error)]
pub enum NoScan {
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The source is gone, has changed since it was read, or cannot be decoded any more.
    #[error("{failure}")]
    Source {
        /// Why.
        failure: SourceFailure,
    },
    /// A page cannot be had as a picture any more.
    #[error("page {number}: {failure}", number = number.get())]
    Page {
        /// Its number in the source.
        number: PageNumber,
        /// Why.
        failure: SourceFailure,
    },
}

/// What the ledger knows of a document's pages: all that is needed beside its source, so that the work can be done where the ledger is not.
#[derive(Clone, Debug)]
pub struct Sheets {
    /// The folder that the archive was made from, as it was called then.
    pub input: Option<PathBuf>,
    /// What was read, page by page.
    readings: Vec<PageReading>,
    /// Pages of the document's part that could not be read.
    lacking: Vec<PageNumber>,
}

impl Sheets {
    /// Takes them from the ledger.
    ///
    /// # Errors
    /// The ledger's.
    pub fn of(ledger: &Ledger, record: &DocumentRecord) -> Result<Self, LedgerError> {
        let input = ledger.note(INPUT_NOTE)?.map(PathBuf::from);
        let pages = ledger.pages_at(&record.source)?;
        let own = pages.iter().filter(|page| record.pages.contains(&page.number));
        let readings = own.filter_map(crate::ledger::PageRecord::unpack).collect();
        // Failed pages belong to the part between two separator sheets in which they lie.
        let mut parts = pages.split(|page| page.outcome == PageOutcome::Separator);
        let part = parts.find(|part| part.iter().any(|page| record.pages.contains(&page.number))).unwrap_or_default();
        let failed = part.iter().filter(|page| page.outcome == PageOutcome::Failed);
        Ok(Self { input, readings, lacking: failed.map(|page| page.number).collect() })
    }
}

/// Makes a document's scan. `input` is the folder in which the source lies now; the one that the archive was made from, if not given. The source is
/// opened read-only, has to be the very file that was read, and is parsed in a limited process as in a run. The same source and readings
/// give the same bytes.
///
/// # Errors
/// The source cannot be had as it was read, or a page of it cannot be decoded: a scan that lacks a page that was read is none.
pub fn scan_of(
    input: Option<&Path>,
    sheets: &Sheets,
    record: &DocumentRecord,
    settings: &DecodeSettings,
) -> Result<(Scan, Carried), NoScan> {
    let failed = |failure| NoScan::Source { failure };
    let file = open_source(input.or(sheets.input.as_deref()), record).map_err(failed)?;
    let mut pages: Vec<CarriedPage> = Vec::new();
    let mut bytes = 0;
    for event in decode::carry(file, record.file_kind, &record.pages, settings).map_err(failed)? {
        match event.map_err(failed)? {
            DecodeEvent::Start(_) => {}
            DecodeEvent::Page(page) => {
                bytes += page.pictures.iter().map(|picture| picture.data.len()).sum::<usize>();
                if bytes > MOST_BYTES {
                    let detail = format!("as a PDF file it would have more than {} MiB; split the source", MOST_BYTES / 1024 / 1024);
                    return Err(failed(SourceFailure::new(FailureKind::TooLarge, detail)));
                }
                pages.push(page);
            }
            DecodeEvent::PageFailed { number, failure } => return Err(NoScan::Page { number, failure }),
        }
    }
    if let Some(number) = record.pages.iter().find(|number| !pages.iter().any(|page| page.number == **number)) {
        let failure = SourceFailure::new(FailureKind::Broken, "the file does not hold this page any more");
        return Err(NoScan::Page { number: *number, failure });
    }
    let mut carried = Carried { lacking: sheets.lacking.clone(), ..Carried::default() };
    for page in &pages {
        match page.carriage {
            Carriage::Unchanged => carried.unchanged += 1,
            Carriage::Recoded => carried.recoded += 1,
            Carriage::Drawn => carried.drawn += 1,
        }
    }
    let reading = |number| sheets.readings.iter().find(|reading| reading.number == number);
    let pages: Vec<PdfPage<'_>> = pages.iter().map(|page| PdfPage { carried: page, reading: reading(page.number) }).collect();
    let source = format!("sha256:{}", record.sha256);
    let pdf = pdf::render(&pages, &PdfInfo { title: record.id.as_str(), source: &source });
    Ok((Scan::new(pdf), carried))
}
