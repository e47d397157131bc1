//! Problems: lists, tables, past histories, numbered assessments, ticked questionnaires; printed ICD-10-CM codes.

use std::sync::LazyLock;

use regex::Regex;

use super::super::headings::is_number;
use super::super::phrases::fold;
use super::super::sections::Block;
use super::super::tables::{self, TableSpec};
use super::list::{clean, pieces, text};
use super::words::{ItemWords, Role};
use super::{Item, Part, heads_line};
use crate::model::{CheckBox, Field, Form, Group, PageLayout, PageNumber, Section};

/// An ICD-10-CM code: a letter, a digit, a digit or letter, a point and up to four more (ICD-10-CM Official Guidelines, I.A.2). The point
/// may be lost in reading.
static ICD10: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[\[(]?([A-TV-Z][0-9][0-9AB])(?:\.?([0-9A-Z]{1,4}))?[\])]?[.,;]?$").ok());

/// A code with its point; `None` for words that are no code. Short ones without a point (`A10`) count in brackets only.
fn icd10(word: &str) -> Option<String> {
    let found = ICD10.as_ref()?.captures(word)?;
    let bracketed = word.starts_with(['(', '[']);
    match found.get(2) {
        Some(rest) if word.contains('.') || bracketed => Some(format!("{}.{}", &found[1], rest.as_str())),
        None if bracketed => Some(found[1].to_owned()),
        _ => None,
    }
}

/// Whether a word is a code that can be nothing else: it has its point.
pub(super) fn is_code(word: &str) -> bool {
    word.contains('.') && icd10(word).is_some()
}

/// The problem before a code that stands in no list, with doubt; its last word is the code.
pub(super) fn coded(pages: &[PageLayout], words: &[(usize, usize)]) -> Option<Item> {
    let number = words.first().is_some_and(|&(p, w)| is_number(&pages[p].word(w).text));
    let words = &words[usize::from(number)..];
    let texts: Vec<&str> = words.iter().map(|&(p, w)| pages[p].word(w).text.as_str()).collect();
    // A line of prose may hold a figure of this form; a problem before its code is short.
    (2..=12).contains(&words.len()).then(|| item(words, &texts, words.len() - 1, "items.condition-code", 0.5, 0.4)).flatten()
}

/// How many of a numbered assessment's words name the problem: up to a dash or full stop, and to a comma unless qualifiers follow.
fn name_length(words: &[&str], vocabulary: &ItemWords) -> usize {
    let mut k = 0;
    while k < words.len() {
        if k > 0 && words[k].chars().all(|c| matches!(c, '-' | '–' | '—' | ':' | '~')) {
            return k;
        }
        let last = words[k];
        if last.ends_with(['.', ':']) && last.len() > 3 {
            return k + 1;
        }
        if last.ends_with(',') || last.ends_with(';') {
            let next = (k + 1..words.len()).find(|&n| words[n].ends_with([',', '.', ';'])).map_or(words.len(), |n| n + 1);
            if last.ends_with(';') || !vocabulary.is_modifier(&words[k + 1..next].join(" ")) {
                return k + 1;
            }
        }
        k += 1;
    }
    words.len()
}

fn item(words: &[(usize, usize)], texts: &[&str], name: usize, rule: &'static str, label: f32, doubt: f32) -> Option<Item> {
    let code = texts.iter().enumerate().find_map(|(k, w)| icd10(w).map(|code| (k, code)));
    let end = code.as_ref().map_or(name, |(k, _)| name.min(*k));
    let shown = clean(&texts[..end].join(" "));
    let letters = shown.chars().filter(|c| c.is_alphabetic()).count();
    let mut parts = Vec::new();
    if letters >= 2 {
        // Names of problems are short; what is longer is a sentence.
        let own = if end > 9 || letters < 3 { 0.4 } else { 0.0 };
        parts.push(Part::new(Field::ConditionText, shown, &words[..end], Form::Free, own));
    }
    if let Some((k, code)) = code {
        parts.push(Part::new(Field::ConditionIcd10, code, &words[k..=k], Form::Valid, 0.0));
    }
    (!parts.is_empty()).then_some(Item { group: Group::Condition, parts, rule, label, doubt })
}

