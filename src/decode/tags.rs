//! What image files say of themselves besides pixels: resolution and orientation in JPEG segments, EXIF, PNG chunks and BMP
//! headers; and whether a JPEG is whole. Lenient where a tag is wrong (it is then absent), strict where data is missing.

use std::io::{self, Read, Seek, SeekFrom};

/// Resolution in dots per inch (0 where not stated) and orientation (1–8, 1 where not stated).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tags {
    pub(super) dpi: (f64, f64),
    pub(super) orientation: u16,
}

impl Tags {
    pub(super) const NONE: Tags = Tags { dpi: (0.0, 0.0), orientation: 1 };
}

const METRE_IN_INCHES: f64 = 0.0254;
const CENTIMETRE_IN_INCHES: f64 = 2.54;

/// Reads the TIFF structure inside EXIF data: its first directory only.
pub(super) fn exif(data: &[u8]) -> Tags {
    read_exif(data).unwrap_or(Tags::NONE)
}

fn read_exif(data: &[u8]) -> Option<Tags> {
    let big_endian = match data.get(..4)? {
        b"II*\0" => false,
        b"MM\0*" => true,
        _ => return None,
    };
    let u16_at = |at: usize| -> Option<u16> {
        let bytes = data.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let u32_at = |at: usize| -> Option<u32> {
        let bytes = data.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    };
    let rational_at = |at: usize| -> Option<f64> { Some(f64::from(u32_at(at)?) / f64::from(u32_at(at.checked_add(4)?)?)) };
    let first = u32_at(4)? as usize;
    let (mut tags, mut unit) = (Tags::NONE, 2);
    for index in 0..usize::from(u16_at(first)?) {
        let entry = first.checked_add(2)?.checked_add(index.checked_mul(12)?)?;
        let Some(tag) = u16_at(entry) else { break };
        let value = entry + 8;
        match tag {
            0x0112 => tags.orientation = u16_at(value).filter(|o| (1..=8).contains(o)).unwrap_or(1),
            0x011a => tags.dpi.0 = u32_at(value).and_then(|at| rational_at(at as usize)).unwrap_or(0.0),
            0x011b => tags.dpi.1 = u32_at(value).and_then(|at| rational_at(at as usize)).unwrap_or(0.0),
            0x0128 => unit = u16_at(value).unwrap_or(2),
            _ => {}
        }
    }
    tags.dpi = match unit {
        2 => tags.dpi,
        3 => (tags.dpi.0 * CENTIMETRE_IN_INCHES, tags.dpi.1 * CENTIMETRE_IN_INCHES),
        _ => (0.0, 0.0),
    };
    Some(tags)
}

/// What a walk through a JPEG's markers finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct JpegScan {
    /// Resolution (JFIF, else EXIF) and orientation (EXIF).
    pub(super) tags: Tags,
    /// Whether the end-of-image marker follows the last scan. Decoders fill what is missing with grey and say nothing.
    pub(super) complete: bool,
    /// Four inks without Adobe's marker: the samples then mean ink, while decoders take them for light, as Adobe writes them.
    pub(super) plain_cmyk: bool,
    /// Components of a pixel: 1 grey, 3 colours, 4 inks.
    pub(super) components: u8,
    /// Whether a marker says how colours are coded: JFIF's or Adobe's.
    pub(super) colours_told: bool,
}

/// What a JPEG's frame header says (ITU-T T.81 B.2.2).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct JpegFrame {
    /// The marker: 0xc0 baseline, 0xc1 extended, 0xc2 progressive.
    pub(super) marker: u8,
    /// Bits of a sample.
    pub(super) precision: u8,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Name and sampling (across, down) of each component.
    pub(super) components: Vec<(u8, u8, u8)>,
}

