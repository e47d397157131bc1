//! The pixels of a TIFF's page: fax data are read from the raw strips, all else by the `tiff` crate.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use ::tiff::ColorType;
use ::tiff::decoder::{Decoder, DecodingResult};
use ::tiff::tags::IfdPointer;

use super::super::ccitt::{self, Coding};
use super::super::grey::{from_16_bits, inks_to_rgb, luma, over_white};
use super::super::{DecodeSettings, raster, tags};
use super::{Page, Reader, broken, cut_off, failure, limits, raw_strip, unsupported, value};
use crate::model::SourceFailure;

/// Pixels that a tile may be wide or high, however small the page: filling costs time.
const MOST_TILE: u32 = 16_384;

/// What a pixel becomes: a shade to be read, or the colour that it is.
pub(super) trait Shade: Copy {
    fn grey(shade: u8) -> Self;
    fn rgb(colour: [u8; 3]) -> Self;
    /// Luma and chroma, as JFIF has them.
    fn ycc(colour: [u8; 3]) -> Self;
    /// Seen through `alpha` (0 is clear) over white paper.
    fn over_white(self, alpha: u8) -> Self;
    fn greys(shades: Vec<u8>) -> Vec<Self> {
        shades.into_iter().map(Self::grey).collect()
    }
}

impl Shade for u8 {
    fn grey(shade: u8) -> Self {
        shade
    }

    fn rgb([r, g, b]: [u8; 3]) -> Self {
        luma(r, g, b)
    }

    fn ycc([luma, ..]: [u8; 3]) -> Self {
        luma
    }

    fn over_white(self, alpha: u8) -> Self {
        over_white(self, alpha)
    }

    fn greys(shades: Vec<u8>) -> Vec<Self> {
        shades
    }
}

impl Shade for [u8; 3] {
    fn grey(shade: u8) -> Self {
        [shade; 3]
    }

    fn rgb(colour: [u8; 3]) -> Self {
        colour
    }

    fn ycc([y, cb, cr]: [u8; 3]) -> Self {
        let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
        [y + 1.402 * cr, y - 0.344_14 * cb - 0.714_14 * cr, y + 1.772 * cb].map(|v| v.round() as u8)
    }

    fn over_white(self, alpha: u8) -> Self {
        self.map(|sample| over_white(sample, alpha))
    }
}

/// JPEG as TIFF 6.0 had it (section 22, withdrawn): read where the tags lead to a stream that is whole in itself and says the same as the
/// directory. Streams whose tables lie apart, as the section also allows, were written in too many ways to be sure of any.
pub(super) fn old_jpeg(reader: &mut Reader, page: &Page, settings: &DecodeSettings) -> Result<Vec<u8>, SourceFailure> {
    Ok(raster::jpeg(&old_jpeg_stream(reader, page)?, settings)?.0.pixels)
}

/// The stream, which says the same as the directory.
pub(super) fn old_jpeg_stream(reader: &mut Reader, page: &Page) -> Result<Vec<u8>, SourceFailure> {
    let apart = || unsupported("the TIFF holds old-style JPEG in parts, which is not read");
    let (at, length) = page.jpeg.filter(|_| matches!(page.photometric, value::BLACK_IS_ZERO | value::YCBCR)).ok_or_else(apart)?;
    let stream = raw_strip(reader, at, length)?;
    let samples = if page.photometric == value::YCBCR { 3 } else { 1 };
    if tags::jpeg_size(&stream) != Some((page.width, page.height)) || tags::scan_jpeg(&stream).components != samples {
        return Err(apart());
    }
    Ok(stream)
}

