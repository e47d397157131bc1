//! The archive folder: whether it may be used, who holds it, and whether ledger and folder belong together.
//!
//! Order of making one: folder, lock, ledger, `archive.json`. The last is the mark of a whole archive: where it stands and the ledger
//! does not (a wrong mount, a half restored backup), the archive is refused, never begun anew over the old one.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::error::{ledger_exit, ledger_hint};
use crate::export::{ArchiveWriter, ExportError};
use crate::ledger::{FILE_NAME as LEDGER, Ledger, LedgerError};
use crate::model::Sha256;
use crate::report::Exit;

const IDENTITY: &str = "archive.json";
pub(super) const LOCK: &str = ".lock";
/// Held by who writes what is derived from the ledger: a run at its end, and the reviewers' station after answers.
const OUTPUTS_LOCK: &str = ".outputs";
/// The form of the archive folder.
const FORMAT: u32 = 1;

/// Why an archive folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Another process writes to it.
    #[error("the archive {path} is in use{holder}", path = path.display())]
    Locked {
        /// The archive.
        path: PathBuf,
        /// Who, as far as known.
        holder: Holder,
    },
    /// There is no archive.
    #[error("there is no archive in {path}", path = path.display())]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// Something else is in the folder.
    #[error("{path} is not empty and not an archive of chartlift", path = path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
    },
    /// Archive and input lie in one another.
    #[error("the archive {archive} and the input {input} lie in one another", archive = archive.display(), input = input.display())]
    Overlap {
        /// The archive.
        archive: PathBuf,
        /// The input.
        input: PathBuf,
    },
    /// The ledger is not there, or belongs to another archive.
    #[error("the archive {path} is damaged: {found}", path = path.display())]
    Damaged {
        /// The archive.
        path: PathBuf,
        /// What was found.
        found: &'static str,
    },
    /// A newer program made it.
    #[error("the archive {path} was made by a newer chartlift (format {found}; this one knows {FORMAT})", path = path.display())]
    Newer {
        /// The archive.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// It cannot be written.
    #[error("cannot write to the archive {path}", path = path.display())]
    NotWritable {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// It cannot be written.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl ArchiveError {
    /// How the process ends.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Locked { .. } => Exit::Locked,
            Self::Missing { .. } => Exit::NoArchive,
            Self::Foreign { .. } | Self::Overlap { .. } => Exit::Usage,
            Self::Damaged { .. } | Self::Newer { .. } => Exit::Damaged,
            Self::NotWritable { .. } | Self::Export(_) => Exit::NotWritable,
            Self::Ledger(error) => ledger_exit(error),
        }
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Locked { .. } => "wait until it has ended, or stop it; `chartlift status` may look at any time",
            Self::Missing { .. } => "make one with `chartlift run INPUT --out ARCHIVE`",
            Self::Foreign { .. } => "give --out a new or empty folder",
            Self::Overlap { .. } => "put the archive elsewhere: nothing is ever written into the input folder",
            Self::Damaged { .. } => "is the right disk mounted? If it is, restore the archive from a backup, or start a new one elsewhere",
            Self::Newer { .. } => "install the newer chartlift",
            Self::NotWritable { .. } | Self::Export(_) => "see to the folder's permissions and free space",
            Self::Ledger(error) => return ledger_hint(error),
        };
        Some(hint.into())
    }
}

