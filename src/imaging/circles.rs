//! Loops that a pen drew around printed words, to choose them: found by the paper that they shut in, and taken out of the engine's picture.

use crate::model::{GreyPage, Rect};

use super::bitmap::Bitmap;
use super::combs::Comb;

/// Width and height of what a loop shuts in, inches.
const WIDTH: (f32, f32) = (0.12, 2.0);
/// Frames of stamps are higher.
const HEIGHT: (f32, f32) = (0.12, 0.3);
/// Share of its hull that a loop fills: an ellipse 0.79, a box 1.0. Neighbouring loops that cut into each other fill less.
const FILL: (f32, f32) = (0.5, 0.91);
/// Least share of the hull that is ink of the word inside.
const LEAST_INK: f32 = 0.02;
/// Thickest stroke of a pen, inches, and share of the rim that has to be such a stroke.
const STROKE: f32 = 0.06;
const RIM: f32 = 0.6;
/// A page with more loops than this is a picture or dirt.
const AT_MOST: usize = 200;

/// A run of paper in a row, end exclusive.
#[derive(Clone, Copy)]
struct Run {
    y: usize,
    x0: usize,
    x1: usize,
}

/// A loop.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Loop {
    /// What it shuts in, pixels of the page.
    pub inside: Rect,
    /// First and last row of paper inside by column and so on, cells: see [`Rim`].
    rim: Rim,
}

/// How far the paper inside reaches, in cells.
#[derive(Clone, Debug, PartialEq)]
struct Rim {
    x0: usize,
    y0: usize,
    /// First and last cell of paper in each row, and in each column.
    rows: Vec<(usize, usize)>,
    columns: Vec<(usize, usize)>,
}

/// Finds the loops of a page. `dpi` is that of the bitmap's cells.
/// What lies in one of the `combs` is a letter that touches its cell.
pub(super) fn find(bitmap: &Bitmap, dpi: f32, combs: &[Comb]) -> Vec<Loop> {
    let cells: Vec<Rect> = combs.iter().map(|comb| comb.rect().grown(0.03 * dpi * bitmap.factor as f32)).collect();
    let mut found: Vec<Loop> = shut_in(bitmap, dpi).iter().filter_map(|runs| judged(bitmap, runs, dpi)).collect();
    found.retain(|found| !cells.iter().any(|cell| cell.contains(found.inside.center_x(), found.inside.center_y())));
    if found.len() > AT_MOST {
        return Vec::new();
    }
    found.sort_by(|a, b| a.inside.y.total_cmp(&b.inside.y).then(a.inside.x.total_cmp(&b.inside.x)));
    found
}

/// The areas of paper of a likely size that ink shuts in (four neighbours: a thin slanting stroke holds), as their runs.
fn shut_in(bitmap: &Bitmap, dpi: f32) -> Vec<Vec<Run>> {
    let mut runs: Vec<Run> = Vec::new();
    let mut parent: Vec<u32> = Vec::new();
    let mut above = 0..0;
    for y in 0..bitmap.height {
        let first = runs.len();
        let mut from = 0;
        bitmap.runs(y, |start, end| {
            if start > from {
                runs.push(Run { y, x0: from, x1: start });
            }
            from = end;
        });
        if from < bitmap.width {
            runs.push(Run { y, x0: from, x1: bitmap.width });
        }
        parent.extend(first as u32..runs.len() as u32);
        let mut up = above.start;
        for i in first..runs.len() {
            while up < above.end && runs[up].x1 <= runs[i].x0 {
                up += 1;
            }
            let mut j = up;
            while j < above.end && runs[j].x0 < runs[i].x1 {
                let (a, b) = (root(&mut parent, i as u32), root(&mut parent, j as u32));
                parent[a.max(b) as usize] = a.min(b);
                j += 1;
            }
        }
        above = first..runs.len();
    }
    let inch = |n: usize| n as f32 / dpi;
    let likely = |hull: &(usize, usize, usize, usize)| {
        (WIDTH.0..=WIDTH.1).contains(&inch(hull.2 - hull.0)) && (HEIGHT.0..=HEIGHT.1).contains(&inch(hull.3 - hull.1))
    };
    let mut hulls = std::collections::HashMap::new();
    for (i, run) in (0_u32..).zip(&runs) {
        let r = root(&mut parent, i);
        let hull = hulls.entry(r).or_insert((run.x0, run.y, run.x1, run.y + 1));
        *hull = (hull.0.min(run.x0), hull.1.min(run.y), hull.2.max(run.x1), hull.3.max(run.y + 1));
    }
    let mut areas: std::collections::BTreeMap<u32, Vec<Run>> = std::collections::BTreeMap::new();
    for (i, run) in (0_u32..).zip(&runs) {
        let r = root(&mut parent, i);
        if hulls.get(&r).is_some_and(likely) {
            areas.entry(r).or_default().push(*run);
        }
    }
    areas.into_values().collect()
}

