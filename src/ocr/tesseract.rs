//! Tesseract, through the `tesseract` crate: owns the engine's start, its few settings and its quirks. Pages go in as pixels, words come
//! out of its TSV; no files, no temporary pictures.
//!
//! Quirks kept here: the crate's calls take the engine by value and drop it on any error, so it is made anew on the next page; a missing
//! model is told by the library on stderr only, so the model file is looked for first; the library's talk goes to `/dev/null`.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use tesseract::{PageSegMode, Tesseract, plumbing};

use crate::model::{GreyPage, Sha256, Word};

use super::{EngineFactory, OcrEngine, OcrError, OcrSettings, PageSegmentation, tsv};

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
    /// `None` after an error took the engine along.
    api: Option<Tesseract>,
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

fn open(factory: &TesseractFactory) -> Result<Tesseract, OcrError> {
    let failed = |cause: String| OcrError::Start {
        language: factory.settings.languages.clone(),
        folder: factory.folder.display().to_string(),
        cause,
    };
    let folder = factory.folder.to_str().ok_or_else(|| failed("the folder's name is not UTF-8".into()))?;
    let mut api = Tesseract::new(Some(folder), Some(&factory.settings.languages))
        .map_err(|e| failed(e.to_string()))?
        .set_variable("debug_file", "/dev/null")
        .and_then(|api| api.set_variable("tessedit_enable_doc_dict", "0")) // what one page taught must not colour the next
        .map_err(|e| failed(e.to_string()))?;
    api.set_page_seg_mode(match factory.settings.page_segmentation {
        PageSegmentation::Auto => PageSegMode::PsmAuto,
        PageSegmentation::Column => PageSegMode::PsmSingleColumn,
        PageSegmentation::Block => PageSegMode::PsmSingleBlock,
        PageSegmentation::Sparse => PageSegMode::PsmSparseText,
    });
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
        let api = match self.api.take() {
            Some(api) => api,
            None => open(&self.factory)?,
        };
        let failed = |doing, cause: String| OcrError::Failed { doing, cause };
        // Tesseract distrusts resolutions outside 70–2400 and guesses instead.
        let dpi = if dpi.is_finite() { dpi.round().clamp(70.0, 2400.0) as i32 } else { 300 };
        let mut api = api
            .set_frame(&page.pixels, w, h, 1, w)
            .map_err(|e| failed("taking the page", e.to_string()))?
            .set_source_resolution(dpi)
            .recognize()
            .map_err(|e| failed("recognising", e.to_string()))?;
        let text = api.get_tsv_text(0).map_err(|e| failed("giving its words", e.to_string()))?;
        self.api = Some(api);
        Ok(tsv::words(&text))
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

    #[test]
    fn reads_a_printed_sheet() {
        let picture = image::load_from_memory(include_bytes!("../../fixtures/grey.png")).unwrap().into_luma8();
        let page = GreyPage { width: picture.width(), height: picture.height(), pixels: picture.into_raw() };
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
