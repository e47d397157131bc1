//! Fax compression as TIFF holds it: modified Huffman, group 3 in one and two dimensions, group 4 (ITU-T T.4 and T.6). The code
//! tables are those of the `fax` crate; the lines are put together here, because TIFF has forms that the crate does not read
//! (two-dimensional group 3, byte-aligned rows, missing or extra end-of-line codes, reversed bits).

use std::convert::Infallible;

use fax::maps::{Mode, black, mode, white};
use fax::{BitReader, ByteReader};

/// Which of the codings a strip uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// TIFF compression 2: rows without end-of-line codes, each beginning on a byte.
    ModifiedHuffman,
    /// TIFF compression 3; `two_dimensional` is bit 0 of T4Options.
    Group3 { two_dimensional: bool },
    /// TIFF compression 4.
    Group4,
}

/// Decodes `rows` rows of `width` pixels and hands each to `row` as the places where the colour changes, white first.
/// Returns the number of rows that could not be read and were repeated from the row above, as a fax machine does; `None` if the
/// data ends early or is damaged beyond that.
pub(super) fn decode(data: impl Iterator<Item = u8>, coding: Coding, width: u32, rows: u32, mut row: impl FnMut(&[u32])) -> Option<u32> {
    // The crate's tables look ahead; zeros behind the end let them, and are no code themselves.
    let mut reader = ByteReader::new(data.chain([0; 4]).map(Ok::<u8, Infallible>)).ok()?;
    let mut above: Vec<u32> = Vec::new();
    let mut line: Vec<u32> = Vec::new();
    let mut damaged = 0;
    for _ in 0..rows {
        line.clear();
        match coding {
            Coding::ModifiedHuffman => {
                one_dimension(&mut reader, width, &mut line)?;
                let rest = reader.bits_to_byte_boundary();
                reader.consume(rest).ok()?;
            }
            Coding::Group4 => two_dimensions(&mut reader, width, &above, &mut line)?,
            Coding::Group3 { two_dimensional } => {
                let ends = skip_end_of_lines(&mut reader, two_dimensional)?;
                // Six in a row: the transmission's end, before all rows have come.
                if ends.count >= 6 {
                    return None;
                }
                let read = if ends.next_is_two_dimensional {
                    two_dimensions(&mut reader, width, &above, &mut line)
                } else {
                    one_dimension(&mut reader, width, &mut line)
                };
                if read.is_none() {
                    damaged += 1;
                    line.clone_from(&above);
                    find_end_of_line(&mut reader)?;
                }
            }
        }
        row(&line);
        std::mem::swap(&mut above, &mut line);
    }
    Some(damaged)
}

/// Reads one run of a colour, make-up codes included.
fn run(reader: &mut impl BitReader, is_black: bool) -> Option<u32> {
    let mut sum = 0u32;
    loop {
        let part = u32::from(if is_black { black::decode(reader)? } else { white::decode(reader)? });
        sum = sum.checked_add(part)?;
        if part < 64 {
            return Some(sum);
        }
    }
}

/// Notes a change of colour. Two at one place (a run of no length) are none.
fn push(line: &mut Vec<u32>, at: u32) {
    if line.last() == Some(&at) {
        line.pop();
    } else {
        line.push(at);
    }
}

fn one_dimension(reader: &mut impl BitReader, width: u32, line: &mut Vec<u32>) -> Option<()> {
    let (mut at, mut is_black) = (0u32, false);
    while at < width {
        at = at.checked_add(run(reader, is_black)?)?;
        if at > width {
            return None;
        }
        push(line, at);
        is_black = !is_black;
    }
    Some(())
}

