//! Tesseract as an [`OcrEngine`]: owns the search for its models, the engine's start, its few settings and its quirks. Pages go in as pixels, words come
//! out with their places; no files, no temporary pictures. The calls themselves are in `libtesseract.rs`.
//!
//! Quirks kept here: a missing model is told by the library on stderr only, so the model file is looked for first; the library's talk goes
//! to `/dev/null`; after a page that failed the engine is made anew, as its state is not told.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs, io};

use tesseract::plumbing;

use crate::model::{GreyPage, Sha256, Word};

use super::libtesseract::{Api, Stopped, c_text};
use super::{EngineFactory, OcrEngine, OcrError, OcrSettings};

/// Tesseract takes at most this many pixels a side (`INT16_MAX`, src/ccmain/tessedit and baseapi: "Image too large").
const MAX_SIDE: u32 = 32_767;
/// Where Linux distributions keep the models.
const USUAL_FOLDERS: [&str; 5] = [
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/share/tesseract/tessdata",
    "/usr/local/share/tessdata",
];

/// Makes Tesseract engines. The models are found and hashed once, when the factory is made.
#[derive(Clone, Debug)]
pub struct TesseractFactory {
    settings: OcrSettings,
    folder: PathBuf,
    version: String,
}

impl TesseractFactory {
    /// Looks for the models that `settings` ask for.
    ///
    /// Errors: [`OcrError::MissingModel`] names the package to install.
    pub fn new(settings: &OcrSettings) -> Result<Self, OcrError> {
        let folders = match &settings.data_dir {
            Some(folder) => vec![folder.clone()],
            None => env::var_os("TESSDATA_PREFIX").map(PathBuf::from).into_iter().chain(USUAL_FOLDERS.map(PathBuf::from)).collect(),
        };
        let languages: Vec<&str> = settings.languages.split('+').collect();
        for language in &languages {
            let clean = !language.is_empty() && language.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
            if !clean {
                return Err(OcrError::BadSetting {
                    name: "ocr.languages",
                    value: settings.languages.clone(),
                    hint: "give names such as `eng` or `eng+spa`",
                });
            }
        }
        let model = |folder: &Path, language: &str| folder.join(format!("{language}.traineddata"));
        // Tesseract takes one folder: the first that holds all models, or, for the message, the first model that is nowhere.
        let Some(folder) = folders.iter().find(|folder| languages.iter().all(|language| model(folder, language).is_file())) else {
            let missing = languages.iter().find(|l| !folders.iter().any(|folder| model(folder, l).is_file())).unwrap_or(&languages[0]);
            return Err(OcrError::MissingModel {
                language: (*missing).to_owned(),
                package: missing.to_lowercase().replace('_', "-"),
                searched: folders.iter().map(|f| f.display().to_string()).collect::<Vec<_>>().join(", "),
            });
        };
        let mut version = format!("tesseract {}", plumbing::version().to_string_lossy());
        for language in &languages {
            let digest = digest_of(&model(folder, language)).map_err(|cause| OcrError::Start {
                language: (*language).to_owned(),
                folder: folder.display().to_string(),
                cause: cause.to_string(),
            })?;
            version.push_str(&format!(", {language} {}", &digest.to_string()[..12]));
        }
        Ok(Self { settings: settings.clone(), folder: folder.clone(), version })
    }
}

impl EngineFactory for TesseractFactory {
    fn make(&self) -> Result<Box<dyn OcrEngine + Send>, OcrError> {
        Ok(Box::new(TesseractEngine::start(self.clone())?))
    }

    fn version(&self) -> String {
        self.version.clone()
    }
}

fn digest_of(path: &Path) -> io::Result<Sha256> {
    Ok(Sha256::of(&fs::read(path)?))
}

/// A resident engine: started once, used for page after page by one thread at a time.
pub struct TesseractEngine {
    factory: TesseractFactory,
    /// `None` after a page that failed.
    api: Option<Api>,
}

