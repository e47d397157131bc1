//! Blocks of text cut into the pieces of a list: numbers, bullets, semicolons, lines, commas.

use super::super::context::{Context, Said};
use super::super::headings::is_number;
use super::super::sections::Block;
use crate::model::PageLayout;

/// White space of more than this many units before a label in capitals parts two boxes of a form that stand side by side.
const BOX_GAP: f32 = 2.0;

/// One piece of a list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Piece {
    /// Words by page index and word index.
    pub words: Vec<(usize, usize)>,
    /// What the words around say of each.
    pub said: Vec<Said>,
    /// How many of them stand on the piece's first line.
    pub first_line: usize,
    /// Whether a number or a bullet stood before it.
    pub marked: bool,
}

impl Piece {
    /// The same piece without its first words.
    pub(crate) fn from(&self, at: usize) -> Piece {
        Piece {
            words: self.words[at..].to_vec(),
            said: self.said[at..].to_vec(),
            first_line: self.first_line.saturating_sub(at),
            marked: self.marked,
        }
    }

    /// The part that is the patient's own, with the doubt that remains; `None` if all of it is denied or another's.
    pub(crate) fn own(&self, pages: &[PageLayout], context: &Context) -> Option<(Piece, f32)> {
        let words: Vec<&str> = self.words.iter().map(|&(p, w)| pages[p].word(w).text.as_str()).collect();
        let own = context.own(&words, &self.said)?;
        Some((self.from(own.words.start), own.doubt))
    }
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
    said: Said,
}

fn is_bullet(text: &str) -> bool {
    matches!(text, "-" | "–" | "—" | "*" | "•" | "·" | "o" | "+" | "¢" | "°" | "e" | "«" | "»" | "■" | "□")
}

/// Takes out of a list what stands in a box of its own beside it: what follows a label in capitals behind white space, and what stands
/// below that, up to the end of the block.
pub(crate) fn without_neighbours(pages: &[PageLayout], block: &mut Block) {
    let mut bound: Option<(usize, f32)> = None;
    for run in &mut block.runs {
        let page = &pages[run.page];
        let label = run.starts.iter().copied().filter(|&s| s > 0).find(|&s| {
            let (before, word) = (page.word(run.words[s - 1]), page.word(run.words[s]));
            let end = (s..run.words.len().min(s + 3)).find(|&k| page.word(run.words[k]).text.ends_with([':', ';']));
            let capitals = |k: usize| {
                let letters: Vec<char> = page.word(run.words[k]).text.chars().filter(|c| c.is_alphabetic()).collect();
                letters.len() >= 3 && letters.iter().all(|c| c.is_uppercase())
            };
            word.rect.x - before.rect.right() > BOX_GAP * page.unit && end.is_some_and(|end| (s..=end).all(capitals))
        });
        if let Some(at) = label {
            bound = Some((run.page, page.word(run.words[at]).rect.x - page.unit));
        }
        let Some((_, x)) = bound.filter(|(of, _)| *of == run.page) else { continue };
        let cut = (0..run.words.len()).find(|&k| page.word(run.words[k]).rect.x >= x).unwrap_or(run.words.len());
        if cut < run.words.len() && cut > 0 && !run.starts.contains(&cut) {
            // Text runs over the border: the boxes have ended.
            bound = None;
            continue;
        }
        run.words.truncate(cut);
        run.starts.retain(|&s| s < cut);
    }
    block.runs.retain(|run| !run.words.is_empty());
}

