//! What a sheet of items holds, and what came of one that was filled in: figures, lines and columns, never a value.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::json;

use super::Exit;
use crate::model::{Field, Outcome};

/// Things that are in the way and are told one by one.
const TOLD: usize = 20;
/// Mangled cells that are named.
const CELLS: usize = 5;

/// A sheet that was written.
#[derive(Clone, Debug)]
pub struct SheetWritten {
    /// Where it lies.
    pub file: PathBuf,
    /// Its rows.
    pub items: u64,
}

impl SheetWritten {
    /// One line.
    pub fn human(&self) -> String {
        format!(
            "sheet       {} items in {}; open it with every column as text, and save it as CSV in UTF-8\n",
            self.items,
            self.file.display()
        )
    }

    /// Everything, as one object.
    pub fn json(&self) -> String {
        format!("{:#}\n", json!({"sheet": self.file, "items": self.items}))
    }
}

/// Why nothing of a sheet can be kept, by the kind of what is in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "what")]
pub enum Obstacle {
    /// The archive has no such item.
    Unknown,
    /// The item was decided or changed since the sheet was written.
    Stale,
    /// Somebody has the item before them at the station.
    Held,
    /// An earlier line, given here, answers the item in the same way.
    Duplicate(u64),
    /// An earlier line, given here, answers the item with another value.
    Differs(u64),
    /// Nobody is named as reviewer.
    NoReviewer,
    /// The reviewer may not answer this item; says why.
    Reviewer(&'static str),
    /// The answer cannot be kept; says what is wanted.
    Unclear(String),
}

impl Obstacle {
    fn words(&self) -> String {
        match self {
            Self::Unknown => "this archive has no item of that item_id".to_owned(),
            Self::Stale => "the item was answered or changed since the sheet was written".to_owned(),
            Self::Held => "somebody has the item before them at the station".to_owned(),
            Self::Duplicate(line) => format!("line {line} answers the item already"),
            Self::Differs(line) => format!("line {line} gives the item another answer"),
            Self::NoReviewer => "nobody is named as reviewer".to_owned(),
            Self::Reviewer(why) => (*why).to_owned(),
            Self::Unclear(wanted) => wanted.clone(),
        }
    }
}

/// What came of a sheet that was filled in.
#[derive(Clone, Debug, Default)]
pub struct SheetReport {
    /// Rows.
    pub rows: u64,
    /// Answers that are kept, or would be, by what was said; `None`: a value was keyed for an item that is asked blindly.
    pub kept: BTreeMap<Option<Outcome>, u64>,
    /// Answers that an earlier import has kept.
    pub known: u64,
    /// What is in the way, by its line.
    pub obstacles: Vec<(u64, Obstacle)>,
    /// Cells that are not as they were written: line and column.
    pub mangled: Vec<(u64, &'static str)>,
    /// Whether this very file was applied before.
    pub again: bool,
    /// Whether answers were kept.
    pub applied: bool,
    /// Fields that these answers switched off.
    pub new_off: Vec<Field>,
    /// All fields that are off.
    pub off: Vec<Field>,
}

impl SheetReport {
    /// Answers that are kept, or would be.
    pub fn answers(&self) -> u64 {
        self.kept.values().sum()
    }

    /// Whether something is in the way.
    pub fn refused(&self) -> bool {
        !self.obstacles.is_empty() || !self.mangled.is_empty()
    }

    /// How the process ends.
    pub fn exit(&self) -> Exit {
        match self.refused() {
            true => Exit::Usage,
            false if !self.new_off.is_empty() => Exit::SomeFailed,
            false => Exit::Done,
        }
    }

