//! White letters on a dark ground (headings of tables, banners of forms) become dark letters on white. The engine would else read every line of
//! which it is unsure a second time with its shades exchanged, which costs a twentieth of its time and reads specks as words.
//!
//! A dark area is taken for a ground if it is of the size of a line of text up to a few inches, nearly fills its hull, and has light marks in it. Bars
//! without marks (redactions) stay as they are.

use crate::model::GreyPage;

use super::bitmap::Piece;

/// Least size of a ground, inches.
const LEAST_WIDTH: f32 = 0.3;
const LEAST_HEIGHT: f32 = 0.09;
/// Higher than this is a picture.
const MOST_HEIGHT: f32 = 2.0;
/// Share of the strip along each side that is dark; round corners and dirt take the rest.
const RIM: f32 = 0.8;
/// Share of a ground's hull that is dark.
const DARK: std::ops::RangeInclusive<f32> = 0.5..=0.97;

/// Exchanges the shades of dark grounds with light marks; says how many there were. `factor` is how many pixels a cell of the pieces has, each way.
pub(super) fn restore(page: &mut GreyPage, all: &[Piece], factor: usize, dpi: f32, threshold: u8) -> usize {
    let inches = |cells: usize| (cells * factor) as f32 / dpi;
    let candidate = |p: &&Piece| {
        inches(p.width()) >= LEAST_WIDTH && (LEAST_HEIGHT..=MOST_HEIGHT).contains(&inches(p.height())) && p.fill() >= *DARK.start()
    };
    all.iter().filter(candidate).filter(|p| exchange(page, p, factor, threshold)).count()
}

/// Whether a strip along each side of the hull is dark: a ground goes around its letters; a bold word, whose letters touch, has no such rim.
fn has_dark_border(page: &GreyPage, (x0, y0, x1, y1): (usize, usize, usize, usize), threshold: u8) -> bool {
    let (width, height) = (x1.saturating_sub(x0), y1.saturating_sub(y0));
    let rim = (height / 20).clamp(1, 4);
    // The outermost pixels are blurred or belong to a cell that is half paper.
    let skip = 2;
    if width <= 4 * (rim + skip) || height <= 4 * (rim + skip) {
        return false;
    }
    let dark = |xs: std::ops::Range<usize>, ys: std::ops::Range<usize>| {
        let all = xs.len() * ys.len();
        let dark: usize = ys.map(|y| xs.clone().filter(|&x| page.pixels[y * page.width as usize + x] < threshold).count()).sum();
        dark as f32 >= RIM * all as f32
    };
    dark(x0..x1, y0 + skip..y0 + skip + rim)
        && dark(x0..x1, y1 - skip - rim..y1 - skip)
        && dark(x0 + skip..x0 + skip + rim, y0..y1)
        && dark(x1 - skip - rim..x1 - skip, y0..y1)
}

fn exchange(page: &mut GreyPage, piece: &Piece, factor: usize, threshold: u8) -> bool {
    let (width, height) = (page.width as usize, page.height as usize);
    let (x0, x1) = (piece.x0 * factor, (piece.x1 * factor).min(width));
    let (y0, y1) = (piece.y0 * factor, (piece.y1 * factor).min(height));
    if !has_dark_border(page, (x0, y0, x1, y1), threshold) {
        return false;
    }
    let (mut dark, mut sum, mut inside) = (0_usize, 0_usize, 0_usize);
    let mut rows = Vec::with_capacity(y1.saturating_sub(y0));
    for y in y0..y1 {
        let row = &page.pixels[y * width + x0..y * width + x1];
        // Between a row's first and last dark pixel lies the ground: corners may be round, edges askew.
        let is_dark = |p: &u8| *p < threshold;
        let (Some(first), Some(last)) = (row.iter().position(is_dark), row.iter().rposition(is_dark)) else { continue };
        for &p in row[first..=last].iter().filter(|p| is_dark(p)) {
            dark += 1;
            sum += usize::from(p);
        }
        inside += last + 1 - first;
        rows.push((y * width + x0 + first, y * width + x0 + last));
    }
    if inside == 0 || !DARK.contains(&(dark as f32 / inside as f32)) {
        return false;
    }
    let ground = (sum / dark.max(1)) as i32;
    for (first, last) in rows {
        for p in &mut page.pixels[first..=last] {
            *p = 255 - ((i32::from(*p) - ground).max(0) * 255 / (255 - ground).max(1)) as u8;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::bitmap::{Bitmap, pieces};
    use super::*;

    /// A banner of 400 x 40 pixels at 100 dpi with `letters` light marks of 8 x 16 pixels.
    fn banner(letters: usize) -> GreyPage {
        let mut page = GreyPage::filled(600, 200, 240);
        for y in 60..100 {
            page.pixels[y * 600 + 80..y * 600 + 480].fill(30);
        }
        for letter in 0..letters {
            for y in 72..88 {
                let x = y * 600 + 100 + letter * 14;
                page.pixels[x..x + 8].fill(235);
            }
        }
        page
    }

    fn restored(mut page: GreyPage) -> (usize, GreyPage) {
        let bitmap = Bitmap::of(&page, 1, 128);
        let grounds = restore(&mut page, &pieces(&bitmap), 1, 100.0, 128);
        (grounds, page)
    }

    #[test]
    fn white_on_black_becomes_black_on_white() {
        let (grounds, page) = restored(banner(20));
        assert_eq!(grounds, 1);
        let at = |x: usize, y: usize| page.pixels[y * 600 + x];
        assert!(at(85, 65) > 240, "the ground: {}", at(85, 65));
        assert!(at(104, 80) < 40, "a letter: {}", at(104, 80));
        assert_eq!(at(20, 20), 240, "the paper beside it");
    }

    #[test]
    fn what_is_no_ground_stays() {
        let mut letter = GreyPage::filled(600, 200, 240);
        for y in 60..76 {
            letter.pixels[y * 600 + 80..y * 600 + 92].fill(30);
        }
        let mut frame = GreyPage::filled(600, 200, 240);
        for y in 40..160 {
            let row = &mut frame.pixels[y * 600 + 40..y * 600 + 560];
            if !(44..156).contains(&y) {
                row.fill(20);
            } else {
                row[..4].fill(20);
                row[516..].fill(20);
            }
        }
        for (name, page) in
            [("a redaction", banner(0)), ("a letter", letter), ("a frame", frame), ("nothing", GreyPage::filled(60, 60, 250))]
        {
            let (grounds, after) = restored(page.clone());
            assert_eq!(grounds, 0, "{name}");
            assert!(after.pixels == page.pixels, "{name}");
        }
    }
}
