//! Calibrating: the values of archives and what is known of them, brought together for the fit. Reads ledgers and changes nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::settle::{standing, unsettled};
use super::{Archive, RunError};
use crate::calibration::{self, Calibration, Known, Labels, Read, Set, Truth, Verdict};
use crate::confidence::{self, ConfidenceModel};
use crate::ledger::{Ledger, Unsettled};
use crate::model::{DocumentId, ExtractedValue, Status};

/// What tells right from wrong.
#[derive(Clone, Debug)]
pub enum LabelSource {
    /// A file of JSON lines.
    Truth(PathBuf),
    /// What reviewers decided.
    Decisions,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct CalibrateRequest {
    /// The archive.
    pub archive: PathBuf,
    /// The same scans read without the second engine.
    pub alone: Option<PathBuf>,
    /// What tells right from wrong.
    pub labels: LabelSource,
    /// Share of wrong values among those accepted of a class, 0.0–1.0.
    pub target: f64,
    /// The site's rules, whose model is in force.
    pub rules: Option<PathBuf>,
}

/// What the labels and the archive have to do with one another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Overlap {
    /// Documents of the archive that are labelled.
    pub documents: usize,
    /// Documents of the archive that nothing is known of.
    pub unknown: usize,
    /// Documents of the truth that the archive lacks.
    pub missing: usize,
    /// Values of the truth in these.
    pub missing_values: usize,
}

/// Fits the confidence model to archives whose values are labelled, and measures it.
///
/// # Errors
/// No archive, a truth or a model that cannot be read, nothing labelled.
pub fn calibrate(request: &CalibrateRequest) -> Result<(Calibration, Overlap), RunError> {
    let model = ConfidenceModel::load(request.rules.as_deref())?;
    let truth = match &request.labels {
        LabelSource::Truth(path) => Some(Truth::read(path)?),
        LabelSource::Decisions => None,
    };
    let labels = match &truth {
        Some(truth) => format!("truth {}", &truth.digest.to_string()[..16]),
        None => "decisions".to_owned(),
    };
    let (archive, engines, overlap) = read(&request.archive, truth.as_ref(), &model)?;
    let alone = request.alone.as_ref().map(|path| read(path, truth.as_ref(), &model)).transpose()?;
    let calibration = calibration::calibrate(&calibration::Request {
        archive: Read { set: &archive, engines },
        alone: alone.as_ref().map(|(set, engines, _)| Read { set, engines: engines.clone() }),
        in_force: &model,
        target: request.target,
        date: jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
        labels,
    });
    Ok((calibration, overlap))
}

/// The labelled values of an archive, its engines, and what its labels leave out.
fn read(archive: &Path, truth: Option<&Truth>, model: &ConfidenceModel) -> Result<(Set, String, Overlap), RunError> {
    let (ledger, _) = Archive::look(archive)?;
    let mut set = Set::default();
    let mut overlap = Overlap::default();
    let mut there: BTreeSet<DocumentId> = BTreeSet::new();
    let mut forms: Vec<(BTreeSet<String>, String)> = Vec::new();
    for document in unsettled(&ledger) {
        let document = document?;
        let record = &document.stored.record;
        there.insert(record.id.clone());
        let values: Vec<&ExtractedValue> = record.values.iter().map(|value| &value.extracted).collect();
        let labels = match truth {
            Some(truth) => truth.labels(&record.id, &values),
            None => decisions(&ledger, &document, &mut forms)?,
        };
        let Some(labels) = labels else {
            overlap.unknown += 1;
            continue;
        };
        overlap.documents += 1;
        let open = confidence::open(record.values.clone(), &standing(&document), model);
        set.add(Known {
            source: record.sha256,
            kind: record.kind,
            quality: labels.profile.clone().unwrap_or_else(|| captures(&document)),
            values,
            open: open.iter().map(|value| value.status == Status::Accepted).collect(),
            wanted: truth.map(|truth| truth.values_of(&record.id).collect()),
            labels,
        });
    }
    if let Some(truth) = truth {
        let missing: Vec<&DocumentId> = truth.documents().filter(|id| !there.contains(id)).collect();
        overlap.missing = missing.len();
        overlap.missing_values = missing.into_iter().map(|id| truth.values_of(id).count()).sum();
    }
    if set.is_empty() {
        return Err(RunError::NothingLabelled { archive: archive.to_owned() });
    }
    let engines = ledger.last_prints()?.map(|last| last.engines).unwrap_or_default();
    Ok((set, engines, overlap))
}

/// What reviewers decided of a document; `None` if nothing. Papers of one form are a layout: `forms` holds each form that was met, with the
/// document that had it first.
fn decisions(ledger: &Ledger, document: &Unsettled, forms: &mut Vec<(BTreeSet<String>, String)>) -> Result<Option<Labels>, RunError> {
    let record = &document.stored.record;
    let decided = ledger.decided(record)?;
    if decided.iter().all(Option::is_none) {
        return Ok(None);
    }
    let verdict = |status: Option<Status>| match status {
        Some(Status::Verified) => Verdict::Right,
        Some(Status::Corrected | Status::Rejected) => Verdict::Wrong,
        _ => Verdict::Uncounted,
    };
    let name = record.id.as_str().to_owned();
    let layout = match &document.origin {
        Some(origin) if !origin.form.is_empty() => {
            match forms.iter().find(|(form, _)| origin.likeness(form) >= confidence::certificate::ALIKE) {
                Some((_, first)) => first.clone(),
                None => {
                    forms.push((origin.form.clone(), name.clone()));
                    name
                }
            }
        }
        _ => name,
    };
    // An empty row that a person filled is no value of the machine's.
    let given = record.values.iter().map(|value| !value.extracted.value.trim().is_empty());
    let verdicts = decided.into_iter().zip(given).map(|(status, given)| if given { verdict(status) } else { Verdict::Uncounted }).collect();
    Ok(Some(Labels { layout, profile: None, verdicts }))
}

/// How a document's pages were captured, in a word.
fn captures(document: &Unsettled) -> String {
    let captures = document.origin.iter().flat_map(|origin| &origin.captures);
    let names: Vec<&str> = captures.map(|capture| capture.as_str()).collect();
    if names.is_empty() { "not known".to_owned() } else { names.join(", ") }
}
