//! Reading apart: a file that was in flight when an earlier process died is read by a child process of its own, so that a file that
//! makes the engine abort costs itself alone.
//!
//! Nobody can tell afterwards whether a process died of a file or was killed, so nothing is counted against a file for having been there.
//! The parent sees how the child ends: a child that dies of a signal is proof, and the file is recorded as failed; a parent that is
//! killed meanwhile proves nothing, and the file is read apart again next time. So no number of kills can make a file fail that can
//! be read, and a file that cannot costs at most one run its end.

use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use super::pages::{Readers, Sink, SourcePages, Work, feed};
use super::rules::Rules;
use super::second::SecondDesk;
use crate::decode::confine_reader;
use crate::intake::{Content, Source};
use crate::ledger::{Claim, PageRecord, SourceKey};
use crate::model::{FailureKind, FileKind, PageNumber, PageOutcome, Sha256, SourceFailure, SourcePath};
use crate::ocr::{EnginePool, Second, TesseractFactory};
use crate::report::Event;
use crate::settings::Settings;

/// The hidden sub-command behind which the binary reads one file.
pub const APART_COMMAND: &str = "read-apart";

/// What the child is to read, and how.
#[derive(Serialize, Deserialize)]
struct Order {
    path: SourcePath,
    file: PathBuf,
    size: u64,
    kind: FileKind,
    through_link: bool,
    sha256: String,
    jobs: usize,
    settings: Settings,
}

/// What it read.
#[derive(Serialize, Deserialize)]
struct Answer {
    pages_in: u32,
    pages: Vec<AnswerPage>,
    failure: Option<SourceFailure>,
}

#[derive(Serialize, Deserialize)]
struct AnswerPage {
    number: PageNumber,
    outcome: PageOutcome,
    failure: Option<SourceFailure>,
    separator: Option<String>,
    words: u32,
    mean_confidence: Option<f32>,
    /// Base64 of the packed words.
    reading: Option<String>,
}

/// Reads a file in a child process of `program`. Every way to fail is the file's failure.
pub(super) fn read_apart(work: &Work, settings: &Settings, jobs: usize, program: Option<&PathBuf>) -> SourcePages {
    talk(work, settings, jobs, program).unwrap_or_else(|failure| SourcePages {
        pages_in: 1,
        pages: vec![PageRecord::failed(PageNumber::new(1), failure.clone())],
        failure: Some(failure),
    })
}

fn talk(work: &Work, settings: &Settings, jobs: usize, program: Option<&PathBuf>) -> Result<SourcePages, SourceFailure> {
    let failed = |what: &str, error: &dyn std::fmt::Display| SourceFailure::new(FailureKind::Crashed, format!("{what}: {error}"));
    let program = match program {
        Some(program) => program.clone(),
        None => std::env::current_exe().map_err(|error| failed("the program cannot find itself", &error))?,
    };
    let order = Order {
        path: work.source.path.clone(),
        file: std::path::absolute(&work.source.file).unwrap_or_else(|_| work.source.file.clone()),
        size: work.source.size,
        kind: work.claim.kind,
        through_link: work.source.through_link,
        sha256: work.claim.sha256.to_string(),
        jobs,
        settings: settings.clone(),
    };
    let order = serde_json::to_vec(&order).map_err(|error| failed("the order cannot be written", &error))?;
    let mut child = Command::new(program)
        .arg(APART_COMMAND)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // Ctrl-C on the terminal is for the parent, which lets what is in flight finish.
        .process_group(0)
        .spawn()
        .map_err(|error| failed("the reading process could not be started", &error))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A child that is already dead shows in its exit status.
        let _ = stdin.write_all(&order);
    }
    let mut bytes = Vec::new();
    let received = child.stdout.take().map_or(Ok(0), |mut stdout| stdout.read_to_end(&mut bytes));
    let status = child.wait().map_err(|error| failed("the reading process was lost", &error))?;
    if let Some(signal) = status.signal() {
        return Err(SourceFailure::new(
            FailureKind::Crashed,
            format!(
                "the engine died of this file (signal {signal}), also when it read nothing else; look at the file, then use --redo failures"
            ),
        ));
    }
    received.map_err(|error| failed("the reading process could not be heard", &error))?;
    let answer: Answer = serde_json::from_slice(&bytes).map_err(|_| {
        SourceFailure::new(
            FailureKind::Crashed,
            format!("the reading process ended with {status} and no result; use --redo failures to try again"),
        )
    })?;
    answer.into_pages().ok_or_else(|| {
        SourceFailure::new(FailureKind::Crashed, "the reading process gave a broken result; use --redo failures to try again")
    })
}

impl Answer {
    fn of(done: SourcePages) -> Self {
        let pages = done.pages.into_iter().map(|page| AnswerPage {
            number: page.number,
            outcome: page.outcome,
            failure: page.failure,
            separator: page.separator,
            words: page.words,
            mean_confidence: page.mean_confidence,
            reading: page.reading.map(|packed| BASE64.encode(packed)),
        });
        Self { pages_in: done.pages_in, pages: pages.collect(), failure: done.failure }
    }

