//! The parent's side of the process border: start the child, read its messages against the clock, tell what killed it, and go on
//! behind a page that did.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::marker::PhantomData;
use std::os::unix::process::CommandExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Signal;

use super::child::{CARRY, CHECK};
use super::protocol::{self, Message, ProtocolError};
use super::sandbox::Sandbox;
use super::wanted::Wanted;
use super::{CHILD_COMMAND, DecodeEvent, DecodeSettings, DecodeStart};
use crate::model::{CarriedPage, Confinement, FailureKind, FileKind, PageNumber, RawPage, SourceFailure};

/// How often the child is started anew for one file before the rest of it is given up.
const MAX_RESTARTS: u32 = 4;

/// Begins to decode an opened file of a known kind. The pages come from the iterator; the child waits while nobody asks.
///
/// # Errors
/// `TooLarge` if the file exceeds the budget, `Crashed` if the child cannot be started, `Unreadable` if the file cannot be rewound.
pub fn decode(file: File, kind: FileKind, settings: &DecodeSettings) -> Result<DecodedPages, SourceFailure> {
    decode_from(file, kind, PageNumber::new(1), settings)
}

/// Like [`decode`], from a page on: those before it are not delivered.
///
/// # Errors
/// Those of [`decode`].
pub fn decode_from(file: File, kind: FileKind, first: PageNumber, settings: &DecodeSettings) -> Result<DecodedPages, SourceFailure> {
    DecodedPages::begin(file, kind, Wanted::from(first), settings)
}

/// Like [`decode`], for pages as a PDF file can hold them, and of these pages alone.
///
/// # Errors
/// Those of [`decode`].
pub fn carry(
    file: File,
    kind: FileKind,
    pages: &[PageNumber],
    settings: &DecodeSettings,
) -> Result<DecodedPages<CarriedPage>, SourceFailure> {
    DecodedPages::begin(file, kind, Wanted::these(pages), settings)
}

/// What a child is asked for, page by page.
pub trait Asked: Sized {
    /// The words that ask for it.
    #[doc(hidden)]
    fn task(kind: FileKind) -> Vec<&'static str>;
    /// The page, if it is of this sort.
    #[doc(hidden)]
    fn of(delivery: Delivery) -> Option<(PageNumber, Self)>;
}

/// A page of any sort.
#[doc(hidden)]
pub enum Delivery {
    /// Grey pixels, words.
    Raw(RawPage),
    /// Coded pictures.
    Carried(CarriedPage),
}

impl Asked for RawPage {
    fn task(kind: FileKind) -> Vec<&'static str> {
        vec![kind.as_str()]
    }

    fn of(delivery: Delivery) -> Option<(PageNumber, Self)> {
        match delivery {
            Delivery::Raw(page) => Some((page.number, page)),
            Delivery::Carried(_) => None,
        }
    }
}

impl Asked for CarriedPage {
    fn task(kind: FileKind) -> Vec<&'static str> {
        vec![CARRY, kind.as_str()]
    }

    fn of(delivery: Delivery) -> Option<(PageNumber, Self)> {
        match delivery {
            Delivery::Carried(page) => Some((page.number, page)),
            Delivery::Raw(_) => None,
        }
    }
}

impl<P: Asked> DecodedPages<P> {
    fn begin(file: File, kind: FileKind, wanted: Wanted, settings: &DecodeSettings) -> Result<Self, SourceFailure> {
        let size = file.metadata().map_err(|e| unreadable(&e))?.len();
        if size > settings.max_file_mib * 1024 * 1024 {
            return Err(SourceFailure::new(
                FailureKind::TooLarge,
                format!("the file has more than {} MiB; split it, or raise decode.max_file_mib", settings.max_file_mib),
            ));
        }
        let next_page = wanted.next_from(1).unwrap_or(u32::MAX);
        let mut pages = Self {
            file,
            kind,
            // From here on the budget is this file's: its child has no more to hand over as it is.
            settings: DecodeSettings { max_file_mib: size.div_ceil(1024 * 1024), ..settings.clone() },
            child: None,
            page_count: None,
            wanted,
            next_page,
            restarts: 0,
            second_reading: settings.second_reading,
            pending: None,
            finished: false,
            page: PhantomData,
        };
        pages.child = Some(pages.start()?);
        Ok(pages)
    }
}

fn unreadable(error: &io::Error) -> SourceFailure {
    SourceFailure::new(FailureKind::Unreadable, format!("the file cannot be read: {}; check the disk, then run again", error.kind()))
}

