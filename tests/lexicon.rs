//! `chartlift lexicon`: a site's dictionary from its file to a run that understands anew.

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

fn lexicon(arguments: &[&str]) -> Output {
    common::chartlift().arg("lexicon").args(arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a plain name")
}

#[test]
fn the_list_names_source_and_licence_of_every_dictionary() {
    let output = lexicon(&["list"]);
    assert!(output.status.success());
    let shown = text(&output.stdout);
    for name in ["drugs", "family", "given", "icd10cm", "places", "substances", "vaccines"] {
        assert!(shown.lines().any(|line| line.starts_with(&format!("{name}: ")) && line.ends_with(", built in")), "{name}: {shown}");
    }
    assert!(!shown.contains("not said"), "{shown}");
    let json: serde_json::Value = serde_json::from_slice(&lexicon(&["list", "--json"]).stdout).expect("JSON");
    assert_eq!(json.as_array().map(Vec::len), Some(7));
}

#[test]
fn an_import_is_checked_put_in_place_and_understood_anew() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (rules, scans, archive) = (folder.path().join("rules"), folder.path().join("scans"), folder.path().join("archive"));
    fs::create_dir(&rules).and_then(|()| fs::create_dir(&scans)).expect("new folders");
    common::copy_into(&common::root().join("fixtures/grey.png"), &scans);
    let run = || {
        let mut command = common::chartlift();
        command.arg("run").arg(&scans).arg("--out").arg(&archive).env("CHARTLIFT_RULES", &rules);
        text(&command.output().expect("the program starts").stdout)
    };
    let first = run();

    let table = folder.path().join("formulary.csv");
    fs::write(&table, "Brand name,Ingredient\n\"Ourozine, XR\",ourozinum\nZestril,lisinopril\nZESTRIL,Lisinopril\n").expect("written");
    let import = |extra: &[&str]| {
        let mut arguments = vec!["import", "drugs", path(&table), "--to", path(&rules), "--source", "Our pharmacy"];
        arguments.extend(extra);
        lexicon(&arguments)
    };
    // The file's own names of columns are not ours: told, with what to type, and nothing is written.
    let output = import(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--column name="), "{}", text(&output.stderr));
    assert!(!rules.join("lexicons").exists());

    let output = import(&["--column", "name=Brand name"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).starts_with("drugs: 2 rows, 1 said twice and kept once, in "), "{}", text(&output.stdout));
    let placed = rules.join("lexicons/drugs.tsv");
    let written = fs::read_to_string(&placed).expect("it is there");
    assert_eq!(written, "# source: Our pharmacy\nname\tkind\tingredient\nourozine xr\tgeneric\tourozinum\nzestril\tgeneric\tlisinopril\n");
    assert_eq!(fs::metadata(&placed).expect("it is there").permissions().mode() & 0o777, 0o600);

    let shown = text(&lexicon(&["list", "--rules", path(&rules)]).stdout);
    assert!(shown.contains(&format!("drugs: 2 rows, {}", placed.display())), "{shown}");
    assert!(shown.contains("source:  Our pharmacy\n  licence: not said"), "{shown}");
    let output = lexicon(&["check", "--rules", path(&rules)]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "drugs: 2 rows, in order\n".into()));

    // A new dictionary is a new understanding of the kept words; the third run finds nothing to do.
    let (second, third) = (run(), run());
    let anew = |shown: &str| shown.contains("understood anew");
    assert!(!anew(&first) && anew(&second) && !anew(&third), "{first}\n{second}\n{third}");
}

#[test]
fn faults_are_told_by_line_without_what_stands_there() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let table = folder.path().join("codes.tsv");
    fs::write(&table, "code\ttitle\nI10\tHypertension\nMaria Keller\tcall back\nI10\tOther\n").expect("written");
    let output = lexicon(&["import", "icd10cm", path(&table), "--to", path(folder.path())]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(told.contains("codes.tsv, line 3: code: ") && told.contains("line 4: "), "{told}");
    assert!(!told.contains("Keller"), "{told}");

    // The same table where a site has put it itself.
    fs::create_dir(folder.path().join("lexicons")).expect("a new folder");
    fs::copy(&table, folder.path().join("lexicons/icd10cm.tsv")).expect("copied");
    let output = lexicon(&["check", "--rules", path(folder.path())]);
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stdout);
    assert!(told.lines().count() == 2 && told.contains("icd10cm.tsv, line 3: "), "{told}");

    // The check of the site's rules as a whole tells them, too.
    fs::write(folder.path().join("lexicons/drug.tsv"), "name\nOne\n").expect("written");
    let output = common::chartlift().args(["config", "check", "--rules", path(folder.path())]).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stdout) + &text(&output.stderr);
    assert!(told.contains("icd10cm.tsv") && told.contains("drug.tsv") && !told.contains("Keller"), "{told}");
}

#[test]
fn wrong_use_is_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let nowhere = folder.path().join("nowhere");
    let table = folder.path().join("t.csv");
    fs::write(&table, "name\nOne\n").expect("written");
    let cases: [(&[&str], &str); 4] = [
        (&["import", "pets", path(&table), "--to", path(folder.path())], "vaccines"),
        (&["import", "drugs", path(&nowhere), "--to", path(folder.path())], "nowhere"),
        (&["import", "drugs", path(&table), "--to", path(&nowhere)], "there is no folder"),
        (&["import", "drugs", path(&table), "--to", path(folder.path()), "--column", "name"], "OURS=THEIRS"),
    ];
    for (arguments, expected) in cases {
        let output = lexicon(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(expected), "{arguments:?}: {}", text(&output.stderr));
    }
    assert!(!nowhere.exists());
}
