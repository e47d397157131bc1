//! Why a run cannot go on, how the process then ends, and what a person can do.

use std::path::PathBuf;

use super::archive::{ArchiveError, Holder};
use crate::calibration::TruthError;
use crate::confidence::ConfidenceError;
use crate::export::ExportError;
use crate::extract::VocabularyError;
use crate::intake::IntakeError;
use crate::ledger::LedgerError;
use crate::model::{DocumentId, Field, SourceFailure, SourcePath};
use crate::ocr::OcrError;
use crate::push::PushError;
use crate::report::Exit;

/// An error that ends a run. What concerns one file or page is an outcome, not an error.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The archive folder.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The input folder.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// Output files.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The site's word lists.
    #[error(transparent)]
    Vocabulary(#[from] VocabularyError),
    /// The site's confidence model.
    #[error(transparent)]
    Confidence(#[from] ConfidenceError),
    /// The truth of some documents.
    #[error(transparent)]
    Truth(#[from] TruthError),
    /// The archive's certificate cannot be relied on.
    #[error("the certificate {path} cannot be relied on: {what}", path = path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// Nothing can be sent.
    #[error(transparent)]
    Push(PushError),
    /// The engine does not start.
    #[error(transparent)]
    Engine(#[from] OcrError),
    /// The sandbox is required and cannot be had.
    #[error("the sandbox for decoding is required and this kernel lacks {missing}")]
    Sandbox {
        /// What the kernel lacks.
        missing: String,
    },
    /// The decoding process does not start.
    #[error(transparent)]
    Decoder(SourceFailure),
    /// Threads cannot be started.
    #[error("cannot start {jobs} reading threads")]
    Threads {
        /// How many were wanted.
        jobs: usize,
        /// The system's reason.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The archive holds no such document.
    #[error("the archive {archive} holds no document {document}", archive = archive.display())]
    NoDocument {
        /// The name that was asked for.
        document: DocumentId,
        /// The archive.
        archive: PathBuf,
    },
    /// The document has no such value.
    #[error("{document} has no value of {field}, or none of that item")]
    NoValue {
        /// The document.
        document: DocumentId,
        /// The field that was asked for.
        field: Field,
    },
    /// Nothing of the archive has a label.
    #[error("nothing is known of any value of the archive {archive}", archive = archive.display())]
    NothingLabelled {
        /// The archive.
        archive: PathBuf,
    },
    /// A page cannot be drawn: its source is not to be had as it was read.
    #[error("no picture of {source_path}: {failure}")]
    Picture {
        /// The source.
        source_path: SourcePath,
        /// Why.
        failure: SourceFailure,
    },
    /// No run has read anything into the archive.
    #[error("no run has read anything into {archive}", archive = archive.display())]
    NothingRead {
        /// The archive.
        archive: PathBuf,
    },
    /// A sheet of answers cannot be read.
    #[error("cannot read the answers in {path}", path = path.display())]
    AnswersUnread {
        /// The sheet.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// Rows of a sheet of answers are wrong.
    #[error("{path}: {faults}", path = path.display(), faults = faults.join("; "))]
    Answers {
        /// The sheet.
        path: PathBuf,
        /// What is wrong, each with its line.
        faults: Vec<String>,
    },
    /// The system gives no random bits.
    #[error("no random bits are to be had for the audit's key")]
    NoRandomness {
        /// The system's reason.
        source: std::io::Error,
    },
    /// An export cannot go into a folder.
    #[error("cannot export into {path}: {what}", path = path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What is in the way.
        what: String,
    },
    /// A form of export cannot be made of any document.
    #[error("the form {form} {what}")]
    Form {
        /// Its name.
        form: &'static str,
        /// What keeps it.
        what: String,
    },
    /// Another process is exporting into the folder.
    #[error("{path} is in use{holder}", path = path.display())]
    FolderBusy {
        /// The folder.
        path: PathBuf,
        /// Who holds it.
        holder: Holder,
    },
    /// The archive was made from another folder.
    #[error("the archive was made from {known}, and nothing that it knows stands in {given}", known = known.display(), given = given.display())]
    OtherInput {
        /// The folder that the archive was made from.
        known: PathBuf,
        /// The folder given now.
        given: PathBuf,
    },
}

impl RunError {
    /// The folder of an export is not to be had for writing.
    pub(super) fn folder_busy(path: &std::path::Path, error: ArchiveError) -> Self {
        match error {
            ArchiveError::Locked { holder, .. } => Self::FolderBusy { path: path.to_owned(), holder },
            error => error.into(),
        }
    }

    /// How the process ends.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Archive(error) => error.exit(),
            Self::Ledger(error) => ledger_exit(error),
            Self::Export(_) => Exit::NotWritable,
            Self::Push(error) => super::push::push_exit(error),
            Self::Certificate { .. } => Exit::Damaged,
            Self::FolderBusy { .. } => Exit::Locked,
            Self::Intake(_)
            | Self::Vocabulary(_)
            | Self::Confidence(_)
            | Self::OtherInput { .. }
            | Self::Folder { .. }
            | Self::Form { .. }
            | Self::Sandbox { .. }
            | Self::NoDocument { .. }
            | Self::NoValue { .. }
            | Self::NothingRead { .. }
            | Self::Answers { .. }
            | Self::AnswersUnread { .. }
            | Self::Truth(_)
            | Self::NothingLabelled { .. }
            | Self::Picture { .. } => Exit::Usage,
            Self::Engine(OcrError::MissingModel { .. } | OcrError::BadSetting { .. }) => Exit::Usage,
            Self::Engine(_) | Self::Decoder(_) | Self::Threads { .. } | Self::NoRandomness { .. } => Exit::Fatal,
        }
    }

    /// What to do next, where that is not said by the message itself.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Archive(error) => error.hint(),
            Self::Ledger(error) => ledger_hint(error),
            Self::Push(error) => error.hint().map(str::to_owned),
            Self::Export(_) => Some("see to permissions and free space, then run again: it goes on where it stopped".into()),
            Self::Vocabulary(_) | Self::Confidence(_) => Some("mend the file, or leave `rules.folder` out to use what is built in".into()),
            Self::Truth(_) => Some("config/README.md describes the form of a truth file".into()),
            Self::Certificate { .. } => {
                Some("put it back from a backup, or make it anew with `chartlift certify`; nothing was decided meanwhile".into())
            }
            Self::Threads { .. } => Some("use a smaller --jobs".into()),
            Self::NoDocument { .. } => Some(
                "the first column of fields.csv has the names; where one file holds several documents, #1, #2 … follow the file's name"
                    .into(),
            ),
            Self::NoValue { .. } => Some("`chartlift show` without --field lists what the document has".into()),
            Self::NothingLabelled { .. } => Some(
                "documents of the truth are called as in the first column of fields.csv; decisions are there once people have reviewed values"
                    .into(),
            ),
            Self::Picture { .. } => {
                Some("put the scans back where the run found them, or run again over where they are now (--moved)".into())
            }
            Self::Folder { .. } => Some("give --out a new or empty folder, one for each archive and form".into()),
            Self::Form { .. } => Some("config/README.md says what each form of export needs".into()),
            Self::FolderBusy { .. } => Some("wait until it has ended, or give --out another folder".into()),
            Self::OtherInput { .. } => Some("give each input folder an archive of its own; if the folder was moved, add --moved".into()),
            Self::Sandbox { .. } => Some(
                "run on a kernel that has it, or take what there is with --sandbox auto, which says in the summary what is missing".into(),
            ),
            Self::NothingRead { .. } => Some("read scans into it first: `chartlift run INPUT --out ARCHIVE`".into()),
            Self::Answers { .. } => Some("nothing was taken; mend these rows of the sheet and import it again".into()),
            Self::AnswersUnread { .. } => Some("name a copy of review/audit.csv with the answers filled in".into()),
            Self::Intake(_) | Self::Engine(_) | Self::Decoder(_) | Self::NoRandomness { .. } => None,
        }
    }
}

pub(super) fn ledger_exit(error: &LedgerError) -> Exit {
    if error.is_damage() {
        Exit::Damaged
    } else if error.is_no_space() {
        Exit::NotWritable
    } else {
        Exit::Fatal
    }
}

pub(super) fn ledger_hint(error: &LedgerError) -> Option<String> {
    let hint = match error {
        LedgerError::Newer { .. } => "install the newer chartlift",
        LedgerError::Older { .. } => "run `chartlift run` on the archive once to bring it up to date",
        LedgerError::OldSqlite { .. } => "build chartlift with its own SQLite, as it does by default",
        error if error.is_damage() => "keep the archive as it is, restore ledger.sqlite from a backup, or start a new archive",
        error if error.is_no_space() => "see to permissions and free space, then run again: it goes on where it stopped",
        _ => return None,
    };
    Some(hint.into())
}