/// Who holds a lock: what the lock file says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process.
    pub pid: Option<u32>,
    /// Its machine.
    pub host: Option<String>,
    /// When it took the lock, seconds since 1970-01-01 UTC.
    pub started: Option<u64>,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.pid, &self.host) {
            (Some(pid), Some(host)) => write!(f, " by process {pid} on {host}"),
            (Some(pid), None) => write!(f, " by process {pid}"),
            _ => f.write_str(" by another process"),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Identity {
    format: u32,
    id: String,
}

/// An archive that this process alone may write. The lock ends with the process, however it ends.
pub struct Archive {
    /// Its ledger.
    pub ledger: Ledger,
    /// Its files.
    pub writer: ArchiveWriter,
    _lock: Lock,
}

impl Archive {
    /// Opens the archive in `folder`, or makes one; `input` is the folder or file that is going to be read.
    pub fn open_or_create(folder: &Path, input: &Path) -> Result<Self, ArchiveError> {
        refuse_overlap(folder, input)?;
        if std::fs::symlink_metadata(folder).is_ok_and(|found| !found.is_dir() && !folder.is_dir()) {
            return Err(ArchiveError::Foreign { path: folder.to_owned() });
        }
        if !looks_like_archive(folder) && !is_empty(folder)? {
            return Err(ArchiveError::Foreign { path: folder.to_owned() });
        }
        let not_writable = |source| ArchiveError::NotWritable { path: folder.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(not_writable)?;
        let lock = lock(folder)?;
        let writer = ArchiveWriter::open(folder)?;
        sweep(&writer)?;
        probe(&writer)?;
        let ledger = match read_identity(folder)? {
            Some(identity) => open_known(folder, &identity)?,
            None => {
                let path = folder.join(LEDGER);
                let ledger = Ledger::create(&path, &new_id(folder)?)?;
                let Some(id) = ledger.archive_id()? else {
                    return Err(ArchiveError::Damaged { path: folder.to_owned(), found: "the ledger has no id" });
                };
                let identity = serde_json::json!({ "format": FORMAT, "id": id });
                writer.write(Path::new(IDENTITY), format!("{identity}\n").as_bytes())?;
                ledger
            }
        };
        Ok(Self { ledger, writer, _lock: lock })
    }

    /// Opens an existing archive to change what has been decided in it.
    pub fn open(folder: &Path) -> Result<Self, ArchiveError> {
        let Some(identity) = read_identity(folder)? else { return Err(ArchiveError::Missing { path: folder.to_owned() }) };
        let lock = lock(folder)?;
        let writer = ArchiveWriter::open(folder)?;
        sweep(&writer)?;
        probe(&writer)?;
        let ledger = open_known(folder, &identity)?;
        Ok(Self { ledger, writer, _lock: lock })
    }

    /// Opens an existing archive beside whoever holds it: for decisions, which are transactions of the ledger, and for outputs under their own lock.
    /// A run may go on meanwhile.
    pub fn beside(folder: &Path) -> Result<(Ledger, ArchiveWriter), ArchiveError> {
        let Some(identity) = read_identity(folder)? else { return Err(ArchiveError::Missing { path: folder.to_owned() }) };
        let writer = ArchiveWriter::open(folder)?;
        Ok((open_known(folder, &identity)?, writer))
    }

    /// Opens the ledger of an existing archive to look at it, and says which process is writing to it now.
    pub fn look(folder: &Path) -> Result<(Ledger, Option<u32>), ArchiveError> {
        let Some(identity) = read_identity(folder)? else { return Err(ArchiveError::Missing { path: folder.to_owned() }) };
        let path = folder.join(LEDGER);
        if !path.is_file() {
            return Err(ArchiveError::Damaged { path: folder.to_owned(), found: "its ledger is not there" });
        }
        let ledger = Ledger::read_only(&path)?;
        check_id(folder, &ledger, &identity)?;
        let writer = File::open(folder.join(LOCK)).ok().and_then(|file| match flock(&file, FlockOperation::NonBlockingLockShared) {
            Err(_) => holder(&file).pid,
            Ok(()) => None,
        });
        Ok((ledger, writer))
    }
}

fn looks_like_archive(folder: &Path) -> bool {
    folder.join(IDENTITY).exists() || folder.join(LEDGER).exists() || folder.join(LOCK).exists()
}

fn is_empty(folder: &Path) -> Result<bool, ArchiveError> {
    match std::fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(source) => Err(ArchiveError::NotWritable { path: folder.to_owned(), source }),
    }
}

/// Nothing is written into the input folder, and the archive's own files are no scans.
fn refuse_overlap(folder: &Path, input: &Path) -> Result<(), ArchiveError> {
    if lie_in_one_another(folder, input) {
        let input = input.canonicalize().unwrap_or_else(|_| input.to_owned());
        return Err(ArchiveError::Overlap { archive: folder.to_owned(), input });
    }
    Ok(())
}

/// Whether one of two folders lies in the other; the first may not be there yet. What is wrong with the second is for others to say.
pub(super) fn lie_in_one_another(folder: &Path, other: &Path) -> bool {
    let Ok(other) = other.canonicalize() else { return false };
    // The nearest folder that is there tells where it would lie.
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let real = absolute
        .ancestors()
        .find_map(|above| above.canonicalize().ok().map(|real| real.join(absolute.strip_prefix(above).unwrap_or(Path::new("")))))
        .unwrap_or(absolute.clone());
    real.starts_with(&other) || other.starts_with(&real)
}

/// Holds a folder for this process, until it is dropped or the process ends.
pub(super) type Lock = File;

/// Waits for the right to write outputs. Whoever has it reads the ledger anew, so that what is written last is what the ledger said last.
pub(super) fn lock_outputs(folder: &Path) -> Result<Lock, ArchiveError> {
    let path = folder.join(OUTPUTS_LOCK);
    let not_writable = |source| ArchiveError::NotWritable { path: path.clone(), source };
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path).map_err(not_writable)?;
    loop {
        match flock(&file, FlockOperation::LockExclusive) {
            Ok(()) => return Ok(file),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(not_writable(error.into())),
        }
    }
}

