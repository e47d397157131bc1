//! File names to source paths: UTF-8 text with `/` between the parts, no two names alike.

use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};

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
    use std::ffi::OsStr;

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
}
