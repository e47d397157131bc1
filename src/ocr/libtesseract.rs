//! libtesseract's C interface, made safe: one engine, pages in, words out. The functions are those that the `tesseract` crate binds; the crate's own
//! engine has neither a deadline nor an iterator over words and characters, and loses its state on any error.
//!
//! Together with `raw_lines.rs` and `one_thread.rs` the only unsafe code of the program. What makes it sound: the engine is used by one thread at a time
//! (`&mut self`), it copies the page before `recognise` reads it, and no pointer of the library's outlives the call that got it.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr::{self, NonNull};
use std::sync::Once;
use std::time::{Duration, Instant};

use tesseract::plumbing::leptonica_plumbing::leptonica_sys as leptonica;
use tesseract::plumbing::tesseract_sys as sys;

use crate::model::{Doubt, GreyPage, Rect, Word};

use super::{PageSegmentation, one_thread, raw_lines};

const BLOCK: sys::TessPageIteratorLevel = sys::TessPageIteratorLevel_RIL_BLOCK;
const LINE: sys::TessPageIteratorLevel = sys::TessPageIteratorLevel_RIL_TEXTLINE;
const WORD: sys::TessPageIteratorLevel = sys::TessPageIteratorLevel_RIL_WORD;
const SYMBOL: sys::TessPageIteratorLevel = sys::TessPageIteratorLevel_RIL_SYMBOL;

/// Characters under this figure (0–100) are doubts. Of words at 80–90, 78 % were right, of words at 90–93, 95 % (26,427 words of generated pages).
const UNSURE: f32 = 90.0;
/// Most alternatives kept of a character: what the engine gives after them is noise.
const ALTERNATIVES: usize = 3;

/// Why a page was not recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// The deadline passed.
    Late,
    /// The library said that it failed, no more.
    Failed,
}

/// A started engine.
pub(super) struct Api(NonNull<sys::TessBaseAPI>);

// SAFETY: an engine keeps no state of the thread that made it; upstream promises that engines of different threads do not touch.
unsafe impl Send for Api {}

impl Api {
    /// Starts an engine; `None` if the library does not (a damaged model). Costs about 100 ms.
    pub(super) fn start(folder: &CStr, languages: &CStr, variables: &[(&CStr, &CStr)]) -> Option<Self> {
        quiet();
        raw_lines::install();
        one_thread::install();
        // SAFETY: takes nothing; null is looked for.
        let api = Self(NonNull::new(unsafe { sys::TessBaseAPICreate() })?);
        // SAFETY: the engine lives, both strings end in NUL and are copied.
        if unsafe { sys::TessBaseAPIInit3(api.raw(), folder.as_ptr(), languages.as_ptr()) } != 0 {
            return None;
        }
        for (name, value) in variables {
            // SAFETY: as above.
            if unsafe { sys::TessBaseAPISetVariable(api.raw(), name.as_ptr(), value.as_ptr()) } == 0 {
                return None;
            }
        }
        Some(api)
    }

    /// How pages are cut from now on.
    pub(super) fn segment(&mut self, how: PageSegmentation) {
        let mode = match how {
            PageSegmentation::Auto => sys::TessPageSegMode_PSM_AUTO,
            PageSegmentation::Column => sys::TessPageSegMode_PSM_SINGLE_COLUMN,
            PageSegmentation::Block => sys::TessPageSegMode_PSM_SINGLE_BLOCK,
            PageSegmentation::Sparse => sys::TessPageSegMode_PSM_SPARSE_TEXT,
        };
        // SAFETY: the engine lives.
        unsafe { sys::TessBaseAPISetPageSegMode(self.raw(), mode) }
    }

