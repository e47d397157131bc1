//! A form as its file draws it.

use toml::de::DeTable;

use crate::extract::demographics::Lists;
use crate::extract::demographics::text::Wording;
use crate::extract::demographics::zone::{Target, is_value};
use crate::extract::site::findings::{At, Finding, Reader, Severity, suggestion};
use crate::extract::site::kind;
use crate::model::{DocumentKind, Field, Rect};

/// Letter paper, inches: what proportions are taken from where the file says nothing.
const PAPER: [f64; 2] = [8.5, 11.0];
/// A form needs no more pieces of fixed text than this, and each of them costs time on every page.
const ANCHORS: usize = 64;
/// More zones than this are a slip.
const ZONES: usize = 400;
/// More rows than this are a slip.
const ROWS: u32 = 100;

/// A piece of fixed text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Anchor {
    /// The text.
    pub wording: Wording,
    /// Number of its words.
    pub words: usize,
    /// Its middle, inches.
    pub middle: (f64, f64),
}

/// What stands in a zone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    /// Words.
    Text,
    /// Printed boxes, each with its value and the place of box and word, inches.
    Choices(Vec<(String, Rect)>),
    /// Nothing that is read: a value that goes with the others of its row.
    Constant(String),
}

/// A place and what it means.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Zone {
    /// What it asks for.
    pub target: Target,
    /// Its first row, inches.
    pub rect: Rect,
    /// What stands there.
    pub content: Content,
    /// How often it is repeated down the page.
    pub rows: u32,
    /// From row to row, inches.
    pub pitch: f32,
}

/// A form.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template {
    /// The file, within the folder of rules.
    pub file: String,
    /// Its name: values bear it as their rule.
    pub name: String,
    /// The kind of document that it is.
    pub kind: DocumentKind,
    /// Width and height of its paper, inches.
    pub paper: [f64; 2],
    /// Its fixed text.
    pub anchors: Vec<Anchor>,
    /// Its zones.
    pub zones: Vec<Zone>,
}

impl Template {
    /// Reads a template. `None` where too much is wrong to go on; everything wrong is among the findings.
    pub(crate) fn read(file: &str, text: &str, fewest: usize, lists: &Lists) -> (Option<Self>, Vec<Finding>) {
        let (table, mut reader) = Reader::parse(file, text);
        let root = table.get_ref();
        reader.known(root, "here", &["name", "version", "kind", "paper", "anchor", "zone"]);
        let name = reader.string(root, "name");
        if name.is_none() && root.get("name").is_none() {
            reader.error(0..0, "the template has no `name`", None);
        }
        if let Some(name) = &name {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            if name.value.is_empty() || !name.value.chars().all(plain) {
                reader.error(name.span.clone(), "a name is made of letters, digits, `-` and `_`", None);
            }
        }
        if let Some(version) = root.get("version")
            && !matches!(version.get_ref(), toml::de::DeValue::Integer(_))
        {
            reader.error(version.span(), "`version` has to be a whole number", None);
        }
        let kind = match reader.string(root, "kind") {
            Some(code) => kind(&code, &mut reader),
            None => {
                reader.error(
                    0..0,
                    "the template has no `kind`",
                    Some("the LOINC code of the kind of document that the form is".to_owned()),
                );
                None
            }
        };
        let paper = reader.numbers(root, "paper", "width and height in inches, [8.5, 11.0]").map_or(PAPER, |p| {
            if p.value.iter().any(|v| !(1.0..=50.0).contains(v)) {
                reader.error(p.span, "paper measures between 1 and 50 inches", None);
                return PAPER;
            }
            p.value
        });
        let anchors = read_anchors(root, &mut reader, paper, fewest);
        let zones = read_zones(root, &mut reader, paper, lists);
        let findings = reader.finish();
        let sound = !findings.iter().any(|f| f.severity == Severity::Error);
        let template = match (name, kind, sound) {
            (Some(name), Some(kind), true) => Some(Self { file: file.to_owned(), name: name.value, kind, paper, anchors, zones }),
            _ => None,
        };
        (template, findings)
    }
}

/// A box in percent to inches, if it has a size and lies on the page.
fn inches(reader: &mut Reader<'_>, at: &At<[f64; 4]>, paper: [f64; 2], rows: u32, pitch: f64) -> Option<Rect> {
    let [left, top, width, height] = at.value;
    let bottom = top + height + f64::from(rows.saturating_sub(1)) * pitch;
    if width <= 0.0 || height <= 0.0 {
        reader.error(at.span.clone(), "the box has no size", Some("[left, top, width, height] in percent of the page".to_owned()));
        return None;
    }
    if left < 0.0 || top < 0.0 || left + width > 100.0 || bottom > 100.0 {
        let what = if rows > 1 { "the box leaves the page within its rows" } else { "the box leaves the page" };
        reader.error(at.span.clone(), what, Some("[left, top, width, height] in percent of the page, 0 to 100".to_owned()));
        return None;
    }
    let (x, y) = (paper[0] / 100.0, paper[1] / 100.0);
    Some(Rect::new((left * x) as f32, (top * y) as f32, (width * x) as f32, (height * y) as f32))
}

