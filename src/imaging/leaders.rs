//! Dot leaders and dotted or dashed rules: rows of small equal marks at an even pitch, printed to lead the eye from a label to its
//! value. The engine reads them as words of o, c, e and full stops and loses the words at both ends, so they are whitened.

use crate::model::GreyPage;

/// Largest side of a dot, inches; full stops of 14-point type are about 0.025.
const DOT: f32 = 0.035;
/// Longest dash, inches.
const DASH: f32 = 0.14;
/// Fewest marks of a leader: an ellipsis has three, and must stay.
const FEWEST: usize = 6;
/// Widest pitch from mark to mark, inches.
const WIDEST_PITCH: f32 = 0.25;

/// A small connected patch of ink.
#[derive(Clone, Copy, Debug)]
struct Blob {
    x0: u32,
    y0: u32,
    x1: u32,
    y1: u32,
}

impl Blob {
    fn width(&self) -> f32 {
        (self.x1 - self.x0 + 1) as f32
    }
    fn height(&self) -> f32 {
        (self.y1 - self.y0 + 1) as f32
    }
    fn middle(&self) -> (f32, f32) {
        ((self.x0 + self.x1) as f32 / 2.0, (self.y0 + self.y1) as f32 / 2.0)
    }
}

/// Whitens leaders on an upright, straight page; ink is what is darker than `threshold`. Gives the number of marks taken out.
pub(super) fn erase(page: &mut GreyPage, threshold: u8, dpi: f32) -> usize {
    let blobs = small_blobs(page, threshold, (DASH * dpi) as u32, (DOT * dpi).max(2.0) as u32);
    let marks = leaders(blobs, dpi);
    for mark in &marks {
        let shade = around(page, mark);
        // One pixel more on each side: the grey rim of a dot would be read as a fainter dot.
        for y in mark.y0.saturating_sub(1)..=(mark.y1 + 1).min(page.height - 1) {
            for x in mark.x0.saturating_sub(1)..=(mark.x1 + 1).min(page.width - 1) {
                page.pixels[y as usize * page.width as usize + x as usize] = shade;
            }
        }
    }
    marks.len()
}

/// The shade of the paper beside a mark.
fn around(page: &GreyPage, mark: &Blob) -> u8 {
    let (x, y) = (i64::from(mark.x0 + mark.x1) / 2, i64::from(mark.y0));
    (2..5).map(|d| page.at(x, y - d)).max().unwrap_or(255)
}

/// Connected patches (8-neighbours) no wider than `widest` and no taller than `tallest`, in reading order.
fn small_blobs(page: &GreyPage, threshold: u8, widest: u32, tallest: u32) -> Vec<Blob> {
    struct Open {
        blob: Blob,
        parent: usize,
    }
    let mut all: Vec<Open> = Vec::new();
    let mut previous: Vec<(u32, u32, usize)> = Vec::new();
    fn root(all: &mut [Open], mut i: usize) -> usize {
        while all[i].parent != i {
            all[i].parent = all[all[i].parent].parent;
            i = all[i].parent;
        }
        i
    }
    for y in 0..page.height {
        let row = page.row(y);
        let mut current: Vec<(u32, u32, usize)> = Vec::new();
        let mut x = 0;
        let mut from = 0;
        while x < page.width {
            if row[x as usize] >= threshold {
                x += 1;
                continue;
            }
            let start = x;
            while x < page.width && row[x as usize] < threshold {
                x += 1;
            }
            let end = x - 1;
            let mut at: Option<usize> = None;
            while from < previous.len() && previous[from].1 + 1 < start {
                from += 1;
            }
            let mut k = from;
            while k < previous.len() && previous[k].0 <= end + 1 {
                let r = root(&mut all, previous[k].2);
                match at {
                    None => at = Some(r),
                    Some(a) if a != r => {
                        let b = all[r].blob;
                        let into = &mut all[a].blob;
                        *into = Blob { x0: into.x0.min(b.x0), y0: into.y0.min(b.y0), x1: into.x1.max(b.x1), y1: into.y1.max(b.y1) };
                        all[r].parent = a;
                    }
                    Some(_) => {}
                }
                k += 1;
            }
            let id = at.unwrap_or_else(|| {
                all.push(Open { blob: Blob { x0: start, y0: y, x1: end, y1: y }, parent: all.len() });
                all.len() - 1
            });
            let open = &mut all[id];
            open.blob.x0 = open.blob.x0.min(start);
            open.blob.x1 = open.blob.x1.max(end);
            open.blob.y1 = y;
            current.push((start, end, id));
        }
        previous = current;
    }
    let mut blobs: Vec<Blob> = all
        .iter()
        .enumerate()
        .filter(|(i, o)| o.parent == *i)
        .map(|(_, o)| o.blob)
        .filter(|b| b.x1 - b.x0 < widest && b.y1 - b.y0 < tallest && (b.x1 - b.x0 > 0 || b.y1 - b.y0 > 0))
        .collect();
    blobs.sort_by_key(|b| (b.y0 + b.y1, b.x0));
    blobs
}

