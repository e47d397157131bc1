//! Settling: the decision taken again when the archive is whole. A document that is understood by itself knows neither the patient's other papers nor
//! what the archive's certificate covers nor which fields an alarm has switched off. Costs no page and no rule: values are decided
//! from the signals that are kept with them.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::rules::Rules;
use super::{Archive, RunError, audit, outputs, station};
use crate::confidence::audit::AuditSettings;
use crate::confidence::{self, Certificate, Policy, Standing, Uncertified};
use crate::ledger::{Ledger, RunKey, Settled, Unsettled};
use crate::model::{DecidedValue, Sha256, Status};
use crate::patients::Kin;
use crate::report::{Promised, Trust};
use crate::settings::Settings;

/// The certificate's file in the archive.
pub(super) const CERTIFICATE: &str = "certificate.json";
/// The ledger's note of the digest of that file: a certificate that was changed by hand certifies nothing.
pub(super) const CERTIFICATE_NOTE: &str = "certificate";
/// The ledger's note of what the last settling let pass, and why.
const PASSED_NOTE: &str = "passed";
/// Changed values that are written at a time.
const AT_ONCE: usize = 5_000;

/// What may be accepted in an archive.
///
/// # Errors
/// The certificate is gone, was changed, or is another archive's.
pub(super) fn policy(root: &Path, ledger: &Ledger, uncertified: Uncertified) -> Result<Policy, RunError> {
    Ok(Policy { certificate: certificate(root, ledger)?, uncertified, off: ledger.fields_off()?.into_keys().collect() })
}

/// The archive's certificate, if it has one.
pub(super) fn certificate(root: &Path, ledger: &Ledger) -> Result<Option<Certificate>, RunError> {
    let path = root.join(CERTIFICATE);
    let wrong = |what: String| RunError::Certificate { path: path.clone(), what };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(wrong(error.to_string())),
    };
    match (text, ledger.note(CERTIFICATE_NOTE)?) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(wrong("it is gone".to_owned())),
        (Some(text), Some(digest)) if Sha256::of(text.as_bytes()).to_string() == digest => {
            Certificate::parse(&text).map(Some).map_err(wrong)
        }
        (Some(_), _) => Err(wrong("it is not the one that `chartlift certify` made for this archive".to_owned())),
    }
}

/// Every document as the machine left it, in the order of rows. Ends after the first error.
pub(super) fn unsettled(ledger: &Ledger) -> impl Iterator<Item = Result<Unsettled, RunError>> + '_ {
    let mut last = Some(0);
    std::iter::from_fn(move || match ledger.unsettled_after(last?) {
        Ok(Some(document)) => {
            last = Some(document.row);
            Some(Ok(document))
        }
        Ok(None) => None,
        Err(error) => {
            last = None;
            Some(Err(error.into()))
        }
    })
}

/// What is known of a document when it is decided.
pub(super) fn standing(document: &Unsettled) -> Standing<'_> {
    Standing {
        kind: document.stored.record.kind,
        kind_confidence: document.stored.kind_confidence,
        origin: document.origin.as_ref(),
        reading: &document.reading,
        understanding: &document.understanding,
    }
}

/// What settling came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Passed {
    /// Values that the certificate lets pass.
    certified: u64,
    /// Values that the model's own thresholds let pass.
    on_defaults: u64,
}

/// What may be said of the archive's accepted values, as the last settling left them.
///
/// # Errors
/// A ledger or certificate that cannot be read.
pub fn trust(root: &Path, ledger: &Ledger, settings: &AuditSettings, accepted: u64) -> Result<Trust, RunError> {
    let passed: Passed = ledger.note(PASSED_NOTE)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let certificate = certificate(root, ledger)?;
    Ok(Trust {
        accepted,
        audits: audit::account_by(certificate.as_ref(), ledger, settings)?.overall,
        certified: passed.certified,
        on_defaults: passed.on_defaults,
        certificate: certificate.as_ref().map(Promised::of),
        off: ledger.fields_off()?.into_keys().collect(),
    })
}

/// Decides anew of every value and keeps what has changed. Returns how many values have another status than before.
pub(super) fn settle(archive: &mut Archive, run: RunKey, rules: &Rules, policy: &Policy) -> Result<u64, RunError> {
    let ledger = &mut archive.ledger;
    let mut kin = Kin::default();
    for document in unsettled(ledger) {
        let document = document?;
        kin.add(&document.stored.record.values);
    }
    let (mut moved, mut last, mut changed, mut passed) = (0, 0, Vec::new(), Passed::default());
    while let Some(mut document) = ledger.unsettled_after(last)? {
        last = document.row;
        let by_people = ledger.decided(&document.stored.record)?;
        let before = std::mem::take(&mut document.stored.record.values);
        let after = settled(&document, before.clone(), &kin, rules, policy);
        let alone = after.iter().zip(&by_people).filter(|(value, decided)| value.status == Status::Accepted && decided.is_none());
        for (value, _) in alone {
            match policy.certified(value.extracted.field, &standing(&document)) {
                Ok(_) => passed.certified += 1,
                Err(_) => passed.on_defaults += 1,
            }
        }
        for ((key, before), value) in document.keys.iter().zip(before).zip(after) {
            if value != before {
                let moves = value.status != before.status;
                moved += u64::from(moves);
                changed.push(Settled { key: *key, value, moved: moves });
            }
        }
        if changed.len() >= AT_ONCE {
            ledger.settle(run, &std::mem::take(&mut changed))?;
        }
    }
    ledger.settle(run, &changed)?;
    ledger.set_note(PASSED_NOTE, &serde_json::to_string(&passed).unwrap_or_default())?;
    Ok(moved)
}

/// Decides anew of what is kept after a command has changed what may be accepted, and writes the outputs: a run that reads nothing. Returns how many
/// values have another status than before.
pub(super) fn decide_anew(archive: &mut Archive, rules: &Rules, settings: &Settings) -> Result<u64, RunError> {
    let last = archive.ledger.last_prints()?.ok_or_else(|| RunError::NothingRead { archive: archive.writer.root().to_owned() })?;
    let (run, _) = archive.ledger.begin_run(&last.engines, &last.prints)?;
    let work = |archive: &mut Archive| {
        let policy = policy(archive.writer.root(), &archive.ledger, settings.confidence.uncertified)?;
        let moved = settle(archive, run, rules, &policy)?;
        audit::draw(&mut archive.ledger, run, &settings.audit)?;
        station::sync(&mut archive.ledger, rules.vocabulary(), &settings.review)?;
        outputs::write(&mut archive.ledger, &archive.writer, &settings.export)?;
        Ok(moved)
    };
    let outcome: Result<u64, RunError> = work(archive);
    let exit = outcome.as_ref().map_or_else(RunError::exit, |_| crate::report::Exit::Done);
    archive.ledger.end_run(run, i32::from(exit.code()))?;
    outcome
}

/// A document's values with the word of its kin, decided anew.
fn settled(document: &Unsettled, values: Vec<DecidedValue>, kin: &Kin, rules: &Rules, policy: &Policy) -> Vec<DecidedValue> {
    confidence::settle(told_by_kin(values, kin), &standing(document), rules.confidence(), policy)
}

/// A document's values with what other papers of the patient say of them.
pub(super) fn told_by_kin(mut values: Vec<DecidedValue>, kin: &Kin) -> Vec<DecidedValue> {
    let said = kin.of(&values);
    for (value, (agree, differ)) in values.iter_mut().zip(said) {
        value.extracted.signals.kin_agree = agree;
        value.extracted.signals.kin_differ = differ;
    }
    values
}
