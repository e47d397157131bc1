//! Opens the link in a browser. The link itself is on no command line, where everybody of the machine would see it: a file for its owner alone
//! leads there.

use std::fs::{OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use maud::{DOCTYPE, html};

/// Opens a link. The file that leads there lies in the folder that is given back, and goes with it.
///
/// # Errors
/// There is no desktop, or it has no opener.
pub fn open(link: &str) -> io::Result<tempfile::TempDir> {
    let opener = opener().ok_or_else(|| io::Error::new(io::ErrorKind::Unsupported, "there is no desktop here"))?;
    let (folder, file) = place(link)?;
    let mut child = Command::new(opener).arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    // Openers end at once or with the browser; either way somebody has to take note.
    std::thread::spawn(move || child.wait());
    Ok(folder)
}

/// Writes the file that leads there, for its owner alone.
fn place(link: &str) -> io::Result<(tempfile::TempDir, PathBuf)> {
    // The folder of the session is gone when its user logs out.
    let make =
        |within: PathBuf| tempfile::Builder::new().prefix("chartlift-").permissions(Permissions::from_mode(0o700)).tempdir_in(within);
    let folder = match std::env::var_os("XDG_RUNTIME_DIR") {
        Some(session) => make(session.into()).or_else(|_| make(std::env::temp_dir()))?,
        None => make(std::env::temp_dir())?,
    };
    let path = folder.path().join("station.html");
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    file.write_all(leading_to(link).as_bytes())?;
    Ok((folder, path))
}

fn opener() -> Option<&'static str> {
    if cfg!(target_os = "macos") {
        return Some("open");
    }
    let desktop = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    desktop.then_some("xdg-open")
}

fn leading_to(link: &str) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="referrer" content="no-referrer";
                meta http-equiv="refresh" content={ "0;url=" (link) };
                title { "chartlift" }
            }
            body { p { a href=(link) { "To the station" } } }
        }
    }
    .into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_leads_to_the_link_for_its_owner_alone_and_goes_with_its_folder() {
        let (folder, path) = place("http://127.0.0.1:1/a/sign-in#b\"<").unwrap();
        let page = std::fs::read_to_string(&path).unwrap();
        assert!(page.contains(r#"content="0;url=http://127.0.0.1:1/a/sign-in#b&quot;&lt;""#), "{page}");
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(folder.path()), mode(&path)), (0o700, 0o600));
        drop(folder);
        assert!(!path.exists());
    }
}
