//! Page to words: the trait that all engines share, what may be set, how engines are made and lent out. Owns every call of libtesseract
//! (in `libtesseract.rs`, over the `tesseract` crate). Leaves the choice of turns and the cleaning of words to the pipeline.
//!
//! # OpenMP
//! libtesseract asks OpenMP for four threads a page, which costs several times the time of one thread once all cores are busy. `one_thread.rs`
//! stands in for GNU's OpenMP. For a libtesseract that was built with another one there is `OMP_THREAD_LIMIT`, which is read when the
//! program is loaded, before `main`: [`thread_limit_missing`] tells the command line to start itself once more with `OMP_THREAD_LIMIT=1`.

pub mod faults;
mod libtesseract;
mod one_thread;
mod pool;
mod raw_lines;
mod recorded;
pub mod second;
mod tesseract;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::model::{GreyPage, Word};

pub use one_thread::openmp_replaced;
pub use pool::{EnginePool, PooledEngine};
pub use raw_lines::lines_spared;
pub use recorded::{RecordedEngine, RecordedFactory};
pub use second::{CropReader, Second, SecondSettings};
pub use tesseract::{TesseractEngine, TesseractFactory};

/// Name of the variable that has to stand in the environment before the process starts, with the value [`THREAD_LIMIT`].
pub const THREAD_LIMIT_VARIABLE: &str = "OMP_THREAD_LIMIT";
/// The value that [`THREAD_LIMIT_VARIABLE`] should have.
pub const THREAD_LIMIT: &str = "1";

/// Whether this process was started without the limit that keeps libtesseract to one thread a page.
///
/// Setting the variable now would come too late: start the same program again with it, once.
pub fn thread_limit_missing() -> bool {
    std::env::var_os(THREAD_LIMIT_VARIABLE).is_none_or(|value| value != THREAD_LIMIT)
}

/// Reads the words of an upright page.
pub trait OcrEngine {
    /// Reads `page`, scanned at `dpi` dots per inch.
    ///
    /// Words come in the engine's reading order, with boxes in pixels of `page`, confidences 0.0–1.0, and line and block numbers that are
    /// unique within the page. A page without text is an empty list, not an error.
    fn read(&mut self, page: &GreyPage, dpi: f32) -> Result<Vec<Word>, OcrError>;

    /// What reads: part of the fingerprint that says whether earlier results are still fresh.
    fn version(&self) -> &str;
}

/// Makes engines, one for each thread that reads.
pub trait EngineFactory: Send + Sync {
    /// Makes an engine; costs about 100 ms with Tesseract.
    fn make(&self) -> Result<Box<dyn OcrEngine + Send>, OcrError>;

    /// What the engines' own `version` will say, known before any is made.
    fn version(&self) -> String;
}

/// Why an engine did not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OcrError {
    /// The model of a language is not installed.
    #[error(
        "no Tesseract model for language `{language}` in {searched}; install the package `tesseract-ocr-{package}`, or set `ocr.data_dir` to the folder that holds {language}.traineddata"
    )]
    MissingModel {
        /// As set in `ocr.languages`.
        language: String,
        /// The language as Debian's package names spell it.
        package: String,
        /// Folders looked through.
        searched: String,
    },
    /// A setting that no engine can use.
    #[error("`{name}` is set to `{value}`, which does not work: {hint}")]
    BadSetting {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: String,
        /// What would.
        hint: &'static str,
    },
    /// The engine did not start.
    #[error("Tesseract did not start with language `{language}` and the model folder {folder}: is the model damaged? ({cause})")]
    Start {
        /// As set.
        language: String,
        /// Where the model was found.
        folder: String,
        /// The library's own words.
        cause: String,
    },
    /// The page has no pixels, or more than the engine takes on a side.
    #[error("a page of {width} x {height} pixels cannot be read: both sides must lie between 1 and {limit}")]
    BadPage {
        /// Pixels a row.
        width: u32,
        /// Rows.
        height: u32,
        /// Most pixels a side.
        limit: u32,
    },
    /// The page took longer than it may.
    #[error("reading took longer than {seconds} s (`ocr.page_seconds`): a page of noise, or a machine too busy")]
    Late {
        /// The limit.
        seconds: u64,
    },
    /// The engine failed on this page.
    #[error("the OCR engine failed while {doing}: {cause}")]
    Failed {
        /// The step.
        doing: &'static str,
        /// The library's own words.
        cause: String,
    },
    /// A recording has no more pages.
    #[error("the recording holds no further page")]
    Exhausted,
}

/// How the engine cuts a page into blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageSegmentation {
    /// Finds columns, blocks and tables by itself (Tesseract's psm 3).
    #[default]
    Auto,
    /// One column of text of varying sizes (psm 4).
    Column,
    /// One uniform block (psm 6): invents words on noisy pages.
    Block,
    /// As much text as possible, in no order (psm 11): invents words on noisy pages.
    Sparse,
}

/// What may be set of reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OcrSettings {
    /// Tesseract's names of languages, joined by `+`.
    pub languages: String,
    /// How pages are cut into blocks.
    pub page_segmentation: PageSegmentation,
    /// Folder with `*.traineddata`; `None` looks in `TESSDATA_PREFIX` and where Linux distributions put it.
    pub data_dir: Option<PathBuf>,
    /// Whether to keep what else an unsure character might be. Costs a tenth of the engine's time and changes no text.
    pub alternatives: bool,
    /// Longest time that the engine may take for a page, seconds.
    pub page_seconds: u64,
    /// The second engine.
    pub second: SecondSettings,
}

impl Default for OcrSettings {
    fn default() -> Self {
        Self {
            languages: "eng".into(),
            page_segmentation: PageSegmentation::Auto,
            data_dir: None,
            alternatives: false,
            page_seconds: 180,
            second: SecondSettings::default(),
        }
    }
}
