//! Pictures ahead: those of the pages that were just handed out, so that they are there when the eye comes to them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::pictures::Pictures;
use crate::ledger::{FILE_NAME, Ledger};
use crate::model::{PageNumber, Sha256};
use crate::pipeline::RunError;

/// A page by the document that it is in.
type Wanted = (Sha256, u32, PageNumber);

/// The thread that makes them. It ends with what it is at when the station goes.
pub(super) struct Ahead(Mutex<Sender<Wanted>>);

impl Ahead {
    /// Starts it.
    pub fn start(archive: &Path, input: Option<PathBuf>, pictures: Arc<Pictures>) -> Result<Self, RunError> {
        let (sender, receiver) = channel::<Wanted>();
        let ledger = Ledger::beside(&archive.join(FILE_NAME))?;
        let work = move || {
            let mut tried: BTreeSet<Wanted> = BTreeSet::new();
            while let Ok(wanted) = receiver.recv() {
                // A page whose source is gone is not tried with every item.
                if tried.insert(wanted)
                    && let Err(error) = make(&ledger, input.as_deref(), &pictures, wanted)
                {
                    tracing::debug!(%error, "no picture ahead");
                }
            }
        };
        let started = std::thread::Builder::new().name("pictures".to_owned()).spawn(work);
        started.map_err(|source| RunError::Threads { jobs: 1, source: source.into() })?;
        Ok(Self(Mutex::new(sender)))
    }

    /// Asks for the picture of a page.
    pub fn ask(&self, sha256: Sha256, ordinal: u32, page: PageNumber) {
        // Without the thread pictures are made when they are asked for.
        let _ = self.0.lock().unwrap_or_else(PoisonError::into_inner).send((sha256, ordinal, page));
    }
}

fn make(ledger: &Ledger, input: Option<&Path>, pictures: &Pictures, (sha256, ordinal, page): Wanted) -> Result<(), RunError> {
    let Some(id) = ledger.document_at(sha256, ordinal)? else { return Ok(()) };
    let Some(stored) = ledger.document(&id)? else { return Ok(()) };
    let reading = ledger.page_at(&stored.record.source, page)?.and_then(|kept| kept.unpack());
    reading.map_or(Ok(()), |reading| pictures.ready(input, &stored.record, &reading))
}
