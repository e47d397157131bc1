//! The chain of decisions: lines that are only ever added, each with the digest of the one before it in its own, so that what is changed,
//! taken out or put in between shows.
//!
//! The digest of a line is SHA-256 over the digest before it and every column as it is stored. The first one stands on the archive's id, so that no
//! line of another archive fits. Lines of programs from before the chain have no digest of their own; the first that has one covers them too.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use super::record::json;
use super::{audit, now};
use crate::model::{Act, Circumstances, Field, Outcome, PageNumber, PercentBox, Sha256, Status, ValueId};

/// The columns of a line that its digest covers, in this order.
const COLUMNS: &str = "id, decided_at, reviewer, act, item_name, sha256, ordinal, page, item, field, machine_value, place, status, outcome,
    value, moved_to, circumstances, replaces";
/// How many they are.
const WIDTH: usize = 18;

/// A line that is to be written; what is not said stays empty.
#[derive(Clone, Debug)]
pub(super) struct Line<'a> {
    /// Who.
    pub(super) reviewer: &'a str,
    /// What the line is.
    pub(super) act: Act,
    /// The item's name, where one was answered.
    pub(super) item_name: Option<&'a str>,
    /// The source's bytes.
    pub(super) sha256: Sha256,
    /// The document's ordinal at that time.
    pub(super) ordinal: u32,
    /// The page in the source.
    pub(super) page: PageNumber,
    /// The value's item.
    pub(super) item: Option<u32>,
    /// The value's field; `None` for a line of a page.
    pub(super) field: Option<Field>,
    /// What the machine had made of it.
    pub(super) machine_value: &'a str,
    /// Where the machine had found it; `None`: a decision takes the place where the ledger has it now.
    pub(super) place: Option<PercentBox>,
    /// What holds from now on.
    pub(super) status: Option<Status>,
    /// What was said.
    pub(super) outcome: Option<Outcome>,
    /// The value that was given.
    pub(super) value: &'a str,
    /// Where a person says that it stands.
    pub(super) moved_to: Option<PercentBox>,
    /// How it came about.
    pub(super) circumstances: &'a Circumstances,
    /// The line that this one takes the place of, or takes back.
    pub(super) replaces: Option<i64>,
}

impl<'a> Line<'a> {
    /// A line of a value.
    pub(super) fn of(reviewer: &'a str, act: Act, id: &'a ValueId, circumstances: &'a Circumstances) -> Self {
        let ValueId { sha256, ordinal, page, item, field, machine_value } = id;
        let (item, field) = (*item, Some(*field));
        Self { item, field, machine_value, ..Self::of_page(reviewer, act, *sha256, *ordinal, *page, circumstances) }
    }

    /// A line of a page.
    pub(super) fn of_page(
        reviewer: &'a str,
        act: Act,
        sha256: Sha256,
        ordinal: u32,
        page: PageNumber,
        circumstances: &'a Circumstances,
    ) -> Self {
        Self {
            reviewer,
            act,
            item_name: None,
            sha256,
            ordinal,
            page,
            item: None,
            field: None,
            machine_value: "",
            place: None,
            status: None,
            outcome: None,
            value: "",
            moved_to: None,
            circumstances,
            replaces: None,
        }
    }
}

/// Writes a line within a transaction that holds the right to write, and gives its number. The only writer of the chain.
pub(super) fn append(transaction: &Connection, line: &Line<'_>) -> rusqlite::Result<i64> {
    let (last, before) = end(transaction)?;
    let text = |text: &str| Value::Text(text.to_owned());
    let place = |place: Option<PercentBox>| place.map_or(Ok(Value::Null), |place| json(&place).map(Value::Text));
    let number = last + 1;
    let found = match (line.place, line.act, line.field) {
        (None, Act::Decision, Some(field)) => place_of(transaction, line, field)?,
        (place, ..) => place,
    };
    let columns: [Value; WIDTH] = [
        Value::Integer(number),
        Value::Integer(now()),
        text(line.reviewer),
        text(line.act.as_str()),
        line.item_name.map_or(Value::Null, text),
        Value::Text(line.sha256.to_string()),
        Value::Integer(line.ordinal.into()),
        Value::Integer(line.page.get().into()),
        line.item.map_or(Value::Null, |item| Value::Integer(item.into())),
        text(line.field.map_or("", Field::as_str)),
        text(line.machine_value),
        place(found)?,
        text(line.status.map_or("", Status::as_str)),
        text(line.outcome.map_or("", Outcome::as_str)),
        text(line.value),
        place(line.moved_to)?,
        Value::Text(json(line.circumstances)?),
        line.replaces.map_or(Value::Null, Value::Integer),
    ];
    let hash = digest(before, &columns);
    transaction
        .prepare(&format!(
            "INSERT INTO decisions ({COLUMNS}, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)"
        ))?
        .execute(params_from_iter(columns.iter().chain([&Value::Text(hash.to_string())])))?;
    let action = line.status.map_or_else(|| line.act.as_str(), Status::as_str);
    audit::append(transaction, line.reviewer, action, line.field.map_or("page", Field::as_str))?;
    Ok(number)
}

