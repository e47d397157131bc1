//! Linear bar codes on labels: taken out of the engine's picture, since lines of text that stand close above or under their bars are read as rubbish or
//! not at all. What a code says is not read here (see [`super::barcodes`]).

use crate::model::GreyPage;

use super::bitmap::Piece;

/// Lowest and highest bars, inches.
const HEIGHT: (f32, f32) = (0.14, 1.2);
/// Widest piece: several bars may have run together.
const WIDEST: f32 = 0.5;
/// Bars of one code begin and end within so many inches of each other.
const EVEN: f32 = 0.04;
/// Widest gap between bars, inches.
const GAP: f32 = 0.15;
/// Fewest pieces of a code: the shortest codes in use have some twenty bars, of which half may have run together.
const FEWEST: usize = 10;
/// Least width of a code, inches.
const LEAST: f32 = 0.6;
/// Codes that are open at one time: bars come from left to right, and few codes stand beside each other.
const OPEN: usize = 32;

/// The bars of one code.
struct Code {
    top: usize,
    bottom: usize,
    left: usize,
    right: usize,
    pieces: usize,
    narrow: usize,
    ink: usize,
}

/// Finds the codes among a page's pieces of ink, as hulls in cells of the bitmap that has `dpi` cells an inch.
fn find(pieces: &[Piece], dpi: f32) -> Vec<Code> {
    let inch = |n: usize| n as f32 / dpi;
    let mut bars: Vec<&Piece> = pieces
        .iter()
        .filter(|p| (HEIGHT.0..=HEIGHT.1).contains(&inch(p.height())) && inch(p.width()) <= WIDEST && p.fill() >= 0.6)
        .collect();
    bars.sort_by_key(|p| (p.x0, p.y0));
    let mut codes: Vec<Code> = Vec::new();
    for bar in bars {
        let even = |a: usize, b: usize| inch(a.abs_diff(b)) <= EVEN;
        let narrow = usize::from(bar.height() >= 4 * bar.width());
        let of = codes
            .iter_mut()
            .rev()
            .take(OPEN)
            .find(|code| even(code.top, bar.y0) && even(code.bottom, bar.y1) && inch(bar.x0.saturating_sub(code.right)) <= GAP);
        match of {
            Some(code) => {
                code.right = code.right.max(bar.x1);
                code.pieces += 1;
                code.narrow += narrow;
                code.ink += bar.area;
            }
            None => codes.push(Code { top: bar.y0, bottom: bar.y1, left: bar.x0, right: bar.x1, pieces: 1, narrow, ink: bar.area }),
        }
    }
    codes.retain(|code| {
        let (width, height) = (code.right - code.left, code.bottom - code.top);
        let share = code.ink as f32 / (width * height).max(1) as f32;
        code.pieces >= FEWEST && 2 * code.narrow >= code.pieces && inch(width) >= LEAST && width > height && (0.25..0.85).contains(&share)
    });
    codes
}

/// Whitens the codes; returns how many there were. `factor` is pixels of the page a cell.
pub(super) fn erase(page: &mut GreyPage, pieces: &[Piece], dpi: f32, factor: usize) -> usize {
    let codes = find(pieces, dpi);
    for code in &codes {
        // A cell of air: bars are blurred at their edges.
        let (x0, x1) = (code.left.saturating_sub(1) * factor, ((code.right + 1) * factor).min(page.width as usize));
        let (y0, y1) = (code.top.saturating_sub(1) * factor, ((code.bottom + 1) * factor).min(page.height as usize));
        for y in y0..y1 {
            let start = y * page.width as usize;
            page.pixels[start + x0.min(x1)..start + x1].fill(255);
        }
    }
    codes.len()
}

#[cfg(test)]
mod tests {
    use super::super::bitmap::{Bitmap, pieces};
    use super::*;

    fn draw(page: &mut GreyPage, x: u32, y: u32, w: u32, h: u32) {
        for row in y..y + h {
            for column in x..x + w {
                page.pixels[(row * page.width + column) as usize] = 0;
            }
        }
    }

    fn codes_of(page: &mut GreyPage) -> usize {
        let all = pieces(&Bitmap::of(page, 2, 128));
        erase(page, &all, 150.0, 2)
    }

    #[test]
    fn bars_go_and_the_line_above_them_stays() {
        let mut page = GreyPage::filled(1200, 600, 255);
        (0..30).for_each(|i| draw(&mut page, 200 + 16 * i, 200, if i % 3 == 0 { 12 } else { 4 }, 90));
        (0..20).for_each(|i| draw(&mut page, 200 + 24 * i, 170, 6, 24)); // letters, six pixels above
        assert_eq!(codes_of(&mut page), 1);
        assert_eq!(page.pixels.iter().filter(|p| **p == 0).count(), 20 * 6 * 24);
    }

    #[test]
    fn letters_dividers_of_combs_and_lines_are_no_codes() {
        let mut page = GreyPage::filled(1200, 900, 255);
        (0..40).for_each(|i| draw(&mut page, 100 + 18 * i, 100, 6, 30)); // a line of thin letters: too low
        (0..20).for_each(|i| draw(&mut page, 100 + 52 * i, 300, 3, 60)); // a comb: bars too far apart
        (0..6).for_each(|i| draw(&mut page, 100 + 20 * i, 500, 6, 80)); // too few
        let before = page.pixels.clone();
        assert_eq!(codes_of(&mut page), 0);
        assert!(page.pixels == before);
    }
}
