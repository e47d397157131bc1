//! The child's side of the process border: limit oneself, then read the file on standard input and write messages to standard
//! output. A page that panics costs itself alone.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use rustix::process::{DumpableBehavior, Resource, Rlimit, Signal, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

use super::protocol::{self, Message};
use super::{DecodeSettings, pdf, raster, tiff};
use crate::model::{FailureKind, FileKind, PageNumber, RawPage, SourceFailure};

/// Stack of the thread that decodes. Nested structures of hostile files are followed by recursion in places.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Runs the decoding child. `args` are what follows the hidden sub-command: kind, first page, settings as JSON. To be called
/// before anything else is done: the limits hold for all that comes after.
pub fn child_main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let Some((kind, first_page, settings)) = parse(args) else { return ExitCode::from(2) };
    let Ok((input, output)) = seal(&settings) else { return ExitCode::from(3) };
    let work = move || run(input, output, kind, first_page, &settings);
    match std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work).map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        _ => ExitCode::from(4),
    }
}

fn parse(args: impl IntoIterator<Item = OsString>) -> Option<(FileKind, u32, DecodeSettings)> {
    let mut args = args.into_iter().map(|arg| arg.into_string().ok());
    let mut next = || args.next().flatten();
    let kind = FileKind::parse(&next()?)?;
    let first_page = next()?.parse().ok()?;
    let settings = serde_json::from_str(&next()?).ok()?;
    Some((kind, first_page, settings))
}

/// Sets the limits and takes the two pipes away from everybody else: foreign crates that print would garble the messages.
fn seal(settings: &DecodeSettings) -> io::Result<(File, File)> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    rustix::thread::set_no_new_privs(true)?;
    let input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let output: OwnedFd = io::stdout().as_fd().try_clone_to_owned()?;
    let null = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Nofile, 16)?;
    limit(Resource::As, settings.memory_mib.saturating_mul(1024 * 1024))?;
    // Panics of the parsers are expected and may quote the page: not a word.
    std::panic::set_hook(Box::new(|_| {}));
    Ok((input, File::from(output)))
}

fn limit(resource: Resource, value: u64) -> io::Result<()> {
    let value = Some(getrlimit(resource).maximum.map_or(value, |most| most.min(value)));
    Ok(setrlimit(resource, Rlimit { current: value, maximum: value })?)
}

/// Allows so many seconds of processor time from now on: the budget is one page's, and files have many.
pub(super) fn allow_cpu(seconds: u64) {
    let used = clock_gettime(ClockId::ProcessCPUTime).tv_sec.unsigned_abs();
    let until = used.saturating_add(seconds).saturating_add(1);
    let most = getrlimit(Resource::Cpu).maximum;
    // If the limit cannot be moved the old one stays, which is the safe side.
    let _ = setrlimit(Resource::Cpu, Rlimit { current: Some(most.map_or(until, |most| most.min(until))), maximum: most });
}

fn run(input: File, output: File, kind: FileKind, first_page: u32, settings: &DecodeSettings) -> io::Result<()> {
    let mut sink = Sink { output: BufWriter::with_capacity(64 * 1024, output), settings, first_page, cut: false };
    allow_cpu(settings.cpu_seconds);
    let decoded = catch_unwind(AssertUnwindSafe(|| match kind {
        FileKind::Pdf => pdf::decode(input, &mut sink),
        FileKind::Tiff => tiff::decode(input, &mut sink),
        FileKind::Png | FileKind::Jpeg | FileKind::Pnm | FileKind::Bmp | FileKind::Webp => raster::decode(input, kind, &mut sink),
    }));
    let last = match decoded {
        Ok(Ok(())) => Message::End,
        Ok(Err(DecodeError::File(failure))) => Message::Failed(failure),
        Ok(Err(DecodeError::Pipe(error))) => return Err(error),
        Err(_) => {
            Message::Failed(SourceFailure::new(FailureKind::Broken, "the file is damaged; open it in a viewer and save or scan it anew"))
        }
    };
    if sink.cut {
        return Err(io::ErrorKind::BrokenPipe.into());
    }
    protocol::write(&mut sink.output, &last)
}

/// Why decoding stopped.
#[derive(Debug, thiserror::Error)]
pub(super) enum DecodeError {
    /// The file's fault.
    #[error(transparent)]
    File(#[from] SourceFailure),
    /// Nobody listens any more.
    #[error("the parent is gone: {0}")]
    Pipe(io::Error),
}

/// Where the formats deliver their pages.
pub(super) struct Sink<'a> {
    output: BufWriter<File>,
    /// The budget.
    pub(super) settings: &'a DecodeSettings,
    first_page: u32,
    /// A panic struck in the middle of a message: nothing more can be said.
    cut: bool,
}

impl Sink<'_> {
    /// Says how many pages the file has.
    pub(super) fn start(&mut self, page_count: u32) -> Result<(), DecodeError> {
        self.send(&Message::Start { page_count })
    }

    /// Makes and delivers one page (1-based), unless the parent has it already. What `make` returns or panics with as an error is
    /// that page's failure alone.
    pub(super) fn page(&mut self, number: u32, make: impl FnOnce(PageNumber) -> Result<RawPage, SourceFailure>) -> Result<(), DecodeError> {
        if number < self.first_page {
            return Ok(());
        }
        allow_cpu(self.settings.cpu_seconds);
        let number = PageNumber::new(number);
        let made = catch_unwind(AssertUnwindSafe(|| make(number))).unwrap_or_else(|_| {
            Err(SourceFailure::new(FailureKind::Broken, "the page is damaged; open the file in a viewer and save or scan it anew"))
        });
        self.send(&match made {
            Ok(page) => Message::Page(page),
            Err(failure) => Message::PageFailed { number, failure },
        })
    }

    fn send(&mut self, message: &Message) -> Result<(), DecodeError> {
        self.cut = true;
        protocol::write(&mut self.output, message).and_then(|()| self.output.flush()).map_err(DecodeError::Pipe)?;
        self.cut = false;
        Ok(())
    }
}
