//! Words to lines across the page, and lines to segments.

use crate::model::{Line, PageReading, RulingKind, Segment, Word};

/// A gap wider than this many units parts two segments. A blank in a fixed-pitch face is about 0.9 units, two blanks (after a full
/// stop) about 1.8; the space between columns of a form is seldom under 2.
const WIDE_GAP: f32 = 1.9;

/// The same behind a colon, where a label ends.
const WIDE_GAP_AFTER_COLON: f32 = 1.2;

/// Smallest unit, pixels: pages with a handful of specks must not divide by next to nothing.
const SMALLEST_UNIT: f32 = 8.0;

/// Median height of the words that hold a letter or digit.
pub(crate) fn unit(words: &[Word]) -> f32 {
    let mut heights: Vec<f32> = words.iter().filter(|w| !is_rule_remains(&w.text)).map(|w| w.rect.h).collect();
    heights.sort_by(f32::total_cmp);
    heights.get(heights.len() / 2).copied().unwrap_or(SMALLEST_UNIT).max(SMALLEST_UNIT)
}

/// Whether a word is only what is left of rules and frames.
pub(super) fn is_rule_remains(text: &str) -> bool {
    text.chars()
        .all(|c| matches!(c, '|' | '_' | '~' | '—' | '–' | '=' | '[' | ']' | '{' | '}' | '\\' | '¦' | '“' | '‘' | '`' | '¢' | '«' | '»'))
}

/// Groups words (by index) into rows, top to bottom, each left to right.
///
/// A word joins the row whose nearest word (along x) shares at least half of the smaller height with it; so a row may drift by the
/// little skew that is left after straightening.
pub(crate) fn rows(words: &[Word], unit: f32) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> =
        (0..words.len()).filter(|&i| !is_rule_remains(&words[i].text) && words[i].rect.h < 6.0 * unit && words[i].rect.h > 0.0).collect();
    order.sort_by(|&a, &b| words[a].rect.x.total_cmp(&words[b].rect.x).then(words[a].rect.y.total_cmp(&words[b].rect.y)));
    let mut rows: Vec<Vec<usize>> = Vec::new();
    for i in order {
        let rect = &words[i].rect;
        let best = rows
            .iter_mut()
            .filter_map(|row| {
                let before = row.last().map(|&j| &words[j])?;
                let last = &before.rect;
                // Two words that stand one above the other are no row, however tall they are; unless the engine read them as
                // one line and drew a box too wide.
                let one_line = (before.block, before.line) == (words[i].block, words[i].line);
                if !one_line && last.overlap_x(rect) > 0.5 * last.w.min(rect.w) {
                    return None;
                }
                let shared = last.overlap_y(rect) / last.h.min(rect.h).max(1.0);
                let off = (last.center_y() - rect.center_y()).abs();
                (shared >= 0.5 && off < 0.6 * last.h.max(rect.h)).then_some((off, row))
            })
            .min_by(|a, b| a.0.total_cmp(&b.0));
        match best {
            Some((_, row)) => row.push(i),
            None => rows.push(vec![i]),
        }
    }
    rows.sort_by(|a, b| middle(words, a).total_cmp(&middle(words, b)));
    rows
}

fn middle(words: &[Word], row: &[usize]) -> f32 {
    row.iter().map(|&i| words[i].rect.center_y()).sum::<f32>() / row.len().max(1) as f32
}

/// Cuts rows into segments at wide gaps and at vertical rules.
pub(super) fn segments(reading: &PageReading, rows: Vec<Vec<usize>>, unit: f32) -> (Vec<Segment>, Vec<Line>) {
    let words = &reading.words;
    let mut segments = Vec::new();
    let mut lines = Vec::new();
    for row in rows {
        let line = lines.len();
        let mut of_line = Vec::new();
        let mut current: Vec<usize> = Vec::new();
        for &i in &row {
            let parted = current.last().is_some_and(|&last| {
                let (a, b) = (&words[last], &words[i]);
                let gap = b.rect.x - a.rect.right();
                let local = unit.max(a.rect.h.min(b.rect.h)).min(2.0 * unit);
                let limit = if a.text.ends_with(':') { WIDE_GAP_AFTER_COLON } else { WIDE_GAP };
                gap > limit * local || rule_between(reading, a, b)
            });
            if parted {
                push(&mut segments, &mut of_line, std::mem::take(&mut current), line, words);
            }
            current.push(i);
        }
        push(&mut segments, &mut of_line, current, line, words);
        if let Some(rect) = crate::model::Rect::hull(row.iter().map(|&i| &words[i].rect)) {
            lines.push(Line { segments: of_line, rect });
        }
    }
    (segments, lines)
}

fn push(segments: &mut Vec<Segment>, of_line: &mut Vec<usize>, words_of: Vec<usize>, line: usize, words: &[Word]) {
    if let Some(rect) = crate::model::Rect::hull(words_of.iter().map(|&i| &words[i].rect)) {
        of_line.push(segments.len());
        segments.push(Segment { words: words_of, rect, line, cell: None });
    }
}

/// Whether a vertical rule stands in the gap between two neighbours and covers most of their height.
pub(crate) fn rule_between(reading: &PageReading, a: &Word, b: &Word) -> bool {
    let (from, to) = (a.rect.right() - 0.2 * a.rect.h, b.rect.x + 0.2 * b.rect.h);
    reading.rulings.iter().any(|r| {
        r.kind == RulingKind::Vertical
            && r.rect.center_x() >= from
            && r.rect.center_x() <= to
            && r.rect.overlap_y(&a.rect) > 0.6 * a.rect.h
            && r.rect.overlap_y(&b.rect) > 0.6 * b.rect.h
    })
}

#[cfg(test)]
mod tests {
    use super::super::{analyse, testing::*};

    #[test]
    fn a_wide_gap_parts_label_and_value() {
        let page =
            analyse(page(vec![word("Date", 10.0, 10.0), word("of", 60.0, 11.0), word("birth", 90.0, 9.0), word("1950", 300.0, 10.0)]));
        let texts: Vec<String> = (0..page.segments.len()).map(|s| page.text(s)).collect();
        assert_eq!(texts, ["Date of birth", "1950"]);
        assert_eq!(page.lines.len(), 1);
    }

    #[test]
    fn a_rule_parts_what_stands_close() {
        let mut reading = page(vec![word("left", 10.0, 10.0), word("right", 70.0, 10.0)]);
        reading.rulings.push(down(60.0, 0.0, 50.0));
        assert_eq!(analyse(reading).segments.len(), 2);
    }

    #[test]
    fn lines_run_top_to_bottom_and_tolerate_drift() {
        let page =
            analyse(page(vec![word("below", 10.0, 60.0), word("one", 10.0, 10.0), word("two", 60.0, 14.0), word("three", 110.0, 18.0)]));
        assert_eq!(page.line_text(0), "one two three");
        assert_eq!(page.line_text(1), "below");
    }

    #[test]
    fn remains_of_rules_stand_in_no_segment() {
        let page = analyse(page(vec![word("|", 5.0, 10.0), word("name", 30.0, 10.0), word("___", 80.0, 10.0)]));
        assert_eq!(page.segments.len(), 1);
        assert_eq!(page.text(0), "name");
    }
}
