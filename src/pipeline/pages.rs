//! Files to pages, in parallel: a few feeder threads decode files and hand raw pages to the pool of readers, page by page, so
//! that one file of 500 pages keeps every core busy. A permit for each page in flight keeps memory flat however long a file is.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rayon::Scope;

use super::read_page::{PageResult, read_page_twice};
use super::recent::{self, RecentPages};
use super::second::SecondDesk;
use crate::decode::{DecodeEvent, decode};
use crate::intake::{Source, open_and_digest};
use crate::ledger::{Claim, PageRecord};
use crate::model::{FailureKind, PageNumber, PageOutcome, RawPage, SourceFailure};
use crate::ocr::{EnginePool, OcrError};
use crate::report::Event;
use crate::settings::Settings;

/// A file to be read.
#[derive(Clone, Debug)]
pub(super) struct Work {
    /// What the ledger knows of it.
    pub(super) claim: Claim,
    /// Where it lies.
    pub(super) source: Source,
}

/// What was read of a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SourcePages {
    /// As the decoder counts them; 1 where it cannot.
    pub(super) pages_in: u32,
    /// Every page, once, in order.
    pub(super) pages: Vec<PageRecord>,
    /// Why the file, or the rest of it, could not be read.
    pub(super) failure: Option<SourceFailure>,
}

/// Says what happened, and hands over what is done.
pub(super) trait Sink: Send + Sync {
    /// Takes note of an event.
    fn event(&self, event: Event);
    /// Takes a file whose pages are all there.
    fn done(&self, work: &Work, pages: SourcePages);
}

/// What all threads of a run share.
pub(super) struct Readers<'a> {
    pub(super) settings: &'a Settings,
    pub(super) engines: EnginePool<'a>,
    /// The second engine, if there is one.
    pub(super) second: Option<SecondDesk<'a>>,
    /// Set when the run has failed: what is still being read is for nobody.
    pub(super) abandoned: AtomicBool,
    permits: Permits,
    recent: RecentPages,
}

impl<'a> Readers<'a> {
    pub(super) fn new(settings: &'a Settings, engines: EnginePool<'a>, second: Option<SecondDesk<'a>>, jobs: usize) -> Self {
        // One page under each reader's eyes, and two more that wait, so that no reader does.
        let (permits, recent) = (Permits::new(jobs + 2), RecentPages::default());
        Self { settings, engines, second, abandoned: AtomicBool::new(false), permits, recent }
    }

    fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed)
    }
}

/// How many feeders, and so decoding processes, keep `jobs` readers busy: decoding a page takes a fifth of the time of reading it.
pub(super) fn feeders(jobs: usize) -> usize {
    jobs.min(jobs.div_ceil(2) + 1)
}

/// A feeder: decodes one file after another until there is no more work.
pub(super) fn feed<'s, S: Sink + 's>(work: &Mutex<Receiver<Work>>, readers: &'s Readers<'_>, sink: &'s S, scope: &Scope<'s>) {
    loop {
        // Bound to a name of its own, the guard would hold the lock while the file is read.
        let next = lock(work).recv();
        let Ok(work) = next else { return };
        let job = Arc::new(Job { work, state: Mutex::default() });
        // Decoding in this process is only the reading of messages; if even that panics, it costs this file.
        let read = catch_unwind(AssertUnwindSafe(|| read_source(&job, readers, sink, scope)));
        let failure = match read {
            Ok(Ok(())) => None,
            Ok(Err(failure)) => Some(failure),
            Err(_) => Some(SourceFailure::new(FailureKind::Crashed, "reading the file hit a fault of the program; please report it")),
        };
        let last = job.close(failure);
        if last && !readers.is_abandoned() {
            scope.spawn(move |_| job.finish(sink));
        }
    }
}

fn read_source<'s, S: Sink + 's>(job: &Arc<Job>, readers: &'s Readers<'_>, sink: &'s S, scope: &Scope<'s>) -> Result<(), SourceFailure> {
    let path = &job.work.source.path;
    let file = open(&job.work)?;
    for event in decode(file, job.work.claim.kind, &readers.settings.decode)? {
        if readers.is_abandoned() {
            return Ok(());
        }
        match event? {
            DecodeEvent::Start(start) => {
                job.announce(start.page_count);
                sink.event(Event::Opened { path: path.clone(), pages: start.page_count });
            }
            DecodeEvent::PageFailed { number, failure } => {
                sink.event(Event::PageFailed { path: path.clone(), number, failure: failure.clone() });
                job.add(PageRecord::failed(number, failure));
            }
            DecodeEvent::Page(raw) => {
                let permit = readers.permits.take();
                job.begin();
                let job = Arc::clone(job);
                scope.spawn(move |_| {
                    let number = raw.number;
                    let record = if readers.is_abandoned() { None } else { Some(read_one(raw, readers)) };
                    drop(permit);
                    let Some(record) = record else { return };
                    let path = job.work.source.path.clone();
                    sink.event(match &record.failure {
                        Some(failure) => Event::PageFailed { path, number, failure: failure.clone() },
                        None => Event::Page { path, number, outcome: record.outcome },
                    });
                    if job.end(record) {
                        job.finish(sink);
                    }
                });
            }
        }
    }
    Ok(())
}

/// Opens the file and makes sure that it still has the bytes that were registered.
fn open(work: &Work) -> Result<File, SourceFailure> {
    let (file, digest) = open_and_digest(&work.source)?;
    if digest != work.claim.sha256 {
        return Err(SourceFailure::new(
            FailureKind::Changed,
            "the file changed after the run began; run again when nothing writes to it any more",
        ));
    }
    Ok(file)
}

