//! Single-picture files: PNG, JPEG, PNM, BMP, WebP.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};

use image::{DynamicImage, ImageDecoder, ImageError};

use super::child::{DecodeError, Job, Sink};
use super::grey::{check_size, credible_dpi, from_16_bits, luma, over_white, unmirror};
use super::tags::{self, JpegScan, Tags};
use super::{DecodeSettings, carry};
use crate::model::{FailureKind, FileKind, GreyPage, PageNumber, RawPage, SourceFailure};

/// Decodes a file of one picture.
pub(super) fn decode(input: File, kind: FileKind, sink: &mut Sink<'_>) -> Result<(), DecodeError> {
    let settings = sink.settings;
    sink.start(1)?;
    match sink.job {
        Job::Read => sink.page(1, |number| page(input, kind, number, settings)),
        Job::Carry => sink.page(1, |number| carry::raster(input, kind, number, settings)),
    }
}

fn page(mut input: File, kind: FileKind, number: PageNumber, settings: &DecodeSettings) -> Result<RawPage, SourceFailure> {
    let (mut grey, tags) = match kind {
        FileKind::Jpeg => {
            let mut bytes = Vec::new();
            input.read_to_end(&mut bytes).map_err(|e| unreadable(&e))?;
            jpeg(&bytes, settings)?
        }
        _ => {
            let (picture, tags) = unpacked(input, kind, settings)?;
            (to_grey(picture), tags)
        }
    };
    let tagged_turn = unmirror(&mut grey, tags.orientation);
    let dpi = credible_dpi(tags.dpi.0, tags.dpi.1, grey.width, grey.height);
    Ok(RawPage { number, grey, dpi, tagged_turn, text: None })
}

/// The picture of a file that is no JPEG.
pub(super) fn unpacked(mut input: File, kind: FileKind, settings: &DecodeSettings) -> Result<(DynamicImage, Tags), SourceFailure> {
    match kind {
        FileKind::Png => {
            let mut input = BufReader::new(input);
            let tags = tags::png(&mut input).map_err(|e| unreadable(&e))?;
            input.seek(SeekFrom::Start(0)).map_err(|e| unreadable(&e))?;
            let decoder = image::codecs::png::PngDecoder::new(input).map_err(|e| failure(&e))?;
            Ok((picture(decoder, settings)?, tags))
        }
        FileKind::Bmp => {
            let mut head = [0; 54];
            let read = input.read(&mut head).map_err(|e| unreadable(&e))?;
            input.seek(SeekFrom::Start(0)).map_err(|e| unreadable(&e))?;
            let decoder = image::codecs::bmp::BmpDecoder::new(BufReader::new(input)).map_err(|e| failure(&e))?;
            Ok((picture(decoder, settings)?, tags::bmp(&head[..read])))
        }
        FileKind::Webp => {
            let mut decoder = image::codecs::webp::WebPDecoder::new(BufReader::new(input)).map_err(|e| failure(&e))?;
            let tags = decoder.exif_metadata().ok().flatten().map_or(Tags::NONE, |exif| tags::exif(&exif));
            Ok((picture(decoder, settings)?, tags))
        }
        FileKind::Pnm => {
            let decoder = image::codecs::pnm::PnmDecoder::new(BufReader::new(input)).map_err(|e| failure(&e))?;
            Ok((picture(decoder, settings)?, Tags::NONE))
        }
        FileKind::Jpeg | FileKind::Pdf | FileKind::Tiff => {
            Err(SourceFailure::new(FailureKind::Unsupported, "this kind of file is read elsewhere"))
        }
    }
}

/// A JPEG, which must be whole and of colours that are known.
pub(super) fn jpeg(bytes: &[u8], settings: &DecodeSettings) -> Result<(GreyPage, Tags), SourceFailure> {
    let scan = check_jpeg(bytes, settings)?;
    Ok((to_grey(jpeg_pixels(bytes, settings)?), scan.tags))
}

/// Refuses a JPEG that is not whole, or of colours that nobody can tell, without unpacking it.
pub(super) fn check_jpeg(bytes: &[u8], settings: &DecodeSettings) -> Result<JpegScan, SourceFailure> {
    let scan = tags::scan_jpeg(bytes);
    let decoder = image::codecs::jpeg::JpegDecoder::new(Cursor::new(bytes)).map_err(|e| failure(&e))?;
    check_size(decoder.dimensions().0.into(), decoder.dimensions().1.into(), settings)?;
    // The decoder forgives a missing end and paints it grey.
    if !scan.complete {
        return Err(SourceFailure::new(FailureKind::Broken, "the JPEG is cut off; copy or scan it anew"));
    }
    if scan.plain_cmyk {
        let detail = "the JPEG holds four inks in a form that cannot be told from its negative; save it as PNG or in grey";
        return Err(SourceFailure::new(FailureKind::Unsupported, detail));
    }
    Ok(scan)
}

