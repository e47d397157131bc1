//! Keeps libtesseract to the thread that calls it. Its recogniser asks OpenMP for four threads, several times for each line of text; with every
//! core busy that multiplies the time. Even where OpenMP is limited to one thread, its bookkeeping wakes nobody with two system calls for each
//! step along a line: more than a hundred thousand a page. The program gives the dynamic linker the few entry points of GNU's OpenMP that
//! libtesseract calls, in the form for one thread, as the OpenMP specification allows: a region is run by its caller, sections one after another.
//!
//! Where the linker does not follow (a libtesseract built with another OpenMP), `OMP_THREAD_LIMIT` still holds (see `mod.rs`).
#![allow(unsafe_code)] // Symbols for C to call.

use std::cell::Cell;
use std::ffi::{c_int, c_uint, c_void};
use std::sync::atomic::{AtomicBool, Ordering};

static USED: AtomicBool = AtomicBool::new(false);

/// Whether libtesseract has come through here: it then needs no limit from the environment.
pub fn openmp_replaced() -> bool {
    USED.load(Ordering::Relaxed)
}

/// Makes sure that the linker keeps the functions.
pub(super) fn install() {
    std::hint::black_box([
        GOMP_parallel as *const (),
        GOMP_parallel_sections as *const (),
        GOMP_sections_next as *const (),
        GOMP_sections_end_nowait as *const (),
        omp_get_num_threads as *const (),
        omp_get_thread_num as *const (),
    ]);
}

thread_local! {
    /// Sections of the region that this thread is in: how many there are, and the last that was given out.
    static SECTIONS: Cell<(c_uint, c_uint)> = const { Cell::new((0, 0)) };
}

/// A parallel region: `region(data)` is run once, by the caller. C++ exceptions pass through.
///
/// # Safety
/// `region` can be called with `data`.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn GOMP_parallel(region: unsafe extern "C-unwind" fn(*mut c_void), data: *mut c_void, _: c_uint, _: c_uint) {
    USED.store(true, Ordering::Relaxed);
    // SAFETY: the caller vouches for it.
    unsafe { region(data) }
}

/// A parallel region of `count` sections: `region` asks [`GOMP_sections_next`] for one after another.
///
/// # Safety
/// `region` can be called with `data`.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn GOMP_parallel_sections(
    region: unsafe extern "C-unwind" fn(*mut c_void),
    data: *mut c_void,
    _: c_uint,
    count: c_uint,
    _: c_uint,
) {
    USED.store(true, Ordering::Relaxed);
    let outer = SECTIONS.replace((count, 0));
    // SAFETY: the caller vouches for it.
    unsafe { region(data) }
    SECTIONS.set(outer);
}

/// The next section of the region, counted from 1; 0 after the last.
#[unsafe(no_mangle)]
pub extern "C" fn GOMP_sections_next() -> c_uint {
    let (count, given) = SECTIONS.get();
    if given >= count {
        return 0;
    }
    SECTIONS.set((count, given + 1));
    given + 1
}

/// The end of the sections: nobody is to be waited for.
#[unsafe(no_mangle)]
pub extern "C" fn GOMP_sections_end_nowait() {}

/// Threads of the region.
#[unsafe(no_mangle)]
pub extern "C" fn omp_get_num_threads() -> c_int {
    1
}

/// The caller's number among them.
#[unsafe(no_mangle)]
pub extern "C" fn omp_get_thread_num() -> c_int {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes down the sections that it is given, and runs a region within the second.
    unsafe extern "C-unwind" fn region(data: *mut c_void) {
        // SAFETY: the tests below pass a list.
        let given = unsafe { &mut *data.cast::<Vec<c_uint>>() };
        loop {
            let section = GOMP_sections_next();
            given.push(section);
            if section == 2 && given.len() == 2 {
                // SAFETY: the same list; this borrow is not used meanwhile.
                unsafe { GOMP_parallel_sections(region, data, 4, 1, 0) };
            }
            if section == 0 {
                return GOMP_sections_end_nowait();
            }
        }
    }

    #[test]
    fn sections_are_given_out_once_each_and_regions_nest() {
        let mut given: Vec<c_uint> = Vec::new();
        // SAFETY: `region` takes a list.
        unsafe { GOMP_parallel_sections(region, (&raw mut given).cast(), 4, 3, 0) };
        assert_eq!(given, [1, 2, 1, 0, 3, 0]);
        assert_eq!(GOMP_sections_next(), 0, "outside of a region");
    }
}
