//! Pages as a PDF file can hold them. Where PDF knows the coding, a page is the source's own data, byte for byte; else its pixels are packed anew
//! without loss (`recode`), and the page says so.

mod jpeg;
mod png;
mod recode;
mod strips;

use std::fs::File;
use std::io::Read;

use super::DecodeSettings;
use super::grey::{credible_dpi, orientation};
use super::raster::{check_jpeg, jpeg_pixels, unpacked, unreadable};
use super::tags::Tags;
use crate::model::{Carriage, CarriedPage, FileKind, Lay, PageNumber, Picture, Share, SourceFailure};

pub(super) use jpeg::jpeg_picture;
pub(super) use recode::{Pixels, Samples, recode};
pub(super) use strips::{Colours, joined, whole};

/// Carries a file of one picture.
pub(super) fn raster(mut input: File, kind: FileKind, number: PageNumber, settings: &DecodeSettings) -> Result<CarriedPage, SourceFailure> {
    let mut bytes = Vec::new();
    if matches!(kind, FileKind::Jpeg | FileKind::Png) {
        input.read_to_end(&mut bytes).map_err(|e| unreadable(&e))?;
    }
    if kind == FileKind::Jpeg {
        let scan = check_jpeg(&bytes, settings)?;
        if let Some(picture) = jpeg_picture(&bytes) {
            return Ok(alone(picture, Carriage::Unchanged, scan.tags, number));
        }
        let picture = recode(Pixels::of(jpeg_pixels(&bytes, settings)?))?;
        return Ok(alone(picture, Carriage::Recoded, scan.tags, number));
    }
    if let Some((picture, tags)) = png::picture(&bytes) {
        super::grey::check_size(picture.width.into(), picture.height.into(), settings)?;
        return Ok(alone(picture, Carriage::Unchanged, tags, number));
    }
    std::io::Seek::rewind(&mut input).map_err(|e| unreadable(&e))?;
    let (picture, tags) = unpacked(input, kind, settings)?;
    Ok(alone(recode(Pixels::of(picture))?, Carriage::Recoded, tags, number))
}

/// A page of one picture that fills it, with what its tags ask for.
pub(super) fn alone(picture: Picture, carriage: Carriage, tags: Tags, number: PageNumber) -> CarriedPage {
    let size = (picture.width, picture.height);
    page_of(vec![picture], size, carriage, tags, number)
}

/// A page of this size and these pictures, with what its tags ask for. Mirroring is taken out here; its turn is left to whoever shows it.
pub(super) fn page_of(
    pictures: Vec<Picture>,
    (width, height): (u32, u32),
    carriage: Carriage,
    tags: Tags,
    number: PageNumber,
) -> CarriedPage {
    let (mirrored, tagged_turn) = orientation(tags.orientation);
    let pictures = if mirrored { pictures.into_iter().map(mirror).collect() } else { pictures };
    let dpi = credible_dpi(tags.dpi.0, tags.dpi.1, width, height);
    CarriedPage { number, width, height, dpi, tagged_turn, carriage, pictures }
}

fn mirror(picture: Picture) -> Picture {
    let place = Share { x: 1.0 - picture.place.x - picture.place.width, ..picture.place };
    Picture { place, lay: Lay::MIRRORED, ..picture }
}