/// The pages of one file, as the child delivers them. Dropping it ends the child.
///
/// The first event is `Start`; pages and page failures follow in ascending order. After an `Err` nothing follows; pages that
/// have not been delivered by then have failed with it.
#[derive(Debug)]
pub struct DecodedPages<P = RawPage> {
    file: File,
    kind: FileKind,
    wanted: Wanted,
    settings: DecodeSettings,
    child: Option<RunningChild>,
    page_count: Option<u32>,
    /// The next page that is owed, 1-based.
    next_page: u32,
    restarts: u32,
    second_reading: bool,
    /// A failure of the rest of the file that follows the failure of a page.
    pending: Option<SourceFailure>,
    finished: bool,
    page: PhantomData<P>,
}

impl<P: Asked> Iterator for DecodedPages<P> {
    type Item = Result<DecodeEvent<P>, SourceFailure>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(failure) = self.pending.take() {
            self.finished = true;
            return Some(Err(failure));
        }
        while !self.finished {
            match self.step() {
                Step::Deliver(event) => return Some(Ok(event)),
                Step::Again => {}
                Step::Done => self.finish(),
                Step::Fail(failure) => {
                    self.finish();
                    return Some(Err(failure));
                }
            }
        }
        None
    }
}

enum Step<P> {
    Deliver(DecodeEvent<P>),
    Again,
    Done,
    Fail(SourceFailure),
}

/// How decoding processes are confined on this machine, as one of them says that is started for the purpose.
///
/// # Errors
/// `Crashed` if it cannot be started or says nothing of use.
pub fn confinement(settings: &DecodeSettings) -> Result<Confinement, SourceFailure> {
    let mut child =
        RunningChild::start(Stdio::null(), &[CHECK], &Wanted::from(PageNumber::new(1)), settings).map_err(|error| not_started(&error))?;
    child.give(Duration::from_secs(settings.wall_seconds));
    match protocol::read(&mut child.output, settings) {
        Ok(Message::Sealed(confinement)) => Ok(confinement),
        Ok(_) => Err(nonsense()),
        Err(error) => Err(child.died_of(&error, settings)),
    }
}

fn not_started(error: &io::Error) -> SourceFailure {
    let detail = format!("the decoding process could not be started: {error}; check memory and limits, then run again");
    SourceFailure::new(FailureKind::Crashed, detail)
}

impl<P: Asked> DecodedPages<P> {
    fn finish(&mut self) {
        self.finished = true;
        self.child = None;
    }

    fn start(&mut self) -> Result<RunningChild, SourceFailure> {
        self.file.seek(SeekFrom::Start(0)).map_err(|e| unreadable(&e))?;
        let input = self.file.try_clone().map_err(|e| not_started(&e))?;
        let settings = DecodeSettings { second_reading: self.second_reading, ..self.settings.clone() };
        RunningChild::start(Stdio::from(input), &P::task(self.kind), &self.wanted.rest_from(self.next_page), &settings)
            .map_err(|error| not_started(&error))
    }

    fn step(&mut self) -> Step<P> {
        if self.page_count.is_some_and(|count| self.next_page > count) {
            return Step::Done;
        }
        let Some(child) = self.child.as_mut() else { return Step::Done };
        child.give(Duration::from_secs(self.settings.wall_seconds));
        match protocol::read(&mut child.output, &self.settings) {
            Ok(Message::Sealed(confinement)) if child.confinement.is_none() => {
                child.confinement = Some(confinement);
                if self.settings.sandbox == Sandbox::Require && !confinement.is_whole() {
                    return Step::Fail(not_confined(confinement));
                }
                Step::Again
            }
            // A child that does not say how it is confined is none of ours.
            Ok(_) if child.confinement.is_none() => Step::Fail(nonsense()),
            Ok(message) => self.take(message),
            Err(error) => {
                let failure = match self.child.take() {
                    Some(child) => child.died_of(&error, &self.settings),
                    None => return Step::Done,
                };
                self.bury(failure)
            }
        }
    }

    fn take(&mut self, message: Message) -> Step<P> {
        let nonsense = || Step::Fail(nonsense());
        match message {
            Message::Start { page_count } => match self.page_count {
                None if page_count == 0 => {
                    Step::Fail(SourceFailure::new(FailureKind::Broken, "the file has no pages; scan or save it anew"))
                }
                None if page_count > self.settings.max_pages => Step::Fail(SourceFailure::new(
                    FailureKind::TooLarge,
                    format!("the file has more than {} pages; split it, or raise decode.max_pages", self.settings.max_pages),
                )),
                None => {
                    self.page_count = Some(page_count);
                    Step::Deliver(DecodeEvent::Start(DecodeStart { page_count }))
                }
                // A child that was started anew says the same as the first.
                Some(count) if count == page_count => Step::Again,
                Some(_) => nonsense(),
            },
            Message::Page(page) => self.deliver(Delivery::Raw(page)),
            Message::Carried(page) => self.deliver(Delivery::Carried(page)),
            Message::PageFailed { number, failure } if self.page_count.is_some() && number.get() == self.next_page => {
                self.advance();
                Step::Deliver(DecodeEvent::PageFailed { number, failure })
            }
            Message::Failed(failure) => Step::Fail(failure),
            Message::Sealed(_) | Message::PageFailed { .. } | Message::End => nonsense(),
        }
    }

