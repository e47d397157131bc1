//! Bytes to raw pages, in a limited child process of the same binary. The only room that parses files from outside: it owns the
//! process border, the formats and the words of born-digital pages. Leaves every judgement of a page to imaging and later rooms.
//!
//! The parent hands the opened file to the child as its standard input and reads length-checked messages from its standard
//! output (`protocol`). The child limits itself and locks itself up before it looks at the first byte (`child`, `sandbox`); the parent
//! watches the clock and starts the child anew behind a page that killed it (`parent`).

mod carry;
mod ccitt;
mod child;
mod grey;
mod parent;
mod pdf;
mod protocol;
mod raster;
mod sandbox;
mod tags;
mod tiff;
mod wanted;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::model::{PageNumber, RawPage, SourceFailure};

pub use child::child_main;
pub use parent::{Asked, DecodedPages, carry, confinement, decode, decode_from};
pub use sandbox::{Sandbox, confine_reader};

/// The hidden sub-command behind which the binary becomes the decoding child.
pub const CHILD_COMMAND: &str = "decode-child";

/// What one file may cost, and how pages are rendered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DecodeSettings {
    /// Address space of the child, MiB.
    pub memory_mib: u64,
    /// Processor time that one page may take, seconds.
    pub cpu_seconds: u64,
    /// Time that the parent waits for one page, seconds. Time in which the parent does not ask is not counted.
    pub wall_seconds: u64,
    /// Pages that one file may have.
    pub max_pages: u32,
    /// Megapixels that one page may have. Larger images fail; PDF pages are rendered smaller.
    pub max_megapixels: u32,
    /// Pixels that a page may measure on its longer side.
    pub max_side: u32,
    /// Size to which one stream of a PDF may unpack, MiB.
    pub max_stream_mib: u64,
    /// How many times its size a stream of a PDF may unpack to, from 16 MiB on; pictures may unpack to their size in pixels.
    pub max_stream_ratio: u64,
    /// How many times over a stream of a PDF may be packed.
    pub max_filters: usize,
    /// Drawing steps (operators) of one PDF page, forms counted as often as they are called.
    pub max_operators: u64,
    /// How deep lists may nest in the content of a PDF page.
    pub max_nesting: usize,
    /// Text of one PDF page, KiB.
    pub max_text_kib: usize,
    /// Size that a file may have, MiB.
    pub max_file_mib: u64,
    /// Dots per inch at which PDF pages are rendered that are not one scanned image.
    pub render_dpi: u32,
    /// Read the text of born-digital pages a second time, by another program, and doubt words that it does not find.
    pub second_reading: bool,
    /// Whether the child gives up file system, network and other programs before it reads the first byte. Changes no result.
    pub sandbox: Sandbox,
    /// The program to start as child; the running one if not given. For tests.
    #[serde(skip)]
    pub program: Option<PathBuf>,
}

/// The figures are those of the measurements on hostile files (a page that needs more is not a scanned page).
impl Default for DecodeSettings {
    fn default() -> Self {
        Self {
            memory_mib: 3072,
            cpu_seconds: 120,
            wall_seconds: 180,
            max_pages: 5000,
            max_megapixels: 120,
            max_side: 20_000,
            max_stream_mib: 256,
            max_stream_ratio: 200,
            max_filters: 4,
            max_operators: 2_000_000,
            max_nesting: 100,
            max_text_kib: 2048,
            max_file_mib: 2048,
            render_dpi: 300,
            second_reading: true,
            sandbox: Sandbox::Auto,
            program: None,
        }
    }
}

impl DecodeSettings {
    /// Pixels that one page may have.
    fn max_pixels(&self) -> u64 {
        u64::from(self.max_megapixels) * 1_000_000
    }

    /// Whether a page of this size is within the budget.
    fn size_fits(&self, width: u64, height: u64) -> bool {
        width.max(height) <= u64::from(self.max_side) && width.saturating_mul(height) <= self.max_pixels()
    }
}

/// What is known before the first page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeStart {
    /// Pages that the file has. Each of them follows as a page or as a failure, unless the iterator ends with an error.
    pub page_count: u32,
}

/// One step of reading a file.
#[derive(Clone, Debug, PartialEq)]
pub enum DecodeEvent<P = RawPage> {
    /// Comes first, once.
    Start(DecodeStart),
    /// A page, in the order of the file.
    Page(P),
    /// A page that cannot be read, in the order of the file; the others follow.
    PageFailed {
        /// Its number.
        number: PageNumber,
        /// Why.
        failure: SourceFailure,
    },
}
