//! The thread that carries decisions into what is derived from the ledger: tables and bundles follow a moment after the answer.
//!
//! Of the tables the rows of the documents concerned are written anew and all others copied; of the bundles those of the persons concerned, since a paper
//! lends the others of its person what it says of them. Who is who is kept in memory, and had anew when a paper says otherwise who it is about. Whatever
//! does not go this way (documents that came or went, tables that are not there) is written whole, as at the end of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::sync::{Asking, sync_some};
use crate::export::fhir;
use crate::export::{ArchiveWriter, ExportError, document_path, fields_csv_with, squeeze};
use crate::ledger::{FILE_NAME, Ledger};
use crate::model::{DocumentId, DocumentRecord, Field, Sha256};
use crate::pipeline::archive::lock_outputs;
use crate::pipeline::export::{Papers, People, Person};
use crate::pipeline::rules::Rules;
use crate::pipeline::{Archive, ArchiveError, RunError, audit, outputs, settle};
use crate::review::queue_csv_with;
use crate::settings::Settings;

/// Answers that come within this time go out together.
const TOGETHER: Duration = Duration::from_millis(400);
/// So many times as long as writing took, the thread rests: it must not take the machine from those who answer.
const REST: u32 = 3;
const REST_AT_MOST: Duration = Duration::from_secs(60);
/// Persons whose bundles are written one by one; more are a whole archive.
const PERSONS: usize = 200;

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
        let current = outputs::published(&ledger)? == Some(last);
        if !current {
            let _ = sender.send(Change::All);
        }
        let mut press = Press { root: archive.to_owned(), writer, settings: settings.clone(), rules, known: None };
        let work = move || {
            if current {
                press.learn(&ledger, last);
            }
            while let Ok(first) = receiver.recv() {
                let mut changes = BTreeSet::from([first]);
                let (until, mut ended) = (Instant::now() + TOGETHER, false);
                loop {
                    match receiver.recv_timeout(until.saturating_duration_since(Instant::now())) {
                        Ok(change) => changes.insert(change),
                        Err(RecvTimeoutError::Timeout) => break,
                        Err(RecvTimeoutError::Disconnected) => {
                            ended = true;
                            break;
                        }
                    };
                }
                let started = Instant::now();
                if let Err(error) = press.publish(&mut ledger, &changes) {
                    press.known = None;
                    tracing::error!(%error, "decisions are kept, and tables and bundles do not say so yet; the next run writes them");
                }
                if !ended {
                    std::thread::sleep((started.elapsed() * REST).min(REST_AT_MOST));
                }
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
pub(super) struct Press {
    root: PathBuf,
    writer: ArchiveWriter,
    settings: Settings,
    rules: Arc<Rules>,
    known: Option<Known>,
}

/// Who is who, as the outputs have it.
struct Known {
    people: People,
    /// What each paper says of who it is about.
    says: BTreeMap<DocumentId, Sha256>,
}

impl Known {
    fn of(ledger: &Ledger) -> Result<Self, RunError> {
        let mut papers = BTreeMap::new();
        let people = People::seen(ledger, |record| {
            papers.insert(record.id.clone(), says(record));
        })?;
        Ok(Self { people, says: papers })
    }
}

impl Press {
    /// Carries changes into the outputs.
    pub fn publish(&mut self, ledger: &mut Ledger, changes: &BTreeSet<Change>) -> Result<(), RunError> {
        if changes.contains(&Change::Settle) && self.settle()? {
            self.known = None;
            return Ok(());
        }
        let outputs = lock_outputs(&self.root)?;
        let seen = ledger.last_line()?;
        let mut records = Vec::new();
        let mut whole = changes.contains(&Change::All);
        for change in changes {
            let Change::Document(sha256, ordinal) = change else { continue };
            let id = ledger.document_at(*sha256, *ordinal)?;
            match id.map(|id| ledger.document(&id)).transpose()?.flatten() {
                Some(stored) => records.push(stored.record),
                // It went meanwhile: a run is at it, and writes when it ends.
                None => whole = true,
            }
        }
        let asking = Asking::new(ledger, self.rules.vocabulary(), &self.settings.review)?;
        sync_some(ledger, &asking, &records, seen)?;
        whole = whole || !self.tables(&records)?;
        if !whole {
            audit::write(ledger, &self.writer)?;
            whole = !self.bundles(ledger, &records)?;
        }
        // The whole takes the lock itself.
        drop(outputs);
        if !whole {
            return outputs::note_published(ledger, seen);
        }
        self.known = None;
        outputs::write(ledger, &self.writer, &self.settings.export)?;
        if let Some(published) = outputs::published(ledger)? {
            self.learn(ledger, published);
        }
        Ok(())
    }

    /// Keeps in memory who is who in the outputs, which hold the chain up to a line. Where it has gone on meanwhile, that cannot be told.
    fn learn(&mut self, ledger: &Ledger, line: i64) {
        let known = Known::of(ledger);
        let still = ledger.last_line().is_ok_and(|last| last == line);
        self.known = known.ok().filter(|_| still);
    }

    /// Decides anew what an alarm has switched off. `false`: a run holds the archive, and does it when it ends.
    fn settle(&self) -> Result<bool, RunError> {
        match Archive::open(&self.root) {
            Ok(mut archive) => settle::decide_anew(&mut archive, &self.rules, &self.settings).map(|_| true),
            Err(ArchiveError::Locked { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Both tables, with the rows of some documents as they are now. `false`: they have to be written whole.
    fn tables(&self, records: &[DocumentRecord]) -> Result<bool, RunError> {
        // A name that is shown otherwise than it is sorted has no place that could be told from the table.
        if records.iter().any(|record| squeeze(record.id.as_str()) != record.id.as_str()) {
            return Ok(false);
        }
        let fields = self.again(outputs::FIELDS, |old, out| fields_csv_with(old, records, out))?;
        Ok(fields && self.again(outputs::QUEUE, |old, out| queue_csv_with(old, records, out))?)
    }

    /// Writes a table again, made of the one that is there; nothing changes if that cannot be.
    fn again(
        &self,
        name: &str,
        render: impl FnOnce(BufReader<File>, &mut dyn std::io::Write) -> Result<bool, ExportError>,
    ) -> Result<bool, RunError> {
        let Ok(old) = File::open(self.root.join(name)) else { return Ok(false) };
        let mut spool = self.writer.spool()?;
        if !render(BufReader::with_capacity(1 << 16, old), &mut spool)? {
            return Ok(false);
        }
        self.writer.adopt(Path::new(name), spool)?;
        Ok(true)
    }

    /// The bundles of the persons of some documents, and of those who are others now. `false`: these are too many.
    fn bundles(&mut self, ledger: &Ledger, records: &[DocumentRecord]) -> Result<bool, RunError> {
        // What the outputs made of people has to be known, or those who lose a paper would keep what it said.
        let Some(before) = &self.known else { return Ok(false) };
        let mut concerned: BTreeSet<DocumentId> = records.iter().map(|record| record.id.clone()).collect();
        if records.iter().any(|record| before.says.get(&record.id) != Some(&says(record))) {
            let now = Known::of(ledger)?;
            let same: BTreeSet<&Person> = before.people.persons.iter().collect();
            let others = now.people.persons.iter().filter(|person| !same.contains(person));
            concerned.extend(others.flat_map(|person| person.documents.iter().cloned()));
            self.known = Some(now);
        }
        let Some(known) = &self.known else { return Ok(false) };
        let persons: Vec<&Person> = known.people.persons.iter().filter(|p| p.documents.iter().any(|id| concerned.contains(id))).collect();
        if persons.len() > PERSONS.max(records.len()) {
            return Ok(false);
        }
        let mut papers = Papers::new(&self.settings.export);
        for person in persons {
            papers.turn_to(ledger, person)?;
            for id in &person.documents {
                let Some(record) = papers.document(ledger, id)? else { continue };
                let path = document_path(outputs::BUNDLES, "json", id, known.people.is_twin(id));
                self.writer.write(&path, &fhir::bundle(&record, &papers.context).json)?;
            }
        }
        Ok(true)
    }
}

/// A digest of what a paper says of who it is about, and of when it is from.
fn says(record: &DocumentRecord) -> Sha256 {
    let tells = |field: Field| field.is_demographic() || field == Field::DocumentDate;
    let told = record.values.iter().filter(|v| v.status.leaves() && tells(v.extracted.field));
    let text: Vec<String> = told.map(|v| format!("{}\0{}", v.extracted.field, v.extracted.value)).collect();
    Sha256::of(text.join("\x01").as_bytes())
}
