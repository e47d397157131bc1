//! What is asked: the values that wait, the audit's sample, planted errors. Brought up to date at the end of every run, and when a station opens.

use std::collections::{BTreeMap, BTreeSet};

use super::seeds;
use crate::confidence::audit::sample::{Key, is_checked};
use crate::extract::Vocabulary;
use crate::ledger::{Asked, Ledger, NewItem, item_name};
use crate::model::{DecidedValue, DocumentRecord, Field, Group, Lane, Mode, Role, Sha256, Status, ValueId};
use crate::pipeline::{RunError, audit};
use crate::review::{Identity, ReviewSettings};

/// Documents whose items are written in one transaction.
const AT_ONCE: usize = 200;
/// Three people are needed where two key and a third one settles.
const PEOPLE: usize = 3;
/// Longer values are asked blindly only in checks: keying them takes longer than they are worth.
const BLIND_AT_MOST: usize = 40;
/// Where something was expected and not found, one time in two there is something.
const MISSING: f64 = 0.5;

/// Brings what is asked up to date with all documents. Returns how many items are new.
pub(in crate::pipeline) fn sync(ledger: &mut Ledger, vocabulary: &Vocabulary, settings: &ReviewSettings) -> Result<u64, RunError> {
    let asking = Asking::new(ledger, vocabulary, settings)?;
    let (mut new, mut last) = (0, 0);
    loop {
        let seen = ledger.last_line()?;
        let mut asked = Vec::new();
        while let Some(document) = ledger.unsettled_after(last)?.filter(|_| asked.len() < AT_ONCE) {
            last = document.row;
            if let Some(stored) = ledger.document(&document.stored.record.id)? {
                asked.push(asking.of(&stored.record));
            }
        }
        if asked.is_empty() {
            break;
        }
        new += ledger.sync_items(&asked, seen)?;
    }
    ledger.retire_items()?;
    Ok(new)
}

/// The same for some documents alone.
pub(super) fn sync_some<'d>(
    ledger: &mut Ledger,
    asking: &Asking<'_>,
    records: impl IntoIterator<Item = &'d DocumentRecord>,
    seen: i64,
) -> Result<(), RunError> {
    let asked: Vec<Asked> = records.into_iter().map(|record| asking.of(record)).collect();
    ledger.sync_items(&asked, seen)?;
    Ok(())
}

/// How values are asked.
pub(super) struct Asking<'a> {
    key: Key,
    vocabulary: &'a Vocabulary,
    settings: &'a ReviewSettings,
    identity: Mode,
    /// Values of the audit's sample that wait for an answer, by document.
    audits: BTreeMap<(Sha256, u32), BTreeSet<ValueId>>,
}

impl<'a> Asking<'a> {
    /// Looks who may answer, and what the audit has drawn.
    pub fn new(ledger: &mut Ledger, vocabulary: &'a Vocabulary, settings: &'a ReviewSettings) -> Result<Self, RunError> {
        let identity = match settings.identity {
            Identity::Auto if answering(ledger)? >= PEOPLE => Mode::Double,
            Identity::Auto | Identity::Blind => Mode::Blind,
            Identity::Confirm => Mode::Confirm,
            Identity::Double => Mode::Double,
        };
        let mut audits: BTreeMap<(Sha256, u32), BTreeSet<ValueId>> = BTreeMap::new();
        for audit in audit::open(ledger)? {
            audits.entry((audit.id.sha256, audit.id.ordinal)).or_default().insert(audit.id);
        }
        Ok(Self { key: audit::key(ledger)?, vocabulary, settings, identity, audits })
    }

    /// All that is asked of a document.
    pub fn of(&self, record: &DocumentRecord) -> Asked {
        let none = BTreeSet::new();
        let audits = self.audits.get(&(record.sha256, record.ordinal)).unwrap_or(&none);
        let mut items = Vec::new();
        let mut names = BTreeSet::new();
        for value in &record.values {
            let id = ValueId::of(record, value);
            let item = if value.status == Status::Review {
                self.waiting(record, value, id)
            } else if value.status == Status::Accepted && audits.contains(&id) {
                self.item(record, value, id, Lane::Audit, Mode::Blind)
            } else if let Some(seed) = self.seed(record, value, id) {
                seed
            } else {
                continue;
            };
            // Two rows that ask the same are one question.
            if names.insert(item.name.clone()) {
                items.push(item);
            }
        }
        Asked { sha256: record.sha256, ordinal: record.ordinal, items }
    }