/// Problems of a block of text. An assessment counts where it is a list; its prose is none.
///
/// `dropped` hears of what was left out as denied or another's although it does not begin so: a person should look.
pub(super) fn of_block(pages: &[PageLayout], block: &Block, vocabulary: &ItemWords, dropped: &mut dyn FnMut(usize)) -> Vec<Item> {
    let judged = matches!(block.entry.section, Some(Section::Assessment | Section::Impression | Section::AssessmentAndPlan));
    let pieces = pieces(pages, block, !judged, &vocabulary.context);
    let mut items = Vec::new();
    for piece in &pieces {
        if judged && !piece.marked && (block.entry.section == Some(Section::AssessmentAndPlan) || piece.words.len() > 8) {
            continue;
        }
        if vocabulary.is_none(&text(pages, &piece.words)) {
            continue;
        }
        let Some((piece, doubt)) = piece.own(pages, &vocabulary.context) else {
            if let (Some(&(page, _)), false) = (piece.words.first(), piece.said.first().is_some_and(|s| s.trigger)) {
                dropped(page);
            }
            continue;
        };
        // Under a numbered problem of a plan stands what is done about it; the problem is the first line.
        let words =
            if judged && block.entry.section == Some(Section::AssessmentAndPlan) { &piece.words[..piece.first_line] } else { &piece.words };
        let texts: Vec<&str> = words.iter().map(|&(p, w)| pages[p].word(w).text.as_str()).collect();
        let whole = texts.join(" ");
        if vocabulary.is_none(&whole) {
            continue;
        }
        let name = if judged { name_length(&texts, vocabulary) } else { texts.len() };
        let own = if judged && !piece.marked { 0.3 } else { 0.0 };
        items.extend(item(words, &texts, name, "items.condition", block.label(), (block.doubt() + own + doubt).min(1.0)));
    }
    items
}

/// Problems of tables, and the lines that the tables cover.
pub(super) fn of_tables(pages: &[PageLayout], blocks: &[Block], vocabulary: &ItemWords) -> (Vec<Item>, Vec<(usize, usize)>) {
    let (mut items, mut covered) = (Vec::new(), Vec::new());
    let spec = TableSpec { names: &vocabulary.condition, key: Role::Condition, any_of: &[Role::Code, Role::Other] };
    for (at, page) in pages.iter().enumerate() {
        for table in tables::find(page, &spec, &heads_line(pages, blocks, at)) {
            covered.extend(table.lines().into_iter().map(|l| (at, l)));
            for row in &table.rows {
                let name: Vec<(usize, usize)> = table.cell(row, Role::Condition).iter().map(|&w| (at, w)).collect();
                let shown = text(pages, &name);
                if vocabulary.is_none(&shown) || vocabulary.is_denied(&shown) {
                    continue;
                }
                let mut words = name.clone();
                words.extend(table.cell(row, Role::Code).iter().map(|&w| (at, w)));
                let mut texts: Vec<String> = words.iter().map(|&(p, w)| pages[p].word(w).text.clone()).collect();
                // In a column of codes no brackets are needed.
                for text in &mut texts[name.len()..] {
                    *text = format!("({})", text.trim_matches(|c: char| !c.is_alphanumeric()));
                }
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                items.extend(item(&words, &texts, name.len(), "items.condition-table", 1.0, 0.0));
            }
        }
    }
    (items, covered)
}

/// Problems ticked "yes" in a questionnaire: rows of a name with a box under Yes and a box under No.
///
/// Also the page of a questionnaire whose boxes were not found.
pub(super) fn ticked(pages: &[PageLayout], vocabulary: &ItemWords) -> (Vec<Item>, Option<PageNumber>) {
    let (mut items, mut unsure) = (Vec::new(), None);
    for (at, page) in pages.iter().enumerate() {
        for line in 0..page.lines.len() {
            let heads = yes_heads(page, line, vocabulary);
            if !heads.is_empty() {
                let mut lacking = false;
                items.extend(ticked_below(page, at, line, &heads, &mut lacking));
                unsure = unsure.or(lacking.then_some(page.reading.number));
            }
        }
    }
    (items, unsure)
}

