//! A second reading of born-digital text, by another program (`pdf-extract`): a word that only one of the two finds is doubted.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use pdf_extract::{Document, PlainTextOutput, output_doc_page};
use unicode_normalization::UnicodeNormalization;

use super::super::DecodeSettings;
use super::super::child::allow_cpu;
use crate::model::Word;

/// Confidence of a word that the second reading does not find.
const DOUBTED: f32 = 0.9;
/// Confidence of a word when there is no second reading of its page.
const UNCONFIRMED: f32 = 0.95;
/// Processor time that the second reading of a page may take, seconds. It loops for ever on some files; the parent then
/// starts the child anew without it.
const CPU_SECONDS: u64 = 15;

/// Reads pages a second time. The file is parsed when the first page asks.
pub(super) struct SecondReader {
    bytes: Arc<Vec<u8>>,
    pages: u32,
    state: State,
}

enum State {
    Unopened,
    Open(Box<Document>),
    /// It failed once: it is not asked again.
    Useless,
}

impl SecondReader {
    /// `pages` as the first reading counts them.
    pub(super) fn new(bytes: &Arc<Vec<u8>>, pages: u32) -> Self {
        Self { bytes: bytes.clone(), pages, state: State::Unopened }
    }

    /// Lowers the confidence of words that the second reading of page `number` does not hold, letter for letter, blanks ignored.
    pub(super) fn doubt(&mut self, number: u32, words: &mut [Word], settings: &DecodeSettings) {
        let text = if settings.second_reading {
            allow_cpu(CPU_SECONDS.min(settings.cpu_seconds));
            let text = self.read(number);
            allow_cpu(settings.cpu_seconds);
            text
        } else {
            None
        };
        judge(words, text.as_deref());
    }

    fn read(&mut self, number: u32) -> Option<String> {
        let text = catch_unwind(AssertUnwindSafe(|| {
            let document = self.document()?;
            let mut text = String::new();
            output_doc_page(document, &mut PlainTextOutput::new(&mut text), number).ok()?;
            Some(text)
        }));
        match text {
            Ok(text) => text,
            Err(_) => {
                self.state = State::Useless;
                None
            }
        }
    }

    fn document(&mut self) -> Option<&Document> {
        if matches!(self.state, State::Unopened) {
            // Useless until proved otherwise: a panic in here must not lead to a second try.
            self.state = State::Useless;
            let document = Document::load_mem(&self.bytes).ok()?;
            if !document.is_encrypted() && document.get_pages().len() == self.pages as usize {
                self.state = State::Open(Box::new(document));
            }
        }
        match &self.state {
            State::Open(document) => Some(document),
            _ => None,
        }
    }
}

fn letters(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace() && !c.is_control()).collect()
}

fn judge(words: &mut [Word], text: Option<&str>) {
    let Some(text) = text.map(letters).filter(|text| !text.is_empty()) else {
        words.iter_mut().for_each(|word| word.confidence = word.confidence.min(UNCONFIRMED));
        return;
    };
    for word in words {
        if !text.contains(&letters(&word.text)) {
            word.confidence = word.confidence.min(DOUBTED);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rect;

    #[test]
    fn words_that_only_one_reader_finds_are_doubted() {
        let word =
            |text: &str| Word { text: text.to_owned(), rect: Rect::default(), confidence: 1.0, line: 0, block: 0, ..Word::default() };
        let mut words = [word("Lisinopril"), word("fi²"), word("20mg"), word("Smith")];
        judge(&mut words, Some("Lisino pril\n\u{FB01}2 2O mg  Smi\nth"));
        assert_eq!(words.map(|w| w.confidence), [1.0, 1.0, DOUBTED, 1.0]);
        let mut words = [word("Lisinopril")];
        judge(&mut words, None);
        assert_eq!(words[0].confidence, UNCONFIRMED);
    }
}
