//! JPEG as PDF holds it (DCTDecode): the whole stream, markers and all.

use super::super::tags::{jpeg_frame, scan_jpeg};
use crate::model::{Coding, Colour, Lay, Picture, Share};

/// A JPEG as it is; `None` if PDF 1.4 does not know its kind (more than eight bits, lossless, arithmetic).
pub(in super::super) fn jpeg_picture(bytes: &[u8]) -> Option<Picture> {
    let (frame, scan) = (jpeg_frame(bytes)?, scan_jpeg(bytes));
    if !matches!(frame.marker, 0xc0..=0xc2) || frame.precision != 8 || !scan.complete || frame.width == 0 || frame.height == 0 {
        return None;
    }
    let names: Vec<u8> = frame.components.iter().map(|component| component.0).collect();
    let colour = match names.len() {
        1 => Colour::Grey,
        3 => Colour::Rgb,
        4 => Colour::Inks,
        _ => return None,
    };
    // Programs that write Adobe's marker write four inks as their negative.
    let inverted = colour == Colour::Inks && !scan.plain_cmyk;
    // Without a marker PDF takes three components for luma and chroma; some programs then call them what they are.
    let transform = (names == *b"RGB" && !scan.colours_told).then_some(false);
    Some(Picture {
        data: bytes.to_vec(),
        coding: Coding::Jpeg { transform },
        width: frame.width,
        height: frame.height,
        bits: 8,
        colour,
        inverted,
        place: Share::WHOLE,
        lay: Lay::UPRIGHT,
    })
}
