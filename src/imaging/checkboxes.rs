//! Small printed squares, and whether something stands in them. Cells of comb fields (one letter a cell) are no checkboxes.

use crate::model::{CheckBox, GreyPage, Rect};

use super::bitmap::Bitmap;

/// Smallest and largest side, inches.
const SIDE: (f32, f32) = (0.085, 0.26);

/// Finds the squares of a straightened page, from top to bottom, left to right. `bitmap` shows the page's pixels darker than `threshold`,
/// `dpi` is that of its cells; a square is ticked when at least `ticked` of its inside is ink.
pub(super) fn find(page: &GreyPage, threshold: u8, bitmap: &Bitmap, columns: &Bitmap, dpi: f32, ticked: f32) -> Vec<CheckBox> {
    let least = (SIDE.0 * dpi).round().max(6.0) as usize;
    let most = (SIDE.1 * dpi).round() as usize;
    let mut found: Vec<Found> = Vec::new();
    for y in 0..bitmap.height.saturating_sub(least) {
        bitmap.runs(y, |start, end| {
            let length = end - start;
            if length < least || length > most + 2 {
                return;
            }
            // The top side; seen a row later it is the same square.
            if found.iter().rev().take(64).any(|f| y.abs_diff(f.y0) <= f.frame + 1 && start.abs_diff(f.x0) <= 3) {
                return;
            }
            if let Some(square) = square(bitmap, columns, start, end, y).filter(|f| sides_are_straight(page, threshold, f, bitmap.factor)) {
                found.push(square);
            }
        });
    }
    let boxes: Vec<&Found> = found.iter().filter(|f| !in_comb(f, &found)).collect();
    let scale = bitmap.factor as f32;
    boxes
        .into_iter()
        .map(|f| {
            let inset = f.frame + 1;
            let (x0, y0, x1, y1) = (f.x0 + inset, f.y0 + inset, f.x1.saturating_sub(inset), f.y1.saturating_sub(inset));
            let cells = x1.saturating_sub(x0) * y1.saturating_sub(y0);
            let ink = if cells == 0 { 0.0 } else { bitmap.count(x0, y0, x1, y1) as f32 / cells as f32 };
            let rect = Rect::new(f.x0 as f32 * scale, f.y0 as f32 * scale, (f.x1 - f.x0) as f32 * scale, (f.y1 - f.y0) as f32 * scale);
            CheckBox { rect, ink, ticked: ink >= ticked }
        })
        .collect()
}

/// A square in cells, ends exclusive, with the thickness of its frame.
#[derive(Clone, Copy, Debug)]
struct Found {
    x0: usize,
    y0: usize,
    x1: usize,
    y1: usize,
    frame: usize,
}

/// The square whose top side is the run `start..end` in row `y`, if the other three sides stand.
fn square(bitmap: &Bitmap, columns: &Bitmap, start: usize, end: usize, y: usize) -> Option<Found> {
    let reach = ((end - start) / 5).max(3);
    // A side may lie in two neighbouring rows or columns, where the frame leans a little.
    let full = |row: usize, from: usize, to: usize| {
        let other = (row + 1).min(bitmap.height - 1);
        let (a, b) = (&bitmap.row(row)[from..to], &bitmap.row(other)[from..to]);
        a.iter().zip(b).filter(|(a, b)| **a + **b != 0).count() * 100 >= (to - from) * 92
    };
    let hangs = |x: usize, depth: usize| {
        let (to, other) = ((y + depth).min(bitmap.height), (x + 1).min(bitmap.width - 1));
        let (a, b) = (&columns.row(x)[y..to], &columns.row(other)[y..to]);
        a.iter().zip(b).filter(|(a, b)| **a + **b != 0).count() * 100 >= depth * 92
    };
    // The sides hang from the ends of the top; a mark that sticks out makes the run a little longer than the side.
    let depth = (end - start) * 7 / 10;
    let left = (start..start + reach).find(|&x| hangs(x, depth))?;
    let right = (end.saturating_sub(reach)..end).rev().find(|&x| hangs(x, depth))?;
    let side = (right + 1).checked_sub(left).filter(|side| *side * 2 > end - start)?;
    // The bottom: the last full row at about a side's distance.
    let (near, far) = (y + side * 3 / 4, (y + side * 4 / 3 + 1).min(bitmap.height - 1));
    let bottom = (near..=far).find(|&row| full(row, left, right + 1) && (row + 1 >= bitmap.height || !full(row + 1, left, right + 1)))? + 1;
    if !(left..left + 2).any(|x| hangs(x, bottom - y)) || !(right - 1..=right).any(|x| hangs(x, bottom - y)) {
        return None;
    }
    // Long runs beyond the corners belong to a table, not to a square.
    let beyond = |from: usize, to: usize, row: usize| from < to && bitmap.row(row)[from..to].iter().all(|&c| c != 0);
    let arm = (side / 2).max(4);
    let left_arm = left >= arm && beyond(left - arm, left, bottom - 1);
    let right_arm = right + 1 + arm <= bitmap.width && beyond(right + 1, right + 1 + arm, bottom - 1);
    let reaches = |x: usize, from: usize, to: usize| from < to && columns.row(x)[from..to].iter().all(|&c| c != 0);
    let down = bottom + arm <= bitmap.height && reaches(left, bottom, bottom + arm) && reaches(right, bottom, bottom + arm);
    let up = y >= arm && reaches(left, y - arm, y) && reaches(right, y - arm, y);
    if left_arm || right_arm || down || up {
        return None;
    }
    // The frame's thickness: full rows from the top, but not all of a filled square.
    let frame = (y..bottom).take_while(|&row| full(row, left, right + 1)).count().clamp(1, (side / 5).max(1));
    Some(Found { x0: left, y0: y, x1: right + 1, y1: bottom, frame })
}

