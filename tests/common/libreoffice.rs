//! LibreOffice without a screen: a file is opened and saved as CSV.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Opens a file with every quoted cell as text: comma, double quotes, UTF-8, from line 1 on.
pub const AS_TEXT: &str = "--infilter=Text - txt - csv (StarCalc):44,34,76,1,,0,true,false";
/// The same with cells taken for what they look like: numbers, dates, formulas.
pub const AS_NUMBERS: &str = "--infilter=Text - txt - csv (StarCalc):44,34,76,1,,0,false,true";
/// Comma, double quotes, UTF-8; all text quoted, as shown.
const AS_CSV: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false";

/// Whether it is there; says so if not.
#[allow(clippy::print_stdout, reason = "a test says what it left out")]
pub fn is_there() -> bool {
    let there = Command::new("sh").args(["-c", "command -v soffice"]).output().is_ok_and(|output| output.status.success());
    if !there {
        println!("skipped: no LibreOffice; `make test` installs it on Debian and Ubuntu");
    }
    there
}

/// Opens a file of these bytes, as it likes or as it is told, saves it as CSV, and gives what was saved.
pub fn through(bytes: &[u8], opened: Option<&str>) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("sheet.csv"), folder.path().join("saved"));
    fs::write(&file, bytes).unwrap();
    let done = Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}", folder.path().join("profile").display()))
        .args(["--headless", "--norestore"])
        .args(opened)
        .args(["--convert-to", AS_CSV, "--outdir"])
        .args([&out as &Path, &file])
        .env("HOME", folder.path())
        .stdin(Stdio::null())
        .output()
        .expect("LibreOffice starts");
    fs::read(out.join("sheet.csv")).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&done.stderr)))
}
