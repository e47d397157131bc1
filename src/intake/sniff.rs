//! Kinds of file told by their first bytes, never by name.

use crate::model::FileKind;

/// How many of a file's first bytes decide its kind. A PDF's header may stand anywhere within the first 1024 (ISO 32000-2
/// Annex I.2 and every viewer's practice).
pub const SNIFF_BYTES: usize = 1024 + 5;

/// Tells the kind from a file's first bytes; `None` for anything that chartlift does not read.
pub fn sniff(head: &[u8]) -> Option<FileKind> {
    let starts = |magic: &[u8]| head.starts_with(magic);
    if starts(b"\x89PNG\r\n\x1a\n") {
        return Some(FileKind::Png);
    }
    if starts(b"\xff\xd8\xff") {
        return Some(FileKind::Jpeg);
    }
    // TIFF 6.0 section 2 and BigTIFF, in both byte orders.
    if starts(b"II*\0") || starts(b"MM\0*") || starts(b"II+\0") || starts(b"MM\0+") {
        return Some(FileKind::Tiff);
    }
    if starts(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Some(FileKind::Webp);
    }
    if is_bmp(head) {
        return Some(FileKind::Bmp);
    }
    if is_pnm(head) {
        return Some(FileKind::Pnm);
    }
    head.windows(5).take(1024).any(|w| w == b"%PDF-").then_some(FileKind::Pdf)
}

/// `BM` alone begins many texts: the size of the second header must be one that exists.
fn is_bmp(head: &[u8]) -> bool {
    let Some(size) = head.get(14..18).and_then(|b| <[u8; 4]>::try_from(b).ok()).map(u32::from_le_bytes) else { return false };
    head.starts_with(b"BM") && [12, 40, 52, 56, 64, 108, 124].contains(&size)
}

/// `P1` … `P6`, white space, and then a number or a comment; `P7` and a line end.
fn is_pnm(head: &[u8]) -> bool {
    match head {
        [b'P', b'1'..=b'6', gap, next, ..] => {
            gap.is_ascii_whitespace() && (next.is_ascii_digit() || next.is_ascii_whitespace() || *next == b'#')
        }
        [b'P', b'7', b'\n', ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_content() {
        let mut bmp = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0".to_vec();
        bmp.extend([40, 0, 0, 0]);
        let mut late_pdf = vec![b'x'; 1000];
        late_pdf.extend(b"%PDF-1.4");
        let mut too_late_pdf = vec![b'x'; 1024];
        too_late_pdf.extend(b"%PDF-1.4");
        let table: [(&[u8], Option<FileKind>); 20] = [
            (b"\x89PNG\r\n\x1a\n....", Some(FileKind::Png)),
            (b"\x89PNG\n", None),
            (b"\xff\xd8\xff\xe0", Some(FileKind::Jpeg)),
            (b"II*\0\x08\0\0\0", Some(FileKind::Tiff)),
            (b"MM\0*\0\0\0\x08", Some(FileKind::Tiff)),
            (b"II+\0\x08\0\0\0", Some(FileKind::Tiff)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some(FileKind::Webp)),
            (b"RIFF\x10\0\0\0WAVEfmt ", None),
            (&bmp, Some(FileKind::Bmp)),
            (b"BMI of the patient is 27", None),
            (b"P4\n10 10\n", Some(FileKind::Pnm)),
            (b"P5 # made by hand\n", Some(FileKind::Pnm)),
            (b"P7\nWIDTH 4", Some(FileKind::Pnm)),
            (b"P1: first patient", None),
            (b"%PDF-1.7\n", Some(FileKind::Pdf)),
            (&late_pdf, Some(FileKind::Pdf)),
            (&too_late_pdf, None),
            (b"Patients transferred in March", None),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None),
            (b"", None),
        ];
        for (bytes, kind) in table {
            assert_eq!(sniff(bytes), kind, "{:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(16)]));
        }
    }
}
