//! The [`Desk`] of an archive.

use std::sync::PoisonError;

use super::answers::{self, Case, Verdict};
use super::publish::Change;
use super::scene::{Scene, elsewhere, of_opaque};
use super::task::{self, Around, frame_of};
use super::{Station, fault, frame, now, pictures, words};
use crate::confidence::bounds::upper_bound;
use crate::ledger::{Claimable, Doing, Done, Ledger, Pool, Work};
use crate::model::{
    Act, Circumstances, DocumentId, DocumentKind, DocumentRecord, Field, Item, ItemState, Lane, Mode, PageNumber, Reason, Reviewer, Role,
    Shown,
};
use crate::pipeline::{RunError, audit};
use crate::review::desk::{
    Amendment, Desk, DeskError, Figures, Given, Kept, Meanwhile, Mine, Paper, Png, Queue, ReadAgain, ReadThere, Restructure, Task, Wanted,
    is_blind,
};

/// Items that are handed out at a time, at most.
const MOST: usize = 60;
/// Items of a group, deeds of a list, at most.
const AT_ONCE: usize = 200;
/// Longest note, characters.
const NOTE: usize = 2_000;
/// The last deeds that are listed.
const LISTED: usize = 50;
const AUDITOR: &str = "an auditor looks and changes nothing";
const LEADS: &str = "that is a lead's to do";

pub(super) type Answered<T> = Result<T, DeskError>;

impl Station {
    /// The document of an item, and its page.
    pub(super) fn scene(&self, ledger: &Ledger, item: &Item) -> Answered<Scene> {
        let scene = self.scenes.at(ledger, item.id.sha256, item.id.ordinal, item.page()).map_err(fault)?;
        scene.ok_or(DeskError::Unknown)
    }

