//! `chartlift review export` and `chartlift review import`: what waits for people as a sheet, and what they filled in.
//!
//! A sheet is taken whole or not at all. Before anything else every row of it is compared with what was written: one cell that a spreadsheet has changed
//! refuses the file, whether the row was answered or not. What becomes of an answer is weighed as at the station ([`super::answers`]). Lines of the chain that
//! came by a sheet bear the digest of its file as their session, so that a file which is imported again is known.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;

use super::answers::{self, Case, DIFFERS, Verdict};
use super::scene::{Scenes, elsewhere};
use super::sync;
use super::task::{self, Around};
use super::typed::Typed;
use crate::confidence::audit::sample::Key;
use crate::extract::Vocabulary;
use crate::ledger::{Done, Ledger};
use crate::model::{
    Account, Circumstances, DocumentKind, Field, Item, ItemState, Lane, Measured, Outcome, Reviewer, Role, Sha256, Shown, ValueForm,
};
use crate::pipeline::rules::Rules;
use crate::pipeline::{Archive, RunError, audit, outputs, settle};
use crate::report::{Obstacle, SheetReport};
use crate::review::desk::{Given, is_blind};
use crate::review::{Amiss, Known, Said, SheetAnswer, SheetCsv, SheetKey, read_sheet, repeated, shown_value};
use crate::settings::Settings;

/// A sheet is no longer, bytes.
const LONGEST: u64 = 64 << 20;
/// Names of reviewers are no longer, characters.
const LONGEST_NAME: usize = 200;
/// Said where a rule objects: without the text of the rule, which may quote the paper.
const OBJECTS: &str = "a rule of the field objects to what was keyed (a form that the field does not have, a date that does not exist, a contradiction to \
    another value of the paper); write `corrected` as its outcome to keep it nevertheless";

/// Said of what a cell may have become that is not formatted as text: spreadsheets leave cells that were empty as they were, even where a file is opened as text.
const CHANGED: &str = "a spreadsheet may have changed what was keyed (zeros in front, a year of two digits, an exponent): format the column new_value as text \
    and key it again, or write `corrected` as its outcome if it stands so on the paper";

/// Which items are wanted in a sheet.
#[derive(Clone, Debug, Default)]
pub struct SheetRequest {
    /// Of these fields alone, where there are any.
    pub fields: Vec<Field>,
    /// Of documents of these kinds alone, where there are any.
    pub kinds: Vec<DocumentKind>,
    /// Whether to write the mark by which some spreadsheets know UTF-8.
    pub bom: bool,
}

impl SheetRequest {
    fn wants(&self, item: &Item) -> bool {
        (self.fields.is_empty() || self.fields.contains(&item.field())) && (self.kinds.is_empty() || self.kinds.contains(&item.kind))
    }
}

/// Writes everything that waits for people as a sheet: a document after another, the one with the dearest item first, down its pages as the eye goes. Says how
/// many items that are.
///
/// # Errors
/// An archive or a sheet that cannot be read or written.
pub fn export_sheet(folder: &Path, settings: &Settings, request: &SheetRequest, out: impl Write) -> Result<u64, RunError> {
    let (ledger, _) = Archive::look(folder)?;
    let rules = Rules::load(settings.rules.folder.as_deref())?;
    let key = key(&ledger, folder)?;
    let seal = seal(&key);
    let mut sheet = SheetCsv::new(out, &seal, request.bom)?;
    let scenes = Scenes::default();
    for name in in_order(&ledger, request)? {
        let Some(item) = ledger.item(&name)?.filter(is_open) else { continue };
        let (others, reads) =
            if is_blind(item.mode) { (Vec::new(), None) } else { beside(&ledger, &scenes, &item, &key, rules.vocabulary())? };
        sheet.item(&item, &others, reads.as_deref())?;
    }
    Ok(sheet.finish()?)
}

