//! Colours to grey, resolutions that can be true, orientations.

use super::DecodeSettings;
use crate::model::{FailureKind, GreyPage, SourceFailure};

/// Luma of a colour, ITU-R BT.601 weights as JPEG uses them (JFIF 1.02), rounded.
pub(super) fn luma(r: u8, g: u8, b: u8) -> u8 {
    ((u32::from(r) * 19_595 + u32::from(g) * 38_470 + u32::from(b) * 7_471 + 32_768) >> 16) as u8
}

/// A shade seen through `alpha` (0 is clear) over white paper.
pub(super) fn over_white(shade: u8, alpha: u8) -> u8 {
    let (shade, alpha) = (u32::from(shade), u32::from(alpha));
    ((shade * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// The upper byte of a 16-bit sample, rounded.
pub(super) fn from_16_bits(sample: u16) -> u8 {
    ((u32::from(sample) * 255 + 32_767) / 65_535) as u8
}

/// The colour of four inks (cyan, magenta, yellow, black) of which 255 is full.
pub(super) fn inks_to_rgb([c, m, y, k]: [u8; 4]) -> [u8; 3] {
    [c, m, y].map(|ink| ((u32::from(255 - ink) * u32::from(255 - k) + 127) / 255) as u8)
}

/// Resolution that a source states, if it can be true of a page of this many pixels.
///
/// Stated by a sensible scanner it lies between 50 and 1200 dots per inch and makes a page of at most two feet. 72 and 96 are
/// what programs write who know nothing: they are believed only if the page then has the size of an office sheet.
pub(super) fn credible_dpi(x: f64, y: f64, width: u32, height: u32) -> Option<(f32, f32)> {
    let credible = 50.0..=1200.0;
    if !credible.contains(&x) || !credible.contains(&y) || x / y > 4.0 || y / x > 4.0 {
        return None;
    }
    let longest = (f64::from(width) / x).max(f64::from(height) / y);
    let filler = [72.0, 96.0].iter().any(|d| (x - d).abs() < 0.5 && (y - d).abs() < 0.5);
    let most = if filler { 14.5 } else { 24.0 };
    (1.5..=most).contains(&longest).then_some((x as f32, y as f32))
}

/// Refuses a size over the budget before anything of it is allocated.
pub(super) fn check_size(width: u64, height: u64, settings: &DecodeSettings) -> Result<(), SourceFailure> {
    if width == 0 || height == 0 {
        return Err(SourceFailure::new(FailureKind::Broken, "the image has no pixels; scan it anew"));
    }
    if settings.size_fits(width, height) {
        return Ok(());
    }
    Err(SourceFailure::new(
        FailureKind::TooLarge,
        format!(
            "the image has {width} x {height} pixels, more than the {} megapixels or {} a side allowed; scan it at 300 dpi, or raise decode.max_megapixels and decode.max_side",
            settings.max_megapixels, settings.max_side
        ),
    ))
}

/// What an orientation (1–8, TIFF 6.0 and EXIF alike) asks for: whether the page is stored mirrored, and the quarter turns clockwise that are to be
/// made after the mirroring has been taken out.
pub(super) fn orientation(orientation: u16) -> (bool, u8) {
    let turns = match orientation {
        6 | 7 => 1,
        3 | 4 => 2,
        5 | 8 => 3,
        _ => 0,
    };
    (matches!(orientation, 2 | 4 | 5 | 7), turns)
}

/// Takes the mirroring out of a page whose tags state this orientation and returns the quarter
/// turns clockwise that remain to be made.
///
/// Mirrored scans (2, 4, 5, 7) are un-mirrored here: the raw page, and with it every evidence box, is then the mirror image of the
/// page as stored, which is what a viewer that heeds the tag shows, apart from the turn.
pub(super) fn unmirror(grey: &mut GreyPage, tagged: u16) -> u8 {
    let (mirrored, turns) = orientation(tagged);
    if mirrored {
        let width = grey.width as usize;
        grey.pixels.chunks_mut(width.max(1)).for_each(<[u8]>::reverse);
    }
    turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greys_are_right_at_the_ends() {
        assert_eq!((luma(0, 0, 0), luma(255, 255, 255), luma(128, 128, 128)), (0, 255, 128));
        assert_eq!((over_white(0, 0), over_white(0, 255), over_white(0, 128)), (255, 0, 127));
        assert_eq!((from_16_bits(0), from_16_bits(65_535), from_16_bits(257 * 90)), (0, 255, 90));
        let inks = [[0, 0, 0, 0], [0, 0, 0, 255], [255, 255, 255, 0]];
        assert_eq!(inks.map(inks_to_rgb), [[255; 3], [0; 3], [0; 3]]);
    }

    #[test]
    fn absurd_resolutions_are_none() {
        let table = [
            ((300.0, 300.0), (2550, 3300), true),
            ((204.0, 98.0), (1728, 1078), true),
            ((72.0, 72.0), (2550, 3300), false),
            ((72.0, 72.0), (612, 792), true),
            ((96.0, 96.0), (1700, 2200), false),
            ((100.0, 100.0), (2550, 3300), false),
            ((1.0, 1.0), (2550, 3300), false),
            ((0.0, 0.0), (2550, 3300), false),
            ((f64::NAN, 300.0), (2550, 3300), false),
            ((2400.0, 2400.0), (2550, 3300), false),
            ((1200.0, 100.0), (2550, 3300), false),
            ((600.0, 600.0), (300, 200), false),
        ];
        for ((x, y), (width, height), credible) in table {
            assert_eq!(credible_dpi(x, y, width, height).is_some(), credible, "{x} x {y} for {width} x {height}");
        }
    }

    /// Where the top-left pixel of the upright picture is found for each orientation: TIFF 6.0, page 36.
    #[test]
    fn orientations_end_upright() {
        // The upright picture, 3 x 2, and how it is stored under each orientation.
        let stored: [(u16, u32, [u8; 6]); 8] = [
            (1, 3, [1, 2, 3, 4, 5, 6]),
            (2, 3, [3, 2, 1, 6, 5, 4]),
            (3, 3, [6, 5, 4, 3, 2, 1]),
            (4, 3, [4, 5, 6, 1, 2, 3]),
            (5, 2, [1, 4, 2, 5, 3, 6]),
            (6, 2, [3, 6, 2, 5, 1, 4]),
            (7, 2, [6, 3, 5, 2, 4, 1]),
            (8, 2, [4, 1, 5, 2, 6, 3]),
        ];
        for (orientation, width, pixels) in stored {
            let mut page = GreyPage { width, height: 6 / width, pixels: pixels.to_vec() };
            let turns = unmirror(&mut page, orientation);
            for _ in 0..turns {
                let (w, h) = (page.width as usize, page.height as usize);
                let turned = (0..w * h).map(|i| page.pixels[(h - 1 - i % h) * w + i / h]).collect();
                page = GreyPage { width: h as u32, height: w as u32, pixels: turned };
            }
            assert_eq!((page.width, page.pixels), (3, vec![1, 2, 3, 4, 5, 6]), "orientation {orientation}");
        }
    }
}
