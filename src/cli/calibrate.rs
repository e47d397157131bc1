//! `chartlift calibrate ARCHIVE`: fits the confidence model to values whose truth is known, and measures it on layouts that were left out.

use std::path::PathBuf;

use clap::Args;

use super::certify::share;
use super::{Complaint, keep, settings};
use crate::calibration::{picture, table};
use crate::pipeline::{CalibrateRequest, LabelSource, Overlap, calibrate as run};
use crate::report::{Exit, to_stderr, to_stdout};

#[derive(Debug, Args)]
pub(super) struct CalibrateArguments {
    /// Folder of the archive
    archive: PathBuf,
    /// What is true of its documents: JSON lines, as config/README.md describes
    #[arg(long, value_name = "FILE", required_unless_present = "decisions", conflicts_with = "decisions")]
    truth: Option<PathBuf>,
    /// Take what reviewers decided for the truth
    #[arg(long)]
    decisions: bool,
    /// An archive of the same scans, read without the second engine: for values that one engine alone reads
    #[arg(long, value_name = "ARCHIVE")]
    alone: Option<PathBuf>,
    /// Share of wrong values among those accepted, such as 0.5% or 0.005
    #[arg(long, value_name = "SHARE", default_value = "2%", value_parser = share)]
    target: f64,
    /// Write the model; put it into the folder of rules as confidence.toml
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Draw reliability and risk–coverage curve: FILE.svg
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// Let both take the place of files
    #[arg(long)]
    force: bool,
    /// Figures as JSON
    #[arg(long)]
    json: bool,
    /// Settings file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn calibrate(arguments: &CalibrateArguments) -> Result<Exit, Complaint> {
    let settings = settings(arguments.config.as_deref())?;
    if let Some(file) = &arguments.picture
        && !file.extension().is_some_and(|e| e.eq_ignore_ascii_case("svg"))
    {
        return Err(Complaint::usage(format!("{}: the picture is a .svg", file.display()), "give the file such a name"));
    }
    let labels = arguments.truth.clone().map_or(LabelSource::Decisions, LabelSource::Truth);
    let (calibration, overlap) = run(&CalibrateRequest {
        archive: arguments.archive.clone(),
        alone: arguments.alone.clone(),
        labels,
        target: arguments.target,
        rules: settings.rules.folder,
    })?;
    let text = if arguments.json {
        let mut json = serde_json::to_value(&calibration).map_err(|error| Complaint::new(Exit::Fatal, error, None))?;
        json["labels"] = serde_json::json!({ "from": if arguments.decisions { "decisions" } else { "truth" }, "overlap": overlap });
        format!("{json:#}\n")
    } else {
        format!("{}{}", said(&overlap, arguments.decisions), table(&calibration))
    };
    to_stdout(&text)?;
    if let Some(file) = &arguments.picture {
        keep(file, picture(&calibration).as_bytes(), arguments.force)?;
    }
    if let Some(file) = &arguments.out {
        keep(file, calibration.model.text().as_bytes(), arguments.force)?;
        to_stderr(&format!("{}: model {} is written\n", file.display(), calibration.model.version()));
    }
    Ok(Exit::Done)
}

/// What the labels are, and what they leave out.
fn said(overlap: &Overlap, decisions: bool) -> String {
    let mut text = if decisions {
        format!(
            "{} documents with decisions of reviewers. People decide of what was queued for them, which is no random sample of what is accepted: these\n\
             figures describe the queue.\n",
            overlap.documents
        )
    } else {
        format!("{} documents of the archive stand in the truth", overlap.documents)
            + &match overlap.missing {
                0 => ".\n".to_owned(),
                n => format!("; {n} of the truth, with {} values, are not in the archive.\n", overlap.missing_values),
            }
    };
    if overlap.unknown > 0 {
        text += &format!("{} documents of the archive are left out: nothing is known of them.\n", overlap.unknown);
    }
    text
}
