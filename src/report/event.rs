//! What happens during a run, and the trait of those who listen.

use crate::model::{PageNumber, PageOutcome, SourceFailure, SourcePath};

/// Something happened. Names of files and counts only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The run began.
    Started {
        /// Pages read at a time.
        jobs: usize,
        /// The engine and its version.
        engine: String,
    },
    /// The input folder was walked.
    Surveyed {
        /// Files found.
        sources: usize,
        /// Entries left out (hidden, links, no files).
        passed_over: usize,
    },
    /// Something in the input folder was left out.
    PassedOver {
        /// Its name.
        path: SourcePath,
        /// Why: one word.
        why: &'static str,
    },
    /// What there is to do is known.
    Planned {
        /// Files to be read.
        to_read: u64,
        /// Files whose words are kept and are understood anew.
        to_understand: u64,
        /// Files that were being read when an earlier process died: they are read apart, in a process of their own.
        suspects: usize,
    },
    /// A file was opened.
    Opened {
        /// The file.
        path: SourcePath,
        /// Its pages.
        pages: u32,
    },
    /// A page is done.
    Page {
        /// The file.
        path: SourcePath,
        /// The page.
        number: PageNumber,
        /// Where it went.
        outcome: PageOutcome,
    },
    /// A page failed.
    PageFailed {
        /// The file.
        path: SourcePath,
        /// The page.
        number: PageNumber,
        /// Why.
        failure: SourceFailure,
    },
    /// A file, or the rest of it, could not be read.
    SourceFailed {
        /// The file.
        path: SourcePath,
        /// Why.
        failure: SourceFailure,
    },
    /// A file is done and in the ledger.
    SourceDone {
        /// The file.
        path: SourcePath,
        /// Documents in it.
        documents: usize,
        /// Pages in it.
        pages: u32,
    },
    /// Something that a person should know, in one sentence.
    Warning {
        /// The sentence.
        text: String,
    },
    /// A signal came: nothing new is begun.
    Stopping {
        /// Files that are finished first.
        in_flight: usize,
    },
    /// The output files are being written.
    Writing,
    /// Things are worked through one by one.
    Counting {
        /// Their name in the plural.
        what: &'static str,
        /// How many there are.
        total: u64,
    },
    /// One of them is done.
    Counted,
    /// Time passes.
    Tick,
    /// The run is over; whoever holds the terminal lets go.
    Ended,
}

/// Listens to a run. All calls come from one thread.
pub trait Reporter {
    /// Takes note of an event.
    fn event(&mut self, event: &Event);
}

/// Listens and says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Reporter for Silent {
    fn event(&mut self, _: &Event) {}
}

/// Several listeners as one.
#[derive(Default)]
pub struct Listeners(pub Vec<Box<dyn Reporter>>);

impl Reporter for Listeners {
    fn event(&mut self, event: &Event) {
        for listener in &mut self.0 {
            listener.event(event);
        }
    }
}
