//! The FHIR forms of export.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::door::{Door, Outcome, Paper};
use super::folder::Folder;
use crate::export::fhir::mhd::provide_bundle;
use crate::export::fhir::{self, LeftOut, Limits, Packer, Part, Profile, Rendering, instant, literal, load_order, to_json};
use crate::export::{ExportError, Spool};
use crate::pipeline::RunError;

const BUNDLES: &str = "bundles";
const MHD: &str = "mhd";
const PERSONS: &str = "persons";
const LINES: &str = "ndjson";
const RESOURCES: &str = "resources";

/// How many there are of each type.
type Counts = BTreeMap<String, u64>;

fn count(counts: &mut Counts, more: Counts) {
    more.into_iter().for_each(|(kind, number)| *counts.entry(kind).or_default() += number);
}

/// A transaction Bundle a document; as IHE MHD has it, its scan in a Bundle of its own beside it.
pub(super) struct Bundles {
    limits: Limits,
    resources: Counts,
}

impl Bundles {
    /// Bundles within limits.
    pub fn new(limits: Limits) -> Self {
        Self { limits, resources: Counts::new() }
    }
}

impl Door for Bundles {
    fn document(&mut self, paper: &Paper<'_>, folder: &mut Folder) -> Result<Outcome, RunError> {
        let mhd = paper.context.settings.profile == Profile::Mhd;
        let mut refused = Vec::new();
        if mhd {
            match paper.scan.map(|scan| provide_bundle(paper.record, paper.context, scan)) {
                Some(Ok(bundle)) => folder.write(&paper.path(MHD, "json"), &bundle.json)?,
                Some(Err(why)) => refused.push(why.to_string()),
                // Told of as a scan that is not to be had, or not wanted.
                None => {}
            }
        }
        // The scan leaves once: where it has a Bundle of its own, the clinical one names the source.
        let scan = paper.scan.filter(|_| !mhd || !refused.is_empty());
        let rendering = fhir::render(paper.record, paper.context, scan);
        let left_out = rendering.left_out.clone();
        let path = paper.path(BUNDLES, "json");
        let mut packer = Packer::new(self.limits, rendering.uuid);
        let mut parts = packer.add(rendering);
        parts.extend(packer.finish());
        for (number, part) in (1..).zip(parts) {
            folder.write(&numbered(&path, number), &part.json)?;
            count(&mut self.resources, part.resources);
        }
        Ok(Outcome { refused, left_out })
    }

    fn resources(&self) -> Counts {
        self.resources.clone()
    }

    fn areas(&self) -> &'static [(&'static str, &'static str)] {
        &[(BUNDLES, "json"), (MHD, "json")]
    }
}

/// The path of a part; `%~` stands in no document's own path but before a digest.
fn numbered(path: &Path, number: u32) -> PathBuf {
    match path.file_stem() {
        Some(stem) if number > 1 => path.with_file_name(format!("{}%~{number}.json", stem.to_string_lossy())),
        _ => path.to_owned(),
    }
}

/// A transaction Bundle a person, several where one would be too large.
pub(super) struct Persons {
    limits: Limits,
    current: Option<Packing>,
    resources: Counts,
}

/// The person whose turn it is.
struct Packing {
    /// The Patient's own id: no file name says who it is.
    name: String,
    packer: Packer,
    written: u32,
}

impl Persons {
    /// Bundles within limits.
    pub fn new(limits: Limits) -> Self {
        Self { limits, current: None, resources: Counts::new() }
    }

    fn write(&mut self, name: &str, number: u32, part: Part, folder: &mut Folder) -> Result<(), RunError> {
        folder.write(&numbered(Path::new(&format!("{PERSONS}/{name}.json")), number), &part.json)?;
        count(&mut self.resources, part.resources);
        Ok(())
    }
}

impl Door for Persons {
    fn document(&mut self, paper: &Paper<'_>, folder: &mut Folder) -> Result<Outcome, RunError> {
        let rendering = fhir::render(paper.record, paper.context, paper.scan);
        let left_out = rendering.left_out.clone();
        let mut packing = self.current.take().unwrap_or_else(|| Packing {
            name: rendering.person().to_string(),
            packer: Packer::new(self.limits, rendering.person_bundle()),
            written: 0,
        });
        for part in packing.packer.add(rendering) {
            packing.written += 1;
            self.write(&packing.name, packing.written, part, folder)?;
        }
        self.current = Some(packing);
        Ok(Outcome { left_out, ..Outcome::default() })
    }

    fn person_done(&mut self, folder: &mut Folder) -> Result<Outcome, RunError> {
        if let Some(Packing { name, packer, written }) = self.current.take()
            && let Some(part) = packer.finish()
        {
            self.write(&name, written + 1, part, folder)?;
        }
        Ok(Outcome::default())
    }

    fn resources(&self) -> Counts {
        self.resources.clone()
    }

    fn areas(&self) -> &'static [(&'static str, &'static str)] {
        &[(PERSONS, "json")]
    }
}

/// What several documents share, once.
#[derive(Default)]
struct Once {
    /// Ids of shared resources that went out.
    seen: HashSet<String>,
}

impl Once {
    /// The resources of a document that have to go out still.
    fn of(&mut self, rendering: Rendering) -> (Vec<fhir::Literal>, Vec<LeftOut>) {
        let left_out = rendering.left_out.clone();
        let fresh = literal(rendering).into_iter().filter(|literal| !literal.shared || self.seen.insert(literal.id.clone()));
        (fresh.collect(), left_out)
    }
}

