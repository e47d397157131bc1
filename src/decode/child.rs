//! The child's side of the process border: limit oneself, then read the file on standard input and write messages to standard
//! output. A page that panics costs itself alone.
//!
//! Three more words may stand where the kind of a file is expected. `carry`, before the kind, asks for pages as a PDF file can hold them, instead of
//! grey pixels. `check` says how the child is confined, and ends: a run asks once, before it spends anything. `attempt` tries, confined, one thing
//! that is forbidden, and says how it went: for tests of the cage. Nothing that a file holds leads there, and whoever may type it may do the
//! same without this program.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, ExitCode};

use rustix::process::{DumpableBehavior, Resource, Rlimit, Signal, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

use super::protocol::{self, Message};
use super::sandbox::{Sandbox, confine_decoder};
use super::wanted::Wanted;
use super::{DecodeSettings, pdf, raster, tiff};
use crate::model::{Confinement, FailureKind, FileKind, PageNumber, SourceFailure};

/// Stack of the thread that decodes. Nested structures of hostile files are followed by recursion in places.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// The word that asks only how the child is confined.
pub(super) const CHECK: &str = "check";

/// The word that asks for pages as a PDF file can hold them.
pub(super) const CARRY: &str = "carry";

/// Runs the decoding child. `args` are what follows the hidden sub-command: what to do, pages, settings as JSON. To be called
/// before anything else is done: the limits hold for all that comes after.
pub fn child_main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let Some(Order { task, wanted, settings }) = Order::parse(args) else { return ExitCode::from(2) };
    let Ok(Sealed { input, output, confinement }) = seal(&settings) else { return ExitCode::from(3) };
    let work = move || match task {
        Task::Decode(kind, job) => {
            let sink = Sink { output: BufWriter::with_capacity(64 * 1024, output), settings: &settings, wanted, job, cut: false };
            run(input, sink, confinement, kind)
        }
        Task::Check => {
            let mut output = BufWriter::new(output);
            protocol::write(&mut output, &Message::Sealed(confinement))?;
            protocol::write(&mut output, &Message::End)
        }
        Task::Attempt(attempt) => attempt.make(output),
    };
    match std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work).map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        _ => ExitCode::from(4),
    }
}

/// What follows the hidden sub-command.
struct Order {
    task: Task,
    wanted: Wanted,
    settings: DecodeSettings,
}

/// What a page is decoded for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Job {
    /// To be read: grey pixels, words.
    Read,
    /// To be kept in a PDF file: coded pictures.
    Carry,
}

enum Task {
    Decode(FileKind, Job),
    Check,
    Attempt(Attempt),
}

impl Order {
    fn parse(args: impl IntoIterator<Item = OsString>) -> Option<Self> {
        let mut args = args.into_iter().map(|arg| arg.into_string().ok());
        let mut next = || args.next().flatten();
        let task = match next()?.as_str() {
            CHECK => Task::Check,
            "attempt" => Task::Attempt(Attempt::parse(&next()?)?),
            CARRY => Task::Decode(FileKind::parse(&next()?)?, Job::Carry),
            kind => Task::Decode(FileKind::parse(kind)?, Job::Read),
        };
        Some(Self { task, wanted: Wanted::parse(&next()?)?, settings: serde_json::from_str(&next()?).ok()? })
    }
}

/// What is left open when all else is closed.
struct Sealed {
    input: File,
    output: File,
    confinement: Confinement,
}

/// Sets the limits, takes the two pipes away from everybody else (foreign crates that print would garble the messages), and locks up.
fn seal(settings: &DecodeSettings) -> io::Result<Sealed> {
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
    let confinement = confine_decoder(settings.sandbox);
    Ok(Sealed { input, output: File::from(output), confinement })
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

fn run(input: File, mut sink: Sink<'_>, confinement: Confinement, kind: FileKind) -> io::Result<()> {
    let settings = sink.settings;
    protocol::write(&mut sink.output, &Message::Sealed(confinement))?;
    if settings.sandbox == Sandbox::Require && !confinement.is_whole() {
        return Ok(());
    }
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

/// Something forbidden, for tests.
#[derive(Clone, Copy)]
enum Attempt {
    Read,
    Write,
    Connect,
    Fork,
    Exec,
}

impl Attempt {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "read" => Self::Read,
            "write" => Self::Write,
            "connect" => Self::Connect,
            "fork" => Self::Fork,
            "exec" => Self::Exec,
            _ => return None,
        })
    }

    /// Says `done` or the error. What is attempted does no harm where it is not stopped: an empty file in the folder for such things is
    /// taken away again, nobody listens at the port (which shows as a refused connection, not as a forbidden one).
    fn make(self, mut output: File) -> io::Result<()> {
        let result = match self {
            Self::Read => std::fs::read("/etc/passwd").map(drop),
            Self::Write => {
                let path = std::env::temp_dir().join(format!("chartlift-attempt-{}", std::process::id()));
                File::create_new(&path).and_then(|_| std::fs::remove_file(path))
            }
            Self::Connect => std::net::TcpStream::connect(("127.0.0.1", 9)).map(drop),
            Self::Fork => Command::new("/bin/true").status().map(drop),
            Self::Exec => Err(Command::new("/bin/true").exec()),
        };
        match result {
            Ok(()) => writeln!(output, "done"),
            Err(error) => writeln!(output, "{:?}", error.kind()),
        }
    }
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
    wanted: Wanted,
    /// What the pages are for.
    pub(super) job: Job,
    /// A panic struck in the middle of a message: nothing more can be said.
    cut: bool,
}

impl Sink<'_> {
    /// Says how many pages the file has.
    pub(super) fn start(&mut self, page_count: u32) -> Result<(), DecodeError> {
        self.send(&Message::Start { page_count })
    }

    /// Makes and delivers one page (1-based), if the parent wants it. What `make` returns or panics with as an error is
    /// that page's failure alone.
    pub(super) fn page<P: Into<Message>>(
        &mut self,
        number: u32,
        make: impl FnOnce(PageNumber) -> Result<P, SourceFailure>,
    ) -> Result<(), DecodeError> {
        if !self.wanted.contains(number) {
            return Ok(());
        }
        allow_cpu(self.settings.cpu_seconds);
        let number = PageNumber::new(number);
        let made = catch_unwind(AssertUnwindSafe(|| make(number))).unwrap_or_else(|_| {
            Err(SourceFailure::new(FailureKind::Broken, "the page is damaged; open the file in a viewer and save or scan it anew"))
        });
        self.send(&match made {
            Ok(page) => page.into(),
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
