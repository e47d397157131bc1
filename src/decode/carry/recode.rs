//! Pixels packed for a PDF file without loss: black and white as group 4 fax, all else as PNG's Deflate.

use std::convert::Infallible;

use fax::encoder::Encoder;
use fax::{Color, VecWriter};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ExtendedColorType, ImageEncoder};

use super::super::grey::{from_16_bits, over_white};
use super::png;
use crate::model::{Coding, Colour, FailureKind, Fax, Lay, Picture, Share, SourceFailure};

/// Eight bits a sample, row by row.
pub(in super::super) struct Pixels {
    pub(in super::super) width: u32,
    pub(in super::super) height: u32,
    pub(in super::super) samples: Samples,
}

/// One shade a pixel, or three colours.
pub(in super::super) enum Samples {
    Grey(Vec<u8>),
    Rgb(Vec<u8>),
}

impl Pixels {
    /// A picture over white paper.
    pub(in super::super) fn of(picture: DynamicImage) -> Self {
        let (width, height) = (picture.width(), picture.height());
        let samples = match picture {
            DynamicImage::ImageLuma8(p) => Samples::Grey(p.into_raw()),
            DynamicImage::ImageLumaA8(p) => Samples::Grey(p.pixels().map(|p| over_white(p.0[0], p.0[1])).collect()),
            DynamicImage::ImageLuma16(p) => Samples::Grey(p.into_raw().into_iter().map(from_16_bits).collect()),
            DynamicImage::ImageLumaA16(p) => {
                Samples::Grey(p.pixels().map(|p| over_white(from_16_bits(p.0[0]), from_16_bits(p.0[1]))).collect())
            }
            DynamicImage::ImageRgb8(p) => Samples::Rgb(p.into_raw()),
            DynamicImage::ImageRgb16(p) => Samples::Rgb(p.into_raw().into_iter().map(from_16_bits).collect()),
            other => Samples::Rgb(other.to_rgba8().pixels().flat_map(|p| [0, 1, 2].map(|i| over_white(p.0[i], p.0[3]))).collect()),
        };
        Self { width, height, samples }
    }
}

/// Packs pixels: every one of them comes out again as it was.
pub(in super::super) fn recode(pixels: Pixels) -> Result<Picture, SourceFailure> {
    let Pixels { width, height, samples } = pixels;
    let samples = match samples {
        Samples::Rgb(rgb) if rgb.chunks_exact(3).all(|p| p[0] == p[1] && p[1] == p[2]) => {
            Samples::Grey(rgb.chunks_exact(3).map(|p| p[0]).collect())
        }
        as_it_is => as_it_is,
    };
    match samples {
        Samples::Grey(grey) if grey.iter().all(|shade| matches!(shade, 0 | 255)) => {
            let data = group_4(&grey, width).unwrap_or_else(|never| match never {});
            Ok(Picture {
                data,
                coding: Coding::Fax(Fax::GROUP_4),
                width,
                height,
                bits: 1,
                colour: Colour::Grey,
                inverted: false,
                place: Share::WHOLE,
                lay: Lay::UPRIGHT,
            })
        }
        Samples::Grey(grey) => deflated(&grey, width, height, ExtendedColorType::L8),
        Samples::Rgb(rgb) => deflated(&rgb, width, height, ExtendedColorType::Rgb8),
    }
}

fn group_4(grey: &[u8], width: u32) -> Result<Vec<u8>, Infallible> {
    let mut encoder = Encoder::new(VecWriter::new());
    for row in grey.chunks_exact(width.max(1) as usize) {
        encoder.encode_line(row.iter().map(|shade| if *shade == 0 { Color::Black } else { Color::White }), width)?;
    }
    Ok(encoder.finish()?.finish())
}

/// The data of a PNG made of the samples.
fn deflated(samples: &[u8], width: u32, height: u32, colour: ExtendedColorType) -> Result<Picture, SourceFailure> {
    let failed = || SourceFailure::new(FailureKind::TooLarge, "the picture cannot be packed; scan it at 300 dpi");
    let mut file = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut file, CompressionType::Default, FilterType::Adaptive);
    encoder.write_image(samples, width, height, colour).map_err(|_| failed())?;
    png::picture(&file).map(|(picture, _)| picture).ok_or_else(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::ccitt::{self, Coding as FaxCoding};

    #[test]
    fn black_and_white_becomes_a_fax_and_comes_back() {
        let (width, height) = (67u32, 9u32);
        let grey: Vec<u8> = (0..width * height).map(|i| if (i * i / 7) % 5 < 2 { 0 } else { 255 }).collect();
        let picture = recode(Pixels { width, height, samples: Samples::Grey(grey.clone()) }).unwrap();
        assert_eq!((picture.bits, &picture.coding), (1, &Coding::Fax(Fax::GROUP_4)));
        let mut again = Vec::new();
        let damaged = ccitt::decode(picture.data.into_iter(), FaxCoding::Group4, width, height, |changes| {
            let shade = |x: u32| if changes.iter().filter(|change| **change <= x).count() % 2 == 1 { 0 } else { 255 };
            again.extend((0..width).map(shade));
        });
        assert_eq!((damaged, again), (Some(0), grey));
    }

    #[test]
    fn colours_without_colour_are_grey() {
        let colour = |samples| recode(Pixels { width: 1, height: 1, samples }).unwrap().colour;
        assert_eq!(colour(Samples::Rgb(vec![9, 9, 9])), Colour::Grey);
        assert_eq!(colour(Samples::Rgb(vec![9, 9, 8])), Colour::Rgb);
    }
}