pub(super) fn fax(reader: &mut Reader, page: &Page) -> Result<Vec<u8>, SourceFailure> {
    let coding = match page.compression {
        value::MODIFIED_HUFFMAN => Coding::ModifiedHuffman,
        value::GROUP_3 => Coding::Group3 { two_dimensional: page.t4_options & 1 != 0 },
        _ => Coding::Group4,
    };
    let (part_width, part_height) = if page.tiled { page.tile } else { (page.width, page.rows_per_strip) };
    let is_sensible = |part: u32, whole: u32| part > 0 && part <= MOST_TILE.max(whole);
    let is_usual = page.samples == 1 && page.bits == 1 && is_sensible(part_width, page.width) && is_sensible(part_height, page.height);
    let parts = page.strips.as_ref().filter(|_| is_usual);
    let parts = parts.ok_or_else(|| unsupported("the TIFF holds fax data in an unusual form, which is not read"))?;
    let width = page.width as usize;
    // In fax data black runs are ones; BlackIsZero turns the picture around (TIFF 6.0, section 10).
    let (paper, ink) = if page.photometric == value::WHITE_IS_ZERO { (255, 0) } else { (0, 255) };
    let mut pixels = vec![paper; width * page.height as usize];
    let across = page.width.div_ceil(part_width) as usize;
    let down = page.height.div_ceil(part_height) as usize;
    if parts.len() < across * down {
        return Err(cut_off());
    }
    let mut damaged = 0;
    for (index, (at, size)) in parts.iter().take(across * down).enumerate() {
        let data = raw_strip(reader, *at, *size)?;
        let (left, mut y) = ((index % across) as u32 * part_width, (index / across) as u32 * part_height);
        // The last strip ends with the page; tiles are whole, and what they have beyond it is filling.
        let rows = if page.tiled { part_height } else { part_height.min(page.height - y) };
        let reverse = page.reversed_bits;
        let bytes = data.into_iter().map(|byte| if reverse { byte.reverse_bits() } else { byte });
        let read = ccitt::decode(bytes, coding, part_width, rows, |changes| {
            let row = (y < page.height).then(|| &mut pixels[y as usize * width..(y as usize + 1) * width]);
            y += 1;
            let Some(row) = row else { return };
            for run in changes.chunks(2) {
                let end = run.get(1).copied().unwrap_or(part_width);
                let (from, to) = ((left + run[0]).min(page.width), (left + end).min(page.width));
                row[from as usize..to as usize].fill(ink);
            }
        });
        damaged += read.ok_or_else(|| broken("the fax data of the page is cut off or damaged"))?;
    }
    // A few lost lines are a fax's everyday life; a page that is mostly repeated lines has not been read.
    if damaged / across as u32 > page.height / 10 {
        return Err(broken("the fax data of the page is cut off or damaged"));
    }
    Ok(pixels)
}

/// Palette pictures. The crate unpacks them only if the directory calls them grey; the samples are then the colours' indices.
pub(super) fn palette<T: Shade>(reader: &mut Reader, index: usize, pointer: IfdPointer, page: &Page) -> Result<Vec<T>, SourceFailure> {
    let colours = 1usize << page.bits.min(8);
    if !matches!(page.bits, 1 | 2 | 4 | 8) || page.palette.len() != 3 * colours {
        return Err(unsupported("the TIFF holds a palette picture of an unusual form, which is not read"));
    }
    let shades: Vec<T> = (0..colours).map(|i| T::rgb([i, colours + i, 2 * colours + i].map(|at| from_16_bits(page.palette[at])))).collect();
    let little_endian = matches!(reader.byte_order(), ::tiff::tags::ByteOrder::LittleEndian);
    let file = reader.inner();
    let at = photometric_value(file, pointer.0, little_endian).map_err(|_| cut_off())?;
    file.seek(SeekFrom::Start(0)).map_err(|_| cut_off())?;
    let grey = if little_endian { [1, 0] } else { [0, 1] };
    let mut reader = Decoder::new(Patched { file, at, bytes: grey, position: 0 }).map_err(|e| failure(&e))?.with_limits(limits());
    reader.seek_to_image(index).map_err(|e| failure(&e))?;
    match reader.read_image().map_err(|e| failure(&e))? {
        DecodingResult::U8(data) => Ok(unpack(&data, page.width as usize, usize::from(page.bits), |index| shades[usize::from(index)])),
        _ => Err(broken("the TIFF is damaged")),
    }
}

/// Where in the file the value of PhotometricInterpretation stands, for the directory at `directory`.
fn photometric_value(file: &mut BufReader<File>, directory: u64, little_endian: bool) -> std::io::Result<u64> {
    const PHOTOMETRIC: u64 = 262;
    let number = |file: &mut BufReader<File>, at: u64, bytes: usize| -> std::io::Result<u64> {
        let mut buffer = [0; 8];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut buffer[..bytes])?;
        Ok(if little_endian { u64::from_le_bytes(buffer) } else { u64::from_be_bytes(buffer) >> (64 - 8 * bytes) })
    };
    let is_big = number(file, 2, 2)? == 43;
    let (count_bytes, entry_bytes, value_at) = if is_big { (8, 20, 12) } else { (2, 12, 8) };
    let count = number(file, directory, count_bytes)?.min(u64::from(u16::MAX));
    for entry in (0..count).map(|i| directory + count_bytes as u64 + i * entry_bytes) {
        if number(file, entry, 2)? == PHOTOMETRIC {
            return Ok(entry + value_at);
        }
    }
    Err(std::io::ErrorKind::NotFound.into())
}

/// A file of which two bytes read differently.
struct Patched<'a> {
    file: &'a mut BufReader<File>,
    at: u64,
    bytes: [u8; 2],
    position: u64,
}

