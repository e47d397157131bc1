//! Comb fields: rows of small cells of one pitch, one character a cell. Owns where their cells and dividers are; what stands in them is
//! read by the pipeline.

use crate::model::{GreyPage, Rect, Ruling, RulingKind};

use super::bitmap::Bitmap;
use super::rulings::{is_thin, lines};

/// Height of a divider, and step from one to the next, inches.
const HEIGHT: (f32, f32) = (0.12, 0.45);
const PITCH: (f32, f32) = (0.09, 0.45);
/// How far steps may be off the usual one.
const UNEVEN: f32 = 0.2;
/// A cell is so many times as wide as high; what is wider is a table.
const SHAPE: (f32, f32) = (0.35, 1.5);
/// Share of the way between two dividers that a rule has to run along their heads or feet.
const RULED: f32 = 0.8;

/// A row of cells for single characters.
#[derive(Clone, Debug, PartialEq)]
pub struct Comb {
    /// The insides of the cells, left to right, pixels of the page.
    pub cells: Vec<Rect>,
    /// The upright strokes between and beside them.
    pub dividers: Vec<Ruling>,
}

impl Comb {
    /// The hull of its cells.
    pub fn rect(&self) -> Rect {
        Rect::hull(self.cells.iter()).unwrap_or_default()
    }
}

/// Finds the combs of a straightened page. `dpi` is that of the bitmap's cells, `columns` the bitmap transposed.
pub(super) fn find(page: &GreyPage, threshold: u8, bitmap: &Bitmap, columns: &Bitmap, dpi: f32) -> Vec<Comb> {
    let scale = bitmap.factor as f32;
    let inch = dpi * scale;
    // In pixels of the page; lines of the transposed picture have x and y exchanged.
    let mut strokes: Vec<Rect> = lines(columns, dpi, HEIGHT.0)
        .into_iter()
        .map(|r| Rect::new(r.y * scale, r.x * scale, r.h * scale, r.w * scale))
        .filter(|r| r.h <= HEIGHT.1 * inch && r.w <= 0.05 * inch)
        .collect();
    strokes.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let mut combs: Vec<Comb> = chains(&strokes, inch).into_iter().flat_map(|chain| cut(&chain, bitmap, inch)).collect();
    // A row of stems of bold letters is no comb: its strokes are of one thickness and whole.
    combs.retain(|comb| {
        let thin = |d: &&Ruling| is_thin(page, threshold, &Ruling { rect: d.rect.grown(-1.0), ..**d }, inch);
        comb.dividers.iter().filter(thin).count() * 4 >= comb.dividers.len() * 3
    });
    combs
}

/// Strokes of one height that follow each other on one level.
fn chains(strokes: &[Rect], inch: f32) -> Vec<Vec<Rect>> {
    let (mut open, mut done): (Vec<Vec<Rect>>, Vec<Vec<Rect>>) = (Vec::new(), Vec::new());
    for stroke in strokes {
        // What ended far to the left is done: so only the few chains that lie one above the other are looked at.
        let (still, over): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|chain| chain.last().is_some_and(|last| stroke.x - last.x <= 2.0 * PITCH.1 * inch));
        open = still;
        done.extend(over);
        let level = |last: &Rect| (last.y - stroke.y).abs() <= 0.03 * inch && (last.bottom() - stroke.bottom()).abs() <= 0.03 * inch;
        match open.iter_mut().find(|chain| chain.last().is_some_and(level)) {
            Some(chain) => chain.push(*stroke),
            None => open.push(vec![*stroke]),
        }
    }
    done.extend(open);
    done.retain(|chain| chain.len() >= 3);
    done
}

/// The combs that a chain of strokes makes up: parted where no rule runs from one stroke to the next.
fn cut(chain: &[Rect], bitmap: &Bitmap, inch: f32) -> Vec<Comb> {
    let step = |a: &Rect, b: &Rect| b.center_x() - a.center_x();
    let mut steps: Vec<f32> = chain.windows(2).map(|w| step(&w[0], &w[1])).filter(|s| *s >= PITCH.0 * inch).collect();
    steps.sort_by(f32::total_cmp);
    let Some(&pitch) = steps.get(steps.len() / 2).filter(|p| **p <= PITCH.1 * inch) else { return Vec::new() };
    let even = |s: f32, boxes: f32| (s - boxes * pitch).abs() <= UNEVEN * pitch;
    let mut combs = Vec::new();
    let mut run: Vec<(Rect, usize)> = Vec::new(); // a stroke, and how many cells lie before it
    let close = |run: &mut Vec<(Rect, usize)>, combs: &mut Vec<Comb>| {
        combs.extend(comb(&std::mem::take(run), pitch, bitmap, inch));
    };
    for stroke in chain {
        let Some(&(last, _)) = run.last() else {
            run.push((*stroke, 0));
            continue;
        };
        let s = step(&last, stroke);
        let joined = ruled(bitmap, &last, last.center_x(), stroke.center_x());
        if s < (1.0 - UNEVEN) * pitch && joined {
            continue; // the stem of a letter
        }
        let boxes = if even(s, 1.0) {
            1
        } else if even(s, 2.0) {
            2
        } else {
            0
        };
        if boxes > 0 && joined {
            run.push((*stroke, boxes));
        } else {
            close(&mut run, &mut combs);
            run.push((*stroke, 0));
        }
    }
    close(&mut run, &mut combs);
    // A single box beside combs of its make (a middle initial) is one of them; single boxes alone are for ticks.
    if combs.iter().any(|comb| comb.cells.len() > 1) { combs } else { Vec::new() }
}