/// What else could stand there, and what stands there in words: as the station's page shows it.
fn beside(
    ledger: &Ledger,
    scenes: &Scenes,
    item: &Item,
    key: &Key,
    vocabulary: &Vocabulary,
) -> Result<(Vec<String>, Option<String>), RunError> {
    let Some(scene) = scenes.at(ledger, item.id.sha256, item.id.ordinal, item.page())? else { return Ok((Vec::new(), None)) };
    let hidden = task::hidden(ledger, &scene.record)?;
    let others = elsewhere(ledger, &scene.record, item.field())?;
    let around = Around { vocabulary, key, hidden: &hidden, elsewhere: &others, previous: None, entries: Vec::new() };
    let task = task::task(item, &scene, around);
    Ok((task.alternatives.into_iter().map(|alternative| alternative.value).collect(), task.reads))
}

fn is_open(item: &Item) -> bool {
    matches!(item.state, ItemState::Open | ItemState::Second)
}

/// The names of all open items that are wanted, in the order of the sheet.
fn in_order(ledger: &Ledger, request: &SheetRequest) -> Result<Vec<String>, RunError> {
    let mut documents: BTreeMap<(Sha256, u32), usize> = BTreeMap::new();
    let mut names = Vec::new();
    ledger.open_items(|item| {
        if request.wants(&item) {
            let next = documents.len();
            let document = *documents.entry((item.id.sha256, item.id.ordinal)).or_insert(next);
            // What has no place stands behind what has one; half a percent is a line's own unevenness.
            let line = item.place.map_or(u32::MAX, |place| (place.y * 2.0).max(0.0) as u32);
            let column = item.place.map_or(0, |place| (place.x * 2.0).max(0.0) as u32);
            names.push((document, item.page(), line, column, item.name));
        }
        Ok::<(), RunError>(())
    })?;
    names.sort_unstable();
    Ok(names.into_iter().map(|(.., name)| name).collect())
}

/// The archive's key. An archive without one has nothing that could be asked.
fn key(ledger: &Ledger, folder: &Path) -> Result<Key, RunError> {
    audit::known_key(ledger)?.ok_or_else(|| RunError::NothingRead { archive: folder.to_owned() })
}

/// The key that seals sheets, which is another one in every archive.
fn seal(key: &Key) -> SheetKey {
    SheetKey::new(key.hash("sheet"))
}

/// Takes a sheet that people filled in, without `apply` only to say what would come of it.
///
/// # Errors
/// An archive or a file that cannot be read, or that is no sheet. What is wrong with rows of a sheet stands in the report.
pub fn import_sheet(folder: &Path, file: &Path, settings: &Settings, apply: bool) -> Result<SheetReport, RunError> {
    let bytes = read(file)?;
    let faulty = |fault| RunError::Answers { path: file.to_owned(), faults: vec![fault] };
    let rows = read_sheet(&bytes).map_err(faulty)?;
    let rules = Rules::load(settings.rules.folder.as_deref())?;
    let session = format!("sheet {}", Sha256::of(&bytes));
    if !apply {
        let (ledger, _) = Archive::look(folder)?;
        let weighing = Weighing::new(&ledger, folder, rules.vocabulary(), &session)?;
        let mut weighed = weighing.weigh(&rows)?;
        let due = audit::called_for(folder, &ledger, &weighed.done, &settings.audit, &settings.export)?;
        weighed.report.new_off = due.alarms.iter().map(|alarm| alarm.field).collect();
        return Ok(weighed.report);
    }
    let mut archive = Archive::open(folder)?;
    let root = archive.writer.root().to_owned();
    let mut weighed = Weighing::new(&archive.ledger, &root, rules.vocabulary(), &session)?.weigh(&rows)?;
    if weighed.report.refused() || weighed.done.is_empty() {
        return Ok(weighed.report);
    }
    let due = audit::called_for(&root, &archive.ledger, &weighed.done, &settings.audit, &settings.export)?;
    match archive.ledger.keep_sheet(&weighed.done, &due.alarms, &due.recalls)? {
        // Somebody at the station was faster.
        Err(refused) => {
            let stale = refused.into_iter().filter_map(|(at, _)| Some((*weighed.lines.get(at)?, Obstacle::Stale)));
            weighed.report.obstacles.extend(stale);
        }
        Ok(()) => {
            weighed.report.applied = true;
            weighed.report.new_off = due.alarms.iter().map(|alarm| alarm.field).collect();
            // An alarm sends a field's values to people: all is decided anew. Otherwise nothing but what people said has changed.
            if due.alarms.is_empty() {
                sync(&mut archive.ledger, rules.vocabulary(), &settings.review)?;
                outputs::write(&mut archive.ledger, &archive.writer, &settings.export)?;
            } else {
                settle::decide_anew(&mut archive, &rules, settings)?;
            }
        }
    }
    Ok(weighed.report)
}

