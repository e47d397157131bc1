//! What the commands of the reviewers' station say when they end.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::json;

use super::Exit;
use crate::model::SourcePath;

/// Sources that are listed.
const LISTED: usize = 20;

/// What came of making pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrepareReport {
    /// The archive.
    pub archive: PathBuf,
    /// Pages with something that waits.
    pub pages: u64,
    /// Pictures that were made.
    pub made: u64,
    /// Pictures that were there already.
    pub kept: u64,
    /// Sources whose pages cannot be shown.
    pub lacking: Vec<SourcePath>,
    /// Whether it was stopped before the end.
    pub stopped: bool,
}

impl PrepareReport {
    /// How the process ends.
    pub fn exit(&self) -> Exit {
        match (self.stopped, self.lacking.is_empty()) {
            (true, _) => Exit::Interrupted,
            (false, false) => Exit::SomeFailed,
            (false, true) => Exit::Done,
        }
    }

    /// A few lines.
    pub fn human(&self) -> String {
        let Self { pages, made, kept, .. } = self;
        let mut text = format!("pictures    {made} made, {kept} there already, of {pages} pages on which something waits\n");
        if !self.lacking.is_empty() {
            let _ = writeln!(
                text,
                "lacking     {} scans are gone, have changed or cannot be drawn; put them back where the run found them:",
                self.lacking.len()
            );
            for path in self.lacking.iter().take(LISTED) {
                let _ = writeln!(text, "            {path}");
            }
        }
        if self.stopped {
            text.push_str("stopped     before the end; run it again to go on\n");
        }
        text
    }

    /// Everything, as one object.
    pub fn json(&self) -> String {
        let Self { archive, pages, made, kept, lacking, stopped } = self;
        let object = json!({"archive": archive, "pages": pages, "made": made, "kept": kept, "lacking": lacking, "stopped": stopped});
        format!("{object:#}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scans_that_are_gone_are_told() {
        let whole = PrepareReport { archive: "a".into(), pages: 3, made: 2, kept: 1, lacking: Vec::new(), stopped: false };
        assert_eq!((whole.exit(), whole.human().lines().count()), (Exit::Done, 1));
        let lacking = PrepareReport { lacking: vec![SourcePath::new("b.pdf")], ..whole };
        assert_eq!(lacking.exit(), Exit::SomeFailed);
        assert!(lacking.human().contains("b.pdf") && lacking.json().contains("b.pdf"));
    }
}