/// Resources as lines, a file a type.
pub(super) struct Lines {
    limits: Limits,
    archive: String,
    once: Once,
    open: BTreeMap<String, (Spool, usize)>,
    /// Finished files of each type, with their lines.
    done: BTreeMap<String, Vec<(PathBuf, usize)>>,
    resources: Counts,
    latest: i64,
}

impl Lines {
    /// Files within limits, of an archive.
    pub fn new(limits: Limits, archive: &str) -> Self {
        Self {
            limits,
            archive: archive.to_owned(),
            once: Once::default(),
            open: BTreeMap::new(),
            done: BTreeMap::new(),
            resources: Counts::new(),
            latest: 0,
        }
    }

    fn close(&mut self, kind: &str, folder: &mut Folder) -> Result<(), RunError> {
        let Some((spool, lines)) = self.open.remove(kind) else { return Ok(()) };
        let done = self.done.entry(kind.to_owned()).or_default();
        let name = if done.is_empty() { format!("{LINES}/{kind}.ndjson") } else { format!("{LINES}/{kind}-{}.ndjson", done.len() + 1) };
        folder.adopt(Path::new(&name), spool)?;
        done.push((name.into(), lines));
        Ok(())
    }
}

impl Door for Lines {
    fn document(&mut self, paper: &Paper<'_>, folder: &mut Folder) -> Result<Outcome, RunError> {
        self.latest = self.latest.max(paper.record.recorded_at);
        let (fresh, left_out) = self.once.of(fhir::render(paper.record, paper.context, paper.scan));
        for fhir::Literal { kind, resource, .. } in fresh {
            let line = to_json(&resource, false);
            let full = |(spool, lines): &(Spool, usize)| {
                *lines > 0 && (*lines >= self.limits.entries || spool.size() + line.len() as u64 > self.limits.bytes)
            };
            if self.open.get(&kind).is_some_and(full) {
                self.close(&kind, folder)?;
            }
            if !self.open.contains_key(&kind) {
                self.open.insert(kind.clone(), (folder.spool()?, 0));
            }
            if let Some((spool, lines)) = self.open.get_mut(&kind) {
                spool.write_all(&line).map_err(|source| ExportError::Render { what: LINES, source })?;
                *lines += 1;
            }
            *self.resources.entry(kind).or_default() += 1;
        }
        Ok(Outcome { left_out, ..Outcome::default() })
    }

    /// The manifest is one of FHIR's Bulk Data Access, as loaders read it.
    fn finish(&mut self, folder: &mut Folder, told: &mut Map<String, Value>) -> Result<(), RunError> {
        let mut kinds: Vec<String> = self.open.keys().cloned().collect();
        kinds.sort_by_key(|kind| load_order(kind));
        for kind in kinds {
            self.close(&kind, folder)?;
        }
        let mut output: Vec<(usize, Value)> = Vec::new();
        for (kind, files) in &self.done {
            let entry = |(path, lines): &(PathBuf, usize)| json!({"type": kind, "url": path.to_string_lossy(), "count": lines});
            output.extend(files.iter().map(|file| (load_order(kind), entry(file))));
        }
        output.sort_by_key(|(order, _)| *order);
        // The time of the latest document and not of this export, so that the same archive gives the same bytes.
        told.insert("transactionTime".to_owned(), instant(self.latest).into());
        told.insert("request".to_owned(), format!("urn:chartlift:export:{}", self.archive).into());
        told.insert("requiresAccessToken".to_owned(), false.into());
        told.insert("output".to_owned(), output.into_iter().map(|(_, entry)| entry).collect());
        told.insert("error".to_owned(), json!([]));
        Ok(())
    }

    fn resources(&self) -> Counts {
        self.resources.clone()
    }

    fn areas(&self) -> &'static [(&'static str, &'static str)] {
        &[(LINES, "ndjson")]
    }
}

/// Resources, a file each, in folders that sort in the order of loading.
#[derive(Default)]
pub(super) struct Resources {
    once: Once,
    resources: Counts,
    folders: BTreeSet<String>,
}

impl Door for Resources {
    fn document(&mut self, paper: &Paper<'_>, folder: &mut Folder) -> Result<Outcome, RunError> {
        let (fresh, left_out) = self.once.of(fhir::render(paper.record, paper.context, paper.scan));
        for fhir::Literal { kind, id, resource, .. } in fresh {
            let place = format!("{RESOURCES}/{:02}-{kind}", load_order(&kind));
            folder.write(Path::new(&format!("{place}/{id}.json")), &to_json(&resource, true))?;
            self.folders.insert(place);
            *self.resources.entry(kind).or_default() += 1;
        }
        Ok(Outcome { left_out, ..Outcome::default() })
    }

    fn finish(&mut self, _folder: &mut Folder, told: &mut Map<String, Value>) -> Result<(), RunError> {
        told.insert("loadOrder".to_owned(), self.folders.iter().cloned().collect());
        Ok(())
    }

    fn resources(&self) -> Counts {
        self.resources.clone()
    }

    fn areas(&self) -> &'static [(&'static str, &'static str)] {
        &[(RESOURCES, "json")]
    }
}
