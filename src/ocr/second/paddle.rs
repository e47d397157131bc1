//! PP-OCRv6's small recogniser on rten. Owns the model's file, its check, its start and its threads.
//!
//! One model serves all threads and is loaded when the first crop is read: a run that reads nothing, and a child that reads one file
//! apart, do not pay for it. rten works on rayon pools of its own; a rayon thread that waits for another pool goes on with other work of
//! its own pool meanwhile, which here would be another page, while the first one still holds an engine. So each call waits on a plain
//! thread, and computes in a pool of a single thread: a page costs one thread at a time, whichever engine reads it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use std::{env, fs};

use rten::{Model, ModelOptions, RunOptions, ThreadPool};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use super::picture::{self, Input};
use super::{CropReader, CropReading, CropsRead, SecondError, SecondSettings, ctc, onnx};
use crate::model::{GreyPage, Sha256};

/// The model's file as scripts/models.sh names it.
pub const MODEL_FILE: &str = "PP-OCRv6_rec_small.onnx";
/// Its SHA-256; the same stands in scripts/models.sh.
const MODEL_SHA256: &str = "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884";
/// What runs the model: part of the engine's version. A test holds it to Cargo.lock.
const RUNTIME: &str = "rten 0.27.0";
/// Signs beside ASCII that clinical papers print.
const SIGNS: &str = "°±µ";

/// The second engine.
pub struct PaddleReader {
    path: PathBuf,
    latin: bool,
    version: String,
    model: OnceLock<Result<Loaded, SecondError>>,
    lanes: Mutex<Vec<Arc<ThreadPool>>>,
}

struct Loaded {
    model: Model,
    classes: Vec<Option<char>>,
}

impl PaddleReader {
    /// Looks for the model and checks its digest. `languages` are those of the first engine: with any but English, accented Latin
    /// letters are told apart, too.
    pub fn find(settings: &SecondSettings, languages: &str) -> Result<Self, SecondError> {
        let folder = settings.model_dir.clone().or_else(usual_folder).unwrap_or_default();
        let path = folder.join(MODEL_FILE);
        checked(&path)?;
        let latin = languages.split('+').any(|language| language != "eng");
        let version = format!("{MODEL_FILE} {} on {RUNTIME}, {}", &MODEL_SHA256[..12], if latin { "Latin" } else { "ASCII" });
        Ok(Self { path, latin, version, model: OnceLock::new(), lanes: Mutex::default() })
    }

    fn loaded(&self) -> Result<&Loaded, SecondError> {
        self.model.get_or_init(|| load(&self.path, self.latin)).as_ref().map_err(Clone::clone)
    }

    fn read_here(&self, crops: &[GreyPage], lane: &Arc<ThreadPool>) -> Result<CropsRead, SecondError> {
        let before = cpu_time();
        let loaded = self.loaded()?;
        let readings = crops.iter().map(|crop| loaded.read(crop, lane)).collect::<Result<_, _>>()?;
        Ok(CropsRead { readings, cpu: cpu_time().saturating_sub(before) })
    }
}

impl CropReader for PaddleReader {
    fn read(&self, crops: &[GreyPage]) -> Result<CropsRead, SecondError> {
        if crops.is_empty() {
            return Ok(CropsRead::default());
        }
        let lanes = || self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = lanes().pop();
        let lane = idle.unwrap_or_else(|| Arc::new(ThreadPool::with_num_threads(1)));
        let read = std::thread::scope(|scope| {
            std::thread::Builder::new()
                .name("second".into())
                .spawn_scoped(scope, || lane.run(|| self.read_here(crops, &lane)))
                .map_err(|error| SecondError::Failed(format!("no thread: {error}")))?
                .join()
                .unwrap_or_else(|_| Err(SecondError::Failed("a fault of the program or the model".into())))
        });
        lanes().push(lane);
        read
    }

    fn version(&self) -> String {
        self.version.clone()
    }
}

/// Processor time of this thread.
fn cpu_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// Where scripts/models.sh puts models.
fn usual_folder() -> Option<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("XDG_DATA_HOME").or_else(|| set("HOME").map(|home| home.join(".local/share"))).map(|data| data.join("chartlift/models"))
}

/// The file's bytes, if they are those that are known.
fn checked(path: &Path) -> Result<Vec<u8>, SecondError> {
    let bytes = fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => SecondError::Missing { path: path.to_owned() },
        _ => SecondError::Unusable { path: path.to_owned(), cause: error.to_string() },
    })?;
    if Sha256::of(&bytes).to_string() == MODEL_SHA256 { Ok(bytes) } else { Err(SecondError::Damaged { path: path.to_owned() }) }
}

fn load(path: &Path, latin: bool) -> Result<Loaded, SecondError> {
    let unusable = |cause: String| SecondError::Unusable { path: path.to_owned(), cause };
    let wanted = |c: char| c.is_ascii_graphic() || SIGNS.contains(c) || latin && c.is_alphabetic() && matches!(c, '\u{c0}'..='\u{17f}');
    let pruned = onnx::prune(&checked(path)?, wanted).map_err(|error| unusable(error.to_string()))?;
    let mut options = ModelOptions::with_all_ops();
    options.prepack_weights(true);
    let model = options.load(pruned.model).map_err(|error| unusable(error.to_string()))?;
    Ok(Loaded { model, classes: pruned.classes })
}

