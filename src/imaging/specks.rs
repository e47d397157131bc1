//! Dirt of copiers and fax machines: specks larger than a pixel that stand apart from all writing, and scratches down the page. On a page
//! with few of them they stay: a lone dot may be a decimal point or a mark that somebody made.

use crate::model::GreyPage;

use super::bitmap::{Bitmap, Piece};

/// Largest side of a speck, inches: full stops of 12-point type are about 0.025, but stand beside letters.
const LARGEST: f32 = 0.027;
/// Specks stand at least this far from all larger ink across and down, inches: typewriters set a full stop far from its word.
const APART: (f32, f32) = (0.09, 0.05);
/// Fewer specks than this on a square inch are let be.
const FEWEST: f32 = 0.5;

/// More small pieces than this around one (itself counted) are no dirt but writing: the needles of a printer set letters of dots, and dots
/// make leaders. Dirt of ten specks on a square inch has a fifth of one.
const NEIGHBOURS: u32 = 3;

/// How many small pieces stand in each field of a coarse grid.
struct Crowd {
    fields: Vec<u32>,
    across: usize,
    field: (usize, usize),
}

impl Crowd {
    fn of(pieces: &[&Piece], bitmap: &Bitmap, field: (usize, usize)) -> Self {
        let (across, down) = (bitmap.width / field.0 + 1, bitmap.height / field.1 + 1);
        let mut crowd = Self { fields: vec![0; across * down], across, field };
        for piece in pieces {
            let (x, y) = crowd.place(piece);
            crowd.fields[y * across + x] += 1;
        }
        crowd
    }

    fn place(&self, piece: &Piece) -> (usize, usize) {
        ((piece.x0 + piece.x1) / 2 / self.field.0, (piece.y0 + piece.y1) / 2 / self.field.1)
    }

    /// Pieces in the field of this one and the eight around it.
    fn around(&self, piece: &Piece) -> u32 {
        let (x, y) = self.place(piece);
        let down = self.fields.len() / self.across;
        (y.saturating_sub(1)..(y + 2).min(down))
            .flat_map(|y| (x.saturating_sub(1)..(x + 2).min(self.across)).map(move |x| (x, y)))
            .map(|(x, y)| self.fields[y * self.across + x])
            .sum()
    }
}

/// Whitens the specks of a specked page; gives their number. `pieces` are those of `bitmap`, `dpi` is that of its cells.
pub(super) fn remove(page: &mut GreyPage, bitmap: &Bitmap, pieces: &[Piece], dpi: f32) -> usize {
    let largest = (LARGEST * dpi).round().max(2.0) as usize;
    let small = |p: &&Piece| p.width().max(p.height()) <= largest;
    let candidates: Vec<&Piece> = pieces.iter().filter(small).collect();
    let area = bitmap.width as f32 * bitmap.height as f32 / (dpi * dpi);
    let fewest = ((FEWEST * area) as usize).max(8);
    if candidates.len() < fewest {
        return 0;
    }
    let field = ((APART.0 * dpi).ceil() as usize, (APART.1 * dpi).ceil() as usize);
    // Larger ink, spread out.
    let mut writing = bitmap.cells.clone();
    for p in &candidates {
        for y in p.y0..p.y1 {
            writing[y * bitmap.width + p.x0..y * bitmap.width + p.x1].fill(0);
        }
    }
    let near = spread(&writing, bitmap.width, bitmap.height, field);
    let crowd = Crowd::of(&candidates, bitmap, field);
    let apart = |p: &&Piece| near[(p.y0 + p.y1) / 2 * bitmap.width + (p.x0 + p.x1) / 2] == 0;
    let (lone, crowded): (Vec<&Piece>, Vec<&Piece>) = candidates.iter().copied().filter(apart).partition(|p| crowd.around(p) <= NEIGHBOURS);
    // Where dots make letters, the dots at their ends and the full stops between them stand no closer than dirt.
    if crowded.len() * 4 > lone.len() || lone.len() < fewest {
        return 0;
    }
    for p in &lone {
        // A pixel more each way for the soft rim.
        let (x0, y0) = ((p.x0 * bitmap.factor).saturating_sub(1), (p.y0 * bitmap.factor).saturating_sub(1));
        let (x1, y1) = ((p.x1 * bitmap.factor + 1).min(page.width as usize), (p.y1 * bitmap.factor + 1).min(page.height as usize));
        for y in y0..y1 {
            page.pixels[y * page.width as usize + x0..y * page.width as usize + x1].fill(255);
        }
    }
    lone.len()
}

