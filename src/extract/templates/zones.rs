//! What stands in the zones of a form that was found on a page.

use super::draw::{Content, Zone};
use super::place::{Placed, on_page};
use crate::extract::demographics::Lists;
use crate::extract::demographics::zone::{self, Target};
use crate::extract::evidence::Found;
use crate::model::{CheckBox, ExtractedValue, Field, Form, PageLayout, PageNumber, PercentBox, Rect};

/// A word that reaches out of its zone by more than this share of its width raises a doubt.
const OUTSIDE: f32 = 0.35;
/// … of so much.
const OUTSIDE_DOUBT: f32 = 0.3;
/// Ink lower than this, in heights of the page's words, is a comma or a speck.
const LOW: f32 = 0.45;

/// A zone on the page: what it asks for, and whether it was left empty.
pub(crate) struct Area {
    /// The fields that it answers.
    pub fields: Vec<Field>,
    /// The page.
    pub page: PageNumber,
    /// Its place.
    pub place: PercentBox,
    /// Whether nothing stands in it.
    pub empty: bool,
}

/// What was read in the zones of a page.
pub(crate) struct ZonesRead {
    /// The values; items are numbered from 1 within the page.
    pub values: Vec<ExtractedValue>,
    /// Fields of zones that hold something that could not be read.
    pub missing: Vec<(Field, PageNumber)>,
    /// All zones but those of constants.
    pub areas: Vec<Area>,
}

/// A value of a template with its evidence.
pub(crate) fn found(field: Field, placed: &Placed<'_>, page: &PageLayout, words: &[usize], value: String, form: Form) -> ExtractedValue {
    let label = placed.strength;
    let mut value =
        Found { field, item: None, value, page, words, rule: "template", label, form, doubt: 0.0, mended: false }.with_evidence();
    value.rule = format!("template.{}", placed.template.name);
    value
}

/// The page's words by their middles, so that a zone finds its own without looking at all of them.
struct ByHeight<'p> {
    page: &'p PageLayout,
    /// Middle and word, in reading order of the lines.
    words: Vec<(f32, usize, usize)>,
}

impl<'p> ByHeight<'p> {
    fn new(page: &'p PageLayout) -> Self {
        let line_of = |at: usize| page.lines[at].segments.iter().flat_map(|&s| page.segments[s].words.iter().copied());
        let mut words: Vec<(f32, usize, usize)> =
            (0..page.lines.len()).flat_map(|l| line_of(l).map(move |w| (page.word(w).rect.center_y(), l, w))).collect();
        words.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { page, words }
    }

    /// The lines of words whose middles lie in a box.
    fn within(&self, rect: &Rect, placed: &Placed<'_>) -> Vec<Vec<usize>> {
        let from = self.words.partition_point(|(y, _, _)| *y < rect.y);
        let mut inside: Vec<(usize, f32, usize)> = self.words[from..]
            .iter()
            .take_while(|(y, _, _)| *y <= rect.bottom())
            .filter(|(_, _, w)| {
                !placed.fixed.contains(w) && rect.contains(self.page.word(*w).rect.center_x(), self.page.word(*w).rect.center_y())
            })
            .map(|(_, line, w)| (*line, self.page.word(*w).rect.x, *w))
            .collect();
        inside.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mut lines: Vec<(usize, Vec<usize>)> = Vec::new();
        for (line, _, word) in inside {
            match lines.last_mut().filter(|(at, _)| *at == line) {
                Some((_, words)) => words.push(word),
                None => lines.push((line, vec![word])),
            }
        }
        lines.into_iter().map(|(_, words)| words).collect()
    }
}

/// Reads every zone of a form.
pub(crate) fn read(page: &PageLayout, placed: &Placed<'_>, lists: &Lists, latest: i16) -> ZonesRead {
    let mut out = ZonesRead { values: Vec::new(), missing: Vec::new(), areas: Vec::new() };
    let words = ByHeight::new(page);
    for zone in placed.template.zones.iter().filter(|z| !matches!(z.content, Content::Constant(_))) {
        for row in 0..zone.rows {
            read_row(page, placed, zone, row, &words, lists, latest, &mut out);
        }
    }
    for zone in &placed.template.zones {
        if let (Content::Constant(value), Target::Field(field)) = (&zone.content, zone.target) {
            constant(page, placed, zone, field, value, &mut out);
        }
    }
    out
}

fn row_of(zone: &Zone, rect: &Rect, row: u32) -> Rect {
    Rect { y: rect.y + row as f32 * zone.pitch, ..*rect }
}

/// Rows of a form that share a kind of item make one item each: numbered by row, and by zone where there are no rows.
fn item_of(placed: &Placed<'_>, zone: &Zone, field: Field, row: u32) -> Option<u32> {
    let group = field.group()?;
    // Zones of one field, in the order of the file: the rows of the second follow those of the first.
    let before: u32 = placed
        .template
        .zones
        .iter()
        .take_while(|z| !std::ptr::eq(*z, zone))
        .filter(|z| z.target == zone.target && matches!(z.target, Target::Field(f) if f.group() == Some(group)))
        .map(|z| z.rows)
        .sum();
    Some(before + row + 1)
}