    fn waiting(&self, record: &DocumentRecord, value: &DecidedValue, id: ValueId) -> NewItem {
        let mode = self.mode(value, &id);
        self.item(record, value, id, Lane::Queue, mode)
    }

    fn mode(&self, value: &DecidedValue, id: &ValueId) -> Mode {
        let found = &value.extracted;
        // Where nothing was found there is nothing to hide; two people still are surer than one.
        let nothing = found.value.is_empty();
        if found.field.identifies() {
            return if nothing && self.identity == Mode::Blind { Mode::Confirm } else { self.identity };
        }
        let short = is_checked(found.field) && !nothing && found.value.chars().count() <= BLIND_AT_MOST;
        let name = item_name(self.key.to_hex().as_bytes(), Lane::Queue, id);
        let drawn = short && seeds::chance(&self.key, &format!("blind\0{name}")) < self.settings.blind_share;
        if drawn { Mode::Blind } else { Mode::Confirm }
    }

    fn seed(&self, record: &DocumentRecord, value: &DecidedValue, id: ValueId) -> Option<NewItem> {
        let name = item_name(self.key.to_hex().as_bytes(), Lane::Seed, &id);
        if !seeds::is_known(value) || seeds::chance(&self.key, &format!("seed\0{name}")) >= self.settings.seed_share {
            return None;
        }
        let planted = seeds::plant(&self.key, &name, value, self.vocabulary)?;
        let item = self.item(record, value, id, Lane::Seed, Mode::Confirm);
        Some(NewItem { shown: planted.value, reasons: seeds::REASONS.to_vec(), ..item })
    }

    fn item(&self, record: &DocumentRecord, value: &DecidedValue, id: ValueId, lane: Lane, mode: Mode) -> NewItem {
        NewItem {
            name: item_name(self.key.to_hex().as_bytes(), lane, &id),
            lane,
            document: record.id.as_str().to_owned(),
            kind: record.kind,
            place: value.extracted.place,
            shown: value.extracted.value.clone(),
            confidence: value.confidence.get(),
            reasons: value.reasons.clone(),
            rank: rank(record, value, mode, self.settings),
            mode,
            id,
        }
    }
}

/// How many people may answer.
fn answering(ledger: &Ledger) -> Result<usize, RunError> {
    let accounts = ledger.accounts()?;
    Ok(accounts.iter().filter(|account| account.is_open() && account.role != Role::Auditor).count())
}

/// What a look at a value is worth: how likely it is wrong, what that costs, and how much hangs on it, a second of a person's time.
fn rank(record: &DocumentRecord, value: &DecidedValue, mode: Mode, settings: &ReviewSettings) -> f64 {
    let found = &value.extracted;
    let wrong = if found.value.is_empty() { MISSING } else { (1.0 - value.confidence.get()).clamp(0.02, 1.0) };
    let letters = found.value.chars().count() as f64;
    let seconds = settings.seconds * (1.0 + letters / 40.0) * if mode == Mode::Confirm { 1.0 } else { 1.5 };
    wrong * cost(found.field, settings) * reach(record, value) / seconds
}

fn cost(field: Field, settings: &ReviewSettings) -> f64 {
    match (field, field.group()) {
        (field, _) if field.identifies() => settings.cost_identity,
        (Field::DocumentType | Field::DocumentDate | Field::EncounterStart | Field::EncounterEnd, _) => settings.cost_harm,
        (_, Some(Group::Allergy | Group::Medication)) => settings.cost_harm,
        _ if field.section().is_some() => settings.cost_text,
        _ => settings.cost_other,
    }
}

/// How many resources depend on a value: all of the document on who the patient is and what the paper is; the rest of an entry on its leading text.
fn reach(record: &DocumentRecord, value: &DecidedValue) -> f64 {
    let found = &value.extracted;
    let entry = |v: &DecidedValue| v.extracted.field.group().zip(v.extracted.item);
    let of_document = found.field.identifies() || found.field == Field::DocumentType;
    let dependent = if of_document {
        record.values.iter().filter_map(entry).collect::<BTreeSet<_>>().len()
    } else if leads(found.field) {
        record.values.iter().filter(|other| entry(other).is_some() && entry(other) == entry(value)).count().saturating_sub(1)
    } else {
        0
    };
    // One patient with forty results is not forty times as dear.
    1.0 + (1.0 + dependent as f64).ln()
}

fn leads(field: Field) -> bool {
    use Field::{AllergyText, ConditionText, MedicationText, ObservationText, ProcedureText, VaccineText};
    matches!(field, AllergyText | ConditionText | MedicationText | ObservationText | ProcedureText | VaccineText)
}
