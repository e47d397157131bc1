//! The walk: every entry below the input becomes a source or is passed over with a reason.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::name::source_path;
use super::open::open_read_only;
use super::{Content, IntakeError, IntakeSettings, Inventory, PassedOver, PassedOverReason, SNIFF_BYTES, Source, sniff};
use crate::model::SourcePath;

/// Lists every file below `input`, which may be a folder or one file, leaving out the paths in `exclude` and all below them.
///
/// A folder or file that cannot be read is recorded and the walk goes on. A single file is named by its file name. The order
/// depends on the names alone.
///
/// # Errors
/// If the input itself is missing, is neither folder nor file, or cannot be listed.
pub fn survey(input: &Path, settings: &IntakeSettings, exclude: &[PathBuf]) -> Result<Inventory, IntakeError> {
    let no_input = |source| IntakeError::NoInput { path: input.to_owned(), source };
    let root = std::fs::metadata(input).map_err(no_input)?;
    let exclude = Exclude::new(exclude);
    let mut inventory = Inventory::default();
    if root.is_file() {
        let name = input.file_name().map_or_else(|| SourcePath::new("input"), |name| source_path(Path::new(name)));
        // Whoever names one file means it, link or not.
        let link = std::fs::symlink_metadata(input).map_err(no_input)?.is_symlink();
        inventory.sources.push(examine(name, input.to_owned(), root.len(), link));
        return Ok(inventory);
    }
    if !root.is_dir() {
        return Err(IntakeError::NotAFolderOrFile { path: input.to_owned() });
    }
    std::fs::read_dir(input).map_err(|source| IntakeError::Unlistable { path: input.to_owned(), source })?;

    let mut walk = WalkDir::new(input).min_depth(1).follow_links(settings.follow_links).into_iter();
    while let Some(entry) = walk.next() {
        match entry {
            Err(error) => {
                let path = error.path().map_or_else(|| input.to_owned(), Path::to_owned);
                let why = if error.loop_ancestor().is_some() {
                    PassedOverReason::LinkLoop
                } else {
                    PassedOverReason::Unreadable(reason(error.io_error()))
                };
                inventory.passed_over.push(PassedOver { path: relative(input, &path), why });
            }
            Ok(entry) => {
                let path = relative(input, entry.path());
                if let Some(why) = passed_over(&entry, settings, &exclude) {
                    if entry.file_type().is_dir() {
                        walk.skip_current_dir();
                    }
                    inventory.passed_over.push(PassedOver { path, why });
                } else if entry.file_type().is_file() {
                    let size = entry.metadata().map_or(0, |m| m.len());
                    inventory.sources.push(examine(path, entry.path().to_owned(), size, entry.path_is_symlink()));
                }
            }
        }
    }
    inventory.sources.sort_by(|a, b| a.path.cmp(&b.path));
    inventory.passed_over.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(inventory)
}

fn relative(input: &Path, path: &Path) -> SourcePath {
    source_path(path.strip_prefix(input).unwrap_or(path))
}

fn passed_over(entry: &DirEntry, settings: &IntakeSettings, exclude: &Exclude) -> Option<PassedOverReason> {
    let kind = entry.file_type();
    if exclude.covers(entry) {
        Some(PassedOverReason::Excluded)
    } else if !settings.include_hidden && entry.file_name().as_encoded_bytes().first() == Some(&b'.') {
        Some(PassedOverReason::Hidden)
    } else if kind.is_symlink() {
        Some(PassedOverReason::Link)
    } else if !kind.is_file() && !kind.is_dir() {
        Some(PassedOverReason::NotAFile)
    } else {
        None
    }
}

/// Paths to leave out, told by device and inode as well, so that another spelling of the same folder is known again.
struct Exclude {
    paths: Vec<PathBuf>,
    inodes: Vec<(u64, u64)>,
}

impl Exclude {
    fn new(paths: &[PathBuf]) -> Self {
        use std::os::unix::fs::MetadataExt;
        let inodes = paths.iter().filter_map(|path| std::fs::metadata(path).ok()).map(|m| (m.dev(), m.ino())).collect();
        Self { paths: paths.to_vec(), inodes }
    }

    fn covers(&self, entry: &DirEntry) -> bool {
        use std::os::unix::fs::MetadataExt;
        if self.paths.iter().any(|path| path == entry.path()) {
            return true;
        }
        !self.inodes.is_empty() && entry.metadata().is_ok_and(|m| self.inodes.contains(&(m.dev(), m.ino())))
    }
}

fn examine(path: SourcePath, file: PathBuf, size: u64, through_link: bool) -> Source {
    let content = match open_read_only(&file, through_link).and_then(head) {
        Err(error) => Content::Unreadable(reason(Some(&error))),
        Ok(head) if head.is_empty() => Content::Empty,
        Ok(head) => sniff(&head).map_or(Content::Unknown, Content::Known),
    };
    Source { path, file, size, content, through_link }
}