impl Read for Patched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        for (at, byte) in (self.at..).zip(self.bytes) {
            if let Some(slot) = at.checked_sub(self.position).and_then(|at| buffer[..read].get_mut(usize::try_from(at).ok()?)) {
                *slot = byte;
            }
        }
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for Patched<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.position = self.file.seek(to)?;
        Ok(self.position)
    }
}

/// Spreads packed samples of 1, 2, 4 or 8 bits, rows on byte borders, to a byte each.
fn unpack<T>(packed: &[u8], width: usize, bits: usize, shade: impl Fn(u8) -> T) -> Vec<T> {
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

pub(super) fn samples<T: Shade>(reader: &mut Reader, index: usize, page: &Page) -> Result<Vec<T>, SourceFailure> {
    if page.planar && page.samples > 1 {
        return planes(reader, index, page);
    }
    reader.seek_to_image(index).map_err(|e| failure(&e))?;
    let colour = reader.colortype().map_err(|e| failure(&e))?;
    let data = reader.read_image().map_err(|e| failure(&e))?;
    let width = page.width as usize;
    let count = width * page.height as usize;
    // The crate has already turned WhiteIsZero around.
    let eight = |p: &[u16]| [p[0], p[1], p[2]].map(from_16_bits);
    let pixels: Vec<T> = match (colour, data) {
        (ColorType::Gray(bits @ (1 | 2 | 4)), DecodingResult::U8(data)) => {
            let most = (1u16 << bits) - 1;
            unpack(&data, width, usize::from(bits), |v| T::grey((u16::from(v) * 255 / most) as u8))
        }
        (ColorType::Gray(8), DecodingResult::U8(data)) => T::greys(data),
        (ColorType::Gray(16), DecodingResult::U16(data)) => data.into_iter().map(|v| T::grey(from_16_bits(v))).collect(),
        (ColorType::YCbCr(8), DecodingResult::U8(data)) => data.chunks_exact(3).map(|p| T::ycc([p[0], p[1], p[2]])).collect(),
        (ColorType::RGB(8), DecodingResult::U8(data)) => data.chunks_exact(3).map(|p| T::rgb([p[0], p[1], p[2]])).collect(),
        (ColorType::RGBA(8), DecodingResult::U8(data)) => {
            data.chunks_exact(4).map(|p| T::rgb([p[0], p[1], p[2]]).over_white(p[3])).collect()
        }
        (ColorType::RGB(16), DecodingResult::U16(data)) => data.chunks_exact(3).map(|p| T::rgb(eight(p))).collect(),
        (ColorType::CMYK(8), DecodingResult::U8(data)) => {
            data.chunks_exact(4).map(|p| T::rgb(inks_to_rgb([p[0], p[1], p[2], p[3]]))).collect()
        }
        (ColorType::GrayA(8) | ColorType::Multiband { bit_depth: 8, num_samples: 2 }, DecodingResult::U8(data)) => {
            data.chunks_exact(2).map(|p| T::grey(p[0]).over_white(p[1])).collect()
        }
        _ => return Err(unsupported("the TIFF holds samples of an unusual form, which are not read")),
    };
    if pixels.len() < count {
        return Err(cut_off());
    }
    let mut pixels = pixels;
    pixels.truncate(count);
    Ok(pixels)
}

/// Colours, or inks, that lie one after the other, each a picture of its own.
fn planes<T: Shade>(reader: &mut Reader, index: usize, page: &Page) -> Result<Vec<T>, SourceFailure> {
    // The crate does not get through these.
    if page.tiled {
        return Err(unsupported("the TIFF holds its colours in separate planes of tiles, which is not read"));
    }
    reader.seek_to_image(index).map_err(|e| failure(&e))?;
    let colour = reader.colortype().map_err(|e| failure(&e))?;
    let layout = reader.image_buffer_layout().map_err(|e| failure(&e))?;
    let count = page.width as usize * page.height as usize;
    let (ColorType::RGB(8) | ColorType::CMYK(8), Some(stride)) = (colour, layout.plane_stride) else {
        return Err(unsupported("the TIFF holds planes of an unusual form, which are not read"));
    };
    if layout.planes != usize::from(page.samples) || stride.get() < count {
        return Err(unsupported("the TIFF holds planes of an unusual form, which are not read"));
    }
    let mut data = vec![0; layout.complete_len];
    reader.read_image_bytes(&mut data).map_err(|e| failure(&e))?;
    let planes: Vec<&[u8]> = data.chunks(stride.get()).filter(|plane| plane.len() >= count).collect();
    match planes.as_slice() {
        [r, g, b] => Ok((0..count).map(|i| T::rgb([r[i], g[i], b[i]])).collect()),
        [c, m, y, k] => Ok((0..count).map(|i| T::rgb(inks_to_rgb([c[i], m[i], y[i], k[i]]))).collect()),
        _ => Err(cut_off()),
    }
}
