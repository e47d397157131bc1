//! `chartlift export`: folders that others load, each with its manifest; twice the same bytes; what is refused.
#![cfg(unix)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use common::{chartlift, copy_into, root, run};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// An archive of papers that were never on paper: no page is read by an engine.
fn setup() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (input, archive) = (folder.path().join("in"), folder.path().join("archive"));
    fs::create_dir(&input).unwrap();
    for file in ["samples/scans/chart 448213/medication list.pdf", "fixtures/digital.pdf"] {
        copy_into(&root().join(file), &input);
    }
    let ran = run(&input, &archive);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    (folder, archive)
}

fn export(archive: &Path, format: &str, out: &Path, more: &[&str]) -> (i32, String, String) {
    let output = chartlift().arg("export").arg(archive).args(["--format", format, "--out"]).arg(out).args(more).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// Every file below a folder with its bytes and inode; what the program keeps for itself left out.
fn files(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, u64)> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file() && entry.file_name() != ".lock")
        .map(|entry| {
            let inode = entry.metadata().unwrap().ino();
            (entry.path().strip_prefix(folder).unwrap().to_owned(), (fs::read(entry.path()).unwrap(), inode))
        })
        .collect()
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Holds a folder against its manifest: every file is listed with its bytes, and nothing of what the papers say stands in it.
fn sound(out: &Path) -> Value {
    let manifest = json(&out.join("manifest.json"));
    let listed: BTreeMap<PathBuf, &Value> =
        manifest["files"].as_array().unwrap().iter().map(|file| (file["path"].as_str().unwrap().into(), file)).collect();
    for (path, (bytes, _)) in files(out) {
        if ["manifest.json", "export.json"].iter().any(|own| path == Path::new(own)) {
            continue;
        }
        let file = listed.get(&path).unwrap_or_else(|| panic!("{} is not in the manifest", path.display()));
        let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            (file["sha256"].as_str(), file["size"].as_u64()),
            (Some(digest.as_str()), Some(bytes.len() as u64)),
            "{}",
            path.display()
        );
    }
    for entry in walkdir::WalkDir::new(out).into_iter().map(Result::unwrap) {
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, if entry.file_type().is_dir() { 0o700 } else { 0o600 }, "{}", entry.path().display());
    }
    manifest
}

#[test]
fn an_export_is_complete_and_the_same_bytes_each_time() {
    let (folder, archive) = setup();
    for format in chartlift::export::Format::ALL {
        let format = format.as_str();
        let (first, second) = (folder.path().join(format!("{format}-1")), folder.path().join(format!("{format}-2")));
        let (code, said, error) = export(&archive, format, &first, &[]);
        assert_eq!(code, 0, "{format}: {said}{error}");
        assert_eq!(export(&archive, format, &second, &["--json"]).0, 0);
        let before = files(&first);
        let bytes =
            |files: &BTreeMap<PathBuf, (Vec<u8>, u64)>| files.iter().map(|(k, v)| (k.clone(), v.0.clone())).collect::<BTreeMap<_, _>>();
        assert_eq!(bytes(&before), bytes(&files(&second)), "{format}");
        let manifest = sound(&first);
        assert_eq!(manifest["documents"], 2, "{format}");
        assert!(!manifest.to_string().contains("Ferrante"), "{format}: patient text in the manifest");
        // Again into the same folder: nothing is touched.
        let (code, said, _) = export(&archive, format, &first, &["--json"]);
        let report: Value = serde_json::from_str(&said).unwrap();
        assert_eq!((code, report["changed"].as_u64()), (0, Some(0)), "{format}: {said}");
        assert_eq!(files(&first), before, "{format}");
    }
}

#[test]
fn the_archives_own_bundles_are_those_of_an_export_without_scans() {
    let (folder, archive) = setup();
    let out = folder.path().join("out");
    assert_eq!(export(&archive, "fhir", &out, &["--no-scan"]).0, 0);
    let bundles = |folder: &Path| files(&folder.join("bundles")).into_iter().map(|(path, (bytes, _))| (path, bytes)).collect::<Vec<_>>();
    assert_eq!(bundles(&out), bundles(&archive));
    let manifest = sound(&out);
    let counted: u64 = manifest["resources"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    let entries: usize =
        bundles(&out).iter().map(|(_, bytes)| serde_json::from_slice::<Value>(bytes).unwrap()["entry"].as_array().unwrap().len()).sum();
    assert_eq!(counted, entries as u64);
}

#[test]
fn some_documents_alone_and_folders_that_are_refused() {
    let (folder, archive) = setup();
    let out = folder.path().join("out");
    let (code, _, error) = export(&archive, "fhir", &out, &["--document", "digital.pdf"]);
    assert_eq!(code, 0, "{error}");
    assert_eq!(sound(&out)["documents"], 1);
    assert_eq!(fs::read_dir(out.join("bundles")).unwrap().count(), 1);
    // Another selection into the same folder would mix the two.
    let (code, _, error) = export(&archive, "fhir", &out, &[]);
    assert_eq!(code, 2);
    assert!(error.contains("of other documents") && error.contains("hint: "), "{error}");
    assert_eq!(export(&archive, "fhir", &folder.path().join("none"), &["--document", "nobody.pdf"]).0, 2);
    assert!(!folder.path().join("none").exists());

    let strange = folder.path().join("strange");
    fs::create_dir(&strange).unwrap();
    fs::write(strange.join("holiday.jpg"), "x").unwrap();
    for refused in [strange, archive.join("export"), folder.path().join("in/export"), folder.path().to_owned()] {
        let (code, _, error) = export(&archive, "fhir", &refused, &[]);
        assert_eq!(code, 2, "{}: {error}", refused.display());
    }
    assert!(!archive.join("export").exists() && !folder.path().join("in/export").exists());
    assert_eq!(export(&folder.path().join("in"), "fhir", &folder.path().join("x"), &[]).0, 10);
    assert_eq!(export(&archive, "papyrus", &folder.path().join("x"), &[]).0, 2);
}

#[test]
fn what_is_no_longer_in_the_archive_goes_and_strangers_files_stay() {
    let (folder, archive) = setup();
    let out = folder.path().join("out");
    assert_eq!(export(&archive, "fhir", &out, &[]).0, 0);
    fs::write(out.join("bundles/gone.pdf.json"), "{}").unwrap();
    fs::write(out.join("bundles/note.txt"), "mine").unwrap();
    assert_eq!(export(&archive, "fhir", &out, &[]).0, 0);
    assert!(!out.join("bundles/gone.pdf.json").exists() && out.join("bundles/note.txt").exists());
}
