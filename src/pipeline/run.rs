//! The main job from end to end.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::archive::Archive;
use super::confined::confinement;
use super::fingerprint::fingerprints;
use super::pages::{Readers, Sink, SourcePages, Work, feed, feeders};
use super::parts::Joins;
use super::rules::Rules;
use super::second::SecondDesk;
use super::take_stock::{Stock, take_stock};
use super::{RunError, Stop, apart, audit, checkpoint, outputs, settle, station};
use crate::ledger::{Claim, Fingerprints, Ledger, Redo, RunKey, SourceResult};
use crate::model::{Confinement, PageOutcome, Sha256, SourceFailure};
use crate::ocr::{EngineFactory, EnginePool, Second};
use crate::report::{Bundles, Event, Exit, Reporter, RunSummary, ThisRun};
use crate::settings::Settings;

/// Lists in the summary are cut here.
const LISTED: usize = 10_000;
/// Sources asked for at a time.
const CLAIMED_AT_ONCE: usize = 64;
/// How often the reporter hears that time passes.
const TICK: Duration = Duration::from_millis(200);
/// Room for the understanding of many pages: rules recurse little, regular expressions and sorting do.
const STACK: usize = 8 << 20;

/// What is to be done.
pub struct RunRequest<'a> {
    /// The folder (or file) to read. Never changed.
    pub input: PathBuf,
    /// The archive to make or go on with.
    pub archive: PathBuf,
    /// All settings.
    pub settings: &'a Settings,
    /// Makes the engines.
    pub engines: &'a dyn EngineFactory,
    /// The second engine, or why there is none.
    pub second: &'a Second,
    /// Work to do again although it is fresh.
    pub redo: Option<Redo>,
    /// The input folder stands elsewhere than before.
    pub moved: bool,
    /// When to stop.
    pub stop: Stop,
    /// Seconds since 1970-01-01 UTC at which documents are stamped, for bundles that can be had again byte for byte; the clock's if not given.
    pub clock: Option<i64>,
    /// The program to start for files that are read apart; the running one if not given. For tests.
    pub program: Option<PathBuf>,
}

/// Reads everything below the input that is not fresh in the archive, and writes the outputs anew.
///
/// # Errors
/// What concerns the run as a whole; the archive is left as far as the run came, and another run goes on from there.
pub fn run(request: &RunRequest<'_>, reporter: &mut dyn Reporter) -> Result<RunSummary, RunError> {
    let started = Instant::now();
    let rules = Rules::load(request.settings.rules.folder.as_deref())?;
    let jobs = request.settings.run.effective_jobs();
    let engines = EnginePool::new(request.engines, jobs);
    // An engine that does not start is found before anything is made or claimed.
    drop(engines.take()?);
    let confinement = confinement(&request.settings.decode)?;
    let version = format!("{}; second: {}", engines.version(), request.second.version());
    let prints = fingerprints(request.settings, &version, &rules);
    let mut archive = Archive::open_or_create(&request.archive, &request.input)?;
    archive.ledger.set_clock(request.clock);
    reporter.event(&Event::Started { jobs, engine: version.clone() });
    let (run, suspects) = archive.ledger.begin_run(&version, &prints)?;
    let threads = |source: rayon::ThreadPoolBuildError| RunError::Threads { jobs, source: source.into() };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(jobs)
        .thread_name(|n| format!("reader-{n}"))
        .stack_size(STACK)
        .build()
        .map_err(threads)?;
    let mut whole = Whole { request, rules: &rules, prints: &prints, run, jobs, pool: &pool, reporter, this_run: ThisRun::default() };
    let outcome = whole.work(&mut archive, engines, suspects);
    let mut this_run = whole.this_run;
    this_run.seconds = started.elapsed().as_secs_f64();
    let summary = outcome.and_then(|(stock, bundles)| {
        let root = archive.writer.root().to_owned();
        let checkpoint = checkpoint::make_checkpoint(&root, &mut archive.ledger, "run", &request.settings.review)?;
        summary(request, &archive, &prints, stock, bundles, this_run, confinement, checkpoint)
    });
    reporter.event(&Event::Ended);
    let exit = summary.as_ref().map_or_else(RunError::exit, |summary| summary.exit);
    let ended = archive.ledger.end_run(run, i32::from(exit.code()));
    let summary = summary?;
    ended?;
    Ok(summary)
}