/// Middles of the Yes and No columns, where a line holds nothing but their heads. A No that was not read is taken from the boxes.
fn yes_heads(page: &PageLayout, line: usize, vocabulary: &ItemWords) -> Vec<(f32, f32)> {
    let words: Vec<usize> = page.lines[line].segments.iter().flat_map(|&s| page.segments[s].words.iter().copied()).collect();
    let is = |w: usize, list: &std::collections::BTreeSet<String>| list.contains(&fold(&page.word(w).text));
    let scrap = |w: usize| page.word(w).text.chars().count() <= 2;
    let heads = |w: usize| is(w, &vocabulary.yes) || is(w, &vocabulary.no);
    if words.len() < 2 || !words.iter().all(|&w| heads(w) || scrap(w)) {
        return Vec::new();
    }
    let bottom = page.lines[line].rect.bottom();
    words
        .iter()
        .enumerate()
        .filter(|(_, w)| is(**w, &vocabulary.yes))
        .filter_map(|(k, &yes)| {
            let x = page.word(yes).rect.center_x();
            if let Some(&no) = words.get(k + 1).filter(|w| is(**w, &vocabulary.no)) {
                return Some((x, page.word(no).rect.center_x()));
            }
            let right = |b: &&crate::model::CheckBox| {
                let off = b.rect.center_x() - x;
                b.rect.y > bottom - page.unit && b.rect.y < bottom + 12.0 * page.unit && off > 1.2 * page.unit && off < 6.0 * page.unit
            };
            let boxes = page.reading.checkboxes.iter().filter(right);
            boxes.map(|b| b.rect.center_x()).min_by(f32::total_cmp).map(|no| (x, no))
        })
        .collect()
}

/// Boxes from top to bottom, with those near a height found by bisection.
struct Boxes<'p>(Vec<&'p CheckBox>);

impl<'p> Boxes<'p> {
    fn new(boxes: impl Iterator<Item = &'p CheckBox>) -> Self {
        let mut boxes: Vec<&CheckBox> = boxes.collect();
        boxes.sort_by(|a, b| a.rect.center_y().total_cmp(&b.rect.center_y()));
        Self(boxes)
    }

    fn near(&self, y: f32, reach: f32) -> &[&'p CheckBox] {
        let from = self.0.partition_point(|b| b.rect.center_y() <= y - reach);
        let to = self.0.partition_point(|b| b.rect.center_y() < y + reach);
        self.0.get(from..to).unwrap_or_default()
    }
}

/// `unsure` hears of a column whose boxes were not found.
fn ticked_below(page: &PageLayout, at: usize, head: usize, heads: &[(f32, f32)], unsure: &mut bool) -> Vec<Item> {
    let reach = 1.3 * page.unit;
    let bottom = page.lines[head].rect.bottom();
    let all = Boxes::new(page.reading.checkboxes.iter());
    let column =
        |x: f32| Boxes::new(all.0.iter().copied().filter(|b| (b.rect.center_x() - x).abs() < reach && b.rect.y > bottom - 0.5 * page.unit));
    let mut items = Vec::new();
    for (k, &(yes_x, no_x)) in heads.iter().enumerate() {
        let (yes_boxes, no_boxes) = (column(yes_x), column(no_x));
        // Rows are where either box was found; a box that was filled to the frame may not have been found.
        let mut rows: Vec<f32> = yes_boxes.0.iter().chain(&no_boxes.0).map(|b| b.rect.center_y()).collect();
        rows.sort_by(f32::total_cmp);
        rows.dedup_by(|a, b| (*a - *b).abs() < 0.6 * page.unit);
        let near = 0.6 * page.unit;
        // A column most of whose boxes were not found tells nothing by the lack of one.
        let lacking = rows.iter().filter(|&&y| yes_boxes.near(y, near).is_empty()).count();
        let told = 2 * lacking < rows.len();
        *unsure |= !told && !rows.is_empty();
        let mut reached = bottom;
        for y in rows {
            if y - reached > 3.5 * page.unit {
                break;
            }
            reached = y;
            let doubt = match (yes_boxes.near(y, near).first(), no_boxes.near(y, near).first()) {
                (Some(yes), Some(no)) if yes.ticked => {
                    if no.ticked {
                        0.6
                    } else {
                        0.05
                    }
                }
                (None, Some(no)) if !no.ticked && told => 0.5,
                _ => continue,
            };
            let left = if k == 0 { f32::MIN } else { heads[k - 1].1 + page.unit };
            let beside = name_beside(page, &all, left, yes_x - 0.4 * page.unit, y);
            let words: Vec<(usize, usize)> = beside.into_iter().map(|w| (at, w)).collect();
            let texts: Vec<&str> = words.iter().map(|&(_, w)| page.word(w).text.as_str()).collect();
            items.extend(item(&words, &texts, texts.len(), "items.condition-ticked", 1.0, doubt));
        }
    }
    items
}