    /// An item as this reviewer is shown it.
    pub(super) fn task_of(&self, ledger: &Ledger, who: &Reviewer, item: &Item) -> Answered<Task> {
        let scene = self.scene(ledger, item)?;
        let hidden = self.hidden(ledger, &scene.record)?;
        let others = if is_blind(item.mode) { Vec::new() } else { elsewhere(ledger, &scene.record, item.field()).map_err(fault)? };
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).get(&(who.name.clone(), item.field())).cloned();
        let around = Around {
            vocabulary: self.rules.vocabulary(),
            key: &self.key,
            hidden: &hidden,
            elsewhere: &others,
            previous: last,
            entries: self.entries_for(ledger, who, item)?,
        };
        let task = task::task(item, &scene, around);
        self.remember(&item.name, task.alternatives.iter().map(|alternative| alternative.value.clone()).collect());
        Ok(task)
    }

    /// Fields of a document that are asked blindly and wait.
    pub(super) fn hidden(&self, ledger: &Ledger, record: &DocumentRecord) -> Answered<Vec<(Field, Option<u32>)>> {
        task::hidden(ledger, record).map_err(fault)
    }

    /// The entries of a conflict for who settles it, in an order that tells nothing.
    fn entries_for(&self, ledger: &Ledger, who: &Reviewer, item: &Item) -> Answered<Vec<String>> {
        if item.state != ItemState::Conflict || who.role != Role::Lead || item.keyed_by.contains(&who.name) {
            return Ok(Vec::new());
        }
        let entries = ledger.entries(&item.name).map_err(fault)?;
        let mut said: Vec<String> =
            entries.into_iter().map(|entry| if entry.value.is_empty() { entry.outcome.as_str().to_owned() } else { entry.value }).collect();
        said.sort_by_key(|text| self.key.hash(&format!("entry\0{}\0{text}", item.name)));
        Ok(said)
    }

    /// An item, if it is as it was shown.
    fn item(&self, ledger: &Ledger, who: &Reviewer, given: &Given) -> Answered<Item> {
        let item = ledger.item(&given.id).map_err(fault)?.ok_or(DeskError::Unknown)?;
        if item.version != given.version { Err(self.meanwhile(ledger, who, &item)) } else { Ok(item) }
    }

    /// What became of an item that is not as it was shown.
    fn meanwhile(&self, ledger: &Ledger, who: &Reviewer, item: &Item) -> DeskError {
        if item.keyed_by.contains(&who.name) && item.state != ItemState::Final {
            return DeskError::Forbidden("whoever has keyed a value neither keys it again nor settles it");
        }
        let message = match item.state {
            ItemState::Final => "Somebody else has answered this meanwhile.",
            ItemState::Gone => "The paper was read anew meanwhile, and this is not asked any more.",
            ItemState::Escalated => "Somebody has given this to the lead meanwhile.",
            ItemState::Conflict => "Two people have keyed this differently: a lead settles it.",
            _ => "Somebody else is at this meanwhile.",
        };
        let seen = item.state == ItemState::Final && item.lane == Lane::Queue && !is_blind(item.mode);
        let value = seen.then(|| self.scene(ledger, item).ok()?.value(item).map(|v| v.extracted.value.clone())).flatten();
        DeskError::Stale(Box::new(Meanwhile { message: message.to_owned(), value }))
    }

    /// Weighs an answer.
    fn weighed(&self, ledger: &Ledger, who: &Reviewer, given: &Given) -> Answered<(Item, Verdict)> {
        let item = self.item(ledger, who, given)?;
        if item.keyed_by.contains(&who.name) {
            return Err(DeskError::Forbidden("whoever has keyed a value neither keys it again nor settles it"));
        }
        if matches!(item.state, ItemState::Conflict | ItemState::Escalated) && who.role != Role::Lead {
            return Err(DeskError::Forbidden(LEADS));
        }
        let scene = self.scene(ledger, &item)?;
        let hidden = self.hidden(ledger, &scene.record)?;
        let mut record = scene.record.clone();
        record.values.retain(|v| !hidden.contains(&(v.extracted.field, v.extracted.item)));
        let moved_to = match given.place {
            Some(drawn) => {
                let place = scene.page.as_deref().and_then(|layout| frame::to_source(layout, drawn));
                Some(place.ok_or_else(|| DeskError::Unclear("the box has no area on the page".to_owned()))?)
            }
            None => None,
        };
        let entries = if item.mode == Mode::Double { ledger.entries(&item.name).map_err(fault)? } else { Vec::new() };
        let audit = if item.lane == Lane::Audit { ledger.audit_of(&item.id).map_err(fault)?.map(|(row, _)| row) } else { None };
        let circumstances = self.circumstances(ledger, who, &item, given)?;
        let vocabulary = self.rules.vocabulary();
        let case = Case {
            item: &item,
            given,
            record: &record,
            vocabulary,
            entries: &entries,
            audit,
            reviewer: &who.name,
            moved_to,
            circumstances,
        };
        let verdict = answers::weigh(case)?;
        Ok((item, verdict))
    }

    fn circumstances(&self, ledger: &Ledger, who: &Reviewer, item: &Item, given: &Given) -> Answered<Circumstances> {
        let blind = is_blind(item.mode);
        let mode = match (given.view.as_str(), item.state) {
            (_, ItemState::Conflict) => "adjudicate",
            ("group", _) => "group",
            ("document", _) => "document",
            _ => item.mode.as_str(),
        };
        let shown = Shown {
            value: if blind { String::new() } else { item.shown.clone() },
            alternatives: if blind { Vec::new() } else { self.remembered(&item.name) },
            rank: given.rank,
            context: given.context,
        };
        let reason = match item.lane {
            Lane::Queue => item.reasons.first().map_or("", |reason| reason.as_str()),
            lane => lane.as_str(),
        };
        Ok(Circumstances {
            mode: mode.to_owned(),
            reason: reason.to_owned(),
            shown,
            measured: given.measured.clone(),
            session: who.session.clone(),
            build: env!("CARGO_PKG_VERSION").to_owned(),
            rules: ledger.prints_of(item.id.sha256).map_err(fault)?,
            note: given.note.chars().take(NOTE).collect(),
        })
    }

    /// Keeps what was done, all or nothing, with the alarms and recalls that follow from it. Says whether there was an alarm.
    fn keep(&self, ledger: &mut Ledger, who: &Reviewer, done: &[Done]) -> Answered<bool> {
        let due = audit::called_for(&self.root, ledger, done, &self.settings.audit, &self.settings.export).map_err(fault)?;
        match ledger.keep_sheet(done, &due.alarms, &due.recalls).map_err(fault)? {
            Ok(()) => Ok(!due.alarms.is_empty()),
            Err(refused) => Err(refused.first().map_or(DeskError::Unknown, |(_, item)| self.meanwhile(ledger, who, item))),
        }
    }

    /// What follows from a deed that is kept.
    fn follow(&self, who: &Reviewer, item: &Item, deed: &Doing, given: &Given) {
        if !given.value.trim().is_empty() {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            last.insert((who.name.clone(), item.field()), given.value.trim().to_owned());
        }
        if deed.act == Act::Decision {
            self.publisher.tell(Change::Document(item.id.sha256, item.id.ordinal));
        }
    }

    fn kept(&self, ledger: &Ledger, who: &Reviewer, item: &Item, deed: &Doing) -> Answered<Kept> {
        let open = ledger.queue_counts(&who.name, now()).map_err(fault)?.open;
        // What is kept of a blind entry may be the machine's spelling of it.
        let value = if is_blind(item.mode) { String::new() } else { deed.value.clone() };
        Ok(Kept { id: item.name.clone(), value, open, doubt: None })
    }

    fn deeds(&self, who: &Reviewer, items: &[String], deed: &Doing) -> Answered<()> {
        may_change(who)?;
        if items.len() > AT_ONCE {
            return Err(DeskError::Unclear(format!("at most {AT_ONCE} at a time")));
        }
        self.write(|ledger| {
            let mut done = Vec::new();
            for name in items {
                let item = ledger.item(name).map_err(fault)?.ok_or(DeskError::Unknown)?;
                done.push(Done { who: who.clone(), item, doing: deed.clone() });
            }
            match ledger.keep_all(&done).map_err(fault)? {
                Ok(_) => Ok(()),
                Err(refused) => Err(refused.first().map_or(DeskError::Unknown, |(_, item)| self.meanwhile(ledger, who, item))),
            }
        })
    }

    fn record_named(&self, ledger: &Ledger, name: &str) -> Answered<DocumentRecord> {
        let (sha256, ordinal) = of_opaque(name).ok_or(DeskError::Unknown)?;
        let id: DocumentId = ledger.document_at(sha256, ordinal).map_err(fault)?.ok_or(DeskError::Unknown)?;
        Ok(ledger.document(&id).map_err(fault)?.ok_or(DeskError::Unknown)?.record)
    }

    /// A document by its opaque name.
    pub(super) fn document(&self, ledger: &Ledger, name: &str) -> Answered<DocumentRecord> {
        self.record_named(ledger, name)
    }

    /// The picture of a page, or a word why there is none.
    pub(super) fn picture(
        &self,
        record: &DocumentRecord,
        layout: &crate::model::PageLayout,
    ) -> Answered<std::sync::Arc<crate::model::GreyPage>> {
        self.pictures.page(self.input.as_deref(), record, &layout.reading).map_err(|error| match error {
            RunError::Picture { .. } => DeskError::Unclear(
                "There is no picture of this page: its scan is not where the run found it, or has changed. Put it back, or run again over where it is now."
                    .to_owned(),
            ),
            other => fault(other),
        })
    }
}

