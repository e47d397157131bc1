//! Puts a site's dictionary in place, and looks through those that are there.

use std::fs::{DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::rows::Rows;
use super::schema::LexiconName;
use super::source::{FOLDER, LexiconError, Source};

/// Writes rows as a site's dictionary: whole or not at all, for its owner alone, in place of one that was there. The rules folder has to exist, so that a
/// slip of the pen makes no new one.
///
/// # Errors
/// A folder that is not there or cannot be written to.
pub fn place_file(rules: &Path, name: LexiconName, rows: &Rows) -> Result<PathBuf, LexiconError> {
    let folder = rules.join(FOLDER);
    let path = folder.join(format!("{}.tsv", name.as_str()));
    let fail = |at: &Path, source| LexiconError::Write { path: at.to_owned(), source };
    if !rules.is_dir() {
        return Err(LexiconError::NoFolder { path: rules.to_owned() });
    }
    if !folder.is_dir() {
        DirBuilder::new().mode(0o700).create(&folder).map_err(|e| fail(&folder, e))?;
    }
    // `tempfile` makes files for their owner alone, whatever the umask.
    let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(&folder).map_err(|e| fail(&folder, e))?;
    file.write_all(rows.render(name).as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(|e| fail(&path, e))?;
    file.persist(&path).map_err(|e| fail(&path, e.error))?;
    File::open(&folder).and_then(|folder| folder.sync_all()).map_err(|e| fail(&folder, e))?;
    Ok(path)
}

/// Looks through the dictionaries that a site has: of each the number of its rows, or what is wrong.
pub fn check(rules: Option<&Path>) -> Vec<(LexiconName, Result<usize, LexiconError>)> {
    let found = |name| match Source::find(name, rules) {
        Ok(Source::BuiltIn(_)) => None,
        Ok(Source::Site { rows, .. }) => Some((name, Ok(rows))),
        Err(error) => Some((name, Err(error))),
    };
    LexiconName::ALL.into_iter().filter_map(found).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_dictionary_is_put_in_place_for_its_owner_alone_and_found_again() {
        let rules = tempfile::tempdir().unwrap();
        assert!(check(Some(rules.path())).is_empty() && check(None).is_empty());
        for text in ["name\nOne\n", "name\nOne\nTwo\n"] {
            let rows = Rows::read(LexiconName::Drugs, text.as_bytes(), &[]).unwrap();
            let path = place_file(rules.path(), LexiconName::Drugs, &rows).unwrap();
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(std::fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
            let found = check(Some(rules.path()));
            assert!(matches!(found[..], [(LexiconName::Drugs, Ok(n))] if n == rows.rows.len()), "{found:?}");
            assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
        }
        let rows = Rows::default();
        let nowhere = rules.path().join("nowhere");
        assert!(matches!(place_file(&nowhere, LexiconName::Drugs, &rows), Err(LexiconError::NoFolder { .. })));
        assert!(!nowhere.exists());
    }
}