/// Takes out the scratches of a drum or of a dirty glass: thin lines along the whole page, from its first row to its last. Frames and
/// the rules of tables end at the margins. To be called before straightening; gives the number of scratches.
pub(super) fn remove_scratches(page: &mut GreyPage, bitmap: &Bitmap, threshold: u8) -> usize {
    /// Widest scratch, cells.
    const WIDEST: usize = 3;
    /// Widest scratch, pixels, blur included.
    const PIXELS: usize = 9;
    let (w, h) = (bitmap.width, bitmap.height);
    if w < 64 || h < 64 {
        return 0;
    }
    let columns = |rows: std::ops::Range<usize>| {
        let mut counts = vec![0u32; w];
        for y in rows {
            counts.iter_mut().zip(bitmap.row(y)).for_each(|(n, &c)| *n += u32::from(c));
        }
        counts
    };
    let all = columns(0..h);
    let most = h as u32 * 85 / 100;
    if all.iter().all(|&n| n < most) {
        return 0;
    }
    let end = h / 40;
    let (top, bottom) = (columns(0..end), columns(h - end..h));
    let reaches = |x: usize| all[x] >= most && top[x].min(bottom[x]) * 10 >= end as u32 * 7;
    let mut found = 0;
    let mut x = 0;
    while x < w {
        if !reaches(x) {
            x += 1;
            continue;
        }
        let start = x;
        while x < w && all[x] >= most / 2 {
            x += 1;
        }
        // Wider is the edge of a bed or a bar.
        if x - start > WIDEST || start < 3 || x + 3 > w {
            continue;
        }
        found += 1;
        let (low, high) = (start * bitmap.factor, (x * bitmap.factor).min(page.width as usize));
        let width = page.width as usize;
        for row in page.pixels.chunks_mut(width) {
            let Some(first) = row[low..high].iter().position(|&p| p < threshold).map(|n| low + n) else { continue };
            let from = row[..first].iter().rposition(|&p| p >= threshold).map_or(0, |n| n + 1);
            let to = row[first..].iter().position(|&p| p >= threshold).map_or(width, |n| first + n);
            // Where it crosses a stroke, the stroke stays.
            if to - from <= PIXELS.min((high - low) + 2) {
                // A pixel more each way for the soft rim.
                let (from, to) = (from.saturating_sub(1), (to + 1).min(width));
                let shade = row[from.saturating_sub(1)].min(row[to.min(width - 1)]).max(threshold);
                row[from..to].fill(shade);
            }
        }
    }
    found
}

/// Cells within `wide` cells across and `reach` cells down of a set one.
fn spread(set: &[u8], width: usize, height: usize, (wide, reach): (usize, usize)) -> Vec<u8> {
    let mut across = set.to_vec();
    for (from, to) in set.chunks(width.max(1)).zip(across.chunks_mut(width.max(1))) {
        let mut x = 0;
        while let Some(at) = super::bitmap::next_ink(from, x) {
            let start = at.saturating_sub(wide);
            let end = (at + wide + 1).min(width);
            to[start..end].fill(1);
            x = at + 1;
        }
    }
    // Down: a row is set where any of the rows around it is; counted as the window moves.
    let mut counts = vec![0u16; width];
    let mut down = vec![0u8; set.len()];
    let row = |y: usize| &across[y * width..(y + 1) * width];
    for y in 0..height + reach {
        if y < height {
            counts.iter_mut().zip(row(y)).for_each(|(n, &c)| *n += u16::from(c));
        }
        if y > 2 * reach {
            counts.iter_mut().zip(row(y - 2 * reach - 1)).for_each(|(n, &c)| *n -= u16::from(c));
        }
        if y >= reach {
            let at = (y - reach) * width;
            down[at..at + width].iter_mut().zip(&counts).for_each(|(d, &n)| *d = u8::from(n > 0));
        }
    }
    down
}

#[cfg(test)]
mod tests {
    use super::super::bitmap::pieces;
    use super::*;

