//! The one writer of the archive: a file appears whole or not at all.
//!
//! Each file is written to `ARCHIVE/.work`, synced, renamed into its place, and its folder synced, so that a crash or a power cut leaves
//! the old file or the new one. Files are made for their owner alone (0600, folders 0700) whatever the umask. A file whose
//! bytes would not change is not touched, so that backups and watchers see only what is new. Links below the archive are refused
//! rather than followed. Who may write at all is settled by the ledger's lock, not here.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};

use sha2::{Digest as _, Sha256 as Digest};
use tempfile::NamedTempFile;

use super::ExportError;
use crate::model::Sha256;

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// There was no such file.
    New,
    /// The file had other bytes.
    Changed,
    /// The file had these very bytes and was left alone.
    Same,
}

/// A file in the making.
#[derive(Debug)]
pub struct Spool {
    out: BufWriter<NamedTempFile>,
    digest: Digest,
    size: u64,
}

impl Spool {
    /// How many bytes it has.
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.digest.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// By what the bytes of a file are known again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// Their digest.
    pub sha256: Sha256,
    /// How many they are.
    pub size: u64,
}

impl Fingerprint {
    /// Of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self { sha256: Sha256::of(bytes), size: bytes.len() as u64 }
    }
}

/// Creates, replaces and removes files of one archive, or of one folder of an export.
#[derive(Clone, Debug)]
pub struct ArchiveWriter {
    root: PathBuf,
}

impl ArchiveWriter {
    /// The name of the folder for unfinished files.
    pub const WORK: &str = ".work";