/// The words left of a box on its row, without those that the engine made of boxes.
fn name_beside(page: &PageLayout, boxes: &Boxes<'_>, left: f32, right: f32, y: f32) -> Vec<usize> {
    let beside = boxes.near(y, 2.0 * page.unit);
    let in_box = |x: f32, y: f32| beside.iter().any(|b| b.rect.grown(0.15 * page.unit).contains(x, y));
    // Lines stand in order of their middles, nearly; a few units to either side hold every word of the row.
    let from = page.lines.partition_point(|l| l.rect.bottom() < y - 3.0 * page.unit);
    let lines = page.lines[from..].iter().take_while(|l| l.rect.y < y + 3.0 * page.unit);
    let mut words: Vec<usize> = lines
        .flat_map(|l| l.segments.iter().flat_map(|&s| page.segments[s].words.iter().copied()))
        .filter(|&w| {
            let rect = &page.word(w).rect;
            rect.x >= left
                && rect.right() <= right + 0.3 * page.unit
                && (rect.center_y() - y).abs() < 0.6 * page.unit
                && !in_box(rect.center_x(), rect.center_y())
                && page.word(w).text.chars().any(char::is_alphanumeric)
        })
        .collect();
    words.sort_by(|&a, &b| page.word(a).rect.x.total_cmp(&page.word(b).rect.x));
    words
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::typed;
    use super::super::tests::items;
    use super::super::words::tests::words;
    use super::*;
    use crate::model::{DocumentKind, Rect};

    #[test]
    fn codes_are_known_by_their_form() {
        for (word, want) in [
            ("(K51.90).", Some("K51.90")),
            ("F17.210", Some("F17.210")),
            ("(I10)", Some("I10")),
            ("(E669)", Some("E66.9")),
            ("H40.1190", Some("H40.1190")),
            ("A10", None),
            ("COPD", None),
            ("T98.6F", Some("T98.6F")),
            ("1998", None),
        ] {
            assert_eq!(icd10(word).as_deref(), want, "{word}");
        }
    }

    #[test]
    fn problems_of_lists_histories_and_assessments() {
        use DocumentKind::*;
        for (text, kind, want) in [
            ("DISCHARGE DIAGNOSES:\n1. Colitis (K51.90).\n2. Gout.", DischargeSummary, vec!["Colitis | K51.90", "Gout"]),
            ("PMH: Asthma, Breast cancer, right, Gout.", ProgressNote, vec!["Asthma", "Breast cancer, right", "Gout"]),
            ("ASSESSMENT:\n1. Otitis media, third episode this year.\n2. Gout - flare.", ProgressNote, vec!["Otitis media", "Gout"]),
            (
                "ASSESSMENT: 1) Diabetes mellitus, type 2, uncontrolled, A1c above goal. 2) Gout.",
                ProgressNote,
                vec!["Diabetes mellitus, type 2, uncontrolled", "Gout"],
            ),
            ("Assessment and Plan\n1. Gout\nColchicine at once.", ProgressNote, vec!["Gout"]),
            ("ASSESSMENT: He is doing well on the present treatment and has no new complaint.", ProgressNote, vec![]),
            ("Past medical history: None.", ProgressNote, vec![]),
            ("Past medical history: Denies asthma.", ProgressNote, vec![]),
            ("FAMILY HISTORY: Gout, asthma.", ProgressNote, vec![]),
        ] {
            assert_eq!(items(text, kind), want, "{text}");
        }
    }

    #[test]
    fn what_is_ticked_yes_is_a_problem() {
        let mut page = typed("                     Yes   No\nHeart attack\nAsthma\nGout");
        let box_at =
            |x: f32, y: f32, ticked: bool| CheckBox { rect: Rect::new(x, y, 20.0, 20.0), ink: if ticked { 0.5 } else { 0.0 }, ticked };
        for (row, yes) in [(0, false), (1, true)] {
            let y = 50.0 + 30.0 * row as f32;
            page.reading.checkboxes.push(box_at(235.0, y, yes));
            page.reading.checkboxes.push(box_at(290.0, y, !yes));
        }
        // A box so full of ink that it was not found, beside an empty one.
        page.reading.checkboxes.push(box_at(290.0, 110.0, false));
        let (got, unsure) = ticked(&[page], &words());
        assert!(unsure.is_none());
        assert_eq!(got.len(), 2);
        assert!(got[1].doubt >= 0.5);
        assert_eq!(got[0].parts[0].value, "Asthma");
    }
}
