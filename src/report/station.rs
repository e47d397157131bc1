//! What `chartlift review serve` says while it serves.

use serde_json::json;

/// Where the station is.
#[derive(Clone, Debug)]
pub struct StationReport {
    /// The address to open; with a token in its fragment where that lets in.
    pub link: String,
    /// How long the token lets in, in seconds; `None` where people sign in by name.
    pub seconds: Option<i64>,
    /// Whether a browser was opened with it.
    pub opened: bool,
    /// Whether a line of input gives another link.
    pub again: bool,
}

impl StationReport {
    /// For people.
    pub fn human(&self) -> String {
        let mut text = format!("station     {}\n", self.link);
        if self.opened {
            text.push_str("            opened in the browser\n");
        }
        if let Some(seconds) = self.seconds {
            let more = if self.again { "; press Enter for another" } else { "" };
            text.push_str(&format!("            lets in once, within {seconds} s{more}\n"));
        }
        text.push_str("            Ctrl+C ends it; what was answered is kept\n");
        text
    }

    /// For programs: one line.
    pub fn json(&self) -> String {
        format!("{}\n", json!({ "link": self.link, "seconds": self.seconds, "opened": self.opened }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_where_to_go_and_for_how_long() {
        let link = "http://127.0.0.1:4711/0123456789abcdef/sign-in#token".to_owned();
        let mut report = StationReport { link, seconds: Some(60), opened: true, again: true };
        insta::assert_snapshot!(report.human(), @r"
        station     http://127.0.0.1:4711/0123456789abcdef/sign-in#token
                    opened in the browser
                    lets in once, within 60 s; press Enter for another
                    Ctrl+C ends it; what was answered is kept
        ");
        report = StationReport { link: "https://station.example/sign-in".into(), seconds: None, opened: false, again: false };
        assert_eq!(report.json(), "{\"link\":\"https://station.example/sign-in\",\"opened\":false,\"seconds\":null}\n");
    }
}
