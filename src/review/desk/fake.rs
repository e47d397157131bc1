//! A desk in memory over invented papers, for tests of the page and to look at it (`examples/station.rs`). Nothing of the product uses it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};

use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Point, Size};
use embedded_graphics::mono_font::MonoTextStyle;
use embedded_graphics::mono_font::iso_8859_1::FONT_10X20;
use embedded_graphics::pixelcolor::{Gray8, GrayColor};
use embedded_graphics::text::{Baseline, Text};
use embedded_graphics::{Drawable, Pixel};
use image::{GrayImage, ImageFormat, Luma};

use super::{
    Alternative, Amendment, Desk, DeskError, Figures, Given, Kept, Meanwhile, Mine, Paper, PaperValue, Png, Queue, ReadAgain, ReadThere,
    Restructure, Task, Wanted,
};
use crate::model::{ItemState, Mode, Outcome, Reviewer, Role};
use crate::review::web::{Accounts, Standing};

/// Width and height of a snippet, and of a page.
const SNIPPET: (u32, u32) = (420, 60);
const PAGE: (u32, u32) = (850, 1100);

/// An item: what is asked, and what the paper says.
#[derive(Clone, Debug)]
struct Entry {
    task: Task,
    mode: Mode,
    state: ItemState,
    /// What is printed on the paper.
    printed: String,
    claimed: Option<String>,
    put_off: Option<String>,
    keyed: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
struct Line {
    who: String,
    before: Entry,
    mine: Mine,
}

#[derive(Default)]
struct State {
    entries: Vec<Entry>,
    lines: Vec<Line>,
    audit: Vec<(String, String, String)>,
}

/// The desk.
#[derive(Default)]
pub struct FakeDesk(Mutex<State>);

/// What one item is made of: field, its words, mode, value read, value printed, alternatives, doubtful characters, messages.
type Row<'a> = (&'a str, &'a str, Mode, &'a str, &'a str, &'a [(&'a str, &'a str)], &'a [(usize, usize)], &'a [&'a str]);

const ROWS: &[Row<'static>] = &[
    (
        "Patient.birthDate",
        "Date of birth",
        Mode::Confirm,
        "1950-04-31",
        "04/30/1950",
        &[("1950-04-30", "second engine")],
        &[(8, 10)],
        &["Day 31 does not exist in April."],
    ),
    ("Patient.name.family", "Family name", Mode::Confirm, "Lindqvist", "Lindqvist", &[("Lindquist", "other papers")], &[(6, 7)], &[]),
    (
        "MedicationStatement.medicationCodeableConcept.text",
        "Medication",
        Mode::Confirm,
        "Metforrnin",
        "Metformin 500 mg",
        &[("Metformin", "dictionary"), ("Metformin 500 mg", "second engine")],
        &[(5, 7)],
        &["No drug of this name is known."],
    ),
    ("Patient.identifier.mrn", "Record number", Mode::Double, "MR-104233", "MR-104238", &[], &[], &[]),
    ("Observation.value", "Value", Mode::Blind, "128/84", "128/84", &[], &[], &[]),
    (
        "Composition.section.text",
        "Plan",
        Mode::Confirm,
        "Return in three months. Recheck HbA1c & lipids <fasting>.",
        "Return in three months.",
        &[],
        &[],
        &[],
    ),
];

impl FakeDesk {
    /// A desk with `rounds` times some items of all kinds, and twelve tiles for the group view.
    pub fn new(rounds: usize) -> Self {
        let mut entries = Vec::new();
        for round in 0..rounds {
            for (n, (field, label, mode, value, printed, others, doubtful, messages)) in ROWS.iter().enumerate() {
                let blind = super::is_blind(*mode);
                let shown = |text: &str| (!blind).then(|| text.to_owned());
                let task = Task {
                    field: (*field).to_owned(),
                    label: (*label).to_owned(),
                    value: shown(value),
                    raw: shown(printed),
                    alternatives: others
                        .iter()
                        .map(|(value, source)| Alternative { value: (*value).into(), source: (*source).into() })
                        .collect(),
                    doubtful: doubtful.to_vec(),
                    messages: messages.iter().map(|message| (*message).to_owned()).collect(),
                    ..Self::blank(round, n, *mode)
                };
                entries.push(Self::entry(task, *mode, printed));
            }
        }
        for n in 0..12 {
            let printed = if n == 7 { "Sex: Male" } else { "Sex: Female" };
            let task = Task {
                field: "Patient.gender".into(),
                label: "Gender".into(),
                value: Some("female".into()),
                raw: Some("Female".into()),
                reads: Some("Female".into()),
                choices: [("female", "Female"), ("male", "Male"), ("other", "Other")]
                    .map(|(code, words)| (code.into(), words.into()))
                    .to_vec(),
                ..Self::blank(1000, n, Mode::Confirm)
            };
            entries.push(Self::entry(task, Mode::Confirm, printed));
        }
        Self(Mutex::new(State { entries, ..State::default() }))
    }

    fn blank(round: usize, n: usize, mode: Mode) -> Task {
        Task {
            id: format!("{:032x}", round * 100 + n + 1),
            document: format!("{:032x}", 0xd0c0 + round),
            kind: "Progress note".into(),
            page: 1,
            pages: vec![1, 2],
            mode: mode.as_str().into(),
            context: vec![("Family name".into(), "Lindqvist".into()), ("Record number".into(), "MR-104238".into())],
            outline: Some([5.0, 30.0, 60.0, 40.0]),
            place: Some([10.0, 10.0 + 10.0 * (n % 8) as f64, 30.0, 2.5]),
            snippet: SNIPPET,
            ..Task::default()
        }
    }

    fn entry(task: Task, mode: Mode, printed: &str) -> Entry {
        Entry { task, mode, state: ItemState::Open, printed: printed.to_owned(), claimed: None, put_off: None, keyed: Vec::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was noted: who, action, subject.
    pub fn audited(&self) -> Vec<(String, String, String)> {
        self.state().audit.clone()
    }

    /// How many answers were kept.
    pub fn kept(&self) -> usize {
        self.state().lines.len()
    }
}

impl Entry {
    fn is_for(&self, who: &Reviewer, wanted: &Wanted) -> bool {
        let state = match (wanted.conflicts, wanted.escalated) {
            (true, _) => self.state == ItemState::Conflict && who.role == Role::Lead,
            (_, true) => self.state == ItemState::Escalated && who.role == Role::Lead,
            _ => matches!(self.state, ItemState::Open | ItemState::Second),
        };
        let fits = |wanted: &Option<String>, own: &str| wanted.as_deref().is_none_or(|wanted| wanted == own);
        state
            && self.keyed.iter().all(|(by, _)| *by != who.name)
            && self.put_off.as_ref() != Some(&who.name)
            && self.claimed.as_ref().is_none_or(|by| *by == who.name)
            && fits(&wanted.field, &self.task.field)
            && fits(&wanted.document, &self.task.document)
            && fits(&wanted.kind, "11506-3")
            && !wanted.have.contains(&self.task.id)
            && (!wanted.group || !self.task.choices.is_empty())
    }

    fn shown(&self, wanted: &Wanted) -> Task {
        let mut task = self.task.clone();
        if wanted.conflicts {
            task.entries = self.keyed.iter().map(|(_, value)| value.clone()).collect();
            task.entries.sort();
        }
        task
    }

    /// Keeps an answer; a question where one is due.
    fn take(&mut self, who: &Reviewer, given: &Given) -> Result<Option<String>, DeskError> {
        if self.task.version != given.version || self.claimed.as_ref().is_some_and(|by| *by != who.name) {
            let value = self.keyed.last().map(|(_, value)| value.clone()).filter(|_| self.mode == Mode::Confirm);
            return Err(DeskError::Stale(Box::new(Meanwhile { message: "Somebody else was faster.".into(), value })));
        }
        if matches!(self.state, ItemState::Final | ItemState::Gone) || self.keyed.iter().any(|(by, _)| *by == who.name) {
            return Err(DeskError::Forbidden("You have answered this already."));
        }
        let bears_value = matches!(given.outcome, Outcome::Verified | Outcome::Corrected);
        if bears_value && given.value.trim().is_empty() {
            return Err(DeskError::Unclear("A value is wanted.".into()));
        }
        if self.mode == Mode::Blind && bears_value && !given.insist && !self.printed.contains(given.value.trim()) {
            return Ok(Some("Another reading differs. Look again; key it once more if it is right.".into()));
        }
        if self.task.field == "Patient.birthDate" && bears_value && given.value.ends_with("04-31") && !given.insist {
            return Ok(Some("Day 31 does not exist in April.".into()));
        }
        self.keyed.push((who.name.clone(), given.value.clone()));
        self.state = match (given.outcome, self.mode, self.state) {
            (Outcome::WrongDocument, ..) => ItemState::Escalated,
            (_, Mode::Double, ItemState::Open) => ItemState::Second,
            (_, Mode::Double, ItemState::Second) if self.keyed[0].1 != given.value => ItemState::Conflict,
            _ => ItemState::Final,
        };
        self.task.version += 1;
        self.claimed = None;
        Ok(None)
    }
}

impl State {
    fn at(&self, item: &str) -> Result<usize, DeskError> {
        self.entries.iter().position(|entry| entry.task.id == item).ok_or(DeskError::Unknown)
    }

    fn open(&self, who: &Reviewer) -> u64 {
        self.entries.iter().filter(|entry| entry.is_for(who, &Wanted::default())).count() as u64
    }

    fn answer(&mut self, who: &Reviewer, given: &Given) -> Result<Kept, DeskError> {
        let at = self.at(&given.id)?;
        let before = self.entries[at].clone();
        let doubt = self.entries[at].take(who, given)?;
        if doubt.is_none() {
            let line = self.lines.len() as i64 + 1;
            let mine = Mine {
                line,
                id: given.id.clone(),
                label: before.task.label.clone(),
                at: 1_790_000_000 + line,
                outcome: given.outcome.as_str().into(),
                value: given.value.clone(),
                undoable: true,
            };
            self.lines.push(Line { who: who.name.clone(), before, mine });
        }
        Ok(Kept { id: given.id.clone(), value: given.value.clone(), open: self.open(who), doubt })
    }
}

impl Desk for FakeDesk {
    fn queue(&self, who: &Reviewer) -> Result<Queue, DeskError> {
        let state = self.state();
        let mut fields: Vec<(String, String, u64)> = Vec::new();
        for entry in state.entries.iter().filter(|entry| entry.is_for(who, &Wanted::default())) {
            match fields.iter_mut().find(|(name, ..)| *name == entry.task.field) {
                Some((.., n)) => *n += 1,
                None => fields.push((entry.task.field.clone(), entry.task.label.clone(), 1)),
            }
        }
        let open = state.open(who);
        let of = |wanted: ItemState| state.entries.iter().filter(|entry| entry.state == wanted).count() as u64;
        let is_lead = who.role == Role::Lead;
        Ok(Queue {
            open,
            groups: fields.iter().filter(|(name, ..)| name == "Patient.gender").cloned().collect(),
            kinds: vec![("11506-3".into(), "Progress note".into(), open)],
            reasons: vec![("read with doubt".into(), open)],
            fields,
            minutes: Some(open as f64 / 10.0),
            nearly: 1,
            conflicts: if is_lead { of(ItemState::Conflict) } else { 0 },
            escalated: of(ItemState::Escalated),
            postponed: state.entries.iter().filter(|entry| entry.put_off.as_ref() == Some(&who.name)).count() as u64,
            undoable: state.lines.iter().filter(|line| line.who == who.name).count() as u64,
            alarms: Vec::new(),
        })
    }

    fn tasks(&self, who: &Reviewer, wanted: &Wanted) -> Result<Vec<Task>, DeskError> {
        let mut state = self.state();
        let mut given = Vec::new();
        for entry in state.entries.iter_mut().filter(|entry| entry.is_for(who, wanted)).take(wanted.count) {
            entry.claimed = Some(who.name.clone());
            given.push(entry.shown(wanted));
        }
        Ok(given)
    }

    fn snippet(&self, _: &Reviewer, item: &str) -> Result<Png, DeskError> {
        let state = self.state();
        let printed = &state.entries[state.at(item)?].printed;
        Ok(picture(SNIPPET, &[(20, 20, printed)]))
    }

    fn page(&self, _: &Reviewer, document: &str, page: u32, width: u32) -> Result<Png, DeskError> {
        let state = self.state();
        let here = state.entries.iter().filter(|entry| entry.task.document == document && entry.task.page == page);
        let at = |percent: f64, whole: u32| (percent / 100.0 * f64::from(whole)) as i32;
        let lines: Vec<(i32, i32, &str)> = here
            .filter_map(|entry| entry.task.place.map(|place| (at(place[0], PAGE.0), at(place[1], PAGE.1), entry.printed.as_str())))
            .collect();
        if lines.is_empty() && page > 2 {
            return Err(DeskError::Unknown);
        }
        let _ = width;
        Ok(picture(PAGE, &lines))
    }

    fn answer(&self, who: &Reviewer, given: &Given) -> Result<Kept, DeskError> {
        self.state().answer(who, given)
    }

    fn answer_all(&self, who: &Reviewer, given: &[Given]) -> Result<Vec<Kept>, DeskError> {
        let mut state = self.state();
        let before = (state.entries.clone(), state.lines.clone());
        let kept: Result<Vec<_>, _> = given.iter().map(|given| state.answer(who, given)).collect();
        if kept.as_ref().map_or(true, |kept| kept.iter().any(|kept| kept.doubt.is_some())) {
            (state.entries, state.lines) = before;
        }
        kept
    }

    fn postpone(&self, who: &Reviewer, items: &[String]) -> Result<(), DeskError> {
        let mut state = self.state();
        for item in items {
            let at = state.at(item)?;
            state.entries[at].put_off = Some(who.name.clone());
            state.entries[at].claimed = None;
        }
        Ok(())
    }

    fn note(&self, _: &Reviewer, item: &str, _: &str) -> Result<(), DeskError> {
        self.state().at(item).map(drop)
    }

    fn undo(&self, who: &Reviewer, line: Option<i64>) -> Result<Task, DeskError> {
        let mut state = self.state();
        let wanted = |found: &Line| found.who == who.name && line.is_none_or(|line| line == found.mine.line);
        let at = state.lines.iter().rposition(wanted).ok_or(DeskError::Unknown)?;
        let Line { mut before, .. } = state.lines.remove(at);
        let index = state.at(&before.task.id)?;
        before.task.version = state.entries[index].task.version + 1;
        before.claimed = Some(who.name.clone());
        state.entries[index] = before.clone();
        Ok(before.shown(&Wanted::default()))
    }

    fn mine(&self, who: &Reviewer) -> Result<Vec<Mine>, DeskError> {
        Ok(self.state().lines.iter().rev().filter(|line| line.who == who.name).take(50).map(|line| line.mine.clone()).collect())
    }

    fn figures(&self, who: &Reviewer) -> Result<Vec<Figures>, DeskError> {
        let own = Figures {
            reviewer: who.name.clone(),
            answered: self.state().lines.iter().filter(|line| line.who == who.name).count() as u64,
            per_minute: Some(21.4),
            median_seconds: Some(2.6),
            corrected: Some(0.18),
            seeded: 20,
            caught: 19,
            catch_interval: Some((0.751, 0.999)),
            paired: 12,
            agreed: 11,
        };
        let other = Figures { reviewer: "jo.park".into(), answered: 412, ..own.clone() };
        Ok(if who.role == Role::Reviewer { vec![own] } else { vec![own, other] })
    }

    fn paper(&self, _: &Reviewer, document: &str) -> Result<Paper, DeskError> {
        let state = self.state();
        let here: Vec<&Entry> = state.entries.iter().filter(|entry| entry.task.document == document).collect();
        if here.is_empty() {
            return Err(DeskError::Unknown);
        }
        let value = |entry: &&Entry| PaperValue {
            task: (entry.mode == Mode::Confirm && entry.state == ItemState::Open).then(|| entry.task.clone()),
            field: entry.task.field.clone(),
            label: entry.task.label.clone(),
            item: None,
            page: entry.task.page,
            value: entry.task.value.clone(),
            status: if entry.state == ItemState::Final { "verified".into() } else { "review".into() },
            place: entry.task.place,
            handle: entry.task.id.clone(),
        };
        Ok(Paper {
            id: document.to_owned(),
            kind: "11506-3".into(),
            pages: vec![1, 2],
            source_pages: vec![(1, document.to_owned(), None), (2, document.to_owned(), None), (3, "0".repeat(32), None)],
            values: here.iter().map(value).collect(),
            kinds: vec![("11506-3".into(), "Progress note".into()), ("11502-2".into(), "Laboratory report".into())],
            fields: ROWS.iter().map(|row| (row.0.into(), row.1.into(), false)).collect(),
        })
    }

    fn amend(&self, who: &Reviewer, amendment: &Amendment) -> Result<Kept, DeskError> {
        let state = self.state();
        if amendment.value.trim().is_empty() && amendment.outcome == Outcome::Corrected {
            return Err(DeskError::Unclear("A value is wanted.".into()));
        }
        Ok(Kept { id: String::new(), value: amendment.value.clone(), open: state.open(who), doubt: None })
    }

    fn read_again(&self, _: &Reviewer, place: &ReadAgain) -> Result<ReadThere, DeskError> {
        let state = self.state();
        let found = state.entries.iter().find(|entry| entry.task.document == place.document && entry.task.field == place.field);
        let raw = found.ok_or(DeskError::Unknown)?.printed.clone();
        Ok(ReadThere { value: raw.clone(), raw })
    }

    fn restructure(&self, who: &Reviewer, change: &Restructure) -> Result<Paper, DeskError> {
        if who.role != Role::Lead {
            return Err(DeskError::Forbidden("Only a lead changes how pages make documents."));
        }
        let mut paper = self.paper(who, &change.document)?;
        paper.source_pages.iter_mut().filter(|(page, ..)| *page == change.page).for_each(|(.., join)| *join = change.join);
        Ok(paper)
    }

    fn release(&self, who: &Reviewer, of: Option<&str>) -> Result<u64, DeskError> {
        if of.is_some_and(|of| of != who.name) && who.role != Role::Lead {
            return Err(DeskError::Forbidden("Only a lead releases what others hold."));
        }
        let of = of.unwrap_or(&who.name);
        let mut state = self.state();
        let held = state.entries.iter_mut().filter(|entry| entry.claimed.as_deref() == Some(of));
        Ok(held.map(|entry| entry.claimed = None).count() as u64)
    }

    fn audit(&self, who: &str, action: &str, subject: &str) -> Result<(), DeskError> {
        self.state().audit.push((who.to_owned(), action.to_owned(), subject.to_owned()));
        Ok(())
    }
}

struct Sheet(GrayImage);

impl OriginDimensions for Sheet {
    fn size(&self) -> Size {
        Size::new(self.0.width(), self.0.height())
    }
}

impl DrawTarget for Sheet {
    type Color = Gray8;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Gray8>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(at, colour) in pixels {
            if let (Ok(x), Ok(y)) = (u32::try_from(at.x), u32::try_from(at.y))
                && let Some(pixel) = self.0.get_pixel_mut_checked(x, y)
            {
                *pixel = Luma([colour.luma()]);
            }
        }
        Ok(())
    }
}

fn picture(size: (u32, u32), lines: &[(i32, i32, &str)]) -> Png {
    let mut sheet = Sheet(GrayImage::from_pixel(size.0, size.1, Luma([250])));
    for (x, y, text) in lines {
        // Drawing in memory cannot fail.
        let _ =
            Text::with_baseline(text, Point::new(*x, *y), MonoTextStyle::new(&FONT_10X20, Gray8::BLACK), Baseline::Top).draw(&mut sheet);
    }
    let mut bytes = std::io::Cursor::new(Vec::new());
    let _ = sheet.0.write_to(&mut bytes, ImageFormat::Png);
    Png { bytes: bytes.into_inner().into() }
}

/// Accounts in memory: name, password, role.
#[derive(Default)]
pub struct FakeAccounts(Mutex<HashMap<String, (String, Role)>>, Mutex<HashMap<String, String>>);

impl FakeAccounts {
    /// These accounts.
    pub fn new(accounts: &[(&str, &str, Role)]) -> Self {
        let accounts = accounts.iter().map(|(name, password, role)| ((*name).to_owned(), ((*password).to_owned(), *role))).collect();
        Self(Mutex::new(accounts), Mutex::default())
    }

    /// Takes an account away, or changes its password.
    pub fn change(&self, name: &str, password: Option<&str>) {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match password {
            None => drop(accounts.remove(name)),
            Some(new) => drop(accounts.get_mut(name).map(|(password, _)| new.clone_into(password))),
        }
    }
}

impl Accounts for FakeAccounts {
    fn any(&self) -> Result<bool, DeskError> {
        Ok(!self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty())
    }

    fn standing(&self, name: &str) -> Result<Option<Standing>, DeskError> {
        let accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(accounts.get(name).map(|(password, role)| Standing { name: name.into(), role: *role, stamp: password.clone() }))
    }

    fn sign_in(&self, name: &str, password: &str, _: &str, _: i64) -> Result<Option<Standing>, DeskError> {
        Ok(self.standing(name)?.filter(|standing| standing.stamp == password))
    }

    fn keys(&self, name: &str) -> Result<String, DeskError> {
        Ok(self.1.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned().unwrap_or_else(|| "{}".into()))
    }

    fn keep_keys(&self, name: &str, keys: &str) -> Result<(), DeskError> {
        self.1.lock().unwrap_or_else(PoisonError::into_inner).insert(name.into(), keys.into());
        Ok(())
    }
}