/// The marks that stand in leaders: on one height, alike in size, at an even pitch.
fn leaders(blobs: Vec<Blob>, dpi: f32) -> Vec<Blob> {
    let mut found = Vec::new();
    let mut open: Vec<Vec<Blob>> = Vec::new();
    let mut by_x = blobs;
    by_x.sort_by_key(|b| (b.x0, b.y0));
    for blob in by_x {
        let (x, y) = blob.middle();
        // Chains whose last mark is too far to the left can grow no more.
        let mut k = 0;
        while k < open.len() {
            if open[k].last().is_none_or(|last| x - last.middle().0 > WIDEST_PITCH * dpi) {
                let chain = open.swap_remove(k);
                keep(chain, &mut found);
            } else {
                k += 1;
            }
        }
        let fits = open.iter_mut().filter(|chain| continues(chain, &blob)).min_by(|a, b| {
            let off = |chain: &[Blob]| chain.last().map_or(f32::MAX, |l| (l.middle().1 - y).abs());
            off(a).total_cmp(&off(b))
        });
        match fits {
            Some(chain) => chain.push(blob),
            None => open.push(vec![blob]),
        }
    }
    for chain in open {
        keep(chain, &mut found);
    }
    found
}

/// Whether a mark goes on with a chain: same height on the page, same size, same pitch as before.
fn continues(chain: &[Blob], blob: &Blob) -> bool {
    let Some(last) = chain.last() else { return false };
    let ((x0, y0), (x1, y1)) = (last.middle(), blob.middle());
    let size = last.height().max(blob.height());
    let alike = |a: f32, b: f32| a.max(b) <= 1.6 * a.min(b) + 1.5;
    let level = (y0 - y1).abs() <= 0.4 * size + 1.0;
    if !level || !alike(last.width(), blob.width()) || !alike(last.height(), blob.height()) || x1 - x0 < last.width() {
        return false;
    }
    match chain {
        [.., before, _] => {
            let pitch = x0 - before.middle().0;
            ((x1 - x0) - pitch).abs() <= 0.18 * pitch + 1.5
        }
        _ => x1 - x0 <= 6.0 * last.width().max(last.height()),
    }
}

fn keep(chain: Vec<Blob>, found: &mut Vec<Blob>) {
    if chain.len() >= FEWEST {
        found.extend(chain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(page: &mut GreyPage, x: u32, y: u32, w: u32, h: u32) {
        for yy in y..y + h {
            for xx in x..x + w {
                page.pixels[(yy * page.width + xx) as usize] = 0;
            }
        }
    }

    #[test]
    fn a_leader_goes_and_an_ellipsis_stays() {
        let mut page = GreyPage::filled(600, 100, 255);
        for k in 0..12 {
            dot(&mut page, 20 + 15 * k, 50, 4, 4);
        }
        for k in 0..3 {
            dot(&mut page, 400 + 15 * k, 50, 4, 4);
        }
        assert_eq!(erase(&mut page, 128, 300.0), 12);
        assert_eq!(page.pixels.iter().filter(|&&p| p == 0).count(), 3 * 16);
    }

    #[test]
    fn letters_and_uneven_specks_stay() {
        let mut page = GreyPage::filled(600, 100, 255);
        for (k, x) in [10, 31, 40, 77, 90, 131, 150, 190].into_iter().enumerate() {
            dot(&mut page, x, 40 + (k as u32 * 7) % 20, 4, 4);
        }
        for k in 0..10 {
            dot(&mut page, 220 + 30 * k, 40, 18, 30);
        }
        assert_eq!(erase(&mut page, 128, 300.0), 0);
    }

    #[test]
    fn dashed_rules_go() {
        let mut page = GreyPage::filled(900, 60, 240);
        for k in 0..20 {
            dot(&mut page, 20 + 40 * k, 30, 24, 4);
        }
        assert_eq!(erase(&mut page, 128, 300.0), 20);
        assert!(page.pixels.iter().all(|&p| p == 240));
    }
}