fn two_dimensions(reader: &mut impl BitReader, width: u32, above: &[u32], line: &mut Vec<u32>) -> Option<()> {
    // a0 stands before the first pixel at the beginning (T.4 4.2.1.3.4).
    let (mut a0, mut is_black) = (-1i64, false);
    let mut search = 0;
    while a0 < i64::from(width) {
        // b1: the first change above to the right of a0 and to the colour opposite to the one being coded.
        while search > 0 && above.get(search - 1).is_some_and(|&x| i64::from(x) > a0) {
            search -= 1;
        }
        while above.get(search).is_some_and(|&x| i64::from(x) <= a0) || search % 2 != usize::from(is_black) {
            search += 1;
        }
        let change = |index: usize| above.get(index).copied().unwrap_or(width).min(width);
        let (b1, b2) = (change(search), change(search + 1));
        match mode::decode(reader)? {
            Mode::Pass => a0 = i64::from(b2),
            Mode::Vertical(delta) => {
                let a1 = i64::from(b1) + i64::from(delta);
                if a1 < a0.max(0) || a1 > i64::from(width) {
                    return None;
                }
                push(line, a1 as u32);
                a0 = a1;
                is_black = !is_black;
            }
            Mode::Horizontal => {
                let start = a0.max(0) as u32;
                let a1 = start.checked_add(run(reader, is_black)?)?;
                let a2 = a1.checked_add(run(reader, !is_black)?)?;
                if a2 > width {
                    return None;
                }
                push(line, a1);
                push(line, a2);
                a0 = i64::from(a2);
            }
            Mode::Extension | Mode::EOF => return None,
        }
    }
    Some(())
}

struct EndOfLines {
    count: u32,
    next_is_two_dimensional: bool,
}

/// Skips end-of-line codes and fill. Without any, the row is one-dimensional.
fn skip_end_of_lines(reader: &mut impl BitReader, two_dimensional: bool) -> Option<EndOfLines> {
    let mut ends = EndOfLines { count: 0, next_is_two_dimensional: false };
    // No code begins with more than seven zeros (T.4 tables 2 and 3): nine are fill or an end of line.
    while reader.peek(9) == Some(0) {
        find_end_of_line(reader)?;
        reader.consume(12).ok()?;
        ends.count += 1;
        if two_dimensional {
            ends.next_is_two_dimensional = reader.peek(1)? == 0;
            reader.consume(1).ok()?;
        }
    }
    Some(ends)
}

