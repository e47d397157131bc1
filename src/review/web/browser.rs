//! Opens the link in a browser. The link itself is on no command line, where everybody of the machine would see it: a file for its owner alone
//! leads there.

use std::io;
use std::process::{Command, Stdio};

use maud::{DOCTYPE, html};

/// Opens a link. The file that leads there lies in the folder that is given back, and goes with it.
///
/// # Errors
/// There is no desktop, or it has no opener.
pub fn open(link: &str) -> io::Result<tempfile::TempDir> {
    let opener = opener().ok_or_else(|| io::Error::new(io::ErrorKind::Unsupported, "there is no desktop here"))?;
    // 0700 by its maker; the folder of the session is gone when its user logs out.
    let folder = match std::env::var_os("XDG_RUNTIME_DIR") {
        Some(session) => tempfile::Builder::new().prefix("chartlift-").tempdir_in(session).or_else(|_| tempfile::tempdir())?,
        None => tempfile::tempdir()?,
    };
    let file = folder.path().join("station.html");
    std::fs::write(&file, leading_to(link))?;
    let mut child = Command::new(opener).arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    // Openers end at once or with the browser; either way somebody has to take note.
    std::thread::spawn(move || child.wait());
    Ok(folder)
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
    #[test]
    fn the_file_leads_to_the_link_and_is_escaped() {
        let page = super::leading_to("http://127.0.0.1:1/a/sign-in#b\"<");
        assert!(page.contains(r#"content="0;url=http://127.0.0.1:1/a/sign-in#b&quot;&lt;""#), "{page}");
    }
}
