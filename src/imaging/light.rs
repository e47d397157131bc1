//! Light and dirt: how bright the paper is and where, the scanner's dark bed around the sheet, uneven light, specks. Measures first and
//! treats only what needs it: on pages that are fine, each of these treatments does harm.

use crate::model::GreyPage;

/// Pixels a side of the tiles on which the paper's brightness is measured.
const TILE: usize = 32;

/// Paper brightness over the page.
pub(super) struct Light {
    cols: usize,
    rows: usize,
    /// Brightness under which 85 % of a tile's pixels lie.
    paper: Vec<u8>,
    /// Difference between a tile's bright and dark pixels (85 % and 5 %).
    contrast: Vec<u8>,
    /// Tiles that scanner bed reaches into.
    bed: Vec<bool>,
}

impl Light {
    /// Measures every second pixel of every second row.
    pub fn measure(page: &GreyPage) -> Self {
        let (w, h) = (page.width as usize, page.height as usize);
        let (cols, rows) = (w.div_ceil(TILE), h.div_ceil(TILE));
        let (mut paper, mut contrast) = (vec![255; cols * rows], vec![0; cols * rows]);
        let mut counts = vec![[0u16; 64]; cols];
        for row in 0..rows {
            counts.iter_mut().for_each(|c| c.fill(0));
            for y in (row * TILE..((row + 1) * TILE).min(h)).step_by(2) {
                for (tile, pixels) in counts.iter_mut().zip(page.row(y as u32).chunks(TILE)) {
                    for &p in pixels.iter().step_by(2) {
                        tile[usize::from(p >> 2)] += 1;
                    }
                }
            }
            for (col, tile) in counts.iter().enumerate() {
                let total: u32 = tile.iter().map(|&n| u32::from(n)).sum();
                let bright = quantile(tile, total * 85 / 100);
                paper[row * cols + col] = bright;
                contrast[row * cols + col] = bright - quantile(tile, total * 5 / 100).min(bright);
            }
        }
        let bed = vec![false; cols * rows];
        Self { cols, rows, paper, contrast, bed }
    }

    fn sorted(&self) -> Vec<u8> {
        let mut sheet: Vec<u8> = self.paper.iter().zip(&self.bed).filter(|(_, bed)| !**bed).map(|(p, _)| *p).collect();
        if sheet.is_empty() {
            sheet.push(255);
        }
        sheet.sort_unstable();
        sheet
    }

    /// How bright the paper is where it is bright, 1–255.
    pub fn paper(&self) -> u8 {
        let sheet = self.sorted();
        sheet[(sheet.len() - 1) * 9 / 10].max(1)
    }

    /// Grey levels between the bright and the dark parts of the sheet.
    pub fn spread(&self) -> u8 {
        let sheet = self.sorted();
        sheet[(sheet.len() - 1) * 95 / 100] - sheet[(sheet.len() - 1) / 20]
    }

    /// Divides the paper's brightness out, so that it becomes white everywhere.
    pub fn even_out(&self, page: &mut GreyPage) {
        let ground = self.ground();
        let (w, cols) = (page.width as usize, self.cols);
        // Brightness at each tile's middle, linear between.
        let at = |x: usize, n: usize| {
            let middle = (x as f32 + 0.5) / TILE as f32 - 0.5;
            let low = middle.floor().clamp(0.0, (n - 1) as f32);
            (low as usize, (low as usize + 1).min(n - 1), (middle - low).clamp(0.0, 1.0))
        };
        let across: Vec<_> = (0..w).map(|x| at(x, cols)).collect();
        let reciprocals: Vec<u32> = (0..=255u32).map(|p| (255 << 16) / p.max(1)).collect();
        let mut line = vec![0f32; cols];
        for (y, row) in page.pixels.chunks_mut(w.max(1)).enumerate() {
            let (up, down, share) = at(y, self.rows);
            for (c, l) in line.iter_mut().enumerate() {
                *l = ground[up * cols + c] * (1.0 - share) + ground[down * cols + c] * share;
            }
            for (pixel, &(left, right, share)) in row.iter_mut().zip(&across) {
                let paper = line[left] + (line[right] - line[left]) * share;
                *pixel = ((u32::from(*pixel) * reciprocals[paper as usize & 255]) >> 16).min(255) as u8;
            }
        }
    }