/// Moves up to the next end-of-line code: eleven zeros and a one, after any fill.
fn find_end_of_line(reader: &mut impl BitReader) -> Option<()> {
    while reader.peek(12)? != 1 {
        reader.consume(1).ok()?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use fax::encoder::Encoder;
    use fax::{BitWriter, Bits, Color, VecWriter};
    use proptest::prelude::*;

    use super::*;

    /// Colour changes of a made-up row.
    fn changes(width: u32, seed: u32) -> Vec<u32> {
        let mut at = seed % 17;
        let mut changes = Vec::new();
        while at < width {
            changes.push(at);
            at += 1 + (at.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 26);
        }
        changes
    }

    fn pels(changes: &[u32], width: u32) -> Vec<bool> {
        (0..width).map(|x| changes.iter().filter(|c| **c <= x).count() % 2 == 1).collect()
    }

    fn write_run(writer: &mut VecWriter, is_black: bool, mut length: u32) {
        let table = |n: u32| if is_black { black::encode(n as u16) } else { white::encode(n as u16) };
        while length >= 64 {
            let part = (length & !63).min(2560);
            writer.write(table(part).unwrap()).unwrap();
            length -= part;
        }
        writer.write(table(length).unwrap()).unwrap();
    }

    fn write_row(writer: &mut VecWriter, changes: &[u32], width: u32) {
        let (mut at, mut is_black) = (0, false);
        for change in changes.iter().copied().chain([width]) {
            write_run(writer, is_black, change - at);
            (at, is_black) = (change, !is_black);
        }
    }

    const EOL: Bits = Bits { data: 1, len: 12 };

    fn check(data: Vec<u8>, coding: Coding, width: u32, rows: &[Vec<u32>], damaged: u32) {
        let mut got = Vec::new();
        let result = decode(data.into_iter(), coding, width, rows.len() as u32, |line| got.push(pels(line, width)));
        assert_eq!(result, Some(damaged), "{coding:?}");
        let expected: Vec<_> = rows.iter().map(|row| pels(row, width)).collect();
        assert!(got == expected, "{coding:?}: rows differ");
    }

    fn sample(width: u32) -> Vec<Vec<u32>> {
        let mut rows: Vec<_> = (0..20).map(|seed| changes(width, seed * 31)).collect();
        rows.push(Vec::new());
        rows.push(vec![0]);
        rows
    }

    #[test]
    fn modified_huffman_and_group_3_in_one_dimension() {
        for width in [1, 7, 64, 1728, 2593] {
            let rows = sample(width);
            let (mut huffman, mut group3) = (VecWriter::new(), VecWriter::new());
            for row in &rows {
                write_row(&mut huffman, row, width);
                huffman.pad();
                group3.write(EOL).unwrap();
                write_row(&mut group3, row, width);
                // Fill before the next end of line is lawful.
                group3.write(Bits { data: 0, len: 5 }).unwrap();
            }
            (0..6).for_each(|_| group3.write(EOL).unwrap());
            check(huffman.finish(), Coding::ModifiedHuffman, width, &rows, 0);
            check(group3.finish(), Coding::Group3 { two_dimensional: false }, width, &rows, 0);
        }
    }

    #[test]
    fn group_4_as_the_crate_writes_it() {
        for width in [1, 8, 100, 1728] {
            let rows = sample(width);
            let mut encoder = Encoder::new(VecWriter::new());
            for row in &rows {
                let line = pels(row, width).into_iter().map(|b| if b { Color::Black } else { Color::White });
                encoder.encode_line(line, width).unwrap();
            }
            check(encoder.finish().unwrap().finish(), Coding::Group4, width, &rows, 0);
        }
    }

    /// One row in one dimension, then rows in two: `V0` for each change of an equal row, then end of row.
    #[test]
    fn group_3_in_two_dimensions() {
        let width = 1728;
        let row = changes(width, 5);
        let mut writer = VecWriter::new();
        writer.write(EOL).unwrap();
        writer.write(Bits { data: 1, len: 1 }).unwrap();
        write_row(&mut writer, &row, width);
        for _ in 0..3 {
            writer.write(EOL).unwrap();
            writer.write(Bits { data: 0, len: 1 }).unwrap();
            for _ in 0..=row.len() {
                writer.write(mode::encode(Mode::Vertical(0)).unwrap()).unwrap();
            }
        }
        (0..6).for_each(|_| writer.write(EOL).unwrap());
        check(writer.finish(), Coding::Group3 { two_dimensional: true }, width, &[row.clone(), row.clone(), row.clone(), row], 0);
    }

    #[test]
    fn a_damaged_row_repeats_the_one_above() {
        let width = 200;
        let row = changes(width, 3);
        let mut writer = VecWriter::new();
        for _ in 0..2 {
            writer.write(EOL).unwrap();
            write_row(&mut writer, &row, width);
        }
        writer.write(EOL).unwrap();
        write_run(&mut writer, false, 1000);
        writer.write(EOL).unwrap();
        write_row(&mut writer, &[], width);
        (0..6).for_each(|_| writer.write(EOL).unwrap());
        check(writer.finish(), Coding::Group3 { two_dimensional: false }, width, &[row.clone(), row.clone(), row, vec![]], 1);
    }

    #[test]
    fn cut_data_is_an_error() {
        let width = 1728;
        let mut encoder = Encoder::new(VecWriter::new());
        for seed in 0..50 {
            let line = pels(&changes(width, seed), width).into_iter().map(|b| if b { Color::Black } else { Color::White });
            encoder.encode_line(line, width).unwrap();
        }
        let data = encoder.finish().unwrap().finish();
        for share in [0, 10, 50, 90] {
            let cut = data[..data.len() * share / 100].to_vec();
            assert_eq!(decode(cut.into_iter(), Coding::Group4, width, 50, |_| {}), None, "{share} %");
        }
    }

    proptest! {
        #[test]
        fn random_data_never_panics(data in proptest::collection::vec(any::<u8>(), 0..300), width in 1..3000u32, which in 0..4usize) {
            let coding = [
                Coding::ModifiedHuffman,
                Coding::Group3 { two_dimensional: false },
                Coding::Group3 { two_dimensional: true },
                Coding::Group4,
            ][which];
            decode(data.into_iter(), coding, width, 20, |line| {
                assert!(line.iter().all(|x| *x <= width));
                assert!(line.is_sorted());
            });
        }
    }
}