#[allow(clippy::too_many_arguments, reason = "each is told of in the summary")]
fn summary(
    request: &RunRequest<'_>,
    archive: &Archive,
    prints: &Fingerprints,
    stock: Stock,
    bundles: Bundles,
    this_run: ThisRun,
    confinement: Confinement,
    checkpoint: checkpoint::Made,
) -> Result<RunSummary, RunError> {
    let ledger = &archive.ledger;
    let totals = ledger.totals(Some(prints))?;
    let trust = settle::trust(archive.writer.root(), ledger, &request.settings.audit, totals.values_accepted)?;
    let mut failures = ledger.failures(LISTED)?;
    failures.extend(stock.registered.unreachable.into_iter().map(|(path, failure)| crate::ledger::FailureRow {
        path,
        page: None,
        failure,
    }));
    let mut unaccounted = ledger.unaccounted()?;
    let sum: u64 = PageOutcome::ALL.iter().map(|&outcome| totals.of(outcome)).sum();
    if sum != totals.pages_in {
        unaccounted.push(format!("{} pages came in and {sum} are accounted for", totals.pages_in));
    }
    let interrupted = request.stop.requested();
    if !interrupted && totals.sources_waiting > 0 {
        unaccounted.push(format!("{} files have no result", totals.sources_waiting));
    }
    // The worst outcome wins; a run that was stopped is not finished, whatever else happened.
    let exit = if !unaccounted.is_empty() {
        Exit::Unaccounted
    } else if interrupted {
        Exit::Interrupted
    } else if !failures.is_empty() || !trust.off.is_empty() {
        Exit::SomeFailed
    } else {
        Exit::Done
    };
    Ok(RunSummary {
        archive: request.archive.clone(),
        totals,
        this_run,
        without_second: request.second.why_not(),
        bundles,
        confinement,
        failures,
        duplicates: ledger.duplicates(LISTED)?,
        passed_over: stock.passed_over,
        unaccounted,
        trust,
        checkpoint,
        exit,
    })
}

/// One run's constants and its counts.
struct Whole<'a, 'r> {
    request: &'a RunRequest<'a>,
    rules: &'a Rules,
    prints: &'a Fingerprints,
    run: RunKey,
    jobs: usize,
    pool: &'a rayon::ThreadPool,
    reporter: &'r mut dyn Reporter,
    this_run: ThisRun,
}

impl Whole<'_, '_> {
    fn work(&mut self, archive: &mut Archive, engines: EnginePool<'_>, suspects: usize) -> Result<(Stock, Bundles), RunError> {
        let request = self.request;
        // A certificate that cannot be relied on is found before anything is read.
        settle::certificate(archive.writer.root(), &archive.ledger)?;
        // So does an alarm that answers call for: the outputs on disk are still those that it speaks of.
        let off = audit::raise(archive.writer.root(), &mut archive.ledger, &request.settings.audit, &request.settings.export)?;
        for field in off {
            let text = format!("{field}: too many wrong values in its audit; it is switched off, and review/recall.csv names what left");
            self.reporter.event(&Event::Warning { text });
        }
        let ledger = &mut archive.ledger;
        let stock = take_stock(&request.input, request.moved, request.settings, self.pool, ledger, self.run, self.reporter)?;
        ledger.make_stale(request.redo)?;
        let (to_read, to_understand) = ledger.work_left(self.prints)?;
        self.reporter.event(&Event::Planned { to_read, to_understand, suspects });
        self.understand_anew(ledger)?;
        let reading = Instant::now();
        let second = request.second.reader().map(|reader| SecondDesk::new(reader, self.rules, &request.settings.ocr.second));
        let readers = Readers::new(request.settings, engines, second, self.jobs);
        self.read_in_parallel(ledger, &stock, &readers)?;
        self.read_suspects(ledger, &stock)?;
        self.this_run.reading_seconds = reading.elapsed().as_secs_f64();
        self.this_run.second = readers.second.as_ref().map(SecondDesk::cost).unwrap_or_default();
        let policy = settle::policy(archive.writer.root(), &archive.ledger, request.settings.confidence.uncertified)?;
        settle::settle(archive, self.run, self.rules, &policy)?;
        audit::draw(&mut archive.ledger, self.run, &request.settings.audit)?;
        station::sync(&mut archive.ledger, self.rules.vocabulary(), &request.settings.review)?;
        // Also when stopped: what is done can be used.
        self.reporter.event(&Event::Writing);
        let bundles = outputs::write(&mut archive.ledger, &archive.writer, &request.settings.export)?;
        Ok((stock, bundles))
    }

