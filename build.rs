//! Tells the linker which functions of the program are for libtesseract to find: see `src/ocr/raw_lines.rs` and `src/ocr/one_thread.rs`.

const FOR_LIBTESSERACT: [&str; 7] = [
    "pixWriteMem",
    "GOMP_parallel",
    "GOMP_parallel_sections",
    "GOMP_sections_next",
    "GOMP_sections_end_nowait",
    "omp_get_num_threads",
    "omp_get_thread_num",
];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        for name in FOR_LIBTESSERACT {
            println!("cargo:rustc-link-arg=-Wl,--export-dynamic-symbol={name}");
        }
    }
}