impl TesseractEngine {
    /// Starts an engine with the models that `settings` ask for.
    pub fn new(settings: &OcrSettings) -> Result<Self, OcrError> {
        Self::start(TesseractFactory::new(settings)?)
    }

    fn start(factory: TesseractFactory) -> Result<Self, OcrError> {
        let api = Some(open(&factory)?);
        Ok(Self { factory, api })
    }
}

fn open(factory: &TesseractFactory) -> Result<Api, OcrError> {
    let failed = |cause: &str| OcrError::Start {
        language: factory.settings.languages.clone(),
        folder: factory.folder.display().to_string(),
        cause: cause.to_owned(),
    };
    let folder = factory.folder.to_str().ok_or_else(|| failed("the folder's name is not UTF-8"))?;
    let variables = [
        (c"debug_file", c"/dev/null"),
        // What else a character might be: changes no text.
        (c"lstm_choice_mode", if factory.settings.alternatives { c"2" } else { c"0" }),
        // Under this figure a line is read once more with its shades exchanged. Preparation has exchanged what is clearly white on black, and
        // Tesseract's own 0.7 looks twice at every line of noise; white letters taken for black ones score far lower.
        (c"invert_threshold", c"0.5"),
        (c"tessedit_enable_doc_dict", c"0"), // what one page taught must not colour the next
    ];
    let mut api =
        Api::start(&c_text(folder), &c_text(&factory.settings.languages), &variables).ok_or_else(|| failed("no cause was given"))?;
    api.segment(factory.settings.page_segmentation);
    Ok(api)
}

impl OcrEngine for TesseractEngine {
    fn read(&mut self, page: &GreyPage, dpi: f32) -> Result<Vec<Word>, OcrError> {
        let (width, height) = (page.width, page.height);
        let sizes = (i32::try_from(width), i32::try_from(height));
        let (Ok(w), Ok(h)) = sizes else { return Err(OcrError::BadPage { width, height, limit: MAX_SIDE }) };
        if w == 0 || h == 0 || width > MAX_SIDE || height > MAX_SIDE || page.pixels.len() != width as usize * height as usize {
            return Err(OcrError::BadPage { width, height, limit: MAX_SIDE });
        }
        let mut api = match self.api.take() {
            Some(api) => api,
            None => open(&self.factory)?,
        };
        // Tesseract distrusts resolutions outside 70–2400 and guesses instead.
        let dpi = if dpi.is_finite() { dpi.round().clamp(70.0, 2400.0) as i32 } else { 300 };
        let seconds = self.factory.settings.page_seconds;
        let words = api.recognise(page, (w, h), dpi, Duration::from_secs(seconds)).map_err(|stopped| match stopped {
            Stopped::Late => OcrError::Late { seconds },
            Stopped::Failed => OcrError::Failed { doing: "recognising", cause: "no cause was given".into() },
        })?;
        self.api = Some(api);
        Ok(words)
    }

