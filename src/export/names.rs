//! Where a document's file lies: `bundles/<document>.json` for its bundle, with the folders of the source mirrored.
//!
//! File names come from outside and are hostile until shown otherwise. What no file system minds stays as it is, so that a person
//! finds the bundle by the name of the scan; the rest is percent-encoded (RFC 3986 §2.1), the percent sign too, so that no two documents
//! share a path: control, direction and invisible characters, what Windows forbids (`\ : * ? " < > |`, dots and spaces at the end, `CON` …),
//! `.`, `..` and empty parts, and the dot of a folder that ends in `.json` (or whatever the files' extension
//! is; it could be a file's name). A part of over 200 bytes is cut
//! and ends in `%~` and 128 bits of its SHA-256; `%~` is no percent-encoding, so it never meets a whole name.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::model::{DocumentId, Sha256};

const FOLDER: &str = "bundles";
const EXTENSION: &str = "json";
/// Most file systems allow 255 bytes a part; an extension and the writer's own names need a little.
const LONGEST_PART: usize = 200;
/// Linux allows 4,096 bytes a path, the archive's own included.
const LONGEST_PATH: usize = 2_500;

/// The bundle's path relative to the archive: injective (the cut ones up to SHA-256), on file systems that tell upper from lower case.
pub fn bundle_path(document: &DocumentId) -> PathBuf {
    document_path(FOLDER, EXTENSION, document, false)
}

/// The path of a document's file below a folder; a `twin` is a document whose name another one shares but for its case ([`BundleNames::is_twin`]).
pub fn document_path(folder: &str, extension: &str, document: &DocumentId, twin: bool) -> PathBuf {
    path(folder, extension, document.as_str(), twin)
}

fn path(folder: &str, extension: &str, document: &str, fold: bool) -> PathBuf {
    let parts: Vec<&str> = document.split('/').collect();
    let last = parts.len() - 1;
    let dotted = format!(".{extension}");
    let mut name = String::from(folder);
    for (at, part) in parts.iter().enumerate() {
        name.push('/');
        name.push_str(&encode(part, at == last, &dotted));
    }
    if fold {
        name.push_str("%~");
        name.push_str(&Sha256::of(document.as_bytes()).to_string()[..32]);
    }
    name.push_str(&dotted);
    if name.len() > LONGEST_PATH {
        name = format!("{folder}/%~/{}{dotted}", Sha256::of(document.as_bytes()));
    }
    PathBuf::from(name)
}

/// Gives out paths that stay apart even where upper and lower case are one (Windows, macOS, memory sticks): of names that differ in
/// case alone, all but the first get a digest at the end. Ask in the order of the documents' names, so that the answer is always the same.
#[derive(Debug, Default)]
pub struct BundleNames {
    /// 64 bits a document: a chance collision merely lengthens one name more than needed.
    taken: BTreeSet<u64>,
}

impl BundleNames {
    /// Starts with no name given out: bundles.
    pub fn new() -> Self {
        Self::default()
    }

    /// The path for the next document's bundle.
    pub fn path(&mut self, document: &DocumentId) -> PathBuf {
        let twin = self.is_twin(document);
        document_path(FOLDER, EXTENSION, document, twin)
    }

    /// Whether a document before this one has its name but for the case.
    pub fn is_twin(&mut self, document: &DocumentId) -> bool {
        let folded = Sha256::of(document.as_str().to_lowercase().as_bytes());
        let key = folded.as_bytes().iter().take(8).fold(0, |key, byte| key << 8 | u64::from(*byte));
        !self.taken.insert(key)
    }
}