    /// The paper's brightness under large dark things (solid bars, pictures, the bed) taken from around them, then smoothed.
    fn ground(&self) -> Vec<f32> {
        let (cols, rows) = (self.cols as isize, self.rows as isize);
        let around = |of: &[f32], c: isize, r: isize, reach: isize, keep: &dyn Fn(usize) -> bool| -> Vec<f32> {
            let mut got = Vec::with_capacity(25);
            for y in (r - reach).max(0)..(r + reach + 1).min(rows) {
                for x in (c - reach).max(0)..(c + reach + 1).min(cols) {
                    let i = (y * cols + x) as usize;
                    if keep(i) {
                        got.push(of[i]);
                    }
                }
            }
            got
        };
        let raw: Vec<f32> = self.paper.iter().map(|&p| f32::from(p.max(1))).collect();
        let mut filled = raw.clone();
        for r in 0..rows {
            for c in 0..cols {
                let i = (r * cols + c) as usize;
                let mut near = around(&raw, c, r, 2, &|i| !self.bed[i]);
                if near.is_empty() {
                    filled[i] = 255.0;
                    continue;
                }
                near.sort_by(f32::total_cmp);
                let bright = near[near.len() * 3 / 4];
                if self.bed[i] || raw[i] < bright * 0.8 {
                    filled[i] = bright;
                }
            }
        }
        let mut smooth = filled.clone();
        for r in 0..rows {
            for c in 0..cols {
                let near = around(&filled, c, r, 1, &|_| true);
                smooth[(r * cols + c) as usize] = near.iter().sum::<f32>() / near.len() as f32;
            }
        }
        smooth
    }
}

fn quantile(counts: &[u16; 64], rank: u32) -> u8 {
    let mut seen = 0;
    for (level, &n) in counts.iter().enumerate() {
        seen += u32::from(n);
        if seen > rank {
            return (level * 4 + 2) as u8;
        }
    }
    255
}

/// Makes paper of the shade `paper` white and all else lighter in proportion.
pub(super) fn stretch(page: &mut GreyPage, paper: u8) {
    let shades: Vec<u8> = (0..=255u32).map(|p| (p * 255 / u32::from(paper.max(1))).min(255) as u8).collect();
    page.pixels.iter_mut().for_each(|p| *p = shades[usize::from(*p)]);
}

/// Cells a side that the coarse picture of the bed is made of.
const CELL: usize = 4;

