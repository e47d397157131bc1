//! Spares libtesseract a PNG for every line of text. It keeps each line's picture packed (`ImageData::SetPixInternal` calls leptonica's
//! `pixWriteMem` with the format PNG) and unpacks it a moment later (`ImageData::GetPix` calls `pixReadMem`): nine hundredths of its time
//! are zlib's. The program gives the dynamic linker a `pixWriteMem` of its own, which it prefers to leptonica's; it writes leptonica's own
//! plain form, SPIX, that `pixReadMem` knows by its first bytes. The pixels that come back are the same, and so is the text.
//!
//! Nothing else in the process writes pictures through leptonica: chartlift's own go through `image`. Where the linker does not follow
//! (another system, a static libtesseract), leptonica's function is used, and reading is slower, not different.
#![allow(unsafe_code)] // A symbol for C to call; all it does is to call leptonica.

use std::ffi::c_int;
use std::sync::atomic::{AtomicU64, Ordering};

use tesseract::plumbing::leptonica_plumbing::leptonica_sys as leptonica;

/// Lines kept without PNG since the start.
static SPARED: AtomicU64 = AtomicU64::new(0);

/// Leptonica's number of the format PNG (`IFF_PNG`, imageio.h).
const PNG: c_int = 3;

/// How many pictures of lines were kept without packing since the start: 0 where libtesseract uses leptonica's own function.
pub fn lines_spared() -> u64 {
    SPARED.load(Ordering::Relaxed)
}

/// Makes sure that the linker keeps the function.
pub(super) fn install() {
    std::hint::black_box(pixWriteMem as *const ());
}

/// Stands for leptonica's function of this name. `data` and `size` receive a buffer of leptonica's allocator, which the caller frees.
///
/// Returns 0, or 1 if it fails, as leptonica does; formats other than PNG, which libtesseract's recogniser does not ask for, fail.
///
/// # Safety
/// As leptonica's: `data` and `size` can be written to, `pix` is a picture of leptonica's.
#[cfg(target_os = "linux")]
#[allow(non_snake_case)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pixWriteMem(data: *mut *mut u8, size: *mut usize, pix: *mut leptonica::PIX, format: c_int) -> c_int {
    if format != PNG || data.is_null() || size.is_null() || pix.is_null() {
        return 1;
    }
    SPARED.fetch_add(1, Ordering::Relaxed);
    // SAFETY: none of the pointers is null, and the caller vouches for what they point to, as it would to leptonica.
    unsafe { leptonica::pixWriteMemSpix(data, size, pix) }
}

/// Nothing to keep elsewhere.
#[cfg(not(target_os = "linux"))]
#[allow(non_snake_case)]
fn pixWriteMem() {}
