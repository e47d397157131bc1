//! The reviewer's station: what people are asked, what they are shown of it, and what becomes of their answers.
//!
//! It works beside whoever holds the archive: decisions are transactions of the ledger, outputs are written by a thread of its own (`publish`) under a lock of
//! theirs. What a person may be shown is decided in `task`, what becomes of an answer in `answers`; `sync` says what is asked at all.

mod ahead;
mod answers;
mod desk;
mod frame;
mod paper;
mod pictures;
mod prepare;
mod publish;
mod readings;
mod scene;
mod seeds;
mod sheets;
mod structure;
mod sync;
mod task;
mod typed;
mod words;

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::rules::Rules;
use super::take_stock::INPUT_NOTE;
use super::{Archive, RunError, audit};
use crate::confidence::audit::sample::Key;
use crate::ledger::{FILE_NAME, Ledger};
use crate::model::Field;
use crate::ocr::OcrEngine;
use crate::review::desk::{Desk, DeskError};
use crate::settings::Settings;
use ahead::Ahead;
use pictures::Pictures;
use publish::Publisher;
use scene::Scenes;

pub use prepare::{Prepared, prepare};
pub use sheets::{SheetRequest, export_sheet, import_sheet};
pub(super) use sync::sync;

/// Tasks of which it is remembered what was shown with them.
const REMEMBERED: usize = 20_000;
/// Readers of the ledger that wait for the next request.
const READERS: usize = 8;

/// The station of an archive.
pub(super) struct Station {
    root: PathBuf,
    settings: Settings,
    rules: Arc<Rules>,
    key: Key,
    /// The folder that the archive was made from.
    input: Option<PathBuf>,
    pictures: Arc<Pictures>,
    ahead: Ahead,
    scenes: Scenes,
    writer: Mutex<Ledger>,
    readers: Mutex<Vec<Ledger>>,
    /// Alternatives that were shown, by item, the last ones.
    shown: Mutex<VecDeque<(String, Vec<String>)>>,
    /// What each reviewer said of a field last.
    last: Mutex<BTreeMap<(String, Field), String>>,
    engine: Mutex<Option<Box<dyn OcrEngine + Send>>>,
    publisher: Publisher,
}

/// Opens the station of an archive, whoever holds it: brings what is asked up to date and begins to publish what is decided.
///
/// # Errors
/// No archive, a damaged one, rules that cannot be read.
pub fn open_station(archive: &Path, settings: &Settings) -> Result<Arc<dyn Desk>, RunError> {
    Ok(Arc::new(Station::open(archive, settings)?))
}

impl Station {
    fn open(archive: &Path, settings: &Settings) -> Result<Self, RunError> {
        let (mut ledger, writer) = Archive::beside(archive)?;
        let rules = Arc::new(Rules::load(settings.rules.folder.as_deref())?);
        let key = audit::key(&mut ledger)?;
        sync(&mut ledger, rules.vocabulary(), &settings.review)?;
        let input = ledger.note(INPUT_NOTE)?.map(PathBuf::from);
        let publisher = Publisher::start(archive, writer.clone(), Arc::clone(&rules), settings)?;
        let pictures = Arc::new(Pictures::new(writer, settings.decode.clone()));
        let ahead = Ahead::start(archive, input.clone(), Arc::clone(&pictures))?;
        Ok(Self {
            root: archive.to_owned(),
            pictures,
            ahead,
            settings: settings.clone(),
            rules,
            key,
            input,
            scenes: Scenes::default(),
            writer: Mutex::new(ledger),
            readers: Mutex::default(),
            shown: Mutex::default(),
            last: Mutex::default(),
            engine: Mutex::default(),
            publisher,
        })
    }

    /// Reads the ledger, beside all others who do.
    fn read<T>(&self, work: impl FnOnce(&Ledger) -> Result<T, DeskError>) -> Result<T, DeskError> {
        let free = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let ledger = match free {
            Some(ledger) => ledger,
            None => Ledger::beside(&self.root.join(FILE_NAME)).map_err(fault)?,
        };
        let outcome = work(&ledger);
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS {
            readers.push(ledger);
        }
        outcome
    }

    /// Writes to the ledger, one after another.
    fn write<T>(&self, work: impl FnOnce(&mut Ledger) -> Result<T, DeskError>) -> Result<T, DeskError> {
        work(&mut self.writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn remember(&self, item: &str, alternatives: Vec<String>) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.retain(|(known, _)| known != item);
        if !alternatives.is_empty() {
            shown.push_back((item.to_owned(), alternatives));
        }
        while shown.len() > REMEMBERED {
            shown.pop_front();
        }
    }

    fn remembered(&self, item: &str) -> Vec<String> {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.iter().rev().find(|(known, _)| known == item).map(|(_, alternatives)| alternatives.clone()).unwrap_or_default()
    }
}

/// What the log says of a fault, and the name under which a person may ask for it. Errors of these rooms tell files and causes, never what a page says.
pub(super) fn fault(error: impl Into<RunError>) -> DeskError {
    let error: RunError = error.into();
    let bytes = super::archive::random().unwrap_or_default();
    let id = crate::model::hex(&bytes[..4]);
    let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    tracing::error!(id, %error, cause, "a request of the station failed");
    DeskError::Fault { id }
}

/// Seconds since 1970-01-01 UTC.
fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[cfg(test)]
mod tests;