    fn deliver(&mut self, delivery: Delivery) -> Step<P> {
        match P::of(delivery) {
            Some((number, page)) if self.page_count.is_some() && number.get() == self.next_page => {
                self.advance();
                Step::Deliver(DecodeEvent::Page(page))
            }
            _ => Step::Fail(nonsense()),
        }
    }

    /// On to the next page that is wanted.
    fn advance(&mut self) {
        self.next_page = self.wanted.next_from(self.next_page.saturating_add(1)).unwrap_or(u32::MAX);
    }

    /// The child is dead: give up the file, or the page at which it died, or only the second reading of text.
    fn bury(&mut self, failure: SourceFailure) -> Step<P> {
        let Some(page_count) = self.page_count else { return Step::Fail(failure) };
        // The second reading is the frailer of the two: first try the page again without it.
        let retry = self.kind == FileKind::Pdf && std::mem::take(&mut self.second_reading);
        let mut event = None;
        if !retry {
            event = Some(DecodeEvent::PageFailed { number: PageNumber::new(self.next_page), failure: failure.clone() });
            self.advance();
        }
        if self.next_page <= page_count {
            self.restarts += 1;
            if self.restarts > MAX_RESTARTS {
                self.pending = Some(failure);
            } else {
                match self.start() {
                    Ok(child) => self.child = Some(child),
                    Err(failure) => self.pending = Some(failure),
                }
            }
        }
        match (event, self.pending.take()) {
            (Some(event), pending) => {
                self.pending = pending;
                Step::Deliver(event)
            }
            (None, Some(failure)) => Step::Fail(failure),
            (None, None) => Step::Again,
        }
    }
}

fn not_confined(confinement: Confinement) -> SourceFailure {
    let detail = format!("the sandbox is required and this kernel lacks {}; see decode.sandbox", confinement.missing().join(" and "));
    SourceFailure::new(FailureKind::Crashed, detail)
}

fn nonsense() -> SourceFailure {
    SourceFailure::new(
        FailureKind::Crashed,
        "the decoding process answered with nonsense; the file may be damaged or hostile: look at it on a machine apart",
    )
}

/// A child that runs; killed and reaped when dropped.
#[derive(Debug)]
struct RunningChild {
    child: Child,
    output: BufReader<Output>,
    /// What it says of itself, first of all.
    confinement: Option<Confinement>,
}

impl RunningChild {
    fn start(input: Stdio, task: &[&str], pages: &Wanted, settings: &DecodeSettings) -> io::Result<Self> {
        let program = match &settings.program {
            Some(program) => program.clone(),
            None => std::env::current_exe()?,
        };
        let limits = serde_json::to_string(settings).map_err(io::Error::other)?;
        let mut command = Command::new(program);
        // Only numbers and the kind go in: arguments are readable by every user of the machine.
        command.arg(CHILD_COMMAND).args(task).args([&pages.to_string(), &limits]);
        command.env_clear();
        if let Some(path) = std::env::var_os("LD_LIBRARY_PATH") {
            command.env("LD_LIBRARY_PATH", path);
        }
        // Ctrl-C on the terminal is for the parent, which lets what is in flight finish.
        command.process_group(0);
        command.current_dir("/").stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = spawn(command)?;
        let (Some(pipe), Some(complaints)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(io::Error::other("the child has no pipes"));
        };
        let output = Output { pipe, complaints: Some(complaints), seen: Complaint::default(), deadline: Instant::now() };
        Ok(Self { child, output: BufReader::with_capacity(64 * 1024, output), confinement: None })
    }

    /// Gives the child this long for its next message.
    fn give(&mut self, time: Duration) {
        self.output.get_mut().deadline = Instant::now() + time;
    }

