//! `chartlift review prepare ARCHIVE`: pictures now, for who empties the inbox after a run.

use std::path::PathBuf;

use clap::Args;

use super::{Complaint, settings};
use crate::pipeline::{self, Stop};
use crate::report::{Exit, PrepareReport, to_stdout};

#[derive(Debug, Args)]
pub(super) struct PrepareArguments {
    /// Folder of the archive
    archive: PathBuf,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Settings file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn prepare(arguments: &PrepareArguments) -> Result<Exit, Complaint> {
    let settings = settings(arguments.config.as_deref())?;
    let stop = Stop::on_signals()?;
    let prepared = pipeline::prepare(&arguments.archive, &settings, &stop)?;
    let report = PrepareReport {
        archive: arguments.archive.clone(),
        pages: prepared.pages,
        made: prepared.made,
        kept: prepared.kept,
        lacking: prepared.lacking,
        stopped: prepared.stopped,
    };
    to_stdout(&if arguments.json { report.json() } else { report.human() })?;
    Ok(report.exit())
}
