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

    /// The usual difference between ink and paper: of the tiles with more than `least`, that of the third quarter; `None` without any.
    fn ink_contrast(&self, least: f32) -> Option<u8> {
        let mut inked: Vec<u8> =
            self.contrast.iter().zip(&self.bed).filter(|(c, bed)| !**bed && f32::from(**c) > least).map(|(c, _)| *c).collect();
        inked.sort_unstable();
        (inked.len() >= 8).then(|| inked[inked.len() * 3 / 4])
    }

    /// Makes the paper white and all else lighter in proportion.
    pub fn stretch(&mut self, page: &mut GreyPage) {
        let paper = u32::from(self.paper().max(1));
        let shades: Vec<u8> = (0..=255u32).map(|p| (p * 255 / paper).min(255) as u8).collect();
        page.pixels.iter_mut().for_each(|p| *p = shades[usize::from(*p)]);
        for (paper, contrast) in self.paper.iter_mut().zip(&mut self.contrast) {
            let dark = shades[usize::from(*paper - *contrast)];
            *paper = shades[usize::from(*paper)];
            *contrast = *paper - dark;
        }
    }

    /// Divides the paper's brightness out, so that it becomes white everywhere.
    pub fn even_out(&mut self, page: &mut GreyPage) {
        let ground = self.ground();
        let (w, cols) = (page.width as usize, self.cols);
        // What to multiply with at each tile's middle, linear between, in 1/4096.
        let gains: Vec<i32> = ground.iter().map(|paper| (255.0 * 4096.0 / paper.max(8.0)) as i32).collect();
        let (half, tile) = (TILE / 2, TILE as i32);
        let mut line = vec![0i32; cols];
        for (y, row) in page.pixels.chunks_mut(w.max(1)).enumerate() {
            let up = (y.max(half) - half) / TILE;
            let down = (up + 1).min(self.rows - 1);
            let share = ((y.max(half) - half) % TILE) as i32;
            for (c, l) in line.iter_mut().enumerate() {
                let (a, b) = (gains[up * cols + c], gains[down * cols + c]);
                *l = a + (b - a) * share / tile;
            }
            let scale = |pixels: &mut [u8], from: i32, to: i32| {
                for (k, pixel) in pixels.iter_mut().enumerate() {
                    let gain = from + (to - from) * k as i32 / tile;
                    *pixel = ((i32::from(*pixel) * gain) >> 12).min(255) as u8;
                }
            };
            let (first, rest) = row.split_at_mut(half.min(w));
            scale(first, line[0], line[0]);
            for (c, pixels) in rest.chunks_mut(TILE).enumerate() {
                let left = c.min(cols - 1);
                scale(pixels, line[left], line[(left + 1).min(cols - 1)]);
            }
        }
        for ((paper, contrast), ground) in self.paper.iter_mut().zip(&mut self.contrast).zip(&ground) {
            let lift = |shade: u8| (f32::from(shade) * 255.0 / ground.max(8.0)).min(255.0) as u8;
            let dark = lift(*paper - *contrast);
            *paper = lift(*paper);
            *contrast = *paper - dark;
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

/// Raises writing to full contrast where ink and paper are less than `faint` grey levels apart or the paper's shade varies by more than
/// `noise`: paper with its noise becomes white, the usual shade of ink nearly black. Says whether it did.
///
/// The engine parts ink from paper at one shade for the whole page (Otsu); where ink is faint, it parts dark noise from light noise
/// instead, and reads nothing. Tried and left out: averaging with the neighbours before, which costs more letters than noise does.
pub(super) fn raise_contrast(page: &mut GreyPage, light: &mut Light, faint: u8, noise: f32) -> bool {
    let grain = grain(page, light.paper());
    // The brightest seventh of a tile is brighter than its paper by about the grain.
    let paper = f32::from(light.paper()) - grain;
    let Some(contrast) = light.ink_contrast((5.0 * grain).max(16.0)) else { return false };
    if contrast >= faint && grain < noise {
        return false;
    }
    let white = paper - 2.0 * grain;
    let black = (paper - f32::from(contrast) * 1.1).max(0.0);
    let shade = |p: u8| ((f32::from(p) - black) / (white - black).max(8.0) * 255.0).round().clamp(0.0, 255.0) as u8;
    page.pixels.iter_mut().for_each({
        let shades: Vec<u8> = (0..=255).map(shade).collect();
        move |p| *p = shades[usize::from(*p)]
    });
    for (paper, contrast) in light.paper.iter_mut().zip(&mut light.contrast) {
        let dark = shade(*paper - *contrast);
        *paper = shade(*paper);
        *contrast = *paper - dark;
    }
    true
}

/// Standard deviation of the paper's shade from pixel to pixel.
fn grain(page: &GreyPage, paper: u8) -> f32 {
    // Neighbours are alike after JPEG and blur: pixels a few apart tell more.
    const APART: usize = 3;
    let least = paper.saturating_sub(48);
    let mut counts = [0u32; 64];
    for y in (0..page.height).step_by(16) {
        let row = page.row(y);
        for (&p, &q) in row.iter().zip(row.get(APART..).unwrap_or(&[])) {
            if p > least && q > least {
                counts[usize::from(p.abs_diff(q)).min(63)] += 1;
            }
        }
    }
    let total: u32 = counts.iter().sum();
    // The middle of the differences, linear within its count.
    let (mut seen, half) = (0u32, total / 2);
    for (level, &n) in counts.iter().enumerate() {
        if seen + n > half {
            return (level as f32 + (half - seen) as f32 / n as f32 - 0.5).max(0.0) * 1.048;
        }
        seen += n;
    }
    0.0
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

/// Takes salt and pepper out: a pixel that no more than `friends` of its eight neighbours resemble becomes their median. Strokes of two
/// pixels and more stay as they are, which a plain median does not grant.
pub(super) fn remove_salt(page: &mut GreyPage, friends: usize) {
    /// Shades closer than this resemble each other.
    const ALIKE: u8 = 72;
    let (w, h) = (page.width as usize, page.height as usize);
    if w < 3 || h < 3 {
        return;
    }
    let from = page.pixels.clone();
    for y in 1..h - 1 {
        let (a, b, c) = (&from[(y - 1) * w..y * w], &from[y * w..(y + 1) * w], &from[(y + 1) * w..(y + 2) * w]);
        let out = &mut page.pixels[y * w + 1..(y + 1) * w - 1];
        for (((out, a), b), c) in out.iter_mut().zip(a.windows(3)).zip(b.windows(3)).zip(c.windows(3)) {
            // Most pixels resemble the one before: no need to look at all.
            let p = b[1];
            let alike = |q: u8| usize::from(p.abs_diff(q) < ALIKE);
            if alike(b[0]) + alike(b[2]) > friends {
                continue;
            }
            let mut ring = [a[0], a[1], a[2], b[0], b[2], c[0], c[1], c[2]];
            if ring.iter().map(|&q| alike(q)).sum::<usize>() <= friends {
                ring.sort_unstable();
                *out = ((u16::from(ring[3]) + u16::from(ring[4])) / 2) as u8;
            }
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
        let mut light = Light::measure(&page);
        assert!(light.spread() > 45);
        light.even_out(&mut page);
        let after = Light::measure(&page);
        assert!(after.spread() < 12 && after.paper() > 245, "{} {}", after.spread(), after.paper());
        assert!(page.at(304, 310) < 60);
    }

    #[test]
    fn salt_and_pepper_go_and_strokes_stay() {
        let mut page = GreyPage::filled(100, 100, 240);
        square(&mut page, 10, 10, 3, 40, 10);
        for i in 0..40 {
            square(&mut page, 30 + i, 1 + (i * 37) % 97, 1, 1, 0);
        }
        for i in 0..12 {
            square(&mut page, 11, 11 + i * 3, 1, 1, 255); // in the stroke
        }
        square(&mut page, 80, 3, 2, 1, 0); // two that touch
        assert!(specks(&page, 128) > 0.8);
        remove_salt(&mut page, 1);
        assert_eq!(specks(&page, 128), 0.0);
        assert!((12..48).all(|y| (10..13).all(|x| page.at(x, y) == 10)), "the stroke is whole again");
        assert_eq!((page.at(80, 3), page.at(81, 3)), (240, 240));
    }

    #[test]
    fn only_faint_and_noisy_pages_get_contrast() {
        // Ink, paper, noise; whether contrast is raised.
        for (ink, paper, noise, want) in
            [(30, 250, 0, false), (30, 250, 2, false), (190, 235, 3, true), (150, 225, 0, true), (30, 240, 9, true), (235, 235, 6, false)]
        {
            let mut seed = 7u32;
            let mut dice = || {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                i32::from((seed >> 24) as u8) - 128
            };
            let mut page = GreyPage::filled(640, 640, paper);
            for y in (40..600).step_by(40) {
                for x in (40..600).step_by(14) {
                    square(&mut page, x, y, 5, 20, ink);
                }
            }
            page.pixels.iter_mut().for_each(|p| *p = (i32::from(*p) + dice() * noise / 74).clamp(0, 255) as u8);
            let mut light = Light::measure(&page);
            assert_eq!(raise_contrast(&mut page, &mut light, 110, 2.5), want, "{ink} {paper} {noise}");
            if want {
                let mean = |x: i64, y: i64| (0..25).map(|i| u32::from(page.at(x + i % 5, y + i / 5))).sum::<u32>() / 25;
                assert!(mean(40, 85) < 75 && mean(48, 85) > 245, "{ink} {paper} {noise}: {} {}", mean(40, 85), mean(48, 85));
            }
        }
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
