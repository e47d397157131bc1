//! PNG as PDF holds it: its IDAT chunks are Deflate over rows with PNG's filters, which PDF calls predictors 10 to 15.

use super::super::tags::{self, Tags};
use crate::model::{Coding, Colour, Lay, Picture, Share};

/// A PNG's own data and tags; `None` if PDF 1.4 cannot hold them (interlaced, 16 bits, clear parts) or the file is not understood.
pub(super) fn picture(file: &[u8]) -> Option<(Picture, Tags)> {
    let chunks = chunks(file)?;
    let &(b"IHDR", &[w0, w1, w2, w3, h0, h1, h2, h3, bits, colour, 0, 0, 0]) = chunks.first()? else { return None };
    if chunks.iter().any(|(kind, _)| *kind == b"tRNS") || !matches!(bits, 1 | 2 | 4 | 8) {
        return None;
    }
    let colour = match colour {
        0 => Colour::Grey,
        2 if bits == 8 => Colour::Rgb,
        3 => {
            let palette = chunks.iter().find(|(kind, _)| *kind == b"PLTE")?.1;
            // Some programs write more colours than the samples can name.
            let most = 3usize << bits;
            if palette.is_empty() || palette.len() % 3 != 0 {
                return None;
            }
            Colour::Palette(palette[..palette.len().min(most)].to_vec())
        }
        _ => return None,
    };
    let data: Vec<u8> = chunks.iter().filter(|(kind, _)| *kind == b"IDAT").flat_map(|(_, data)| data.iter().copied()).collect();
    let (width, height) = (u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]));
    let tags = tags::png(&mut std::io::Cursor::new(file)).ok()?;
    let coding = Coding::Deflate { predictor: 15 };
    let picture = Picture { data, coding, width, height, bits, colour, inverted: false, place: Share::WHOLE, lay: Lay::UPRIGHT };
    Some((picture, tags))
}

/// Kinds and contents of a PNG's chunks, up to its end; `None` if it has none. Checksums are the decoder's business, which has read the file.
fn chunks(file: &[u8]) -> Option<Vec<(&[u8; 4], &[u8])>> {
    let mut rest = file.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let mut chunks = Vec::new();
    loop {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (kind, after) = after.split_first_chunk::<4>()?;
        let (content, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        let (_checksum, after) = after.split_first_chunk::<4>()?;
        if kind == b"IEND" {
            return Some(chunks);
        }
        chunks.push((kind, content));
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use image::{ExtendedColorType, ImageEncoder};

    use super::*;

    fn png(colour: ExtendedColorType, data: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        image::codecs::png::PngEncoder::new(&mut out).write_image(data, 2, 1, colour).unwrap();
        out
    }

    #[test]
    fn what_pdf_can_hold_is_taken_as_it_is() {
        let (picture, _) = picture(&png(ExtendedColorType::Rgb8, &[9, 8, 7, 6, 5, 4])).unwrap();
        assert_eq!((picture.width, picture.height, picture.bits, &picture.colour), (2, 1, 8, &Colour::Rgb));
        let mut rows = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::ZlibDecoder::new(&picture.data[..]), &mut rows).unwrap();
        assert_eq!(rows.len(), 7, "a filter and six samples");
    }

    #[test]
    fn what_pdf_cannot_hold_is_left_to_others() {
        for (colour, data) in [
            (ExtendedColorType::La8, &[0u8; 4][..]),
            (ExtendedColorType::Rgba8, &[0; 8]),
            (ExtendedColorType::L16, &[0; 4]),
            (ExtendedColorType::Rgb16, &[0; 12]),
        ] {
            assert!(picture(&png(colour, data)).is_none(), "{colour:?}");
        }
        let mut interlaced = png(ExtendedColorType::L8, &[1, 2]);
        interlaced[28] = 1;
        assert!(picture(&interlaced).is_none());
        let whole = png(ExtendedColorType::L8, &[1, 2]);
        (0..whole.len()).for_each(|cut| assert!(picture(&whole[..cut]).is_none(), "{cut}"));
    }
}