/// Cuts a block. `commas`: a line may hold several items with commas or full stops between them.
pub(crate) fn pieces(pages: &[PageLayout], block: &Block, commas: bool, context: &Context) -> Vec<Piece> {
    let mut tokens: Vec<Token> = Vec::new();
    for run in &block.runs {
        for (k, &w) in run.words.iter().enumerate() {
            tokens.push(Token { at: (run.page, w), text: &pages[run.page].word(w).text, opens: k == 0, said: Said::default() });
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
    for (mut part, marked) in parts {
        // A denial reaches over the commas of its line (`No asthma, gout`), so it is judged before they part the items.
        let texts: Vec<&str> = part.iter().map(|t| t.text).collect();
        for (token, said) in part.iter_mut().zip(context.assess(&texts, &[])) {
            token.said = said;
        }
        let cut = if commas && !marked && !semicolons { at_commas(&part) } else { vec![part] };
        for part in cut.into_iter().map(without_scraps).filter(|p| p.iter().any(|t| t.text.chars().any(char::is_alphanumeric))) {
            let first_line = part.iter().enumerate().position(|(k, t)| k > 0 && t.opens).unwrap_or(part.len());
            let (words, said) = (part.iter().map(|t| t.at).collect(), part.iter().map(|t| t.said).collect());
            pieces.push(Piece { words, said, first_line, marked });
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
    let inside = in_brackets(tokens);
    let mut parts: Vec<Vec<Token>> = Vec::new();
    for (k, token) in tokens.iter().enumerate() {
        let goes_on = k.checked_sub(1).is_some_and(|before| {
            let small = token.text.starts_with(|c: char| c.is_lowercase() || c == '(');
            small || inside[before] || tokens[before].text.ends_with('-') || (commas && tokens[before].text.ends_with(','))
        });
        match parts.last_mut() {
            Some(part) if !token.opens || goes_on => part.push(*token),
            _ => parts.push(vec![*token]),
        }
    }
    parts
}

/// Whether an open bracket holds at the end of each word. A bracket that is opened again or never closed was misread: it holds nothing.
fn in_brackets(tokens: &[Token]) -> Vec<bool> {
    let mut inside = vec![false; tokens.len()];
    let mut open: Option<usize> = None;
    for (k, token) in tokens.iter().enumerate() {
        if token.text.contains('(') {
            open = Some(k);
        }
        if token.text.rfind([')', ']', '}']).is_some_and(|close| token.text.rfind('(').is_none_or(|o| o < close))
            && let Some(from) = open.take()
        {
            inside[from..k].fill(true);
        }
    }
    inside
}

/// Whether a word ends a sentence: a full stop that no abbreviation or figure bears.
fn ends_sentence(text: &str) -> bool {
    let bare = text.trim_end_matches([')', '"', '”']);
    bare.ends_with('.') && bare.chars().filter(|c| c.is_alphanumeric()).count() >= 4 && !bare.trim_end_matches('.').contains('.')
}

/// Cuts at commas and full stops outside brackets, unless what follows begins small: then it is a remark of the same item.
fn at_commas<'a>(tokens: &[Token<'a>]) -> Vec<Vec<Token<'a>>> {
    let inside = in_brackets(tokens);
    let mut parts: Vec<Vec<Token>> = vec![Vec::new()];
    for (k, token) in tokens.iter().enumerate() {
        if let Some(part) = parts.last_mut() {
            part.push(*token);
        }
        let next_small = tokens.get(k + 1).is_none_or(|n| n.text.starts_with(|c: char| !c.is_uppercase()));
        if (token.text.ends_with(',') || ends_sentence(token.text)) && !inside[k] && !next_small {
            parts.push(Vec::new());
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::super::super::{body, context::tests::embedded, headings::Headings, sections, testing::typed};
    use super::*;
    use crate::model::DocumentKind;

    fn cut(text_: &str, commas: bool) -> Vec<String> {
        let pages = [typed(&format!("PLAN:\n{text_}"))];
        let headings = Headings::parse(include_str!("../../../config/headings.toml")).unwrap();
        let lines = body::lines(&pages, &headings.furniture);
        let blocks = sections::blocks(&pages, &lines, &headings, DocumentKind::ProgressNote);
        pieces(&pages, &blocks[0], commas, &embedded()).iter().map(|p| clean(&text(&pages, &p.words))).collect()
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
            ("Asthma. Gout. Flu vs. cold", true, vec!["Asthma", "Gout", "Flu vs. cold"]),
            // A bracket that was read as another sign holds nothing together.
            ("Peanuts (rash, Sulfa (hives), Latex", true, vec!["Peanuts (rash", "Sulfa (hives)", "Latex"]),
        ] {
            assert_eq!(cut(given, commas), want, "{given}");
        }
    }
}