    /// Reads a page. Its sides must fit `width` and `height`, which are at least 1; `pixels` holds width × height bytes, one a pixel.
    pub(super) fn recognise(
        &mut self,
        page: &GreyPage,
        (width, height): (c_int, c_int),
        dpi: c_int,
        limit: Duration,
    ) -> Result<Vec<Word>, Stopped> {
        assert_eq!(page.pixels.len(), width as usize * height as usize, "a page's pixels do not fill its sides");
        let monitor = Monitor::new(limit).ok_or(Stopped::Failed)?;
        let started = Instant::now();
        // SAFETY: the engine lives, and copies the pixels, of which there are as many as it is told (asserted above). The monitor outlives the call.
        let result = unsafe {
            sys::TessBaseAPISetImage(self.raw(), page.pixels.as_ptr(), width, height, 1, width);
            sys::TessBaseAPISetSourceResolution(self.raw(), dpi);
            sys::TessBaseAPIRecognize(self.raw(), monitor.0.as_ptr())
        };
        let words = match result {
            0 => Ok(self.words()),
            _ if started.elapsed() >= limit => Err(Stopped::Late),
            _ => Err(Stopped::Failed),
        };
        // SAFETY: the engine lives; no iterator does any more. Gives back the memory of the page.
        unsafe { sys::TessBaseAPIClear(self.raw()) };
        words
    }

    fn words(&mut self) -> Vec<Word> {
        let Some(words) = Words::of(self) else { return Vec::new() };
        let (mut found, mut line, mut block) = (Vec::new(), 0, 0);
        loop {
            if let Some(text) = words.text(WORD) {
                line += u32::from(words.begins(LINE));
                block += u32::from(words.begins(BLOCK));
                let confidence = words.confidence(WORD);
                if let Some(rect) = words.place().filter(|_| !text.trim().is_empty()) {
                    let doubts = if confidence < UNSURE { words.doubts() } else { Vec::new() };
                    let text = text.trim().to_owned();
                    let confidence = (confidence / 100.0).clamp(0.0, 1.0);
                    found.push(Word { text, rect, confidence, line, block, doubts, second: None, suggested: false });
                }
            }
            if !words.next(WORD) {
                return found;
            }
        }
    }

    fn raw(&self) -> *mut sys::TessBaseAPI {
        self.0.as_ptr()
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        // SAFETY: made by `TessBaseAPICreate`, deleted once.
        unsafe { sys::TessBaseAPIDelete(self.raw()) }
    }
}

/// Keeps leptonica's remarks about odd pictures off standard error: they name nothing that a person could mend.
fn quiet() {
    static ONCE: Once = Once::new();
    // SAFETY: sets a number in the library, before the first picture is made and once.
    ONCE.call_once(|| unsafe {
        leptonica::setMsgSeverity(leptonica::L_SEVERITY_NONE as i32);
    });
}

/// A deadline that the engine looks at before each line of text.
struct Monitor(NonNull<sys::ETEXT_DESC>);

impl Monitor {
    fn new(limit: Duration) -> Option<Self> {
        // SAFETY: takes nothing; null is looked for.
        let monitor = Self(NonNull::new(unsafe { sys::TessMonitorCreate() })?);
        // 0 would mean no deadline.
        let milliseconds = c_int::try_from(limit.as_millis()).unwrap_or(c_int::MAX).max(1);
        // SAFETY: the monitor lives.
        unsafe { sys::TessMonitorSetDeadlineMSecs(monitor.0.as_ptr(), milliseconds) };
        Some(monitor)
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        // SAFETY: made by `TessMonitorCreate`, deleted once.
        unsafe { sys::TessMonitorDelete(self.0.as_ptr()) }
    }
}

/// Walks over what was recognised; borrows the engine, which must not be used meanwhile.
struct Words<'a> {
    at: NonNull<sys::TessResultIterator>,
    _engine: std::marker::PhantomData<&'a mut Api>,
}

impl<'a> Words<'a> {
    /// `None` if there is nothing on the page.
    fn of(api: &'a mut Api) -> Option<Self> {
        // SAFETY: the engine lives and has recognised.
        let at = NonNull::new(unsafe { sys::TessBaseAPIGetIterator(api.raw()) })?;
        Some(Self { at, _engine: std::marker::PhantomData })
    }

    fn raw(&self) -> *mut sys::TessResultIterator {
        self.at.as_ptr()
    }

    /// The same place for functions of the page iterator, which need no deleting of their own.
    fn page(&self) -> *const sys::TessPageIterator {
        // SAFETY: the iterator lives.
        unsafe { sys::TessResultIteratorGetPageIteratorConst(self.raw()) }
    }

    fn next(&self, level: sys::TessPageIteratorLevel) -> bool {
        // SAFETY: the iterator lives.
        unsafe { sys::TessResultIteratorNext(self.raw(), level) != 0 }
    }

