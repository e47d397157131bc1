//! The coded data of a picture in a PDF, as another PDF can hold them.

use hayro_interpret::hayro_syntax::object::{Array, Dict, Name, Object, Stream};
use hayro_interpret::{Image, ImageData, Paint};

use super::super::carry::{Pixels, Samples, jpeg_picture, recode};
use super::super::grey::over_white;
use super::guard::{Filter, unwrapped};
use crate::model::{Carriage, Coding, Colour, Fax, Lay, Picture, Share};

/// A picture that covers a page: its own data where PDF/A-1 allows their coding, else its pixels packed anew.
/// Packings around the coding may unpack to `most` bytes.
pub(super) fn picture(image: &Image<'_, '_>, most: u64) -> Option<(Picture, Carriage)> {
    let as_it_is = match image {
        Image::Stencil(stencil) => {
            let black = matches!(&stencil_paint(stencil), Some([0, 0, 0, 255]));
            if black { coded(stencil.stream(), true, most) } else { None }
        }
        Image::Raster(raster) => coded(raster.stream(), false, most),
    };
    match as_it_is {
        Some(picture) => Some((picture, Carriage::Unchanged)),
        None => Some((recode(pixels(image)?).ok()?, Carriage::Recoded)),
    }
}

/// The colour that a stencil is painted in.
fn stencil_paint(stencil: &hayro_interpret::StencilImage<'_, '_>) -> Option<[u8; 4]> {
    let mut colour = None;
    stencil.with_stencil(
        |_, paint| {
            if let Paint::Color(paint) = paint {
                colour = Some(paint.to_rgba().to_rgba8());
            }
        },
        Some((1, 1)),
    );
    colour
}

/// The pixels over white paper.
fn pixels(image: &Image<'_, '_>) -> Option<Pixels> {
    let mut out = None;
    match image {
        Image::Stencil(stencil) => stencil.with_stencil(
            |mask, paint| {
                let [r, g, b, alpha] = super::collect::ink(paint);
                let through = |mask: u8, sample: u8| over_white(over_white(sample, alpha), mask);
                let samples = Samples::Rgb(mask.data.iter().flat_map(|m| [r, g, b].map(|sample| through(*m, sample))).collect());
                out = Some(Pixels { width: mask.width, height: mask.height, samples });
            },
            None,
        ),
        Image::Raster(raster) => raster.with_rgba(
            |data, alpha| {
                let (width, height) = (data.width(), data.height());
                let mut rgb = match data {
                    ImageData::Luma(luma) => luma.data.iter().flat_map(|shade| [*shade; 3]).collect(),
                    ImageData::Rgb(rgb) => rgb.data,
                };
                if let Some(alpha) = alpha {
                    super::collect::lay_over_white(&mut rgb, 3, (width, height), &alpha);
                }
                out = Some(Pixels { width, height, samples: Samples::Rgb(rgb) });
            },
            None,
        ),
    }
    out.filter(|pixels| pixels.width > 0 && pixels.height > 0)
}

