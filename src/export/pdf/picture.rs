//! A page's pictures, embedded as they come.

use pdf_writer::types::Predictor;
use pdf_writer::writers::ImageXObject;
use pdf_writer::{Filter, Finish, Name, Pdf, Ref};

use super::icc;
use crate::model::{Coding, Colour, Picture};

/// Profiles that pictures share, made when the first asks.
#[derive(Default)]
pub(super) struct Profiles {
    inks: Option<Ref>,
}

/// Where the picture's unit square goes on a page of this size, whose origin is its lower left corner.
pub(super) fn transform(picture: &Picture, (width, height): (f32, f32)) -> [f32; 6] {
    let (place, lay) = (picture.place, picture.lay);
    // Of a way along a side, for a direction along a row and one along a column: how far it is gone.
    let way = |along: i8, down: i8, u: f64, v: f64| match (along, down) {
        (1, _) => u,
        (-1, _) => 1.0 - u,
        (_, 1) => v,
        _ => 1.0 - v,
    };
    // u runs along the rows, v down the columns.
    let point = |u: f64, v: f64| {
        let x = place.x + place.width * way(lay.a, lay.c, u, v);
        let y = place.y + place.height * way(lay.b, lay.d, u, v);
        (x * f64::from(width), (1.0 - y) * f64::from(height))
    };
    let (origin, right, up) = (point(0.0, 1.0), point(1.0, 1.0), point(0.0, 0.0));
    [right.0 - origin.0, right.1 - origin.1, up.0 - origin.0, up.1 - origin.1, origin.0, origin.1].map(|v| v as f32)
}

/// Puts a picture into a file.
pub(super) fn embed(pdf: &mut Pdf, new: &mut impl FnMut() -> Ref, profiles: &mut Profiles, picture: &Picture) -> Ref {
    let id = new();
    let profile = (picture.colour == Colour::Inks).then(|| {
        *profiles.inks.get_or_insert_with(|| {
            let id = new();
            icc::embed(pdf, id, &icc::inks(), 4);
            id
        })
    });
    let globals = match &picture.coding {
        Coding::Jbig2 { globals: Some(globals) } => {
            let id = new();
            pdf.stream(id, globals);
            Some(id)
        }
        _ => None,
    };
    let mut object = pdf.image_xobject(id, &picture.data);
    object.width(picture.width as i32).height(picture.height as i32).bits_per_component(picture.bits.into());
    match &picture.colour {
        Colour::Grey => object.color_space().device_gray(),
        Colour::Rgb => object.color_space().device_rgb(),
        Colour::Inks => {
            if let Some(profile) = profile {
                object.color_space().icc_based(profile);
            }
        }
        Colour::Palette(colours) => {
            let last = colours.len() / 3 - 1;
            object.color_space().indexed(Name(b"DeviceRGB"), last as i32, colours);
        }
    }
    if picture.inverted {
        object.decode([1.0, 0.0].repeat(picture.colour.samples().into()));
    }
    coding(&mut object, picture, globals);
    object.finish();
    id
}

fn coding(object: &mut ImageXObject<'_>, picture: &Picture, globals: Option<Ref>) {
    match &picture.coding {
        Coding::Jpeg { transform } => {
            object.filter(Filter::DctDecode);
            if let Some(transform) = transform {
                object.decode_parms().color_transform(*transform);
            }
        }
        Coding::Fax(fax) => {
            object.filter(Filter::CcittFaxDecode);
            let mut parameters = object.decode_parms();
            parameters.k(fax.k).columns(picture.width as i32).rows(picture.height as i32);
            parameters.end_of_line(fax.end_of_line).encoded_byte_align(fax.byte_aligned);
            parameters.end_of_block(fax.end_of_block).black_is_1(fax.black_is_1);
        }
        Coding::Deflate { predictor } => {
            object.filter(Filter::FlateDecode);
            let predictor = match predictor {
                0 | 1 => return,
                2 => Predictor::Tiff,
                _ => Predictor::PngOptimum,
            };
            let mut parameters = object.decode_parms();
            parameters.predictor(predictor).colors(picture.colour.samples().into());
            parameters.bits_per_component(picture.bits.into()).columns(picture.width as i32);
        }
        Coding::RunLength => {
            object.filter(Filter::RunLengthDecode);
        }
        Coding::Jbig2 { .. } => {
            object.filter(Filter::Jbig2Decode);
            if let Some(globals) = globals {
                object.decode_parms().jbig2_globals(globals);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Lay, Share};

    fn picture(place: Share, lay: Lay) -> Picture {
        let coding = Coding::Deflate { predictor: 1 };
        Picture { data: Vec::new(), coding, width: 3, height: 2, bits: 8, colour: Colour::Grey, inverted: false, place, lay }
    }

    #[test]
    fn pictures_lie_as_they_are_said_to() {
        let lower = Share { x: 0.0, y: 0.75, width: 1.0, height: 0.25 };
        let table = [
            (Share::WHOLE, Lay::UPRIGHT, [200.0, 0.0, 0.0, 100.0, 0.0, 0.0]),
            (Share::WHOLE, Lay::MIRRORED, [-200.0, 0.0, 0.0, 100.0, 200.0, 0.0]),
            (lower, Lay::UPRIGHT, [200.0, 0.0, 0.0, 25.0, 0.0, 0.0]),
            // A quarter turn clockwise: the rows run down the page, the columns to the left.
            (Share::WHOLE, Lay { a: 0, b: 1, c: -1, d: 0 }, [0.0, -100.0, 200.0, 0.0, 0.0, 100.0]),
            (Share::WHOLE, Lay { a: -1, b: 0, c: 0, d: -1 }, [-200.0, 0.0, 0.0, -100.0, 200.0, 100.0]),
        ];
        for (place, lay, matrix) in table {
            assert_eq!(transform(&picture(place, lay), (200.0, 100.0)), matrix, "{place:?} {lay:?}");
        }
    }
}