/// Removes what an interrupted process left; not while another one writes outputs.
fn sweep(writer: &ArchiveWriter) -> Result<(), ArchiveError> {
    let _outputs = lock_outputs(writer.root())?;
    Ok(writer.sweep()?)
}

pub(super) fn lock(folder: &Path) -> Result<Lock, ArchiveError> {
    let path = folder.join(LOCK);
    let not_writable = |source| ArchiveError::NotWritable { path: path.clone(), source };
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path).map_err(not_writable)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(rustix::io::Errno::WOULDBLOCK) => return Err(ArchiveError::Locked { path: folder.to_owned(), holder: holder(&file) }),
        Err(error) => return Err(not_writable(error.into())),
    }
    let me = Holder {
        pid: Some(std::process::id()),
        host: std::fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_owned()),
        started: std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok().map(|d| d.as_secs()),
    };
    let text = serde_json::to_vec(&me).unwrap_or_default();
    file.set_len(0).and_then(|()| file.write_all(&text)).map_err(not_writable)?;
    Ok(file)
}

fn holder(file: &File) -> Holder {
    let mut text = String::new();
    let _ = file.take(4096).read_to_string(&mut text);
    serde_json::from_str(&text).unwrap_or_default()
}

/// Finds a full or read-only disk before any page is read.
fn probe(writer: &ArchiveWriter) -> Result<(), ArchiveError> {
    let path = writer.work_dir().join("probe");
    let not_writable = |source| ArchiveError::NotWritable { path: path.clone(), source };
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path).map_err(not_writable)?;
    file.write_all(&[0; 4096]).and_then(|()| file.sync_all()).map_err(not_writable)?;
    std::fs::remove_file(&path).map_err(not_writable)
}

fn read_identity(folder: &Path) -> Result<Option<Identity>, ArchiveError> {
    let damaged = |found| ArchiveError::Damaged { path: folder.to_owned(), found };
    let text = match std::fs::read_to_string(folder.join(IDENTITY)) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(_) => return Err(damaged("archive.json cannot be read")),
    };
    let identity: Identity = serde_json::from_str(&text).map_err(|_| damaged("archive.json is not what chartlift writes"))?;
    if identity.format > FORMAT {
        return Err(ArchiveError::Newer { path: folder.to_owned(), found: identity.format });
    }
    Ok(Some(identity))
}

fn open_known(folder: &Path, identity: &Identity) -> Result<Ledger, ArchiveError> {
    let path = folder.join(LEDGER);
    if !path.is_file() {
        return Err(ArchiveError::Damaged { path: folder.to_owned(), found: "its ledger is not there" });
    }
    let ledger = Ledger::open(&path)?;
    check_id(folder, &ledger, identity)?;
    Ok(ledger)
}