const BOX: &str = "four numbers, [left, top, width, height] in percent of the page";

fn read_anchors(root: &DeTable<'_>, reader: &mut Reader<'_>, paper: [f64; 2], fewest: usize) -> Vec<Anchor> {
    let mut anchors: Vec<Anchor> = Vec::new();
    let tables = reader.tables(root, "anchor");
    let given = tables.len();
    for (table, span) in tables {
        reader.known(table, "in [[anchor]]", &["text", "at"]);
        let text = reader.string(table, "text");
        let at = reader.numbers::<4>(table, "at", BOX);
        if table.get("text").is_none() || table.get("at").is_none() {
            reader.error(span, "an [[anchor]] has a `text` and a place, `at`", None);
        }
        let (Some(text), Some(at)) = (text, at) else { continue };
        let wording = Wording::new(&text.value);
        if wording.folded().chars().count() < 3 {
            let help = "short words are found all over a page".to_owned();
            reader.error(text.span, format!("`{}` holds fewer than three letters or digits", text.value), Some(help));
            continue;
        }
        let Some(rect) = inches(reader, &at, paper, 1, 0.0) else { continue };
        let middle = (f64::from(rect.center_x()), f64::from(rect.center_y()));
        anchors.push(Anchor { wording, words: text.value.split_whitespace().count().max(1), middle });
    }
    if given > ANCHORS {
        reader.error(0..0, format!("the template has {given} anchors; {ANCHORS} are enough for any form"), None);
        anchors.truncate(ANCHORS);
    }
    let extent = |of: fn(&Anchor) -> f64, whole: f64| {
        let low = anchors.iter().map(of).fold(f64::MAX, f64::min);
        let high = anchors.iter().map(of).fold(f64::MIN, f64::max);
        (high - low) / whole
    };
    if given < fewest {
        let help = "a form is taken for one only where so many are found in their places; six to twenty are good".to_owned();
        reader.error(0..0, format!("the template has {given} anchors, fewer than {fewest}"), Some(help));
    } else if anchors.len() == given && (extent(|a| a.middle.0, paper[0]) < 0.15 || extent(|a| a.middle.1, paper[1]) < 0.15) {
        let help = "a map from anchors in one line is unsure beside it: take some from other parts of the page".to_owned();
        reader.warn(0..0, "the anchors lie in one line or one column", Some(help));
    }
    anchors
}