    /// Opens an archive folder, making it and its work folder if they are missing.
    pub fn open(archive: &Path) -> Result<Self, ExportError> {
        let writer = Self { root: archive.to_owned() };
        if !archive.is_dir() {
            DirBuilder::new().recursive(true).mode(0o700).create(archive).map_err(|e| ExportError::io("create", archive, e))?;
            if let Some(parent) = archive.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                sync_folder(parent)?;
            }
        }
        writer.make_folder(&writer.work_dir())?;
        Ok(writer)
    }

    /// The archive folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder for unfinished files, on the archive's own disk: patient data never goes to the system's folder for temporary files.
    pub fn work_dir(&self) -> PathBuf {
        self.root.join(Self::WORK)
    }

    /// Removes what an interrupted process left in the work folder. Call it once, under the archive's lock.
    pub fn sweep(&self) -> Result<(), ExportError> {
        let work = self.work_dir();
        for entry in fs::read_dir(&work).map_err(|e| ExportError::io("list", &work, e))? {
            let path = entry.map_err(|e| ExportError::io("list", &work, e))?.path();
            // `symlink_metadata`: a link itself is removed, never what it points to.
            let kind = fs::symlink_metadata(&path).map_err(|e| ExportError::io("look at", &path, e))?;
            let removed = if kind.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.map_err(|e| ExportError::io("remove", &path, e))?;
        }
        Ok(())
    }

    /// Writes `bytes` to `relative`, a path below the archive; missing folders are made.
    pub fn write(&self, relative: &Path, bytes: &[u8]) -> Result<Written, ExportError> {
        let target = self.target(relative)?;
        let before = compare(&target, bytes)?;
        if before == Written::Same {
            return Ok(before);
        }
        let mut file = self.temporary()?;
        file.write_all(bytes).map_err(|e| ExportError::io("write", &target, e))?;
        self.persist(file, &target)?;
        Ok(before)
    }

    /// Writes whatever `render` hands over, for files that should not stand in memory. Nothing changes if `render` fails.
    pub fn write_with(
        &self,
        relative: &Path,
        render: impl FnOnce(&mut dyn Write) -> Result<(), ExportError>,
    ) -> Result<Written, ExportError> {
        let mut spool = self.spool()?;
        render(&mut spool)?;
        self.adopt(relative, spool).map(|(written, _)| written)
    }

    /// Begins a file whose place or end is not known yet: it grows in the work folder until [`Self::adopt`] takes it.
    pub fn spool(&self) -> Result<Spool, ExportError> {
        Ok(Spool { out: BufWriter::with_capacity(1 << 16, self.temporary()?), digest: Digest::new(), size: 0 })
    }

    /// Puts a spooled file in its place.
    pub fn adopt(&self, relative: &Path, spool: Spool) -> Result<(Written, Fingerprint), ExportError> {
        let target = self.target(relative)?;
        let Spool { out, digest, size } = spool;
        let file = out.into_inner().map_err(|e| ExportError::io("write", &target, e.into_error()))?;
        let before = compare_files(&target, file.path())?;
        if before != Written::Same {
            self.persist(file, &target)?;
        }
        Ok((before, Fingerprint { sha256: Sha256::new(digest.finalize().into()), size }))
    }

    /// Removes a file of the archive; `false` if there was none.
    pub fn remove(&self, relative: &Path) -> Result<bool, ExportError> {
        let target = self.target(relative)?;
        match fs::remove_file(&target) {
            Ok(()) => target.parent().map_or(Ok(()), sync_folder).map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(ExportError::io("remove", &target, error)),
        }
    }

    /// Removes files of that extension below `folder` that are not in `keep` (paths relative to the archive), and folders that are then empty:
    /// bundles of documents that are no longer there. Returns how many files went.
    pub fn prune(&self, folder: &Path, extension: &str, keep: &BTreeSet<PathBuf>) -> Result<usize, ExportError> {
        let target = self.target(folder)?;
        if !target.is_dir() {
            return Ok(0);
        }
        let mut removed = 0;
        for entry in walkdir::WalkDir::new(&target).contents_first(true).follow_links(false) {
            let entry = entry.map_err(|e| {
                let path = e.path().unwrap_or(&target).to_owned();
                ExportError::io("list", &path, e.into())
            })?;
            let path = entry.path();
            if entry.file_type().is_dir() {
                // Fails on a folder that is not empty, and that is as it should be.
                if path != target && fs::remove_dir(path).is_ok() {
                    path.parent().map_or(Ok(()), sync_folder)?;
                }
                continue;
            }
            let below = path.strip_prefix(&self.root).unwrap_or(path);
            if path.extension().is_some_and(|ext| ext == extension) && !keep.contains(below) {
                fs::remove_file(path).map_err(|e| ExportError::io("remove", path, e))?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Checks a relative path, makes its folders, and gives the absolute one.
    fn target(&self, relative: &Path) -> Result<PathBuf, ExportError> {
        let refuse = |reason| ExportError::OutsideArchive { path: relative.to_owned(), reason };
        let mut parts = Vec::new();
        for part in relative.components() {
            match part {
                Component::Normal(part) => parts.push(part),
                Component::ParentDir => return Err(refuse("`..` leads out of the archive")),
                Component::RootDir | Component::Prefix(_) => return Err(refuse("the path is not relative to the archive")),
                Component::CurDir => {}
            }
        }
        let Some((name, folders)) = parts.split_last() else { return Err(refuse("the path is empty")) };
        if parts[0] == Self::WORK {
            return Err(refuse("the work folder holds unfinished files only"));
        }
        let mut at = self.root.clone();
        for folder in folders {
            at.push(folder);
            self.make_folder(&at)?;
        }
        at.push(name);
        if fs::symlink_metadata(&at).is_ok_and(|found| found.is_symlink()) {
            return Err(refuse("a link lies in its place; remove it"));
        }
        Ok(at)
    }

    fn make_folder(&self, folder: &Path) -> Result<(), ExportError> {
        match fs::symlink_metadata(folder) {
            Ok(found) if found.is_dir() => return Ok(()),
            Ok(_) => {
                let reason = "something that is not a folder lies in the way; remove it";
                return Err(ExportError::OutsideArchive { path: folder.to_owned(), reason });
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(ExportError::io("look at", folder, e)),
        }
        match DirBuilder::new().mode(0o700).create(folder) {
            Ok(()) => folder.parent().map_or(Ok(()), sync_folder),
            // Another thread was first.
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
            Err(e) => Err(ExportError::io("create", folder, e)),
        }
    }

    fn temporary(&self) -> Result<NamedTempFile, ExportError> {
        let work = self.work_dir();
        let made = tempfile::Builder::new().prefix("part-").permissions(Permissions::from_mode(0o600)).tempfile_in(&work);
        made.map_err(|e| ExportError::io("create a file in", &work, e))
    }

    /// Syncs, renames, syncs: `NamedTempFile::persist` alone promises no durability.
    fn persist(&self, file: NamedTempFile, target: &Path) -> Result<(), ExportError> {
        file.as_file().sync_all().map_err(|e| ExportError::io("sync", target, e))?;
        file.persist(target).map_err(|e| ExportError::io("replace", target, e.error))?;
        target.parent().map_or(Ok(()), sync_folder)
    }
}

fn sync_folder(folder: &Path) -> Result<(), ExportError> {
    File::open(folder).and_then(|f| f.sync_all()).map_err(|e| ExportError::io("sync", folder, e))
}

fn compare(target: &Path, bytes: &[u8]) -> Result<Written, ExportError> {
    let failed = |e| ExportError::io("read", target, e);
    match fs::metadata(target) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Written::New),
        Err(e) => Err(failed(e)),
        Ok(found) if !found.is_file() || found.len() != bytes.len() as u64 => Ok(Written::Changed),
        Ok(_) => Ok(if fs::read(target).map_err(failed)? == bytes { Written::Same } else { Written::Changed }),
    }
}

fn compare_files(target: &Path, fresh: &Path) -> Result<Written, ExportError> {
    let open = |path: &Path| File::open(path).map_err(|e| ExportError::io("read", path, e));
    let (mut old, mut new) = match fs::metadata(target) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Written::New),
        Err(e) => return Err(ExportError::io("read", target, e)),
        Ok(found) if !found.is_file() => return Ok(Written::Changed),
        Ok(_) => (BufReader::new(open(target)?), BufReader::new(open(fresh)?)),
    };
    let (mut a, mut b) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let got = fill(&mut old, &mut a).map_err(|e| ExportError::io("read", target, e))?;
        let want = fill(&mut new, &mut b).map_err(|e| ExportError::io("read", fresh, e))?;
        if a[..got] != b[..want] {
            return Ok(Written::Changed);
        }
        if got == 0 {
            return Ok(Written::Same);
        }
    }
}

