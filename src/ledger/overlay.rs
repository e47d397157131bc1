//! What people decided, laid over what the machine finds now.
//!
//! A decision holds where page, field and place agree, whatever the machine now reads there and in whatever document the page is now. Where
//! nothing of the machine matches any more, what a person confirmed or gave stays in the record and waits for a person ([`Reason::Stale`]); what a
//! person added stays as it is; what a person refused is gone.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, Row, params};

use super::claims::unexpected;
use crate::model::{
    ADDED, Confidence, DecidedValue, DocumentKind, DocumentRecord, ExtractedValue, Field, Group, PageNumber, PercentBox, Reason, STALE,
    Signals, Status,
};

/// Boxes that share less than this are of two places.
const SAME_PLACE: f32 = 0.5;

/// A line of the chain that decides of a value.
#[derive(Clone, Debug)]
pub(super) struct Said {
    /// Its number.
    pub(super) number: i64,
    /// When, seconds since 1970-01-01 UTC.
    pub(super) at: i64,
    /// Who.
    pub(super) reviewer: String,
    page: PageNumber,
    item: Option<u32>,
    field: Field,
    machine_value: String,
    place: Option<PercentBox>,
    status: Status,
    /// Whether a program wrote it that knew of places.
    knows_places: bool,
    value: String,
    moved_to: Option<PercentBox>,
    replaces: Option<i64>,
}

/// Where lines meet the values of a document.
#[derive(Debug, Default)]
pub(super) struct Laid {
    /// For each value of the machine the line that holds for it.
    pub(super) held: Vec<Option<usize>>,
    /// Values of which only people know, with their lines.
    pub(super) beside: Vec<(usize, DecidedValue)>,
}

/// The lines that decide of values on the pages of a document, in their order. What was taken back, or has another line in its place, is not among them.
pub(super) fn said(connection: &Connection, sha256: &str, pages: &[PageNumber]) -> rusqlite::Result<Vec<Said>> {
    let (Some(first), Some(last)) = (pages.iter().min(), pages.iter().max()) else { return Ok(Vec::new()) };
    let mut statement = connection.prepare(
        "SELECT id, decided_at, reviewer, page, item, field, machine_value, place, status, outcome, value, moved_to, replaces, act FROM decisions
         WHERE sha256 = ?1 AND page BETWEEN ?2 AND ?3 AND (act = 'decision' AND status <> '' OR act = 'undo') ORDER BY id",
    )?;
    let mut rows = statement.query(params![sha256, first.get(), last.get()])?;
    let (mut lines, mut undone) = (Vec::new(), BTreeSet::new());
    while let Some(row) = rows.next()? {
        if row.get::<_, String>(13)? == "undo" {
            undone.extend(row.get::<_, Option<i64>>(12)?);
        } else {
            lines.push(line(row)?);
        }
    }
    lines.retain(|line| !undone.contains(&line.number));
    let replaced: BTreeSet<i64> = lines.iter().filter_map(|line| line.replaces).collect();
    lines.retain(|line| !replaced.contains(&line.number) && pages.contains(&line.page));
    Ok(lines)
}

fn line(row: &Row<'_>) -> rusqlite::Result<Said> {
    let place = |at: usize| -> rusqlite::Result<Option<PercentBox>> {
        let text: Option<String> = row.get(at)?;
        text.map(|text| serde_json::from_str(&text).map_err(|_| unexpected(at, "a place"))).transpose()
    };
    Ok(Said {
        number: row.get(0)?,
        at: row.get(1)?,
        reviewer: row.get(2)?,
        page: PageNumber::new(row.get(3)?),
        item: row.get(4)?,
        field: super::lane::field(row, 5)?,
        machine_value: row.get(6)?,
        place: place(7)?,
        status: Status::parse(&row.get::<_, String>(8)?).ok_or_else(|| unexpected(8, "a status"))?,
        knows_places: !row.get::<_, String>(9)?.is_empty(),
        value: row.get(10)?,
        moved_to: place(11)?,
        replaces: row.get(12)?,
    })
}

impl Said {
    fn places(&self) -> impl Iterator<Item = PercentBox> {
        self.place.into_iter().chain(self.moved_to)
    }

    /// How much of its place a box shares, where that is enough.
    fn shares(&self, at: PercentBox) -> Option<f32> {
        self.places().map(|place| place.overlap(&at)).filter(|share| *share >= SAME_PLACE).max_by(f32::total_cmp)
    }