/// Auditors look alone.
pub(super) fn may_change(who: &Reviewer) -> Answered<()> {
    if who.role == Role::Auditor { Err(DeskError::Forbidden(AUDITOR)) } else { Ok(()) }
}

/// Only leads.
pub(super) fn leads(who: &Reviewer) -> Answered<()> {
    if who.role == Role::Lead { Ok(()) } else { Err(DeskError::Forbidden(LEADS)) }
}

fn png(bytes: std::io::Result<Vec<u8>>) -> Answered<Png> {
    let bytes = bytes.map_err(|source| fault(crate::export::ExportError::Render { what: "a picture", source }))?;
    Ok(Png { bytes: bytes.into() })
}

impl Desk for Station {
    fn queue(&self, who: &Reviewer) -> Result<Queue, DeskError> {
        self.read(|ledger| {
            let counts = ledger.queue_counts(&who.name, now()).map_err(fault)?;
            let pace = match ledger.pace(Some(&who.name)).map_err(fault)? {
                Some(own) => Some(own),
                None => ledger.pace(None).map_err(fault)?,
            };
            let seconds = pace.map_or(self.settings.review.seconds, |ms| f64::from(ms) / 1000.0);
            let named = |fields: &std::collections::BTreeMap<Field, u64>| -> Vec<(String, String, u64)> {
                fields.iter().map(|(field, n)| (field.as_str().to_owned(), words::label(*field), *n)).collect()
            };
            let mut reasons: std::collections::BTreeMap<&str, u64> = std::collections::BTreeMap::new();
            for (name, n) in &counts.reasons {
                // Checks have no reason, and must not be told from what is merely unsure.
                *reasons.entry(words::reason(Reason::parse(name).unwrap_or(Reason::LowConfidence))).or_default() += n;
            }
            let groups = counts.confirmed.iter().filter(|(field, _)| words::in_groups(**field)).map(|(field, n)| (*field, *n)).collect();
            let mine = ledger.mine(&who.name, LISTED).map_err(fault)?;
            Ok(Queue {
                open: counts.open,
                fields: named(&counts.fields),
                reasons: reasons.into_iter().map(|(words, n)| (words.to_owned(), n)).collect(),
                kinds: counts.kinds.iter().map(|(kind, n)| (kind.as_str().to_owned(), kind.display().to_owned(), *n)).collect(),
                groups: named(&groups),
                minutes: Some(counts.open as f64 * seconds / 60.0),
                nearly: counts.nearly,
                conflicts: if who.role == Role::Lead { counts.conflicts } else { 0 },
                escalated: counts.escalated,
                postponed: counts.postponed,
                undoable: mine.iter().filter(|entry| entry.undoable).count() as u64,
                alarms: ledger.fields_off().map_err(fault)?.into_keys().map(words::label).collect(),
            })
        })
    }

