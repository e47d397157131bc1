//! `make memory`: peak memory of a run over one PDF of many pages against one of few, children included.
//!
//! Pages in flight, not pages in the file, should decide what a run holds: the ratio is to stay under 1.5. Prints one table; fails when the
//! ratio is higher. Linux only: it adds up the proportional share (`Pss`) of every process of the run from /proc, ten times a second.
//!
//! `cargo bench --bench memory -- 500 20` gives the two numbers of pages.
#![allow(clippy::print_stdout, reason = "a bench talks on stdout")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use image::GrayImage;
use image::codecs::jpeg::JpegEncoder;

/// The most that the long file may take, as a multiple of the short one.
const BOUND: f64 = 1.5;
/// Letter at 300 dpi.
const SIZE: (u32, u32) = (2550, 3300);

fn main() -> Result<(), Box<dyn Error>> {
    let counts: Vec<u32> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let (many, few) = match counts[..] {
        [many, few] => (many, few),
        _ => (500, 20),
    };
    let folder = tempfile::tempdir()?;
    let small = measure(folder.path(), few)?;
    let large = measure(folder.path(), many)?;
    let ratio = large.peak as f64 / small.peak as f64;
    println!("{:>6} {:>10} {:>12} {:>9}", "pages", "file MiB", "peak MiB", "wall s");
    for (pages, run) in [(few, &small), (many, &large)] {
        println!("{pages:>6} {:>10.1} {:>12.1} {:>9.1}", mib(run.file), mib(run.peak), run.wall.as_secs_f64());
    }
    println!("ratio {ratio:.2} (bound {BOUND})");
    if ratio > BOUND {
        return Err(format!("{many} pages take {ratio:.2} times the memory of {few}").into());
    }
    Ok(())
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

struct Measured {
    file: u64,
    peak: u64,
    wall: Duration,
}

fn measure(folder: &Path, pages: u32) -> Result<Measured, Box<dyn Error>> {
    let input = folder.join(format!("in-{pages}"));
    fs::create_dir(&input)?;
    let file = input.join("chart.pdf");
    write_pdf(&file, pages)?;
    let start = Instant::now();
    let mut run = Command::new(env!("CARGO_BIN_EXE_chartlift"))
        .arg("run")
        .arg(&input)
        .arg("--out")
        .arg(folder.join(format!("out-{pages}")))
        .arg("--quiet")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()?;
    let mut peak = 0;
    let status = loop {
        peak = peak.max(memory_of_tree(run.id()));
        if let Some(status) = run.try_wait()? {
            break status;
        }
        thread::sleep(Duration::from_millis(100));
    };
    if !status.success() {
        return Err(format!("the run over {pages} pages ended with {status}").into());
    }
    Ok(Measured { file: fs::metadata(&file)?.len(), peak, wall: start.elapsed() })
}

/// Bytes of a process and all that descend from it; processes that end meanwhile count nothing.
fn memory_of_tree(root: u32) -> u64 {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    for pid in processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()) {
        if let Some(parent) = parent_of(pid) {
            children.entry(parent).or_default().push(pid);
        }
    }
    let (mut waiting, mut sum) = (vec![root], 0);
    while let Some(pid) = waiting.pop() {
        sum += share_of(pid).unwrap_or(0);
        waiting.extend(children.remove(&pid).unwrap_or_default());
    }
    sum
}

/// The fourth field of /proc/PID/stat, counted behind the name in brackets (proc(5)).
fn parent_of(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn share_of(pid: u32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024)
}

/// A PDF of grey JPEG pages at 300 dpi: the letterhead of a sample, a little lower on every page. Few words, so that reading is quick:
/// the pixels, not the words, are what takes memory.
fn write_pdf(path: &Path, pages: u32) -> Result<(), Box<dyn Error>> {
    let sample = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples/scans/chart 448213/registration.png");
    let sample = image::open(&sample).map_err(|error| format!("{}: {error}", sample.display()))?.to_luma8();
    let head = image::imageops::crop_imm(&sample, 0, 0, sample.width(), 440).to_image();
    let mut out = Pdf { bytes: b"%PDF-1.4\n".to_vec(), places: Vec::new() };
    let kids: Vec<String> = (0..pages).map(|page| format!("{} 0 R", 3 + 3 * page)).collect();
    out.object(b"<< /Type /Catalog /Pages 2 0 R >>");
    out.object(format!("<< /Type /Pages /Kids [{}] /Count {pages} >>", kids.join(" ")).as_bytes());
    for page in 0..pages {
        let mut sheet = GrayImage::from_pixel(SIZE.0, SIZE.1, image::Luma([255]));
        image::imageops::replace(&mut sheet, &head, 0, i64::from(page % 50) * 40);
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, 70).encode_image(&sheet)?;
        let first = 3 + 3 * page;
        out.object(
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R /Resources << /XObject << /Im0 {} 0 R >> >> >>",
                first + 1,
                first + 2
            )
            .as_bytes(),
        );
        out.stream("", b"q 612 0 0 792 0 0 cm /Im0 Do Q");
        let entries = format!(
            "/Type /XObject /Subtype /Image /Width {} /Height {} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode ",
            SIZE.0, SIZE.1
        );
        out.stream(&entries, &jpeg);
    }
    fs::write(path, out.finish())?;
    Ok(())
}

/// Objects numbered as they come, and where each begins.
struct Pdf {
    bytes: Vec<u8>,
    places: Vec<usize>,
}

impl Pdf {
    fn object(&mut self, body: &[u8]) {
        self.places.push(self.bytes.len());
        self.bytes.extend(format!("{} 0 obj\n", self.places.len()).as_bytes());
        self.bytes.extend(body);
        self.bytes.extend(b"\nendobj\n");
    }

    fn stream(&mut self, entries: &str, data: &[u8]) {
        let mut body = format!("<< {entries}/Length {} >>\nstream\n", data.len()).into_bytes();
        body.extend(data);
        body.extend(b"\nendstream");
        self.object(&body);
    }

    fn finish(mut self) -> Vec<u8> {
        let (start, size) = (self.bytes.len(), self.places.len() + 1);
        let out = &mut self.bytes;
        // Writing into a vector cannot fail.
        let _ = write!(out, "xref\n0 {size}\n0000000000 65535 f \n");
        for place in &self.places {
            let _ = writeln!(out, "{place:010} 00000 n ");
        }
        let _ = writeln!(out, "trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF");
        self.bytes
    }
}