/// Where the machine has a line's value now; for what it has not found, where it has the rest of the thing.
fn place_of(connection: &Connection, line: &Line<'_>, field: Field) -> rusqlite::Result<Option<PercentBox>> {
    let mut statement = connection.prepare(
        "SELECT field, value, x, y, width, height FROM sources JOIN documents ON documents.source = sources.id
         JOIN document_values ON document_values.document = documents.id
         WHERE sources.result_sha256 = ?1 AND documents.ordinal = ?2 AND page = ?3 AND item IS ?4 AND x IS NOT NULL",
    )?;
    let key = params![line.sha256.to_string(), line.ordinal, line.page.get(), line.item];
    let found = statement.query_map(key, |row| {
        let place = PercentBox { x: row.get(2)?, y: row.get(3)?, width: row.get(4)?, height: row.get(5)? };
        Ok((super::lane::field(row, 0)?, row.get::<_, String>(1)?, place))
    })?;
    let found = found.collect::<rusqlite::Result<Vec<_>>>()?;
    let own = found.iter().find(|(of, value, _)| *of == field && value == line.machine_value).map(|(.., place)| *place);
    // A dose that a person adds stands by its medicine.
    let group = field.group().filter(|_| line.item.is_some() && line.machine_value.is_empty());
    let of_thing = || PercentBox::hull(found.iter().filter(|(of, ..)| group.is_some() && of.group() == group).map(|(.., place)| *place));
    Ok(own.or_else(of_thing))
}

/// Number and digest of the last line; 0 and the digest on which the first one stands if there is none.
pub(super) fn end(connection: &Connection) -> rusqlite::Result<(i64, Sha256)> {
    let last = connection
        .prepare("SELECT id, hash FROM decisions ORDER BY id DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<String>>(1)?)))
        .optional()?;
    match last {
        None => Ok((0, ground(connection)?)),
        Some((number, Some(hash))) => Ok((number, parsed(&hash)?)),
        Some((number, None)) => {
            // Lines of older programs alone: their digests are had by walking them, once in an archive's life.
            let mut hash = ground(connection)?;
            walk(connection, |line| {
                hash = digest(hash, &line.columns);
                true
            })?;
            Ok((number, hash))
        }
    }
}

/// The digest on which the first line stands.
pub(super) fn ground(connection: &Connection) -> rusqlite::Result<Sha256> {
    let archive: Option<String> = connection.query_row("SELECT value FROM archive WHERE key = 'id'", [], |row| row.get(0)).optional()?;
    Ok(Sha256::of_parts(&[b"chartlift decisions 1", archive.unwrap_or_default().as_bytes()]))
}

/// A line as it is stored.
pub(super) struct StoredLine {
    /// Its number.
    pub(super) number: i64,
    /// Its digest; `None` in lines of older programs.
    pub(super) hash: Option<String>,
    columns: [Value; WIDTH],
}

impl StoredLine {
    /// The digest that it must have after a line of digest `before`.
    pub(super) fn digest_after(&self, before: Sha256) -> Sha256 {
        digest(before, &self.columns)
    }
}

/// Hands over every line in order, until `take` has enough.
pub(super) fn walk(connection: &Connection, mut take: impl FnMut(&StoredLine) -> bool) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS}, hash FROM decisions ORDER BY id"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if !take(&stored(row)?) {
            break;
        }
    }
    Ok(())
}

fn stored(row: &Row<'_>) -> rusqlite::Result<StoredLine> {
    let mut columns: [Value; WIDTH] = std::array::from_fn(|_| Value::Null);
    for (at, column) in columns.iter_mut().enumerate() {
        *column = row.get(at)?;
    }
    Ok(StoredLine { number: row.get(0)?, hash: row.get(WIDTH)?, columns })
}

fn digest(before: Sha256, columns: &[Value; WIDTH]) -> Sha256 {
    let parts = columns.each_ref().map(|column| match column {
        Value::Null => vec![0],
        Value::Integer(number) => [&[1], number.to_string().as_bytes()].concat(),
        Value::Real(number) => [&[2], number.to_bits().to_string().as_bytes()].concat(),
        Value::Text(text) => [&[3], text.as_bytes()].concat(),
        Value::Blob(bytes) => [&[4], bytes.as_slice()].concat(),
    });
    let parts: Vec<&[u8]> = std::iter::once(before.as_bytes().as_slice()).chain(parts.iter().map(Vec::as_slice)).collect();
    Sha256::of_parts(&parts)
}

fn parsed(hash: &str) -> rusqlite::Result<Sha256> {
    Sha256::from_hex(hash).ok_or_else(|| super::claims::unexpected(WIDTH, "a digest"))
}
