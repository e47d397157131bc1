//! `chartlift export ARCHIVE --format FORMAT --out FOLDER`: what has been decided, in the form that a receiver takes.

use std::path::PathBuf;

use clap::Args;

use super::{Complaint, settings};
use crate::export::Format;
use crate::model::DocumentId;
use crate::pipeline::{ExportRequest, export as render};
use crate::report::{Exit, to_stdout};

#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    /// Folder of the archive
    archive: PathBuf,
    /// Form of the export
    #[arg(long, value_name = "FORMAT", value_parser = format, long_help = format_help())]
    format: Format,
    /// Folder to write into: new, empty, or an earlier export of the same kind
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// These documents alone, by their names in fields.csv; may be repeated
    #[arg(long = "document", value_name = "NAME")]
    documents: Vec<String>,
    /// Leave the scans out: resources name the source's address instead
    #[arg(long)]
    no_scan: bool,
    /// Folder in which the scans lie now [default: where the run found them]
    #[arg(long, value_name = "FOLDER", conflicts_with = "no_scan")]
    scans: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Settings file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

fn format(text: &str) -> Result<Format, String> {
    let names = || Format::ALL.iter().map(|format| format.as_str()).collect::<Vec<_>>().join(", ");
    Format::parse(text).ok_or_else(|| format!("the forms are {}", names()))
}

fn format_help() -> String {
    let lines: Vec<String> = Format::ALL.iter().map(|format| format!("- {}: {}", format.as_str(), format.meaning())).collect();
    format!("Form of the export:\n{}", lines.join("\n"))
}

pub(super) fn export(arguments: &ExportArguments) -> Result<Exit, Complaint> {
    let settings = settings(arguments.config.as_deref())?;
    let documents: Vec<DocumentId> = arguments.documents.iter().map(|name| DocumentId::from_stored(name.clone())).collect();
    let request = ExportRequest {
        archive: &arguments.archive,
        folder: &arguments.out,
        format: arguments.format,
        settings: &settings,
        documents: &documents,
        scans: !arguments.no_scan,
        input: arguments.scans.as_deref(),
    };
    let report = render(&request)?;
    to_stdout(&if arguments.json { report.json() } else { report.human() })?;
    Ok(report.exit)
}
