//! The desk: several documents on their way at a time, those of one person one after another. The caller's thread owns the ledger: it notes an attempt before
//! a worker begins, and keeps what became of it before the next document of the person begins.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender as Channel, channel};
use std::time::Duration;

use super::stock::{Stock, fingerprint, items, name_of};
use crate::decode::DecodeSettings;
use crate::export::Scan;
use crate::export::fhir::{self, ExportContext, ExportSettings, Profile};
use crate::ledger::{AttemptKey, AttemptOutcome, DeliveredDocument, Ledger, PushKey, ScanSent, Standing};
use crate::model::{DocumentId, DocumentRecord, Ended};
use crate::pipeline::export::{Papers, People};
use crate::pipeline::scan::{Sheets, scan_of};
use crate::pipeline::{RunError, Stop};
use crate::push::{Item, Report, Sender, Trouble, Work};
use crate::report::{Event, PushReport, Reporter};

/// So many documents in a row without an answer, and the server is given up for now.
const SILENT: u32 = 3;
const TICK: Duration = Duration::from_millis(200);
/// Rooms that render recurse little; scans are made in a process of their own.
const STACK: usize = 8 << 20;

/// A document, what its rendering depends on, and its pages where the scan is wanted.
struct Paper {
    record: DocumentRecord,
    context: ExportContext,
    sheets: Option<Sheets>,
}

/// One document for a worker.
struct Errand {
    line: usize,
    name: DeliveredDocument,
    attempt: AttemptKey,
    standing: Standing,
    /// `None` for one that is no longer in the archive.
    paper: Option<Box<Paper>>,
}

/// What a worker brings back.
struct Return {
    line: usize,
    name: DeliveredDocument,
    attempt: AttemptKey,
    fingerprint: String,
    scan: ScanSent,
    no_scan: Option<String>,
    report: Result<Report, Trouble>,
}

/// What workers share.
pub(super) struct Desk<'a> {
    pub sender: &'a Sender<'a>,
    pub export: &'a ExportSettings,
    pub decode: &'a DecodeSettings,
    pub scan: bool,
    pub scans: Option<&'a Path>,
    pub jobs: usize,
    pub stop: &'a Stop,
}