    fn is_of(&self, found: &ExtractedValue) -> bool {
        self.page == found.page && self.field == found.field
    }

    /// Whether it was said of just this: the machine says what it said, where it said it.
    fn is_exactly(&self, found: &ExtractedValue) -> bool {
        let same = self.is_of(found) && self.item == found.item && self.machine_value == found.value;
        same && (found.place.is_none_or(|at| self.places().next().is_none() || self.shares(at).is_some()))
    }

    /// Whether a later line speaks of the same as this one, where neither meets a value.
    fn is_superseded_by(&self, later: &Said) -> bool {
        let same_item = self.item == later.item;
        let same = self.page == later.page && self.field == later.field;
        let alike = same_item && self.machine_value == later.machine_value;
        let at = |line: &Said| line.places().collect::<Vec<_>>();
        let (here, there) = (at(self), at(later));
        let near = here.iter().any(|a| there.iter().any(|b| a.overlap(b) >= SAME_PLACE));
        let nowhere = here.is_empty() && there.is_empty();
        same && (near || (nowhere && (alike || same_item)))
    }
}

/// Finds for each line the value that it is of.
pub(super) fn lay(said: &[Said], values: &[DecidedValue]) -> Laid {
    if said.is_empty() {
        return Laid { held: vec![None; values.len()], beside: Vec::new() };
    }
    let exact = |value: &DecidedValue| said.iter().rposition(|line| line.is_exactly(&value.extracted));
    let mut held: Vec<Option<usize>> = values.iter().map(exact).collect();
    let mut loose = Vec::new();
    for (at, line) in said.iter().enumerate().rev() {
        if !values.iter().any(|value| line.is_exactly(&value.extracted)) && !meets(said, at, values, &mut held) {
            loose.push(at);
        }
    }
    let beside = beside(said, &loose, values);
    Laid { held, beside }
}

/// Lays a line over the value whose place it shares; `false` if there is none. A later line stays where it is.
fn meets(said: &[Said], at: usize, values: &[DecidedValue], held: &mut [Option<usize>]) -> bool {
    let line = &said[at];
    let mut near: Vec<(usize, f32)> = Vec::new();
    for (index, value) in values.iter().enumerate().filter(|(_, value)| line.is_of(&value.extracted)) {
        if let Some(share) = value.extracted.place.and_then(|place| line.shares(place)) {
            near.push((index, share));
        }
    }
    if near.is_empty() {
        near.extend(by_name(line, values).map(|index| (index, 0.0)));
    }
    let own_item = |index: usize| values[index].extracted.item == line.item;
    near.sort_by(|a, b| own_item(b.0).cmp(&own_item(a.0)).then(b.1.total_cmp(&a.1)));
    for (index, _) in near {
        match held[index] {
            None => {}
            Some(other) if other > at => {
                let later = &said[other];
                if own_item(index) || later.machine_value == line.machine_value || later.value == line.value {
                    return true;
                }
                continue;
            }
            Some(_) if own_item(index) => {}
            Some(_) => continue,
        }
        held[index] = Some(at);
        return true;
    }
    false
}

/// The value that a line without a place is of: the only one of its field on its page. A thing of a list is not told by its number, which changes.
fn by_name(line: &Said, values: &[DecidedValue]) -> Option<usize> {
    // What was found where a person had given a value before: the machine caught up.
    let caught_up = |value: &DecidedValue| {
        let found = &value.extracted;
        line.machine_value.is_empty() && line.status != Status::Rejected && line.item == found.item && line.value == found.value
    };
    let given = line.machine_value.is_empty() && line.status == Status::Corrected && line.field != Field::DocumentType;
    let alone = line.knows_places && line.item.is_none() && line.places().next().is_none() && (given || !line.machine_value.is_empty());
    let mut of = values.iter().enumerate().filter(|(_, value)| line.is_of(&value.extracted) && !value.extracted.value.is_empty());
    if let Some((index, _)) = of.clone().find(|(_, value)| caught_up(value)) {
        return Some(index);
    }
    let only = of.next().filter(|(_, value)| alone && value.extracted.item.is_none())?;
    of.next().is_none().then_some(only.0)
}