    fn version(&self) -> &str {
        &self.factory.version
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_model_names_its_package() {
        let folder = tempfile::tempdir().unwrap();
        let settings = OcrSettings { languages: "chi_sim".into(), data_dir: Some(folder.path().into()), ..OcrSettings::default() };
        let error = TesseractFactory::new(&settings).unwrap_err().to_string();
        assert!(error.contains("tesseract-ocr-chi-sim"), "{error}");
        assert!(error.contains("ocr.data_dir"), "{error}");
    }

    #[test]
    fn languages_cannot_leave_the_folder() {
        for languages in ["", "eng+", "../eng", "eng/x", "e ng"] {
            let settings = OcrSettings { languages: languages.into(), ..OcrSettings::default() };
            assert!(matches!(TesseractFactory::new(&settings), Err(OcrError::BadSetting { .. })), "{languages}");
        }
    }

    #[test]
    fn pages_without_pixels_are_refused_and_the_engine_lives_on() {
        let mut engine = TesseractEngine::new(&OcrSettings::default()).unwrap();
        let wrong = GreyPage { width: 100, height: 100, pixels: vec![255; 50] };
        for page in [GreyPage::filled(0, 10, 255), GreyPage::filled(40_000, 1, 255), wrong] {
            assert!(matches!(engine.read(&page, 300.0), Err(OcrError::BadPage { .. })));
        }
        assert_eq!(engine.read(&GreyPage::filled(400, 200, 255), f32::NAN), Ok(vec![]));
        assert!(engine.version().contains("eng "), "{}", engine.version());
    }

    fn sheet() -> GreyPage {
        let picture = image::load_from_memory(include_bytes!("../../fixtures/grey.png")).unwrap().into_luma8();
        GreyPage { width: picture.width(), height: picture.height(), pixels: picture.into_raw() }
    }

    #[test]
    fn a_page_past_its_deadline_is_late_and_the_next_one_is_read() {
        let mut engine = TesseractEngine::new(&OcrSettings { page_seconds: 0, ..OcrSettings::default() }).unwrap();
        assert_eq!(engine.read(&sheet(), 200.0), Err(OcrError::Late { seconds: 0 }));
        engine.factory.settings.page_seconds = 60;
        assert!(engine.read(&sheet(), 200.0).unwrap().len() > 5);
    }

    #[test]
    fn unsure_characters_come_with_alternatives_in_their_places() {
        // Smeared, so that the engine is in doubt.
        let mut page = sheet();
        for row in page.pixels.chunks_mut(page.width as usize) {
            let source = row.to_vec();
            for (x, pixel) in row.iter_mut().enumerate() {
                let near = &source[x.saturating_sub(4)..(x + 5).min(source.len())];
                *pixel = (near.iter().map(|&p| u32::from(p)).sum::<u32>() / near.len() as u32) as u8;
            }
        }
        let words =
            TesseractEngine::new(&OcrSettings { alternatives: true, ..OcrSettings::default() }).unwrap().read(&page, 200.0).unwrap();
        let doubts: Vec<_> = words.iter().flat_map(|w| w.doubts.iter().map(move |d| (w, d))).collect();
        assert!(doubts.iter().any(|(_, d)| !d.others.is_empty()), "{} words, {} doubts", words.len(), doubts.len());
        for (word, doubt) in doubts {
            let character = word.text.chars().nth(usize::from(doubt.at)).map(|c| c.to_string());
            assert!(character.is_some_and(|c| !doubt.others.contains(&c)), "{word:?} {doubt:?}");
            assert!(doubt.confidence < 0.9 && doubt.others.len() <= 3);
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn lines_are_not_packed_and_threads_not_woken() {
        let before = super::super::lines_spared();
        TesseractEngine::new(&OcrSettings::default()).unwrap().read(&sheet(), 200.0).unwrap();
        assert!(super::super::lines_spared() > before + 2, "libtesseract does not find the program's pixWriteMem: see build.rs");
        assert!(super::super::openmp_replaced(), "libtesseract does not find the program's GOMP_parallel: see build.rs");
    }

    #[test]
    fn reads_a_printed_sheet() {
        let page = sheet();
        let mut engine = TesseractEngine::new(&OcrSettings::default()).unwrap();
        // Twice, as a resident engine must not carry anything over.
        for _ in 0..2 {
            let words = engine.read(&page, 200.0).unwrap();
            let text = words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
            for part in ["Patient Name: Rosalind Ferrante", "Date of Birth: 07/14/1958", "MRN: 660142"] {
                assert!(text.contains(part), "{text}");
            }
            assert!(words.iter().all(|w| w.confidence > 0.7 && w.rect.right() <= page.width as f32));
            assert_ne!(words[0].line, words[words.len() - 1].line);
        }
    }
}
