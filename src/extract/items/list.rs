//! Blocks of text cut into the pieces of a list: numbers, bullets, semicolons, lines, commas.

use super::super::headings::is_number;
use super::super::sections::Block;
use crate::model::PageLayout;

/// One piece of a list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Piece {
    /// Words by page index and word index.
    pub words: Vec<(usize, usize)>,
    /// How many of them stand on the piece's first line.
    pub first_line: usize,
    /// Whether a number or a bullet stood before it.
    pub marked: bool,
}

/// The words' text, joined by single blanks.
pub(crate) fn text(pages: &[PageLayout], words: &[(usize, usize)]) -> String {
    words.iter().map(|&(p, w)| pages[p].word(w).text.as_str()).collect::<Vec<_>>().join(" ")
}

/// A value without the marks that lists put around it.
pub(crate) fn clean(text: &str) -> String {
    text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | '-' | '–' | '—' | '*' | '•' | '|' | '_' | '~' | '‘' | '“')
    })
    .to_owned()
}

#[derive(Clone, Copy)]
struct Token<'a> {
    at: (usize, usize),
    text: &'a str,
    /// First word of its line.
    opens: bool,
}

fn is_bullet(text: &str) -> bool {
    matches!(text, "-" | "–" | "—" | "*" | "•" | "·" | "o" | "+" | "¢" | "°" | "e" | "«" | "»" | "■" | "□")
}

/// Cuts a block. `commas`: a line may hold several items with commas between them.
pub(crate) fn pieces(pages: &[PageLayout], block: &Block, commas: bool) -> Vec<Piece> {
    let mut tokens: Vec<Token> = Vec::new();
    for run in &block.runs {
        for (k, &w) in run.words.iter().enumerate() {
            tokens.push(Token { at: (run.page, w), text: &pages[run.page].word(w).text, opens: k == 0 });
        }
    }
    let numbers = numbers(&tokens);
    let lines = block.runs.len();
    let bullets: Vec<usize> = (0..tokens.len()).filter(|&k| tokens[k].opens && is_bullet(tokens[k].text)).collect();
    let parts: Vec<(Vec<Token>, bool)> = if !numbers.is_empty() {
        split_before(&tokens, &numbers)
    } else if bullets.len() >= 2 || (bullets.len() == 1 && lines == 1) {
        split_before(&tokens, &bullets)
    } else if tokens.iter().any(|t| t.text.ends_with(';')) {
        split_after(&tokens, |k| tokens[k].text.ends_with(';')).into_iter().map(|p| (p, false)).collect()
    } else {
        by_lines(&tokens, commas).into_iter().map(|p| (p, false)).collect()
    };
    let semicolons = numbers.is_empty() && tokens.iter().any(|t| t.text.ends_with(';'));
    let mut pieces = Vec::new();
    for (part, marked) in parts {
        let cut = if commas && !marked && !semicolons { at_commas(&part) } else { vec![part] };
        for part in cut.into_iter().map(without_scraps).filter(|p| p.iter().any(|t| t.text.chars().any(char::is_alphanumeric))) {
            let first_line = part.iter().enumerate().position(|(k, t)| k > 0 && t.opens).unwrap_or(part.len());
            pieces.push(Piece { words: part.iter().map(|t| t.at).collect(), first_line, marked });
        }
    }
    pieces
}

/// Without specks and single small letters before the first capital.
fn without_scraps(part: Vec<Token>) -> Vec<Token> {
    let scrap = |k: usize| {
        let text = part[k].text;
        !text.chars().any(char::is_alphanumeric)
            || (text.chars().count() == 1 && part.get(k + 1).is_some_and(|n| n.text.starts_with(char::is_uppercase)))
    };
    let from = (0..part.len()).find(|&k| !scrap(k)).unwrap_or(part.len());
    part[from..].to_vec()
}

/// Positions of item numbers: at the start of a line or behind a stop, counting up.
fn numbers(tokens: &[Token]) -> Vec<usize> {
    let candidates: Vec<usize> = (0..tokens.len())
        .filter(|&k| {
            let behind_stop = k > 0 && tokens[k - 1].text.ends_with(['.', ';', ',', ')']);
            (tokens[k].opens || behind_stop || k == 0) && is_number(tokens[k].text) && k + 1 < tokens.len()
        })
        .collect();
    // `2002.` at the end of a sentence is a year, not the number of an item.
    let small = |k: &usize| tokens[*k].text.chars().filter(char::is_ascii_digit).count() <= 2;
    let kept: Vec<usize> = candidates.into_iter().filter(small).collect();
    match kept.first() {
        Some(0) => kept,
        _ if kept.len() >= 2 => kept,
        _ => Vec::new(),
    }
}