    /// Sources whose words are fresh and whose values are not: no page is read.
    fn understand_anew(&mut self, ledger: &mut Ledger) -> Result<(), RunError> {
        let keys = ledger.to_understand(self.prints)?;
        for some in keys.chunks(self.jobs * 2) {
            if self.request.stop.requested() {
                return Ok(());
            }
            let mut loaded = Vec::with_capacity(some.len());
            for &key in some {
                let (path, pages) = ledger.pages(key)?;
                loaded.push((key, path, pages, ledger.joins_of(key)?));
            }
            let rules = self.rules;
            let understood: Vec<_> = self.pool.install(|| {
                loaded
                    .into_par_iter()
                    .map(|(key, path, pages, joins)| (key, rules.documents(&path, &pages, &joins), path, pages, joins))
                    .collect()
            });
            for (key, (mut documents, mut failed), path, pages, before) in understood {
                let joins = ledger.joins_of(key)?;
                if joins != before {
                    (documents, failed) = rules.documents(&path, &pages, &joins);
                }
                ledger.record_understanding(self.run, key, &self.prints.understanding, &documents)?;
                self.this_run.understood += 1;
                self.warn_of_rules(&path, failed);
                self.reporter.event(&Event::SourceDone {
                    path,
                    documents: documents.len(),
                    pages: u32::try_from(pages.len()).unwrap_or(u32::MAX),
                });
            }
        }
        Ok(())
    }

    fn warn_of_rules(&mut self, path: &crate::model::SourcePath, failed: usize) {
        if failed > 0 {
            let text = format!("{path}: the rules failed on {failed} of its documents, which wait for a person; please report it");
            self.reporter.event(&Event::Warning { text });
        }
    }

    fn read_in_parallel(&mut self, ledger: &mut Ledger, stock: &Stock, readers: &Readers<'_>) -> Result<(), RunError> {
        let (to_feeders, from_owner) = channel::<Work>();
        let (sender, receiver) = channel::<Message>();
        let from_owner = Mutex::new(from_owner);
        let joins = ledger.all_joins()?;
        let sink = ToOwner { sender, rules: self.rules, joins: &joins };
        self.pool.in_place_scope(|scope| {
            std::thread::scope(|threads| {
                for n in 0..feeders(self.jobs) {
                    let (from_owner, sink) = (&from_owner, &sink);
                    let started = std::thread::Builder::new()
                        .name(format!("feeder-{n}"))
                        .spawn_scoped(threads, move || feed(from_owner, readers, sink, scope));
                    if let (0, Err(error)) = (n, started) {
                        return Err(RunError::Threads { jobs: self.jobs, source: error.into() });
                    }
                }
                let outcome = self.own(ledger, stock, to_feeders, &receiver);
                if outcome.is_err() {
                    readers.abandoned.store(true, Ordering::Relaxed);
                }
                outcome
            })
        })
    }

