//! Two-shade pictures at about 150 dots per inch, and the connected pieces of ink on them: what blank test, axis test, skew, rules,
//! checkboxes and bar codes look at. Pure pixel work; knows nothing of pages.

use crate::model::GreyPage;

/// A picture of ink and paper. A cell stands for `factor` x `factor` pixels of the page that it came from.
#[derive(Clone)]
pub(super) struct Bitmap {
    pub width: usize,
    pub height: usize,
    /// Pixels of the page a cell, each way.
    pub factor: usize,
    /// 1 is ink; row by row.
    pub cells: Vec<u8>,
}

impl Bitmap {
    /// Cells in which any pixel is darker than `threshold`, so that hairlines survive.
    #[cfg(test)]
    pub fn of(page: &GreyPage, factor: usize, threshold: u8) -> Self {
        Darkest::of(page, factor).below(threshold)
    }

    pub fn row(&self, y: usize) -> &[u8] {
        &self.cells[y * self.width..(y + 1) * self.width]
    }

    /// Rows become columns.
    pub fn transposed(&self) -> Self {
        const BLOCK: usize = 32;
        let mut cells = vec![0u8; self.cells.len()];
        for by in (0..self.height).step_by(BLOCK) {
            for bx in (0..self.width).step_by(BLOCK) {
                for y in by..(by + BLOCK).min(self.height) {
                    for x in bx..(bx + BLOCK).min(self.width) {
                        cells[x * self.height + y] = self.cells[y * self.width + x];
                    }
                }
            }
        }
        Self { width: self.height, height: self.width, factor: self.factor, cells }
    }

    /// Cells of ink in the half-open rectangle, cut to the picture.
    pub fn count(&self, x0: usize, y0: usize, x1: usize, y1: usize) -> usize {
        let (x1, y1) = (x1.min(self.width), y1.min(self.height));
        if x0 >= x1 {
            return 0;
        }
        (y0..y1).map(|y| self.row(y)[x0..x1].iter().map(|&c| usize::from(c)).sum::<usize>()).sum()
    }

    /// Calls `f(start, end)` for each run of ink in a row, end exclusive.
    pub fn runs(&self, y: usize, mut f: impl FnMut(usize, usize)) {
        let row = self.row(y);
        let mut x = 0;
        while let Some(start) = next_ink(row, x) {
            let end = row[start..].iter().position(|&c| c == 0).map_or(row.len(), |n| start + n);
            f(start, end);
            x = end;
        }
    }
}

/// The darkest pixel of each cell: seen at several thresholds without going over the page again.
pub(super) struct Darkest {
    width: usize,
    height: usize,
    factor: usize,
    shades: Vec<u8>,
}

impl Darkest {
    /// Cells of `factor` x `factor` pixels; those at the right and lower edge may be smaller.
    pub fn of(page: &GreyPage, factor: usize) -> Self {
        let factor = factor.max(1);
        let (w, h) = (page.width as usize, page.height as usize);
        let (width, height) = (w.div_ceil(factor), h.div_ceil(factor));
        if factor == 1 {
            return Self { width, height, factor, shades: page.pixels.clone() };
        }
        let mut shades = Vec::with_capacity(width * height);
        let mut darkest = vec![255u8; w];
        for y in 0..height {
            let rows = y * factor..((y + 1) * factor).min(h);
            darkest.copy_from_slice(page.row(rows.start as u32));
            for row in rows.skip(1) {
                for (d, &p) in darkest.iter_mut().zip(page.row(row as u32)) {
                    *d = (*d).min(p);
                }
            }
            if factor == 2 {
                // The usual case, spelt out so that it runs on whole registers.
                shades.extend(darkest.chunks_exact(2).map(|pair| pair[0].min(pair[1])));
                shades.extend(darkest.chunks_exact(2).remainder());
            } else {
                shades.extend(darkest.chunks(factor).map(|cell| cell.iter().copied().min().unwrap_or(255)));
            }
        }
        Self { width, height, factor, shades }
    }

    /// Cells darker than `threshold`.
    pub fn below(&self, threshold: u8) -> Bitmap {
        let cells = self.shades.iter().map(|&shade| u8::from(shade < threshold)).collect();
        Bitmap { width: self.width, height: self.height, factor: self.factor, cells }
    }
}

/// The first cell of ink at or after `from`; most of a page is paper, so eight cells are looked at at a time.
pub(super) fn next_ink(row: &[u8], from: usize) -> Option<usize> {
    let mut x = from;
    while let Some(eight) = row.get(x..x + 8) {
        if eight.iter().fold(0, |all, &c| all | c) != 0 {
            break;
        }
        x += 8;
    }
    row.get(x..)?.iter().position(|&c| c != 0).map(|n| x + n)
}

