//! TIFF, all its pages. The `tiff` crate reads directories and most compressions; fax compressions are read from the raw strips.

mod carry;
mod pixels;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use ::tiff::TiffError;
use ::tiff::decoder::{Decoder, Limits, ifd::Value};
use ::tiff::tags::{IfdPointer, Tag};

use self::pixels::{fax, old_jpeg, palette, samples};
use super::DecodeSettings;
use super::child::{DecodeError, Job, Sink};
use super::grey::{check_size, credible_dpi, unmirror};
use crate::model::{FailureKind, GreyPage, PageNumber, RawPage, SourceFailure};

type Reader = Decoder<BufReader<File>>;

/// TIFF 6.0 values of the tags used here that the `tiff` crate has no names for.
mod value {
    pub(super) const MODIFIED_HUFFMAN: u16 = 2;
    pub(super) const GROUP_3: u16 = 3;
    pub(super) const GROUP_4: u16 = 4;
    pub(super) const OLD_JPEG: u16 = 6;
    pub(super) const WHITE_IS_ZERO: u16 = 0;
    pub(super) const BLACK_IS_ZERO: u16 = 1;
    pub(super) const YCBCR: u16 = 6;
    /// Where old-style JPEG says that its stream begins, and how long it is.
    pub(super) const JPEG_AT: u16 = 513;
    pub(super) const JPEG_LENGTH: u16 = 514;
    pub(super) const PALETTE: u16 = 3;
    pub(super) const T4_OPTIONS: u16 = 292;
    /// Bits of NewSubfileType: a reduced picture, a mask.
    pub(super) const REDUCED_OR_MASK: u32 = 1 | 4;
    /// Value of the old SubfileType: a reduced picture.
    pub(super) const OLD_REDUCED: u32 = 2;
}

/// Decodes every page.
pub(super) fn decode(mut input: File, sink: &mut Sink<'_>) -> Result<(), DecodeError> {
    let settings = sink.settings;
    // The sandbox leaves no other way to ask for the size.
    let file_size = input.seek(SeekFrom::End(0)).and_then(|size| input.rewind().map(|()| size)).map_err(|_| cut_off())?;
    let mut reader = Decoder::new(BufReader::new(input)).map_err(|e| failure(&e))?.with_limits(limits());
    let (pages, chain_is_whole) = page_directories(&mut reader, settings.max_pages)?;
    let count = pages.len() as u32;
    sink.start(count + u32::from(!chain_is_whole))?;
    for (number, (index, pointer)) in (1..).zip(pages) {
        match sink.job {
            Job::Read => sink.page(number, |number| page(&mut reader, index, pointer, file_size, number, settings))?,
            Job::Carry => sink.page(number, |number| carry::page(&mut reader, index, pointer, file_size, number, settings))?,
        }
    }
    if !chain_is_whole {
        sink.page::<RawPage>(count + 1, |_| Err(cut_off()))?;
    }
    Ok(())
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.decoding_buffer_size = 1024 * 1024 * 1024;
    limits.intermediate_buffer_size = 512 * 1024 * 1024;
    limits.ifd_value_size = 16 * 1024 * 1024;
    limits
}

/// The directories that are pages, with their index in the chain; and whether the chain could be followed to its end.
fn page_directories(reader: &mut Reader, max_pages: u32) -> Result<(Vec<(usize, IfdPointer)>, bool), SourceFailure> {
    let mut next = reader.ifd_pointer();
    let (mut all, mut pages, mut seen, mut whole) = (Vec::new(), Vec::new(), BTreeSet::new(), true);
    while let Some(pointer) = next {
        if !seen.insert(pointer.0) {
            return Err(SourceFailure::new(FailureKind::Broken, "the pages of the TIFF form a loop; save or scan it anew"));
        }
        let Ok(directory) = reader.read_directory(pointer) else {
            whole = false;
            break;
        };
        next = directory.next();
        let at = (all.len(), pointer);
        all.push(at);
        let mut tags = reader.read_directory_tags(&directory);
        let new_type = tags.find_tag_unsigned::<u32>(Tag::NewSubfileType).ok().flatten().unwrap_or(0);
        let old_type = tags.find_tag_unsigned::<u32>(Tag::SubfileType).ok().flatten().unwrap_or(0);
        if new_type & value::REDUCED_OR_MASK == 0 && old_type != value::OLD_REDUCED {
            pages.push(at);
        }
        if pages.len() > max_pages as usize {
            break;
        }
    }
    // A file of nothing but thumbnails is still somebody's pages.
    Ok((if pages.is_empty() { all } else { pages }, whole))
}

