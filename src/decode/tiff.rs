//! TIFF, all its pages. The `tiff` crate reads directories and most compressions; fax compressions are read from the raw strips.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use ::tiff::decoder::{Decoder, DecodingResult, Limits, ifd::Value};
use ::tiff::tags::{IfdPointer, Tag};
use ::tiff::{ColorType, TiffError};

use super::DecodeSettings;
use super::ccitt::{self, Coding};
use super::child::{DecodeError, Sink};
use super::grey::{check_size, cmyk_luma, credible_dpi, from_16_bits, luma, over_white, unmirror};
use crate::model::{FailureKind, GreyPage, PageNumber, RawPage, SourceFailure};

type Reader = Decoder<BufReader<File>>;

/// TIFF 6.0 values of the tags used here that the `tiff` crate has no names for.
mod value {
    pub(super) const MODIFIED_HUFFMAN: u16 = 2;
    pub(super) const GROUP_3: u16 = 3;
    pub(super) const GROUP_4: u16 = 4;
    pub(super) const OLD_JPEG: u16 = 6;
    pub(super) const WHITE_IS_ZERO: u16 = 0;
    pub(super) const PALETTE: u16 = 3;
    pub(super) const T4_OPTIONS: u16 = 292;
    /// Bits of NewSubfileType: a reduced picture, a mask.
    pub(super) const REDUCED_OR_MASK: u32 = 1 | 4;
    /// Value of the old SubfileType: a reduced picture.
    pub(super) const OLD_REDUCED: u32 = 2;
}

/// Decodes every page.
pub(super) fn decode(input: File, sink: &mut Sink<'_>) -> Result<(), DecodeError> {
    let settings = sink.settings;
    let file_size = input.metadata().map_err(|_| cut_off())?.len();
    let mut limits = Limits::default();
    limits.decoding_buffer_size = 1024 * 1024 * 1024;
    limits.intermediate_buffer_size = 512 * 1024 * 1024;
    limits.ifd_value_size = 16 * 1024 * 1024;
    let mut reader = Decoder::new(BufReader::new(input)).map_err(|e| failure(&e))?.with_limits(limits);
    let (pages, chain_is_whole) = page_directories(&mut reader, settings.max_pages)?;
    let count = pages.len() as u32;
    sink.start(count + u32::from(!chain_is_whole))?;
    for (number, (index, pointer)) in (1..).zip(pages) {
        sink.page(number, |number| page(&mut reader, index, pointer, file_size, number, settings))?;
    }
    if !chain_is_whole {
        sink.page(count + 1, |_| Err(cut_off()))?;
    }
    Ok(())
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
    let page = Page::read(reader, pointer).map_err(|e| failure(&e))?;
    check_size(page.width.into(), page.height.into(), settings)?;
    if page.strips.iter().flatten().any(|(at, size)| at.saturating_add(*size) > file_size) {
        return Err(cut_off());
    }
    let pixels = match page.compression {
        value::OLD_JPEG => {
            return Err(unsupported("the TIFF holds old-style JPEG, which is not read"));
        }
        value::MODIFIED_HUFFMAN | value::GROUP_3 | value::GROUP_4 => fax(reader, &page)?,
        _ if page.photometric == value::PALETTE => palette(reader, &page)?,
        _ => samples(reader, index, &page)?,
    };
    let mut grey = GreyPage { width: page.width, height: page.height, pixels };
    let tagged_turn = unmirror(&mut grey, page.orientation);
    let dpi = credible_dpi(page.dpi.0, page.dpi.1, grey.width, grey.height);
    Ok(RawPage { number, grey, dpi, tagged_turn, text: None })
}

/// Reads one strip or tile as it lies in the file. Its place has been checked against the file's size.
fn raw_strip(reader: &mut Reader, at: u64, size: u64) -> Result<Vec<u8>, SourceFailure> {
    let file = reader.inner();
    file.seek(SeekFrom::Start(at)).map_err(|_| cut_off())?;
    let mut bytes = Vec::new();
    file.by_ref().take(size).read_to_end(&mut bytes).map_err(|_| cut_off())?;
    if bytes.len() as u64 == size { Ok(bytes) } else { Err(cut_off()) }
}

fn fax(reader: &mut Reader, page: &Page) -> Result<Vec<u8>, SourceFailure> {
    let coding = match page.compression {
        value::MODIFIED_HUFFMAN => Coding::ModifiedHuffman,
        value::GROUP_3 => Coding::Group3 { two_dimensional: page.t4_options & 1 != 0 },
        _ => Coding::Group4,
    };
    let strips = page.strips.as_ref().filter(|_| !page.tiled && page.samples == 1 && page.bits == 1 && page.rows_per_strip > 0);
    let strips = strips.ok_or_else(|| unsupported("the TIFF holds fax data in an unusual form, which is not read"))?;
    let width = page.width as usize;
    // In fax data black runs are ones; BlackIsZero turns the picture around (TIFF 6.0, section 10).
    let (paper, ink) = if page.photometric == value::WHITE_IS_ZERO { (255, 0) } else { (0, 255) };
    let mut pixels = vec![paper; width * page.height as usize];
    let mut damaged = 0;
    let mut rows_left = page.height;
    let mut rows = pixels.chunks_mut(width);
    for (at, size) in strips {
        let strip = raw_strip(reader, *at, *size)?;
        let count = page.rows_per_strip.min(rows_left);
        rows_left -= count;
        let reverse = page.reversed_bits;
        let bytes = strip.into_iter().map(|byte| if reverse { byte.reverse_bits() } else { byte });
        let read = ccitt::decode(bytes, coding, page.width, count, |changes| {
            let Some(row) = rows.next() else { return };
            for run in changes.chunks(2) {
                let end = run.get(1).map_or(width, |x| *x as usize);
                row[run[0] as usize..end].fill(ink);
            }
        });
        damaged += read.ok_or_else(|| broken("the fax data of the page is cut off or damaged"))?;
    }
    // A few lost lines are a fax's everyday life; a page that is mostly repeated lines has not been read.
    if rows_left > 0 || damaged > page.height / 10 {
        return Err(broken("the fax data of the page is cut off or damaged"));
    }
    Ok(pixels)
}

