//! Tables from outside: a site's CSV or TSV file to rows of a dictionary, each fault told with its line and reason.

use std::collections::BTreeMap;

use super::schema::{Column, LexiconName};

/// What is wrong with one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct Fault {
    /// From 1; 0 stands for the file as a whole.
    pub line: u64,
    /// What is wrong.
    pub reason: String,
}

/// Which column of a file is which of the dictionary: `(the dictionary's, the file's)`, the latter by the name in the first row or by its number from 1.
pub type Mapping = [(String, String)];

/// A dictionary's rows, in form and in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Each row's columns, as [`LexiconName::columns`] has them.
    pub rows: Vec<Vec<String>>,
    /// Rows that said again what another said.
    pub repeated: usize,
    /// What the head of a chartlift file says of itself: source, licence, version.
    pub about: BTreeMap<String, String>,
}

/// At most so many faults are told at a time.
const TOLD: usize = 20;
/// A longer cell is not an entry of a dictionary.
const LONGEST: usize = 500;

impl Rows {
    /// Reads a table: commas or tabs (told by the first row), quotes as in CSV, the first row names the columns; lines that begin with `#` are a head.
    ///
    /// # Errors
    /// Every fault that was found, at most twenty.
    pub fn read(name: LexiconName, text: &[u8], mapping: &Mapping) -> Result<Self, Vec<Fault>> {
        let whole = |reason: String| vec![Fault { line: 0, reason }];
        let text = std::str::from_utf8(text).map_err(|error| {
            let line = text[..error.valid_up_to()].iter().filter(|b| **b == b'\n').count() as u64 + 1;
            vec![Fault { line, reason: "the file is not UTF-8; save it as UTF-8".into() }]
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let about = text.lines().take_while(|line| line.starts_with('#')).filter_map(|line| line[1..].trim().split_once(": "));
        let about = about.map(|(key, said)| (key.to_owned(), said.to_owned())).collect();
        let first = text.lines().find(|line| !line.starts_with('#') && !line.trim().is_empty()).unwrap_or_default();
        let tabs = first.contains('\t');
        // A tab-separated file of a dictionary has no quotes: a quote in it is a character of a name.
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(if tabs { b'\t' } else { b',' })
            .quoting(!tabs)
            .comment(Some(b'#'))
            .flexible(true)
            .has_headers(true)
            .from_reader(text.as_bytes());
        let head = reader.headers().map_err(|error| whole(error.to_string()))?.clone();
        let places = places(name.columns(), &head, mapping).map_err(whole)?;

        let (mut rows, mut faults) = (Vec::new(), Vec::new());
        let mut fault = |line, reason| {
            faults.push(Fault { line, reason });
            faults.len() >= TOLD
        };
        for record in reader.records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    fault(error.position().map_or(0, csv::Position::line), "the row cannot be read".into());
                    break;
                }
            };
            let line = record.position().map_or(0, csv::Position::line);
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let mut row = Vec::with_capacity(places.len());
            let mut full = false;
            for (column, place) in name.columns().iter().zip(&places) {
                let cell = place.and_then(|place| record.get(place)).unwrap_or_default();
                let formed = if cell.len() > LONGEST { Err("the text is too long") } else { (column.form)(cell) };
                match formed {
                    Ok(cell) => row.push(cell),
                    // What stands there is not repeated: a table of the wrong kind may hold anything.
                    Err(reason) => full |= fault(line, format!("{}: {reason}", column.name)),
                }
            }
            if row.len() == places.len() {
                rows.push((row, line));
            }
            if full {
                break;
            }
        }
        rows.sort();
        let before = rows.len();
        rows.dedup_by(|next, kept| next.0 == kept.0);
        let repeated = before - rows.len();
        if !name.repeats() {
            for pair in rows.windows(2) {
                if pair[0].0[0] == pair[1].0[0] {
                    let (first, second) = (pair[0].1.min(pair[1].1), pair[0].1.max(pair[1].1));
                    if faults.len() < TOLD {
                        faults.push(Fault { line: second, reason: format!("says something else of what stands in line {first}") });
                    }
                }
            }
        }
        if rows.is_empty() && faults.is_empty() {
            faults.push(Fault { line: 0, reason: "there are no rows".into() });
        }
        if faults.is_empty() {
            Ok(Self { rows: rows.into_iter().map(|(row, _)| row).collect(), repeated, about })
        } else {
            faults.sort_by_key(|fault| fault.line);
            Err(faults)
        }
    }

    /// The text of a dictionary's file: a head, the names of the columns, the rows.
    pub fn render(&self, name: LexiconName) -> String {
        let mut text = String::new();
        for (key, said) in &self.about {
            let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
            text.push_str(&format!("# {key}: {said}\n"));
        }
        text.push_str(&name.columns().iter().map(|column| column.name).collect::<Vec<_>>().join("\t"));
        text.push('\n');
        for row in &self.rows {
            text.push_str(&row.join("\t"));
            text.push('\n');
        }
        text
    }
}

