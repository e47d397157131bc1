//! Boxes that printed rules draw around segments.

use crate::model::{Cell, PageReading, Rect, RulingKind, Segment};

/// A box taller than this many units is a frame around a part of the page, not a field.
const TALLEST: f32 = 14.0;

/// Finds the nearest rule on each side of every segment; where all four stand, that is its cell. Cells are numbered top to
/// bottom, left to right, and segments of one box share their cell.
pub(super) fn around(segments: &mut [Segment], reading: &PageReading, unit: f32) -> Vec<Cell> {
    let mut found: Vec<Option<Rect>> = segments.iter().map(|s| enclosing(&s.rect, reading, unit)).collect();
    let mut cells: Vec<Cell> = Vec::new();
    for rect in found.iter_mut().flatten() {
        if let Some(same) = cells.iter().find(|c| near(&c.rect, rect, 0.7 * unit)) {
            *rect = same.rect;
        } else {
            cells.push(Cell { rect: *rect });
        }
    }
    cells.sort_by(|a, b| a.rect.y.total_cmp(&b.rect.y).then(a.rect.x.total_cmp(&b.rect.x)));
    for (segment, rect) in segments.iter_mut().zip(&found) {
        segment.cell = rect.and_then(|r| cells.iter().position(|c| c.rect == r));
    }
    cells
}

fn near(a: &Rect, b: &Rect, by: f32) -> bool {
    (a.x - b.x).abs() < by && (a.y - b.y).abs() < by && (a.right() - b.right()).abs() < by && (a.bottom() - b.bottom()).abs() < by
}

fn enclosing(rect: &Rect, reading: &PageReading, unit: f32) -> Option<Rect> {
    let slack = 0.35 * unit;
    let (x, y) = (rect.center_x(), rect.center_y());
    let mut top: Option<f32> = None;
    let mut bottom: Option<f32> = None;
    let mut left: Option<f32> = None;
    let mut right: Option<f32> = None;
    for ruling in &reading.rulings {
        let r = &ruling.rect;
        match ruling.kind {
            RulingKind::Horizontal if x >= r.x - slack && x <= r.right() + slack => {
                if r.center_y() <= rect.y + slack {
                    top = Some(top.map_or(r.center_y(), |t| t.max(r.center_y())));
                } else if r.center_y() >= rect.bottom() - slack {
                    bottom = Some(bottom.map_or(r.center_y(), |b| b.min(r.center_y())));
                }
            }
            RulingKind::Vertical if y >= r.y - slack && y <= r.bottom() + slack => {
                if r.center_x() <= rect.x + slack {
                    left = Some(left.map_or(r.center_x(), |l| l.max(r.center_x())));
                } else if r.center_x() >= rect.right() - slack {
                    right = Some(right.map_or(r.center_x(), |e| e.min(r.center_x())));
                }
            }
            _ => {}
        }
    }
    let cell = Rect::from_corners(left?, top?, right?, bottom?);
    (cell.h <= TALLEST * unit).then_some(cell)
}

#[cfg(test)]
mod tests {
    use super::super::{analyse, testing::*};

    #[test]
    fn label_and_value_of_one_box_share_their_cell() {
        let mut reading =
            page(vec![word("NAME", 20.0, 15.0), word("DOE", 20.0, 45.0), word("SEX", 320.0, 15.0), word("free", 20.0, 200.0)]);
        reading.rulings = vec![
            across(10.0, 500.0, 5.0),
            across(10.0, 500.0, 80.0),
            down(10.0, 5.0, 80.0),
            down(300.0, 5.0, 80.0),
            down(500.0, 5.0, 80.0),
        ];
        let layout = analyse(reading);
        let cell = |text: &str| (0..layout.segments.len()).find(|&s| layout.text(s) == text).and_then(|s| layout.segments[s].cell);
        assert_eq!(cell("NAME"), Some(0));
        assert_eq!(cell("DOE"), Some(0));
        assert_eq!(cell("SEX"), Some(1));
        assert_eq!(cell("free"), None);
    }
}