    #[test]
    fn letters_of_dots_are_no_dirt() {
        let mut page = GreyPage::filled(850, 1100, 250);
        let dot = |page: &mut GreyPage, x: usize, y: usize| {
            for row in y..y + 2 {
                page.pixels[row * 850 + x..row * 850 + x + 2].fill(20);
            }
        };
        // Lines of dots four pixels apart, and sixty specks strewn over the rest.
        for line in 0..6 {
            for at in 0..100 {
                dot(&mut page, 100 + at * 4, 100 + line * 40);
                dot(&mut page, 100 + at * 4, 104 + line * 40);
            }
        }
        for speck in 0..60 {
            dot(&mut page, 60 + (speck * 137) % 700, 500 + (speck * 89) % 550);
        }
        let bitmap = Bitmap::of(&page, 1, 128);
        let removed = remove(&mut page, &bitmap, &super::super::bitmap::pieces(&bitmap), 100.0);
        assert_eq!(removed, 0);
        // The specks alone are.
        let mut page = GreyPage::filled(850, 1100, 250);
        for speck in 0..60 {
            dot(&mut page, 60 + (speck * 137) % 700, 500 + (speck * 89) % 550);
        }
        let bitmap = Bitmap::of(&page, 1, 128);
        let removed = remove(&mut page, &bitmap, &super::super::bitmap::pieces(&bitmap), 100.0);
        assert!((50..=60).contains(&removed), "{removed}");
    }

    fn dot(page: &mut GreyPage, x: usize, y: usize, w: usize, h: usize) {
        for row in y..y + h {
            page.pixels[row * page.width as usize + x..][..w].fill(0);
        }
    }

    /// A line of letters with full stops, and `count` specks elsewhere.
    fn page(count: usize) -> GreyPage {
        let mut page = GreyPage::filled(1200, 900, 255);
        for i in 0..20 {
            dot(&mut page, 100 + i * 40, 100, 18, 30);
            dot(&mut page, 124 + i * 40, 125, 5, 5);
        }
        for i in 0..count {
            dot(&mut page, 50 + (i * 97) % 1100, 200 + (i * 61) % 650, 3 + i % 3, 4);
        }
        page
    }

    fn removed(page: &mut GreyPage) -> usize {
        let bitmap = Bitmap::of(page, 2, 128);
        remove(page, &bitmap, &pieces(&bitmap), 150.0)
    }

    #[test]
    fn specks_go_and_full_stops_stay() {
        let mut specked = page(60);
        assert!(removed(&mut specked) >= 55);
        let clean = page(0);
        let differ = specked.pixels.iter().zip(&clean.pixels).filter(|(a, b)| a != b).count();
        assert!(differ < 100, "{differ}");
        assert!((0..20).all(|i| specked.at(126 + i * 40, 127) == 0));
    }

    #[test]
    fn scratches_go_and_rules_stay() {
        let mut page = page(0);
        dot(&mut page, 400, 0, 2, 900); // a scratch
        dot(&mut page, 700, 40, 3, 800); // a table's rule
        dot(&mut page, 0, 0, 12, 900); // a black edge
        let bitmap = Bitmap::of(&page, 2, 128);
        assert_eq!(remove_scratches(&mut page, &bitmap, 128), 1);
        assert_eq!((page.at(400, 10), page.at(401, 500), page.at(701, 400), page.at(5, 400)), (255, 255, 0, 0));
        assert_eq!(page.at(105, 110), 0);
    }

    #[test]
    fn a_few_dots_stay() {
        let mut page = page(6);
        assert_eq!(removed(&mut page), 0);
    }

    #[test]
    fn spreading_is_a_rectangle() {
        let (w, h) = (12, 9);
        for (at, reach) in [(5 * 12 + 6, (2, 1)), (0, (3, 2)), (w * h - 1, (0, 1)), (4 * 12, (20, 20))] {
            let mut set = vec![0u8; w * h];
            set[at] = 1;
            let got = spread(&set, w, h, reach);
            for y in 0..h {
                for x in 0..w {
                    let want = (at % w).abs_diff(x) <= reach.0 && (at / w).abs_diff(y) <= reach.1;
                    assert_eq!(got[y * w + x], u8::from(want), "{at} {reach:?} {x} {y}");
                }
            }
        }
    }
}
