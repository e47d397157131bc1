//! `chartlift export ARCHIVE --format FORMAT --out FOLDER`: what has been decided, in the form that a receiver takes.

use std::path::PathBuf;

use clap::Args;

use super::{Complaint, environment};
use crate::export::Format;
use crate::model::DocumentId;
use crate::pipeline::{ExportRequest, export as render};
use crate::report::{Exit, to_stdout};
use crate::settings::{Settings, Typed};

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
    /// Guide that FHIR resources follow [default: export.profile]
    #[arg(long, value_name = "GUIDE", value_parser = ["us-core", "mhd", "generic"])]
    profile: Option<String>,
    /// Most entries of a Bundle, or lines of a file; larger ones are parted [default: 500, ndjson 10000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_entries: Option<u32>,
    /// Most MiB of a Bundle, or of a file of lines [default: 50, ndjson 200]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_mib: Option<u32>,
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
    let flags = arguments.profile.iter().map(|profile| ("export.profile", toml::Value::String(profile.clone()))).collect();
    let settings = Settings::load(&Typed { config: arguments.config.clone(), flags }, environment)?.settings;
    let documents: Vec<DocumentId> = arguments.documents.iter().map(|name| DocumentId::from_stored(name.clone())).collect();
    let request = ExportRequest {
        archive: &arguments.archive,
        folder: &arguments.out,
        format: arguments.format,
        settings: &settings,
        documents: &documents,
        scans: !arguments.no_scan,
        max_entries: arguments.max_entries.map(|entries| entries as usize),
        max_mib: arguments.max_mib.map(u64::from),
        input: arguments.scans.as_deref(),
    };
    let report = render(&request)?;
    to_stdout(&if arguments.json { report.json() } else { report.human() })?;
    Ok(report.exit)
}
