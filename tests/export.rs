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
    // The forms that a site need not introduce itself for; tests/doors.rs has the others.
    for format in ["fhir", "fhir-person", "ndjson", "resources", "pdfa"] {
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

/// Every resource of a form, by type and id, with references as they stand.
fn lines(out: &Path) -> BTreeMap<(String, String), Value> {
    let mut all = BTreeMap::new();
    for (path, (bytes, _)) in files(&out.join("ndjson")) {
        for line in String::from_utf8(bytes).unwrap().lines() {
            let resource: Value = serde_json::from_str(line).unwrap();
            let key = (resource["resourceType"].as_str().unwrap().to_owned(), resource["id"].as_str().unwrap().to_owned());
            assert!(path.to_string_lossy().starts_with(&key.0), "{} holds a {}", path.display(), key.0);
            assert!(all.insert(key, resource).is_none(), "an id stands twice");
        }
    }
    all
}

#[test]
fn lines_and_single_resources_are_the_same_and_lead_to_one_another() {
    let (folder, archive) = setup();
    let (out, single) = (folder.path().join("lines"), folder.path().join("single"));
    let (code, _, error) = export(&archive, "ndjson", &out, &["--max-entries", "2"]);
    assert_eq!(code, 0, "{error}");
    assert_eq!(export(&archive, "resources", &single, &[]).0, 0);
    let manifest = sound(&out);
    assert_eq!((&manifest["requiresAccessToken"], &manifest["error"]), (&false.into(), &serde_json::json!([])));
    let all = lines(&out);
    let mut counted = BTreeMap::new();
    for output in manifest["output"].as_array().unwrap() {
        let text = fs::read_to_string(out.join(output["url"].as_str().unwrap())).unwrap();
        assert_eq!(text.lines().count() as u64, output["count"].as_u64().unwrap());
        assert!(text.lines().count() <= 2);
        *counted.entry(output["type"].as_str().unwrap().to_owned()).or_insert(0) += text.lines().count() as u64;
    }
    assert_eq!(serde_json::json!(counted), manifest["resources"]);
    assert_eq!((counted["Device"], counted["DocumentReference"], counted["Binary"]), (1, 2, 2));
    for resource in all.values() {
        let text = resource.to_string();
        for target in text.split("\"reference\":\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            let (kind, id) = target.split_once('/').unwrap_or_else(|| panic!("{target}"));
            assert!(all.contains_key(&(kind.to_owned(), id.to_owned())), "{target} leads nowhere");
        }
    }
    let of_single: BTreeMap<_, _> = files(&single.join("resources"))
        .into_values()
        .map(|(bytes, _)| {
            let resource: Value = serde_json::from_slice(&bytes).unwrap();
            ((resource["resourceType"].as_str().unwrap().to_owned(), resource["id"].as_str().unwrap().to_owned()), resource)
        })
        .collect();
    assert_eq!(of_single, all);
}

#[test]
fn a_person_goes_as_one_or_in_parts() {
    let (folder, archive) = setup();
    let (whole, parted) = (folder.path().join("whole"), folder.path().join("parted"));
    assert_eq!(export(&archive, "fhir-person", &whole, &["--no-scan"]).0, 0);
    assert_eq!(export(&archive, "fhir-person", &parted, &["--no-scan", "--max-entries", "3"]).0, 0);
    let bundles = |out: &Path| {
        files(&out.join("persons")).into_values().map(|(bytes, _)| serde_json::from_slice::<Value>(&bytes).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(bundles(&whole).len() as u64, sound(&whole)["people"].as_u64().unwrap());
    let names = |out: &Path| {
        let mut names: Vec<String> =
            bundles(out).iter().flat_map(|b| b["entry"].as_array().unwrap()).map(|e| e["fullUrl"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&parted), names(&whole));
    assert!(bundles(&parted).iter().all(|bundle| bundle["entry"].as_array().unwrap().len() <= 3));
    for bundle in bundles(&whole).iter().chain(&bundles(&parted)) {
        assert_eq!(chartlift::export::fhir::check(bundle), Vec::<String>::new());
    }
    assert_eq!(sound(&parted)["resources"], sound(&whole)["resources"]);
}

#[test]
fn a_scan_that_is_gone_is_told_and_the_rest_goes_out() {
    let (folder, archive) = setup();
    let input = folder.path().join("in");
    fs::remove_file(input.join("digital.pdf")).unwrap();
    let out = folder.path().join("out");
    let (code, said, _) = export(&archive, "fhir", &out, &["--json"]);
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &report["documents"], &report["withoutScan"], &report["scans"]), (3, &2.into(), &1.into(), &1.into()));
    assert_eq!((&report["leftOut"][0]["document"], &report["leftOut"][0]["what"]), (&"digital.pdf".into(), &"scan".into()));
    assert!(fs::read_to_string(out.join("left_out.csv")).unwrap().contains("digital.pdf,,,scan,"));
    let bundle = fs::read_to_string(out.join("bundles/digital.pdf.json")).unwrap();
    assert!(!bundle.contains("\"Binary\"") && bundle.contains("\"url\": \"digital.pdf\""));
    // Where the scans lie now can be said.
    let moved = folder.path().join("moved");
    fs::rename(&input, &moved).unwrap();
    copy_into(&root().join("fixtures/digital.pdf"), &moved);
    assert_eq!(export(&archive, "fhir", &out, &["--scans", moved.to_str().unwrap()]).0, 0);
    assert!(fs::read_to_string(out.join("bundles/digital.pdf.json")).unwrap().contains("\"Binary\""));
}

#[test]
fn as_mhd_has_it_the_scan_goes_out_by_itself() {
    let (folder, archive) = setup();
    let (out, site) = (folder.path().join("out"), folder.path().join("site.toml"));
    // MHD names the source of a submission: a site that has not said who it is sends none.
    let (code, said, _) = export(&archive, "fhir", &out, &["--profile", "mhd", "--json"]);
    assert_eq!((code, said.matches("export.mhd_source").count()), (3, 2), "{said}");
    fs::write(&site, "[export]\nmhd_source = \"urn:oid:1.2.3\"\n").unwrap();
    let (code, _, error) = export(&archive, "fhir", &out, &["--profile", "mhd", "--config", site.to_str().unwrap()]);
    assert_eq!(code, 0, "{error}");
    for (path, (bytes, _)) in files(&out.join("mhd")) {
        let bundle: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(chartlift::export::fhir::check(&bundle), Vec::<String>::new(), "{}", path.display());
        assert!(fs::read_to_string(out.join("bundles").join(&path)).is_ok_and(|clinical| !clinical.contains("\"Binary\"")));
    }
    assert_eq!(files(&out.join("mhd")).len(), 2);
}