fn check_id(folder: &Path, ledger: &Ledger, identity: &Identity) -> Result<(), ArchiveError> {
    if ledger.archive_id()?.as_deref() == Some(&identity.id) {
        return Ok(());
    }
    Err(ArchiveError::Damaged { path: folder.to_owned(), found: "its ledger belongs to another archive" })
}

/// 256 random bits from the system.
pub(super) fn random() -> std::io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes)).map(|()| bytes)
}

/// 128 random bits.
fn new_id(folder: &Path) -> Result<String, ArchiveError> {
    let bytes = random().map_err(|source| ArchiveError::NotWritable { path: folder.to_owned(), source })?;
    Ok(Sha256::of(&bytes).to_string()[..32].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let (input, out) = (folder.path().join("in"), folder.path().join("out"));
        std::fs::create_dir(&input).unwrap();
        (folder, input, out)
    }

    #[test]
    fn made_once_opened_again_and_held_by_one() {
        let (_keep, input, out) = setup();
        let archive = Archive::open_or_create(&out, &input).unwrap();
        let Err(ArchiveError::Locked { holder, .. }) = Archive::open_or_create(&out, &input) else { panic!("the lock does not hold") };
        assert_eq!(holder.pid, Some(std::process::id()));
        assert_eq!(Archive::look(&out).unwrap().1, Some(std::process::id()));
        let id = archive.ledger.archive_id().unwrap();
        drop(archive);
        // A test beside this one may be starting a process, which holds every descriptor for the moment between fork and exec.
        let freed = (0..100).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            Archive::look(&out).unwrap().1.is_none()
        });
        assert!(freed);
        assert_eq!(Archive::open_or_create(&out, &input).unwrap().ledger.archive_id().unwrap(), id);
    }

    #[test]
    fn a_ledger_that_is_gone_or_another_is_never_begun_anew() {
        let (keep, input, out) = setup();
        let other = keep.path().join("other");
        drop(Archive::open_or_create(&out, &input).unwrap());
        drop(Archive::open_or_create(&other, &input).unwrap());
        std::fs::copy(other.join(LEDGER), out.join(LEDGER)).unwrap();
        assert_eq!(Archive::open_or_create(&out, &input).err().unwrap().exit(), Exit::Damaged);
        std::fs::remove_file(out.join(LEDGER)).unwrap();
        assert_eq!(Archive::open_or_create(&out, &input).err().unwrap().exit(), Exit::Damaged);
        assert!(!out.join(LEDGER).exists());
        assert_eq!(Archive::look(&out).err().unwrap().exit(), Exit::Damaged);
        assert_eq!(Archive::look(&input).err().unwrap().exit(), Exit::NoArchive);
    }

    #[test]
    fn a_making_that_was_cut_short_is_completed() {
        let (_keep, input, out) = setup();
        std::fs::create_dir(&out).unwrap();
        std::fs::write(out.join(LOCK), "").unwrap();
        drop(Archive::open_or_create(&out, &input).unwrap());
        std::fs::remove_file(out.join(IDENTITY)).unwrap();
        drop(Archive::open_or_create(&out, &input).unwrap());
        assert!(out.join(IDENTITY).exists());
    }

    #[test]
    fn folders_that_do_not_fit_are_refused_before_anything_is_made() {
        let (_keep, input, out) = setup();
        for place in [input.clone(), input.join("archive/deep"), input.join("..").join("in").join("x")] {
            assert!(matches!(Archive::open_or_create(&place, &input), Err(ArchiveError::Overlap { .. })), "{}", place.display());
        }
        assert_eq!(std::fs::read_dir(&input).unwrap().count(), 0);
        std::fs::create_dir(&out).unwrap();
        std::fs::write(out.join("holiday.jpg"), "x").unwrap();
        assert!(matches!(Archive::open_or_create(&out, &input), Err(ArchiveError::Foreign { .. })));
        assert!(matches!(Archive::open_or_create(&out.join("holiday.jpg"), &input), Err(ArchiveError::Foreign { .. })));
        assert_eq!(std::fs::read_dir(&out).unwrap().count(), 1);
    }
}
