//! `chartlift audit ARCHIVE`: what the checks of accepted values say. `chartlift audit ARCHIVE import FILE`: takes in what people keyed.
//! `chartlift audit ARCHIVE verify`: whether the chain of decisions is whole.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Complaint, settings};
use crate::pipeline::{Archive, RunError, account, import_answers, verify_chain};
use crate::report::{AuditReport, Exit, ImportReport, VerifyReport, to_stdout};

#[derive(Debug, Args)]
pub(super) struct AuditArguments {
    /// Folder of the archive
    archive: PathBuf,
    /// As JSON
    #[arg(long, global = true)]
    json: bool,
    /// Settings file
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<AuditCommand>,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Take in a copy of review/audit.csv in which people keyed what they saw: all of it, or nothing if a row is wrong
    Import(ImportArguments),
    /// Hold the chain of decisions against itself and what was signed: whether a line was altered, taken out, or the end cut
    Verify,
}

#[derive(Debug, Args)]
struct ImportArguments {
    /// The sheet with its answers
    file: PathBuf,
    /// Only say what would come of it
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn audit(arguments: &AuditArguments) -> Result<Exit, Complaint> {
    let settings = settings(arguments.config.as_deref())?;
    if let Some(AuditCommand::Verify) = &arguments.command {
        let report = VerifyReport { archive: arguments.archive.clone(), verdict: verify_chain(&arguments.archive, &settings.review)? };
        to_stdout(&if arguments.json { report.json() } else { report.human() })?;
        return Ok(report.exit());
    }
    let Some(AuditCommand::Import(import)) = &arguments.command else {
        let (ledger, _) = Archive::look(&arguments.archive)?;
        let account = account(&arguments.archive, &ledger, &settings.audit)?;
        let report = AuditReport { archive: arguments.archive.clone(), overall: account.overall, fields: account.fields };
        to_stdout(&if arguments.json { report.json() } else { report.human() })?;
        return Ok(report.exit());
    };
    let imported = import_answers(&arguments.archive, &import.file, &settings, !import.dry_run)?;
    let off = {
        let (ledger, _) = Archive::look(&arguments.archive)?;
        ledger.fields_off().map_err(RunError::from)?.into_keys().collect()
    };
    let report = ImportReport {
        kept: imported.kept,
        wrong: imported.wrong,
        known: imported.known,
        void: imported.void,
        new_off: imported.off,
        off,
        dry_run: import.dry_run,
    };
    to_stdout(&if arguments.json { report.json() } else { report.human() })?;
    Ok(report.exit())
}