/// Looks at the four sides in the page's own pixels: a D, an O or a P is round at its corners, where a square is not.
fn sides_are_straight(page: &GreyPage, threshold: u8, f: &Found, factor: usize) -> bool {
    let scaled = |cells: usize| (cells * factor) as i64;
    let (x0, y0, x1, y1) = (scaled(f.x0), scaled(f.y0), scaled(f.x1), scaled(f.y1));
    let dark = |x: i64, y: i64| page.at(x, y) < threshold;
    // The outermost pixels of ink, met from outside near the middle of each side.
    let reach = factor as i64 + 2;
    let edge =
        |at: &dyn Fn(i64, i64) -> bool, middle: i64| (-reach..=reach).find(|&d| (-2..=2).filter(|&m| at(d, middle + m * 2)).count() >= 4);
    let (mx, my) = ((x0 + x1) / 2, (y0 + y1) / 2);
    let (Some(top), Some(bottom), Some(left), Some(right)) = (
        edge(&|d, m| dark(m, y0 + d), mx),
        edge(&|d, m| dark(m, y1 - 1 - d), mx),
        edge(&|d, m| dark(x0 + d, m), my),
        edge(&|d, m| dark(x1 - 1 - d, m), my),
    ) else {
        return false;
    };
    let (top, bottom, left, right) = (y0 + top, y1 - 1 - bottom, x0 + left, x1 - 1 - right);
    if right - left < 8 || bottom - top < 8 {
        return false;
    }
    // A pixel of play for frames that lean a little, and corners that the scanner's blur rounds a little.
    let blur = ((right - left) / 10).max(2);
    let full = |from: i64, to: i64, at: &dyn Fn(i64) -> bool| {
        (from + blur..=to - blur).filter(|&a| at(a)).count() as i64 * 100 >= (to - from + 1 - 2 * blur) * 94
    };
    full(left, right, &|x| (-1..=1).any(|d| dark(x, top + d)))
        && full(left, right, &|x| (-1..=1).any(|d| dark(x, bottom + d)))
        && full(top, bottom, &|y| (-1..=1).any(|d| dark(left + d, y)))
        && full(top, bottom, &|y| (-1..=1).any(|d| dark(right + d, y)))
}

/// Whitens the squares and the marks in them, so that the engine does not take them for letters; the words beside them stay. A square
/// with other ink close to its left or right may be a letter of a heavy typeface, and stays. Gives the number of squares taken out.
pub(super) fn erase(page: &mut GreyPage, boxes: &[CheckBox], threshold: u8) -> usize {
    // All are judged before any is gone: the letters of a word protect each other.
    let marks: Vec<Vec<(usize, usize)>> = boxes.iter().filter_map(|found| mark(page, &found.rect, threshold)).collect();
    let (w, h) = (page.width as usize, page.height as usize);
    for &(x, y) in marks.iter().flatten() {
        // A pixel more each way for the soft rim.
        for row in y.saturating_sub(1)..(y + 2).min(h) {
            page.pixels[row * w + x.saturating_sub(1)..row * w + (x + 2).min(w)].fill(255);
        }
    }
    marks.len()
}