/// A stream's own data; `None` if PDF/A-1 forbids their coding, or the picture is one that cannot be said in so few words.
fn coded(stream: &Stream<'_>, stencil: bool, most: u64) -> Option<Picture> {
    let dictionary = stream.dict();
    let number = |long: &[u8], short: &[u8]| dictionary.get::<u32>(long).or_else(|| dictionary.get::<u32>(short));
    let (width, height) = (number(b"Width", b"W")?, number(b"Height", b"H")?);
    if [&b"SMask"[..], b"Mask", b"SMaskInData"].iter().any(|key| dictionary.contains_key(key)) {
        return None;
    }
    let filters = Filter::of(dictionary);
    let (filter, outer) = filters.split_last()?;
    let parameters = parameters(dictionary, outer.len())?;
    let bits = if stencil || matches!(filter, Filter::Fax | Filter::Jbig2) { 1 } else { number(b"BitsPerComponent", b"BPC").unwrap_or(8) };
    let colour = if stencil { Colour::Grey } else { colour(dictionary)? };
    let inverted = inverted(dictionary, &colour)?;
    let data = unwrapped(&stream.raw_data(), outer, most)?;
    let bits = u8::try_from(bits).ok().filter(|bits| matches!(bits, 1 | 2 | 4 | 8))?;
    let picture = |data, coding| Picture {
        data,
        coding,
        width,
        height,
        bits,
        colour: colour.clone(),
        inverted,
        place: Share::WHOLE,
        lay: Lay::UPRIGHT,
    };
    let coding = match filter {
        Filter::Jpeg => {
            let own = jpeg_picture(&data)?;
            let transform = parameters.get::<u32>(b"ColorTransform").map(|transform| transform != 0);
            let same = (own.width, own.height) == (width, height) && own.colour == colour && bits == 8;
            let Coding::Jpeg { transform: usual } = own.coding else { return None };
            return same.then(|| picture(data, Coding::Jpeg { transform: transform.or(usual) }));
        }
        Filter::Fax if colour == Colour::Grey => Coding::Fax(fax(&parameters, (width, height))?),
        Filter::Flate => Coding::Deflate { predictor: predictor(&parameters, width, bits, &colour)? },
        Filter::RunLength => Coding::RunLength,
        Filter::Jbig2 if colour == Colour::Grey => {
            let globals = parameters.get::<Stream<'_>>(b"JBIG2Globals").map(|globals| globals.decoded_data().map(|data| data.into_owned()));
            Coding::Jbig2 { globals: globals.transpose().ok()? }
        }
        _ => return None,
    };
    Some(picture(data, coding))
}

/// Parameters of the last filter, behind so many others; `None` if those have any.
fn parameters<'a>(dictionary: &Dict<'a>, outer: usize) -> Option<Dict<'a>> {
    let of = |key: &[u8]| dictionary.get::<Object<'a>>(key);
    match of(b"DecodeParms").or_else(|| of(b"DP")) {
        None | Some(Object::Null(_)) => Some(Dict::default()),
        Some(Object::Dict(parameters)) => (outer == 0).then_some(parameters),
        Some(Object::Array(list)) => {
            let mut list = list.iter::<Object<'a>>();
            let plain = list.by_ref().take(outer).all(|object| matches!(object, Object::Null(_)));
            match list.next() {
                Some(Object::Dict(parameters)) if plain => Some(parameters),
                Some(Object::Null(_)) | None if plain => Some(Dict::default()),
                _ => None,
            }
        }
        Some(_) => None,
    }
}

fn fax(parameters: &Dict<'_>, (width, _): (u32, u32)) -> Option<Fax> {
    let flag = |key: &[u8], usual: bool| parameters.get::<bool>(key).unwrap_or(usual);
    let damaged = parameters.get::<u32>(b"DamagedRowsBeforeError").unwrap_or(0);
    (parameters.get::<u32>(b"Columns").unwrap_or(1728) == width && damaged == 0).then(|| Fax {
        k: parameters.get::<i32>(b"K").unwrap_or(0),
        end_of_line: flag(b"EndOfLine", false),
        byte_aligned: flag(b"EncodedByteAlign", false),
        end_of_block: flag(b"EndOfBlock", true),
        black_is_1: flag(b"BlackIs1", false),
    })
}

/// The number of the change that rows went through, if it fits the picture.
fn predictor(parameters: &Dict<'_>, width: u32, bits: u8, colour: &Colour) -> Option<u8> {
    let number = |key: &[u8], usual: u32| parameters.get::<u32>(key).unwrap_or(usual);
    let predictor = number(b"Predictor", 1);
    if predictor <= 1 {
        return Some(1);
    }
    let fits = number(b"Columns", 1) == width
        && number(b"Colors", 1) == u32::from(colour.samples())
        && number(b"BitsPerComponent", 8) == u32::from(bits);
    (fits && matches!(predictor, 2 | 10..=15)).then(|| u8::try_from(predictor).ok()).flatten()
}

