//! Keeps spreadsheets from taking text off a page for a formula.
//!
//! A cell that begins with `=`, `+`, `-`, `@`, a tab or a line break, or with the full-width forms of those signs, gets an apostrophe before it, which a spreadsheet
//! shows as text (OWASP ASVS 5.0, 1.2.10). So does a cell that begins with an apostrophe of its own: taking exactly one apostrophe away
//! gives every value back unchanged.

use std::borrow::Cow;

/// The text as it may stand in a spreadsheet's cell.
pub fn guard(text: &str) -> Cow<'_, str> {
    let risky = |c: char| matches!(c, '\'' | '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠');
    if text.starts_with(risky) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text that was guarded.
pub fn unguard(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_could_be_a_formula_is_guarded() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("+15035550123", "'+15035550123"),
            ("'=1", "''=1"),
            ("＝1", "'＝1"),
            ("\t=1", "'\t=1"),
            ("O'Brien", "O'Brien"),
            ("3-4", "3-4"),
            ("", ""),
        ] {
            assert_eq!(guard(text), cell);
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "(?s)[='+@\t-]{0,3}.{0,20}") {
            let cell = guard(&text);
            prop_assert_eq!(unguard(&cell), text.as_str());
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']));
        }
    }
}
