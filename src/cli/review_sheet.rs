//! `chartlift review export ARCHIVE` and `chartlift review import ARCHIVE FILE`: what waits for people as a sheet for a spreadsheet, and back.

use std::path::PathBuf;

use clap::Args;

use super::{Complaint, keep_with, settings};
use crate::model::{DocumentKind, Field};
use crate::pipeline::{Archive, RunError, SheetRequest, export_sheet, import_sheet};
use crate::report::{Exit, SheetWritten, to_stdout};

#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    /// Folder of the archive
    archive: PathBuf,
    /// Write into this file, for its owner alone [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long, requires = "out")]
    force: bool,
    /// Begin with a byte order mark, by which some spreadsheets know UTF-8
    #[arg(long)]
    bom: bool,
    /// Items of this field alone, by its name in fields.csv; may be repeated
    #[arg(long = "field", value_name = "FIELD", value_parser = field)]
    fields: Vec<Field>,
    /// Items of documents of this kind alone, by its LOINC code; may be repeated
    #[arg(long = "kind", value_name = "CODE", value_parser = kind)]
    kinds: Vec<DocumentKind>,
    /// What was written as JSON
    #[arg(long, requires = "out")]
    json: bool,
    /// Settings file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ImportArguments {
    /// Folder of the archive
    archive: PathBuf,
    /// The sheet with its answers
    file: PathBuf,
    /// Keep the answers, all or none; without it only what would come of them is said
    #[arg(long)]
    apply: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Settings file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

fn field(text: &str) -> Result<Field, String> {
    Field::parse(text).ok_or_else(|| "no such field; the fourth column of fields.csv has their names".to_owned())
}

fn kind(text: &str) -> Result<DocumentKind, String> {
    DocumentKind::parse(text).ok_or_else(|| "no such kind of document; DocumentReference.type in fields.csv has their codes".to_owned())
}

pub(super) fn export(arguments: &ExportArguments) -> Result<Exit, Complaint> {
    let settings = settings(arguments.config.as_deref())?;
    let request = SheetRequest { fields: arguments.fields.clone(), kinds: arguments.kinds.clone(), bom: arguments.bom };
    let Some(file) = &arguments.out else {
        let mut sheet = Vec::new();
        export_sheet(&arguments.archive, &settings, &request, &mut sheet)?;
        to_stdout(&String::from_utf8_lossy(&sheet))?;
        return Ok(Exit::Done);
    };
    let items = keep_with(file, arguments.force, |out| Ok(export_sheet(&arguments.archive, &settings, &request, out)?))?;
    let written = SheetWritten { file: file.clone(), items };
    to_stdout(&if arguments.json { written.json() } else { written.human() })?;
    Ok(Exit::Done)
}

pub(super) fn import(arguments: &ImportArguments) -> Result<Exit, Complaint> {
    let settings = settings(arguments.config.as_deref())?;
    let mut report = import_sheet(&arguments.archive, &arguments.file, &settings, arguments.apply)?;
    let (ledger, _) = Archive::look(&arguments.archive)?;
    report.off = ledger.fields_off().map_err(RunError::from)?.into_keys().collect();
    to_stdout(&if arguments.json { report.json() } else { report.human() })?;
    Ok(report.exit())
}
