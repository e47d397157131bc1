//! The audit lane from end to end: draws the sample when a run's decisions stand, weighs the answers, and switches fields off. The rules are
//! `confidence::audit`'s, what is kept is the ledger's; here is the order.
//!
//! An alarm is raised where answers come in, and once more before a run begins (the promise may have become stricter since). What had left by then is
//! written down before anything is decided anew: the outputs on disk are still those of the last run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::archive::random;
use super::export::{Papers, People, Person};
use super::outputs::BUNDLES;
use super::{RunError, settle};
use crate::confidence::alarm::Verdict;
use crate::confidence::audit::sample::{Key, Urn};
use crate::confidence::audit::standing::{self, Check, Counts, FieldAudit, Overall};
use crate::confidence::audit::{self, AuditSettings, shift};
use crate::confidence::{Certificate, Class};
use crate::export::fhir::{self, ExportSettings};
use crate::export::{ArchiveWriter, document_path};
use crate::ledger::{Audit, Chosen, Done, Found, Ledger, NewAlarm, RunKey, Suspect};
use crate::model::{DecidedValue, DocumentId, Field, Recall, ValueId};
use crate::review::{ToCheck, audit_csv, recall_csv};

/// The ledger's note of the key that chooses the sample.
const KEY_NOTE: &str = "audit key";
const SHEET: &str = "review/audit.csv";
const RECALL: &str = "review/recall.csv";

/// What the audit says of an archive.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// All fields together.
    pub overall: Overall,
    /// Field by field.
    pub fields: Vec<FieldAudit>,
}

/// Chooses among what was accepted since the last draw. More of a field that is new under its version of the rules, or whose confidences in this
/// run are other ones than before.
pub(super) fn draw(ledger: &mut Ledger, run: RunKey, settings: &AuditSettings) -> Result<(), RunError> {
    let key = key(ledger)?;
    let mut urn = Urn::new(&key);
    // By version, which are one or two.
    let mut seen: BTreeMap<String, BTreeSet<Field>> = BTreeMap::new();
    ledger.offers(|values, version| {
        urn.document(values.iter().map(|(row, id)| (*row, id)), version);
        if !seen.contains_key(version) {
            seen.insert(version.to_owned(), BTreeSet::new());
        }
        if let Some(fields) = seen.get_mut(version) {
            fields.extend(values.iter().map(|(_, id)| id.field));
        }
    })?;
    let answered = ledger.answers_by_version()?;
    let mut busy = moved(ledger, run)?;
    for (version, fields) in seen {
        let few = |field: &Field| answered.get(&(*field, version.clone())).copied().unwrap_or(0) < settings.new_until;
        busy.extend(fields.into_iter().filter(few));
    }
    let chosen = urn.choose(&busy, settings).into_iter().map(|c| Chosen { row: c.row, name: c.draw.name, rate: c.rate });
    let chosen: Vec<Chosen> = chosen.collect();
    Ok(ledger.keep_chosen(&chosen)?)
}

/// Fields whose confidences in this run are other ones than in the runs before; keeps those of this run for the next.
fn moved(ledger: &mut Ledger, run: RunKey) -> Result<BTreeSet<Field>, RunError> {
    let mut tonight: BTreeMap<Field, Vec<u64>> = BTreeMap::new();
    ledger.confidences_of(run, |field, confidence| {
        tonight.entry(field).or_insert_with(|| vec![0; shift::BINS])[shift::bin(confidence)] += 1
    })?;
    let before = ledger.nights_before(run, shift::NIGHTS)?;
    ledger.keep_night(run, &tonight)?;
    let has_moved = |field: &Field| before.get(field).is_some_and(|before| shift::moved(before, &tonight[field]));
    Ok(tonight.keys().copied().filter(has_moved).collect())
}

/// The archive's key, if it has one: what was never asked of people needed none.
pub(super) fn known_key(ledger: &Ledger) -> Result<Option<Key>, RunError> {
    Ok(ledger.note(KEY_NOTE)?.and_then(|text| Key::from_hex(&text)))
}

/// The archive's key, made of the system's randomness when it is first asked for.
pub(super) fn key(ledger: &mut Ledger) -> Result<Key, RunError> {
    if let Some(known) = known_key(ledger)? {
        return Ok(known);
    }
    let key = Key::new(random().map_err(|source| RunError::NoRandomness { source })?);
    ledger.set_note(KEY_NOTE, &key.to_hex())?;
    Ok(key)
}

