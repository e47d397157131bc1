//! One archive of samples/scans for all test files: reading it once for each would cost most of their time.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// The archive of a run over samples/scans by this very program, made by whichever test comes first. Never to be written to: see [`copy`].
pub fn archive() -> PathBuf {
    let program = fs::metadata(env!("CARGO_BIN_EXE_chartlift")).expect("the program");
    let built = program.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).expect("a time of change").as_nanos();
    let shelf = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("samples");
    let archive = shelf.join(format!("{built}-{}", program.len()));
    fs::create_dir_all(&shelf).unwrap_or_else(|error| panic!("{}: {error}", shelf.display()));
    let lock = fs::File::create(shelf.join("lock")).expect("a lock");
    lock.lock().expect("the lock");
    if !archive.is_dir() {
        for old in fs::read_dir(&shelf).expect("the shelf").flatten().filter(|old| old.path().is_dir()) {
            fs::remove_dir_all(old.path()).expect("archives of earlier builds go");
        }
        let fresh = shelf.join("unfinished");
        let output = super::run(&super::root().join("samples/scans"), &fresh);
        // One of the samples is torn.
        assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
        fs::rename(&fresh, &archive).expect("renamed when it is whole");
    }
    archive
}

/// A copy of it in a folder, for a test that changes it.
pub fn copy(folder: &Path) -> PathBuf {
    let archive = archive();
    super::copy_into(&archive, folder);
    folder.join(archive.file_name().expect("a name"))
}
