//! `make bench-understanding`: what everything after OCR costs, and how it grows.
//!
//! 1. The share of a page's processor time that layout, extraction and decision take: a run over scans, then the same archive understood anew
//!    (`--redo understanding`) less a run with nothing to do. Children count. Aim: at most 5 %.
//! 2. How the time grows on pages of odd shapes when their words are doubled: 2 is linear, 2.2 linear-logarithmic, 4 a square.
//!
//! `cargo bench --bench understanding -- [SCANS]` (default: samples/scans). Linux only.
#![allow(clippy::print_stdout, reason = "a bench talks on stdout")]

#[path = "../tests/common/odd.rs"]
mod odd;

use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use chartlift::confidence::ConfidenceModel;
use chartlift::extract::Vocabulary;
use rustix::time::{ClockId, clock_gettime};

fn main() -> Result<(), Box<dyn Error>> {
    let scans = std::env::args().skip(1).find(|word| !word.starts_with("--"));
    let scans = scans.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/scans"), Into::into);
    share(&scans)?;
    growth()
}

fn share(scans: &Path) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("archive");
    let first = run(scans, &out, &[])?;
    let idle = run(scans, &out, &[])?;
    let again = run(scans, &out, &["--redo", "understanding"])?;
    let after = again.saturating_sub(idle);
    println!("{:<44} {:>8}", "processor seconds, all processes", "s");
    println!("{:<44} {:>8.2}", "a run over the scans", first.as_secs_f64());
    println!("{:<44} {:>8.2}", "the same archive understood anew", again.as_secs_f64());
    println!("{:<44} {:>8.2}", "a run with nothing to do", idle.as_secs_f64());
    println!("{:<44} {:>7.1}%", "after OCR, share of the run", 100.0 * after.as_secs_f64() / first.as_secs_f64());
    Ok(())
}

/// Processor time of one run with all its children.
fn run(scans: &Path, out: &Path, more: &[&str]) -> Result<Duration, Box<dyn Error>> {
    let before = children()?;
    let status = Command::new(env!("CARGO_BIN_EXE_chartlift"))
        .args(["run", "--quiet", "--out"])
        .arg(out)
        .args(more)
        .arg(scans)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    // 3: some files cannot be read; scans may hold such on purpose.
    if !matches!(status.code(), Some(0 | 3)) {
        return Err(format!("the run ended with {status}").into());
    }
    Ok(children()? - before)
}

/// Processor time of all children that have ended, and of theirs: fields 16 and 17 of /proc/self/stat (proc(5)), in hundredths of a second.
fn children() -> Result<Duration, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit_once(')').ok_or("no stat")?.1.split_whitespace().collect();
    let ticks = fields.get(13).ok_or("no cutime")?.parse::<u64>()? + fields.get(14).ok_or("no cstime")?.parse::<u64>()?;
    Ok(Duration::from_millis(ticks * 10))
}

fn growth() -> Result<(), Box<dyn Error>> {
    let (vocabulary, model) = (Vocabulary::load(None)?, ConfidenceModel::load(None)?);
    let sizes = [500_usize, 1000, 2000, 4000];
    println!("\n{:<12} {}   times per doubling", "shape", sizes.map(|n| format!("{:>9}", format!("{n} w, ms"))).join(" "));
    for shape in odd::SHAPES {
        let mut times = Vec::new();
        for words in sizes {
            let page = odd::shaped(shape, words);
            let start = clock_gettime(ClockId::ThreadCPUTime);
            odd::understand(vec![page], &vocabulary, &model);
            let end = clock_gettime(ClockId::ThreadCPUTime);
            times.push((end.tv_sec - start.tv_sec) as f64 * 1e3 + (end.tv_nsec - start.tv_nsec) as f64 / 1e6);
            // What takes so long once is not tried at twice the size.
            if times.last().is_some_and(|ms| *ms > 8_000.0) {
                break;
            }
        }
        let ratios: Vec<String> = times.windows(2).map(|pair| format!("{:.1}", pair[1] / pair[0])).collect();
        println!("{shape:<12} {}   {}", times.iter().map(|ms| format!("{ms:>9.1}")).collect::<Vec<_>>().join(" "), ratios.join(" "));
    }
    Ok(())
}