fn root(parent: &mut [u32], mut i: u32) -> u32 {
    while parent[i as usize] != i {
        parent[i as usize] = parent[parent[i as usize] as usize];
        i = parent[i as usize];
    }
    i
}

/// The loop around an area, if it is round, drawn by a pen and holds ink.
fn judged(bitmap: &Bitmap, runs: &[Run], dpi: f32) -> Option<Loop> {
    let (x0, x1) = (runs.iter().map(|r| r.x0).min()?, runs.iter().map(|r| r.x1).max()?);
    let (y0, y1) = (runs.first()?.y, runs.last()?.y + 1);
    let mut rows = vec![(usize::MAX, 0); y1 - y0];
    let mut columns = vec![(usize::MAX, 0); x1 - x0];
    let mut paper = 0;
    for run in runs {
        let row = &mut rows[run.y - y0];
        *row = (row.0.min(run.x0), row.1.max(run.x1 - 1));
        for column in &mut columns[run.x0 - x0..run.x1 - x0] {
            *column = (column.0.min(run.y), column.1.max(run.y));
        }
        paper += run.x1 - run.x0;
    }
    let hull = (x1 - x0) * (y1 - y0);
    let filled: usize = rows.iter().map(|(a, b)| b + 1 - a).sum();
    let share = filled as f32 / hull as f32;
    let ink = (filled - paper) as f32 / hull as f32;
    if !(FILL.0..=FILL.1).contains(&share) || ink < LEAST_INK {
        return None;
    }
    let rim = Rim { x0, y0, rows, columns };
    let thickest = (STROKE * dpi).ceil() as usize;
    let strokes = rim.strokes(bitmap, thickest);
    let thin = strokes.iter().filter(|(_, length)| *length <= thickest).count();
    if thin < (RIM * strokes.len() as f32) as usize {
        return None;
    }
    let scale = bitmap.factor as f32;
    let inside = Rect::new(x0 as f32 * scale, y0 as f32 * scale, (x1 - x0) as f32 * scale, (y1 - y0) as f32 * scale);
    Some(Loop { inside, rim })
}

/// A way outwards from a cell: where it starts, and its step.
type Way = ((i64, i64), (i64, i64));

impl Rim {
    /// For each row and column, both ways outwards from the paper inside: the way, and how many cells of ink follow (one more than `most` at most).
    fn strokes(&self, bitmap: &Bitmap, most: usize) -> Vec<(Way, usize)> {
        let mut ways: Vec<Way> = Vec::new();
        for (k, &(a, b)) in self.rows.iter().enumerate() {
            let y = (self.y0 + k) as i64;
            ways.extend([((a as i64 - 1, y), (-1, 0)), ((b as i64 + 1, y), (1, 0))]);
        }
        for (k, &(a, b)) in self.columns.iter().enumerate() {
            let x = (self.x0 + k) as i64;
            ways.extend([((x, a as i64 - 1), (0, -1)), ((x, b as i64 + 1), (0, 1))]);
        }
        let ink = |x: i64, y: i64| {
            (0..bitmap.width as i64).contains(&x) && (0..bitmap.height as i64).contains(&y) && bitmap.row(y as usize)[x as usize] != 0
        };
        ways.into_iter()
            .map(|(from, step)| {
                let length = (0..=most as i64).take_while(|&k| ink(from.0 + k * step.0, from.1 + k * step.1)).count();
                ((from, step), length)
            })
            .collect()
    }
}

