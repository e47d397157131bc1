//! Colour profiles, made here from the figures of their standards (ICC.1:2001-04, version 2).

use pdf_writer::{Filter, Pdf, Ref};

use super::deflate;

/// A fraction as ICC writes it: 16 bits before the point, 16 behind it.
fn fixed(value: f64) -> [u8; 4] {
    ((value * 65_536.0).round() as i32).to_be_bytes()
}

fn xyz([x, y, z]: [f64; 3]) -> Vec<u8> {
    [b"XYZ \0\0\0\0".as_slice(), &fixed(x), &fixed(y), &fixed(z)].concat()
}

fn text(text: &str) -> Vec<u8> {
    [b"text\0\0\0\0".as_slice(), text.as_bytes(), b"\0"].concat()
}

/// A `textDescriptionType`: ASCII alone, the other two scripts empty.
fn description(text: &str) -> Vec<u8> {
    let mut out = b"desc\0\0\0\0".to_vec();
    out.extend((text.len() as u32 + 1).to_be_bytes());
    out.extend(text.as_bytes());
    out.extend([0; 1 + 4 + 4 + 2 + 1 + 67]);
    out
}

/// White of the profile connection space, D50.
const D50: [f64; 3] = [0.9642, 1.0, 0.8249];

/// A profile of these tags. A tag whose contents are those of the one before shares them.
fn profile(class: &[u8; 4], space: &[u8; 4], connection: &[u8; 4], tags: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let table = 128 + 4 + 12 * tags.len();
    let (mut directory, mut data) = ((tags.len() as u32).to_be_bytes().to_vec(), Vec::new());
    let mut at = table;
    for (index, (name, contents)) in tags.iter().enumerate() {
        let shared = index > 0 && tags[index - 1].1 == *contents;
        if !shared {
            at = table + data.len();
            data.extend(contents);
            data.resize(data.len().next_multiple_of(4), 0);
        }
        directory.extend(*name);
        directory.extend((at as u32).to_be_bytes());
        directory.extend((contents.len() as u32).to_be_bytes());
    }
    let mut out = ((table + data.len()) as u32).to_be_bytes().to_vec();
    out.extend([0; 4]);
    out.extend([2, 0x10, 0, 0]);
    out.extend([*class, *space, *connection].concat());
    // A date is wanted; this one is the standard's.
    out.extend([2001u16, 4, 1, 0, 0, 0].iter().flat_map(|part| part.to_be_bytes()));
    out.extend(b"acsp");
    out.resize(68, 0);
    out.extend(D50.map(fixed).concat());
    out.resize(128, 0);
    out.extend(directory);
    out.extend(data);
    out
}

/// Primaries of sRGB (IEC 61966-2-1), adapted to D50 by Bradford's method.
const PRIMARIES: [[f64; 3]; 3] = [[0.436_07, 0.222_49, 0.013_92], [0.385_15, 0.716_87, 0.097_08], [0.143_07, 0.060_61, 0.714_10]];

/// Light of an sRGB sample.
fn light(v: f64) -> f64 {
    if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
}

/// sRGB, its curve in 1,024 steps.
pub(super) fn srgb() -> Vec<u8> {
    const STEPS: u32 = 1024;
    let mut curve = b"curv\0\0\0\0".to_vec();
    curve.extend(STEPS.to_be_bytes());
    curve.extend((0..STEPS).flat_map(|i| ((light(f64::from(i) / f64::from(STEPS - 1)) * 65_535.0).round() as u16).to_be_bytes()));
    profile(
        b"mntr",
        b"RGB ",
        b"XYZ ",
        &[
            (b"desc", description("sRGB")),
            (b"cprt", text("No copyright, use freely")),
            (b"wtpt", xyz(D50)),
            (b"rXYZ", xyz(PRIMARIES[0])),
            (b"gXYZ", xyz(PRIMARIES[1])),
            (b"bXYZ", xyz(PRIMARIES[2])),
            (b"rTRC", curve.clone()),
            (b"gTRC", curve.clone()),
            (b"bTRC", curve),
        ],
    )
}

