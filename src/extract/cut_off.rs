//! Text that layout analysis cut off. Agreement of engines cannot see it, as both read the same crop: ink beside a value that no word covers
//! says that the value may go on.
//!
//! Looked at: the value's cell where rules draw one, else a strip of a letter's width or so on either side of its words, up to the next
//! word. Commas, dots and specks are too small to count; marks in checkboxes are another rule's business. A lone mark some way off is dirt
//! more often than text: it takes one right beside the value, or several.

use crate::model::{PageLayout, Rect, TextSource};

/// Ink of these heights counts, in heights of the value's words.
const HEIGHTS: std::ops::RangeInclusive<f32> = 0.45..=2.0;
/// How far ink beside a value may stand from it where no cell says how far the field goes, in heights of its words.
const BESIDE: f32 = 1.2;
/// Nearer than this one mark is enough.
const TOUCHING: f32 = 0.6;

/// Whether ink stands beside these words, or in their cell, that no word covers.
pub(super) fn looks_cut_off(page: &PageLayout, words: &[usize]) -> bool {
    let uncovered = &page.reading.uncovered;
    if uncovered.is_empty() || page.reading.text_source == TextSource::TextLayer {
        return false;
    }
    lines(page, words).iter().any(|line| {
        let around = field(page, line, words);
        let beside: Vec<f32> = uncovered.iter().filter(|ink| counts(page, ink, line, &around)).map(|ink| distance(ink, line)).collect();
        beside.len() > 1 || beside.iter().any(|&far| far < TOUCHING * line.h)
    })
}

/// The hulls of the words, line by line.
fn lines(page: &PageLayout, words: &[usize]) -> Vec<Rect> {
    let mut lines: Vec<Rect> = Vec::new();
    for &w in words {
        let rect = page.word(w).rect;
        match lines.iter_mut().find(|line| (line.center_y() - rect.center_y()).abs() < 0.5 * line.h.max(rect.h)) {
            Some(line) => {
                *line = Rect::from_corners(
                    line.x.min(rect.x),
                    line.y.min(rect.y),
                    line.right().max(rect.right()),
                    line.bottom().max(rect.bottom()),
                )
            }
            None => lines.push(rect),
        }
    }
    lines
}

/// Where the rest of a line's value might stand: between its neighbours, within its cell.
fn field(page: &PageLayout, line: &Rect, words: &[usize]) -> Rect {
    let cell = page.cells.iter().find(|cell| cell.rect.contains(line.center_x(), line.center_y())).map(|cell| cell.rect);
    let (mut left, mut right) = match cell {
        // The rules themselves, and what is left of them, lie within a sixth of a letter.
        Some(cell) => (cell.x + 0.15 * line.h, cell.right() - 0.15 * line.h),
        None => (line.x - BESIDE * line.h, line.right() + BESIDE * line.h),
    };
    for (w, word) in page.reading.words.iter().enumerate() {
        let same_line = (word.rect.center_y() - line.center_y()).abs() < 0.6 * line.h;
        if !same_line || words.contains(&w) {
            continue;
        }
        if word.rect.center_x() < line.x {
            left = left.max(word.rect.right());
        } else if word.rect.center_x() > line.right() {
            right = right.min(word.rect.x);
        }
    }
    Rect::from_corners(left.min(line.x), line.y - 0.1 * line.h, right.max(line.right()), line.bottom() + 0.1 * line.h)
}

fn counts(page: &PageLayout, ink: &Rect, line: &Rect, around: &Rect) -> bool {
    HEIGHTS.contains(&(ink.h / line.h.max(1.0)))
        && ink.w <= 6.0 * ink.h
        && around.contains(ink.center_x(), ink.center_y())
        && !page.reading.checkboxes.iter().any(|tick| tick.rect.grown(0.2 * tick.rect.h).contains(ink.center_x(), ink.center_y()))
}

/// Between a mark and the words, across.
fn distance(ink: &Rect, line: &Rect) -> f32 {
    (ink.x - line.right()).max(line.x - ink.right()).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::super::testing::typed;
    use super::*;

    /// "Name: LAUREN   Sex: F" with words of 20 pixels height; the value stands at 80–140.
    fn cut_off(ink: &[Rect]) -> bool {
        let mut page = typed("Name: LAUREN            Sex: F");
        page.reading.uncovered = ink.to_vec();
        let value = page.reading.words.iter().position(|w| w.text == "LAUREN").unwrap();
        looks_cut_off(&page, &[value])
    }

    #[test]
    fn ink_beside_a_value_counts_and_other_ink_does_not() {
        let letter = |x: f32| Rect::new(x, 22.0, 9.0, 16.0);
        let cases = [
            ("a letter right behind it", vec![letter(145.0)], true),
            ("a letter right before it", vec![letter(70.0)], true),
            ("a letter under the label", vec![letter(40.0)], false),
            ("two letters a little off", vec![letter(153.0), letter(158.0)], true),
            ("one a little off: dirt", vec![letter(155.0)], false),
            ("letters far away", vec![letter(200.0), letter(212.0)], false),
            ("a comma", vec![Rect::new(143.0, 34.0, 3.0, 6.0)], false),
            ("a dash of a rule", vec![Rect::new(143.0, 28.0, 70.0, 10.0)], false),
            ("the line below", vec![Rect::new(143.0, 52.0, 9.0, 16.0)], false),
            ("nothing", vec![], false),
        ];
        for (name, ink, expected) in cases {
            assert_eq!(cut_off(&ink), expected, "{name}");
        }
    }

    #[test]
    fn a_cell_is_looked_at_to_its_end() {
        use crate::model::Cell;
        let mut page = typed("Name: LAUREN            Sex: F");
        page.reading.uncovered = vec![Rect::new(200.0, 22.0, 9.0, 16.0), Rect::new(212.0, 22.0, 9.0, 16.0)];
        let value = page.reading.words.iter().position(|w| w.text == "LAUREN").unwrap();
        assert!(!looks_cut_off(&page, &[value]));
        page.cells.push(Cell { rect: Rect::new(10.0, 10.0, 240.0, 40.0) });
        assert!(looks_cut_off(&page, &[value]));
    }
}
