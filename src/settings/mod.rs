//! Settings: flags > environment > file > defaults, put together and checked once. Composes the settings structs of the other rooms,
//! which own what may be set there; remembers for every setting where it came from.

mod error;
mod origin;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use error::SettingsError;
pub use origin::{Origin, Origins};

use crate::confidence::ConfidenceSettings;
use crate::confidence::audit::AuditSettings;
use crate::decode::DecodeSettings;
use crate::export::fhir::ExportSettings;
use crate::imaging::ImagingSettings;
use crate::intake::IntakeSettings;
use crate::ocr::OcrSettings;
use crate::push::PushSettings;
use crate::review::ReviewSettings;

/// Environment variables and the settings that they set.
pub const ENVIRONMENT: [(&str, &str); 5] = [
    ("CHARTLIFT_JOBS", "run.jobs"),
    ("CHARTLIFT_LANGUAGES", "ocr.languages"),
    ("CHARTLIFT_MODELS", "ocr.second.model_dir"),
    ("CHARTLIFT_RULES", "rules.folder"),
    ("CHARTLIFT_KEYS", "review.keys"),
];

/// Names the settings file where `--config` does not.
pub const CONFIG_VARIABLE: &str = "CHARTLIFT_CONFIG";

/// More threads than this are a slip of the finger.
const JOBS_AT_MOST: usize = 1024;
/// The kernel knows no lower priority.
const NICEST: u8 = 19;

/// All that may be set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The run as a whole.
    pub run: RunSettings,
    /// What the walk takes in.
    pub intake: IntakeSettings,
    /// What one file may cost.
    pub decode: DecodeSettings,
    /// How pages are prepared.
    pub imaging: ImagingSettings,
    /// How words are read.
    pub ocr: OcrSettings,
    /// The site's own vocabularies and confidence model.
    pub rules: RulesSettings,
    /// How accepted values are checked.
    pub audit: AuditSettings,
    /// What may be accepted.
    pub confidence: ConfidenceSettings,
    /// What a site may say of its bundles.
    pub export: ExportSettings,
    /// How resources are sent to a FHIR server.
    pub push: PushSettings,
    /// How people are asked.
    pub review: ReviewSettings,
}

/// The run as a whole. Nothing here changes a result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunSettings {
    /// Pages read at a time; 0 stands for one a processor.
    pub jobs: usize,
    /// How far the run stands back for other programs, 0–19.
    pub nice: u8,
}

impl RunSettings {
    /// Pages read at a time, at least 1.
    pub fn effective_jobs(&self) -> usize {
        match self.jobs {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            jobs => jobs,
        }
    }
}

/// The site's own word lists and confidence model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RulesSettings {
    /// A folder whose files replace the built-in ones of the same name (`labels.toml`, `confidence.toml` …), with the site's additions
    /// (`site.toml`) and form templates (`templates/*.toml`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
}

/// What was typed, before it means anything.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// Settings that flags set, as dotted names.
    pub flags: Vec<(&'static str, toml::Value)>,
}

/// Settings with their origins.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// What holds.
    pub settings: Settings,
    /// Where each setting came from.
    pub origins: Origins,
}

impl Settings {
    /// Puts settings together: `typed` flags over the environment (as `environment` answers) over the file over the defaults.
    ///
    /// # Errors
    /// A file that cannot be read or is not of the form, with line and key; a value that cannot be used.
    pub fn load(typed: &Typed, environment: impl Fn(&str) -> Option<String>) -> Result<Loaded, SettingsError> {
        let mut origins = Origins::default();
        let mut table = origin::defaults()?;
        let config = typed.config.clone().or_else(|| environment(CONFIG_VARIABLE).filter(|v| !v.is_empty()).map(PathBuf::from));
        if let Some(path) = &config {
            let text = std::fs::read_to_string(path).map_err(|source| SettingsError::Read { path: path.clone(), source })?;
            let file = parse_file(path, &text)?;
            origin::overlay(&mut table, &file, &Origin::File(path.clone()), &mut origins);
        }
        for (variable, key) in ENVIRONMENT {
            let Some(text) = environment(variable).filter(|v| !v.is_empty()) else { continue };
            let value = if key == "run.jobs" {
                let number = text.trim().parse::<i64>().map_err(|_| SettingsError::Value {
                    origin: Origin::Environment(variable),
                    key: key.to_owned(),
                    reason: "a whole number is wanted".to_owned(),
                })?;
                toml::Value::Integer(number)
            } else {
                toml::Value::String(text)
            };
            origin::set(&mut table, key, value, Origin::Environment(variable), &mut origins);
        }
        for (key, value) in &typed.flags {
            origin::set(&mut table, key, value.clone(), Origin::Flag, &mut origins);
        }
        let settings: Settings = table.try_into().map_err(|error: toml::de::Error| SettingsError::Value {
            origin: Origin::Environment("CHARTLIFT_*"),
            key: "settings".to_owned(),
            reason: error.message().to_owned(),
        })?;
        settings.check(&origins)?;
        Ok(Loaded { settings, origins })
    }