impl Loaded {
    fn read(&self, crop: &GreyPage, lane: &Arc<ThreadPool>) -> Result<CropReading, SecondError> {
        let Some(Input { shades, width }) = picture::input(crop) else { return Ok(CropReading::default()) };
        let failed = |what: &dyn std::fmt::Display| SecondError::Failed(what.to_string());
        let input = NdTensor::from_data([1, 3, picture::HEIGHT, width], shades);
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(lane)));
        let output = self.model.run_one(input.into(), Some(options)).map_err(|error| failed(&error))?;
        let figures: NdTensor<f32, 3> = output.try_into().map_err(|_| failed(&"the model's answer has another form"))?;
        let [_, _, classes] = figures.shape();
        if classes != self.classes.len() {
            return Err(failed(&"the model's answer has another size"));
        }
        Ok(ctc::decode(&figures.to_vec(), &self.classes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rect;
    use crate::ocr::{OcrEngine, OcrSettings, TesseractEngine};

    /// The engine, where its model is installed; else says loudly that the test does not run.
    fn reader() -> Option<PaddleReader> {
        let model_dir = env::var_os("CHARTLIFT_MODELS").map(PathBuf::from);
        match PaddleReader::find(&SecondSettings { model_dir, ..SecondSettings::default() }, "eng") {
            Ok(reader) => Some(reader),
            Err(error) => {
                // Past the test harness, which shows nothing of a test that passes.
                crate::report::to_stderr(&format!("SKIPPED, the second engine is not there: {error}\n"));
                None
            }
        }
    }

    fn page() -> GreyPage {
        let picture = image::load_from_memory(include_bytes!("../../../fixtures/grey.png")).unwrap().into_luma8();
        GreyPage { width: picture.width(), height: picture.height(), pixels: picture.into_raw() }
    }

    #[test]
    fn real_crops_are_read_alike_by_one_thread_and_by_several() {
        let Some(reader) = reader() else { return };
        let page = page();
        let words = TesseractEngine::new(&OcrSettings::default()).unwrap().read(&page, 200.0).unwrap();
        let sure: Vec<_> = words.iter().filter(|w| w.confidence > 0.9 && w.text.chars().count() > 2).take(30).collect();
        assert!(sure.len() > 5);
        let crops: Vec<GreyPage> = sure.iter().map(|w| crate::imaging::crop(&page, &w.rect.grown(0.2 * w.rect.h))).collect();
        let read = reader.read(&crops).unwrap();
        assert!(read.cpu > Duration::ZERO);
        let same = |reading: &CropReading, text: &str| reading.text().replace(' ', "").eq_ignore_ascii_case(text);
        let agreed = read.readings.iter().zip(&sure).filter(|(reading, word)| same(reading, &word.text)).count();
        assert!(agreed * 10 >= sure.len() * 9, "{agreed} of {}", sure.len());
        std::thread::scope(|scope| {
            let others: Vec<_> = (0..3).map(|_| scope.spawn(|| reader.read(&crops).unwrap().readings)).collect();
            others.into_iter().for_each(|other| assert!(other.join().unwrap() == read.readings));
        });
    }

    #[test]
    fn a_reader_of_the_pool_does_not_take_other_work_while_it_waits() {
        let Some(reader) = reader() else { return };
        let crop = crate::imaging::crop(&page(), &Rect::new(0.0, 0.0, 600.0, 60.0));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let inside = std::sync::atomic::AtomicUsize::new(0);
        pool.scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|_| {
                    use std::sync::atomic::Ordering::SeqCst;
                    assert_eq!(inside.fetch_add(1, SeqCst), 0, "another job began on the same thread");
                    reader.read(std::slice::from_ref(&crop)).unwrap();
                    inside.fetch_sub(1, SeqCst);
                });
            }
        });
    }

    #[test]
    fn a_model_that_is_not_there_or_is_another_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let settings = SecondSettings { model_dir: Some(folder.path().to_owned()), ..SecondSettings::default() };
        let error = PaddleReader::find(&settings, "eng").err().unwrap();
        assert!(matches!(error, SecondError::Missing { .. }) && error.to_string().contains("make models"), "{error}");
        fs::write(folder.path().join(MODEL_FILE), b"something else").unwrap();
        assert!(matches!(PaddleReader::find(&settings, "eng").err(), Some(SecondError::Damaged { .. })));
    }

    #[test]
    fn what_is_told_of_the_engine_is_what_is_built_in() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let locked = fs::read_to_string(root.join("Cargo.lock")).unwrap();
        let (name, version) = RUNTIME.split_once(' ').unwrap();
        assert!(locked.contains(&format!("name = \"{name}\"\nversion = \"{version}\"")), "RUNTIME is not what Cargo.lock holds");
        let script = fs::read_to_string(root.join("scripts/models.sh")).unwrap();
        assert!(script.contains(&format!("model_sha256={MODEL_SHA256}")) && script.contains(&format!("model={MODEL_FILE}")));
    }

    /// `cargo test --lib paddle -- --ignored --nocapture`: what a crop costs.
    #[test]
    #[ignore = "a measurement"]
    fn cost() {
        let Some(reader) = reader() else { return };
        let page = page();
        let words = TesseractEngine::new(&OcrSettings::default()).unwrap().read(&page, 200.0).unwrap();
        let row = words.iter().find(|w| w.text.chars().count() > 3).unwrap().rect;
        for width in [100, 200, 300, 600, 940] {
            let crop = crate::imaging::crop(&page, &Rect::new(row.x - 5.0, row.y - 6.0, width as f32 * row.h * 1.3 / 48.0, row.h * 1.3));
            reader.read(std::slice::from_ref(&crop)).unwrap();
            let crops = vec![crop; 10];
            let read = reader.read(&crops).unwrap();
            crate::report::to_stderr(&format!("{width} px: {:.1} ms\n", read.cpu.as_secs_f64() * 100.0));
        }
    }
}