impl Desk<'_> {
    /// Sends everything of the stock.
    ///
    /// # Errors
    /// The ledger's. What ends the push from outside is given back as trouble.
    pub fn send(
        &self,
        ledger: &mut Ledger,
        push: PushKey,
        stock: Stock,
        report: &mut PushReport,
        reporter: &mut dyn Reporter,
    ) -> Result<Option<Trouble>, RunError> {
        let (errands, for_workers) = channel::<Errand>();
        let (returns, from_workers) = channel::<Return>();
        let for_workers = Mutex::new(for_workers);
        std::thread::scope(|scope| {
            for n in 0..self.jobs {
                let (returns, for_workers) = (returns.clone(), &for_workers);
                std::thread::Builder::new()
                    .name(format!("sender-{n}"))
                    .stack_size(STACK)
                    .spawn_scoped(scope, move || self.work(for_workers, &returns))
                    .map_err(|source| RunError::Threads { jobs: self.jobs, source: source.into() })?;
            }
            drop(returns);
            let mut stock = stock;
            let people = std::mem::take(&mut stock.people);
            let lines = lines(stock);
            let mut course = Course { desk: self, ledger, push, people, lines, begun: BTreeMap::new(), silent: 0, ended_by: None, report };
            // Workers end when nobody has errands for them any more.
            course.run(errands, &from_workers, reporter)?;
            Ok(course.ended_by)
        })
    }

    fn work(&self, errands: &Mutex<Receiver<Errand>>, returns: &Channel<Return>) {
        loop {
            let errand = match errands.lock().map(|errands| errands.recv()) {
                Ok(Ok(errand)) => errand,
                _ => return,
            };
            let (line, name, attempt) = (errand.line, errand.name.clone(), errand.attempt);
            let done = catch_unwind(AssertUnwindSafe(|| self.document(errand))).unwrap_or_else(|_| {
                let report = Report {
                    ended: Ended::Failed,
                    deliveries: Vec::new(),
                    said: "a fault of the program; please report it".to_owned(),
                    detail: String::new(),
                };
                Return { line, name, attempt, fingerprint: String::new(), scan: ScanSent::Unwanted, no_scan: None, report: Ok(report) }
            });
            if returns.send(done).is_err() {
                return;
            }
        }
    }

    fn document(&self, errand: Errand) -> Return {
        let Errand { line, name, attempt, standing, paper } = errand;
        let mut work = Work { known: standing.known, unanswered: standing.unanswered, ..Work::default() };
        let (mut print, mut scan, mut no_scan) = (String::new(), ScanSent::Unwanted, None);
        if let Some(paper) = paper {
            let Paper { record, context, sheets } = *paper;
            let bare = items(fhir::render(&record, &context, None));
            print = fingerprint(&bare);
            let made = match sheets.map(|sheets| scan_of(self.scans, &sheets, &record, self.decode)) {
                None => None,
                Some(Ok((made, _))) => {
                    scan = ScanSent::Sent;
                    Some(made)
                }
                Some(Err(error)) => {
                    scan = ScanSent::Missing;
                    no_scan = Some(error.to_string());
                    None
                }
            };
            work.scan_gone = made.is_none() && work.known.iter().any(|known| known.lives() && known.last.scan.is_some());
            if context.settings.profile == Profile::Mhd {
                match submission(&record, &context, made.as_ref(), work.scan_gone) {
                    Ok(items) => work.items = items,
                    Err(said) => {
                        let report = Report { ended: Ended::Refused, deliveries: Vec::new(), said, detail: String::new() };
                        return Return { line, name, attempt, fingerprint: print, scan, no_scan, report: Ok(report) };
                    }
                }
            } else {
                work.items = made.map_or(bare, |made| items(fhir::render(&record, &context, Some(&made))));
            }
        }
        Return { line, name, attempt, fingerprint: print, scan, no_scan, report: self.sender.deliver(work) }
    }
}

/// The resources of a document whose scan is provided by IHE MHD: the submission in a bundle of its own, which the others then refer to.
fn submission(record: &DocumentRecord, context: &ExportContext, scan: Option<&Scan>, scan_gone: bool) -> Result<Vec<Item>, String> {
    let mut all = items(fhir::render(record, context, None));
    match scan {
        Some(scan) => {
            let provided = items(fhir::mhd::render(record, context, scan).map_err(|refusal| refusal.to_string())?);
            all.retain(|item| item.kind != "DocumentReference");
            let apart = |item| Item { apart: Some(fhir::mhd::PROVIDE_BUNDLE), ..item };
            all.extend(provided.into_iter().filter(|item| item.kind != "Patient").map(apart));
            Ok(all)
        }
        // What was provided before stays, and the others refer to it.
        None if scan_gone => Ok(all),
        None => Err("IHE MHD provides no document without its scan".to_owned()),
    }
}

/// What stands in a line.
enum Waits {
    Present(DocumentId, usize),
    Gone(DeliveredDocument),
}

/// The documents of each line; those that are gone stand in lines of their own, as nobody knows any more whose they were.
fn lines(stock: Stock) -> Vec<VecDeque<Waits>> {
    let waits = |(id, person)| Waits::Present(id, person);
    let present = stock.lines.into_iter().map(|line| line.into_iter().map(waits).collect());
    let gone = stock.gone.into_iter().map(|gone| VecDeque::from([Waits::Gone(gone)]));
    present.chain(gone).collect()
}

struct Course<'a, 'd> {
    desk: &'d Desk<'a>,
    ledger: &'d mut Ledger,
    push: PushKey,
    people: People,
    lines: Vec<VecDeque<Waits>>,
    /// Of lines that have begun and not ended: the person whose turn it is.
    begun: BTreeMap<usize, (usize, Papers)>,
    silent: u32,
    ended_by: Option<Trouble>,
    report: &'d mut PushReport,
}