/// The values of which only people know: `loose` are lines that meet no value of the machine, the latest one first.
fn beside(said: &[Said], loose: &[usize], values: &[DecidedValue]) -> Vec<(usize, DecidedValue)> {
    let mut standing: Vec<usize> = Vec::new();
    let mut spoken: Vec<usize> = Vec::new();
    for &at in loose {
        if spoken.iter().any(|&later| said[at].is_superseded_by(&said[later])) {
            continue;
        }
        spoken.push(at);
        if said[at].status != Status::Rejected {
            standing.push(at);
        }
    }
    standing.sort_unstable();
    let items = items(said, &standing, values);
    standing.into_iter().zip(items).map(|(at, item)| (at, alone(&said[at], item, values))).collect()
}

/// The value that a line makes by itself.
fn alone(line: &Said, item: Option<u32>, values: &[DecidedValue]) -> DecidedValue {
    // What a person gave in place of nothing holds; unless it is a single fact, stands nowhere, and the machine now says another.
    let other = |value: &DecidedValue| {
        let found = &value.extracted;
        found.field == line.field && !found.value.is_empty() && found.value != line.value
    };
    let holds =
        line.machine_value.is_empty() && (line.places().next().is_some() || line.field.group().is_some() || !values.iter().any(other));
    let extracted = ExtractedValue {
        field: line.field,
        item,
        value: line.value.clone(),
        raw: String::new(),
        page: line.page,
        place: line.moved_to.or(line.place),
        label_place: None,
        rule: if holds { ADDED } else { STALE }.to_owned(),
        signals: Signals::default(),
    };
    let (status, reasons) = if holds { (line.status, Vec::new()) } else { (Status::Review, vec![Reason::Stale]) };
    DecidedValue { extracted, confidence: Confidence::ZERO, status, reasons }
}

/// The numbers of the things that `standing` lines are of, as the machine counts them now: a line's own number where that thing still stands beside it, the
/// number of the thing that does, or a new one. A dose must not come to another medicine because a list was counted anew.
fn items(said: &[Said], standing: &[usize], values: &[DecidedValue]) -> Vec<Option<u32>> {
    let mut things: BTreeMap<(Group, u32), Vec<usize>> = BTreeMap::new();
    for &at in standing {
        if let (Some(group), Some(item)) = (said[at].field.group(), said[at].item) {
            things.entry((group, item)).or_default().push(at);
        }
    }
    let mut numbers: BTreeMap<(Group, u32), u32> = BTreeMap::new();
    let mut taken: BTreeMap<Group, u32> = BTreeMap::new();
    let of = |group: Group| {
        let mut rows: BTreeMap<u32, Vec<&ExtractedValue>> = BTreeMap::new();
        for found in values.iter().map(|value| &value.extracted).filter(|found| found.field.group() == Some(group)) {
            rows.entry(found.item.unwrap_or(0)).or_default().push(found);
        }
        rows
    };
    for (&(group, item), lines) in &things {
        let rows = of(group);
        let top = taken.entry(group).or_insert_with(|| {
            let said = things.keys().filter(|(other, _)| *other == group).map(|(_, item)| *item);
            rows.keys().copied().chain(said).max().unwrap_or(0)
        });
        let place = PercentBox::hull(lines.iter().flat_map(|&at| said[at].places()));
        let beside = |found: &&ExtractedValue| {
            let at = |place: PercentBox| found.place.is_some_and(|own| own.y < place.y + place.height && place.y < own.y + own.height);
            found.page == said[lines[0]].page && place.is_some_and(at)
        };
        let lacks = |row: &[&ExtractedValue]| lines.iter().all(|&at| row.iter().all(|found| found.field != said[at].field));
        let number = match rows.get(&item) {
            None => item,
            Some(row) if row.iter().any(&beside) => item,
            Some(_) => {
                let mut fitting = rows.iter().filter(|(_, row)| row.iter().any(&beside) && lacks(row));
                match (fitting.next(), fitting.next()) {
                    (Some((number, _)), None) => *number,
                    _ => {
                        *top += 1;
                        *top
                    }
                }
            }
        };
        numbers.insert((group, item), number);
    }
    let number = |at: &usize| {
        let line = &said[*at];
        line.field.group().zip(line.item).map_or(line.item, |key| numbers.get(&key).copied())
    };
    standing.iter().map(number).collect()
}

/// What holds of a value over which a line lies.
pub(super) fn held(line: &Said, value: &DecidedValue) -> DecidedValue {
    let machine = &value.extracted.value;
    let status = match line.status {
        Status::Corrected if line.value == *machine && !machine.is_empty() => Status::Verified,
        // It was confirmed when the machine said something else: now the machine is wrong.
        Status::Verified if line.value != *machine && line.machine_value != *machine => Status::Corrected,
        status => status,
    };
    let mut now = value.clone();
    now.status = status;
    now.reasons.clear();
    now.extracted.value.clone_from(&line.value);
    now.extracted.place = line.moved_to.or(now.extracted.place);
    now
}