    fn tasks(&self, who: &Reviewer, wanted: &Wanted) -> Result<Vec<Task>, DeskError> {
        let field = match wanted.field.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => Some(Field::parse(name).ok_or(DeskError::Unknown)?),
            None => None,
        };
        let kind = match wanted.kind.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => Some(DocumentKind::parse(name).ok_or(DeskError::Unknown)?),
            None => None,
        };
        let pool = match &wanted.document {
            Some(name) => of_opaque(name).map(|(sha256, ordinal)| Pool::Document(sha256, ordinal)).ok_or(DeskError::Unknown)?,
            None if wanted.conflicts || wanted.escalated => {
                leads(who)?;
                if wanted.conflicts { Pool::Conflicts } else { Pool::Escalated }
            }
            None if wanted.group => {
                if field.is_some_and(|field| !words::in_groups(field)) {
                    return Err(DeskError::Forbidden("this field is not answered in groups"));
                }
                Pool::Group
            }
            None => Pool::Queue,
        };
        let review = &self.settings.review;
        let claimable = Claimable {
            count: wanted.count.clamp(1, MOST),
            have: wanted.have.iter().take(AT_ONCE).cloned().collect(),
            pool,
            field,
            kind,
            run: review.run,
            lease: i64::from(review.lease_minutes) * 60,
            oldest_days: i64::from(review.oldest_days),
            audit_share: review.audit_share,
            seed_share: review.seed_share,
            key: self.key.to_hex().into_bytes(),
        };
        let items = self.write(|ledger| ledger.claim(who, &claimable, now()).map_err(fault))?;
        items.iter().for_each(|item| self.ahead.ask(item.id.sha256, item.id.ordinal, item.page()));
        self.read(|ledger| {
            let tasks = items.iter().map(|item| self.task_of(ledger, who, item));
            // A document that a run is just taking away is no reason to show nothing.
            tasks.filter(|task| !matches!(task, Err(DeskError::Unknown))).collect()
        })
    }

    fn snippet(&self, _who: &Reviewer, item: &str) -> Result<Png, DeskError> {
        let (item, scene) = self.read(|ledger| {
            let item = ledger.item(item).map_err(fault)?.ok_or(DeskError::Unknown)?;
            let scene = self.scene(ledger, &item)?;
            Ok((item, scene))
        })?;
        let (Some(layout), Some(frame)) = (scene.page.as_deref(), frame_of(&item, &scene)) else { return Err(DeskError::Unknown) };
        let page = self.picture(&scene.record, layout)?;
        png(pictures::snippet_png(&page, &layout.reading, &frame))
    }

    fn page(&self, _who: &Reviewer, document: &str, page: u32, width: u32) -> Result<Png, DeskError> {
        let (record, layout) = self.read(|ledger| {
            let record = self.document(ledger, document)?;
            let layout = self.scenes.page(ledger, &record, PageNumber::new(page)).map_err(fault)?.ok_or(DeskError::Unknown)?;
            Ok((record, layout))
        })?;
        let picture = self.picture(&record, &layout)?;
        png(pictures::page_png(&picture, width))
    }

    fn answer(&self, who: &Reviewer, given: &Given) -> Result<Kept, DeskError> {
        may_change(who)?;
        let (item, verdict) = self.read(|ledger| self.weighed(ledger, who, given))?;
        let done = match verdict {
            Verdict::Ask(question) => return Ok(Kept { id: item.name, doubt: Some(question), ..Kept::default() }),
            Verdict::Keep(doing) => [Done { who: who.clone(), item, doing: *doing }],
        };
        let [Done { item, doing, .. }] = &done;
        let (kept, alarm) = self.write(|ledger| {
            let alarm = self.keep(ledger, who, &done)?;
            Ok((self.kept(ledger, who, item, doing)?, alarm))
        })?;
        self.follow(who, item, doing, given);
        if alarm {
            self.publisher.tell(Change::Settle);
        }
        Ok(kept)
    }

    fn answer_all(&self, who: &Reviewer, given: &[Given]) -> Result<Vec<Kept>, DeskError> {
        may_change(who)?;
        if given.len() > AT_ONCE {
            return Err(DeskError::Unclear(format!("at most {AT_ONCE} at a time")));
        }
        let weighed = self.read(|ledger| given.iter().map(|given| self.weighed(ledger, who, given)).collect::<Answered<Vec<_>>>())?;
        if weighed.iter().any(|(_, verdict)| matches!(verdict, Verdict::Ask(_))) {
            let question = |(item, verdict): (Item, Verdict)| Kept {
                id: item.name,
                doubt: match verdict {
                    Verdict::Ask(question) => Some(question),
                    Verdict::Keep(_) => None,
                },
                ..Kept::default()
            };
            return Ok(weighed.into_iter().map(question).collect());
        }
        let done: Vec<Done> = weighed
            .into_iter()
            .filter_map(|(item, verdict)| match verdict {
                Verdict::Keep(deed) => Some(Done { who: who.clone(), item, doing: *deed }),
                Verdict::Ask(_) => None,
            })
            .collect();
        let (kept, alarm) = self.write(|ledger| {
            let alarm = self.keep(ledger, who, &done)?;
            let kept = done.iter().map(|done| self.kept(ledger, who, &done.item, &done.doing)).collect::<Answered<Vec<_>>>()?;
            Ok((kept, alarm))
        })?;
        for (done, given) in done.iter().zip(given) {
            self.follow(who, &done.item, &done.doing, given);
        }
        if alarm {
            self.publisher.tell(Change::Settle);
        }
        Ok(kept)
    }

    fn postpone(&self, who: &Reviewer, items: &[String]) -> Result<(), DeskError> {
        let until = now() + i64::from(self.settings.review.postpone_minutes) * 60;
        let circumstances = Circumstances { build: env!("CARGO_PKG_VERSION").to_owned(), ..Circumstances::default() };
        self.deeds(who, items, &Doing { until, ..Doing::plain(Act::Postpone, circumstances) })
    }

    fn note(&self, who: &Reviewer, item: &str, text: &str) -> Result<(), DeskError> {
        let note: String = text.trim().chars().take(NOTE).collect();
        if note.is_empty() {
            return Err(DeskError::Unclear("a note without words".to_owned()));
        }
        self.deeds(who, &[item.to_owned()], &Doing::plain(Act::Note, Circumstances { note, ..Circumstances::default() }))
    }

    fn undo(&self, who: &Reviewer, line: Option<i64>) -> Result<Task, DeskError> {
        may_change(who)?;
        let lease = i64::from(self.settings.review.lease_minutes) * 60;
        let undone = self.write(|ledger| ledger.undo(who, line, lease).map_err(fault))?.ok_or(DeskError::Forbidden(
            "there is nothing to take back: it has left the archive, somebody has gone on from there, or it is too long ago",
        ))?;
        if undone.entry.act == Act::Decision {
            self.publisher.tell(Change::Document(undone.entry.id.sha256, undone.entry.id.ordinal));
        }
        match undone.item {
            Some(item) => self.read(|ledger| self.task_of(ledger, who, &item)),
            // No item asked of the value: there is nothing to go back to but its document.
            None => Ok(Task {
                field: undone.entry.id.field.as_str().to_owned(),
                label: words::label(undone.entry.id.field),
                document: super::scene::opaque(undone.entry.id.sha256, undone.entry.id.ordinal),
                page: undone.entry.id.page.get(),
                ..Task::default()
            }),
        }
    }

    fn mine(&self, who: &Reviewer) -> Result<Vec<Mine>, DeskError> {
        self.read(|ledger| {
            let mut mine = Vec::new();
            for entry in ledger.mine(&who.name, LISTED).map_err(fault)? {
                let item = match &entry.item {
                    Some(name) => ledger.item(name).map_err(fault)?,
                    None => None,
                };
                // What was kept of a blind entry may be the machine's spelling of it; once taken back it is asked blindly again.
                let blind = entry.act != Act::Key && item.as_ref().is_some_and(|item| is_blind(item.mode));
                mine.push(Mine {
                    line: entry.line,
                    id: entry.item.unwrap_or_default(),
                    label: words::label(entry.id.field),
                    at: entry.at,
                    outcome: if entry.act == Act::Key || blind {
                        "keyed".to_owned()
                    } else {
                        entry.outcome.map_or_else(|| entry.act.as_str(), |outcome| outcome.as_str()).to_owned()
                    },
                    value: if blind { String::new() } else { entry.value },
                    undoable: entry.undoable,
                });
            }
            Ok(mine)
        })
    }

    fn figures(&self, who: &Reviewer) -> Result<Vec<Figures>, DeskError> {
        self.read(|ledger| {
            let all = ledger.figures().map_err(fault)?;
            let of = |name: &str, work: &Work| -> Answered<Figures> {
                let median = ledger.pace(Some(name)).map_err(fault)?;
                Ok(figures(name, work, median))
            };
            let mut told = vec![of(&who.name, &all.get(&who.name).cloned().unwrap_or_default())?];
            if who.role != Role::Reviewer {
                for (name, work) in all.iter().filter(|(name, _)| **name != who.name) {
                    told.push(of(name, work)?);
                }
            }
            Ok(told)
        })
    }

    fn paper(&self, who: &Reviewer, document: &str) -> Result<Paper, DeskError> {
        self.read(|ledger| {
            let record = self.document(ledger, document)?;
            self.paper_of(ledger, who, &record)
        })
    }

    fn amend(&self, who: &Reviewer, amendment: &Amendment) -> Result<Kept, DeskError> {
        may_change(who)?;
        self.amended(who, amendment)
    }

    fn read_again(&self, who: &Reviewer, place: &ReadAgain) -> Result<ReadThere, DeskError> {
        may_change(who)?;
        self.read_there(place)
    }

    fn restructure(&self, who: &Reviewer, change: &Restructure) -> Result<Paper, DeskError> {
        leads(who)?;
        self.restructured(who, change)
    }

    fn release(&self, who: &Reviewer, of: Option<&str>) -> Result<u64, DeskError> {
        if of.is_some_and(|name| name != who.name) {
            leads(who)?;
        }
        self.write(|ledger| ledger.release(of.unwrap_or(&who.name)).map_err(fault))
    }

    fn audit(&self, who: &str, action: &str, subject: &str) -> Result<(), DeskError> {
        self.write(|ledger| ledger.audit(who, action, subject).map_err(fault))
    }
}