/// Palette pictures: the crate reads them only as the indices that they are, and only if told that they are grey.
fn palette(reader: &mut Reader, page: &Page) -> Result<Vec<u8>, SourceFailure> {
    const NONE: u16 = 1;
    const PACK_BITS: u16 = 32_773;
    let plain = matches!(page.compression, NONE | PACK_BITS) && !page.tiled && page.samples == 1 && matches!(page.bits, 1 | 4 | 8);
    let colours = 1usize << page.bits.min(8);
    let strips = page.strips.as_ref().filter(|_| plain && page.palette.len() == 3 * colours);
    let strips = strips.ok_or_else(|| unsupported("the TIFF holds a compressed palette picture, which is not read"))?;
    let shades: Vec<u8> = (0..colours)
        .map(|i| luma(from_16_bits(page.palette[i]), from_16_bits(page.palette[colours + i]), from_16_bits(page.palette[2 * colours + i])))
        .collect();
    let row_bytes = (page.width as usize * usize::from(page.bits)).div_ceil(8);
    let mut packed = Vec::new();
    for (at, size) in strips {
        let strip = raw_strip(reader, *at, *size)?;
        if page.compression == NONE { packed.extend(strip) } else { unpack_bits(&strip, &mut packed, row_bytes * page.height as usize) }
    }
    if packed.len() < row_bytes * page.height as usize {
        return Err(cut_off());
    }
    packed.truncate(row_bytes * page.height as usize);
    Ok(unpack(&packed, page.width as usize, usize::from(page.bits), |index| shades[usize::from(index)]))
}

/// PackBits, TIFF 6.0 section 9; stops at `most` bytes.
fn unpack_bits(data: &[u8], out: &mut Vec<u8>, most: usize) {
    let mut data = data.iter().copied();
    while let Some(head) = data.next() {
        if out.len() >= most {
            break;
        }
        match head {
            0..=127 => out.extend(data.by_ref().take(usize::from(head) + 1)),
            128 => {}
            _ => {
                if let Some(byte) = data.next() {
                    out.extend(std::iter::repeat_n(byte, 257 - usize::from(head)));
                }
            }
        }
    }
}

/// Spreads packed samples of 1, 2, 4 or 8 bits, rows on byte borders, to a byte each.
fn unpack(packed: &[u8], width: usize, bits: usize, shade: impl Fn(u8) -> u8) -> Vec<u8> {
    let row_bytes = (width * bits).div_ceil(8);
    let mask = ((1u16 << bits) - 1) as u8;
    let mut pixels = Vec::with_capacity(packed.len() / row_bytes.max(1) * width);
    for row in packed.chunks_exact(row_bytes) {
        pixels.extend((0..width).map(|x| {
            let bit = x * bits;
            shade((row[bit / 8] >> (8 - bits - bit % 8)) & mask)
        }));
    }
    pixels
}

fn samples(reader: &mut Reader, index: usize, page: &Page) -> Result<Vec<u8>, SourceFailure> {
    if page.planar && page.samples > 1 {
        return Err(unsupported("the TIFF holds its colours in separate planes, which is not read"));
    }
    reader.seek_to_image(index).map_err(|e| failure(&e))?;
    let colour = reader.colortype().map_err(|e| failure(&e))?;
    let data = reader.read_image().map_err(|e| failure(&e))?;
    let width = page.width as usize;
    let count = width * page.height as usize;
    // The crate has already turned WhiteIsZero around.
    let pixels: Vec<u8> = match (colour, data) {
        (ColorType::Gray(bits @ (1 | 2 | 4)), DecodingResult::U8(data)) => {
            let most = (1u16 << bits) - 1;
            unpack(&data, width, usize::from(bits), |v| (u16::from(v) * 255 / most) as u8)
        }
        (ColorType::Gray(8), DecodingResult::U8(data)) => data,
        (ColorType::Gray(16), DecodingResult::U16(data)) => data.into_iter().map(from_16_bits).collect(),
        (ColorType::YCbCr(8), DecodingResult::U8(data)) => data.chunks_exact(3).map(|p| p[0]).collect(),
        (ColorType::RGB(8), DecodingResult::U8(data)) => data.chunks_exact(3).map(|p| luma(p[0], p[1], p[2])).collect(),
        (ColorType::RGBA(8), DecodingResult::U8(data)) => data.chunks_exact(4).map(|p| over_white(luma(p[0], p[1], p[2]), p[3])).collect(),
        (ColorType::RGB(16), DecodingResult::U16(data)) => {
            data.chunks_exact(3).map(|p| luma(from_16_bits(p[0]), from_16_bits(p[1]), from_16_bits(p[2]))).collect()
        }
        (ColorType::CMYK(8), DecodingResult::U8(data)) => data.chunks_exact(4).map(|p| cmyk_luma(p[0], p[1], p[2], p[3])).collect(),
        (ColorType::GrayA(8) | ColorType::Multiband { bit_depth: 8, num_samples: 2 }, DecodingResult::U8(data)) => {
            data.chunks_exact(2).map(|p| over_white(p[0], p[1])).collect()
        }
        _ => return Err(unsupported("the TIFF holds samples of an unusual form, which are not read")),
    };
    if pixels.len() < count {
        return Err(cut_off());
    }
    Ok(if pixels.len() > count { pixels[..count].to_vec() } else { pixels })
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