/// Whitens the strokes of the loops. Where a letter touches the stroke, the stroke's usual thickness goes, from outside.
pub(super) fn erase(page: &mut GreyPage, bitmap: &Bitmap, loops: &[Loop], dpi: f32) {
    let most = (3.0 * STROKE * dpi).ceil() as usize;
    let factor = bitmap.factor as i64;
    let (w, h) = (i64::from(page.width), i64::from(page.height));
    for found in loops {
        let strokes = found.rim.strokes(bitmap, most);
        let mut lengths: Vec<usize> = strokes.iter().map(|s| s.1).collect();
        lengths.sort_unstable();
        let usual = lengths.get(lengths.len() / 2).copied().unwrap_or(0).min((STROKE * dpi).ceil() as usize);
        for ((from, step), length) in strokes {
            // Slanting through the stroke is longer; much longer is a letter, or another loop.
            let gone = if length <= usual + usual / 2 + 1 { length } else { usual };
            let first = if length <= most { length - gone } else { 0 };
            // A cell more for the soft rim, where paper follows.
            let last = if length <= most { length + 1 } else { gone };
            for k in first as i64..last as i64 {
                let (x, y) = ((from.0 + k * step.0) * factor, (from.1 + k * step.1) * factor);
                for y in y.max(0)..(y + factor).min(h) {
                    let (a, b) = (x.clamp(0, w), (x + factor).clamp(0, w));
                    page.pixels[(y * w + a) as usize..(y * w + b) as usize].fill(255);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(page: &mut GreyPage, x: f32, y: f32, r: f32) {
        for row in (y - r) as u32..=(y + r) as u32 {
            for col in (x - r) as u32..=(x + r) as u32 {
                page.pixels[(row * page.width + col) as usize] = 0;
            }
        }
    }

    /// An ellipse drawn by a pen.
    fn ellipse(page: &mut GreyPage, x: f32, y: f32, a: f32, b: f32) {
        for k in 0..720 {
            let t = (k as f32 / 2.0).to_radians();
            dot(page, x + a * t.cos(), y + b * t.sin(), 2.0);
        }
    }

    fn bar(page: &mut GreyPage, x: u32, y: u32, w: u32, h: u32) {
        for row in y..y + h {
            page.pixels[(row * page.width + x) as usize..(row * page.width + x + w) as usize].fill(0);
        }
    }

    fn letters(page: &mut GreyPage, x: u32, y: u32, n: u32) {
        for k in 0..n {
            bar(page, x + 24 * k, y, 5, 30);
            bar(page, x + 24 * k, y, 16, 5);
        }
    }

    #[test]
    fn loops_around_words_are_found_and_go() {
        let mut page = GreyPage::filled(1200, 800, 255);
        letters(&mut page, 170, 185, 4);
        ellipse(&mut page, 210.0, 200.0, 75.0, 34.0);
        // A column of loops that touch one another.
        for k in 0..3 {
            letters(&mut page, 594, 185 + 60 * k, 1);
            ellipse(&mut page, 602.0, 200.0 + 60.0 * k as f32, 30.0, 32.0);
        }
        ellipse(&mut page, 900.0, 200.0, 40.0, 34.0); // nothing inside: a zero in large print
        bar(&mut page, 100, 500, 90, 4); // a box with a word in it
        bar(&mut page, 100, 560, 90, 4);
        bar(&mut page, 100, 500, 4, 60);
        bar(&mut page, 186, 500, 4, 64);
        letters(&mut page, 120, 515, 2);
        letters(&mut page, 300, 515, 20); // plain words
        let bitmap = Bitmap::of(&page, 2, 128);
        let loops = find(&bitmap, 150.0, &[]);
        let places: Vec<(i32, i32)> =
            loops.iter().map(|l| ((l.inside.center_x() / 10.0).round() as i32, (l.inside.center_y() / 10.0).round() as i32)).collect();
        assert_eq!(places.iter().filter(|p| p.0 == 21).count(), 1, "{places:?}");
        assert_eq!(places.iter().filter(|p| p.0 == 60).count(), 3, "{places:?}");
        assert_eq!(places.len(), 4, "{places:?}");
        erase(&mut page, &bitmap, &loops, 150.0);
        assert_eq!((page.at(135, 200), page.at(285, 200), page.at(210, 166), page.at(572, 200)), (255, 255, 255, 255));
        assert_eq!((page.at(172, 200), page.at(596, 200), page.at(902, 166), page.at(101, 530)), (0, 0, 0, 0), "words and boxes stay");
    }
}
