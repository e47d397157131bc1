//! `chartlift audit ARCHIVE import FILE`: answers of people to the audit, all or none, and what follows from them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::rules::Rules;
use super::{Archive, RunError, audit, settle};
use crate::calibration;
use crate::extract::{self, Vocabulary};
use crate::ledger::{Answer, Audit, Decision, Suspect};
use crate::model::{AuditOutcome, Circumstances, DocumentKind, Field, Lane, Outcome, Status, ValueForm, ValueId};
use crate::review::{Keyed, read_answers};
use crate::settings::Settings;

/// What came of a sheet of answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Answers kept.
    pub kept: u64,
    /// Of these, values that the machine had wrong.
    pub wrong: u64,
    /// Answers that were there already.
    pub known: u64,
    /// Answers to audits that are void: the machine says something else of the place now.
    pub void: u64,
    /// Fields that these answers switched off.
    pub off: Vec<Field>,
}

/// Takes a sheet of answers, with `apply` off only to say what would come of it.
///
/// # Errors
/// A file that cannot be read, or in which a row is wrong: nothing is taken then.
pub fn import_answers(folder: &Path, file: &Path, settings: &Settings, apply: bool) -> Result<Imported, RunError> {
    let bytes = std::fs::read(file).map_err(|source| RunError::AnswersUnread { path: file.to_owned(), source })?;
    let faulty = |faults: Vec<String>| RunError::Answers { path: file.to_owned(), faults };
    let keyed = read_answers(&bytes).map_err(faulty)?;
    let rules = Rules::load(settings.rules.folder.as_deref())?;
    let mut archive = Archive::open(folder)?;
    let root: PathBuf = archive.writer.root().to_owned();
    let mut audits = archive.ledger.audits()?;
    let answers = weigh(&keyed, &mut audits, rules.vocabulary()).map_err(faulty)?;
    let due = audit::due(&root, &archive.ledger, &audits, answers.wrong, &settings.audit, &settings.export)?;
    let imported = Imported { off: due.alarms.iter().map(|alarm| alarm.field).collect(), ..answers.counts };
    if apply && (imported.kept > 0 || !due.alarms.is_empty()) {
        archive.ledger.keep_answers(&answers.answers, &answers.decisions, &due.alarms, &due.recalls)?;
        settle::decide_anew(&mut archive, &rules, settings)?;
    }
    Ok(imported)
}

/// Answers with their verdicts, and what they decide.
#[derive(Default)]
struct Weighed {
    answers: Vec<Answer>,
    decisions: Vec<Decision>,
    /// Values that were found wrong.
    wrong: Vec<Suspect>,
    counts: Imported,
}

/// Compares what was keyed with what the machine made of it, and enters the answers among the audits.
fn weigh(keyed: &[Keyed], audits: &mut [Audit], vocabulary: &Vocabulary) -> Result<Weighed, Vec<String>> {
    let places: BTreeMap<Uuid, usize> = audits.iter().enumerate().map(|(at, audit)| (audit.name, at)).collect();
    let last = audits.iter().filter_map(|audit| audit.answer).map(|(order, _)| order).max().unwrap_or(0);
    let (mut weighed, mut faults) = (Weighed::default(), Vec::new());
    for (order, row) in (last + 1..).zip(keyed) {
        let Some(audit) = places.get(&row.name).and_then(|&at| audits.get_mut(at)) else {
            faults.push(format!("line {}: this archive has no audit of that audit_id", row.line));
            continue;
        };
        let Some(found) = &audit.found else {
            weighed.counts.void += 1;
            continue;
        };
        if let Some(wanted) = unclear(audit.id.field, row, vocabulary) {
            faults.push(format!("line {}: {wanted}", row.line));
            continue;
        }
        let right = agrees(&audit.id, row, vocabulary);
        if audit.answer.is_some_and(|(_, before)| before == right) {
            weighed.counts.known += 1;
            continue;
        }
        if !right {
            weighed.wrong.push(Suspect { wrong: true, document: found.document.clone(), id: audit.id.clone(), run: audit.run });
        }
        audit.answer = Some((order, right));
        weighed.counts.kept += 1;
        weighed.counts.wrong += u64::from(!right);
        weighed.decisions.push(decision(&audit.id, row, right, vocabulary));
        weighed.answers.push(Answer {
            audit: audit.key,
            reviewer: row.reviewer.clone(),
            outcome: row.outcome,
            value: row.value.clone(),
            right,
        });
    }
    if faults.is_empty() { Ok(weighed) } else { Err(faults) }
}

/// What is wanted of an answer that cannot be compared as it stands: a slip of the pen, or another name for a thing, would count as the machine's error.
fn unclear(field: Field, row: &Keyed, vocabulary: &Vocabulary) -> Option<String> {
    if row.outcome != AuditOutcome::Value || forms(field, row, vocabulary).len() > 1 {
        return None;
    }
    match field {
        Field::DocumentType => {
            let kinds: Vec<&str> = DocumentKind::ALL.iter().map(|kind| kind.display()).collect();
            Some(format!("no such kind of paper; the kinds are {}", kinds.join(", ")))
        }
        _ if field.form() == ValueForm::Date => {
            Some("no date can be read there; 03/04/1950 or 1950-03-04 is wanted, or less where the paper has less".to_owned())
        }
        _ => None,
    }
}

/// Whether a person read what the machine read. What nobody can read off the page should not have been accepted.
fn agrees(id: &ValueId, row: &Keyed, vocabulary: &Vocabulary) -> bool {
    row.outcome == AuditOutcome::Value && calibration::same(id.field, &id.machine_value, &row.value, &forms(id.field, row, vocabulary))
}

/// The normal forms that a keyed text may stand for.
fn forms(field: Field, row: &Keyed, vocabulary: &Vocabulary) -> Vec<String> {
    let this_year = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).year();
    extract::keyed(field, &row.value, vocabulary, this_year)
}

/// What an answer decides: the value is verified, or what was keyed takes its place, or it goes.
fn decision(id: &ValueId, row: &Keyed, right: bool, vocabulary: &Vocabulary) -> Decision {
    let (status, value) = match row.outcome {
        _ if right => (Status::Verified, id.machine_value.clone()),
        AuditOutcome::Value => match forms(id.field, row, vocabulary).into_iter().nth(1) {
            // The form behind the text itself is the field's own, where the text has one.
            Some(normal) => (Status::Corrected, normal),
            // A test that no list knows has no code: the machine's goes, and nothing takes its place.
            None if id.field == Field::ObservationLoinc => (Status::Rejected, String::new()),
            None => (Status::Corrected, row.value.clone()),
        },
        AuditOutcome::Absent | AuditOutcome::Illegible => (Status::Rejected, String::new()),
    };
    let outcome = match row.outcome {
        AuditOutcome::Value if right => Outcome::Verified,
        AuditOutcome::Value => Outcome::Corrected,
        AuditOutcome::Absent => Outcome::Absent,
        AuditOutcome::Illegible => Outcome::Illegible,
    };
    let circumstances = Circumstances { mode: "csv".to_owned(), reason: Lane::Audit.as_str().to_owned(), ..Circumstances::default() };
    Decision { outcome: Some(outcome), circumstances, ..Decision::new(row.reviewer.clone(), id.clone(), status, value) }
}