fn head(file: File) -> std::io::Result<Vec<u8>> {
    if !file.metadata()?.is_file() {
        return Err(ErrorKind::InvalidInput.into());
    }
    let mut head = Vec::with_capacity(SNIFF_BYTES);
    file.take(SNIFF_BYTES as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// The system's reason without any path: the caller names the path.
fn reason(error: Option<&std::io::Error>) -> String {
    error.map_or_else(|| "unknown reason".to_owned(), |e| e.kind().to_string())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::intake::open_and_digest;
    use crate::model::{FailureKind, FileKind, Sha256};

    fn names(inventory: &Inventory) -> Vec<&str> {
        inventory.sources.iter().map(|s| s.path.as_str()).collect()
    }

    fn passed(inventory: &Inventory) -> Vec<(&str, &str)> {
        inventory.passed_over.iter().map(|p| (p.path.as_str(), p.why.as_str())).collect()
    }

    fn folder() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for folder in ["b", "b/.git", "archive", "a-b"] {
            std::fs::create_dir(at(folder)).unwrap();
        }
        std::fs::write(at("b/two.tif"), b"II*\0\x08\0\0\0").unwrap();
        std::fs::write(at("b/.git/x.png"), b"\x89PNG\r\n\x1a\n").unwrap();
        std::fs::write(at("a-b/list.pdf"), b"only text").unwrap();
        std::fs::write(at("a.jpg"), b"%PDF-1.4").unwrap();
        std::fs::write(at("empty.tif"), b"").unwrap();
        std::fs::write(at("archive/page.png"), b"\x89PNG\r\n\x1a\n").unwrap();
        symlink(at("a.jpg"), at("link.jpg")).unwrap();
        symlink(dir.path(), at("b/up")).unwrap();
        dir
    }

    #[test]
    fn everything_is_a_source_or_has_a_reason() {
        let dir = folder();
        let got = survey(dir.path(), &IntakeSettings::default(), &[dir.path().join("b/../archive")]).unwrap();
        assert_eq!(names(&got), ["a-b/list.pdf", "a.jpg", "b/two.tif", "empty.tif"]);
        let contents: Vec<_> = got.sources.iter().map(|s| s.content.clone()).collect();
        assert_eq!(contents, [Content::Unknown, Content::Known(FileKind::Pdf), Content::Known(FileKind::Tiff), Content::Empty]);
        assert_eq!(passed(&got), [("archive", "excluded"), ("b/.git", "hidden"), ("b/up", "link"), ("link.jpg", "link")]);
    }

    #[test]
    fn links_and_hidden_files_come_in_when_asked() {
        let dir = folder();
        let got = survey(dir.path(), &IntakeSettings { follow_links: true, include_hidden: true }, &[]).unwrap();
        assert_eq!(names(&got), ["a-b/list.pdf", "a.jpg", "archive/page.png", "b/.git/x.png", "b/two.tif", "empty.tif", "link.jpg"]);
        assert_eq!(passed(&got), [("b/up", "link-loop")]);
        assert!(open_and_digest(&got.sources[6]).is_ok());
    }

    #[test]
    fn one_file_is_an_input_too() {
        let dir = folder();
        let got = survey(&dir.path().join("a.jpg"), &IntakeSettings::default(), &[]).unwrap();
        assert_eq!(names(&got), ["a.jpg"]);
        assert!(matches!(survey(&dir.path().join("nothing"), &IntakeSettings::default(), &[]), Err(IntakeError::NoInput { .. })));
    }

    #[test]
    fn digest_is_of_the_bytes_and_a_link_is_refused() {
        let dir = folder();
        let got = survey(dir.path(), &IntakeSettings::default(), &[]).unwrap();
        let source = got.sources.iter().find(|s| s.path.as_str() == "a.jpg").unwrap();
        let (mut file, digest) = open_and_digest(source).unwrap();
        assert_eq!(digest, Sha256::of(b"%PDF-1.4"));
        let mut all = Vec::new();
        file.read_to_end(&mut all).unwrap();
        assert_eq!(all, b"%PDF-1.4", "the file is rewound");

        std::fs::remove_file(&source.file).unwrap();
        symlink(dir.path().join("b/two.tif"), &source.file).unwrap();
        let failure = open_and_digest(source).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Unreadable);
        assert!(failure.detail.contains("symbolic link"), "{}", failure.detail);
        std::fs::remove_file(&source.file).unwrap();
        assert_eq!(open_and_digest(source).unwrap_err().kind, FailureKind::Unreadable);
    }
}
