//! `chartlift status ARCHIVE`: what is done, waiting, failed. Looks, and changes nothing; works while a run is writing.

use std::path::PathBuf;

use clap::Args;

use super::{Complaint, settings};
use crate::pipeline::{Archive, RunError, trust};
use crate::report::{Exit, StatusReport, to_stdout};

#[derive(Debug, Args)]
pub(super) struct StatusArguments {
    /// Folder of the archive
    archive: PathBuf,
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn status(arguments: &StatusArguments) -> Result<Exit, Complaint> {
    let settings = settings(None)?;
    let (ledger, writer) = Archive::look(&arguments.archive)?;
    let fault = |error| Complaint::from(RunError::Ledger(error));
    let totals = ledger.totals(None).map_err(fault)?;
    let report = StatusReport {
        archive: arguments.archive.clone(),
        trust: trust(&arguments.archive, &ledger, &settings.audit, totals.values_accepted)?,
        totals,
        last_run: ledger.last_run().map_err(fault)?,
        writer,
        failures: ledger.failures(10_000).map_err(fault)?,
    };
    to_stdout(&if arguments.json { report.json() } else { report.human() })?;
    Ok(Exit::Done)
}
