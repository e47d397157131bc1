//! `chartlift show`: the table, one value explained, and the overlay as a file of its owner alone.

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use common::{chartlift, copy_into, root, run};

fn show(archive: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = chartlift().arg("show").arg(archive).args(arguments).output().expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_document_is_shown_in_words_and_drawn_over_its_page() {
    let folder = tempfile::tempdir().unwrap();
    let (input, archive) = (folder.path().join("in"), folder.path().join("archive"));
    fs::create_dir(&input).unwrap();
    // Text that was never on paper: no page is read by an engine.
    copy_into(&root().join("fixtures/digital.pdf"), &input);
    assert!(run(&input, &archive).status.success());

    let (code, table, _) = show(&archive, &["digital.pdf"]);
    assert_eq!(code, 0);
    assert!(table.contains("DocumentReference.type"), "{table}");
    let (code, why, _) = show(&archive, &["digital.pdf", "--field", "DocumentReference.type"]);
    assert_eq!(code, 0);
    assert!(why.contains("rule"), "{why}");

    for (name, head) in [("over.png", b"\x89PNG".as_slice()), ("over.html", b"<!doctype html>".as_slice())] {
        let file = folder.path().join(name);
        let path = file.to_str().unwrap();
        let (code, _, stderr) = show(&archive, &["digital.pdf", "--overlay", path]);
        assert_eq!(code, 0, "{stderr}");
        let bytes = fs::read(&file).unwrap();
        assert!(bytes.starts_with(head) && bytes.len() > 20_000, "{name}: {} bytes", bytes.len());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        // A file that is there stays, unless its owner says otherwise.
        fs::write(&file, "mine").unwrap();
        assert_eq!(show(&archive, &["digital.pdf", "--overlay", path]).0, 2);
        assert_eq!(fs::read(&file).unwrap(), b"mine");
        assert_eq!(show(&archive, &["digital.pdf", "--overlay", path, "--force"]).0, 0);
    }
    assert_eq!(show(&archive, &["digital.pdf", "--overlay", "over.jpg"]).0, 2);
    assert_eq!(show(&archive, &["digital.pdf", "--overlay", "over.png", "--page", "9"]).0, 2);

    // Another file under the same name is no picture of what was read.
    fs::write(input.join("digital.pdf"), "%PDF-1.4").unwrap();
    let out = folder.path().join("late.png");
    let (code, _, stderr) = show(&archive, &["digital.pdf", "--overlay", out.to_str().unwrap()]);
    assert_eq!(code, 2);
    assert!(stderr.contains("its bytes have changed") && !out.exists(), "{stderr}");
}