/// The bytes of a file that may be a sheet.
fn read(file: &Path) -> Result<Vec<u8>, RunError> {
    let unread = |source| RunError::AnswersUnread { path: file.to_owned(), source };
    let mut bytes = Vec::new();
    std::fs::File::open(file).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes)).map_err(unread)?;
    if bytes.len() as u64 > LONGEST {
        return Err(unread(std::io::Error::other(format!("it is longer than {} MiB", LONGEST >> 20))));
    }
    Ok(bytes)
}

/// What a sheet comes to.
#[derive(Default)]
struct Weighed {
    report: SheetReport,
    done: Vec<Done>,
    /// The lines of the file from which these come.
    lines: Vec<u64>,
}

/// What a sheet is held against.
struct Weighing<'a> {
    ledger: &'a Ledger,
    vocabulary: &'a Vocabulary,
    key: SheetKey,
    session: &'a str,
    accounts: BTreeMap<String, Account>,
    now: i64,
}

impl<'a> Weighing<'a> {
    fn new(ledger: &'a Ledger, folder: &Path, vocabulary: &'a Vocabulary, session: &'a str) -> Result<Self, RunError> {
        let accounts = ledger.accounts()?.into_iter().map(|account| (account.name.clone(), account)).collect();
        let now = jiff::Timestamp::now().as_second();
        Ok(Self { ledger, vocabulary, key: seal(&key(ledger, folder)?), session, accounts, now })
    }

    fn weigh(&self, rows: &[SheetAnswer]) -> Result<Weighed, RunError> {
        let mut weighed = Weighed::default();
        weighed.report.rows = rows.len() as u64;
        if self.ledger.has_session(self.session)? {
            weighed.report.again = true;
            return Ok(weighed);
        }
        let again: BTreeMap<usize, (u64, bool)> = repeated(rows).into_iter().map(|(at, line, same)| (at, (line, same))).collect();
        for (at, row) in rows.iter().enumerate() {
            let item = self.ledger.item(&row.item_id)?;
            let known = item.as_ref().map(|item| Known { version: item.version, shown: shown_value(item) });
            let amiss = row.amiss(&self.key, known);
            if let Some(Amiss::Mangled(column)) = amiss {
                weighed.report.mangled.push((row.line, column));
            }
            // Of a file that is refused nothing else is said.
            if !weighed.report.mangled.is_empty() {
                continue;
            }
            match self.row(row, item, amiss, again.get(&at).copied())? {
                Answered::Nothing => {}
                Answered::Known => weighed.report.known += 1,
                Answered::Refused(obstacle) => weighed.report.obstacles.push((row.line, obstacle)),
                Answered::Done(done) => {
                    *weighed.report.kept.entry(said_of(&done)).or_default() += 1;
                    weighed.lines.push(row.line);
                    weighed.done.push(*done);
                }
            }
        }
        if !weighed.report.mangled.is_empty() {
            weighed.report = SheetReport { rows: weighed.report.rows, mangled: weighed.report.mangled, ..SheetReport::default() };
            weighed.done.clear();
        }
        Ok(weighed)
    }

    fn row(&self, row: &SheetAnswer, item: Option<Item>, amiss: Option<Amiss>, again: Option<(u64, bool)>) -> Result<Answered, RunError> {
        let said = match &row.said {
            Ok(None) => return Ok(Answered::Nothing),
            Ok(Some(said)) => said,
            Err(wanted) => return Ok(Answered::Refused(Obstacle::Unclear(wanted.clone()))),
        };
        let Some(item) = item else { return Ok(Answered::Refused(Obstacle::Unknown)) };
        if let Some((line, same)) = again {
            return Ok(Answered::Refused(if same { Obstacle::Duplicate(line) } else { Obstacle::Differs(line) }));
        }
        let who = match self.reviewer(&said.reviewer) {
            Ok(who) => who,
            Err(obstacle) => return Ok(Answered::Refused(obstacle)),
        };
        if amiss.is_some() || !is_open(&item) {
            let known = self.has_said(&item, said, row, &who)?;
            return Ok(if known { Answered::Known } else { Answered::Refused(Obstacle::Stale) });
        }
        if item.claim.as_ref().is_some_and(|(holder, until)| *holder != who.name && *until > self.now) {
            return Ok(Answered::Refused(Obstacle::Held));
        }
        if item.keyed_by.contains(&who.name) {
            return Ok(Answered::Refused(Obstacle::Reviewer("this reviewer has keyed the item before; another person has to")));
        }
        self.answer(item, said, who)
    }