/// Parts that each begin with a mark, the mark taken out; what stands before the first mark is a part of its own.
fn split_before<'a>(tokens: &[Token<'a>], marks: &[usize]) -> Vec<(Vec<Token<'a>>, bool)> {
    let mut parts = Vec::new();
    if marks[0] > 0 {
        parts.push((tokens[..marks[0]].to_vec(), false));
    }
    for (k, &mark) in marks.iter().enumerate() {
        let end = marks.get(k + 1).copied().unwrap_or(tokens.len());
        let mut part = tokens[mark + 1..end].to_vec();
        if let Some(first) = part.first_mut() {
            first.opens = true;
        }
        parts.push((part, true));
    }
    parts
}

fn split_after<'a>(tokens: &[Token<'a>], ends: impl Fn(usize) -> bool) -> Vec<Vec<Token<'a>>> {
    let mut parts: Vec<Vec<Token>> = vec![Vec::new()];
    for (k, token) in tokens.iter().enumerate() {
        if let Some(part) = parts.last_mut() {
            part.push(*token);
        }
        if ends(k) {
            parts.push(Vec::new());
        }
    }
    parts
}

/// A line a part; a line that begins small, or follows a comma (in lists with commas) or an open bracket, goes on with the one before.
fn by_lines<'a>(tokens: &[Token<'a>], commas: bool) -> Vec<Vec<Token<'a>>> {
    let mut parts: Vec<Vec<Token>> = Vec::new();
    for token in tokens {
        let goes_on = parts.last().and_then(|p| p.last()).is_some_and(|before| {
            let small = token.text.starts_with(|c: char| c.is_lowercase() || c == '(');
            let whole: String = parts.last().map(|p| p.iter().map(|t| t.text).collect()).unwrap_or_default();
            let bracket = whole.matches('(').count() > whole.matches(')').count();
            small || bracket || before.text.ends_with('-') || (commas && before.text.ends_with(','))
        });
        match parts.last_mut() {
            Some(part) if !token.opens || goes_on => part.push(*token),
            _ => parts.push(vec![*token]),
        }
    }
    parts
}

/// Cuts at commas outside brackets, unless what follows begins small: then it is a remark of the same item.
fn at_commas<'a>(tokens: &[Token<'a>]) -> Vec<Vec<Token<'a>>> {
    let mut depth = 0_i32;
    let mut parts: Vec<Vec<Token>> = vec![Vec::new()];
    for (k, token) in tokens.iter().enumerate() {
        depth += token.text.matches('(').count() as i32 - token.text.matches(')').count() as i32;
        depth = depth.max(0);
        if let Some(part) = parts.last_mut() {
            part.push(*token);
        }
        let next_small = tokens.get(k + 1).is_none_or(|n| n.text.starts_with(|c: char| !c.is_uppercase()));
        if token.text.ends_with(',') && depth == 0 && !next_small {
            parts.push(Vec::new());
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::super::super::{body, headings::Headings, sections, testing::typed};
    use super::*;
    use crate::model::DocumentKind;

    fn cut(text_: &str, commas: bool) -> Vec<String> {
        let pages = [typed(&format!("PLAN:\n{text_}"))];
        let headings = Headings::parse(include_str!("../../../config/headings.toml")).unwrap();
        let lines = body::lines(&pages, &headings.furniture);
        let blocks = sections::blocks(&pages, &lines, &headings, DocumentKind::ProgressNote);
        pieces(&pages, &blocks[0], commas).iter().map(|p| clean(&text(&pages, &p.words))).collect()
    }

    #[test]
    fn lists_are_cut_as_they_are_written() {
        for (given, commas, want) in [
            ("1. Asthma. 2. Gout", true, vec!["Asthma", "Gout"]),
            ("1) Asthma, mild\n2) Gout of the\nleft foot", true, vec!["Asthma, mild", "Gout of the left foot"]),
            ("Asthma; Gout, left; Flu", true, vec!["Asthma", "Gout, left", "Flu"]),
            ("Asthma, Gout, left foot, Flu", true, vec!["Asthma", "Gout, left foot", "Flu"]),
            ("Asthma\nGout of the\nleft foot\nFlu", true, vec!["Asthma", "Gout of the left foot", "Flu"]),
            ("Peanuts (rash, hives), Sulfa", true, vec!["Peanuts (rash, hives)", "Sulfa"]),
            ("Aspirin 81 mg, once daily", false, vec!["Aspirin 81 mg, once daily"]),
            ("* Asthma\n* Gout", true, vec!["Asthma", "Gout"]),
            ("Appendectomy 1998.", true, vec!["Appendectomy 1998"]),
        ] {
            assert_eq!(cut(given, commas), want, "{given}");
        }
    }
}