/// Lays the decisions of people over a document's values, which are as the machine left them, and sets its kind where a person said it.
pub(super) fn overlay(connection: &Connection, record: &mut DocumentRecord) -> rusqlite::Result<()> {
    let said = said(connection, &record.sha256.to_string(), &record.pages)?;
    if said.is_empty() {
        return Ok(());
    }
    let laid = lay(&said, &record.values);
    let mut kind = None;
    let mut tell = |number: i64, value: &DecidedValue| {
        let found = &value.extracted;
        // Rows that mark a page bear the field too.
        let tells = found.field == Field::DocumentType && value.status.leaves() && !found.rule.starts_with("parts.");
        if let Some(told) = DocumentKind::parse(&found.value).filter(|_| tells)
            && kind.is_none_or(|(before, _)| before < number)
        {
            kind = Some((number, told));
        }
    };
    for (value, line) in record.values.iter_mut().zip(&laid.held) {
        if let Some(line) = line.map(|at| &said[at]) {
            *value = held(line, value);
            tell(line.number, value);
        }
    }
    for (at, value) in laid.beside {
        tell(said[at].number, &value);
        record.values.push(value);
    }
    record.values.sort_by_key(|v| (v.extracted.item, v.extracted.field));
    if let Some((_, kind)) = kind {
        record.kind = kind;
    }
    Ok(())
}

/// A value without its evidence, which is most of the work of reading one.
fn bare(row: &Row<'_>) -> rusqlite::Result<DecidedValue> {
    let place = match (row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?) {
        (Some(x), Some(y), Some(width), Some(height)) => Some(PercentBox { x, y, width, height }),
        _ => None,
    };
    let extracted = ExtractedValue {
        field: super::lane::field(row, 2)?,
        item: row.get(1)?,
        value: row.get(3)?,
        raw: String::new(),
        page: PageNumber::new(row.get(0)?),
        place,
        label_place: None,
        rule: String::new(),
        signals: Signals::default(),
    };
    let status = Status::parse(&row.get::<_, String>(8)?).ok_or_else(|| unexpected(8, "a status"))?;
    Ok(DecidedValue { extracted, confidence: Confidence::ZERO, status, reasons: Vec::new() })
}

/// Hands over every document of which people decided something: the rows of its values, the values as the machine left them (without their evidence), and
/// what lies over them.
pub(super) fn each_decided(connection: &Connection, mut take: impl FnMut(&[i64], &[DecidedValue], &Laid)) -> rusqlite::Result<()> {
    let mut documents = connection.prepare(
        "SELECT documents.id, sources.result_sha256, documents.pages FROM documents JOIN sources ON sources.id = documents.source
         WHERE sources.result_sha256 IN (SELECT sha256 FROM decisions WHERE act = 'decision') ORDER BY documents.id",
    )?;
    let mut statement = connection
        .prepare("SELECT page, item, field, value, x, y, width, height, status, id FROM document_values WHERE document = ?1 ORDER BY id")?;
    let mut rows = documents.query([])?;
    while let Some(row) = rows.next()? {
        let (document, sha256, pages): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let pages: Vec<u32> = serde_json::from_str(&pages).map_err(|_| unexpected(2, "a list of pages"))?;
        let pages: Vec<PageNumber> = pages.into_iter().map(PageNumber::new).collect();
        let said = said(connection, &sha256, &pages)?;
        if said.is_empty() {
            continue;
        }
        let found = statement.query_map([document], |row| Ok((bare(row)?, row.get::<_, i64>(9)?)))?;
        let (values, keys): (Vec<DecidedValue>, Vec<i64>) = found.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().unzip();
        take(&keys, &values, &lay(&said, &values));
    }
    Ok(())
}

/// The rows of all values over which a decision lies.
pub(super) fn held_rows(connection: &Connection) -> rusqlite::Result<BTreeSet<i64>> {
    let mut held = BTreeSet::new();
    each_decided(connection, |keys, _, laid| {
        held.extend(keys.iter().zip(&laid.held).filter(|(_, line)| line.is_some()).map(|(key, _)| *key));
    })?;
    Ok(held)
}
