//! `chartlift certify`: from values that were checked to the archive's certificate, which decides from then on what is accepted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::rules::Rules;
use super::settle::{self, CERTIFICATE, CERTIFICATE_NOTE};
use super::{Archive, RunError, audit};
use crate::calibration::Truth;
use crate::confidence::audit::sample;
use crate::confidence::certificate::{Certificate, FORMAT, Labellers};
use crate::confidence::certify::{Paper, Promise, candidates, certify as show};
use crate::confidence::{self, Class};
use crate::ledger::{Audit, Fingerprints, Ledger};
use crate::model::{ExtractedValue, Field, Sha256, Status, ValueId};
use crate::report::{CertifyReport, LabelCounts};
use crate::settings::Settings;

/// How thresholds are found, as the certificate says it.
const METHOD: &str = "fixed-sequence testing of a grid of acceptance shares with exact binomial p-values (Learn then Test), one value of a document and field";

/// What is to be certified, and from what.
pub struct CertifyRequest<'a> {
    /// The archive.
    pub archive: PathBuf,
    /// A file of truths; without one, the blind checks of the audit are the labels.
    pub truth: Option<PathBuf>,
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
    let truth = request.truth.as_deref().map(Truth::read).transpose()?;
    let mut archive = Archive::open(&request.archive)?;
    let last = archive.ledger.last_prints()?.ok_or_else(|| RunError::NothingRead { archive: request.archive.clone() })?;
    let mut counts = LabelCounts::default();
    let labels = match &truth {
        Some(truth) => Labels::Truth(truth),
        None => Labels::Audits(audited(&mut archive.ledger, &last.prints.understanding, &mut counts)?),
    };
    let papers = papers(&archive.ledger, &rules, &labels, &last.prints, &mut counts)?;
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
            from: if truth.is_some() { "truth" } else { "audits" }.to_owned(),
            sha256: truth.as_ref().map(|truth| truth.digest.to_string()),
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

/// What is known of values.
enum Labels<'a> {
    /// What a file says.
    Truth(&'a Truth),
    /// Whether people who keyed accepted values blind found them right.
    Audits(BTreeMap<ValueId, bool>),
}

/// The answers that are an even sample of each class.
///
/// The audit draws at another rate each night and for each field. The hash that draws is kept to, though: what is below the least rate of a class would have been
/// drawn in each of its lots, so these answers are as if drawn at one rate. A lot (a field of a run) counts when all that was drawn of it
/// is answered: who answers may begin with what is easy.
fn audited(ledger: &mut Ledger, version: &str, counts: &mut LabelCounts) -> Result<BTreeMap<ValueId, bool>, RunError> {
    let key = audit::key(ledger)?;
    let audits: Vec<Audit> = ledger.audits()?.into_iter().filter(|audit| audit.version == version && audit.found.is_some()).collect();
    let lot = |audit: &Audit| (audit.id.field, audit.run);
    let unanswered: BTreeSet<(Field, i64)> = audits.iter().filter(|audit| audit.answer.is_none()).map(lot).collect();
    let mut rates: BTreeMap<Class, f64> = BTreeMap::new();
    for audit in audits.iter().filter(|audit| !unanswered.contains(&lot(audit))) {
        let least = rates.entry(Class::of(audit.id.field)).or_insert(1.0);
        *least = least.min(audit.rate);
    }
    let mut labels = BTreeMap::new();
    for audit in audits {
        let rate = rates.get(&Class::of(audit.id.field)).copied().unwrap_or(0.0);
        match audit.answer {
            Some((_, right)) if !unanswered.contains(&lot(&audit)) && sample::draw(&key, &audit.id, version).chance < rate => {
                labels.insert(audit.id, right);
            }
            Some(_) => counts.set_aside += 1,
            None => counts.waiting += 1,
        }
    }
    Ok(labels)
}

/// The documents that are as the last run would make them, with what is known of their values.
fn papers(
    ledger: &Ledger,
    rules: &Rules,
    labels: &Labels<'_>,
    prints: &Fingerprints,
    counts: &mut LabelCounts,
) -> Result<Vec<Paper>, RunError> {
    let model = rules.confidence();
    let mut papers = Vec::new();
    for document in settle::unsettled(ledger) {
        let mut document = document?;
        let fresh = (&document.reading, &document.understanding) == (&prints.reading, &prints.understanding);
        let Some(origin) = document.origin.clone().filter(|_| fresh) else {
            counts.stale += 1;
            continue;
        };
        let values = std::mem::take(&mut document.stored.record.values);
        let accepted: Vec<bool> = values.iter().map(|value| value.status == Status::Accepted).collect();
        let mut open = confidence::open(values, &settle::standing(&document), model);
        let record = &document.stored.record;
        let checked = match labels {
            Labels::Truth(truth) => {
                let own: Vec<&ExtractedValue> = open.iter().map(|value| &value.extracted).collect();
                match truth.labels(&record.id, &own) {
                    Some(labels) => labels.verdicts.iter().map(|verdict| verdict.is_wrong()).collect(),
                    None => vec![None; open.len()],
                }
            }
            Labels::Audits(answers) => {
                // Only what was accepted could be drawn: nothing is known of the rest, and nothing is asked of it.
                for (value, accepted) in open.iter_mut().zip(accepted) {
                    value.status = if accepted { value.status } else { Status::Review };
                }
                open.iter().map(|value| answers.get(&ValueId::of(record, value)).map(|right| !right)).collect()
            }
        };
        let known = checked.iter().any(Option::is_some);
        // What the model was fitted on looks better to it than it is.
        let seen = known && model.has_seen(&record.sha256);
        let checked = if seen { vec![None; open.len()] } else { checked };
        match (known, seen) {
            (_, true) => counts.seen += 1,
            (true, false) => counts.documents += 1,
            (false, false) => counts.unknown += 1,
        }
        papers.push(Paper {
            name: format!("{}\n{}", record.sha256, record.ordinal),
            kind: record.kind,
            origin,
            candidates: candidates(&open, &checked),
        });
    }
    Ok(papers)
}