/// What the directory says of the page.
struct Page {
    width: u32,
    height: u32,
    compression: u16,
    photometric: u16,
    bits: u16,
    samples: u16,
    planar: bool,
    reversed_bits: bool,
    t4_options: u32,
    orientation: u16,
    dpi: (f64, f64),
    strips: Option<Vec<(u64, u64)>>,
    tiled: bool,
    rows_per_strip: u32,
    /// Width and height of a tile.
    tile: (u32, u32),
    /// Place and length of an old-style JPEG stream.
    jpeg: Option<(u64, u64)>,
    palette: Vec<u16>,
}

impl Page {
    fn read(reader: &mut Reader, pointer: IfdPointer) -> Result<Page, TiffError> {
        let directory = reader.read_directory(pointer)?;
        let mut tags = reader.read_directory_tags(&directory);
        let mut number = |tag: Tag, default: u32| -> Result<u32, TiffError> { Ok(tags.find_tag_unsigned::<u32>(tag)?.unwrap_or(default)) };
        let short = |value: u32| u16::try_from(value).unwrap_or(u16::MAX);
        let width = number(Tag::ImageWidth, 0)?;
        let height = number(Tag::ImageLength, 0)?;
        let compression = short(number(Tag::Compression, 1)?);
        let photometric = short(number(Tag::PhotometricInterpretation, 1)?);
        let samples = short(number(Tag::SamplesPerPixel, 1)?);
        let planar = number(Tag::PlanarConfiguration, 1)? == 2;
        let reversed_bits = number(Tag::FillOrder, 1)? == 2;
        let t4_options = number(Tag::Unknown(value::T4_OPTIONS), 0)?;
        let orientation = short(number(Tag::Orientation, 1).unwrap_or(1));
        let unit = number(Tag::ResolutionUnit, 2).unwrap_or(2);
        let rows_per_strip = number(Tag::RowsPerStrip, u32::MAX)?.min(height);
        let tile = (number(Tag::TileWidth, 0)?, number(Tag::TileLength, 0)?);
        let jpeg = (number(Tag::Unknown(value::JPEG_AT), 0)?, number(Tag::Unknown(value::JPEG_LENGTH), 0)?);
        let jpeg = (jpeg.0 > 0 && jpeg.1 > 0).then_some((u64::from(jpeg.0), u64::from(jpeg.1)));
        let bits = tags.find_tag_unsigned_vec::<u16>(Tag::BitsPerSample)?.and_then(|b| b.first().copied()).unwrap_or(1);
        let palette =
            if photometric == value::PALETTE { tags.find_tag_unsigned_vec::<u16>(Tag::ColorMap)?.unwrap_or_default() } else { Vec::new() };
        let mut dots = |tag: Tag| match tags.find_tag(tag) {
            Ok(Some(Value::Rational(n, d))) if d != 0 => f64::from(n) / f64::from(d),
            Ok(Some(other)) => other.into_f64().unwrap_or(0.0),
            _ => 0.0,
        };
        let (x, y) = (dots(Tag::XResolution), dots(Tag::YResolution));
        let scale = match unit {
            2 => 1.0,
            3 => 2.54,
            _ => 0.0,
        };
        let tiled = directory.contains(Tag::TileOffsets);
        let (offsets, counts) = if tiled { (Tag::TileOffsets, Tag::TileByteCounts) } else { (Tag::StripOffsets, Tag::StripByteCounts) };
        let offsets = tags.find_tag_unsigned_vec::<u64>(offsets)?;
        let counts = tags.find_tag_unsigned_vec::<u64>(counts)?;
        let strips = offsets.zip(counts).map(|(offsets, counts)| offsets.into_iter().zip(counts).collect());
        Ok(Page {
            width,
            height,
            compression,
            photometric,
            bits,
            samples,
            planar,
            reversed_bits,
            t4_options,
            orientation,
            dpi: (x * scale, y * scale),
            strips,
            tiled,
            rows_per_strip,
            tile,
            jpeg,
            palette,
        })
    }
}