/// Colours that can be named without a profile: those of a scanner's profile are taken for sRGB.
fn colour(dictionary: &Dict<'_>) -> Option<Colour> {
    let space = dictionary.get::<Object<'_>>(b"ColorSpace").or_else(|| dictionary.get::<Object<'_>>(b"CS"))?;
    match space {
        Object::Name(name) => plain(&name),
        Object::Array(list) => {
            let mut parts = list.iter::<Object<'_>>();
            let Some(Object::Name(kind)) = parts.next() else { return None };
            match &*kind {
                b"CalGray" => Some(Colour::Grey),
                b"CalRGB" => Some(Colour::Rgb),
                b"ICCBased" => profiled(&parts.next()?),
                b"Indexed" | b"I" => {
                    let base = match parts.next()? {
                        Object::Name(name) => plain(&name)?,
                        Object::Array(list) => {
                            let mut parts = list.iter::<Object<'_>>();
                            match parts.next()? {
                                Object::Name(name) if *name == *b"ICCBased" => profiled(&parts.next()?)?,
                                Object::Name(name) if *name == *b"CalRGB" => Colour::Rgb,
                                _ => return None,
                            }
                        }
                        _ => return None,
                    };
                    let _last = parts.next()?;
                    let table = match parts.next()? {
                        Object::String(table) => table.as_bytes().to_vec(),
                        Object::Stream(table) => table.decoded_data().ok()?.into_owned(),
                        _ => return None,
                    };
                    palette(&base, table, dictionary)
                }
                _ => plain(&kind).filter(|_| parts.next().is_none()),
            }
        }
        _ => None,
    }
}

fn plain(name: &[u8]) -> Option<Colour> {
    match name {
        b"DeviceGray" | b"G" => Some(Colour::Grey),
        b"DeviceRGB" | b"RGB" => Some(Colour::Rgb),
        b"DeviceCMYK" | b"CMYK" => Some(Colour::Inks),
        _ => None,
    }
}

/// A space with a profile, by the number of its samples.
fn profiled(profile: &Object<'_>) -> Option<Colour> {
    let Object::Stream(profile) = profile else { return None };
    // Lab has three samples too.
    if profile.dict().get::<Name<'_>>(b"Alternate").is_some_and(|name| plain(&name).is_none()) {
        return None;
    }
    match profile.dict().get::<u32>(b"N")? {
        1 => Some(Colour::Grey),
        3 => Some(Colour::Rgb),
        4 => Some(Colour::Inks),
        _ => None,
    }
}

/// A list of colours, no longer than the samples can name.
fn palette(base: &Colour, table: Vec<u8>, dictionary: &Dict<'_>) -> Option<Colour> {
    let bits = dictionary.get::<u32>(b"BitsPerComponent").or_else(|| dictionary.get::<u32>(b"BPC"))?;
    let most = 1usize << bits.min(8);
    let colours: Vec<u8> = match base {
        Colour::Grey => table.iter().take(most).flat_map(|shade| [*shade; 3]).collect(),
        Colour::Rgb => table.iter().copied().take(3 * most.min(table.len() / 3)).collect(),
        _ => return None,
    };
    (!colours.is_empty()).then_some(Colour::Palette(colours))
}

/// Whether the samples mean their opposite; `None` if they mean something else again.
fn inverted(dictionary: &Dict<'_>, colour: &Colour) -> Option<bool> {
    let Some(list) = dictionary.get::<Array<'_>>(b"Decode").or_else(|| dictionary.get::<Array<'_>>(b"D")) else { return Some(false) };
    let values: Vec<f32> = list.iter::<f32>().collect();
    let pairs = usize::from(colour.samples());
    if let Colour::Palette(_) = colour {
        let bits = dictionary.get::<u32>(b"BitsPerComponent").or_else(|| dictionary.get::<u32>(b"BPC"))?;
        return (values == [0.0, ((1u32 << bits.min(8)) - 1) as f32]).then_some(false);
    }
    if values == [0.0, 1.0].repeat(pairs) {
        Some(false)
    } else if values == [1.0, 0.0].repeat(pairs) {
        Some(true)
    } else {
        None
    }
}
