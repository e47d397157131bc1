//! JPEG as TIFF holds it (TIFF Technical Note 2): strips or tiles that are pictures of their own, their tables often apart.
//!
//! Strips of one page are set together to one JPEG where that can be done without touching the coded data: a strip begins as data behind a
//! restart marker do (ITU-T T.81, E.1.4), so that these markers between strips, and their distance in the header, make one picture of all.

use super::super::tags::{JpegFrame, jpeg_frame, next_marker};

/// How three components are to be understood, where the directory says so and the stream may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Colours {
    /// As every reader takes them: grey, luma and chroma, inks.
    Usual,
    /// Red, green and blue themselves.
    Rgb,
}

/// What stands in a stream.
struct Parts<'a> {
    /// Tables, markers included.
    tables: Vec<&'a [u8]>,
    /// The frame header, marker included.
    frame: &'a [u8],
    /// The scan header, marker included.
    scan: &'a [u8],
    /// The coded data.
    data: &'a [u8],
    /// Whether the stream has restart markers of its own.
    restarts: bool,
}

/// Adobe's marker, which says that components are no luma and chroma.
const ADOBE_RGB: [u8; 16] = *b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00";

/// One stream that is whole in itself: the tables put before the strip, which stays as it is; with Adobe's marker where readers would be mistaken.
pub(in super::super) fn whole(strip: &[u8], tables: Option<&[u8]>, colours: Colours) -> Option<Vec<u8>> {
    let body = strip.strip_prefix(b"\xff\xd8")?;
    let mut out = b"\xff\xd8".to_vec();
    if colours == Colours::Rgb {
        out.extend(ADOBE_RGB);
    }
    if let Some(tables) = tables {
        out.extend(tables.strip_prefix(b"\xff\xd8")?.strip_suffix(b"\xff\xd9")?);
    }
    out.extend(body);
    Some(out)
}

/// Strips of `rows` rows, the last of what is left of `height`, as one stream; `None` if they do not fit together.
pub(in super::super) fn joined(strips: &[Vec<u8>], tables: Option<&[u8]>, rows: u32, height: u32, colours: Colours) -> Option<Vec<u8>> {
    let shared = tables.map_or(Some(Vec::new()), |tables| split(tables).map(|(tables, _)| tables))?;
    let parts: Vec<Parts<'_>> = strips.iter().map(|strip| parts(strip)).collect::<Option<_>>()?;
    let first = parts.first()?;
    let frame = jpeg_frame(&strips[0])?;
    let (mcu_width, mcu_height) = unit(&frame);
    let same_but_height =
        |one: &[u8], other: &[u8]| one.len() == other.len() && one.len() > 7 && one[..5] == other[..5] && one[7..] == other[7..];
    for (index, (part, strip)) in parts.iter().zip(strips).enumerate() {
        let left = height.checked_sub(u32::try_from(index).ok()?.checked_mul(rows)?)?;
        let own = jpeg_frame(strip)?;
        let fits = part.tables == first.tables && part.scan == first.scan && same_but_height(part.frame, first.frame) && !part.restarts;
        // The data hold the units of the rows that the strip is said to have, no more and no fewer.
        let full = own.height.div_ceil(mcu_height) == left.min(rows).div_ceil(mcu_height);
        if !fits || !full || left == 0 || (index + 1 < parts.len() && (!rows.is_multiple_of(mcu_height) || left <= rows)) {
            return None;
        }
    }
    if height > rows.checked_mul(u32::try_from(parts.len()).ok()?)? {
        return None;
    }
    let interval = u16::try_from(frame.width.div_ceil(mcu_width).checked_mul(rows.div_ceil(mcu_height))?).ok()?;
    let mut out = b"\xff\xd8".to_vec();
    if colours == Colours::Rgb {
        out.extend(ADOBE_RGB);
    }
    shared.iter().chain(&first.tables).for_each(|table| out.extend(*table));
    out.extend(&first.frame[..5]);
    out.extend(u16::try_from(height).ok()?.to_be_bytes());
    out.extend(&first.frame[7..]);
    out.extend(b"\xff\xdd\x00\x04");
    out.extend(interval.to_be_bytes());
    out.extend(first.scan);
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.extend([0xff, 0xd0 + ((index - 1) % 8) as u8]);
        }
        out.extend(part.data);
    }
    out.extend(b"\xff\xd9");
    Some(out)
}

/// Width and height in pixels of the unit in which data are coded.
fn unit(frame: &JpegFrame) -> (u32, u32) {
    if frame.components.len() == 1 {
        return (8, 8);
    }
    let most = |part: fn(&(u8, u8, u8)) -> u8| frame.components.iter().map(part).max().unwrap_or(1).max(1);
    (8 * u32::from(most(|c| c.1)), 8 * u32::from(most(|c| c.2)))
}

