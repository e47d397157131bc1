//! The thread that carries decisions into what is derived from the ledger: tables and bundles follow a moment after the answer.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::export::ArchiveWriter;
use crate::ledger::{FILE_NAME, Ledger};
use crate::model::Sha256;
use crate::pipeline::rules::Rules;
use crate::pipeline::{RunError, outputs};
use crate::settings::Settings;

/// Answers that come within this time go out together.
const TOGETHER: Duration = Duration::from_millis(400);
/// Writing takes at most this part of the time.
const PART: u32 = 4;
/// The ledger's note of the last line of the chain that is in the outputs.
const NOTE: &str = "published";

/// Something that outputs do not say yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    /// Decisions of a document.
    Document(Sha256, u32),
    /// Documents came or went.
    All,
    /// An alarm has switched a field off.
    Settle,
}

/// The thread.
pub(super) struct Publisher {
    sender: Mutex<Option<Sender<Change>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Publisher {
    /// Starts it; what was decided and not published when a station ended goes out first.
    pub fn start(archive: &Path, writer: ArchiveWriter, rules: Arc<Rules>, settings: &Settings) -> Result<Self, RunError> {
        let (sender, receiver) = channel();
        let mut ledger = Ledger::beside(&archive.join(FILE_NAME))?;
        let last = ledger.last_line()?;
        if ledger.note(NOTE)?.and_then(|text| text.parse().ok()).unwrap_or(0) != last {
            let _ = sender.send(Change::All);
        }
        let (root, settings) = (archive.to_owned(), settings.clone());
        let work = move || {
            let mut desk = Press { root, writer, settings, _rules: rules };
            while let Ok(first) = receiver.recv() {
                let mut changes = BTreeSet::from([first]);
                let until = Instant::now() + TOGETHER;
                loop {
                    match receiver.recv_timeout(until.saturating_duration_since(Instant::now())) {
                        Ok(change) => {
                            changes.insert(change);
                        }
                        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
                    }
                }
                let started = Instant::now();
                if let Err(error) = desk.publish(&mut ledger, &changes) {
                    tracing::error!(%error, "decisions are kept, and the tables and bundles do not say so yet; the next run writes them");
                }
                std::thread::sleep((started.elapsed() * PART).min(Duration::from_secs(60)));
            }
        };
        let started = std::thread::Builder::new().name("publisher".to_owned()).spawn(work);
        let thread = started.map_err(|source| RunError::Threads { jobs: 1, source: source.into() })?;
        Ok(Self { sender: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)) })
    }

    /// Tells it of a change.
    pub fn tell(&self, change: Change) {
        if let Some(sender) = self.sender.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            let _ = sender.send(change);
        }
    }
}

impl Drop for Publisher {
    /// What was told is published before the station ends.
    fn drop(&mut self) {
        drop(self.sender.lock().unwrap_or_else(PoisonError::into_inner).take());
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }
}

/// What writes.
struct Press {
    #[allow(dead_code)]
    root: PathBuf,
    writer: ArchiveWriter,
    settings: Settings,
    _rules: Arc<Rules>,
}

impl Press {
    fn publish(&mut self, ledger: &mut Ledger, _changes: &BTreeSet<Change>) -> Result<(), RunError> {
        let last = ledger.last_line()?;
        outputs::write(ledger, &self.writer, &self.settings.export)?;
        Ok(ledger.set_note(NOTE, &last.to_string())?)
    }
}