/// The frame header of a JPEG.
pub(super) fn jpeg_frame(data: &[u8]) -> Option<JpegFrame> {
    let mut at = 2;
    while let Some(marker) = next_marker(data, &mut at) {
        let number = |at: usize| Some(u16::from_be_bytes(data.get(at..at + 2)?.try_into().ok()?));
        match marker {
            0x01 | 0xd0..=0xd8 => continue,
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let (height, width) = (number(at + 3)?.into(), number(at + 5)?.into());
                let count = usize::from(*data.get(at + 7)?);
                let table = data.get(at + 8..(at + 8 + 3 * count).min(data.len()))?;
                let components = table.chunks_exact(3).map(|c| (c[0], c[1] >> 4, c[1] & 15)).collect();
                return Some(JpegFrame { marker, precision: *data.get(at + 2)?, width, height, components });
            }
            0xd9 | 0xda => return None,
            _ => at += usize::from(number(at)?).max(2),
        }
    }
    None
}

/// Width and height of a JPEG.
pub(super) fn jpeg_size(data: &[u8]) -> Option<(u32, u32)> {
    jpeg_frame(data).map(|frame| (frame.width, frame.height))
}

/// Walks through the markers of a JPEG (ITU-T T.81 Annex B).
pub(super) fn scan_jpeg(data: &[u8]) -> JpegScan {
    let mut scan = JpegScan { tags: Tags::NONE, complete: false, plain_cmyk: false, components: 0, colours_told: false };
    let (mut jfif, mut scans, mut inks, mut adobe) = (Tags::NONE.dpi, 0, 0, false);
    let mut at = 2;
    while let Some(marker) = next_marker(data, &mut at) {
        match marker {
            0xd9 => {
                scan.complete = scans > 0;
                break;
            }
            // Markers without a segment: restart, start of image, TEM.
            0x01 | 0xd0..=0xd8 => continue,
            0xda => scans += 1,
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => inks = data.get(at + 7).copied().unwrap_or(0),
            0xee => adobe |= data.get(at + 2..).is_some_and(|s| s.starts_with(b"Adobe")),
            _ => {}
        }
        let Some(length) = data.get(at..at + 2).map(|b| usize::from(u16::from_be_bytes([b[0], b[1]]))) else { break };
        let Some(segment) = data.get(at + 2..at + length.max(2)) else { break };
        at += length.max(2);
        scan.colours_told |= marker == 0xe0 && segment.starts_with(b"JFIF\0");
        if marker == 0xe0 && segment.starts_with(b"JFIF\0") && segment.len() >= 12 {
            let density = |i: usize| f64::from(u16::from_be_bytes([segment[i], segment[i + 1]]));
            let scale = match segment[7] {
                1 => 1.0,
                2 => CENTIMETRE_IN_INCHES,
                _ => 0.0,
            };
            jfif = (density(8) * scale, density(10) * scale);
        } else if marker == 0xe1
            && let Some(data) = segment.strip_prefix(b"Exif\0\0")
        {
            scan.tags = exif(data);
        }
    }
    scan.components = inks;
    scan.plain_cmyk = inks == 4 && !adobe;
    scan.colours_told |= adobe;
    // Programs that write both often leave the JFIF density at its default; a real one there is the scanner's.
    let filler = jfif.0 <= 1.0 || (jfif.0 == 72.0 || jfif.0 == 96.0) && scan.tags.dpi.0 > 0.0;
    if !filler {
        scan.tags.dpi = jfif;
    }
    scan
}

/// The next marker at or behind `at`, skipping entropy-coded data and fill bytes; `at` is then behind it.
pub(super) fn next_marker(data: &[u8], at: &mut usize) -> Option<u8> {
    loop {
        let offset = data.get(*at..)?.iter().position(|b| *b == 0xff)?;
        *at += offset + 1;
        match data.get(*at)? {
            0x00 => *at += 1,
            0xff => {}
            marker => {
                *at += 1;
                return Some(*marker);
            }
        }
    }
}