    /// A few lines.
    pub fn human(&self) -> String {
        // Writing to a String cannot fail.
        let mut text = String::new();
        if self.again {
            text.push_str("sheet       this very file has been applied before; nothing is left to do\n");
            return text;
        }
        if !self.mangled.is_empty() {
            let cells: Vec<String> = self.mangled.iter().take(CELLS).map(|(line, column)| format!("line {line} column {column}")).collect();
            let _ = writeln!(
                text,
                "REFUSED     {} of {} rows are not as they were written: {}{}",
                self.mangled.len(),
                self.rows,
                cells.join(", "),
                if self.mangled.len() > CELLS { ", …" } else { "" }
            );
            text.push_str("            a spreadsheet has changed cells, so that what was keyed cannot be relied on either; export the sheet again and open it with\n            every column as text (README.md, \"Review in a spreadsheet\")\n");
            return text;
        }
        let _ = writeln!(
            text,
            "sheet       {} rows, {} answers{}",
            self.rows,
            self.answers() + self.known,
            if self.known > 0 { format!(", {} of them kept before", self.known) } else { String::new() }
        );
        let state = match (self.applied, self.refused()) {
            (true, _) => "kept",
            (false, true) => "could be kept",
            (false, false) => "would be kept (--apply keeps them)",
        };
        let counts: Vec<String> =
            self.kept.iter().map(|(said, n)| format!("{n} {}", said.map_or("keyed blindly", Outcome::as_str))).collect();
        let _ = writeln!(text, "answers     {} {state}{}{}", self.answers(), if counts.is_empty() { "" } else { ": " }, counts.join(", "));
        if !self.obstacles.is_empty() {
            let _ = writeln!(text, "REFUSED     nothing is kept, for {} rows are in the way:", self.obstacles.len());
            for (line, obstacle) in self.obstacles.iter().take(TOLD) {
                let _ = writeln!(text, "            line {line}: {}", obstacle.words());
            }
            if self.obstacles.len() > TOLD {
                let _ = writeln!(text, "            and {} more", self.obstacles.len() - TOLD);
            }
        }
        if !self.new_off.is_empty() {
            let names: Vec<&str> = self.new_off.iter().map(|field| field.as_str()).collect();
            let verb = if self.applied { "SWITCHED OFF" } else { "would be switched off" };
            let _ = writeln!(text, "alarm       {verb}: {}", names.join(", "));
        }
        text
    }

    /// Everything, as one object.
    pub fn json(&self) -> String {
        let kept: BTreeMap<&str, u64> = self.kept.iter().map(|(said, n)| (said.map_or("keyed", Outcome::as_str), *n)).collect();
        let obstacles: Vec<_> =
            self.obstacles.iter().map(|(line, obstacle)| json!({"line": line, "obstacle": obstacle, "words": obstacle.words()})).collect();
        let mangled: Vec<_> = self.mangled.iter().map(|(line, column)| json!({"line": line, "column": column})).collect();
        format!(
            "{:#}\n",
            json!({
                "rows": self.rows, "answers": kept, "known": self.known, "obstacles": obstacles, "mangled": mangled, "applied_before": self.again,
                "applied": self.applied, "alarm": self.new_off, "off": self.off,
            })
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dry_run_says_what_would_come_of_it() {
        let kept = [(Some(Outcome::Verified), 90), (Some(Outcome::Corrected), 20), (None, 7)].into_iter().collect();
        let mut report = SheetReport { rows: 412, kept, known: 30, ..SheetReport::default() };
        insta::assert_snapshot!(report.human());
        assert_eq!(report.exit(), Exit::Done);
        report.applied = true;
        report.new_off = vec![Field::City];
        assert!(report.human().contains("117 kept: 7 keyed blindly, 90 verified, 20 corrected"), "{}", report.human());
        assert!(report.human().contains("SWITCHED OFF: Patient.address.city"));
        assert_eq!(report.exit(), Exit::SomeFailed);
        report.again = true;
        assert!(report.human().contains("applied before"));
    }

    #[test]
    fn what_is_in_the_way_is_told_by_its_line() {
        let mut report = SheetReport { rows: 3, ..SheetReport::default() };
        report.obstacles = vec![(2, Obstacle::Stale), (3, Obstacle::Differs(2))];
        report.obstacles.extend((0..30).map(|line| (line + 4, Obstacle::NoReviewer)));
        let text = report.human();
        assert!(text.contains("line 3: line 2 gives the item another answer") && text.contains("and 12 more"), "{text}");
        assert_eq!(report.exit(), Exit::Usage);
        let json: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
        assert_eq!((json["obstacles"][1]["obstacle"]["kind"].as_str(), json["obstacles"].as_array().unwrap().len()), (Some("differs"), 32));
    }

    #[test]
    fn a_mangled_file_is_refused_by_its_first_five_cells() {
        let report = SheetReport { rows: 9, mangled: (2..9).map(|line| (line, "shown_value")).collect(), ..SheetReport::default() };
        let text = report.human();
        assert!(text.contains("7 of 9 rows") && text.contains("line 6 column shown_value, …") && !text.contains("line 7"), "{text}");
        assert_eq!(report.exit(), Exit::Usage);
    }
}
