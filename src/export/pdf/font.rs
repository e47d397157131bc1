//! A font without shapes, for words that are there to be found and not to be seen: two empty glyphs, all characters half as wide as high.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};

use super::deflate;
use super::text::Alphabet;

/// How the font is called in the pages' resources.
pub(super) const NAME: Name<'static> = Name(b"F1");
/// Width of every character, in thousandths of the size.
pub(super) const WIDTH: u16 = 500;
/// Height of letters above the baseline, in thousandths of the size: what viewers mark of a word that was found.
pub(super) const ASCENT: i16 = 800;
/// Depth of letters below it.
pub(super) const DESCENT: i16 = -200;
const FONT: &[u8] = b"Glyphless";
const SYSTEM: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// Puts the font into a file, with what each character of the alphabet means.
pub(super) fn embed(pdf: &mut Pdf, new: &mut impl FnMut() -> Ref, alphabet: &Alphabet) -> Ref {
    let (font, descendant, descriptor, file, map, unicode) = (new(), new(), new(), new(), new(), new());
    pdf.type0_font(font).base_font(Name(FONT)).encoding_predefined(Name(b"Identity-H")).descendant_font(descendant).to_unicode(unicode);
    let mut cid = pdf.cid_font(descendant);
    cid.subtype(CidFontType::Type2).base_font(Name(FONT)).system_info(SYSTEM).font_descriptor(descriptor);
    cid.default_width(f32::from(WIDTH)).cid_to_gid_map_stream(map);
    cid.finish();
    let (ascent, descent) = (f32::from(ASCENT), f32::from(DESCENT));
    pdf.font_descriptor(descriptor)
        .name(Name(FONT))
        .flags(FontFlags::FIXED_PITCH | FontFlags::SYMBOLIC)
        .bbox(Rect::new(0.0, descent, f32::from(WIDTH), ascent))
        .italic_angle(0.0)
        .ascent(ascent)
        .descent(descent)
        .cap_height(ascent)
        .stem_v(80.0)
        .font_file2(file);
    let program = program();
    let packed = deflate(&program);
    pdf.stream(file, &packed).filter(Filter::FlateDecode).pair(Name(b"Length1"), program.len() as i32);
    // Every character is the second glyph.
    let glyphs: Vec<u8> = std::iter::once([0, 0]).chain(alphabet.codes().map(|_| [0, 1])).flatten().collect();
    pdf.stream(map, &deflate(&glyphs)).filter(Filter::FlateDecode);
    let mut meaning = UnicodeCmap::<u16>::new(Name(b"Adobe-Identity-UCS"), SYSTEM);
    alphabet.codes().for_each(|(code, letter)| meaning.pair(code, letter));
    pdf.cmap(unicode, &deflate(meaning.finish().as_slice())).filter(Filter::FlateDecode);
    font
}

/// The font program (TrueType): two empty glyphs.
fn program() -> Vec<u8> {
    let be = |values: &[i32]| values.iter().flat_map(|v| (*v as u16).to_be_bytes()).collect::<Vec<u8>>();
    let (ascent, descent, width) = (i32::from(ASCENT), i32::from(DESCENT), i32::from(WIDTH));
    let mut head = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x5f, 0x0f, 0x3c, 0xf5];
    // Flags, units of an em, two dates, the box, style, least size, direction, form of `loca`, form of glyphs.
    head.extend(be(&[0, 1000]));
    head.extend([0; 16]);
    head.extend(be(&[0, descent, width, ascent, 0, 8, 2, 0, 0]));
    let mut hhea = vec![0, 1, 0, 0];
    hhea.extend(be(&[ascent, descent, 0, width, 0, 0, width, 1, 0, 0, 0, 0, 0, 0, 0, 2]));
    let mut maxp = vec![0, 1, 0, 0];
    maxp.extend(be(&[2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]));
    let tables: [(&[u8; 4], Vec<u8>); 6] = [
        (b"glyf", vec![0; 4]),
        (b"head", head),
        (b"hhea", hhea),
        (b"hmtx", be(&[width, 0, width, 0])),
        (b"loca", be(&[0, 0, 0])),
        (b"maxp", maxp),
    ];
    let sum = |data: &[u8]| {
        let word = |chunk: &[u8]| chunk.iter().enumerate().fold(0u32, |word, (i, byte)| word | u32::from(*byte) << (24 - 8 * i));
        data.chunks(4).map(word).fold(0u32, u32::wrapping_add)
    };
    // Six tables: the largest power of two is four (the fields that speed up a search of the directory).
    let mut out = [vec![0, 1, 0, 0], be(&[6, 64, 2, 32])].concat();
    let (mut data, start) = (Vec::new(), 12 + 16 * tables.len());
    let mut head_at = 0;
    for (name, contents) in &tables {
        let at = start + data.len();
        if *name == b"head" {
            head_at = at;
        }
        out.extend(*name);
        out.extend(sum(contents).to_be_bytes());
        out.extend((at as u32).to_be_bytes());
        out.extend((contents.len() as u32).to_be_bytes());
        data.extend(contents);
        data.resize(data.len().next_multiple_of(4), 0);
    }
    out.extend(data);
    let adjustment = 0xb1b0_afbau32.wrapping_sub(sum(&out));
    out[head_at + 8..head_at + 12].copy_from_slice(&adjustment.to_be_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_of_the_program_are_right() {
        let program = program();
        let sum = program.chunks(4).map(|c| u32::from_be_bytes(c.try_into().unwrap())).fold(0u32, u32::wrapping_add);
        assert_eq!(sum, 0xb1b0_afba);
        assert_eq!(program.len(), 12 + 6 * 16 + 4 + 56 + 36 + 8 + 8 + 32);
    }
}
