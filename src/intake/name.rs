//! File names to source paths: UTF-8 text with `/` between the parts, no two names alike.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use crate::model::SourcePath;

/// Names a path relative to the input.
///
/// A name that is UTF-8 stays as it is. A byte that is not part of valid UTF-8 becomes U+FFFD and the byte's two hexadecimal
/// digits; a U+FFFD that the name really holds is written the same way, byte by byte, so that no two names on disk become one.
pub(super) fn source_path(relative: &Path) -> SourcePath {
    let mut text = String::new();
    for component in relative.components() {
        let Component::Normal(part) = component else { continue };
        if !text.is_empty() {
            text.push('/');
        }
        push_name(&mut text, part.as_bytes());
    }
    SourcePath::new(text)
}

/// Where a source lies: the way back from its name. `input` is the folder, or the file where one file was the input.
pub fn file_of(input: &Path, path: &SourcePath) -> PathBuf {
    if input.is_file() {
        return input.to_owned();
    }
    let mut bytes = Vec::new();
    let mut rest = path.as_str();
    while let Some((before, after)) = rest.split_once('\u{FFFD}') {
        bytes.extend_from_slice(before.as_bytes());
        let byte = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.extend(byte);
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    bytes.extend_from_slice(rest.as_bytes());
    // Only names lead on from the input: what a ledger says must not lead out of it.
    let relative = Path::new(OsStr::from_bytes(&bytes)).components().filter(|part| matches!(part, Component::Normal(_)));
    input.join(relative.collect::<PathBuf>())
}

fn push_name(text: &mut String, bytes: &[u8]) {
    let push_bytes = |text: &mut String, bytes: &[u8]| bytes.iter().for_each(|b| text.push_str(&format!("\u{FFFD}{b:02X}")));
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c == '\u{FFFD}' {
                push_bytes(text, "\u{FFFD}".as_bytes());
            } else {
                text.push(c);
            }
        }
        push_bytes(text, chunk.invalid());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn name(bytes: &[u8]) -> String {
        source_path(Path::new(OsStr::from_bytes(bytes))).as_str().to_owned()
    }

    #[test]
    fn utf8_names_stay() {
        assert_eq!(name("Box 1/Größe #2.pdf".as_bytes()), "Box 1/Größe #2.pdf");
        assert_eq!(name(b"a//b/./c"), "a/b/c");
    }

    #[test]
    fn foreign_names_stay_apart() {
        let names: [&[u8]; 7] = [b"a\xff", b"a\xfe", "a\u{FFFD}".as_bytes(), "a\u{FFFD}FF".as_bytes(), b"aFF", b"a%FF", b"a\xffFF"];
        let shown: BTreeSet<_> = names.iter().map(|n| name(n)).collect();
        assert_eq!(shown.len(), names.len());
        assert_eq!(name(b"a\xff"), "a\u{FFFD}FF");
    }

    #[test]
    fn every_name_leads_back_to_its_file() {
        for bytes in [&b"a.png"[..], b"box 1/Gr\xc3\xb6\xc3\x9fe.tif", b"x\xff\xfe/y\xef\xbf\xbd.pdf", b"\xf0\x9f/\xef\xbf\xbdAB"] {
            let relative = Path::new(OsStr::from_bytes(bytes));
            assert_eq!(file_of(Path::new("/no/such/input"), &source_path(relative)), Path::new("/no/such/input").join(relative));
        }
        assert_eq!(file_of(Path::new("/no/such"), &SourcePath::new("../../etc/passwd")), Path::new("/no/such/etc/passwd"));
    }
}