/// What a reviewer's work says of them.
fn figures(name: &str, work: &Work, median_ms: Option<u32>) -> Figures {
    let minutes = work.active_ms as f64 / 60_000.0;
    let looked = work.verified + work.corrected;
    let share = |k: u64, n: u64| (n > 0).then(|| k as f64 / n as f64);
    // Clopper and Pearson: each end is left with half of the five per cent.
    let interval = |k: u64, n: u64| (n > 0).then(|| (1.0 - upper_bound(n - k.min(n), n, 0.025), upper_bound(k, n, 0.025)));
    Figures {
        reviewer: name.to_owned(),
        answered: work.answered,
        per_minute: (work.timed > 0 && minutes > 0.0).then(|| work.timed as f64 / minutes),
        median_seconds: median_ms.map(|ms| f64::from(ms) / 1000.0),
        corrected: share(work.corrected, looked),
        seeded: work.seeded,
        caught: work.caught,
        catch_interval: interval(work.caught, work.seeded),
        paired: work.paired,
        agreed: work.agreed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_shares_with_an_exact_interval() {
        let work =
            Work { answered: 30, timed: 20, active_ms: 120_000, verified: 15, corrected: 5, seeded: 59, caught: 59, paired: 4, agreed: 3 };
        let told = figures("ann", &work, Some(5_000));
        assert_eq!((told.per_minute, told.median_seconds, told.corrected), (Some(10.0), Some(5.0), Some(0.25)));
        let (low, high) = told.catch_interval.unwrap();
        // Clopper and Pearson, 59 of 59, two-sided 95 %: 0.9394 to 1.
        assert!((low - 0.9394).abs() < 0.0005 && high == 1.0, "{low} {high}");
        let none = figures("ben", &Work::default(), None);
        assert_eq!((none.per_minute, none.corrected, none.catch_interval), (None, None, None));
    }
}