    /// The person of a name. Where there are accounts, nobody answers without one.
    fn reviewer(&self, name: &str) -> Result<Reviewer, Obstacle> {
        if name.is_empty() {
            return Err(Obstacle::NoReviewer);
        }
        if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(Obstacle::Reviewer("the reviewer's name is too long or has characters that cannot be shown"));
        }
        let role = match self.accounts.get(name) {
            None if self.accounts.is_empty() => Role::Reviewer,
            None => return Err(Obstacle::Reviewer("the reviewer has no account in this archive")),
            Some(account) if !account.is_open() => return Err(Obstacle::Reviewer("the reviewer's account is disabled")),
            Some(account) if account.role == Role::Auditor => return Err(Obstacle::Reviewer("an auditor looks and changes nothing")),
            Some(account) => account.role,
        };
        Ok(Reviewer { name: name.to_owned(), role, session: self.session.to_owned() })
    }

    /// Whether the same person has said the same of an item before: a sheet that is worked through bit by bit comes back with old answers in it.
    fn has_said(&self, item: &Item, said: &Said, row: &SheetAnswer, who: &Reviewer) -> Result<bool, RunError> {
        let before = self.ledger.said_by(&item.name, &who.name)?;
        let text = if said.value.is_empty() { row.shown_value() } else { &said.value };
        let typed = Typed::new(item.field(), text, self.vocabulary);
        Ok(before.first().is_some_and(|(outcome, value)| match said.outcome {
            None | Some(Outcome::Verified | Outcome::Corrected) => typed.is(value) || typed.text() == value,
            nothing => *outcome == nothing,
        }))
    }

    fn answer(&self, item: Item, said: &Said, who: Reviewer) -> Result<Answered, RunError> {
        let unclear = |wanted: &str| Ok(Answered::Refused(Obstacle::Unclear(wanted.to_owned())));
        let blind = is_blind(item.mode);
        let (outcome, value) = match (said.outcome, said.value.as_str()) {
            (None | Some(Outcome::Corrected), "") => return unclear("the outcome is `corrected` and no value was keyed"),
            (Some(Outcome::Verified), "") if blind => return unclear("the item is asked blindly: key what stands on the paper"),
            (Some(Outcome::Verified), "") => (Outcome::Verified, item.shown.clone()),
            (Some(Outcome::Verified), value) if !blind && !Typed::new(item.field(), value, self.vocabulary).is(&item.shown) => {
                return unclear("the outcome is `verified` and another value was keyed");
            }
            (None | Some(Outcome::Verified | Outcome::Corrected), value) => (Outcome::Corrected, value.to_owned()),
            (Some(nothing), "") => (nothing, String::new()),
            (Some(nothing), _) => return unclear(&format!("a value was keyed and the outcome is `{}`", nothing.as_str())),
        };
        let insists = said.outcome == Some(Outcome::Corrected);
        if !insists && outcome == Outcome::Corrected && is_suspicious(item.field(), &value, &item.id.machine_value) {
            return unclear(CHANGED);
        }
        let mut given = given(&item, outcome, value, insists);
        loop {
            match self.verdict(&item, &given, &who)? {
                Ok(Verdict::Keep(doing)) => return Ok(Answered::Done(Box::new(Done { who, item, doing: *doing }))),
                // Nobody can be asked back: what was keyed in a sheet stands.
                Ok(Verdict::Ask(question)) if question == DIFFERS && !given.insist => given.insist = true,
                Ok(Verdict::Ask(_)) => return unclear(OBJECTS),
                Err(wanted) => return unclear(&wanted),
            }
        }
    }

    /// What the station makes of an answer.
    fn verdict(&self, item: &Item, given: &Given, who: &Reviewer) -> Result<Result<Verdict, String>, RunError> {
        let Some(id) = self.ledger.document_at(item.id.sha256, item.id.ordinal)? else { return Ok(Err("its document is gone".to_owned())) };
        let Some(stored) = self.ledger.document(&id)? else { return Ok(Err("its document is gone".to_owned())) };
        let mut record = stored.record;
        let hidden = task::hidden(self.ledger, &record)?;
        record.values.retain(|value| !hidden.contains(&(value.extracted.field, value.extracted.item)));
        let entries = self.ledger.entries(&item.name)?;
        let audit = if item.lane == Lane::Audit { self.ledger.audit_of(&item.id)?.map(|(audit, _)| audit) } else { None };
        let circumstances = self.circumstances(item)?;
        let case = Case {
            item,
            given,
            record: &record,
            vocabulary: self.vocabulary,
            entries: &entries,
            audit,
            reviewer: &who.name,
            moved_to: None,
            circumstances,
        };
        Ok(answers::weigh(case).map_err(|error| error.to_string()))
    }

    fn circumstances(&self, item: &Item) -> Result<Circumstances, RunError> {
        Ok(Circumstances {
            mode: "csv".to_owned(),
            reason: match item.lane {
                Lane::Queue => item.reasons.first().map_or("", |reason| reason.as_str()),
                lane => lane.as_str(),
            }
            .to_owned(),
            shown: Shown { value: shown_value(item).to_owned(), ..Shown::default() },
            session: self.session.to_owned(),
            build: env!("CARGO_PKG_VERSION").to_owned(),
            rules: self.ledger.prints_of(item.id.sha256)?,
            ..Circumstances::default()
        })
    }
}