fn read_zones(root: &DeTable<'_>, reader: &mut Reader<'_>, paper: [f64; 2], lists: &Lists) -> Vec<Zone> {
    let mut zones: Vec<(Zone, std::ops::Range<usize>)> = Vec::new();
    let tables = reader.tables(root, "zone");
    if tables.is_empty() {
        reader.warn(0..0, "the template has no zones: it only tells the kind of document", None);
    }
    if tables.len() > ZONES {
        reader.error(0..0, format!("the template has {} zones, more than {ZONES}", tables.len()), None);
    }
    for (table, span) in tables.into_iter().take(ZONES) {
        reader.known(table, "in [[zone]]", &["field", "box", "choices", "value", "rows", "pitch"]);
        let target = match reader.string(table, "field") {
            Some(field) => {
                let names = Target::NAMES.iter().map(|(n, _)| *n).chain(Field::ALL.iter().map(|f| f.as_str()));
                let target = Target::parse(&field.value);
                if target.is_none() {
                    let help = suggestion(&field.value, names).filter(|s| s.starts_with("did"));
                    let help = help.unwrap_or_else(|| "a field of fields.csv, `Patient.name`, `Patient.address`, or `none`".to_owned());
                    reader.error(field.span, format!("`{}` is not a field of a zone", field.value), Some(help));
                }
                target
            }
            None => {
                reader.error(span.clone(), "this [[zone]] has no `field`", None);
                None
            }
        };
        let repeats = matches!(target, Some(Target::Field(field)) if field.group().is_some());
        let rows = reader.number(table, "rows");
        let pitch = reader.number(table, "pitch");
        let rows = match rows {
            Some(rows) if rows.value.fract() != 0.0 || !(1.0..=f64::from(ROWS)).contains(&rows.value) => {
                reader.error(rows.span, format!("`rows` is a whole number from 1 to {ROWS}"), None);
                1
            }
            Some(rows) if rows.value > 1.0 && !repeats && target.is_some() && target != Some(Target::Nothing) => {
                reader.error(rows.span, "only fields of items (medications, allergies, results …) have rows", None);
                1
            }
            Some(rows) => rows.value as u32,
            None => 1,
        };
        let pitch = match pitch {
            Some(pitch) if pitch.value <= 0.0 => {
                reader.error(pitch.span, "`pitch` is the way from row to row in percent of the page's height", None);
                0.0
            }
            Some(pitch) => pitch.value,
            None if rows > 1 => {
                reader.error(
                    span.clone(),
                    "a zone with `rows` has a `pitch`",
                    Some("from row to row, in percent of the page's height".to_owned()),
                );
                0.0
            }
            None => 0.0,
        };
        let rect = reader.numbers::<4>(table, "box", BOX).and_then(|at| inches(reader, &at, paper, rows, pitch));
        let choices = read_choices(table, reader, paper, (rows, pitch), target, lists);
        let constant = reader.string(table, "value");
        let content = match (constant, choices) {
            (Some(value), None) if !repeats => {
                reader.error(
                    value.span,
                    "only a field of items has a fixed `value`",
                    Some("it goes with the other fields of its row".to_owned()),
                );
                continue;
            }
            (Some(value), None) => Content::Constant(value.value),
            (None, Some(choices)) => Content::Choices(choices),
            (None, None) => Content::Text,
            (Some(_), Some(_)) => {
                reader.error(span, "a zone has either `choices` or a `value`", None);
                continue;
            }
        };
        let hull = match &content {
            Content::Choices(choices) => Rect::hull(choices.iter().map(|(_, rect)| rect)),
            _ => None,
        };
        if rect.is_none() && hull.is_none() {
            if table.get("box").is_none() && table.get("choices").is_none() {
                reader.error(span, "this [[zone]] has no `box`", Some(BOX.to_owned()));
            }
            continue;
        }
        let (Some(target), Some(rect)) = (target, rect.or(hull)) else { continue };
        let pitch = (pitch * paper[1] / 100.0) as f32;
        if pitch > 0.0 && rect.h > 1.01 * pitch {
            reader.warn(span.clone(), "the box is higher than its pitch, so that rows lie over one another", None);
        }
        let overlaps = |other: &Zone| {
            other.rows == 1
                && rows == 1
                && other.rect.overlap_x(&rect) * other.rect.overlap_y(&rect) > 0.3 * rect.area().min(other.rect.area())
        };
        if content == Content::Text && zones.iter().any(|(other, _)| other.content == Content::Text && overlaps(other)) {
            reader.warn(span.clone(), "the box lies over that of another zone: words there answer both", None);
        }
        zones.push((Zone { target, rect, content, rows, pitch }, span));
    }
    for (zone, span) in &zones {
        let group = |z: &Zone| if let Target::Field(field) = z.target { field.group() } else { None };
        let alone = !zones.iter().any(|(other, _)| group(other) == group(zone) && !matches!(other.content, Content::Constant(_)));
        if matches!(zone.content, Content::Constant(_)) && alone {
            reader.error(span.clone(), "a fixed `value` needs a zone of the same kind of item whose text is read", None);
        }
    }
    zones.into_iter().map(|(zone, _)| zone).collect()
}

fn read_choices(
    table: &DeTable<'_>,
    reader: &mut Reader<'_>,
    paper: [f64; 2],
    (rows, pitch): (u32, f64),
    target: Option<Target>,
    lists: &Lists,
) -> Option<Vec<(String, Rect)>> {
    table.get("choices")?;
    let mut choices = Vec::new();
    for (choice, span) in reader.tables(table, "choices") {
        reader.known(choice, "in `choices`", &["value", "box"]);
        let (value, at) = (reader.string(choice, "value"), reader.numbers::<4>(choice, "box", BOX));
        let (Some(value), Some(at)) = (value, at) else {
            reader.error(span, "a choice has a `value` and the `box` of its printed square and word", None);
            continue;
        };
        if let Some(Target::Field(field)) = target
            && !is_value(field, &value.value, lists)
        {
            reader.error(
                value.span.clone(),
                format!("`{}` is no value of {field}", value.value),
                Some(format!("see the codes of {field} in people.toml")),
            );
        }
        if let Some(rect) = inches(reader, &at, paper, rows, pitch) {
            choices.push((value.value, rect));
        }
    }
    if let Some(value) = table.get("choices")
        && matches!(target, Some(Target::Name | Target::Address))
    {
        reader.error(value.span(), "choices answer a single field", None);
    }
    Some(choices)
}