/// Whitens the dark bed around the sheet and the black edges of photocopies; says whether there was any.
///
/// Only thick darkness that reaches in from the page's edge goes (`reach` pixels thick, about 0.08 in), and never what has writing on it:
/// a sheet lying in deep shadow stays.
pub(super) fn whiten_bed(page: &mut GreyPage, light: &mut Light, reach: usize) -> bool {
    let limit = u32::from(light.paper()) * 45 / 100;
    let (w, h) = (page.width as usize, page.height as usize);
    let (cols, rows) = (w / CELL, h / CELL);
    if cols < 16 || rows < 16 {
        return false;
    }
    let mut dark = vec![false; cols * rows];
    let mut sums = vec![0u32; cols];
    for row in 0..rows {
        sums.fill(0);
        for y in row * CELL..(row + 1) * CELL {
            for (sum, pixels) in sums.iter_mut().zip(page.row(y as u32).chunks_exact(CELL)) {
                *sum += pixels.iter().map(|&p| u32::from(p)).sum::<u32>();
            }
        }
        for (d, &sum) in dark[row * cols..].iter_mut().zip(&sums) {
            *d = sum < limit * (CELL * CELL) as u32;
        }
    }
    let edge = |c: usize, r: usize| c == 0 || r == 0 || c + 1 == cols || r + 1 == rows;
    if !(0..cols * rows).any(|i| dark[i] && edge(i % cols, i / cols)) {
        return false;
    }
    let half = (reach / CELL / 2).max(1);
    let thick = spread(&dark, cols, rows, half, false);
    // Flood from the edge.
    let mut bed = vec![false; cols * rows];
    let mut queue: Vec<usize> = (0..cols * rows).filter(|&i| thick[i] && edge(i % cols, i / cols)).collect();
    if queue.is_empty() {
        return false;
    }
    queue.iter().for_each(|&i| bed[i] = true);
    while let Some(i) = queue.pop() {
        let (c, r) = (i % cols, i / cols);
        for (x, y) in [(c.wrapping_sub(1), r), (c + 1, r), (c, r.wrapping_sub(1)), (c, r + 1)] {
            if x < cols && y < rows && thick[y * cols + x] && !bed[y * cols + x] {
                bed[y * cols + x] = true;
                queue.push(y * cols + x);
            }
        }
    }
    // Back to full size; on along dark cells, into the wedges between sheet and page edge that are too narrow for the box; and two cells
    // over the blurred border.
    let mut grown = spread(&bed, cols, rows, half, true);
    for _ in 0..half * 4 {
        let wider = spread(&grown, cols, rows, 1, true);
        let mut changed = false;
        for (g, (wide, dark)) in grown.iter_mut().zip(wider.iter().zip(&dark)) {
            changed |= !*g && *wide && *dark;
            *g |= *wide && *dark;
        }
        if !changed {
            break;
        }
    }
    let grown = spread(&grown, cols, rows, 2, true);
    // A tile wholly within that shows contrast has something on it: keep it.
    let per = TILE / CELL;
    for tr in 0..light.rows {
        for tc in 0..light.cols {
            let (c0, c1, r0, r1) = (tc * per, ((tc + 1) * per).min(cols), tr * per, ((tr + 1) * per).min(rows));
            let inside = c0 < c1 && r0 < r1 && (r0..r1).all(|r| bed[r * cols + c0..r * cols + c1].iter().all(|&b| b));
            light.bed[tr * light.cols + tc] = inside && light.contrast[tr * light.cols + tc] < 45;
        }
    }
    for (y, row) in page.pixels.chunks_mut(w).enumerate() {
        let r = (y / CELL).min(rows - 1);
        for (c, flag) in grown[r * cols..(r + 1) * cols].iter().enumerate() {
            if !flag {
                continue;
            }
            let tile = (y / TILE) * light.cols + (c * CELL) / TILE;
            let all_dark = (bed[r * cols + c]) && !light.bed[tile] && light.contrast[tile] >= 45;
            if all_dark && surrounded(&bed, cols, rows, c, r, per) {
                continue;
            }
            let end = if c + 1 == cols { w } else { (c + 1) * CELL };
            row[c * CELL..end].fill(255);
        }
    }
    // Measure again; tiles on the sheet's edge, half of them whitened, tell nothing of the paper.
    let mut after = Light::measure(page);
    for (i, _) in grown.iter().enumerate().filter(|(_, flag)| **flag) {
        let (tile_c, tile_r) = ((i % cols) / per, (i / cols) / per);
        after.bed[tile_r * after.cols + tile_c] = true;
    }
    *light = after;
    true
}

/// Whether everything within `reach` cells is bed too.
fn surrounded(bed: &[bool], cols: usize, rows: usize, c: usize, r: usize, reach: usize) -> bool {
    let (c0, c1) = (c.saturating_sub(reach), (c + reach).min(cols - 1));
    let (r0, r1) = (r.saturating_sub(reach), (r + reach).min(rows - 1));
    bed[r * cols + c0] && bed[r * cols + c1] && bed[r0 * cols + c] && bed[r1 * cols + c]
}

/// Grows (`value` true) or shrinks (`value` false) the set by a box of `half` cells each way; what lies off the page counts as set when
/// shrinking, so that thin dark edges of the page survive.
fn spread(set: &[bool], cols: usize, rows: usize, half: usize, value: bool) -> Vec<bool> {
    let pass = |from: &[bool], n: usize, count: usize, at: &dyn Fn(usize, usize) -> usize| -> Vec<bool> {
        let mut to = from.to_vec();
        for line in 0..count {
            // Distance to the last cell that spreads, forth and back.
            for back in [false, true] {
                let mut since = usize::MAX;
                for k in 0..n {
                    let i = at(line, if back { n - 1 - k } else { k });
                    since = if from[i] == value { 0 } else { since.saturating_add(1) };
                    if since <= half {
                        to[i] = value;
                    }
                }
            }
        }
        to
    };
    let across = pass(set, cols, rows, &|line, k| line * cols + k);
    pass(&across, rows, cols, &|line, k| k * cols + line)
}