/// One part of a path. The last one gets its extension (`dotted`) from its caller, so that its end needs no care.
fn encode(part: &str, last: bool, dotted: &str) -> String {
    let mut out = String::with_capacity(part.len());
    if part.is_empty() {
        return "%".to_owned();
    }
    let dots_only = part.chars().all(|c| c == '.');
    let folder_like_file = !last && part.to_ascii_lowercase().ends_with(dotted);
    let file_dot = part.len().saturating_sub(dotted.len());
    for (at, c) in part.char_indices() {
        let ends = !last && at + c.len_utf8() == part.len() && matches!(c, '.' | ' ');
        let leads = at == 0 && (c == ' ' || c == '~' || is_reserved(part));
        let like_file = folder_like_file && at == file_dot;
        if must_encode(c) || dots_only || ends || leads || like_file {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                out.push_str(&format!("%{byte:02X}"));
            }
        } else {
            out.push(c);
        }
    }
    if out.len() > LONGEST_PART {
        let digest = Sha256::of(part.as_bytes()).to_string();
        let mut cut = LONGEST_PART - 40;
        while !out.is_char_boundary(cut) {
            cut -= 1;
        }
        out.truncate(cut);
        out.push_str("%~");
        out.push_str(&digest[..32]);
    }
    out
}

fn must_encode(c: char) -> bool {
    c.is_control()
        || matches!(c, '%' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}')
}

/// Names of devices on Windows, with or without an extension.
fn is_reserved(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_ascii_uppercase();
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")) && stem.ends_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::Component;

    fn of(name: &str) -> String {
        bundle_path(&DocumentId::from_stored(name)).to_str().unwrap().to_owned()
    }

    #[test]
    fn plain_names_stay_readable_and_hostile_ones_are_encoded() {
        let table = [
            ("Box 014 A-F/chart-0201/Scan 003.jpg", "bundles/Box 014 A-F/chart-0201/Scan 003.jpg.json"),
            ("batches/packet.pdf#2", "bundles/batches/packet.pdf#2.json"),
            ("Müller/Ärztin.tif", "bundles/Müller/Ärztin.tif.json"),
            ("../../etc/passwd", "bundles/%2E%2E/%2E%2E/etc/passwd.json"),
            ("/abs", "bundles/%/abs.json"),
            ("a//b", "bundles/a/%/b.json"),
            (".", "bundles/%2E.json"),
            ("", "bundles/%.json"),
            ("a\nb\u{202e}gpj", "bundles/a%0Ab%E2%80%AEgpj.json"),
            ("50%.png", "bundles/50%25.png.json"),
            ("C:\\x", "bundles/C%3A%5Cx.json"),
            ("con.png", "bundles/%63on.png.json"),
            ("end. /x", "bundles/end.%20/x.json"),
            ("a.png.json/x.png", "bundles/a.png%2Ejson/x.png.json"),
        ];
        for (name, expected) in table {
            assert_eq!(of(name), expected);
        }
    }

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let (a, b) = (of(&format!("{}1.png", "é".repeat(150))), of(&format!("{}2.png", "é".repeat(150))));
        assert_ne!(a, b);
        assert!(a.split('/').all(|part| part.len() <= 255));
        let deep = of(&"folder/".repeat(2_000));
        assert!(deep.len() < 200, "{deep}");
    }

    #[test]
    fn names_that_differ_in_case_alone_stay_apart() {
        let mut names = BundleNames::new();
        let given = ["A.PNG", "A.png", "a.png", "b.png"].map(|n| names.path(&DocumentId::from_stored(n)));
        let folded: BTreeSet<_> = given.iter().map(|path| path.to_str().unwrap().to_lowercase()).collect();
        assert_eq!(folded.len(), 4, "{given:?}");
        assert_eq!([&given[0], &given[3]], [&PathBuf::from("bundles/A.PNG.json"), &PathBuf::from("bundles/b.png.json")]);
    }

    proptest! {
        #[test]
        fn paths_stay_below_bundles_and_never_meet(a in "\\PC{0,40}|[./%~a#]{0,12}", b in "\\PC{0,40}|[./%~a#]{0,12}") {
            let path = bundle_path(&DocumentId::from_stored(a.as_str()));
            prop_assert!(path.starts_with(FOLDER));
            prop_assert!(path.components().all(|c| matches!(c, Component::Normal(_))));
            prop_assert!(path.components().count() >= 2);
            if a != b {
                prop_assert_ne!(path, bundle_path(&DocumentId::from_stored(b.as_str())));
            }
        }
    }
}