fn page(
    reader: &mut Reader,
    index: usize,
    pointer: IfdPointer,
    file_size: u64,
    number: PageNumber,
    settings: &DecodeSettings,
) -> Result<RawPage, SourceFailure> {
    let page = checked(reader, pointer, file_size, settings)?;
    let pixels = match page.compression {
        value::OLD_JPEG => old_jpeg(reader, &page, settings)?,
        value::MODIFIED_HUFFMAN | value::GROUP_3 | value::GROUP_4 => fax(reader, &page)?,
        _ if page.photometric == value::PALETTE => palette(reader, index, pointer, &page)?,
        _ => samples(reader, index, &page)?,
    };
    let mut grey = GreyPage { width: page.width, height: page.height, pixels };
    let tagged_turn = unmirror(&mut grey, page.orientation);
    let dpi = credible_dpi(page.dpi.0, page.dpi.1, grey.width, grey.height);
    Ok(RawPage { number, grey, dpi, tagged_turn, text: None })
}

/// What the directory says of a page, which must lie within the budget and the file.
fn checked(reader: &mut Reader, pointer: IfdPointer, file_size: u64, settings: &DecodeSettings) -> Result<Page, SourceFailure> {
    let page = Page::read(reader, pointer).map_err(|e| failure(&e))?;
    check_size(page.width.into(), page.height.into(), settings)?;
    if page.strips.iter().flatten().chain(&page.jpeg).any(|(at, size)| at.saturating_add(*size) > file_size) {
        return Err(cut_off());
    }
    Ok(page)
}

/// Reads one strip or tile as it lies in the file. Its place has been checked against the file's size.
fn raw_strip(reader: &mut Reader, at: u64, size: u64) -> Result<Vec<u8>, SourceFailure> {
    let file = reader.inner();
    file.seek(SeekFrom::Start(at)).map_err(|_| cut_off())?;
    let mut bytes = Vec::new();
    file.by_ref().take(size).read_to_end(&mut bytes).map_err(|_| cut_off())?;
    if bytes.len() as u64 == size { Ok(bytes) } else { Err(cut_off()) }
}

fn cut_off() -> SourceFailure {
    broken("the TIFF is cut off")
}

fn broken(what: &str) -> SourceFailure {
    SourceFailure::new(FailureKind::Broken, format!("{what}; copy or scan it anew"))
}

fn unsupported(what: &str) -> SourceFailure {
    SourceFailure::new(FailureKind::Unsupported, format!("{what}; save it as PNG or as TIFF with group 4 or LZW compression"))
}

