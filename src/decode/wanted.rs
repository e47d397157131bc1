//! Which pages of a file are asked for.

use std::fmt;
use std::ops::RangeInclusive;

use crate::model::PageNumber;

/// Pages of a file, 1-based, as ascending ranges. Written as `3-7,9` on the child's command line; without an end as `3-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted(Vec<RangeInclusive<u32>>);

impl Wanted {
    /// This page and all that follow.
    pub(super) fn from(first: PageNumber) -> Self {
        Self(vec![first.get()..=u32::MAX])
    }

    /// These pages.
    pub(super) fn these(pages: &[PageNumber]) -> Self {
        let mut numbers: Vec<u32> = pages.iter().map(|page| page.get()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut ranges: Vec<RangeInclusive<u32>> = Vec::new();
        for number in numbers {
            match ranges.last_mut() {
                Some(last) if *last.end() + 1 == number => *last = *last.start()..=number,
                _ => ranges.push(number..=number),
            }
        }
        Self(ranges)
    }

    /// The first wanted page from `number` on.
    pub(super) fn next_from(&self, number: u32) -> Option<u32> {
        self.0.iter().find(|range| *range.end() >= number).map(|range| number.max(*range.start()))
    }

    /// Those of the pages that begin at `number`.
    pub(super) fn rest_from(&self, number: u32) -> Self {
        let rest = self.0.iter().filter(|range| *range.end() >= number);
        Self(rest.map(|range| number.max(*range.start())..=*range.end()).collect())
    }

    /// Whether the page is asked for.
    pub(super) fn contains(&self, number: u32) -> bool {
        self.next_from(number) == Some(number)
    }

    /// Reads what [`fmt::Display`] wrote.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let range = |part: &str| {
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            let from = from.parse().ok()?;
            let to = if to.is_empty() { u32::MAX } else { to.parse().ok()? };
            (from >= 1 && from <= to).then_some(from..=to)
        };
        text.split(',').map(range).collect::<Option<Vec<_>>>().map(Self)
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, range) in self.0.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            match (range.start(), range.end()) {
                (from, &u32::MAX) => write!(f, "{comma}{from}-")?,
                (from, to) if from == to => write!(f, "{comma}{from}")?,
                (from, to) => write!(f, "{comma}{from}-{to}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn these(pages: &[u32]) -> Wanted {
        Wanted::these(&pages.iter().copied().map(PageNumber::new).collect::<Vec<_>>())
    }

    #[test]
    fn pages_survive_the_command_line() {
        let table: [(&[u32], &str); 4] = [(&[1], "1"), (&[9, 3, 4, 5, 4], "3-5,9"), (&[2, 4], "2,4"), (&[1, 2], "1-2")];
        for (pages, text) in table {
            let wanted = these(pages);
            assert_eq!(wanted.to_string(), text);
            assert_eq!(Wanted::parse(text), Some(wanted));
        }
        assert_eq!(Wanted::parse("7-").unwrap(), Wanted::from(PageNumber::new(7)));
        assert_eq!(Wanted::from(PageNumber::new(7)).to_string(), "7-");
        for wrong in ["", "0", "5-3", "a", "1,,2", "-4"] {
            assert_eq!(Wanted::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn pages_follow_one_another() {
        let wanted = these(&[3, 4, 5, 9]);
        let table = [(1, Some(3)), (4, Some(4)), (6, Some(9)), (9, Some(9)), (10, None)];
        for (from, next) in table {
            assert_eq!(wanted.next_from(from), next, "{from}");
        }
        assert!(wanted.contains(5) && !wanted.contains(6));
        assert_eq!(wanted.rest_from(5).to_string(), "5,9");
        assert_eq!(wanted.rest_from(6).to_string(), "9");
    }
}
