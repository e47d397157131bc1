//! A TIFF's page as a PDF file can hold it. PDF knows most of TIFF's codings; each strip or tile is then a picture of its own, one beside the other.

use ::tiff::decoder::ifd::Value;
use ::tiff::tags::{IfdPointer, Tag};

use super::super::DecodeSettings;
use super::super::carry::{Colours, Pixels, Samples, alone, joined, jpeg_picture, page_of, recode, whole};
use super::super::ccitt::{self, Coding as FaxCoding};
use super::super::grey::from_16_bits;
use super::super::tags::{Tags, scan_jpeg};
use super::pixels::{old_jpeg_stream, palette, samples};
use super::{Page, Reader, checked, fax, old_jpeg, raw_strip, value};
use crate::model::{Carriage, CarriedPage, Coding, Colour, Fax, Lay, PageNumber, Picture, Share, SourceFailure};

/// Pictures of which a page may consist. One of more is packed anew, as a single one: viewers take their time with hundreds.
const MOST_PARTS: usize = 128;

mod compression {
    pub(super) const JPEG: u16 = 7;
    pub(super) const DEFLATE: [u16; 2] = [8, 32_946];
    pub(super) const PACK_BITS: u16 = 32_773;
}

mod photometric {
    pub(super) const RGB: u16 = 2;
    pub(super) const INKS: u16 = 5;
}

/// Carries one page.
pub(super) fn page(
    reader: &mut Reader,
    index: usize,
    pointer: IfdPointer,
    file_size: u64,
    number: PageNumber,
    settings: &DecodeSettings,
) -> Result<CarriedPage, SourceFailure> {
    let page = checked(reader, pointer, file_size, settings)?;
    let tags = Tags { dpi: page.dpi, orientation: page.orientation };
    if let Some(pictures) = as_they_are(reader, pointer, &page)? {
        return Ok(page_of(pictures, (page.width, page.height), Carriage::Unchanged, tags, number));
    }
    let samples = match page.compression {
        value::OLD_JPEG => Samples::Grey(old_jpeg(reader, &page, settings)?),
        value::MODIFIED_HUFFMAN | value::GROUP_3 | value::GROUP_4 => Samples::Grey(fax(reader, &page)?),
        _ if page.photometric == value::PALETTE => Samples::Rgb(palette::<[u8; 3]>(reader, index, pointer, &page)?.into_flattened()),
        _ => Samples::Rgb(samples::<[u8; 3]>(reader, index, &page)?.into_flattened()),
    };
    let picture = recode(Pixels { width: page.width, height: page.height, samples })?;
    Ok(alone(picture, Carriage::Recoded, tags, number))
}

/// A picture of the page's own samples, that fills it.
fn part(page: &Page, data: Vec<u8>, coding: Coding, colour: Colour) -> Picture {
    Picture {
        data,
        coding,
        width: page.width,
        height: page.height,
        bits: u8::try_from(page.bits).unwrap_or(0),
        colour,
        inverted: false,
        place: Share::WHOLE,
        lay: Lay::UPRIGHT,
    }
}

/// The page's strips or tiles as they lie in the file; `None` if PDF does not know their coding.
fn as_they_are(reader: &mut Reader, pointer: IfdPointer, page: &Page) -> Result<Option<Vec<Picture>>, SourceFailure> {
    let Some(parts) = Parts::of(page) else { return Ok(None) };
    match page.compression {
        value::OLD_JPEG => {
            let stream = old_jpeg_stream(reader, page)?;
            Ok(jpeg_picture(&stream).map(|picture| vec![picture]))
        }
        _ if page.reversed_bits || (page.planar && page.samples > 1) => Ok(None),
        value::MODIFIED_HUFFMAN | value::GROUP_3 | value::GROUP_4 => fax_parts(reader, page, &parts),
        compression::JPEG => jpeg_parts(reader, pointer, page, &parts),
        kind => {
            let Some(colour) = colour(page) else { return Ok(None) };
            let predictor = predictor(reader, pointer);
            let coding = match (kind, predictor) {
                (kind, 1) if compression::DEFLATE.contains(&kind) => Coding::Deflate { predictor: 1 },
                (kind, 2) if compression::DEFLATE.contains(&kind) && page.bits == 8 => Coding::Deflate { predictor: 2 },
                (compression::PACK_BITS, 1) => Coding::RunLength,
                _ => return Ok(None),
            };
            if parts.places.len() > MOST_PARTS {
                return Ok(None);
            }
            let mut pictures = Vec::new();
            for (place, data) in parts.places.iter().zip(parts.read(reader)?) {
                // PDF takes 128 for the end of run lengths, PackBits for nothing.
                if coding == Coding::RunLength && holds_nothing(&data) {
                    return Ok(None);
                }
                let picture = part(page, data, coding.clone(), colour.clone());
                let inverted = colour == Colour::Grey && page.photometric == value::WHITE_IS_ZERO;
                pictures.push(place.put(Picture { inverted, ..picture }, page));
            }
            Ok(Some(pictures))
        }
    }
}

