//! What a site adds: `chartlift config check` of wrong rules and right ones, and a run with additions and a template.

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use common::{chartlift, copy_into, root, rows};

fn check(arguments: &[&str]) -> (i32, String) {
    let output = chartlift().current_dir(root()).args(["config", "check"]).args(arguments).output().expect("the program starts");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (output.status.code().expect("an exit code"), String::from_utf8(output.stdout).expect("text"))
}

#[test]
fn every_error_of_wrong_rules_is_explained() {
    let mut folders: Vec<String> = std::fs::read_dir(root().join("tests/wrong-rules"))
        .expect("wrong rules")
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    assert!(folders.len() >= 8);
    for folder in folders {
        let (status, said) = check(&["--rules", &format!("tests/wrong-rules/{folder}")]);
        let only_warned = !said.contains(": error: ");
        assert_eq!(status, if only_warned { 0 } else { 2 }, "{folder}: {said}");
        insta::assert_snapshot!(folder, said);
    }
    let (status, said) = check(&["--config", "tests/wrong-rules/settings.toml"]);
    assert_eq!(status, 2);
    insta::assert_snapshot!("settings", said);
}

#[test]
fn the_sample_rules_are_right() {
    let (status, said) = check(&["--rules", "samples/rules"]);
    assert_eq!((status, said.as_str()), (0, "settings and rules: nothing is wrong\n"));
    assert_eq!(check(&[]).0, 0);
}

/// Values and rules of the fields of an archive of one document.
fn fields(archive: &Path) -> BTreeMap<String, String> {
    rows(archive).into_iter().map(|row| (row.field, row.value)).collect()
}

/// The commands of the worked example in config/README.md.
fn example() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("config/README.md")).expect("config/README.md");
    let block = text.split("```sh run\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a block of commands");
    block.lines().map(str::to_owned).collect()
}

#[test]
fn the_worked_example_reads_what_the_ordinary_rules_do_not() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = |name: &str| folder.path().join(name);
    std::fs::create_dir(place("scans")).expect("a new folder");
    copy_into(&root().join("samples/scans/chart 448213/registration.png"), &place("scans"));
    let rules = root().join("samples/rules");
    std::fs::write(place("site.toml"), format!("[rules]\nfolder = {:?}\n", rules.display().to_string())).expect("a new file");
    let archive = place("archive");
    let mut outputs = Vec::new();
    let mut runs = Vec::new();
    for line in example() {
        let mut words = line.split_whitespace();
        assert_eq!(words.next(), Some("chartlift"), "{line}");
        let words = words.map(|word| match word {
            "SCANS" => place("scans").into_os_string(),
            "ARCHIVE" => archive.clone().into_os_string(),
            "RULES" => rules.clone().into_os_string(),
            "CONFIG" => place("site.toml").into_os_string(),
            _ => word.into(),
        });
        let output = chartlift().args(words).output().expect("the program starts");
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        outputs.push(String::from_utf8(output.stdout).expect("text"));
        runs.push(fields(&archive));
    }
    let (plain, sited) = (&runs[0], &runs[runs.len() - 1]);
    let wanted = [
        ("DocumentReference.type", "51851-4"),
        ("Organization.name", "Larkspur Street Family Practice"),
        ("Patient.name.family", "Castlemaine"),
        ("Patient.name.given", "Winifred Joy"),
        ("Patient.birthDate", "1947-03-18"),
        ("Patient.gender", "female"),
        ("Patient.maritalStatus", "W"),
        ("Patient.identifier.mrn", "448213"),
        ("Patient.address.postalCode", "97402"),
        ("Patient.contact.telecom", "+15415550177"),
    ];
    for (field, value) in wanted {
        assert_eq!(sited.get(field).map(String::as_str), Some(value), "{field}");
    }
    assert_ne!(plain, sited, "new rules understand the kept words anew");

    // A template drawn from the page holds its labels and none of its values.
    let drawn = &outputs[1];
    assert!(drawn.contains("text = \"RECORD NUMBER\"") && drawn.contains("# field = \"Patient.identifier.mrn\""), "{drawn}");
    for value in ["Castlemaine", "Winifred", "1947", "448213", "742-08", "Ferry", "wjcastle"] {
        assert!(!drawn.contains(value), "{value}");
    }
    std::fs::create_dir_all(place("rules/templates")).expect("a new folder");
    std::fs::write(place("rules/templates/drawn.toml"), drawn).expect("a new file");
    let (status, said) = check(&["--rules", &place("rules").display().to_string()]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("it only tells the kind of document"), "{said}");
}
