//! Hostile and broken files through the real program: it survives each of them, lists each with its reason, spends no more on it than
//! its budget, and reads the good files beside them.
#![cfg(target_os = "linux")]

mod common;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use chartlift::decode::{DecodeEvent, DecodeSettings, decode};
use chartlift::intake::{Content, IntakeSettings, open_and_digest, survey};
use serde_json::Value;

/// Budgets small enough for a test; what a file may hold is as by default.
const MEMORY_MIB: u64 = 1024;
const CPU_SECONDS: u64 = 5;
const WALL_SECONDS: u64 = 180;
/// Restarts of the child behind a page that killed it or at which its second reading failed, and the first start.
const STARTS: u64 = 2;
/// What the process that reads pages may hold, MiB: two engines, and the largest pages that come through.
const PARENT_MIB: u64 = 1536;
const GOOD: usize = 50;

fn folder() -> PathBuf {
    common::root().join("fixtures/hostile")
}

/// What may come of each file, after the table of fixtures/hostile/README.md.
fn expected() -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(folder().join("README.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| ")).skip(2);
    let mut table: BTreeMap<String, Vec<String>> = rows
        .map(|row| {
            let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
            (cells[0].to_owned(), cells[2].split_whitespace().map(str::to_owned).collect())
        })
        .collect();
    // Files that lie higher up and are told of there.
    for (name, outcome) in [
        ("zero.pdf", "empty"),
        ("text.pdf", "unknown-kind"),
        ("cut.png", "broken"),
        ("cut.jpg", "broken"),
        ("cut.tif", "broken"),
        ("cut.pdf", "broken"),
        ("bomb.png", "too-large"),
        ("encrypted.pdf", "encrypted"),
        ("no-pages.pdf", "broken"),
        ("page-bomb.pdf", "too-large"),
        ("image-bomb.pdf", "too-large"),
        ("flate-bomb.pdf", "too-large"),
        ("corrupt-jpeg.pdf", "broken"),
        ("parent-loop.pdf", "any"),
        ("form-calls-itself.pdf", "any"),
        ("ifd-loop.tif", "broken"),
    ] {
        table.insert(name.to_owned(), vec![outcome.to_owned()]);
    }
    table
}

/// Puts every hostile file into a folder, and one that is too large to be kept.
fn gather(input: &Path) -> BTreeMap<String, Vec<String>> {
    let mut table = expected();
    for name in table.keys() {
        let below = folder().join(name);
        let source = if below.exists() { below } else { common::root().join("fixtures").join(name) };
        fs::copy(&source, input.join(name)).unwrap_or_else(|error| panic!("{}: {error}", source.display()));
    }
    let kept = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    for name in kept.filter(|name| name != "README.md") {
        assert!(table.contains_key(&name), "{name} has no row");
    }
    fs::write(input.join("flate-1gib-once.pdf"), flate_gib()).unwrap();
    table.insert("flate-1gib-once.pdf".into(), vec!["too-large".into()]);
    table
}

/// A page whose content is 1 GiB in one deflate stream: a megabyte on disk.
fn flate_gib() -> Vec<u8> {
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    let piece = vec![b' '; 1 << 20];
    for _ in 0..1024 {
        packer.write_all(&piece).unwrap();
    }
    let content = packer.finish().unwrap();
    let mut out =
        b"%PDF-1.5\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n\
        3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 150] /Contents 4 0 R >>\nendobj\n"
            .to_vec();
    out.extend(format!("4 0 obj\n<< /Length {} /Filter /FlateDecode >>\nstream\n", content.len()).bytes());
    out.extend(content);
    out.extend(b"\nendstream\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n");
    out
}

/// Good files, no two of the same bytes: the readable sheet with one pixel a shade darker.
fn good(input: &Path) -> Vec<String> {
    let sheet = image::open(common::root().join("fixtures/grey.png")).unwrap().to_luma8();
    (0..GOOD)
        .map(|number| {
            let mut sheet = sheet.clone();
            sheet.put_pixel(number as u32, 0, image::Luma([254]));
            let name = format!("good-{number:02}.png");
            sheet.save(input.join(&name)).unwrap();
            name
        })
        .collect()
}

/// Peak of a field of /proc/PID/status, MiB.
fn peak(pid: u32, field: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    Some(line.trim_matches([':', ' ', '\t', 'k', 'B']).trim().parse::<u64>().ok()? / 1024)
}

fn children(pid: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    tasks
        .filter_map(|task| fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|line| line.split_whitespace().filter_map(|word| word.parse().ok()).collect::<Vec<u32>>())
        .collect()
}

/// What came of each file, by the log: outcomes and kinds of failure of its pages and of itself.
fn outcomes(log: &str) -> BTreeMap<String, Vec<String>> {
    let mut table: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let word = |key: &str| line[key].as_str().map(str::to_owned);
        let what = match line["event"].as_str() {
            Some("page") => word("outcome"),
            Some("page-failed" | "source-failed") => word("kind"),
            _ => None,
        };
        if let (Some(source), Some(what)) = (word("source"), what) {
            table.entry(source).or_default().push(what);
        }
    }
    table
}