/// Dark pixels without a dark neighbour, in a thousand pixels; every fourth row is looked at.
pub(super) fn specks(page: &GreyPage, threshold: u8) -> f32 {
    let (w, h) = (page.width as usize, page.height as usize);
    if w < 3 || h < 3 {
        return 0.0;
    }
    let (mut lone, mut seen) = (0usize, 0usize);
    for y in (1..h - 1).step_by(4) {
        let rows = [page.row(y as u32 - 1), page.row(y as u32), page.row(y as u32 + 1)];
        for x in 1..w - 1 {
            if rows[1][x] < threshold && alone(&rows, x, threshold) {
                lone += 1;
            }
        }
        seen += w - 2;
    }
    lone as f32 * 1000.0 / seen as f32
}

fn alone(rows: &[&[u8]; 3], x: usize, threshold: u8) -> bool {
    rows.iter().map(|row| row[x - 1..=x + 1].iter().filter(|&&p| p < threshold).count()).sum::<usize>() == 1
}

/// Whitens dark pixels without a dark neighbour: strokes stay as they are.
pub(super) fn remove_specks(page: &mut GreyPage, threshold: u8) {
    let (w, h) = (page.width as usize, page.height as usize);
    let mut lone = Vec::new();
    for y in 1..h.saturating_sub(1) {
        let rows = [page.row(y as u32 - 1), page.row(y as u32), page.row(y as u32 + 1)];
        for x in 1..w.saturating_sub(1) {
            if rows[1][x] < threshold && alone(&rows, x, threshold) {
                lone.push(y * w + x);
            }
        }
    }
    lone.into_iter().for_each(|i| page.pixels[i] = 255);
}

/// Replaces each pixel by the median of its 3 x 3 neighbours.
pub(super) fn median(page: &mut GreyPage) {
    let (w, h) = (page.width as usize, page.height as usize);
    if w < 3 || h < 3 {
        return;
    }
    let from = page.pixels.clone();
    for y in 1..h - 1 {
        let (a, b, c) = (&from[(y - 1) * w..y * w], &from[y * w..(y + 1) * w], &from[(y + 1) * w..(y + 2) * w]);
        let out = &mut page.pixels[y * w + 1..(y + 1) * w - 1];
        for (((out, a), b), c) in out.iter_mut().zip(a.windows(3)).zip(b.windows(3)).zip(c.windows(3)) {
            // Sort each column, then the median of (greatest low, middle of middles, least high): Paeth, Graphics Gems I.
            let sort = |p: u8, q: u8, r: u8| {
                let (p, q) = (p.min(q), p.max(q));
                let (q, r) = (q.min(r), q.max(r));
                (p.min(q), p.max(q), r)
            };
            let (l0, m0, h0) = sort(a[0], b[0], c[0]);
            let (l1, m1, h1) = sort(a[1], b[1], c[1]);
            let (l2, m2, h2) = sort(a[2], b[2], c[2]);
            *out = sort(l0.max(l1).max(l2), sort(m0, m1, m2).1, h0.min(h1).min(h2)).1;
        }
    }
}

/// The shade between ink and paper: Otsu's, kept within 50–80 % of the paper's brightness so that empty sheets have no ink.
pub(super) fn threshold(page: &GreyPage, paper: u8) -> u8 {
    let mut counts = [0u64; 256];
    for y in (0..page.height).step_by(4) {
        page.row(y).iter().for_each(|&p| counts[usize::from(p)] += 1);
    }
    let total: u64 = counts.iter().sum();
    let all: u64 = counts.iter().enumerate().map(|(level, &n)| level as u64 * n).sum();
    let (mut below, mut sum, mut best) = (0u64, 0u64, (0.0f64, 0usize));
    for (level, &n) in counts.iter().enumerate() {
        below += n;
        sum += level as u64 * n;
        if below == 0 || below == total {
            continue;
        }
        let apart = sum as f64 / below as f64 - (all - sum) as f64 / (total - below) as f64;
        let between = below as f64 * (total - below) as f64 * apart * apart;
        if between > best.0 {
            best = (between, level + 1);
        }
    }
    let paper = usize::from(paper);
    best.1.clamp(paper / 2, (paper * 4 / 5).max(1)) as u8
}