/// Tables and what follows them: a sequential frame, one scan of all components, the end.
fn parts(stream: &[u8]) -> Option<Parts<'_>> {
    let (tables, rest) = split(stream)?;
    let (frame, scan) = rest?;
    let data_at = scan.1;
    let mut at = data_at;
    let mut restarts = false;
    let end = loop {
        match next_marker(stream, &mut at)? {
            0xd9 => break at - 2,
            0xd0..=0xd7 => restarts = true,
            _ => return None,
        }
    };
    let components = frame.get(9)?;
    (scan.0.get(4) == Some(components)).then_some(Parts { tables, frame, scan: scan.0, data: &stream[data_at..end], restarts })
}

/// Frame header; scan header and where it ends.
type Headers<'a> = (&'a [u8], (&'a [u8], usize));

/// The tables of a stream and, where it has them, its headers. `None` if it is of a kind that is not set together.
fn split(stream: &[u8]) -> Option<(Vec<&[u8]>, Option<Headers<'_>>)> {
    stream.strip_prefix(b"\xff\xd8")?;
    let (mut tables, mut frame, mut at) = (Vec::new(), None, 2);
    loop {
        let marker = next_marker(stream, &mut at)?;
        if marker == 0xd9 {
            return Some((tables, None));
        }
        let length = usize::from(u16::from_be_bytes(stream.get(at..at + 2)?.try_into().ok()?));
        let segment = stream.get(at - 2..at + length.max(2))?;
        at += length.max(2);
        match marker {
            0xdb | 0xc4 => tables.push(segment),
            0xc0 | 0xc1 => frame = Some(segment),
            0xda => return Some((tables, Some((frame?, (segment, at))))),
            // An interval without markers is none; markers are looked for in the data.
            0xdd | 0xe0..=0xef | 0xfe => {}
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{ExtendedColorType, ImageEncoder};

    use super::*;

    const WIDTH: u32 = 40;

    fn shade(x: u32, y: u32) -> u8 {
        (x * 5 + y * 3) as u8
    }

    fn jpeg(from: u32, to: u32) -> Vec<u8> {
        let pixels: Vec<u8> = (from..to).flat_map(|y| (0..WIDTH).map(move |x| shade(x, y))).collect();
        let mut out = Vec::new();
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, 90);
        encoder.write_image(&pixels, WIDTH, to - from, ExtendedColorType::L8).unwrap();
        out
    }

    fn pixels(jpeg: &[u8]) -> Vec<u8> {
        image::load_from_memory(jpeg).unwrap().to_luma8().into_raw()
    }

    /// The pixels of strips that were set together are those of the strips, and the coded data stand in the whole as they did in them.
    #[test]
    fn strips_become_one_picture() {
        let strips = [jpeg(0, 16), jpeg(16, 32), jpeg(32, 43)];
        let one = joined(&strips, None, 16, 43, Colours::Usual).unwrap();
        assert_eq!(pixels(&one), strips.iter().flat_map(|strip| pixels(strip)).collect::<Vec<_>>());
        for strip in &strips {
            let data = parts(strip).unwrap().data;
            assert!(one.windows(data.len()).any(|window| window == data));
        }
    }

    #[test]
    fn strips_that_do_not_fit_are_left_alone() {
        let mut other = Vec::new();
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut other, 50);
        encoder.write_image(&[7; 640], WIDTH, 16, ExtendedColorType::L8).unwrap();
        assert!(joined(&[jpeg(0, 16), other], None, 16, 32, Colours::Usual).is_none(), "other tables");
        assert!(joined(&[jpeg(0, 12), jpeg(12, 24)], None, 12, 24, Colours::Usual).is_none(), "no whole units");
        assert!(joined(&[jpeg(0, 16), jpeg(16, 48)], None, 16, 26, Colours::Usual).is_none(), "filling below the page");
        assert!(joined(&[jpeg(0, 16), jpeg(16, 32)], None, 16, 48, Colours::Usual).is_none(), "a strip is missing");
        assert!(joined(&[jpeg(0, 16), jpeg(16, 32)], None, 16, 16, Colours::Usual).is_none(), "a strip too many");
        let whole = jpeg(0, 16);
        (0..whole.len() - 2).for_each(|cut| assert!(joined(&[whole[..cut].to_vec()], None, 16, 16, Colours::Usual).is_none(), "{cut}"));
    }

    #[test]
    fn tables_apart_are_put_before() {
        let stream = jpeg(0, 16);
        let Parts { tables, frame, scan, data, .. } = parts(&stream).unwrap();
        let apart = [b"\xff\xd8".as_slice(), &tables.concat(), b"\xff\xd9"].concat();
        let strip = [b"\xff\xd8".as_slice(), frame, scan, data, b"\xff\xd9"].concat();
        for one in [
            joined(std::slice::from_ref(&strip), Some(&apart), 16, 16, Colours::Usual).unwrap(),
            whole(&strip, Some(&apart), Colours::Usual).unwrap(),
        ] {
            assert_eq!(pixels(&one), pixels(&stream));
        }
        assert!(whole(&strip, Some(b"nothing"), Colours::Usual).is_none());
    }
}
