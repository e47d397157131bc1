//! Passwords that anybody would try first.

/// What people take most often, without digits and signs at the end; a list of our own, made of habits and not copied from any leak.
const HABITS: &str = include_str!("../../../config/common_passwords.txt");

/// Whether a password is one of the first that are tried: a word of the list, the account's own name, one character over and over, or a row of keys,
/// each in any case and with any digits and signs after it.
pub(super) fn is_common(name: &str, password: &str) -> bool {
    let whole = password.trim().to_lowercase();
    let bare = whole.trim_end_matches(|c: char| !c.is_alphabetic());
    let name = name.to_lowercase();
    let first = name.split(['.', '_', '-', '@']).next().unwrap_or_default();
    let words = HABITS.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut known = words.chain([name.as_str(), first]).filter(|word| !word.is_empty());
    known.any(|word| word == whole || word == bare) || is_dull(&whole)
}

/// Few different characters, or one row of the keyboard.
fn is_dull(text: &str) -> bool {
    let mut seen: Vec<char> = text.chars().collect();
    seen.sort_unstable();
    seen.dedup();
    let in_a_row = |by: i64| text.chars().zip(text.chars().skip(1)).all(|(a, b)| i64::from(u32::from(b)) - i64::from(u32::from(a)) == by);
    seen.len() <= 2 || in_a_row(1) || in_a_row(-1)
}
