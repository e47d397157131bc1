//! White letters on a dark ground (headings of tables, banners of forms) become dark letters on white. The engine would else read every line of
//! which it is unsure a second time with its shades exchanged, which costs a twentieth of its time and reads specks as words.
//!
//! A dark area is taken for a ground if it is of the size of a line of text up to a few inches, has a dark rim, and has light marks in it. Bars
//! without marks (redactions) stay as they are.

use crate::model::GreyPage;

use super::bitmap::{Bitmap, Piece, pieces};

/// Least size of a ground, inches.
const LEAST_WIDTH: f32 = 0.3;
const LEAST_HEIGHT: f32 = 0.09;
/// Higher than this is a picture.
const MOST_HEIGHT: f32 = 2.0;
/// Share of the strip along each side that is dark; round corners and dirt take the rest.
const RIM: f32 = 0.8;
/// Least share of a ground that is dark.
const DARK: f32 = 0.5;
/// Least light marks in it, square inches: two letters of ten points. A long band may hold a short word.
const LIGHT: f32 = 0.003;

/// Exchanges the shades of dark grounds with light marks; says how many there were.
pub(super) fn restore(page: &mut GreyPage, factor: usize, dpi: f32, threshold: u8) -> usize {
    let inches = |cells: usize| (cells * factor) as f32 / dpi;
    let likely = |p: &&Piece| inches(p.width()) >= LEAST_WIDTH && (LEAST_HEIGHT..=MOST_HEIGHT).contains(&inches(p.height()));
    pieces(&eroded(&solid(page, factor, threshold))).iter().filter(likely).filter(|p| exchange(page, p, factor, dpi, threshold)).count()
}

/// Cells of which three quarters are dark: a rule of three pixels covers one cell, where the cells of `Darkest` would have it cover three, and the
/// noise of a scanner makes no holes.
fn solid(page: &GreyPage, factor: usize, threshold: u8) -> Bitmap {
    let (width, height) = (page.width as usize / factor, page.height as usize / factor);
    let least = (factor * factor * 3).div_ceil(4) as u16;
    let mut cells = vec![0; width * height];
    let mut dark = vec![0_u16; width];
    for (line, rows) in cells.chunks_exact_mut(width.max(1)).zip(page.pixels.chunks_exact(page.width.max(1) as usize * factor)) {
        dark.fill(0);
        for row in rows.chunks_exact(page.width as usize) {
            for (count, pixels) in dark.iter_mut().zip(row.chunks_exact(factor)) {
                *count += pixels.iter().map(|&p| u16::from(p < threshold)).sum::<u16>();
            }
        }
        for (cell, &count) in line.iter_mut().zip(&dark) {
            *cell = u8::from(count >= least);
        }
    }
    Bitmap { width, height, factor, cells }
}

/// Ink that has ink all around: rules and the strokes of letters go, and with them what ties a ground to the frame of its form.
fn eroded(bitmap: &Bitmap) -> Bitmap {
    let (width, height) = (bitmap.width, bitmap.height);
    let mut inner = Bitmap { cells: vec![0; bitmap.cells.len()], ..*bitmap };
    if width < 3 || height < 3 {
        return inner;
    }
    let mut down = vec![0; width];
    for y in 1..height - 1 {
        for (x, cell) in down.iter_mut().enumerate() {
            *cell = bitmap.cells[(y - 1) * width + x] & bitmap.cells[y * width + x] & bitmap.cells[(y + 1) * width + x];
        }
        for (cell, around) in inner.cells[y * width + 1..(y + 1) * width - 1].iter_mut().zip(down.windows(3)) {
            *cell = around[0] & around[1] & around[2];
        }
    }
    inner
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

fn exchange(page: &mut GreyPage, piece: &Piece, factor: usize, dpi: f32, threshold: u8) -> bool {
    let (width, height) = (page.width as usize, page.height as usize);
    // The cell that was eroded on each side.
    let (x0, x1) = (piece.x0.saturating_sub(1) * factor, ((piece.x1 + 1) * factor).min(width));
    let (y0, y1) = (piece.y0.saturating_sub(1) * factor, ((piece.y1 + 1) * factor).min(height));
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
    if (dark as f32) < DARK * inside as f32 || ((inside - dark) as f32) < LIGHT * dpi * dpi {
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
        let grounds = restore(&mut page, 1, 100.0, 128);
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
    fn a_ground_within_the_frame_of_a_form_is_found() {
        let mut page = banner(20);
        for y in 20..180 {
            let row = &mut page.pixels[y * 600 + 80..y * 600 + 480];
            if !(22..178).contains(&y) {
                row.fill(30);
            } else {
                row[..2].fill(30);
                row[398..].fill(30);
            }
        }
        let (grounds, page) = restored(page);
        assert_eq!(grounds, 1);
        assert!(page.pixels[80 * 600 + 104] < 40, "a letter");
        assert!(page.pixels[20 * 600 + 104] < 40, "the frame stays");
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