    /// Reaps the child and says what it died of.
    fn died_of(mut self, error: &ProtocolError, settings: &DecodeSettings) -> SourceFailure {
        let timed_out = matches!(error, ProtocolError::Io(e) if e.kind() == io::ErrorKind::TimedOut);
        let gone = matches!(error, ProtocolError::Io(e) if e.kind() == io::ErrorKind::UnexpectedEof);
        if !gone {
            let _ = self.child.kill();
        }
        let status = self.child.wait().ok();
        self.output.get_mut().hear_out();
        let signal = status.and_then(|status: ExitStatus| status.signal());
        let took = format!("took longer than the {} seconds allowed; look at it, or raise", settings.wall_seconds);
        if timed_out {
            return SourceFailure::new(FailureKind::TimedOut, format!("reading {took} decode.wall_seconds"));
        }
        if signal == Some(Signal::XCPU.as_raw()) {
            let took = format!("reading took more than the {} seconds of computing allowed", settings.cpu_seconds);
            return SourceFailure::new(FailureKind::TimedOut, format!("{took}; look at it, or raise decode.cpu_seconds"));
        }
        if signal == Some(Signal::SYS.as_raw()) {
            return SourceFailure::new(
                FailureKind::Crashed,
                "the decoding process was stopped when it reached for the network, a program or another process: the file attacks programs that open it; keep it apart and tell whoever is responsible for security",
            );
        }
        if matches!(error, ProtocolError::TooLarge) || self.output.get_ref().seen.memory {
            let needs = format!("reading needs more than the {} MiB allowed", settings.memory_mib);
            return SourceFailure::new(FailureKind::TooLarge, format!("{needs}; look at it, or raise decode.memory_mib"));
        }
        if matches!(error, ProtocolError::Nonsense) {
            return nonsense();
        }
        let how = match (signal, status.and_then(|s| s.code())) {
            (Some(signal), _) => format!("signal {signal}"),
            (None, Some(code)) => format!("exit code {code}"),
            (None, None) => "unknown end".to_owned(),
        };
        let stack = if self.output.get_ref().seen.stack { ", nested too deep" } else { "" };
        SourceFailure::new(
            FailureKind::Crashed,
            format!(
                "the decoding process died ({how}{stack}); the file is damaged or hostile: open it in a viewer and save or scan it anew"
            ),
        )
    }
}

impl Drop for RunningChild {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the command from one thread that lives as long as the process: the kernel sends the parent-death signal that the
/// child asks for when the *thread* that started it ends, and the callers' threads come and go.
fn spawn(command: Command) -> io::Result<Child> {
    type Job = (Command, Sender<io::Result<Child>>);
    static SPAWNER: OnceLock<Mutex<Option<Sender<Job>>>> = OnceLock::new();
    let spawner = SPAWNER.get_or_init(|| {
        let (jobs, inbox) = channel::<Job>();
        let serve = move || {
            for (mut command, answer) in inbox {
                let _ = answer.send(command.spawn());
            }
        };
        Mutex::new(std::thread::Builder::new().name("decode-spawner".to_owned()).spawn(serve).ok().map(|_| jobs))
    });
    let gone = || io::Error::other("the thread that starts decoding processes is gone");
    let (answer, child) = channel();
    {
        let guard = spawner.lock().unwrap_or_else(PoisonError::into_inner);
        guard.as_ref().ok_or_else(gone)?.send((command, answer)).map_err(|_| gone())?;
    }
    child.recv().map_err(|_| gone())?
}

/// The child's standard output, read against a deadline, with an ear on its standard error.
#[derive(Debug)]
struct Output {
    pipe: ChildStdout,
    complaints: Option<ChildStderr>,
    seen: Complaint,
    deadline: Instant,
}

/// What the runtime says before it aborts. All else on standard error is dropped unseen: it may hold text of the page.
#[derive(Debug, Default)]
struct Complaint {
    memory: bool,
    stack: bool,
}

impl Read for Output {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let timeout = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() };
            let mut fds = vec![PollFd::new(&self.pipe, PollFlags::IN)];
            fds.extend(self.complaints.as_ref().map(|c| PollFd::new(c, PollFlags::IN)));
            match poll(&mut fds, Some(&timeout)) {
                Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            }
            let ready = fds.iter().map(|fd| !fd.revents().is_empty()).collect::<Vec<_>>();
            if ready.get(1) == Some(&true) {
                self.hear();
            }
            if ready.first() == Some(&true) {
                return self.pipe.read(buffer);
            }
        }
    }
}

impl Output {
    /// Reads a piece of standard error. Called when there is something, or when the child is dead: it never waits.
    fn hear(&mut self) -> bool {
        let Some(complaints) = &mut self.complaints else { return false };
        let mut piece = [0; 4096];
        match complaints.read(&mut piece) {
            Ok(n) if n > 0 => {
                let text = String::from_utf8_lossy(&piece[..n]);
                self.seen.memory |= text.contains("memory allocation of");
                self.seen.stack |= text.contains("overflowed its stack");
                true
            }
            _ => {
                self.complaints = None;
                false
            }
        }
    }

    fn hear_out(&mut self) {
        for _ in 0..64 {
            if !self.hear() {
                break;
            }
        }
    }
}