/// What a row comes to.
enum Answered {
    /// Nothing was filled in.
    Nothing,
    /// The same was kept before.
    Known,
    /// It is in the way.
    Refused(Obstacle),
    /// It can be kept.
    Done(Box<Done>),
}

/// Whether a spreadsheet may have made this of what was keyed.
fn is_suspicious(field: Field, value: &str, machine: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let without_zeros = digits(value) && digits(machine) && value != machine && machine.trim_start_matches('0') == value;
    let exponent = value.split_once("E+").is_some_and(|(number, power)| digits(power) && digits(&number.replacen(['.', ','], "", 1)));
    let year = value.rsplit(['/', '.', '-']).next().is_some_and(|year| year.len() == 2);
    let date = value.split(['/', '.', '-']).collect::<Vec<_>>();
    let short_year =
        field.form() == ValueForm::Date && date.len() == 3 && date.iter().all(|part| digits(part)) && date[0].len() < 4 && year;
    without_zeros || exponent || short_year
}

/// How a report counts an answer. Of what was keyed blindly nobody is told whether the machine had the same.
fn said_of(done: &Done) -> Option<Outcome> {
    let keyed = is_blind(done.item.mode) && matches!(done.doing.outcome, Some(Outcome::Verified | Outcome::Corrected));
    done.doing.outcome.filter(|_| !keyed)
}

/// A row as the station's page would send it.
fn given(item: &Item, outcome: Outcome, value: String, insist: bool) -> Given {
    Given {
        id: item.name.clone(),
        version: item.version,
        outcome,
        value,
        rank: None,
        place: None,
        context: false,
        insist,
        view: "csv".to_owned(),
        note: String::new(),
        measured: Measured::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_makes_of_keyed_text_is_suspicious() {
        let table = [
            (Field::Mrn, "12345", "0012345", true),
            (Field::Mrn, "0012345", "0012345", false),
            (Field::Mrn, "12345", "0012346", false),
            (Field::Mrn, "12345", "", false),
            (Field::Mrn, "1.23457E+15", "", true),
            (Field::Mrn, "E+15", "", false),
            (Field::BirthDate, "03/04/50", "", true),
            (Field::BirthDate, "3.4.50", "", true),
            (Field::BirthDate, "03/04/1950", "", false),
            (Field::BirthDate, "1950-03-04", "", false),
            (Field::BirthDate, "1950", "", false),
            (Field::ObservationValue, "3/4/5", "", false),
        ];
        for (field, value, machine, wanted) in table {
            assert_eq!(is_suspicious(field, value, machine), wanted, "{field} {value} {machine}");
        }
    }
}