#[test]
fn a_batch_yields_its_good_files_whatever_lies_beside_them() {
    let place = tempfile::tempdir().unwrap();
    let (input, archive) = (place.path().join("in"), place.path().join("out"));
    fs::create_dir(&input).unwrap();
    let hostile = gather(&input);
    let good = good(&input);
    let config = place.path().join("small.toml");
    let budget = format!("[decode]\nmemory_mib = {MEMORY_MIB}\ncpu_seconds = {CPU_SECONDS}\nwall_seconds = {WALL_SECONDS}\n");
    fs::write(&config, budget).unwrap();

    let (said, complaints) = (place.path().join("said"), place.path().join("log"));
    let start = Instant::now();
    let mut run = common::chartlift()
        .args(["run", "--json", "--verbose", "--log", "json", "--config"])
        .arg(&config)
        .arg(&input)
        .arg("--out")
        .arg(&archive)
        .stdout(Stdio::from(File::create(&said).unwrap()))
        .stderr(Stdio::from(File::create(&complaints).unwrap()))
        .spawn()
        .unwrap();
    let (mut parent, mut child) = (0, 0);
    let status = loop {
        parent = parent.max(peak(run.id(), "VmHWM").unwrap_or(0));
        child = children(run.id()).into_iter().filter_map(|pid| peak(pid, "VmPeak")).max().unwrap_or(0).max(child);
        if let Some(status) = run.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let log = fs::read_to_string(&complaints).unwrap();
    assert_eq!(status.code(), Some(3), "the run survives and says that some files failed: {log}");
    // Two at a time, each within its budget, and the good ones.
    let most = (hostile.len() as u64 * STARTS * CPU_SECONDS + 300) as f64;
    assert!(start.elapsed().as_secs_f64() < most, "{:?}", start.elapsed());
    assert!(child > 0 && child <= MEMORY_MIB, "a decoding process took {child} MiB of {MEMORY_MIB}");
    assert!(parent <= PARENT_MIB, "the program took {parent} MiB of {PARENT_MIB}");

    let summary: Value = serde_json::from_str(&fs::read_to_string(&said).unwrap()).unwrap();
    assert_eq!(summary["unaccounted"], serde_json::json!([]));
    assert_eq!(summary["totals"]["sources"]["all"], hostile.len() + good.len());
    let mut came = outcomes(&log);
    for failure in summary["failures"].as_array().unwrap() {
        let (source, kind) = (failure["source"].as_str().unwrap(), failure["kind"].as_str().unwrap());
        let detail = failure["detail"].as_str().unwrap();
        assert!(detail.len() > 20 && detail.contains([';', ',']), "{source}: no reason and no advice: {detail}");
        came.entry(source.to_owned()).or_default().push(kind.to_owned());
    }
    for name in &good {
        assert_eq!(came.get(name), Some(&vec!["read".to_owned()]), "{name}");
    }
    let mut wrong = Vec::new();
    for (name, allowed) in &hostile {
        let got = came.get(name).cloned().unwrap_or_default();
        let fits = !got.is_empty() && got.iter().all(|what| allowed.contains(what) || allowed.iter().any(|word| word == "any"));
        if !fits {
            wrong.push(format!("{name}: {got:?} instead of {allowed:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let rows = common::rows(&archive);
    let found = good
        .iter()
        .filter(|name| rows.iter().any(|r| r.document == **name && r.field == "Patient.identifier.mrn" && r.value == "660142"))
        .count();
    assert_eq!(found, GOOD, "every good file gives its record number");
}

/// One after the other, without OCR: no file takes longer than its budget, however it ends.
#[test]
fn no_file_takes_longer_than_its_budget() {
    let place = tempfile::tempdir().unwrap();
    gather(place.path());
    let settings = DecodeSettings {
        program: Some(PathBuf::from(env!("CARGO_BIN_EXE_chartlift"))),
        memory_mib: MEMORY_MIB,
        cpu_seconds: CPU_SECONDS,
        wall_seconds: WALL_SECONDS,
        ..DecodeSettings::default()
    };
    for source in survey(place.path(), &IntakeSettings::default(), &[]).unwrap().sources {
        let Content::Known(kind) = source.content else { continue };
        let start = Instant::now();
        let (file, _) = open_and_digest(&source).unwrap();
        let events: Vec<_> = match decode(file, kind, &settings) {
            Ok(pages) => pages.collect(),
            Err(failure) => vec![Err(failure)],
        };
        let took = start.elapsed();
        assert!(took < Duration::from_secs(WALL_SECONDS + 10), "{} took {took:?}", source.path);
        assert!(!events.is_empty(), "{} says nothing", source.path);
        let told = events.iter().filter(|event| !matches!(event, Ok(DecodeEvent::Start(_)))).count();
        assert!(told > 0, "{} has pages that are not told of", source.path);
        let _ = writeln!(std::io::stderr(), "{:>7.2} s  {}: {}", took.as_secs_f64(), source.path, tell(&events));
    }
}

/// A word for people who run the test with --nocapture.
fn tell(events: &[Result<DecodeEvent, chartlift::model::SourceFailure>]) -> String {
    let words: Vec<String> = events
        .iter()
        .filter_map(|event| match event {
            Ok(DecodeEvent::Start(_)) => None,
            Ok(DecodeEvent::Page(page)) => Some(format!("{} x {}", page.grey.width, page.grey.height)),
            Ok(DecodeEvent::PageFailed { failure, .. }) | Err(failure) => Some(format!("{} ({failure})", failure.kind.as_str())),
        })
        .take(3)
        .collect();
    words.join("; ")
}
