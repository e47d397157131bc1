//! Keeps spreadsheets from taking text off a page for a formula.
//!
//! A cell that begins with `=`, `+`, `-`, `@`, a tab, a line break or a NUL, or with the full-width forms of those signs, gets an apostrophe before it, which a spreadsheet
//! shows as text (OWASP ASVS 5.0, 1.2.10; never a tab, which is dangerous itself: CVE-2021-41270). So does a cell that begins with an apostrophe of its own: taking exactly
//! one apostrophe away, and only where a guard was needed, gives every value back unchanged, and leaves alone what people type with an apostrophe of their own (`'t Hooft`).

use std::borrow::Cow;

/// The text as it may stand in a spreadsheet's cell.
pub fn guard(text: &str) -> Cow<'_, str> {
    if needs_guard(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text that was guarded.
pub fn unguard(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| needs_guard(text)).unwrap_or(cell)
}

fn needs_guard(text: &str) -> bool {
    text.starts_with(['\'', '=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠'])
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
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("'=1", "''=1"),
            ("'t Hooft", "''t Hooft"),
            ("＝1", "'＝1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠1", "'＠1"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("\n=1", "'\n=1"),
            ("\0=1", "'\0=1"),
            ("O'Brien", "O'Brien"),
            ("3-4", "3-4"),
            ("", ""),
        ] {
            assert_eq!(guard(text), cell);
            assert_eq!(unguard(cell), text);
        }
    }

    #[test]
    fn what_people_type_keeps_its_own_apostrophe() {
        for (typed, text) in
            [("'t Hooft", "'t Hooft"), ("'", "'"), ("'+15035550123", "+15035550123"), ("''t Hooft", "'t Hooft"), ("''", "'")]
        {
            assert_eq!(unguard(typed), text);
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "(?s)['=+@\t＝-]{0,3}.{0,20}") {
            let cell = guard(&text);
            prop_assert_eq!(unguard(&cell), text.as_str());
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠']));
        }
    }
}