    /// Everything that is wrong with a settings file by itself, in the order of its lines: unknown names, wrong types. What cannot be told
    /// apart ends the list.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn check_file(path: &Path) -> Result<Vec<SettingsError>, SettingsError> {
        let text = std::fs::read_to_string(path).map_err(|source| SettingsError::Read { path: path.to_owned(), source })?;
        let mut lines: Vec<&str> = text.lines().collect();
        let mut errors = Vec::new();
        while let Err(error) = parse_file(path, &lines.join("\n")) {
            let SettingsError::Parse { line, .. } = &error else { break };
            let at = (*line - 1).min(lines.len().saturating_sub(1));
            // The line goes, and with the head of a section all that stands in it; the rest is parsed again.
            let head = lines.get(at).is_some_and(|l| l.trim_start().starts_with('['));
            let to =
                if head { lines[at + 1..].iter().position(|l| l.starts_with('[')).map_or(lines.len(), |n| at + 1 + n) } else { at + 1 };
            let empty = lines.get(at).is_none_or(|l| l.is_empty());
            errors.push(error);
            if empty {
                break;
            }
            lines[at..to].fill("");
        }
        errors.sort_by_key(|e| if let SettingsError::Parse { line, .. } = e { *line } else { 0 });
        Ok(errors)
    }

    fn check(&self, origins: &Origins) -> Result<(), SettingsError> {
        let wrong = |key: &str, reason: String| Err(SettingsError::Value { origin: origins.of(key), key: key.to_owned(), reason });
        if self.run.nice > NICEST {
            return wrong("run.nice", format!("at most {NICEST}"));
        }
        if self.run.jobs > JOBS_AT_MOST {
            return wrong("run.jobs", format!("at most {JOBS_AT_MOST}; 0 stands for one a processor"));
        }
        if let Some(folder) = &self.rules.folder
            && !folder.is_dir()
        {
            return wrong("rules.folder", format!("there is no folder {}", folder.display()));
        }
        if let Some((name, wanted)) = self.audit.fault() {
            return wrong(&format!("audit.{name}"), format!("{wanted} is wanted"));
        }
        if let Some((name, wanted)) = self.export.facility.fault() {
            return wrong(&format!("export.facility.{name}"), format!("{wanted} is wanted"));
        }
        if let Some((name, wanted)) = self.export.hl7v2.fault() {
            return wrong(&format!("export.hl7v2.{name}"), format!("{wanted} is wanted"));
        }
        if let Some((name, wanted)) = self.review.fault() {
            return wrong(&format!("review.{name}"), format!("{wanted} is wanted"));
        }
        if let Some((name, wanted)) = self.push.fault() {
            return wrong(&format!("push.{name}"), format!("{wanted} is wanted"));
        }
        Ok(())
    }
}