/// What a field promises: the certificate's target where its class passed, else what the settings say.
fn promised(field: Field, certificate: Option<&Certificate>, settings: &AuditSettings) -> f64 {
    let certified = certificate.filter(|certificate| certificate.certified().any(|class| class == Class::of(field)));
    certified.map_or(settings.target, |certificate| certificate.target)
}

/// A field's audits that are not void and count for its present watch.
#[derive(Default)]
struct Lane {
    void: u64,
    waiting: u64,
    /// In the order of answers, those without one last.
    checks: Vec<(i64, Check)>,
}

impl Lane {
    fn checks(&self) -> Vec<Check> {
        self.checks.iter().map(|(_, check)| *check).collect()
    }
}

/// Whether people should still answer: the value is accepted, or was until its field was switched off (answers tell how bad it is, and may certify the
/// field again). What waits for a person for another reason is looked at anyway.
fn is_open(audit: &Audit, off: &BTreeMap<Field, i64>) -> bool {
    audit.answer.is_none() && audit.found.as_ref().is_some_and(|found| found.accepted || off.contains_key(&audit.id.field))
}

/// Audits that people should still answer.
pub(super) fn open(ledger: &Ledger) -> Result<Vec<Audit>, RunError> {
    let off = ledger.fields_off()?;
    Ok(ledger.audits()?.into_iter().filter(|audit| is_open(audit, &off)).collect())
}

/// Audits by field. `watch_from`: answers up to this one were settled by a certificate. `off`: fields that are switched off.
fn lanes(audits: &[Audit], watch_from: &BTreeMap<Field, i64>, off: &BTreeMap<Field, i64>) -> BTreeMap<Field, Lane> {
    let mut lanes: BTreeMap<Field, Lane> = BTreeMap::new();
    for audit in audits {
        let lane = lanes.entry(audit.id.field).or_default();
        let from = watch_from.get(&audit.id.field).copied().unwrap_or(0);
        match (&audit.found, audit.answer) {
            (None, _) => lane.void += 1,
            (Some(_), None) if is_open(audit, off) => {
                lane.waiting += 1;
                lane.checks.push((i64::MAX, Check { run: audit.run, right: None }));
            }
            (Some(_), Some((order, right))) if order > from => lane.checks.push((order, Check { run: audit.run, right: Some(right) })),
            _ => {}
        }
    }
    lanes.values_mut().for_each(|lane| lane.checks.sort_by_key(|(order, _)| *order));
    lanes
}

/// What the audit says of an archive, by the promises that hold in it.
///
/// # Errors
/// A ledger that cannot be read; a certificate that cannot be relied on.
pub fn account(root: &Path, ledger: &Ledger, settings: &AuditSettings) -> Result<Account, RunError> {
    account_by(settle::certificate(root, ledger)?.as_ref(), ledger, settings)
}

/// The same by a certificate that is at hand.
pub(super) fn account_by(certificate: Option<&Certificate>, ledger: &Ledger, settings: &AuditSettings) -> Result<Account, RunError> {
    let (off, accepted) = (ledger.fields_off()?, ledger.accepted_by_field()?);
    let mut lanes = lanes(&ledger.audits()?, &ledger.watch_from()?, &off);
    let named: BTreeSet<Field> = lanes.keys().chain(accepted.keys()).copied().filter(|&field| audit::sample::is_checked(field)).collect();
    let (mut fields, mut counts) = (Vec::new(), Vec::new());
    for field in named {
        let lane = lanes.remove(&field).unwrap_or_default();
        let promised = promised(field, certificate, settings);
        let watch = standing::watch(&lane.checks(), promised, settings.catch);
        let count = Counts { accepted: accepted.get(&field).copied().unwrap_or(0), audited: watch.audits, wrong: watch.wrong };
        counts.push(count);
        fields.push(FieldAudit {
            field,
            accepted: count.accepted,
            waiting: lane.waiting,
            void: lane.void,
            audited: count.audited,
            wrong: count.wrong,
            bound: standing::bound(count, settings.catch),
            promised,
            e_value: watch.e_value(),
            verdict: watch.verdict(),
            off_since: off.get(&field).copied(),
        });
    }
    Ok(Account { overall: standing::overall(&counts, settings.catch), fields })
}