/// Where strips or tiles lie on the page and in the file.
struct Parts {
    places: Vec<Place>,
    /// Rows of a strip or tile.
    rows: u32,
}

struct Place {
    left: u32,
    top: u32,
    width: u32,
    height: u32,
    at: u64,
    length: u64,
}

impl Parts {
    /// `None` if the directory is not to be trusted in this.
    fn of(page: &Page) -> Option<Self> {
        let (width, rows) = if page.tiled { page.tile } else { (page.width, page.rows_per_strip) };
        // Without an old-style JPEG's strips, the stream is found by its own tags.
        if page.compression == value::OLD_JPEG {
            return Some(Self { places: Vec::new(), rows: page.height });
        }
        if width == 0 || rows == 0 {
            return None;
        }
        let (across, down) = (page.width.div_ceil(width), page.height.div_ceil(rows));
        let count = across.checked_mul(down)? as usize;
        let strips = page.strips.as_ref().filter(|strips| strips.len() >= count)?;
        let place = |(index, (at, length)): (u32, &(u64, u64))| {
            let (left, top) = (index % across * width, index / across * rows);
            // The last strip ends with the page; tiles are whole, and what they have beyond it is filling.
            let height = if page.tiled { rows } else { rows.min(page.height - top) };
            Place { left, top, width, height, at: *at, length: *length }
        };
        Some(Self { places: (0..).zip(strips).take(count).map(place).collect(), rows })
    }

    fn read(&self, reader: &mut Reader) -> Result<Vec<Vec<u8>>, SourceFailure> {
        self.places.iter().map(|place| raw_strip(reader, place.at, place.length)).collect()
    }
}

impl Place {
    fn put(&self, picture: Picture, page: &Page) -> Picture {
        let (across, down) = (f64::from(page.width), f64::from(page.height));
        let place = Share {
            x: f64::from(self.left) / across,
            y: f64::from(self.top) / down,
            width: f64::from(self.width) / across,
            height: f64::from(self.height) / down,
        };
        Picture { width: self.width, height: self.height, place, ..picture }
    }
}

/// What the samples are, for codings that hold them as such; `None` where PDF has no name for it.
fn colour(page: &Page) -> Option<Colour> {
    match (page.photometric, page.samples, page.bits) {
        (value::WHITE_IS_ZERO | value::BLACK_IS_ZERO, 1, 1 | 2 | 4 | 8) => Some(Colour::Grey),
        (photometric::RGB, 3, 8) => Some(Colour::Rgb),
        (photometric::INKS, 4, 8) => Some(Colour::Inks),
        (value::PALETTE, 1, bits @ (1 | 2 | 4 | 8)) => {
            let colours = 1usize << bits;
            if page.palette.len() != 3 * colours {
                return None;
            }
            let sample = |i: usize| from_16_bits(page.palette[i]);
            Some(Colour::Palette((0..colours).flat_map(|i| [i, colours + i, 2 * colours + i].map(sample)).collect()))
        }
        _ => None,
    }
}

fn predictor(reader: &mut Reader, pointer: IfdPointer) -> u32 {
    let Ok(directory) = reader.read_directory(pointer) else { return 0 };
    reader.read_directory_tags(&directory).find_tag_unsigned::<u32>(Tag::Predictor).ok().map_or(0, |predictor| predictor.unwrap_or(1))
}

fn holds_nothing(packed: &[u8]) -> bool {
    let mut at = 0;
    while let Some(control) = packed.get(at) {
        at += match control {
            0..=127 => usize::from(*control) + 2,
            128 => return true,
            129..=255 => 2,
        };
    }
    false
}