/// Four inks of which nothing is known but their names, as programs show those without a profile: each colour's light is what its ink and black let
/// through. A table of seven steps an ink, from which readers interpolate.
pub(super) fn inks() -> Vec<u8> {
    const STEPS: u32 = 7;
    let mut table = b"mft2\0\0\0\0\x04\x03".to_vec();
    table.extend([STEPS as u8, 0]);
    // A matrix that changes nothing, and curves of two points each that change nothing.
    table.extend([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0].iter().flat_map(|v| fixed(*v)));
    table.extend([0, 2, 0, 2]);
    let straight = [0, 0, 0xff, 0xff];
    table.extend(straight.repeat(4));
    for index in 0..STEPS.pow(4) {
        let ink = |place: u32| f64::from(index / STEPS.pow(3 - place) % STEPS) / f64::from(STEPS - 1);
        let through = |place: u32| (1.0 - ink(place)) * (1.0 - ink(3));
        table.extend(lab([through(0), through(1), through(2)]).iter().flat_map(|v| v.to_be_bytes()));
    }
    table.extend(straight.repeat(3));
    profile(
        b"scnr",
        b"CMYK",
        b"Lab ",
        &[
            (b"desc", description("Inks without a profile")),
            (b"cprt", text("No copyright, use freely")),
            (b"wtpt", xyz(D50)),
            (b"A2B0", table),
        ],
    )
}

/// An sRGB colour as version 2 writes Lab in tables of 16 bits.
fn lab(rgb: [f64; 3]) -> [u16; 3] {
    let root = |v: f64| if v > 216.0 / 24_389.0 { v.cbrt() } else { (24_389.0 / 27.0 * v + 16.0) / 116.0 };
    let part = |i: usize| (0..3).map(|primary| light(rgb[primary]) * PRIMARIES[primary][i]).sum::<f64>() / D50[i];
    let [x, y, z] = [0, 1, 2].map(|i| root(part(i)));
    let shade = (116.0 * y - 16.0) / 100.0 * 65_280.0;
    [shade, (500.0 * (x - y) + 128.0) * 256.0, (200.0 * (y - z) + 128.0) * 256.0].map(|v| v.round().clamp(0.0, 65_535.0) as u16)
}

/// Puts a profile into a file.
pub(super) fn embed(pdf: &mut Pdf, id: Ref, profile: &[u8], components: i32) {
    let packed = deflate(profile);
    let mut stream = pdf.icc_profile(id, &packed);
    stream.n(components);
    stream.filter(Filter::FlateDecode);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_says_how_long_it_is_and_where_things_are() {
        let profile = srgb();
        let number = |at: usize| u32::from_be_bytes(profile[at..at + 4].try_into().unwrap()) as usize;
        assert_eq!(number(0), profile.len());
        assert_eq!(&profile[36..40], b"acsp");
        assert_eq!(number(128), 9);
        for index in 0..9 {
            let (at, length) = (number(132 + 12 * index + 4), number(132 + 12 * index + 8));
            assert!(at % 4 == 0 && at + length <= profile.len());
        }
        assert_eq!(number(132 + 12 * 6 + 4), number(132 + 12 * 8 + 4), "the curves are one");
        // The three colours together are white.
        let white = |i: usize| (3..6).map(|tag| number(number(132 + 12 * tag + 4) + 8 + 4 * i)).sum::<usize>() as f64 / 65_536.0;
        assert_eq!(lab([0.0; 3]), [0, 32_768, 32_768]);
        let [shade, a, b] = lab([1.0; 3]);
        assert!(shade.abs_diff(65_280) < 20 && a.abs_diff(32_768) < 40 && b.abs_diff(32_768) < 40);
        for (i, part) in D50.into_iter().enumerate() {
            assert!((white(i) - part).abs() < 0.001, "{i}: {}", white(i));
        }
    }
}