/// The pixels of a JPEG that was checked.
pub(super) fn jpeg_pixels(bytes: &[u8], settings: &DecodeSettings) -> Result<DynamicImage, SourceFailure> {
    picture(image::codecs::jpeg::JpegDecoder::new(Cursor::new(bytes)).map_err(|e| failure(&e))?, settings)
}

fn picture(mut decoder: impl ImageDecoder, settings: &DecodeSettings) -> Result<DynamicImage, SourceFailure> {
    let (width, height) = decoder.dimensions();
    check_size(width.into(), height.into(), settings)?;
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(settings.memory_mib.saturating_mul(1024 * 1024));
    decoder.set_limits(limits).map_err(|e| failure(&e))?;
    DynamicImage::from_decoder(decoder).map_err(|e| failure(&e))
}

/// Grey of any picture: luma of colours, clear parts white.
fn to_grey(picture: DynamicImage) -> GreyPage {
    let (width, height) = (picture.width(), picture.height());
    let pixels = match picture {
        DynamicImage::ImageLuma8(p) => p.into_raw(),
        DynamicImage::ImageLumaA8(p) => p.pixels().map(|p| over_white(p.0[0], p.0[1])).collect(),
        DynamicImage::ImageRgb8(p) => p.pixels().map(|p| luma(p.0[0], p.0[1], p.0[2])).collect(),
        DynamicImage::ImageLuma16(p) => p.pixels().map(|p| from_16_bits(p.0[0])).collect(),
        DynamicImage::ImageLumaA16(p) => p.pixels().map(|p| over_white(from_16_bits(p.0[0]), from_16_bits(p.0[1]))).collect(),
        DynamicImage::ImageRgb16(p) => p.pixels().map(|p| luma(from_16_bits(p.0[0]), from_16_bits(p.0[1]), from_16_bits(p.0[2]))).collect(),
        other => other.to_rgba8().pixels().map(|p| over_white(luma(p.0[0], p.0[1], p.0[2]), p.0[3])).collect(),
    };
    GreyPage { width, height, pixels }
}

pub(super) fn unreadable(error: &std::io::Error) -> SourceFailure {
    SourceFailure::new(FailureKind::Unreadable, format!("the file cannot be read: {}; check the disk, then run again", error.kind()))
}