fn fax_parts(reader: &mut Reader, page: &Page, parts: &Parts) -> Result<Option<Vec<Picture>>, SourceFailure> {
    if page.samples != 1 || page.bits != 1 || parts.places.len() > MOST_PARTS || !matches!(page.photometric, 0 | 1) {
        return Ok(None);
    }
    let two_dimensional = page.t4_options & 1 != 0;
    let (coding, fax) = match page.compression {
        value::MODIFIED_HUFFMAN => (FaxCoding::ModifiedHuffman, Fax { k: 0, byte_aligned: true, ..Fax::GROUP_4 }),
        value::GROUP_3 => {
            let k = if two_dimensional { 4 } else { 0 };
            (FaxCoding::Group3 { two_dimensional }, Fax { k, end_of_line: true, ..Fax::GROUP_4 })
        }
        _ => (FaxCoding::Group4, Fax::GROUP_4),
    };
    let fax = Fax { black_is_1: page.photometric == value::BLACK_IS_ZERO, ..fax };
    let mut pictures = Vec::new();
    for (place, data) in parts.places.iter().zip(parts.read(reader)?) {
        // Faxes with lost rows, or without codes between rows, are understood in as many ways as there are programs.
        if coding != FaxCoding::Group4 {
            let clean = coding == FaxCoding::ModifiedHuffman || begins_with_end_of_line(&data);
            if !clean || ccitt::decode(data.iter().copied(), coding, place.width, place.height, |_| {}) != Some(0) {
                return Ok(None);
            }
        }
        pictures.push(place.put(part(page, data, Coding::Fax(fax.clone()), Colour::Grey), page));
    }
    Ok(Some(pictures))
}

/// Eleven zeros or more, and a one.
fn begins_with_end_of_line(data: &[u8]) -> bool {
    let zeros = data.iter().take_while(|byte| **byte == 0).count();
    data.get(zeros).is_some_and(|byte| zeros * 8 + byte.leading_zeros() as usize >= 11)
}

fn jpeg_parts(reader: &mut Reader, pointer: IfdPointer, page: &Page, parts: &Parts) -> Result<Option<Vec<Picture>>, SourceFailure> {
    let strips = parts.read(reader)?;
    let tables = tables(reader, pointer);
    // Where the stream itself names its colours it must say what the directory says; other streams are told by a marker.
    let told = strips.iter().any(|strip| scan_jpeg(strip).colours_told);
    let colours = match (page.photometric, page.samples, told) {
        (value::BLACK_IS_ZERO, 1, _) | (value::YCBCR, 3, _) | (photometric::INKS, 4, false) => Colours::Usual,
        (photometric::RGB, 3, false) => Colours::Rgb,
        _ => return Ok(None),
    };
    let tables = tables.as_deref();
    let own = tables.is_none() && strips.len() == 1 && colours == Colours::Usual;
    let streams = match strips.as_slice() {
        [strip] if own => vec![strip.clone()],
        several if several.len() > 1 && !page.tiled => match joined(several, tables, parts.rows, page.height, colours) {
            Some(one) => vec![one],
            None => several.iter().filter_map(|strip| whole(strip, tables, colours)).collect(),
        },
        several => several.iter().filter_map(|strip| whole(strip, tables, colours)).collect(),
    };
    if streams.len() == 1 && !page.tiled {
        let picture = jpeg_picture(&streams[0]).filter(|picture| (picture.width, picture.height) == (page.width, page.height));
        return Ok(picture.map(|picture| vec![Picture { inverted: false, ..picture }]));
    }
    if streams.len() != parts.places.len() || streams.len() > MOST_PARTS {
        return Ok(None);
    }
    let put = |(place, stream): (&Place, &Vec<u8>)| {
        let picture = jpeg_picture(stream)?;
        let own = (picture.width, picture.height);
        let put = place.put(Picture { inverted: false, ..picture }, page);
        ((put.width, put.height) == own).then_some(put)
    };
    Ok(parts.places.iter().zip(&streams).map(put).collect())
}

/// Tables that all strips of a page share.
fn tables(reader: &mut Reader, pointer: IfdPointer) -> Option<Vec<u8>> {
    let directory = reader.read_directory(pointer).ok()?;
    match reader.read_directory_tags(&directory).find_tag(Tag::JPEGTables).ok()?? {
        Value::List(bytes) => bytes.into_iter().map(|byte| byte.into_u8().ok()).collect(),
        _ => None,
    }
}