    fn begins(&self, level: sys::TessPageIteratorLevel) -> bool {
        // SAFETY: the iterator lives.
        unsafe { sys::TessPageIteratorIsAtBeginningOf(self.page(), level) != 0 }
    }

    fn ends_word(&self) -> bool {
        // SAFETY: the iterator lives.
        unsafe { sys::TessPageIteratorIsAtFinalElement(self.page(), WORD, SYMBOL) != 0 }
    }

    /// 0–100.
    fn confidence(&self, level: sys::TessPageIteratorLevel) -> f32 {
        // SAFETY: the iterator lives.
        let figure = unsafe { sys::TessResultIteratorConfidence(self.raw(), level) };
        if figure.is_finite() { figure } else { 0.0 }
    }

    /// `None` where no word stands (a picture).
    fn text(&self, level: sys::TessPageIteratorLevel) -> Option<String> {
        // SAFETY: the iterator lives; the text is copied before it is given back to the library that made it.
        unsafe {
            let text = sys::TessResultIteratorGetUTF8Text(self.raw(), level);
            let copy = copied(text);
            if !text.is_null() {
                sys::TessDeleteText(text);
            }
            copy
        }
    }

    /// Where the word stands, in pixels of the page; `None` if the library does not say.
    fn place(&self) -> Option<Rect> {
        let (mut x0, mut y0, mut x1, mut y1) = (0, 0, 0, 0);
        // SAFETY: the iterator lives; four numbers are written.
        let known = unsafe { sys::TessPageIteratorBoundingBox(self.page(), WORD, &raw mut x0, &raw mut y0, &raw mut x1, &raw mut y1) };
        (known != 0).then(|| Rect::from_corners(x0 as f32, y0 as f32, x1 as f32, y1 as f32))
    }

    /// The unsure characters of the word that the iterator stands on; leaves it on the word's last one.
    fn doubts(&self) -> Vec<Doubt> {
        let (mut doubts, mut at) = (Vec::new(), 0);
        loop {
            let text = self.text(SYMBOL).unwrap_or_default();
            let confidence = self.confidence(SYMBOL);
            if confidence < UNSURE && !text.is_empty() {
                doubts.push(Doubt { at, confidence: (confidence / 100.0).clamp(0.0, 1.0), others: self.others(&text) });
            }
            at = at.saturating_add(text.chars().count() as u16);
            if self.ends_word() || !self.next(SYMBOL) {
                return doubts;
            }
        }
    }

    /// What the character might be as well.
    fn others(&self, text: &str) -> Vec<String> {
        // SAFETY: the iterator stands on a character; the choices are deleted below, and their texts, which belong to them, copied before.
        let Some(choices) = NonNull::new(unsafe { sys::TessResultIteratorGetChoiceIterator(self.raw()) }) else { return Vec::new() };
        let mut others: Vec<String> = Vec::new();
        loop {
            // SAFETY: the choices live.
            let other = unsafe { copied(sys::TessChoiceIteratorGetUTF8Text(choices.as_ptr())) };
            if let Some(other) = other.filter(|o| !o.trim().is_empty() && o != text && !others.contains(o)) {
                others.push(other);
            }
            // SAFETY: the choices live.
            if others.len() == ALTERNATIVES || unsafe { sys::TessChoiceIteratorNext(choices.as_ptr()) } == 0 {
                break;
            }
        }
        // SAFETY: made above, deleted once.
        unsafe { sys::TessChoiceIteratorDelete(choices.as_ptr()) };
        others
    }
}

impl Drop for Words<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `TessBaseAPIGetIterator`, deleted once.
        unsafe { sys::TessResultIteratorDelete(self.raw()) }
    }
}

/// Copies a text of the library's; what is not UTF-8 in it is replaced.
///
/// # Safety
/// `text` is null or ends in NUL.
unsafe fn copied(text: *const c_char) -> Option<String> {
    if ptr::eq(text, ptr::null()) {
        return None;
    }
    // SAFETY: not null, and the caller vouches for the NUL.
    Some(unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
}

/// A text for the library; what stands after a NUL is left out, which no name or path has.
pub(super) fn c_text(text: &str) -> CString {
    CString::new(text.split('\0').next().unwrap_or_default()).unwrap_or_default()
}