fn failure(error: &TiffError) -> SourceFailure {
    match error {
        TiffError::LimitsExceeded | TiffError::IntSizeError => {
            SourceFailure::new(FailureKind::TooLarge, "the TIFF asks for more than the budget allows; scan it at 300 dpi")
        }
        TiffError::UnsupportedError(_) => unsupported("the TIFF has a form that is not read"),
        TiffError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => cut_off(),
        _ => broken("the TIFF is cut off or damaged"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use fax::encoder::Encoder;
    use fax::{Color, VecWriter};

    use super::*;

    /// One directory: tags with 32-bit values (lists go to a place of their own), strips of data.
    #[derive(Default, Clone)]
    struct Directory {
        tags: Vec<(u16, u16, Vec<u32>)>,
        strips: Vec<Vec<u8>>,
    }

    const SHORT: u16 = 3;
    const LONG: u16 = 4;
    const RATIONAL: u16 = 5;

    fn directory(width: u32, height: u32, compression: u32, photometric: u32, strips: &[&[u8]]) -> Directory {
        let tags = vec![
            (256, LONG, vec![width]),
            (257, LONG, vec![height]),
            (258, SHORT, vec![1]),
            (259, SHORT, vec![compression]),
            (262, SHORT, vec![photometric]),
        ];
        Directory { tags, strips: strips.iter().map(|s| s.to_vec()).collect() }
    }

    impl Directory {
        fn with(mut self, tag: u16, kind: u16, values: &[u32]) -> Self {
            self.tags.retain(|t| t.0 != tag);
            self.tags.push((tag, kind, values.to_vec()));
            self
        }
    }

    /// Writes a TIFF by hand, little- or big-endian, `last_next` as the link of the last directory.
    fn write(directories: &[Directory], big_endian: bool, last_next: u32) -> Vec<u8> {
        let w16 = |v: u16| if big_endian { v.to_be_bytes() } else { v.to_le_bytes() };
        let w32 = |v: u32| if big_endian { v.to_be_bytes() } else { v.to_le_bytes() };
        let mut out = if big_endian { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
        let mut link = out.len();
        out.extend([0; 4]);
        for directory in directories {
            let mut tags = directory.tags.clone();
            let mut offsets = Vec::new();
            for strip in &directory.strips {
                offsets.push(out.len() as u32);
                out.extend(strip);
            }
            tags.push((273, LONG, offsets));
            tags.push((279, LONG, directory.strips.iter().map(|s| s.len() as u32).collect()));
            tags.sort();
            let mut entries = Vec::new();
            for (tag, kind, values) in tags {
                let bytes: Vec<u8> = match kind {
                    SHORT => values.iter().flat_map(|v| w16(*v as u16)).collect(),
                    _ => values.iter().flat_map(|v| w32(*v)).collect(),
                };
                let count = if kind == RATIONAL { values.len() / 2 } else { values.len() } as u32;
                entries.extend(w16(tag));
                entries.extend(w16(kind));
                entries.extend(w32(count));
                if bytes.len() <= 4 {
                    entries.extend(bytes.iter().copied().chain([0; 4]).take(4));
                } else {
                    entries.extend(w32(out.len() as u32));
                    out.extend(bytes);
                }
            }
            let at = out.len() as u32;
            out[link..link + 4].copy_from_slice(&w32(at));
            out.extend(w16((entries.len() / 12) as u16));
            out.extend(entries);
            link = out.len();
            out.extend(w32(last_next));
        }
        out
    }

    fn open(bytes: &[u8]) -> Result<(Reader, u64), SourceFailure> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        Ok((Decoder::new(BufReader::new(file)).map_err(|e| failure(&e))?.with_limits(limits()), bytes.len() as u64))
    }

    fn read(bytes: &[u8]) -> Result<Vec<Result<RawPage, SourceFailure>>, SourceFailure> {
        let (mut reader, size) = open(bytes)?;
        let (pages, whole) = page_directories(&mut reader, 100)?;
        let settings = DecodeSettings::default();
        let mut out = Vec::new();
        for (number, (index, pointer)) in (1..).zip(pages) {
            out.push(page(&mut reader, index, pointer, size, PageNumber::new(number), &settings));
        }
        if !whole {
            out.push(Err(cut_off()));
        }
        Ok(out)
    }

    fn only(bytes: &[u8]) -> RawPage {
        let mut pages = read(bytes).unwrap();
        assert_eq!(pages.len(), 1);
        pages.remove(0).unwrap()
    }

    /// How a file of this one page fails, as a whole or in its page.
    fn failure_of(directory: Directory) -> FailureKind {
        match read(&write(&[directory], false, 0)) {
            Err(failure) => failure.kind,
            Ok(pages) => pages[0].as_ref().unwrap_err().kind,
        }
    }

    #[test]
    fn bilevel_in_both_photometrics_and_byte_orders() {
        for big_endian in [false, true] {
            for (photometric, expected) in [(0, [255, 0, 255, 0, 0, 255]), (1, [0, 255, 0, 255, 255, 0])] {
                let page = only(&write(&[directory(3, 2, 1, photometric, &[&[0b0100_0000, 0b1100_0000]])], big_endian, 0));
                assert_eq!(page.grey.pixels, expected, "photometric {photometric}");
            }
        }
    }

    #[test]
    fn depths_and_colours() {
        let table: [(Directory, &[u8]); 6] = [
            (directory(3, 1, 1, 1, &[&[0x0f, 0x80]]).with(258, SHORT, &[4]), &[0, 255, 136]),
            (directory(2, 1, 1, 0, &[&[0, 200]]).with(258, SHORT, &[8]), &[255, 55]),
            (directory(1, 1, 1, 1, &[&[0, 0x80]]).with(258, SHORT, &[16]), &[128]),
            (directory(1, 1, 1, 2, &[&[255, 0, 0]]).with(258, SHORT, &[8, 8, 8]).with(277, SHORT, &[3]), &[76]),
            (directory(1, 1, 1, 5, &[&[0, 0, 0, 255]]).with(258, SHORT, &[8, 8, 8, 8]).with(277, SHORT, &[4]), &[0]),
            (directory(3, 1, 32_773, 1, &[&[254, 7]]).with(258, SHORT, &[8]), &[7, 7, 7]),
        ];
        for (directory, pixels) in table {
            let page = only(&write(std::slice::from_ref(&directory), false, 0));
            assert_eq!(page.grey.pixels, pixels, "{:?}", directory.tags);
        }
    }

    #[test]
    fn palettes_in_any_compression() {
        // Colour 0 white, 1 black, 2 red.
        let colours = [0xffff, 0, 0xffff, 0, 0xffff, 0, 0, 0, 0xffff, 0, 0, 0];
        for big_endian in [false, true] {
            let plain = directory(4, 1, 1, 3, &[&[0b00_01_10_00]]).with(258, SHORT, &[2]).with(320, SHORT, &colours);
            // A first page of its own kind: the second's palette must be found all the same.
            let pages = read(&write(&[directory(1, 1, 1, 1, &[&[0]]), plain], big_endian, 0)).unwrap();
            assert_eq!(pages[1].as_ref().unwrap().grey.pixels, [255, 0, 76, 255]);
            let packed = directory(4, 1, 32_773, 3, &[&[0, 0b00_01_10_00]]).with(258, SHORT, &[2]).with(320, SHORT, &colours);
            assert_eq!(only(&write(&[packed], big_endian, 0)).grey.pixels, [255, 0, 76, 255]);
        }
        let short_palette = directory(4, 1, 1, 3, &[&[0]]).with(258, SHORT, &[2]).with(320, SHORT, &[0, 0, 0]);
        assert_eq!(failure_of(short_palette), FailureKind::Unsupported);
    }

    #[test]
    fn resolution_and_orientation() {
        let sized = |unit: u32, x: u32, y: u32| {
            let rows = vec![0xff; 216 * 2156];
            directory(1728, 2156, 1, 0, &[&rows]).with(282, RATIONAL, &[x, 1]).with(283, RATIONAL, &[y, 1]).with(296, SHORT, &[unit]).with(
                274,
                SHORT,
                &[6],
            )
        };
        let page = only(&write(&[sized(2, 204, 196)], false, 0));
        assert_eq!((page.dpi, page.tagged_turn), (Some((204.0, 196.0)), 1));
        assert_eq!(only(&write(&[sized(3, 80, 77)], false, 0)).dpi, Some((203.2, 195.58)));
        assert_eq!(only(&write(&[sized(1, 204, 196)], false, 0)).dpi, None);
    }

    #[test]
    fn thumbnails_and_masks_are_no_pages() {
        let page = directory(1, 1, 1, 1, &[&[0x80]]);
        let thumbnail = directory(1, 1, 1, 1, &[&[0]]).with(254, LONG, &[1]);
        let multipage = page.clone().with(254, LONG, &[2]);
        let mask = directory(1, 1, 1, 4, &[&[0]]).with(254, LONG, &[4]);
        let got = read(&write(&[thumbnail.clone(), page, mask, multipage], false, 0)).unwrap();
        assert_eq!(got.len(), 2);
        assert!(got.iter().all(|p| p.as_ref().is_ok_and(|p| p.grey.pixels == [255])));
        assert_eq!(read(&write(&[thumbnail], false, 0)).unwrap().len(), 1, "better a small page than none");
    }

    #[test]
    fn fax_in_strips_and_with_reversed_bits() {
        let width = 64u32;
        let black_at = |y: u32| y * 3 % 60;
        let strip = |rows: std::ops::Range<u32>| {
            let mut encoder = Encoder::new(VecWriter::new());
            for y in rows {
                let line = (0..width).map(|x| if (black_at(y)..black_at(y) + 4).contains(&x) { Color::Black } else { Color::White });
                encoder.encode_line(line, width).unwrap();
            }
            encoder.finish().unwrap().finish()
        };
        let (first, second) = (strip(0..8), strip(8..11));
        for reversed in [false, true] {
            let turn = |s: &[u8]| s.iter().map(|b| if reversed { b.reverse_bits() } else { *b }).collect::<Vec<_>>();
            let (first, second) = (turn(&first), turn(&second));
            let page =
                directory(width, 11, 4, 0, &[&first, &second]).with(278, LONG, &[8]).with(266, SHORT, &[if reversed { 2 } else { 1 }]);
            let page = only(&write(&[page], false, 0));
            for y in 0..11 {
                for x in 0..width {
                    let black = (black_at(y)..black_at(y) + 4).contains(&x);
                    assert_eq!(page.grey.at(x.into(), y.into()), if black { 0 } else { 255 }, "{x}, {y}");
                }
            }
        }
        let missing = directory(width, 11, 4, 0, &[&first]).with(278, LONG, &[8]);
        assert_eq!(failure_of(missing), FailureKind::Broken);
        let cut = directory(width, 8, 4, 0, &[&first[..first.len() / 2]]);
        assert_eq!(failure_of(cut), FailureKind::Broken);
    }

    #[test]
    fn every_cut_is_a_failure_of_some_page() {
        let noise: Vec<u8> = (0..900u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let page = directory(30, 30, 1, 1, &[&noise]).with(258, SHORT, &[8]);
        let bytes = write(&[page.clone(), page.clone(), page], false, 0);
        assert!(read(&bytes).unwrap().iter().all(Result::is_ok));
        for cut in [9, 500, 915, 950, 1100, 2000, bytes.len() - 900, bytes.len() - 20, bytes.len() - 3] {
            let outcome = read(&bytes[..cut]);
            let failed = match &outcome {
                Err(failure) => vec![failure],
                Ok(pages) => pages.iter().filter_map(|p| p.as_ref().err()).collect(),
            };
            assert!(!failed.is_empty(), "cut at {cut} of {}", bytes.len());
            assert!(failed.iter().all(|f| f.kind == FailureKind::Broken), "cut at {cut}: {failed:?}");
        }
    }

    #[test]
    fn loops_bombs_and_old_jpeg_are_refused() {
        let page = directory(1, 1, 1, 1, &[&[0]]);
        let looped = write(std::slice::from_ref(&page), false, 9);
        let looped_to_itself = {
            let at = u32::from_le_bytes(looped[4..8].try_into().unwrap());
            write(&[page], false, at)
        };
        assert_eq!(read(&looped_to_itself).unwrap_err().kind, FailureKind::Broken);
        let huge = directory(100_000, 100_000, 1, 1, &[&[0]]);
        assert_eq!(failure_of(huge), FailureKind::TooLarge);
        let old = directory(8, 8, 6, 6, &[&[0]]);
        assert_eq!(failure_of(old), FailureKind::Unsupported);
    }
}