    /// The owner's loop: hands out work, listens, records. Consumes the sender, so that the feeders end with it.
    fn own(&mut self, ledger: &mut Ledger, stock: &Stock, to_feeders: Sender<Work>, receiver: &Receiver<Message>) -> Result<(), RunError> {
        // Enough that no feeder waits for the disk; few enough that a kill costs little.
        let most_in_flight = self.jobs * 2 + 2;
        let (mut in_flight, mut queue, mut exhausted, mut told) = (0_usize, VecDeque::new(), false, false);
        loop {
            let stopping = self.request.stop.requested();
            if stopping && !told {
                told = true;
                self.reporter.event(&Event::Stopping { in_flight });
            }
            while !stopping && in_flight < most_in_flight {
                if queue.is_empty() && !exhausted {
                    queue = self.next_work(ledger, stock)?;
                    exhausted = queue.is_empty();
                }
                let Some(work) = queue.pop_front() else { break };
                ledger.take(self.run, work.claim.key)?;
                if to_feeders.send(work).is_err() {
                    break;
                }
                in_flight += 1;
            }
            if in_flight == 0 {
                return Ok(());
            }
            match receiver.recv_timeout(TICK) {
                Ok(Message::Event(event)) => self.reporter.event(&event),
                Ok(Message::Done(done)) => {
                    in_flight -= 1;
                    self.record(ledger, *done)?;
                }
                Err(RecvTimeoutError::Timeout) => self.reporter.event(&Event::Tick),
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }

    /// The next files to read, suspects left aside.
    fn next_work(&self, ledger: &Ledger, stock: &Stock) -> Result<VecDeque<Work>, RunError> {
        let claims = ledger.claimable(self.prints, CLAIMED_AT_ONCE)?;
        Ok(claims.into_iter().filter(|claim| !claim.suspect).filter_map(|claim| work(claim, stock)).collect())
    }

    /// One by one, each in a process of its own.
    fn read_suspects(&mut self, ledger: &mut Ledger, stock: &Stock) -> Result<(), RunError> {
        while !self.request.stop.requested() {
            let Some(claim) = ledger.claimable(self.prints, 1)?.pop() else { break };
            let Some(work) = work(claim, stock) else { break };
            ledger.take(self.run, work.claim.key)?;
            let pages = apart::read_apart(&work, self.request.settings, self.jobs, self.request.program.as_ref());
            let path = work.source.path.clone();
            self.reporter.event(&Event::Opened { path: path.clone(), pages: pages.pages_in });
            for page in &pages.pages {
                self.reporter.event(&match &page.failure {
                    Some(failure) => Event::PageFailed { path: path.clone(), number: page.number, failure: failure.clone() },
                    None => Event::Page { path: path.clone(), number: page.number, outcome: page.outcome },
                });
            }
            let joins = ledger.joins(work.claim.sha256)?;
            let done = understand(&work, pages, self.rules, Some(&joins));
            self.record(ledger, done)?;
        }
        Ok(())
    }

    fn record(&mut self, ledger: &mut Ledger, mut done: Done) -> Result<(), RunError> {
        let joins = ledger.joins(done.result.sha256)?;
        if joins != done.joins {
            // A person changed it while the file was read.
            (done.result.documents, done.rules_failed) = self.rules.documents(&done.work.claim.path, &done.result.pages, &joins);
        }
        ledger.record(self.run, self.prints, &done.result)?;
        self.this_run.sources += 1;
        self.this_run.pages += done.result.pages.len() as u64;
        let path = done.work.source.path;
        if let Some(failure) = done.result.failure {
            self.reporter.event(&Event::SourceFailed { path: path.clone(), failure });
        }
        self.warn_of_rules(&path, done.rules_failed);
        self.reporter.event(&Event::SourceDone { path, documents: done.result.documents.len(), pages: done.result.pages_in });
        Ok(())
    }
}

fn work(claim: Claim, stock: &Stock) -> Option<Work> {
    let source = stock.sources.get(&claim.path)?.clone();
    Some(Work { claim, source })
}

/// A file that is ready for the ledger.
struct Done {
    work: Work,
    result: SourceResult,
    rules_failed: usize,
    /// What people had said of its pages.
    joins: Joins,
}

fn understand(work: &Work, done: SourcePages, rules: &Rules, joins: Option<&Joins>) -> Done {
    let joins = joins.cloned().unwrap_or_default();
    let (documents, rules_failed) = rules.documents(&work.claim.path, &done.pages, &joins);
    let failure: Option<SourceFailure> = done.failure;
    let result =
        SourceResult { key: work.claim.key, sha256: work.claim.sha256, pages_in: done.pages_in, pages: done.pages, failure, documents };
    Done { work: work.clone(), result, rules_failed, joins }
}

enum Message {
    Event(Event),
    Done(Box<Done>),
}

/// Understands what is complete, on the thread that completed it, and sends all to the owner.
struct ToOwner<'a> {
    sender: Sender<Message>,
    rules: &'a Rules,
    joins: &'a BTreeMap<Sha256, Joins>,
}

impl Sink for ToOwner<'_> {
    // An owner that does not listen any more has failed; the run is over.
    fn event(&self, event: Event) {
        let _ = self.sender.send(Message::Event(event));
    }

    fn done(&self, work: &Work, pages: SourcePages) {
        let _ = self.sender.send(Message::Done(Box::new(understand(work, pages, self.rules, self.joins.get(&work.claim.sha256)))));
    }
}
