//! An item as a person is shown it. Of one that is asked blindly nothing that was read goes in: no value, no text, no other readings, no messages.

use super::frame::{self, Frame};
use super::readings::{self, Known};
use super::scene::{Scene, opaque};
use super::typed::Typed;
use super::{seeds, typed, words};
use crate::confidence::audit::sample::Key;
use crate::extract::Vocabulary;
use crate::ledger::{Ledger, LedgerError};
use crate::model::{DocumentRecord, Field, Item, ItemState, Lane, Reason, ValueForm, Word};
use crate::pipeline::rules::STRAY_RULE;
use crate::review::desk::{Task, is_blind};

/// What a task is made of, the item and its scene apart.
pub(super) struct Around<'a> {
    pub vocabulary: &'a Vocabulary,
    pub key: &'a Key,
    /// Fields of the document that are asked blindly and wait: nobody is told what was read of them, in whatever task.
    pub hidden: &'a [(Field, Option<u32>)],
    /// What other papers of the patient say of the field.
    pub elsewhere: &'a [String],
    /// What the reviewer said of this field last.
    pub previous: Option<String>,
    /// The two entries of a conflict, in random order, for who settles it.
    pub entries: Vec<String>,
}

/// The part of the page that an item is shown with.
pub(super) fn frame_of(item: &Item, scene: &Scene) -> Option<Frame> {
    let layout = scene.page.as_deref()?;
    let place = item.place.and_then(|place| frame::on_page(layout, place)).filter(|rect| rect.area() > 0.0);
    Some(place.map_or_else(|| frame::of_missing(layout, words::near(item.field())), |rect| frame::of_value(layout, rect)))
}

/// Makes the task of an item.
pub(super) fn task(item: &Item, scene: &Scene, around: Around<'_>) -> Task {
    let record = &scene.record;
    let field = item.field();
    let layout = scene.page.as_deref();
    let frame = frame_of(item, scene);
    let blind = is_blind(item.mode);
    let size = |layout: &crate::model::PageLayout| (layout.reading.width as f32, layout.reading.height as f32);
    let on_page = layout.zip(item.place).and_then(|(layout, place)| {
        let ((width, height), rect) = (size(layout), frame::on_page(layout, place)?);
        Some(frame::percent(&rect, width, height))
    });
    let mut task = Task {
        id: item.name.clone(),
        version: item.version,
        field: field.as_str().to_owned(),
        label: words::label(field),
        item: item.id.item,
        document: opaque(item.id.sha256, item.id.ordinal),
        kind: if kind_hidden(around.hidden) { String::new() } else { record.kind.display().to_owned() },
        page: item.page().get(),
        pages: record.pages.iter().map(|page| page.get()).collect(),
        mode: item.mode.as_str().to_owned(),
        context: context(item, scene, around.hidden),
        choices: words::choices(field),
        outline: frame.and_then(|frame| frame.outline()),
        place: on_page,
        missing: item.place.is_none(),
        snippet: frame.map_or((0, 0), |frame| frame.size()),
        previous: around.previous.clone(),
        entries: around.entries.clone(),
        ..Task::default()
    };
    if !blind {
        reveal(&mut task, item, scene, &around);
    }
    task
}

/// What of a document is settled of its patient, but for what is asked here or blindly elsewhere.
fn context(item: &Item, scene: &Scene, hidden: &[(Field, Option<u32>)]) -> Vec<(String, String)> {
    let shown = [Field::Family, Field::Given, Field::BirthDate, Field::Gender, Field::Mrn, Field::DocumentDate];
    let told = |field: &Field| *field != item.field() && !hidden.iter().any(|(other, _)| other == field);
    let text = |field: Field| {
        let value = scene.settled(field, None)?;
        Some((words::label(field), typed::reads(field, value).unwrap_or_else(|| value.to_owned())))
    };
    shown.into_iter().filter(told).filter_map(text).collect()
}