/// Where each column of the dictionary stands in the file.
fn places(columns: &[Column], head: &csv::StringRecord, mapping: &Mapping) -> Result<Vec<Option<usize>>, String> {
    if let Some((unknown, _)) = mapping.iter().find(|(ours, _)| columns.iter().all(|column| column.name != ours)) {
        let names = columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
        return Err(format!("there is no column {unknown}; the columns are {names}"));
    }
    let alike = |a: &str, b: &str| a.trim().eq_ignore_ascii_case(b.trim());
    columns
        .iter()
        .map(|column| {
            let theirs = mapping.iter().find(|(ours, _)| ours == column.name).map(|(_, theirs)| theirs.as_str());
            let found = head.iter().position(|cell| alike(cell, theirs.unwrap_or(column.name)));
            let numbered = || theirs?.parse::<usize>().ok().filter(|n| (1..=head.len()).contains(n)).map(|n| n - 1);
            match found.or_else(numbered) {
                Some(place) => Ok(Some(place)),
                None if theirs.is_none() && column.optional => Ok(None),
                None => Err(format!(
                    "the first row names no column {}; say which it is with --column {}=NAME or its number",
                    theirs.unwrap_or(column.name),
                    column.name
                )),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: LexiconName, text: &str, mapping: &[(&str, &str)]) -> Result<Rows, Vec<Fault>> {
        let mapping: Vec<(String, String)> = mapping.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect();
        Rows::read(name, text.as_bytes(), &mapping)
    }

    #[test]
    fn tables_of_other_houses_are_read() {
        let rows = read(LexiconName::Icd10cm, "Code,Title,Billable\nI10,\"Essential, primary\",1\nE11.9,Diabetes,no\n", &[]).unwrap();
        assert_eq!(rows.rows, [["E119", "no", "Diabetes"], ["I10", "yes", "Essential, primary"]]);
        let rows = read(LexiconName::Family, "\u{feff}id\tsurname\n1\tO'Brien\n2\tLee\n3\tLEE\n", &[("name", "Surname")]).unwrap();
        assert_eq!((rows.rows, rows.repeated), (vec![vec!["lee".into(), String::new()], vec!["obrien".into(), String::new()]], 1));
        let rows = read(LexiconName::Family, "a,b\n1,Lee\n", &[("name", "2")]).unwrap();
        assert_eq!(rows.rows[0][0], "lee");
        let rows = read(LexiconName::Places, "postal_code,city,state\r\n01001,Agawam,ma\r\n01001,Feeding Hills,MA\r\n", &[]).unwrap();
        assert_eq!(rows.rows.len(), 2);
    }

    #[test]
    fn faults_name_line_and_reason_and_quote_nothing() {
        let table: [(LexiconName, &str, &[(u64, &str)]); 6] = [
            (LexiconName::Icd10cm, "code,title\nI10,Hypertension\nSmith,John\n,x\n", &[(3, "code: "), (4, "code: ")]),
            (LexiconName::Icd10cm, "code,title\nI10,Hypertension\nI10,Other\n", &[(3, "line 2")]),
            (LexiconName::Vaccines, "name,cvx\n,0\n", &[(2, "name: "), (2, "cvx: ")]),
            (LexiconName::Places, "zip,city,state\n01001,a,MA\n", &[(0, "--column postal_code=")]),
            (LexiconName::Drugs, "", &[(0, "no column name")]),
            (LexiconName::Drugs, "name\n", &[(0, "no rows")]),
        ];
        for (name, text, expected) in table {
            let faults = read(name, text, &[]).unwrap_err();
            assert_eq!(faults.len(), expected.len(), "{text:?}: {faults:?}");
            for (fault, (line, reason)) in faults.iter().zip(expected) {
                assert!(fault.line == *line && fault.reason.contains(reason), "{text:?}: {fault}");
                assert!(!fault.reason.contains("Smith"));
            }
        }
        assert_eq!(Rows::read(LexiconName::Drugs, b"name\nok\n\xff\n", &[]).unwrap_err()[0].line, 3);
        assert!(read(LexiconName::Drugs, "name\na\n", &[("nom", "name")]).unwrap_err()[0].reason.contains("nom"));
    }

    #[test]
    fn what_is_written_is_read_again_as_it_is() {
        let mut rows = read(LexiconName::Drugs, "name,kind,ingredient\nZestril,brand,Lisinopril\nlisinopril,,\n", &[]).unwrap();
        rows.about.insert("source".into(), "our\npharmacy".into());
        let text = rows.render(LexiconName::Drugs);
        assert_eq!(text, "# source: our pharmacy\nname\tkind\tingredient\nlisinopril\tgeneric\t\nzestril\tbrand\tlisinopril\n");
        let again = Rows::read(LexiconName::Drugs, text.as_bytes(), &[]).unwrap();
        assert_eq!(again.render(LexiconName::Drugs), text);
    }
}
