//! `chartlift review prepare ARCHIVE`: the pictures of all pages on which something waits, made now, for who empties the inbox.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::pictures::Pictures;
use crate::ledger::{Ledger, LedgerError};
use crate::model::{DocumentRecord, ItemState, PageNumber, PageReading, SourcePath};
use crate::pipeline::rules::Rules;
use crate::pipeline::take_stock::INPUT_NOTE;
use crate::pipeline::{Archive, RunError, Stop};
use crate::settings::Settings;

/// What preparing came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    /// Pages with something that waits.
    pub pages: u64,
    /// Pictures that were made.
    pub made: u64,
    /// Pictures that were there already.
    pub kept: u64,
    /// Sources that are gone, have changed, or cannot be drawn any more: their pages cannot be shown.
    pub lacking: Vec<SourcePath>,
    /// Whether it was stopped before the end.
    pub stopped: bool,
}

/// Makes the pictures of all pages on which something waits.
///
/// # Errors
/// No archive, a damaged one, one that cannot be written.
pub fn prepare(archive: &Path, settings: &Settings, stop: &Stop) -> Result<Prepared, RunError> {
    let (mut ledger, writer) = Archive::beside(archive)?;
    let rules = Rules::load(settings.rules.folder.as_deref())?;
    super::sync(&mut ledger, rules.vocabulary(), &settings.review)?;
    let input = ledger.note(INPUT_NOTE)?.map(PathBuf::from);
    let pictures = Pictures::new(writer, settings.decode.clone());
    let mut prepared = Prepared::default();
    let mut last = 0;
    while let Some(document) = ledger.unsettled_after(last)? {
        last = document.row;
        if stop.requested() {
            prepared.stopped = true;
            break;
        }
        let record = document.stored.record;
        one(&ledger, &pictures, input.as_deref(), &record, &mut prepared)?;
    }
    Ok(prepared)
}

fn one(
    ledger: &Ledger,
    pictures: &Pictures,
    input: Option<&Path>,
    record: &DocumentRecord,
    prepared: &mut Prepared,
) -> Result<(), RunError> {
    let readings = waiting(ledger, record)?;
    let all = readings.len();
    prepared.pages += all as u64;
    let lacking: Vec<PageReading> = readings.into_values().filter(|reading| !pictures.has(record.sha256, reading)).collect();
    prepared.kept += (all - lacking.len()) as u64;
    match pictures.make(input, record, &lacking) {
        Ok(made) => prepared.made += made as u64,
        Err(RunError::Picture { source_path, .. }) => {
            if prepared.lacking.last() != Some(&source_path) {
                prepared.lacking.push(source_path);
            }
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

/// The pages of a document on which something waits.
fn waiting(ledger: &Ledger, record: &DocumentRecord) -> Result<BTreeMap<PageNumber, PageReading>, LedgerError> {
    let waits = |state| !matches!(state, ItemState::Final | ItemState::Gone);
    let items = ledger.items_of(record.sha256, record.ordinal)?;
    let pages: BTreeSet<PageNumber> = items.iter().filter(|item| waits(item.state)).map(|item| item.page()).collect();
    let mut readings = BTreeMap::new();
    for page in pages {
        if let Some(reading) = ledger.page_at(&record.source, page)?.and_then(|kept| kept.unpack()) {
            readings.insert(page, reading);
        }
    }
    Ok(readings)
}