#[allow(clippy::too_many_arguments)]
fn read_row(
    page: &PageLayout,
    placed: &Placed<'_>,
    zone: &Zone,
    row: u32,
    words: &ByHeight<'_>,
    lists: &Lists,
    latest: i16,
    out: &mut ZonesRead,
) {
    let rect = on_page(&placed.map, &row_of(zone, &zone.rect, row));
    let area = |empty: bool| Area {
        fields: zone.target.fields(),
        page: page.reading.number,
        place: page.reading.to_source.to_percent(&rect),
        empty,
    };
    let lost = |out: &mut ZonesRead| out.missing.extend(zone.target.fields().into_iter().map(|f| (f, page.reading.number)));
    if let Content::Choices(choices) = &zone.content {
        let Target::Field(field) = zone.target else { return };
        let boxes: Vec<(&str, Rect)> =
            choices.iter().map(|(value, rect)| (value.as_str(), on_page(&placed.map, &row_of(zone, rect, row)))).collect();
        let found = ticked(page, &boxes);
        out.areas.push(area(matches!(found, Ticked::None)));
        match found {
            Ticked::One(choice) => {
                let own: Vec<usize> = words.within(&boxes[choice].1, placed).into_iter().flatten().collect();
                let mut value = self::found(field, placed, page, &own, boxes[choice].0.to_owned(), Form::Checked);
                value.place = Some(page.reading.to_source.to_percent(&boxes[choice].1));
                value.item = item_of(placed, zone, field, row);
                out.values.push(value);
            }
            Ticked::None => {}
            Ticked::Unclear => lost(out),
        }
        return;
    }
    let lines = words.within(&rect, placed);
    let all: Vec<usize> = lines.iter().flatten().copied().collect();
    let said = all.iter().any(|&w| page.word(w).text.chars().any(char::is_alphanumeric));
    if !said {
        let ink = has_ink(page, &rect);
        out.areas.push(area(!ink));
        if ink {
            lost(out);
        }
        return;
    }
    out.areas.push(area(false));
    let texts: Vec<Vec<&str>> = lines.iter().map(|l| l.iter().map(|&w| page.word(w).text.as_str()).collect()).collect();
    let Some(answers) = zone::read(zone.target, &texts, lists, latest) else {
        lost(out);
        return;
    };
    for answer in answers {
        let own: Vec<usize> =
            if answer.words.is_empty() { all.clone() } else { answer.words.iter().filter_map(|&k| all.get(k).copied()).collect() };
        let reaches_out = own.iter().any(|&w| {
            let word = page.word(w).rect;
            word.w - word.overlap_x(&rect) > OUTSIDE * word.w
        });
        let mended = answer.value.mended();
        let mut value = found(answer.field, placed, page, &own, answer.value.text, answer.value.form);
        value.signals.mended = mended;
        value.signals.history = answer.value.history;
        value.signals.doubt = answer.doubt.max(if reaches_out { OUTSIDE_DOUBT } else { 0.0 });
        value.item = item_of(placed, zone, answer.field, row);
        out.values.push(value);
    }
}

/// A value that goes with the others of its row.
fn constant(page: &PageLayout, placed: &Placed<'_>, zone: &Zone, field: Field, text: &str, out: &mut ZonesRead) {
    for row in 0..zone.rows {
        let item = item_of(placed, zone, field, row);
        let beside = out.values.iter().find(|v| v.item == item && v.field.group() == field.group()).cloned();
        if let Some(beside) = beside {
            // What is printed for good stands where the form has it, and is as sure as the form is.
            let rect = on_page(&placed.map, &row_of(zone, &zone.rect, row));
            let mut value = found(field, placed, page, &[], text.to_owned(), Form::Checked);
            value.signals = crate::model::Signals { form: Form::Checked, ..beside.signals };
            value.place = Some(page.reading.to_source.to_percent(&rect));
            value.item = item;
            out.values.push(value);
        }
    }
}

enum Ticked {
    One(usize),
    None,
    Unclear,
}

/// Which of the printed boxes is ticked. Unclear where two are, or where no box at all was found in any of their places.
fn ticked(page: &PageLayout, boxes: &[(&str, Rect)]) -> Ticked {
    let marks = |rect: &Rect| -> Vec<&CheckBox> {
        page.reading.checkboxes.iter().filter(|b| rect.contains(b.rect.center_x(), b.rect.center_y())).collect()
    };
    let all: Vec<Vec<&CheckBox>> = boxes.iter().map(|(_, rect)| marks(rect)).collect();
    let chosen: Vec<usize> = (0..boxes.len()).filter(|&k| all[k].iter().any(|b| b.ticked)).collect();
    match chosen.as_slice() {
        [one] if all[*one].len() == 1 => Ticked::One(*one),
        // A box that was not found may be the one that is ticked.
        [] if all.iter().all(|m| !m.is_empty()) => Ticked::None,
        _ => Ticked::Unclear,
    }
}

/// Whether ink that no word covers stands in a box; printed squares do not count.
fn has_ink(page: &PageLayout, rect: &Rect) -> bool {
    page.reading.uncovered.iter().any(|ink| {
        ink.h >= LOW * page.unit
            && rect.contains(ink.center_x(), ink.center_y())
            && !page.reading.checkboxes.iter().any(|b| b.rect.grown(0.2 * b.rect.h).contains(ink.center_x(), ink.center_y()))
    })
}
