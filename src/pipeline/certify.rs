//! `chartlift certify`: from values that were checked to the archive's certificate, which decides from then on what is accepted.

use std::path::{Path, PathBuf};

use super::rules::Rules;
use super::settle::{self, CERTIFICATE, CERTIFICATE_NOTE};
use super::{Archive, RunError};
use crate::calibration::Truth;
use crate::confidence::certificate::{Certificate, FORMAT, Labellers};
use crate::confidence::certify::{Paper, Promise, candidates, certify as show};
use crate::confidence::{self, Class};
use crate::ledger::Ledger;
use crate::model::{ExtractedValue, Field, Sha256};
use crate::report::{CertifyReport, LabelCounts};
use crate::settings::Settings;

/// How thresholds are found, as the certificate says it.
const METHOD: &str = "fixed-sequence testing of a grid of acceptance shares with exact binomial p-values (Learn then Test), one value of a document and field";

/// What is to be certified, and from what.
pub struct CertifyRequest<'a> {
    /// The archive.
    pub archive: PathBuf,
    /// A file of truths.
    pub truth: PathBuf,
    /// Share of wrong values to be promised, 0.0–1.0.
    pub target: f64,
    /// Probability that a class's promise is wrong.
    pub delta: f64,
    /// Seed of the draw.
    pub seed: u64,
    /// Only say what would come out.
    pub dry_run: bool,
    /// All settings.
    pub settings: &'a Settings,
}

/// Makes the certificate, keeps it, and decides anew of every value by it.
///
/// # Errors
/// No archive, no run in it, truths that cannot be read, an archive that cannot be written.
pub fn certify(request: &CertifyRequest<'_>) -> Result<CertifyReport, RunError> {
    let rules = Rules::load(request.settings.rules.folder.as_deref())?;
    let truth = Truth::read(&request.truth)?;
    let mut archive = Archive::open(&request.archive)?;
    let last = archive.ledger.last_prints()?.ok_or_else(|| RunError::NothingRead { archive: request.archive.clone() })?;
    let mut counts = LabelCounts::default();
    let papers = papers(&archive.ledger, &rules, &truth, &last.prints.reading, &last.prints.understanding, &mut counts)?;
    let promise = Promise { target: request.target, delta: request.delta, catch: request.settings.audit.catch, seed: request.seed };
    let (classes, forms) = show(&papers, &promise);
    let certificate = Certificate {
        format: FORMAT,
        archive: archive.ledger.archive_id()?.unwrap_or_default(),
        made: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        program: format!("chartlift {}", env!("CARGO_PKG_VERSION")),
        engines: last.engines,
        reading: last.prints.reading,
        understanding: last.prints.understanding,
        model: rules.confidence().digest.to_string(),
        method: METHOD.to_owned(),
        target: promise.target,
        delta: promise.delta,
        seed: promise.seed,
        labels: Labellers {
            from: "truth".to_owned(),
            sha256: Some(truth.digest.to_string()),
            catch: promise.catch,
            documents: counts.documents,
        },
        forms,
        classes,
    };
    let moved = if request.dry_run { None } else { Some(keep(&mut archive, &certificate, &rules, request)?) };
    Ok(CertifyReport { archive: request.archive.clone(), certificate, counts, moved })
}

/// Withdraws the archive's certificate; what was accepted by it is decided anew. `false` if there was none.
///
/// # Errors
/// As for [`certify`].
pub fn withdraw(archive: &Path, settings: &Settings) -> Result<bool, RunError> {
    let rules = Rules::load(settings.rules.folder.as_deref())?;
    let mut archive = Archive::open(archive)?;
    let removed = archive.writer.remove(Path::new(CERTIFICATE))?;
    if archive.ledger.note(CERTIFICATE_NOTE)?.is_some() {
        archive.ledger.forget_note(CERTIFICATE_NOTE)?;
        archive.ledger.audit("certify", "withdrew", "the certificate")?;
    } else if !removed {
        return Ok(false);
    }
    settle::decide_anew(&mut archive, &rules, settings)?;
    Ok(true)
}

/// Writes the certificate and what follows from it; returns how many values have another status than before.
fn keep(archive: &mut Archive, certificate: &Certificate, rules: &Rules, request: &CertifyRequest<'_>) -> Result<u64, RunError> {
    let text = certificate.text();
    let digest = Sha256::of(text.as_bytes()).to_string();
    // The note first: a certificate without its note is refused, and so is a note without its certificate, until this is done again.
    archive.ledger.set_note(CERTIFICATE_NOTE, &digest)?;
    archive.writer.write(Path::new(CERTIFICATE), text.as_bytes())?;
    let certified: Vec<Class> = certificate.certified().collect();
    let fields: Vec<Field> = Field::ALL.iter().copied().filter(|&field| certified.contains(&Class::of(field))).collect();
    archive.ledger.clear_alarms(&fields, &digest)?;
    archive.ledger.audit("certify", "made", &format!("certificate {}, {} classes of fields", &digest[..16], certified.len()))?;
    settle::decide_anew(archive, rules, request.settings)
}

/// The documents that are as the last run would make them, with what is known of their values.
fn papers(
    ledger: &Ledger,
    rules: &Rules,
    truth: &Truth,
    reading: &str,
    understanding: &str,
    counts: &mut LabelCounts,
) -> Result<Vec<Paper>, RunError> {
    let model = rules.confidence();
    let mut papers = Vec::new();
    for document in settle::unsettled(ledger) {
        let mut document = document?;
        let Some(origin) =
            document.origin.clone().filter(|_| (document.reading.as_str(), document.understanding.as_str()) == (reading, understanding))
        else {
            counts.stale += 1;
            continue;
        };
        let values = std::mem::take(&mut document.stored.record.values);
        let record = &document.stored.record;
        let open = confidence::open(values, &settle::standing(&document), model);
        let own: Vec<&ExtractedValue> = open.iter().map(|value| &value.extracted).collect();
        let checked = match truth.labels(&record.id, &own) {
            Some(labels) => {
                counts.documents += 1;
                labels.verdicts.iter().map(|verdict| verdict.is_wrong()).collect()
            }
            None => {
                counts.unknown += 1;
                vec![None; open.len()]
            }
        };
        papers.push(Paper {
            name: format!("{}\n{}", record.sha256, record.ordinal),
            kind: record.kind,
            origin,
            candidates: candidates(&open, &checked),
        });
    }
    Ok(papers)
}