/// The kind of a decoder's error. Its text is not passed on: it may quote the file.
fn failure(error: &ImageError) -> SourceFailure {
    match error {
        ImageError::Limits(_) => {
            SourceFailure::new(FailureKind::TooLarge, "the image is larger than the budget allows; scan it at 300 dpi")
        }
        ImageError::Unsupported(_) => {
            SourceFailure::new(FailureKind::Unsupported, "this form of the image format is not read; save it as PNG or TIFF")
        }
        ImageError::IoError(e) if e.kind() != std::io::ErrorKind::UnexpectedEof && e.raw_os_error().is_some() => unreadable(e),
        _ => SourceFailure::new(FailureKind::Broken, "the image is cut off or damaged; copy or scan it anew"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use image::{ExtendedColorType, ImageEncoder};

    use super::*;

    fn read(bytes: &[u8], kind: FileKind) -> Result<RawPage, SourceFailure> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        page(file, kind, PageNumber::new(1), &DecodeSettings::default())
    }

    fn png(width: u32, height: u32, colour: ExtendedColorType, data: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        image::codecs::png::PngEncoder::new(&mut out).write_image(data, width, height, colour).unwrap();
        out
    }

    #[test]
    fn png_of_every_depth() {
        let table: [(ExtendedColorType, &[u8], u8); 6] = [
            (ExtendedColorType::L8, &[77], 77),
            (ExtendedColorType::La8, &[0, 0], 255),
            (ExtendedColorType::Rgb8, &[255, 0, 0], 76),
            (ExtendedColorType::Rgba8, &[0, 0, 0, 128], 127),
            (ExtendedColorType::L16, &[0x80, 0x80], 128),
            (ExtendedColorType::Rgba16, &[0, 0, 0, 0, 0, 0, 0, 0], 255),
        ];
        for (colour, sample, grey) in table {
            let page = read(&png(1, 1, colour, sample), FileKind::Png).unwrap();
            assert_eq!((page.grey.width, page.grey.height, page.grey.pixels[0]), (1, 1, grey), "{colour:?}");
        }
    }

    /// A 1-bit palette picture, 9 x 1, white first: written by hand, as no encoder here writes it.
    #[test]
    fn png_with_one_bit_palette() {
        let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
        let mut chunk = |kind: &[u8; 4], body: &[u8]| {
            let mut crc = flate2::Crc::new();
            crc.update(kind);
            crc.update(body);
            out.extend((body.len() as u32).to_be_bytes());
            out.extend(kind);
            out.extend(body);
            out.extend(crc.sum().to_be_bytes());
        };
        chunk(b"IHDR", &[0, 0, 0, 9, 0, 0, 0, 1, 1, 3, 0, 0, 0]);
        chunk(b"PLTE", &[255, 255, 255, 0, 0, 0]);
        let mut z = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        z.write_all(&[0, 0b1010_0000, 0b1000_0000]).unwrap();
        chunk(b"IDAT", &z.finish().unwrap());
        chunk(b"IEND", &[]);
        let page = read(&out, FileKind::Png).unwrap();
        assert_eq!(page.grey.pixels, [0, 255, 0, 255, 255, 255, 255, 255, 0]);
    }

    #[test]
    fn plain_formats() {
        assert_eq!(read(b"P1\n2 1\n1 0\n", FileKind::Pnm).unwrap().grey.pixels, [0, 255]);
        assert_eq!(read(b"P5\n2 1\n255\n\x10\x20", FileKind::Pnm).unwrap().grey.pixels, [16, 32]);
        let mut bmp = Vec::new();
        image::codecs::bmp::BmpEncoder::new(&mut bmp).write_image(&[9, 9, 9], 1, 1, ExtendedColorType::Rgb8).unwrap();
        assert_eq!(read(&bmp, FileKind::Bmp).unwrap().grey.pixels, [9]);
        let mut webp = Vec::new();
        image::codecs::webp::WebPEncoder::new_lossless(&mut webp).write_image(&[9, 9, 9], 1, 1, ExtendedColorType::Rgb8).unwrap();
        assert_eq!(read(&webp, FileKind::Webp).unwrap().grey.pixels, [9]);
    }

    fn noise(count: usize) -> Vec<u8> {
        (0..count as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
    }

    /// Every cut of every format is a failure, never a page: decoders that fill up what is missing are found out here.
    #[test]
    fn cut_files_are_broken() {
        let mut jpeg = Vec::new();
        image::codecs::jpeg::JpegEncoder::new(&mut jpeg).write_image(&noise(64 * 64), 64, 64, ExtendedColorType::L8).unwrap();
        let mut bmp = Vec::new();
        image::codecs::bmp::BmpEncoder::new(&mut bmp).write_image(&noise(64 * 64), 64, 64, ExtendedColorType::L8).unwrap();
        let mut webp = Vec::new();
        image::codecs::webp::WebPEncoder::new_lossless(&mut webp)
            .write_image(&noise(64 * 64 * 3), 64, 64, ExtendedColorType::Rgb8)
            .unwrap();
        let mut pnm = b"P5\n64 64\n255\n".to_vec();
        pnm.extend(noise(64 * 64));
        let files = [
            (FileKind::Png, png(64, 64, ExtendedColorType::L8, &noise(64 * 64))),
            (FileKind::Jpeg, jpeg),
            (FileKind::Bmp, bmp),
            (FileKind::Webp, webp),
            (FileKind::Pnm, pnm),
        ];
        for (kind, bytes) in files {
            assert!(read(&bytes, kind).is_ok(), "{kind:?}");
            for share in [5, 20, 50, 80, 95] {
                let cut = &bytes[..bytes.len() * share / 100];
                let failure = read(cut, kind).expect_err(&format!("{kind:?} cut to {share} %"));
                assert_eq!(failure.kind, FailureKind::Broken, "{kind:?} cut to {share} %: {failure}");
            }
        }
    }

    #[test]
    fn pictures_over_the_budget_are_refused() {
        let head = b"P5\n20001 10\n255\n";
        assert_eq!(read(head, FileKind::Pnm).unwrap_err().kind, FailureKind::TooLarge);
        assert_eq!(read(b"P4\n19000 19000\n", FileKind::Pnm).unwrap_err().kind, FailureKind::TooLarge);
    }
}