    fn into_pages(self) -> Option<SourcePages> {
        let mut pages = Vec::with_capacity(self.pages.len());
        for page in self.pages {
            let reading = match page.reading {
                Some(text) => Some(BASE64.decode(text).ok()?),
                None => None,
            };
            pages.push(PageRecord {
                number: page.number,
                outcome: page.outcome,
                failure: page.failure,
                separator: page.separator,
                words: page.words,
                mean_confidence: page.mean_confidence,
                reading,
            });
        }
        Some(SourcePages { pages_in: self.pages_in, pages, failure: self.failure })
    }
}

/// The child: reads one order from standard input, writes one answer to standard output. Ends with its parent.
pub fn apart_main() -> ExitCode {
    // A child whose parent has gone reads for nobody. Where the system cannot promise that, the broken pipe ends it later.
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    // A core would hold the page.
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    let mut text = Vec::new();
    if std::io::stdin().lock().read_to_end(&mut text).is_err() {
        return ExitCode::FAILURE;
    }
    let Ok(order) = serde_json::from_slice::<Order>(&text) else { return ExitCode::FAILURE };
    // Pages of a file that may have killed the engine: whatever it makes of this process, it can write nothing and call nobody. What holds
    // is in the run's summary already; a kernel that has nothing for decoders has nothing for readers.
    confine_reader(order.settings.decode.sandbox);
    let Some(answer) = follow(&order).map(Answer::of) else { return ExitCode::FAILURE };
    let written = serde_json::to_vec(&answer).is_ok_and(|bytes| std::io::stdout().lock().write_all(&bytes).is_ok());
    if written { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[derive(Default)]
struct Keep(Mutex<Option<SourcePages>>);

impl Sink for Keep {
    fn event(&self, _: Event) {}

    fn done(&self, _: &Work, pages: SourcePages) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(pages);
    }
}

fn follow(order: &Order) -> Option<SourcePages> {
    let source = Source {
        path: order.path.clone(),
        file: order.file.clone(),
        size: order.size,
        content: Content::Known(order.kind),
        through_link: order.through_link,
    };
    let claim = Claim {
        key: SourceKey::nowhere(),
        path: order.path.clone(),
        sha256: Sha256::from_hex(&order.sha256)?,
        kind: order.kind,
        suspect: true,
    };
    let factory = TesseractFactory::new(&order.settings.ocr).ok()?;
    let (rules, ocr) = (Rules::load(order.settings.rules.folder.as_deref()).ok()?, &order.settings.ocr);
    let second = Second::find(&ocr.second, &ocr.languages);
    let desk = second.reader().map(|reader| SecondDesk::new(reader, &rules, &ocr.second));
    let readers = Readers::new(&order.settings, EnginePool::new(&factory, order.jobs), desk, order.jobs);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(order.jobs).build().ok()?;
    let (give, take) = channel();
    give.send(Work { claim, source }).ok()?;
    drop(give);
    let (take, keep) = (Mutex::new(take), Keep::default());
    pool.in_place_scope(|scope| feed(&take, &readers, &keep, scope));
    keep.0.into_inner().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn work() -> Work {
        let path = SourcePath::new("a.png");
        let source =
            Source { path: path.clone(), file: "a.png".into(), size: 1, content: Content::Known(FileKind::Png), through_link: false };
        Work { claim: Claim { key: SourceKey::nowhere(), path, sha256: Sha256::of(b"a"), kind: FileKind::Png, suspect: true }, source }
    }

    #[test]
    fn a_child_that_dies_of_the_file_is_proof_and_no_child_is_an_answer() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("child");
        // What the child does, and what is said of the file.
        let table = [
            ("cat > /dev/null; kill -SEGV $$", "signal 11"),
            ("kill -ABRT $$", "signal 6"),
            ("exit 0", "no result"),
            ("cat > /dev/null; echo '{\"pages_in\":1,\"pages\":[{\"number\":1'", "no result"),
        ];
        for (does, said) in table {
            std::fs::write(&script, format!("#!/bin/sh\n{does}\n")).unwrap();
            std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700)).unwrap();
            let read = read_apart(&work(), &Settings::default(), 1, Some(&script));
            let failure = read.failure.unwrap();
            assert_eq!(failure.kind, FailureKind::Crashed);
            assert!(failure.detail.contains(said), "{failure}");
            assert_eq!((read.pages_in, read.pages.len(), read.pages[0].outcome), (1, 1, PageOutcome::Failed));
        }
    }

    #[test]
    fn an_answer_survives_the_way() {
        let page = PageRecord {
            reading: Some(vec![0, 255, 7]),
            words: 3,
            mean_confidence: Some(0.1),
            ..PageRecord::plain(PageNumber::new(1), PageOutcome::Read)
        };
        let sent =
            SourcePages { pages_in: 2, pages: vec![page, PageRecord::separator(PageNumber::new(2), "PATCHT".into())], failure: None };
        let bytes = serde_json::to_vec(&Answer::of(sent.clone())).unwrap();
        assert_eq!(serde_json::from_slice::<Answer>(&bytes).unwrap().into_pages(), Some(sent));
    }
}
