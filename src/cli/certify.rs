//! `chartlift certify ARCHIVE --target 0.5% --truth FILE`: thresholds with a guarantee. `chartlift plan ARCHIVE`: what targets would cost.

use std::path::PathBuf;

use clap::Args;

use super::{Complaint, settings};
use crate::confidence::bounds::DELTA;
use crate::confidence::plan::characteristic;
use crate::pipeline::{CertifyRequest, PlanRequest, TARGETS, certify as make, plan as estimate, withdraw};
use crate::report::{ContractReport, Exit, to_stdout};

#[derive(Debug, Args)]
pub(super) struct CertifyArguments {
    /// Folder of the archive
    archive: PathBuf,
    /// Largest share of wrong values among accepted ones, such as `0.5%`
    #[arg(long, value_name = "SHARE", value_parser = share, required_unless_present = "withdraw")]
    target: Option<f64>,
    /// What is true of documents of the archive that were drawn at random [default: the answers to review/audit.csv]
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
    /// Seed of the draw of one value a document and field
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Only say what would come out
    #[arg(long)]
    dry_run: bool,
    /// Take the archive's certificate back
    #[arg(long, conflicts_with_all = ["target", "truth", "dry_run", "json"])]
    withdraw: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Settings file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct PlanArguments {
    /// Folder of the archive
    #[arg(required_unless_present = "sample")]
    archive: Option<PathBuf>,
    /// Seconds that a reviewer takes for a value [default: as measured in the archive, else 3]
    #[arg(long, value_name = "S", value_parser = seconds)]
    seconds: Option<f64>,
    /// Seconds that keying a value blind takes [default: 6]
    #[arg(long, value_name = "S", value_parser = seconds)]
    label_seconds: Option<f64>,
    /// Instead: what a contract's plan of N checked values is worth
    #[arg(long, value_name = "N", requires = "allowed", conflicts_with = "archive", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    sample: Option<u64>,
    /// Wrong values that the contract's plan allows
    #[arg(long, value_name = "K", requires = "sample")]
    allowed: Option<u64>,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Settings file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// `0.5%`, `0.5 %` or `0.005`.
pub(super) fn share(text: &str) -> Result<f64, String> {
    let (number, scale) = match text.trim().strip_suffix('%') {
        Some(number) => (number.trim_end(), 100.0),
        None => (text.trim(), 1.0),
    };
    let share = number.parse::<f64>().map_err(|_| "a share such as 0.5% or 0.005 is wanted".to_owned())? / scale;
    if share > 0.0 && share < 0.5 { Ok(share) } else { Err("the share lies above 0 and under 50%".to_owned()) }
}

fn seconds(text: &str) -> Result<f64, String> {
    text.parse::<f64>().ok().filter(|s| *s > 0.0 && *s <= 3600.0).ok_or_else(|| "seconds between 0 and 3600 are wanted".to_owned())
}

pub(super) fn certify(arguments: &CertifyArguments) -> Result<Exit, Complaint> {
    let settings = settings(arguments.config.as_deref())?;
    let Some(target) = arguments.target else {
        let had = withdraw(&arguments.archive, &settings)?;
        to_stdout(if had { "the certificate is withdrawn\n" } else { "the archive had no certificate\n" })?;
        return Ok(Exit::Done);
    };
    let request = CertifyRequest {
        archive: arguments.archive.clone(),
        truth: arguments.truth.clone(),
        target,
        delta: DELTA,
        seed: arguments.seed,
        dry_run: arguments.dry_run,
        settings: &settings,
    };
    let report = make(&request)?;
    to_stdout(&if arguments.json { report.json() } else { report.human() })?;
    Ok(Exit::Done)
}

pub(super) fn plan(arguments: &PlanArguments) -> Result<Exit, Complaint> {
    if let (Some(sample), Some(allowed)) = (arguments.sample, arguments.allowed) {
        let report = ContractReport { sample, allowed, characteristic: characteristic(sample, allowed, &TARGETS, DELTA), delta: DELTA };
        to_stdout(&if arguments.json { report.json() } else { report.human() })?;
        return Ok(Exit::Done);
    }
    let settings = settings(arguments.config.as_deref())?;
    let report = estimate(&PlanRequest {
        archive: arguments.archive.clone().unwrap_or_default(),
        review_seconds: arguments.seconds,
        label_seconds: arguments.label_seconds,
        delta: DELTA,
        rules: settings.rules.folder.as_deref(),
    })?;
    to_stdout(&if arguments.json { report.json() } else { report.human() })?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_as_people_write_them() {
        for (text, want) in [("0.5%", 0.005), ("0.5 %", 0.005), ("0.005", 0.005), ("1%", 0.01)] {
            assert!((share(text).unwrap() - want).abs() < 1e-12, "{text}");
        }
        for text in ["", "0", "0%", "50%", "-1%", "much", "NaN"] {
            assert!(share(text).is_err(), "{text}");
        }
    }
}
