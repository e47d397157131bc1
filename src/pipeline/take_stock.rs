//! Taking stock: the input folder is walked, every file hashed, and what was found entered in the ledger.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::RunError;
use crate::intake::{Content, Inventory, Source, open_and_digest, survey};
use crate::ledger::{Finding, Ledger, Registered, Registration, RunKey};
use crate::model::{FailureKind, SourceFailure, SourcePath};
use crate::report::{Event, Reporter};
use crate::settings::Settings;

/// The archive's note of the folder that it was made from.
pub(super) const INPUT_NOTE: &str = "input";

/// What stands in the input folder.
pub(super) struct Stock {
    /// Files by their paths.
    pub(super) sources: BTreeMap<SourcePath, Source>,
    /// Entries left out, counted by reason.
    pub(super) passed_over: BTreeMap<String, u64>,
    /// What registration came to.
    pub(super) registered: Registered,
}

/// Walks, hashes (on the pool) and registers.
pub(super) fn take_stock(
    input: &Path,
    moved: bool,
    settings: &Settings,
    pool: &rayon::ThreadPool,
    ledger: &mut Ledger,
    run: RunKey,
    reporter: &mut dyn Reporter,
) -> Result<Stock, RunError> {
    let Inventory { sources, passed_over } = survey(input, &settings.intake, &[])?;
    reporter.event(&Event::Surveyed { sources: sources.len(), passed_over: passed_over.len() });
    let mut counts = BTreeMap::new();
    for entry in &passed_over {
        *counts.entry(entry.why.as_str().to_owned()).or_insert(0) += 1;
        reporter.event(&Event::PassedOver { path: entry.path.clone(), why: entry.why.as_str() });
    }
    let found: Vec<Registration> = pool.install(|| sources.par_iter().map(look_at).collect());
    refuse_other_input(input, moved, ledger, &found)?;
    let registered = ledger.register(run, &found)?;
    for path in &registered.changed {
        reporter.event(&Event::Warning { text: format!("{path} has changed since it was read: it is read again") });
    }
    for (path, failure) in &registered.unreachable {
        reporter.event(&Event::SourceFailed { path: path.clone(), failure: failure.clone() });
    }
    let missing = registered.missing.len();
    if missing > 0 {
        reporter.event(&Event::Warning {
            text: format!("{missing} files are gone from the input folder; what was read of them stays in the archive"),
        });
    }
    Ok(Stock { sources: sources.into_iter().map(|source| (source.path.clone(), source)).collect(), passed_over: counts, registered })
}

fn look_at(source: &Source) -> Registration {
    let (sha256, finding) = match open_and_digest(source) {
        Err(failure) => (None, Finding::Unreachable(failure)),
        Ok((_, digest)) => (Some(digest), finding(&source.content)),
    };
    Registration { path: source.path.clone(), size: source.size, sha256, finding }
}

fn finding(content: &Content) -> Finding {
    match content {
        Content::Known(kind) => Finding::Readable(*kind),
        Content::Empty => Finding::Hopeless(SourceFailure::new(FailureKind::Empty, "the file has no bytes; scan the paper again")),
        Content::Unknown => Finding::Hopeless(SourceFailure::new(
            FailureKind::UnknownKind,
            "this is none of the kinds of file that are read (PDF, TIFF, PNG, JPEG, PNM, BMP, WebP); convert it, or keep it elsewhere",
        )),
        Content::Unreadable(reason) => Finding::Unreachable(SourceFailure::new(
            FailureKind::Unreadable,
            format!("the file cannot be read: {reason}; check its permissions and the disk, then run again"),
        )),
    }
}

/// An archive belongs to one input folder: paths are relative to it, and files of another folder with the same names would take the
/// places of the first ones. A folder that was moved or mounted elsewhere is known again by what stands in it.
fn refuse_other_input(input: &Path, moved: bool, ledger: &mut Ledger, found: &[Registration]) -> Result<(), RunError> {
    let here = input.canonicalize().unwrap_or_else(|_| input.to_owned());
    let text = here.display().to_string();
    match ledger.note(INPUT_NOTE)? {
        Some(known) if known == text => return Ok(()),
        Some(known) if !moved && ledger.recognises(found)? == Some(false) => {
            return Err(RunError::OtherInput { known: known.into(), given: here });
        }
        _ => {}
    }
    Ok(ledger.set_note(INPUT_NOTE, &text)?)
}