/// The dark pixels of a square that stands free, and of what hangs together with it: marks reach over the frame.
fn mark(page: &GreyPage, rect: &Rect, threshold: u8) -> Option<Vec<(usize, usize)>> {
    let side = rect.w.max(rect.h);
    let area = rect.grown(0.6 * side);
    let (x0, y0) = (area.x.max(0.0) as usize, area.y.max(0.0) as usize);
    let (x1, y1) = ((area.right() as usize).min(page.width as usize), (area.bottom() as usize).min(page.height as usize));
    let (w, h) = (x1.checked_sub(x0)?, y1.checked_sub(y0)?);
    let dark: Vec<bool> = (y0..y1).flat_map(|y| page.row(y as u32)[x0..x1].iter().map(|&p| p < threshold)).collect();
    let lies_in = |r: &Rect, i: usize| r.contains((x0 + i % w) as f32 + 0.5, (y0 + i / w) as f32 + 0.5);
    let mut taken: Vec<bool> = (0..w * h).map(|i| dark[i] && lies_in(rect, i)).collect();
    let mut queue: Vec<usize> = (0..w * h).filter(|&i| taken[i]).collect();
    while let Some(i) = queue.pop() {
        let (x, y) = (i % w, i / w);
        for ny in y.saturating_sub(1)..(y + 2).min(h) {
            for nx in x.saturating_sub(1)..(x + 2).min(w) {
                let n = ny * w + nx;
                if dark[n] && !taken[n] {
                    taken[n] = true;
                    queue.push(n);
                }
            }
        }
    }
    let beside = Rect::new(rect.x - 0.45 * side, rect.y, rect.w + 0.9 * side, rect.h);
    // Where letters touch, the neighbour hangs together with what looks like a square: the arms of a tick are thinner.
    let frame = rect.grown(1.5);
    let next_to = (0..w * h).filter(|&i| dark[i] && lies_in(&beside, i) && !lies_in(&frame, i));
    let (own, other): (Vec<usize>, Vec<usize>) = next_to.partition(|&i| taken[i]);
    let alone = other.is_empty() && own.len() as f32 <= 0.07 * rect.area();
    alone.then(|| (0..w * h).filter(|&i| taken[i]).map(|i| (x0 + i % w, y0 + i / w)).collect())
}

/// Whether the square is one of three or more that touch in a row: a comb for single letters.
fn in_comb(of: &Found, all: &[Found]) -> bool {
    let touches = |a: &Found, b: &Found| {
        let level = a.y0.abs_diff(b.y0) <= 2 && a.y1.abs_diff(b.y1) <= 2;
        level && (b.x0.abs_diff(a.x1) <= 3 || a.x0.abs_diff(b.x1) <= 3)
    };
    let neighbours: Vec<&Found> = all.iter().filter(|f| touches(of, f)).collect();
    neighbours.len() >= 2 || neighbours.iter().any(|n| all.iter().filter(|f| touches(n, f)).count() >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::GreyPage;

    struct Sheet(GreyPage);

    impl Sheet {
        fn fill(&mut self, x: u32, y: u32, w: u32, h: u32) {
            for row in y..y + h {
                for col in x..x + w {
                    self.0.pixels[(row * self.0.width + col) as usize] = 0;
                }
            }
        }

        fn frame(&mut self, x: u32, y: u32, w: u32, h: u32) {
            self.fill(x, y, w, 3);
            self.fill(x, y + h - 3, w, 3);
            self.fill(x, y, 3, h);
            self.fill(x + w - 3, y, 3, h);
        }
    }

    #[test]
    fn finds_squares_and_marks() {
        let mut s = Sheet(GreyPage::filled(1500, 800, 255));
        s.frame(100, 100, 40, 40); // empty
        s.frame(200, 100, 40, 40); // crossed
        for i in 0..46u32 {
            s.fill(197 + i, 97 + i, 4, 4);
            s.fill(243 - i, 97 + i, 4, 4);
        }
        s.frame(300, 100, 40, 40); // filled
        s.fill(300, 100, 40, 40);
        s.frame(400, 100, 40, 40); // a tick
        for i in 0..14u32 {
            s.fill(406 + i, 118 + i, 4, 4);
            s.fill(420 + i, 132 - i, 4, 4);
        }
        s.frame(100, 300, 600, 60); // a table cell
        for i in 0..6 {
            s.frame(100 + i * 57, 500, 60, 60); // a comb
        }
        let bitmap = Bitmap::of(&s.0, 2, 128);
        let got: Vec<_> = find(&s.0, 128, &bitmap, &bitmap.transposed(), 150.0, 0.1)
            .iter()
            .map(|b| ((b.rect.x / 10.0).round() as i32 * 10, b.ticked))
            .collect();
        assert_eq!(got, [(100, false), (200, true), (300, true), (400, true)]);
    }

    #[test]
    fn letters_are_no_squares() {
        let mut s = Sheet(GreyPage::filled(600, 300, 255));
        // An H, an L, a U, a T, of the size of a box.
        s.fill(50, 50, 5, 40);
        s.fill(85, 50, 5, 40);
        s.fill(50, 68, 40, 5);
        s.fill(150, 50, 5, 40);
        s.fill(150, 85, 40, 5);
        s.fill(250, 50, 5, 40);
        s.fill(285, 50, 5, 40);
        s.fill(250, 85, 40, 5);
        s.fill(350, 50, 40, 5);
        s.fill(368, 50, 5, 40);
        let bitmap = Bitmap::of(&s.0, 2, 128);
        assert!(find(&s.0, 128, &bitmap, &bitmap.transposed(), 150.0, 0.1).is_empty());
    }
}