/// A connected piece of ink: its hull (end exclusive) and its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub x0: usize,
    pub y0: usize,
    pub x1: usize,
    pub y1: usize,
    pub area: usize,
}

impl Piece {
    pub fn width(&self) -> usize {
        self.x1 - self.x0
    }

    pub fn height(&self) -> usize {
        self.y1 - self.y0
    }

    /// Share of the hull that is ink.
    pub fn fill(&self) -> f32 {
        self.area as f32 / (self.width() * self.height()) as f32
    }

    pub fn center(&self) -> (f32, f32) {
        ((self.x0 + self.x1) as f32 / 2.0, (self.y0 + self.y1) as f32 / 2.0)
    }

    fn join(&mut self, other: &Piece) {
        self.x0 = self.x0.min(other.x0);
        self.y0 = self.y0.min(other.y0);
        self.x1 = self.x1.max(other.x1);
        self.y1 = self.y1.max(other.y1);
        self.area += other.area;
    }
}

/// All connected pieces (eight neighbours), from top to bottom by their first row.
pub(super) fn pieces(bitmap: &Bitmap) -> Vec<Piece> {
    let mut runs: Vec<Piece> = Vec::new();
    let mut parent: Vec<u32> = Vec::new();
    let mut above = 0..0;
    for y in 0..bitmap.height {
        let first = runs.len();
        bitmap.runs(y, |x0, x1| runs.push(Piece { x0, y0: y, x1, y1: y + 1, area: x1 - x0 }));
        parent.extend(first as u32..runs.len() as u32);
        let mut up = above.start;
        for i in first..runs.len() {
            // Both rows are sorted: runs that end before this one begins are done with.
            while up < above.end && runs[up].x1 < runs[i].x0 {
                up += 1;
            }
            let mut j = up;
            while j < above.end && runs[j].x0 <= runs[i].x1 {
                let (a, b) = (root(&mut parent, i as u32), root(&mut parent, j as u32));
                let (low, high) = (a.min(b), a.max(b));
                parent[high as usize] = low;
                j += 1;
            }
        }
        above = first..runs.len();
    }
    let mut slot = vec![usize::MAX; runs.len()];
    let mut pieces: Vec<Piece> = Vec::new();
    for (i, run) in runs.iter().enumerate() {
        let r = root(&mut parent, i as u32) as usize;
        if slot[r] == usize::MAX {
            slot[r] = pieces.len();
            pieces.push(*run);
        } else {
            pieces[slot[r]].join(run);
        }
    }
    pieces
}

fn root(parent: &mut [u32], mut i: u32) -> u32 {
    while parent[i as usize] != i {
        parent[i as usize] = parent[parent[i as usize] as usize];
        i = parent[i as usize];
    }
    i
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(rows: &[&str]) -> Bitmap {
        let cells = rows.iter().flat_map(|r| r.bytes().map(|b| u8::from(b == b'#'))).collect();
        Bitmap { width: rows[0].len(), height: rows.len(), factor: 1, cells }
    }

    #[test]
    fn pieces_join_across_rows_and_corners() {
        let got = pieces(&drawn(&["#..#.", "#..#.", ".##..", "....#"]));
        assert_eq!(got.len(), 2);
        assert_eq!(got[0], Piece { x0: 0, y0: 0, x1: 4, y1: 3, area: 6 });
        assert_eq!(got[1], Piece { x0: 4, y0: 3, x1: 5, y1: 4, area: 1 });
    }

    #[test]
    fn ink_is_found_wherever_it_lies() {
        for length in 0..40 {
            for at in 0..length {
                let mut row = vec![0u8; length];
                row[at] = 1;
                for from in 0..=length {
                    assert_eq!(next_ink(&row, from), (from <= at).then_some(at), "{length} {at} {from}");
                }
            }
        }
    }

    #[test]
    fn cells_keep_hairlines_and_odd_edges() {
        let mut page = GreyPage::filled(5, 5, 255);
        page.pixels[2 * 5 + 4] = 0;
        let bitmap = Bitmap::of(&page, 2, 128);
        assert_eq!((bitmap.width, bitmap.height), (3, 3));
        assert_eq!(bitmap.cells, [0, 0, 0, 0, 0, 1, 0, 0, 0]);
        assert_eq!(bitmap.transposed().cells, [0, 0, 0, 0, 0, 0, 0, 1, 0]);
    }
}