/// Whether nearly all pixels are close to black or to white.
pub(super) fn is_bilevel(page: &GreyPage) -> bool {
    let (mut between, mut seen) = (0usize, 0usize);
    for y in (0..page.height).step_by(8) {
        let row = page.row(y);
        between += row.iter().filter(|&&p| p > 24 && p < 232).count();
        seen += row.len();
    }
    seen > 0 && between * 1000 < seen * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(page: &mut GreyPage, x: u32, y: u32, w: u32, h: u32, shade: u8) {
        for row in y..y + h {
            let start = (row * page.width + x) as usize;
            page.pixels[start..start + w as usize].fill(shade);
        }
    }

    #[test]
    fn the_bed_goes_and_the_sheet_stays() {
        let mut page = GreyPage::filled(800, 1000, 40);
        square(&mut page, 100, 100, 640, 800, 220);
        square(&mut page, 200, 200, 60, 20, 20); // writing
        square(&mut page, 300, 600, 100, 100, 10); // a picture within the sheet
        let mut light = Light::measure(&page);
        assert!(whiten_bed(&mut page, &mut light, 24));
        assert_eq!((page.at(10, 10), page.at(99, 500), page.at(790, 990), page.at(750, 500)), (255, 255, 255, 255));
        assert_eq!((page.at(120, 120), page.at(230, 210), page.at(350, 650)), (220, 20, 10));
        assert!(light.spread() < 10);
    }

    #[test]
    fn a_thin_black_edge_goes_and_a_table_that_touches_it_stays() {
        let mut page = GreyPage::filled(800, 1000, 250);
        square(&mut page, 0, 0, 20, 1000, 0);
        square(&mut page, 0, 500, 800, 4, 0);
        let mut light = Light::measure(&page);
        assert!(whiten_bed(&mut page, &mut light, 24));
        assert_eq!((page.at(5, 300), page.at(400, 501)), (255, 0));
    }

    #[test]
    fn writing_in_deep_shadow_is_kept() {
        let mut page = GreyPage::filled(800, 1000, 230);
        square(&mut page, 0, 0, 300, 1000, 90);
        for y in (200..700).step_by(40) {
            for x in (60..240).step_by(16) {
                square(&mut page, x, y, 8, 20, 10);
            }
        }
        let mut light = Light::measure(&page);
        whiten_bed(&mut page, &mut light, 24);
        assert!((200..700).step_by(40).all(|y| page.at(124, y + 10) < 60));
    }

    #[test]
    fn uneven_light_becomes_even() {
        let mut page = GreyPage::filled(640, 640, 0);
        for (i, p) in page.pixels.iter_mut().enumerate() {
            *p = (120 + (i % 640) / 6) as u8;
        }
        square(&mut page, 300, 300, 8, 20, 30);
        let light = Light::measure(&page);
        assert!(light.spread() > 45);
        light.even_out(&mut page);
        let after = Light::measure(&page);
        assert!(after.spread() < 12 && after.paper() > 245, "{} {}", after.spread(), after.paper());
        assert!(page.at(304, 310) < 60);
    }

    #[test]
    fn medians_and_specks() {
        let mut page = GreyPage::filled(100, 100, 240);
        square(&mut page, 10, 10, 3, 40, 10);
        for i in 0..40 {
            square(&mut page, 30 + i, 1 + (i * 37) % 97, 1, 1, 0);
        }
        assert!(specks(&page, 128) > 0.8);
        let mut filtered = page.clone();
        median(&mut filtered);
        assert_eq!(specks(&filtered, 128), 0.0);
        assert_eq!((filtered.at(11, 30), page.at(11, 30)), (10, 10));
        remove_specks(&mut page, 128);
        assert_eq!((specks(&page, 128), page.at(10, 10)), (0.0, 10));
    }

    #[test]
    fn an_empty_sheet_has_no_ink() {
        let mut page = GreyPage::filled(200, 200, 235);
        square(&mut page, 50, 50, 40, 40, 205); // shows through
        assert!(threshold(&page, 235) <= 188);
        square(&mut page, 20, 20, 10, 10, 30);
        let t = threshold(&page, 235);
        assert!((117..=188).contains(&t), "{t}");
    }
}
