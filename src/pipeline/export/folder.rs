//! The folder of an export: who may write into it, what was written, its manifest and the list of what was left out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::ExportRequest;
use crate::export::{ArchiveWriter, ExportError, Fingerprint, Spool, Written};
use crate::model::{DocumentId, Field, Sha256};
use crate::pipeline::RunError;
use crate::pipeline::archive::{LOCK, Lock, lie_in_one_another, lock};

/// Whose export it is: written first, never changed.
const MARK: &str = "export.json";
/// What the export came to: written last.
const MANIFEST: &str = "manifest.json";
const LEFT_OUT: &str = "left_out.csv";

/// An open folder.
pub(in crate::pipeline) struct Folder {
    writer: ArchiveWriter,
    /// In the order in which a receiver should load them.
    files: Vec<(PathBuf, Fingerprint)>,
    changed: u64,
    left_out: csv::Writer<Spool>,
    _lock: Lock,
}

impl Folder {
    /// Opens the folder, or makes it.
    pub fn open(request: &ExportRequest<'_>, archive_id: &str, inputs: [Option<&Path>; 2]) -> Result<Self, RunError> {
        let path = request.folder;
        let refuse = |what: String| RunError::Folder { path: path.to_owned(), what };
        for other in inputs.into_iter().flatten().chain([request.archive]) {
            if lie_in_one_another(path, other) {
                return Err(refuse(format!("it and {} lie in one another", other.display())));
            }
        }
        let mark = mark(request, archive_id);
        match std::fs::read(path.join(MARK)) {
            Ok(found) if found == mark => {}
            Ok(_) => return Err(refuse("it holds the export of another archive, in another form, or of other documents".to_owned())),
            Err(_) if is_fresh(path) => {}
            Err(_) => return Err(refuse("it is not empty and no export of chartlift".to_owned())),
        }
        let writer = ArchiveWriter::open(path)?;
        let lock = lock(path).map_err(|error| RunError::folder_busy(path, error))?;
        writer.sweep()?;
        writer.write(Path::new(MARK), &mark)?;
        let mut left_out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(writer.spool()?);
        left_out.write_record(["document", "field", "item", "what", "why"]).map_err(unwritten)?;
        Ok(Self { writer, files: Vec::new(), changed: 0, left_out, _lock: lock })
    }

    /// Writes a file.
    pub fn write(&mut self, path: &Path, bytes: &[u8]) -> Result<(), RunError> {
        let written = self.writer.write(path, bytes)?;
        self.list(path, written, Fingerprint::of(bytes));
        Ok(())
    }

    /// Begins a file that does not stand in memory.
    pub fn spool(&self) -> Result<Spool, RunError> {
        Ok(self.writer.spool()?)
    }

    /// Puts such a file in its place.
    pub fn adopt(&mut self, path: &Path, spool: Spool) -> Result<(), RunError> {
        let (written, fingerprint) = self.writer.adopt(path, spool)?;
        self.list(path, written, fingerprint);
        Ok(())
    }

    fn list(&mut self, path: &Path, written: Written, fingerprint: Fingerprint) {
        self.changed += u64::from(written != Written::Same);
        self.files.push((path.to_owned(), fingerprint));
    }

    /// Lists what did not go out: a document, its scan, or one of its values.
    pub fn left_out(&mut self, document: &DocumentId, value: Option<(Field, Option<u32>)>, what: &str, why: &str) -> Result<(), RunError> {
        let (field, item) = value.map_or(("", None), |(field, item)| (field.as_str(), item));
        let item = item.map_or_else(String::new, |item| item.to_string());
        Ok(self.left_out.write_record([document.as_str(), field, &item, what, why]).map_err(unwritten)?)
    }

    /// Removes what is no longer part of the export, writes list and manifest. Gives how many files there are, their bytes, and how many of them changed.
    pub fn close(
        mut self,
        request: &ExportRequest<'_>,
        archive_id: &str,
        areas: &[(&str, &str)],
        told: Map<String, Value>,
    ) -> Result<(u64, u64, u64), RunError> {
        let keep: BTreeSet<PathBuf> = self.files.iter().map(|(path, _)| path.clone()).collect();
        for (area, extension) in areas {
            self.changed += self.writer.prune(Path::new(area), extension, &keep)? as u64;
        }
        let list = std::mem::replace(&mut self.left_out, csv::Writer::from_writer(self.writer.spool()?));
        let list = list.into_inner().map_err(|e| ExportError::Render { what: LEFT_OUT, source: e.into_error() })?;
        self.adopt(Path::new(LEFT_OUT), list)?;
        let file = |(path, Fingerprint { sha256, size }): &(PathBuf, Fingerprint)| json!({"path": path.to_string_lossy(), "sha256": sha256.to_string(), "size": size});
        let mut manifest = super::manifest(request, archive_id);
        manifest.extend(told);
        manifest.insert("files".to_owned(), self.files.iter().map(file).collect());
        let mut text = serde_json::to_vec_pretty(&manifest).unwrap_or_default();
        text.push(b'\n');
        self.writer.write(Path::new(MANIFEST), &text)?;
        Ok((self.files.len() as u64, self.files.iter().map(|(_, of)| of.size).sum(), self.changed))
    }
}

/// Whether nothing is there, or only what a process leaves that died while it made the folder.
fn is_fresh(folder: &Path) -> bool {
    match std::fs::read_dir(folder) {
        Ok(entries) => entries.flatten().all(|entry| entry.file_name() == LOCK || entry.file_name() == ArchiveWriter::WORK),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

/// Whose export, in which form, of which documents.
fn mark(request: &ExportRequest<'_>, archive_id: &str) -> Vec<u8> {
    let mut chosen: Vec<&[u8]> = request.documents.iter().map(|id| id.as_str().as_bytes()).collect();
    chosen.sort_unstable();
    chosen.dedup();
    let of = if chosen.is_empty() { "all".to_owned() } else { Sha256::of_parts(&chosen).to_string() };
    let mark = json!({"archive": archive_id, "format": request.format.as_str(), "documents": of});
    format!("{mark}\n").into_bytes()
}

fn unwritten(error: csv::Error) -> ExportError {
    let source = match error.into_kind() {
        csv::ErrorKind::Io(source) => source,
        other => std::io::Error::other(format!("{other:?}")),
    };
    ExportError::Render { what: LEFT_OUT, source }
}