/// Reads one page. Whatever goes wrong costs this page alone; an engine that panicked is not used again.
fn read_one(raw: RawPage, readers: &Readers<'_>) -> PageRecord {
    let number = raw.number;
    let work = || -> Result<PageRecord, SourceFailure> {
        let digest = recent::digest(&raw);
        if let Some(record) = digest.as_ref().and_then(|digest| readers.recent.find(digest, number)) {
            tracing::debug!(page = number.get(), "the same pixels as an earlier page");
            return Ok(record);
        }
        let mut engine = readers.engines.take().map_err(|error: OcrError| SourceFailure::new(FailureKind::Engine, error.to_string()))?;
        let record = match read_page_twice(&raw, &mut engine, &readers.settings.imaging, readers.second.as_ref())? {
            PageResult::Read(reading) => PageRecord::read(&reading)
                .map_err(|error| SourceFailure::new(FailureKind::Engine, format!("the words cannot be kept: {error}")))?,
            PageResult::Blank { .. } => PageRecord::plain(number, PageOutcome::Blank),
            PageResult::Separator { code } => PageRecord::separator(number, code),
        };
        if let Some(digest) = digest {
            readers.recent.keep(digest, &record);
        }
        Ok(record)
    };
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(record)) => record,
        Ok(Err(failure)) => PageRecord::failed(number, failure),
        Err(_) => PageRecord::failed(
            number,
            SourceFailure::new(FailureKind::Engine, "reading the page hit a fault of the program or the engine; please report it"),
        ),
    }
}

/// A file of which pages are being read.
struct Job {
    work: Work,
    state: Mutex<JobState>,
}

#[derive(Default)]
struct JobState {
    announced: Option<u32>,
    pages: Vec<PageRecord>,
    outstanding: usize,
    closed: bool,
    failure: Option<SourceFailure>,
}

impl Job {
    fn announce(&self, pages: u32) {
        lock(&self.state).announced = Some(pages);
    }

    fn add(&self, page: PageRecord) {
        lock(&self.state).pages.push(page);
    }

    fn begin(&self) {
        lock(&self.state).outstanding += 1;
    }

    /// Adds a page that was begun; true if it is the last of a closed file.
    fn end(&self, page: PageRecord) -> bool {
        let mut state = lock(&self.state);
        state.pages.push(page);
        state.outstanding -= 1;
        state.closed && state.outstanding == 0
    }

    /// No page will be begun any more; true if none is outstanding.
    fn close(&self, failure: Option<SourceFailure>) -> bool {
        let mut state = lock(&self.state);
        state.closed = true;
        state.failure = failure;
        state.outstanding == 0
    }

    fn finish<S: Sink>(&self, sink: &S) {
        let state = std::mem::take(&mut *lock(&self.state));
        sink.done(&self.work, complete(state.announced, state.pages, state.failure));
    }
}

/// Gives every page that was announced its place: those that never came have failed with the file.
fn complete(announced: Option<u32>, mut pages: Vec<PageRecord>, failure: Option<SourceFailure>) -> SourcePages {
    pages.sort_by_key(|page| page.number);
    let lost = || SourceFailure::new(FailureKind::Broken, "the page was announced and never came; the file is damaged");
    // A file that cannot be opened as pages counts as one failed page.
    let pages_in = announced.unwrap_or(1).max(1);
    let mut came = std::mem::take(&mut pages).into_iter().peekable();
    for number in (1..=pages_in).map(PageNumber::new) {
        match came.next_if(|page| page.number == number) {
            Some(page) => pages.push(page),
            None => pages.push(PageRecord::failed(number, failure.clone().unwrap_or_else(lost))),
        }
    }
    pages.extend(came); // more than announced: the accounting will tell
    SourcePages { pages_in, pages, failure }
}

/// A counted number of pages in flight.
struct Permits {
    free: Mutex<usize>,
    returned: Condvar,
}

impl Permits {
    fn new(free: usize) -> Self {
        Self { free: Mutex::new(free), returned: Condvar::new() }
    }

    fn take(&self) -> Permit<'_> {
        let mut free = lock(&self.free);
        while *free == 0 {
            free = self.returned.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        Permit(self)
    }
}

/// Given back when dropped.
struct Permit<'p>(&'p Permits);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *lock(&self.0.free) += 1;
        self.0.returned.notify_one();
    }
}

/// A panic while a lock was held costs one page; what the lock guards stays whole, since each change of it is one statement.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_announced_page_gets_its_place() {
        let page = |n| PageRecord::plain(PageNumber::new(n), PageOutcome::Blank);
        let cut = SourceFailure::new(FailureKind::Broken, "cut off");
        let table = [
            // announced, came, failure → pages in, failed
            (Some(3), vec![3, 1, 2], None, 3, 0),
            (Some(3), vec![2], Some(cut.clone()), 3, 2),
            (Some(2), vec![1], None, 2, 1),
            (None, vec![], Some(cut.clone()), 1, 1),
            (None, vec![], None, 1, 1),
        ];
        for (announced, came, failure, pages_in, failed) in table {
            let done = complete(announced, came.iter().map(|&n| page(n)).collect(), failure);
            assert_eq!((done.pages_in, done.pages.len()), (pages_in, pages_in as usize));
            assert_eq!(done.pages.iter().filter(|page| page.outcome == PageOutcome::Failed).count(), failed);
            assert!(done.pages.is_sorted_by_key(|page| page.number));
        }
    }

    #[test]
    fn feeders_are_few() {
        assert_eq!([1, 2, 4, 16].map(feeders), [1, 2, 3, 9]);
    }

    #[test]
    fn permits_bound_what_is_in_flight() {
        use std::sync::atomic::AtomicUsize;
        let (permits, now, most) = (Permits::new(3), AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let _permit = permits.take();
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        now.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!(most.load(Ordering::SeqCst) <= 3);
    }
}
