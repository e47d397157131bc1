//! A dictionary in memory: its text, and where each row begins. Rows are in the order of their bytes, so that a look-up is a binary search.

use std::ops::Range;

/// Rows of columns parted by tabs, in ascending order; the first column is the key and may stand in several rows.
#[derive(Debug, Default)]
pub(super) struct Table {
    text: String,
    starts: Vec<u32>,
}

impl Table {
    /// Takes rows that are in order: lines that begin with `#` and the first other line, the names of the columns, are none of them.
    /// Rows out of order (which a test and the checks of a site's files rule out) are put in order, since no look-up would find them.
    pub(super) fn new(text: String) -> Self {
        let mut starts = Vec::with_capacity(text.len() / 24);
        let mut at = 0;
        let mut headed = false;
        for line in text.split_inclusive('\n') {
            let start = at;
            at += line.len();
            if line.starts_with('#') || line.trim_end().is_empty() {
                continue;
            }
            if !headed {
                headed = true;
                continue;
            }
            starts.push(u32::try_from(start).unwrap_or(u32::MAX));
        }
        let mut table = Self { text, starts };
        if !(1..table.len()).all(|i| table.key(i - 1) <= table.key(i)) {
            let mut starts = std::mem::take(&mut table.starts);
            starts.sort_by(|a, b| table.line(*a).cmp(table.line(*b)));
            table.starts = starts;
        }
        table
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    fn line(&self, start: u32) -> &str {
        let rest = self.text.get(start as usize..).unwrap_or_default();
        rest.split('\n').next().unwrap_or_default().trim_end_matches('\r')
    }

    /// The row of a number below `len`.
    pub(super) fn row(&self, index: usize) -> &str {
        self.starts.get(index).map_or("", |start| self.line(*start))
    }

    fn key(&self, index: usize) -> &str {
        self.row(index).split('\t').next().unwrap_or_default()
    }

    /// The numbers of the rows with this key.
    pub(super) fn range(&self, key: &str) -> Range<usize> {
        let bound = |past: bool| {
            self.starts.partition_point(|start| {
                let found = self.line(*start).split('\t').next().unwrap_or_default();
                if past { found <= key } else { found < key }
            })
        };
        let first = bound(false);
        if first < self.len() && self.key(first) == key { first..bound(true) } else { first..first }
    }

    /// Whether a key begins with this text.
    pub(super) fn begins(&self, head: &str) -> bool {
        let first = self.starts.partition_point(|start| self.line(*start) < head);
        first < self.len() && self.key(first).starts_with(head)
    }

    /// The first row with this key.
    pub(super) fn find(&self, key: &str) -> Option<&str> {
        let range = self.range(key);
        (!range.is_empty()).then(|| self.row(range.start))
    }
}

/// The columns of a row; what is missing is empty.
pub(super) fn columns<const N: usize>(row: &str) -> [&str; N] {
    let mut parts = row.split('\t');
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_and_no_other() {
        let table = Table::new("# about\nkey\tvalue\na\t1\nab\t2\nab\t3\nb\t4\n".into());
        let found = |key| table.range(key).map(|i| columns::<2>(table.row(i))[1].to_owned()).collect::<Vec<_>>();
        assert_eq!(found("a"), ["1"]);
        assert_eq!(found("ab"), ["2", "3"]);
        assert_eq!(found("b"), ["4"]);
        for absent in ["", "aa", "abc", "c", "key", "#"] {
            assert!(found(absent).is_empty(), "{absent}");
        }
        assert_eq!(table.find("ab"), Some("ab\t2"));
        for (head, begins) in [("", true), ("a", true), ("ab", true), ("abc", false), ("b", true), ("c", false), ("ab\t2", false)] {
            assert_eq!(table.begins(head), begins, "{head}");
        }
    }

    #[test]
    fn odd_texts_are_tables_too() {
        for text in ["", "#", "key", "key\n", "\n\n", "key\n\n", "key\nb\na"] {
            let table = Table::new(text.into());
            assert_eq!(table.find("nothing"), None, "{text:?}");
        }
        let table = Table::new("key\tv\r\nb\t1\r\na\t2".into());
        assert_eq!(table.find("a"), Some("a\t2"));
        assert_eq!(table.find("b"), Some("b\t1"));
    }
}