/// Resolution (`pHYs`) and orientation (`eXIf`) of a PNG, from the chunks before and after the pixels.
pub(super) fn png(file: &mut (impl Read + Seek)) -> io::Result<Tags> {
    let mut tags = Tags::NONE;
    let mut at = file.seek(SeekFrom::Start(8))?;
    let mut head = [0; 8];
    let mut dpi = None;
    while file.read_exact(&mut head).is_ok() {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let kind = &head[4..];
        if matches!(kind, b"pHYs" | b"eXIf") && length <= 64 * 1024 {
            let mut body = vec![0; length as usize];
            if file.read_exact(&mut body).is_err() {
                break;
            }
            if kind == b"eXIf" {
                tags = exif(&body);
            } else if let &[x0, x1, x2, x3, y0, y1, y2, y3, 1] = body.as_slice() {
                let per_inch = |b: [u8; 4]| f64::from(u32::from_be_bytes(b)) * METRE_IN_INCHES;
                // A whole number of dots per inch comes back from the metre a little off.
                let whole = |dpi: f64| if (dpi - dpi.round()).abs() < 0.02 { dpi.round() } else { dpi };
                dpi = Some((whole(per_inch([x0, x1, x2, x3])), whole(per_inch([y0, y1, y2, y3]))));
            }
        }
        if kind == b"IEND" {
            break;
        }
        at += 12 + u64::from(length);
        file.seek(SeekFrom::Start(at))?;
    }
    tags.dpi = dpi.unwrap_or(tags.dpi);
    Ok(tags)
}