impl Course<'_, '_> {
    fn run(&mut self, errands: Channel<Errand>, returns: &Receiver<Return>, reporter: &mut dyn Reporter) -> Result<(), RunError> {
        let mut ready: VecDeque<usize> = (0..self.lines.len()).collect();
        let (mut in_flight, mut told) = (0, false);
        loop {
            while in_flight < self.desk.jobs && self.ended_by.is_none() && !self.desk.stop.requested() {
                let Some(line) = ready.pop_front() else { break };
                let Some(errand) = self.errand(line)? else { continue };
                if errands.send(errand).is_err() {
                    return Ok(());
                }
                in_flight += 1;
            }
            if in_flight == 0 {
                return Ok(());
            }
            match returns.recv_timeout(TICK) {
                Ok(done) => {
                    in_flight -= 1;
                    if !self.lines[done.line].is_empty() {
                        // A person is finished before another begins: only as many as documents in flight stand in memory.
                        ready.push_front(done.line);
                    }
                    self.keep(done, reporter)?;
                }
                Err(RecvTimeoutError::Timeout) => reporter.event(&Event::Tick),
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            if self.desk.stop.requested() && !told {
                told = true;
                reporter.event(&Event::Stopping { in_flight });
            }
        }
    }

    /// The next document of a line, its attempt noted.
    fn errand(&mut self, line: usize) -> Result<Option<Errand>, RunError> {
        let Some(next) = self.lines[line].pop_front() else { return Ok(None) };
        let (name, paper) = match next {
            Waits::Gone(name) => (name, None),
            Waits::Present(id, person) => {
                let mut papers = match self.begun.remove(&line) {
                    Some((known, papers)) if known == person => papers,
                    _ => {
                        let mut papers = Papers::new(self.desk.export);
                        papers.turn_to(self.ledger, &self.people.persons[person])?;
                        papers
                    }
                };
                let Some(record) = papers.document(self.ledger, &id)? else { return Ok(None) };
                let context = papers.context.clone();
                if !self.lines[line].is_empty() {
                    self.begun.insert(line, (person, papers));
                }
                let sheets = if self.desk.scan { Some(Sheets::of(self.ledger, &record)?) } else { None };
                (name_of(&record), Some(Box::new(Paper { record, context, sheets })))
            }
        };
        let standing = self.ledger.standing(self.report.to.as_str(), &name.sha256, name.ordinal)?;
        let attempt = self.ledger.begin_attempt(self.push, &name)?;
        Ok(Some(Errand { line, name, attempt, standing, paper }))
    }

    /// Keeps what became of a document, on disk before anything else happens.
    fn keep(&mut self, done: Return, reporter: &mut dyn Reporter) -> Result<(), RunError> {
        let document = done.name.document.clone();
        let report = match done.report {
            Ok(report) => report,
            Err(trouble) => {
                // The attempt stays without an outcome: the next push looks whether something of it came through.
                self.ended_by.get_or_insert(trouble);
                return Ok(());
            }
        };
        let Report { ended, deliveries, said, detail } = report;
        let outcome = AttemptOutcome { ended, fingerprint: done.fingerprint, scan: done.scan, said: said.clone(), detail };
        self.ledger.end_attempt(done.attempt, &outcome, &deliveries)?;
        self.report.took(&document, &deliveries);
        if let Some(why) = done.no_scan {
            self.report.without_scan.push((document.clone(), why));
        }
        match ended {
            Ended::Done => {
                self.silent = 0;
                self.report.done += 1;
                self.report.done_now.push(done.name);
            }
            Ended::Refused | Ended::Conflict => {
                self.silent = 0;
                reporter.event(&Event::Warning { text: format!("{document} is set aside: {said}") });
                self.report.set_aside.push((document, ended, said));
            }
            Ended::Failed => {
                self.silent += 1;
                reporter.event(&Event::Warning { text: format!("{document} has to be tried again: {said}") });
                if self.silent >= SILENT {
                    self.ended_by.get_or_insert(Trouble::Server { said: said.clone(), may_be_done: true });
                }
                self.report.failed.push((document, said));
            }
        }
        reporter.event(&Event::Counted);
        Ok(())
    }
}
