//! Tells an empty sheet from a sheet with something on it: specks, punch holes and folds are nothing; anything like a letter is something.

use super::bitmap::{Bitmap, Piece};

/// What lies on a sheet.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    /// Pieces of the size of letters, in cells.
    pub letters: Vec<Piece>,
    /// Pieces larger than letters that are neither punch holes nor folds.
    pub large: Vec<Piece>,
}

/// Sorts the pieces of a page; `dpi` is that of the bitmap's cells.
pub(super) fn marks(pieces: &[Piece], bitmap: &Bitmap, dpi: f32) -> Marks {
    let inch = |n: usize| n as f32 / dpi;
    let mut marks = Marks::default();
    let mut streaks = Vec::new();
    for piece in pieces {
        let (w, h) = (inch(piece.width()), inch(piece.height()));
        let long = w.max(h);
        // Dots, and the remains of noise: a full stop of 8 points is 0.015 in.
        if long < 0.032 || piece.area < 6 {
            continue;
        }
        if is_punch_hole(piece, bitmap, dpi) {
            continue;
        }
        if is_streak(piece, bitmap, w, h) {
            streaks.push(*piece);
            continue;
        }
        // Ten points make letters of 0.03 to 0.14 in; headings and touching letters are larger.
        if h <= 0.35 && w <= 0.6 && long >= 0.04 {
            marks.letters.push(*piece);
        } else if long > 0.35 {
            marks.large.push(*piece);
        }
    }
    // A few are folds or dirt; many are a ruled form.
    if streaks.len() > 4 {
        marks.large.append(&mut streaks);
    }
    marks
}

/// A disc of about a quarter inch near the edge, or the ring that its shadow makes.
fn is_punch_hole(piece: &Piece, bitmap: &Bitmap, dpi: f32) -> bool {
    let inch = |n: usize| n as f32 / dpi;
    let (w, h) = (inch(piece.width()), inch(piece.height()));
    let side = inch(piece.x0.min(bitmap.width - piece.x1)).min(inch(piece.y0.min(bitmap.height - piece.y1)));
    let round = w.max(h) < w.min(h) * 1.5;
    side < 0.9 && (0.15..0.5).contains(&w.max(h)) && ((round && piece.fill() > 0.6) || (piece.fill() < 0.45 && w.min(h) > 0.08))
}

/// A thin line over most of the sheet (a fold, a dirty scanner glass), or a strip along its edge.
fn is_streak(piece: &Piece, bitmap: &Bitmap, w: f32, h: f32) -> bool {
    let (pw, ph) = (piece.width() as f32 / bitmap.width as f32, piece.height() as f32 / bitmap.height as f32);
    let thin = w.min(h) < 0.06;
    let at_edge = piece.x0 < 4 || piece.y0 < 4 || piece.x1 + 4 > bitmap.width || piece.y1 + 4 > bitmap.height;
    (thin && pw.max(ph) > 0.5) || (at_edge && (thin || pw.max(ph) > 0.5) && piece.fill() < 0.5) || (at_edge && w.min(h) < 0.12)
}

impl Marks {
    /// Surely nothing on it: not worth an engine's time.
    pub fn nothing(&self) -> bool {
        self.letters.len() <= 2 && self.large.is_empty()
    }

    /// So little that the sheet is empty if the engine finds no word on it.
    pub fn hardly_anything(&self) -> bool {
        self.letters.len() <= 60 && self.large.len() <= 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Bitmap {
        Bitmap { width: 1275, height: 1650, factor: 2, cells: vec![0; 1275 * 1650] }
    }

    fn piece(x: usize, y: usize, w: usize, h: usize, fill: f32) -> Piece {
        Piece { x0: x, y0: y, x1: x + w, y1: y + h, area: ((w * h) as f32 * fill).max(1.0) as usize }
    }

    #[test]
    fn dirt_is_nothing() {
        let dirt = [piece(500, 500, 3, 3, 1.0), piece(40, 825, 38, 38, 0.78), piece(0, 800, 1275, 5, 0.8), piece(1268, 0, 7, 1650, 0.9)];
        assert!(marks(&dirt, &sheet(), 150.0).nothing());
    }

    #[test]
    fn a_few_letters_are_something() {
        let word: Vec<_> = (0..5).map(|i| piece(300 + i * 14, 400, 10, 14, 0.4)).collect();
        let got = marks(&word, &sheet(), 150.0);
        assert!(!got.nothing() && got.hardly_anything());
        assert_eq!(got.letters.len(), 5);
    }

    #[test]
    fn a_picture_is_something() {
        let got = marks(&[piece(300, 300, 400, 300, 0.3)], &sheet(), 150.0);
        assert!(!got.nothing());
    }
}