/// What was read, for an item that is not asked blindly.
fn reveal(task: &mut Task, item: &Item, scene: &Scene, around: &Around<'_>) {
    let field = item.field();
    let value = scene.value(item);
    let (shown, raw) = match (item.lane, value) {
        (Lane::Seed, Some(value)) => match seeds::plant(around.key, &item.name, value, around.vocabulary) {
            Some(planted) => (planted.value, Some(planted.raw)),
            // The rules have changed since it was planted: what was planted is what is asked.
            None => (item.shown.clone(), None),
        },
        (_, value) => (item.shown.clone(), value.map(|value| value.extracted.raw.clone())),
    };
    let found: Vec<Word> = scene
        .page
        .as_deref()
        .zip(item.place)
        .and_then(|(layout, place)| Some(readings::words_in(layout, &frame::on_page(layout, place)?)))
        .unwrap_or_default();
    let hidden = |wanted: Field| around.hidden.iter().any(|(field, of)| *field == wanted && (of.is_none() || *of == item.id.item));
    let settled = |wanted: Field| scene.settled(wanted, item.id.item).filter(|_| !hidden(wanted)).map(str::to_owned);
    let known = Known { field, shown: &shown, words: &found, elsewhere: around.elsewhere, settled: &settled };
    task.alternatives = readings::alternatives(&known, around.vocabulary);
    task.doubtful = if item.lane == Lane::Seed { doubt_of_seed(&shown, value) } else { readings::doubtful(&shown, &found) };
    task.reads = typed::reads(field, &shown);
    task.messages = messages(item, scene, &shown, raw.as_deref(), around);
    if item.reasons.contains(&Reason::Stale) {
        task.before = Some(shown.clone());
    }
    task.raw = raw.filter(|raw| !raw.is_empty());
    task.value = Some(shown).filter(|shown| !shown.is_empty());
}

/// A planted error is doubtful where it stands, as most errors of engines are.
fn doubt_of_seed(shown: &str, value: Option<&crate::model::DecidedValue>) -> Vec<(usize, usize)> {
    let Some(value) = value else { return Vec::new() };
    let (one, other): (Vec<char>, Vec<char>) = (shown.chars().collect(), value.extracted.value.chars().collect());
    let head = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let tail = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    let end = one.len().saturating_sub(tail).max(head + 1).min(one.len());
    // Every other one: what the engine is sure of may be wrong, too.
    if shown.len().is_multiple_of(2) && head < end { vec![(head, end)] } else { Vec::new() }
}

/// Why it waits and what rules say of it, in words.
fn messages(item: &Item, scene: &Scene, shown: &str, raw: Option<&str>, around: &Around<'_>) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    let mut add = |text: String| {
        if !said.contains(&text) {
            said.push(text);
        }
    };
    let (field, value) = (item.field(), scene.value(item));
    let notice = value.is_some_and(|value| value.extracted.rule == STRAY_RULE || value.extracted.rule.starts_with("parts."));
    if !notice && !shown.is_empty() {
        let year = typed::this_year();
        // What was read says more of a date that is none than what became of it.
        let text = raw.filter(|_| field.form() == ValueForm::Date && !Typed::new(field, shown, around.vocabulary).has_form());
        typed::objection(field, text.unwrap_or(shown), around.vocabulary, year).into_iter().for_each(&mut add);
        let hidden = |wanted: &Field| around.hidden.iter().any(|(field, _)| field == wanted);
        // A message quotes what it was held against.
        let others = [Field::BirthDate, Field::EncounterStart, Field::EncounterEnd, Field::DocumentDate, Field::State, Field::PostalCode];
        if !others.iter().any(hidden) {
            typed::conflict(field, shown, &scene.record, around.vocabulary).into_iter().for_each(&mut add);
        }
    }
    if item.lane != Lane::Seed {
        value.into_iter().flat_map(|value| &value.extracted.signals.rules_broken).for_each(|&rule| add(words::broken(rule)));
    }
    item.reasons.iter().for_each(|&reason| add(words::reason(reason).to_owned()));
    said
}

/// Whether nobody may be told what kind of document it is taken for.
pub(super) fn kind_hidden(hidden: &[(Field, Option<u32>)]) -> bool {
    hidden.iter().any(|(field, _)| *field == Field::DocumentType)
}

/// Fields of a document that are asked blindly and wait.
pub(super) fn hidden(ledger: &Ledger, record: &DocumentRecord) -> Result<Vec<(Field, Option<u32>)>, LedgerError> {
    let items = ledger.items_of(record.sha256, record.ordinal)?;
    Ok(items.iter().filter(|item| hides(item)).map(|item| (item.field(), item.id.item)).collect())
}

/// Whether an item shows its field's value to nobody while it waits.
pub(super) fn hides(item: &Item) -> bool {
    is_blind(item.mode) && matches!(item.state, ItemState::Open | ItemState::Second | ItemState::Conflict | ItemState::Escalated)
}