/// Reads until the buffer is full or the file ends.
fn fill(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match from.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, symlink};

    fn archive() -> (tempfile::TempDir, ArchiveWriter) {
        let folder = tempfile::tempdir().unwrap();
        let writer = ArchiveWriter::open(&folder.path().join("archive")).unwrap();
        (folder, writer)
    }

    #[test]
    fn files_appear_whole_and_for_their_owner_alone() {
        let (_folder, writer) = archive();
        let path = Path::new("bundles/Box 1/a.json");
        assert_eq!(writer.write(path, b"one").unwrap(), Written::New);
        let target = writer.root().join(path);
        let inode = fs::metadata(&target).unwrap().ino();
        assert_eq!(writer.write(path, b"one").unwrap(), Written::Same);
        assert_eq!(fs::metadata(&target).unwrap().ino(), inode);
        assert_eq!(writer.write(path, b"two").unwrap(), Written::Changed);
        assert_eq!(fs::read(&target).unwrap(), b"two");
        for entry in walkdir::WalkDir::new(writer.root()).into_iter().map(Result::unwrap) {
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, if entry.file_type().is_dir() { 0o700 } else { 0o600 }, "{}", entry.path().display());
        }
        assert_eq!(fs::read_dir(writer.work_dir()).unwrap().count(), 0);
    }

    #[test]
    fn streams_compare_like_bytes() {
        let (_folder, writer) = archive();
        let path = Path::new("fields.csv");
        let long = vec![b'x'; 200_000];
        let mut longer = long.clone();
        longer.push(b'y');
        for (bytes, expected) in [(&long, Written::New), (&long, Written::Same), (&longer, Written::Changed), (&long, Written::Changed)] {
            let written = writer.write_with(path, |out| out.write_all(bytes).map_err(|source| ExportError::Render { what: "x", source }));
            assert_eq!(written.unwrap(), expected);
            assert_eq!(&fs::read(writer.root().join(path)).unwrap(), bytes);
        }
    }

    #[test]
    fn a_failed_renderer_changes_nothing() {
        let (_folder, writer) = archive();
        writer.write(Path::new("fields.csv"), b"old").unwrap();
        let failed = writer.write_with(Path::new("fields.csv"), |out| {
            out.write_all(b"half").ok();
            Err(ExportError::Render { what: "fields.csv", source: io::ErrorKind::StorageFull.into() })
        });
        assert!(failed.unwrap_err().is_disk_full());
        assert_eq!(fs::read(writer.root().join("fields.csv")).unwrap(), b"old");
        assert_eq!(fs::read_dir(writer.work_dir()).unwrap().count(), 0);
    }

    #[test]
    fn paths_that_leave_the_archive_are_refused() {
        let (folder, writer) = archive();
        let outside = folder.path().join("outside");
        fs::create_dir(&outside).unwrap();
        symlink(&outside, writer.root().join("link")).unwrap();
        fs::write(outside.join("file"), b"kept").unwrap();
        symlink(outside.join("file"), writer.root().join("file-link")).unwrap();
        for path in ["../x", "a/../../x", "/etc/x", "", ".", ".work/x", "link/x", "file-link"] {
            let error = writer.write(Path::new(path), b"no").unwrap_err();
            assert!(matches!(error, ExportError::OutsideArchive { .. }), "{path}: {error}");
        }
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
        assert_eq!(fs::read(outside.join("file")).unwrap(), b"kept");
    }

    #[test]
    fn leftovers_are_swept_and_links_among_them_are_not_followed() {
        let (folder, writer) = archive();
        fs::write(folder.path().join("precious"), b"kept").unwrap();
        fs::write(writer.work_dir().join("part-old"), b"x").unwrap();
        fs::create_dir(writer.work_dir().join("tx")).unwrap();
        symlink(folder.path(), writer.work_dir().join("link")).unwrap();
        writer.sweep().unwrap();
        assert_eq!(fs::read_dir(writer.work_dir()).unwrap().count(), 0);
        assert!(folder.path().join("precious").exists());
    }

    #[test]
    fn bundles_of_vanished_documents_are_pruned() {
        let (_folder, writer) = archive();
        for name in ["bundles/a/1.json", "bundles/b/2.json", "bundles/b/notes.txt", "bundles/c/3.json"] {
            writer.write(Path::new(name), b"{}").unwrap();
        }
        let keep = BTreeSet::from([PathBuf::from("bundles/a/1.json")]);
        assert_eq!(writer.prune(Path::new("bundles"), "json", &keep).unwrap(), 2);
        let exists = |name: &str| writer.root().join(name).exists();
        assert!(exists("bundles/a/1.json") && exists("bundles/b/notes.txt") && !exists("bundles/b/2.json") && !exists("bundles/c"));
    }

    #[test]
    fn errors_name_the_path() {
        let (_folder, writer) = archive();
        fs::create_dir(writer.root().join("fields.csv")).unwrap();
        fs::write(writer.root().join("fields.csv/x"), b"").unwrap();
        let error = writer.write(Path::new("fields.csv"), b"x").unwrap_err();
        assert!(error.to_string().contains("fields.csv"), "{error}");
    }
}