/// Parses a settings file; unknown names are errors, so that a slip of the pen is not a silent default.
fn parse_file(path: &Path, text: &str) -> Result<toml::Table, SettingsError> {
    let wrong = |error: toml::de::Error| SettingsError::Parse {
        path: path.to_owned(),
        line: error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1),
        reason: error.message().trim().to_owned(),
    };
    toml::from_str::<Settings>(text).map_err(wrong)?;
    toml::from_str::<toml::Table>(text).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn every_file_in_config_parses_and_the_default_file_says_the_defaults() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
        let mut seen = 0;
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                continue; // dictionaries have tests of their own
            }
            let text = std::fs::read_to_string(&path).unwrap();
            match path.extension().and_then(|e| e.to_str()) {
                Some("toml") => drop(toml::from_str::<toml::Table>(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))),
                Some("csv") => csv::Reader::from_reader(text.as_bytes()).records().for_each(|row| drop(row.unwrap())),
                _ => continue,
            }
            seen += 1;
        }
        assert!(seen >= 1);
        let default = folder.join("chartlift.toml");
        let loaded = Settings::load(&Typed { config: Some(default.clone()), ..Typed::default() }, none).unwrap();
        assert_eq!(loaded.settings, Settings::default(), "config/chartlift.toml must show the built-in defaults");
        // … and every setting, so that a person need not look elsewhere. What is unset by default stands there as a comment.
        let text = std::fs::read_to_string(default).unwrap();
        for key in loaded.origins.flat(&loaded.settings).unwrap().iter().map(|line| line.key.clone()).chain([
            "rules.folder".into(),
            "ocr.data_dir".into(),
            "ocr.second.model_dir".into(),
            "push.ca".into(),
            "push.auth.token_file".into(),
            "push.auth.token_env".into(),
            "push.auth.client_id".into(),
            "push.auth.key_file".into(),
            "push.auth.key_id".into(),
            "push.auth.token_url".into(),
        ]) {
            let name = key.rsplit('.').next().unwrap();
            assert!(
                text.lines().any(|l| l.trim_start_matches("# ").starts_with(&format!("{name} ="))),
                "{key} is missing from config/chartlift.toml"
            );
        }
    }

    #[test]
    fn flags_win_over_environment_over_file_over_defaults() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "[run]\njobs = 3\n[ocr]\nlanguages = \"deu\"\n").unwrap();
        let config = Some(file.path().to_owned());
        let load = |flags: Vec<(&'static str, toml::Value)>, env: &dyn Fn(&str) -> Option<String>| {
            let loaded = Settings::load(&Typed { config: config.clone(), flags }, env).unwrap();
            (loaded.settings.run.jobs, loaded.settings.ocr.languages, loaded.origins.of("run.jobs"))
        };
        let env = |name: &str| (name == "CHARTLIFT_JOBS").then(|| "5".to_owned());
        assert_eq!(load(vec![], &none), (3, "deu".into(), Origin::File(file.path().to_owned())));
        assert_eq!(load(vec![], &env), (5, "deu".into(), Origin::Environment("CHARTLIFT_JOBS")));
        assert_eq!(load(vec![("run.jobs", toml::Value::Integer(7))], &env), (7, "deu".into(), Origin::Flag));
        let loaded = Settings::load(&Typed::default(), none).unwrap();
        assert_eq!((loaded.settings, loaded.origins.of("run.jobs")), (Settings::default(), Origin::Default));
    }

    #[test]
    fn a_slip_names_file_line_and_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.toml");
        let cases = [
            ("[run]\njosb = 3\n", 2, "unknown field `josb`"),
            ("[run]\njobs = \"three\"\n", 2, "invalid type: string \"three\""),
            ("\n\n[run\n", 3, ""),
            ("[ocr]\nlanguages = 'eng'\n\n[rnu]\n", 4, "unknown field `rnu`"),
        ];
        for (text, expected_line, expected) in cases {
            std::fs::write(&path, text).unwrap();
            let error = Settings::load(&Typed { config: Some(path.clone()), ..Typed::default() }, none).unwrap_err();
            let SettingsError::Parse { line, reason, .. } = &error else { panic!("{error}") };
            assert_eq!(*line, expected_line, "{error}");
            assert!(reason.contains(expected), "{error}");
            assert!(error.to_string().contains("site.toml"));
        }
    }

    #[test]
    fn values_that_cannot_be_used_are_refused() {
        let refuse = |flags| Settings::load(&Typed { config: None, flags }, none).unwrap_err().to_string();
        assert!(refuse(vec![("run.jobs", toml::Value::Integer(5000))]).contains("run.jobs"));
        assert!(refuse(vec![("audit.catch", toml::Value::Float(0.0))]).contains("audit.catch"));
        assert!(refuse(vec![("audit.least_rate", toml::Value::Float(0.5))]).contains("audit.most_share"));
        assert!(refuse(vec![("export.facility.oid", toml::Value::String("urn:oid:1.2".into()))]).contains("export.facility.oid"));
        assert!(refuse(vec![("rules.folder", toml::Value::String("/no/such/folder".into()))]).contains("rules.folder"));
        let env = |name: &str| (name == "CHARTLIFT_JOBS").then(|| "many".to_owned());
        assert!(Settings::load(&Typed::default(), env).unwrap_err().to_string().contains("CHARTLIFT_JOBS"));
    }
}