/// Resolution of a BMP, from its BITMAPINFOHEADER.
pub(super) fn bmp(head: &[u8]) -> Tags {
    let per_inch = |at: usize| -> Option<f64> {
        let bytes: [u8; 4] = head.get(at..at + 4)?.try_into().ok()?;
        Some((f64::from(u32::from_le_bytes(bytes)) * METRE_IN_INCHES).round())
    };
    let long_header = head.get(14).is_some_and(|size| *size >= 40);
    match (long_header, per_inch(38), per_inch(42)) {
        (true, Some(x), Some(y)) => Tags { dpi: (x, y), ..Tags::NONE },
        _ => Tags::NONE,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// EXIF with orientation 6 and 200 dots per centimetre-or-inch.
    fn exif_block(big_endian: bool, unit: u16) -> Vec<u8> {
        let w16 = |v: u16| if big_endian { v.to_be_bytes() } else { v.to_le_bytes() };
        let w32 = |v: u32| if big_endian { v.to_be_bytes() } else { v.to_le_bytes() };
        let mut out = if big_endian { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
        out.extend(w32(8));
        out.extend(w16(4));
        let mut entry = |tag: u16, kind: u16, value: [u8; 4]| {
            out.extend(w16(tag));
            out.extend(w16(kind));
            out.extend(w32(1));
            out.extend(value);
        };
        let short = |v: u16| [w16(v)[0], w16(v)[1], 0, 0];
        entry(0x0112, 3, short(6));
        entry(0x011a, 5, w32(62));
        entry(0x011b, 5, w32(62));
        entry(0x0128, 3, short(unit));
        out.extend(w32(0));
        out.extend(w32(400));
        out.extend(w32(2));
        out
    }

    #[test]
    fn exif_in_both_byte_orders() {
        for big_endian in [false, true] {
            assert_eq!(exif(&exif_block(big_endian, 2)), Tags { dpi: (200.0, 200.0), orientation: 6 });
            assert_eq!(exif(&exif_block(big_endian, 3)).dpi, (508.0, 508.0));
            assert_eq!(exif(&exif_block(big_endian, 1)).dpi, (0.0, 0.0));
        }
        assert_eq!(exif(b"nothing of the kind"), Tags::NONE);
    }

    fn jpeg(unit: u8, density: u16, with_exif: bool, tail: &[u8]) -> Vec<u8> {
        let mut out = vec![0xff, 0xd8, 0xff, 0xe0, 0, 16];
        out.extend(b"JFIF\0\x01\x02");
        out.push(unit);
        out.extend(density.to_be_bytes());
        out.extend(density.to_be_bytes());
        out.extend([0, 0]);
        if with_exif {
            let block = exif_block(true, 2);
            out.extend([0xff, 0xe1]);
            out.extend((block.len() as u16 + 8).to_be_bytes());
            out.extend(b"Exif\0\0");
            out.extend(block);
        }
        out.extend([0xff, 0xda, 0, 4, 0, 0, 0x12, 0xff, 0x00, 0xff, 0xd0, 0x34]);
        out.extend(tail);
        out
    }

    #[test]
    fn jpeg_resolution_and_end() {
        let whole = [0xff, 0xd9];
        assert_eq!(
            scan_jpeg(&jpeg(1, 300, false, &whole)),
            JpegScan {
                tags: Tags { dpi: (300.0, 300.0), orientation: 1 },
                complete: true,
                plain_cmyk: false,
                components: 0,
                colours_told: true
            }
        );
        assert_eq!(scan_jpeg(&jpeg(2, 100, false, &whole)).tags.dpi, (254.0, 254.0));
        assert_eq!(scan_jpeg(&jpeg(0, 1, false, &whole)).tags.dpi, (0.0, 0.0));
        assert_eq!(scan_jpeg(&jpeg(1, 72, true, &whole)).tags, Tags { dpi: (200.0, 200.0), orientation: 6 });
        assert_eq!(scan_jpeg(&jpeg(1, 300, true, &whole)).tags, Tags { dpi: (300.0, 300.0), orientation: 6 });
        assert!(!scan_jpeg(&jpeg(1, 300, false, &[])).complete);
        assert!(!scan_jpeg(&jpeg(1, 300, false, &[0xff])).complete);
        let frame = |adobe: &[u8]| {
            let mut out = vec![0xff, 0xd8];
            out.extend(adobe);
            out.extend([0xff, 0xc0, 0, 8, 8, 0, 1, 0, 1, 4, 0xff, 0xda, 0, 2, 0x11, 0xff, 0xd9]);
            scan_jpeg(&out)
        };
        assert!(frame(&[]).plain_cmyk && frame(&[]).components == 4);
        assert_eq!(jpeg_size(&[0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc2, 0, 8, 8, 1, 2, 3, 4, 1]), Some((772, 258)));
        assert_eq!(jpeg_size(&[0xff, 0xd8, 0xff, 0xda, 0, 2]), None);
        assert!(!frame(b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0").plain_cmyk);
        assert!(!scan_jpeg(&[0xff, 0xd8, 0xff, 0xd9]).complete, "an end without a scan is no picture");
    }

    #[test]
    fn png_resolution() {
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        let mut chunk = |kind: &[u8], body: &[u8]| {
            file.extend((body.len() as u32).to_be_bytes());
            file.extend(kind);
            file.extend(body);
            file.extend([0; 4]);
        };
        chunk(b"IHDR", &[0; 13]);
        let mut phys = 11_811u32.to_be_bytes().to_vec();
        phys.extend(8_032u32.to_be_bytes());
        phys.push(1);
        chunk(b"pHYs", &phys);
        chunk(b"IDAT", &[0; 100]);
        chunk(b"eXIf", &exif_block(true, 2));
        chunk(b"IEND", &[]);
        let tags = png(&mut io::Cursor::new(file)).unwrap();
        assert_eq!(tags.orientation, 6);
        assert_eq!(tags.dpi.0, 300.0);
        assert!((tags.dpi.1 - 204.0).abs() < 0.1);
    }

    proptest! {
        #[test]
        fn hostile_tags_never_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), magic in 0..4usize) {
            for (slot, byte) in bytes.iter_mut().zip([&b"II*\0"[..], b"MM\0*", b"\xff\xd8\xff\xe1", b"BM\0\0"][magic]) {
                *slot = *byte;
            }
            exif(&bytes);
            scan_jpeg(&bytes);
            bmp(&bytes);
            let _ = png(&mut io::Cursor::new(&bytes));
        }
    }
}
