//! Opening sources: read-only, no link in the way, hashed as they are, unchanged meanwhile.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use sha2::Digest;

use super::Source;
use crate::model::{FailureKind, Sha256, SourceFailure};

/// Opens a file for reading. `O_NOFOLLOW` refuses a link that has taken the file's place, `O_NONBLOCK` keeps a named pipe that
/// has done so from holding up the run.
pub(super) fn open_read_only(file: &Path, follow: bool) -> std::io::Result<File> {
    let mut flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    if !follow {
        flags |= OFlags::NOFOLLOW;
    }
    Ok(File::from(rustix::fs::open(file, flags, Mode::empty())?))
}

/// Opens a source, hashes all its bytes and rewinds it.
///
/// # Errors
/// `Unreadable` if it cannot be opened or read, has become a link (and links are not followed) or is no regular file;
/// `Changed` if its size or its time of change differ before and after.
pub fn open_and_digest(source: &Source) -> Result<(File, Sha256), SourceFailure> {
    let unreadable = |error: std::io::Error| {
        let detail = if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
            "the file has become a symbolic link; put the file itself in its place, or allow links to be followed".to_owned()
        } else {
            format!("the file cannot be read: {error}; check its permissions and the disk, then run again")
        };
        SourceFailure::new(FailureKind::Unreadable, detail)
    };
    let mut file = open_read_only(&source.file, source.through_link).map_err(unreadable)?;
    let before = file.metadata().map_err(unreadable)?;
    if !before.is_file() {
        return Err(SourceFailure::new(FailureKind::Unreadable, "this is no longer a regular file; put the scan back in its place"));
    }
    let (digest, length) = digest(&mut file).map_err(unreadable)?;
    let after = file.metadata().map_err(unreadable)?;
    if stamp(&before) != stamp(&after) || length != after.len() {
        return Err(SourceFailure::new(
            FailureKind::Changed,
            "the file changed while it was being read; run again when nothing writes to it any more",
        ));
    }
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    Ok((file, digest))
}

fn digest(file: &mut File) -> std::io::Result<(Sha256, u64)> {
    let mut hasher = sha2::Sha256::new();
    let mut buffer = vec![0; 128 * 1024];
    let mut length = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok((Sha256::new(hasher.finalize().into()), length)),
            Ok(n) => {
                hasher.update(&buffer[..n]);
                length += n as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn stamp(metadata: &Metadata) -> (u64, i64, i64) {
    (metadata.len(), metadata.mtime(), metadata.mtime_nsec())
}