/// What answers call for.
#[derive(Default)]
pub(super) struct Due {
    /// Fields to switch off.
    pub alarms: Vec<NewAlarm>,
    /// What has to be called back.
    pub recalls: Vec<Recall>,
}

/// The alarms that answers call for, and all that had left by then in values that are suspect or, `wrong`, were found wrong. `audits` are
/// those of the ledger with the answers that are about to be kept.
pub(super) fn due(
    root: &Path,
    ledger: &Ledger,
    audits: &[Audit],
    wrong: Vec<Suspect>,
    settings: &AuditSettings,
    export: &ExportSettings,
) -> Result<Due, RunError> {
    let certificate = settle::certificate(root, ledger)?;
    let off = ledger.fields_off()?;
    let mut alarms = Vec::new();
    let mut suspects: BTreeMap<DocumentId, BTreeMap<ValueId, Suspect>> = BTreeMap::new();
    let mut suspect = |suspect: Suspect| {
        suspects.entry(suspect.document.clone()).or_default().entry(suspect.id.clone()).or_insert(suspect);
    };
    wrong.into_iter().for_each(&mut suspect);
    for (field, lane) in lanes(audits, &ledger.watch_from()?, &off).into_iter().filter(|(field, _)| !off.contains_key(field)) {
        let promised = promised(field, certificate.as_ref(), settings);
        let checks = lane.checks();
        let watch = standing::watch(&checks, promised, settings.catch);
        if watch.verdict() != Verdict::Alarm {
            continue;
        }
        let since = standing::clean_until(&checks, promised, settings.catch).map_or(0, |clean| clean + 1);
        ledger.suspects(field, since)?.into_iter().for_each(&mut suspect);
        alarms.push(NewAlarm { field, since, audits: watch.audits, wrong: watch.wrong, e_value: watch.e_value(), promised });
    }
    Ok(Due { alarms, recalls: recalls(ledger, &suspects, export)? })
}

/// What answers to audits call for that are about to be kept with what people did: while ledger and outputs still agree.
pub(super) fn called_for(
    root: &Path,
    ledger: &Ledger,
    done: &[Done],
    settings: &AuditSettings,
    export: &ExportSettings,
) -> Result<Due, RunError> {
    let answers: BTreeMap<i64, bool> =
        done.iter().filter_map(|done| done.doing.answer.as_ref()).map(|answer| (answer.audit, answer.right)).collect();
    // Right answers raise no alarm, and call nothing back.
    if answers.values().all(|right| *right) {
        return Ok(Due::default());
    }
    let mut audits = ledger.audits()?;
    let last = audits.iter().filter_map(|audit| audit.answer).map(|(order, _)| order).max().unwrap_or(0);
    let mut wrong = Vec::new();
    for (order, audit) in (last + 1..).zip(audits.iter_mut().filter(|audit| answers.contains_key(&audit.key))) {
        let right = answers.get(&audit.key).copied().unwrap_or(true);
        audit.answer = Some((order, right));
        if let Some(found) = audit.found.as_ref().filter(|_| !right) {
            wrong.push(Suspect { wrong: true, document: found.document.clone(), id: audit.id.clone(), run: audit.run });
        }
    }
    due(root, ledger, &audits, wrong, settings, export)
}

/// Switches off what the answers in the ledger call for. Says which fields.
pub(super) fn raise(root: &Path, ledger: &mut Ledger, settings: &AuditSettings, export: &ExportSettings) -> Result<Vec<Field>, RunError> {
    let due = due(root, ledger, &ledger.audits()?, Vec::new(), settings, export)?;
    if !due.alarms.is_empty() {
        ledger.keep_answers(&[], &[], &due.alarms, &due.recalls)?;
    }
    Ok(due.alarms.iter().map(|alarm| alarm.field).collect())
}

