//! Errors as people see them: what and where in one line, then what to do next.

use std::fmt::Write;

use crate::lexicon::LexiconError;
use crate::pipeline::{ArchiveError, RunError};
use crate::report::Exit;
use crate::settings::SettingsError;

/// An error with its exit code and its hint.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) exit: Exit,
    error: anyhow::Error,
    hint: Option<String>,
}

impl Complaint {
    /// `error: …`, its causes, and `hint: …`, each on a line of its own.
    pub(super) fn render(&self) -> String {
        let mut text = format!("error: {}", self.error);
        let mut said = self.error.to_string();
        for cause in self.error.chain().skip(1) {
            let cause = cause.to_string();
            // Some errors already end in their cause.
            if !said.contains(&cause) {
                let _ = write!(text, ": {cause}");
            }
            said = cause;
        }
        text.push('\n');
        if let Some(hint) = &self.hint {
            let _ = writeln!(text, "hint: {hint}");
        }
        text
    }

    /// Wrong use that no other room tells of.
    pub(super) fn usage(error: String, hint: &str) -> Self {
        Self { exit: Exit::Usage, error: anyhow::Error::msg(error), hint: Some(hint.to_owned()) }
    }

    pub(super) fn new(exit: Exit, error: impl Into<anyhow::Error>, hint: Option<String>) -> Self {
        Self { exit, error: error.into(), hint }
    }
}

impl From<RunError> for Complaint {
    fn from(error: RunError) -> Self {
        let (exit, hint) = (error.exit(), error.hint());
        Self::new(exit, error, hint)
    }
}

impl From<ArchiveError> for Complaint {
    fn from(error: ArchiveError) -> Self {
        RunError::from(error).into()
    }
}

impl From<SettingsError> for Complaint {
    fn from(error: SettingsError) -> Self {
        Self::new(Exit::Usage, error, Some("`chartlift config show` prints all settings, config/README.md explains them".into()))
    }
}

impl From<LexiconError> for Complaint {
    fn from(error: LexiconError) -> Self {
        let (exit, hint) = match &error {
            LexiconError::Write { .. } => (Exit::Fatal, "see to the folder's permissions and free space".to_owned()),
            LexiconError::NoFolder { .. } => (Exit::Usage, "make the folder first; it is the one that rules.folder names".to_owned()),
            LexiconError::Read { .. } => (Exit::Usage, "see to the file's name and permissions".to_owned()),
            LexiconError::Faults { faults, .. } => {
                let rest: String = faults.iter().skip(1).map(|fault| format!("{fault}\n      ")).collect();
                (Exit::Usage, format!("{rest}config/lexicons/README.md says which columns a dictionary has"))
            }
        };
        Self::new(exit, error, Some(hint))
    }
}

impl From<std::io::Error> for Complaint {
    fn from(error: std::io::Error) -> Self {
        Self::new(Exit::Fatal, error, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::LedgerError;
    use crate::pipeline::Holder;

    #[test]
    fn people_are_told_what_where_and_what_next() {
        let path = || std::path::PathBuf::from("out");
        let denied = || std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let holder = Holder { pid: Some(4711), host: Some("archive".into()), started: Some(0) };
        let complaints: Vec<Complaint> = vec![
            ArchiveError::Locked { path: path(), holder }.into(),
            ArchiveError::Missing { path: path() }.into(),
            ArchiveError::Foreign { path: path() }.into(),
            ArchiveError::Overlap { archive: "scans/out".into(), input: "scans".into() }.into(),
            ArchiveError::Damaged { path: path(), found: "its ledger is not there" }.into(),
            ArchiveError::NotWritable { path: path(), source: denied() }.into(),
            RunError::from(LedgerError::Newer { path: path(), found: 9, known: 1 }).into(),
            RunError::OtherInput { known: "a".into(), given: "b".into() }.into(),
            SettingsError::Parse { path: "site.toml".into(), line: 3, reason: "unknown field `josb`".into() }.into(),
        ];
        let text: String = complaints.iter().map(|c| format!("[{}] {}", c.exit.code(), c.render())).collect();
        insta::assert_snapshot!(text, @r"
        [11] error: the archive out is in use by process 4711 on archive
        hint: wait until it has ended, or stop it; `chartlift status` may look at any time
        [10] error: there is no archive in out
        hint: make one with `chartlift run INPUT --out ARCHIVE`
        [2] error: out is not empty and not an archive of chartlift
        hint: give --out a new or empty folder
        [2] error: the archive scans/out and the input scans lie in one another
        hint: put the archive elsewhere: nothing is ever written into the input folder
        [12] error: the archive out is damaged: its ledger is not there
        hint: is the right disk mounted? If it is, restore the archive from a backup, or start a new one elsewhere
        [13] error: cannot write to the archive out: permission denied
        hint: see to the folder's permissions and free space
        [12] error: the ledger out was written by a newer chartlift (schema 9; this one knows 1)
        hint: install the newer chartlift
        [2] error: the archive was made from a, and nothing that it knows stands in b
        hint: give each input folder an archive of its own; if the folder was moved, add --moved
        [2] error: site.toml, line 3: unknown field `josb`
        hint: `chartlift config show` prints all settings, config/README.md explains them
        ");
    }
}
