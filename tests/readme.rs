//! The README against the program and the house: its commands run, its links lead somewhere, its targets of make exist.

mod common;

use std::fs;

use regex::Regex;

fn readme() -> String {
    fs::read_to_string(common::root().join("README.md")).expect("README.md")
}

/// The lines of the code blocks whose opening line is "```sh run".
fn commands() -> Vec<String> {
    let text = readme();
    let mut commands = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match line {
            "```sh run" => inside = true,
            "```" => inside = false,
            _ if inside && !line.trim().is_empty() => commands.push(line.to_owned()),
            _ => {}
        }
    }
    commands
}

#[test]
fn the_commands_run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let scans = folder.path().join("scans");
    fs::create_dir(&scans).expect("a new folder");
    common::copy_into(&common::root().join("samples/scans/chart 448213/medication list.pdf"), &scans);
    let (archive, export) = (folder.path().join("archive"), folder.path().join("export"));
    assert!(!commands().is_empty(), "no block is marked to be run");
    for line in commands() {
        let mut words = line.split_whitespace();
        assert_eq!(words.next(), Some("chartlift"), "{line}");
        let output = common::chartlift()
            .args(words.map(|word| match word {
                "SCANS" => scans.as_os_str(),
                "ARCHIVE" => archive.as_os_str(),
                "EXPORT" => export.as_os_str(),
                _ => word.as_ref(),
            }))
            .output()
            .expect("the program starts");
        assert!(output.status.success(), "{line}: {} {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    // What the README promises to be there.
    for file in ["fields.csv", "bundles", "review/queue.csv", "ledger.sqlite"] {
        assert!(archive.join(file).exists(), "the archive holds no {file}");
    }
}

#[test]
fn the_links_lead_somewhere() {
    let link = Regex::new(r"\]\(([^)#:]+)\)").expect("a pattern");
    for file in ["README.md", "samples/README.md", "fixtures/README.md"] {
        let path = common::root().join(file);
        let text = fs::read_to_string(&path).expect("it is in the repository");
        for target in link.captures_iter(&text) {
            let place = path.parent().expect("a folder").join(&target[1]);
            assert!(place.exists(), "{file}: {}", &target[1]);
        }
    }
}

#[test]
fn the_targets_of_make_exist() {
    let makefile = fs::read_to_string(common::root().join("Makefile")).expect("Makefile");
    let target = Regex::new(r"(?:^|`|exec )make ([a-z]+(?:-[a-z]+)*)\b").expect("a pattern");
    for file in ["README.md", "samples/README.md", "fixtures/README.md", ".ci/run"] {
        let text = fs::read_to_string(common::root().join(file)).expect("it is in the repository");
        for line in text.lines() {
            for name in target.captures_iter(line) {
                assert!(makefile.contains(&format!("\n{}:", &name[1])), "{file}: make {}", &name[1]);
            }
        }
    }
}

#[test]
fn the_exit_codes_are_all_told() {
    let text = readme();
    for exit in chartlift::report::Exit::ALL {
        let told = text.lines().any(|line| line.starts_with(&format!("| {} | ", exit.code())));
        assert!(told, "README.md does not tell exit code {}: {}", exit.code(), exit.meaning());
    }
}