/// Where suspect values had left: the resources of the bundles that hold them.
fn recalls(
    ledger: &Ledger,
    suspects: &BTreeMap<DocumentId, BTreeMap<ValueId, Suspect>>,
    export: &ExportSettings,
) -> Result<Vec<Recall>, RunError> {
    let mut recalls = Vec::new();
    if suspects.is_empty() {
        return Ok(recalls);
    }
    let people = People::of(ledger)?;
    let mut papers = Papers::new(export);
    let of_suspects = |person: &&Person| person.documents.iter().any(|id| suspects.contains_key(id));
    for person in people.persons.iter().filter(of_suspects) {
        papers.turn_to(ledger, person)?;
        for id in &person.documents {
            let Some(here) = suspects.get(id) else { continue };
            let Some(record) = papers.document(ledger, id)? else { continue };
            let path = document_path(BUNDLES, "json", id, people.is_twin(id));
            let carriers = fhir::carriers(&record, &papers.context);
            for Suspect { wrong, document, id, run } in here.values() {
                let same = |value: &DecidedValue| (value.extracted.field, value.extracted.item) == (id.field, id.item);
                let left = record.values.iter().any(|value| value.status.leaves() && same(value));
                let mut holding = carriers.iter().filter(|c| left && (c.field, c.item) == (id.field, id.item)).peekable();
                let recall = |bundle: String, resource: &str, url: &str| Recall {
                    wrong: *wrong,
                    document: document.clone(),
                    page: id.page,
                    item: id.item,
                    field: id.field,
                    run: *run,
                    bundle,
                    resource: resource.to_owned(),
                    url: url.to_owned(),
                };
                if holding.peek().is_none() {
                    recalls.push(recall(String::new(), "", ""));
                }
                recalls.extend(holding.map(|carrier| recall(path.to_string_lossy().into_owned(), &carrier.resource, &carrier.url)));
            }
        }
    }
    recalls.sort_by(|a, b| a.document.cmp(&b.document));
    Ok(recalls)
}

/// Writes the sheet of what waits to be checked and, once there is any, the list of what has to be called back.
pub(super) fn write(ledger: &Ledger, writer: &ArchiveWriter) -> Result<(), RunError> {
    let off = ledger.fields_off()?;
    let to_check = |audit: Audit| {
        let open = is_open(&audit, &off);
        let Found { document, place, .. } = audit.found.filter(|_| open)?;
        Some(ToCheck { name: audit.name, document, page: audit.id.page, item: audit.id.item, field: audit.id.field, place })
    };
    let rows: Vec<ToCheck> = ledger.audits()?.into_iter().filter_map(to_check).collect();
    writer.write_with(Path::new(SHEET), |out| audit_csv(rows, out))?;
    let when = |at: i64| jiff::Timestamp::from_second(at).map_or_else(|_| at.to_string(), |at| at.to_string());
    let recalls: Vec<(String, Recall)> = ledger.recalls()?.into_iter().map(|(at, recall)| (when(at), recall)).collect();
    if !recalls.is_empty() {
        writer.write_with(Path::new(RECALL), |out| recall_csv(&recalls, out))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PageNumber, Sha256};

    #[test]
    fn void_audits_settled_answers_and_values_that_wait_do_not_count() {
        let audit = |run: i64, found: Option<bool>, answer: Option<(i64, bool)>| Audit {
            key: run,
            name: uuid::Uuid::nil(),
            id: ValueId {
                sha256: Sha256::of(b"a"),
                ordinal: 1,
                page: PageNumber::new(1),
                item: None,
                field: Field::City,
                machine_value: "Salem".into(),
            },
            run,
            version: "v".into(),
            rate: 0.1,
            found: found.map(|accepted| Found { document: DocumentId::from_stored("a.png"), place: None, accepted }),
            answer,
        };
        let audits = [
            audit(1, Some(true), Some((3, true))),
            audit(2, Some(true), None),
            audit(3, None, Some((4, false))),
            audit(4, Some(false), None),
            // A value that was found wrong counts whatever became of it.
            audit(5, Some(false), Some((2, false))),
            audit(6, Some(true), Some((1, false))),
        ];
        let lane = |from: &[(Field, i64)], off: &[(Field, i64)]| {
            lanes(&audits, &from.iter().copied().collect(), &off.iter().copied().collect()).remove(&Field::City).unwrap()
        };
        let of = |from: &[(Field, i64)]| lane(from, &[]);
        let runs = |lane: &Lane| lane.checks().iter().map(|check| (check.run, check.right)).collect::<Vec<_>>();
        let all = of(&[]);
        assert_eq!((all.void, all.waiting), (1, 1));
        assert_eq!(runs(&all), [(6, Some(false)), (5, Some(false)), (1, Some(true)), (2, None)]);
        assert_eq!(runs(&of(&[(Field::City, 2)])), [(1, Some(true)), (2, None)]);
        // Of a field that is off the sheet may be answered to its end.
        assert_eq!(lane(&[], &[(Field::City, 0)]).waiting, 2);
    }
}