/// Whether a rule runs along the heads or the feet of a stroke from one x to another, pixels.
fn ruled(bitmap: &Bitmap, stroke: &Rect, from: f32, to: f32) -> bool {
    let scale = bitmap.factor as f32;
    let (x0, x1) = ((from.min(to) / scale).max(0.0) as usize, ((from.max(to) / scale) as usize).min(bitmap.width));
    if x0 >= x1 {
        return false;
    }
    let along = |y: f32| {
        let y = (y / scale) as usize;
        let rows = y.saturating_sub(3)..(y + 4).min(bitmap.height);
        (x0..x1).filter(|&x| rows.clone().any(|y| bitmap.row(y)[x] != 0)).count() as f32 >= RULED * (x1 - x0) as f32
    };
    along(stroke.y) && along(stroke.bottom())
}

fn comb(run: &[(Rect, usize)], pitch: f32, bitmap: &Bitmap, inch: f32) -> Option<Comb> {
    let (first, last) = (run.first()?.0, run.last()?.0);
    let height = first.h;
    if run.len() < 2 || !(SHAPE.0..=SHAPE.1).contains(&(pitch / height)) {
        return None;
    }
    let inset = 0.012 * inch;
    let cell = |left: f32, right: f32, beside: &Rect| {
        Rect::from_corners(left + inset, beside.y + inset, (right - inset).max(left + inset + 1.0), beside.bottom() - inset)
    };
    let mut cells = Vec::new();
    // The outermost stroke may be lost where a form begins at the edge of its table.
    if ruled(bitmap, &first, first.x - 0.85 * pitch, first.x) {
        cells.push(cell(first.center_x() - pitch, first.x, &first));
    }
    for pair in run.windows(2) {
        let ((a, _), (b, boxes)) = (pair[0], pair[1]);
        let middle = (a.right() + b.x) / 2.0;
        if boxes == 2 {
            cells.push(cell(a.right(), middle, &a));
            cells.push(cell(middle, b.x, &b));
        } else {
            cells.push(cell(a.right(), b.x, &a));
        }
    }
    if ruled(bitmap, &last, last.right(), last.right() + 0.85 * pitch) {
        cells.push(cell(last.right(), last.center_x() + pitch, &last));
    }
    let dividers = run.iter().map(|(rect, _)| Ruling { kind: RulingKind::Vertical, rect: *rect }).collect();
    Some(Comb { cells, dividers })
}

#[cfg(test)]
mod tests {
    use super::super::rulings;
    use super::*;

    fn draw(page: &mut GreyPage, x: u32, y: u32, w: u32, h: u32) {
        for row in y..y + h {
            for col in x..x + w {
                page.pixels[(row * page.width + col) as usize] = 0;
            }
        }
    }

    /// A comb of `cells` cells of 40 by 60 pixels.
    fn comb_at(page: &mut GreyPage, x: u32, y: u32, cells: u32) {
        draw(page, x, y, 40 * cells + 3, 3);
        draw(page, x, y + 60, 40 * cells + 3, 3);
        for i in 0..=cells {
            draw(page, x + i * 40, y, 3, 60);
        }
    }

    fn found(page: &GreyPage) -> Vec<Comb> {
        let bitmap = Bitmap::of(page, 2, 128);
        find(page, 128, &bitmap, &bitmap.transposed(), 150.0)
    }

    #[test]
    fn cells_are_found_parted_and_counted() {
        let mut page = GreyPage::filled(1200, 700, 255);
        comb_at(&mut page, 100, 100, 20);
        comb_at(&mut page, 100, 300, 2);
        comb_at(&mut page, 210, 300, 2);
        comb_at(&mut page, 320, 300, 4);
        draw(&mut page, 950, 100, 3, 60); // a stroke elsewhere
        for i in 0..8 {
            draw(&mut page, 600 + i * 40, 300, 6, 60); // stems without rules
        }
        let mut counts: Vec<(i32, usize)> = found(&page).iter().map(|c| (c.rect().x as i32 / 10, c.cells.len())).collect();
        counts.sort_unstable();
        assert_eq!(counts, [(10, 2), (10, 20), (21, 2), (32, 4)]);
    }

    #[test]
    fn dividers_of_a_comb_go_and_its_letters_stay() {
        let mut page = GreyPage::filled(1200, 400, 255);
        comb_at(&mut page, 100, 100, 20);
        for i in 0..12 {
            draw(&mut page, 112 + i * 40, 112, 5, 36); // an I in each cell
        }
        draw(&mut page, 950, 100, 3, 60);
        let combs = found(&page);
        assert_eq!((combs.len(), combs[0].cells.len(), combs[0].dividers.len()), (1, 20, 21));
        rulings::erase(&mut page, &combs[0].dividers, 128, 300.0);
        assert_eq!((page.at(141, 130), page.at(501, 130), page.at(114, 130), page.at(951, 130), page.at(300, 101)), (255, 255, 0, 0, 0));
    }

    #[test]
    fn a_lost_divider_and_a_lost_edge_are_made_good() {
        let mut page = GreyPage::filled(1200, 400, 255);
        comb_at(&mut page, 100, 100, 10);
        for y in 103..160 {
            for x in (100..103).chain(300..303) {
                page.pixels[(y * page.width + x) as usize] = 255;
            }
        }
        let combs = found(&page);
        assert_eq!(combs.iter().map(|c| c.cells.len()).collect::<Vec<_>>(), [10]);
    }

    #[test]
    fn a_table_is_no_comb() {
        let mut page = GreyPage::filled(1200, 700, 255);
        for y in [100, 180, 260, 340] {
            draw(&mut page, 100, y, 900, 3);
        }
        for x in [100, 300, 420, 700, 1000] {
            draw(&mut page, x, 100, 3, 243);
        }
        assert!(found(&page).is_empty());
    }
}
