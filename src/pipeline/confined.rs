//! Whether decoding is confined as the settings want it, found out before anything is spent.

use super::RunError;
use crate::decode::{self, DecodeSettings, Sandbox};
use crate::model::Confinement;

/// How decoding processes are confined; an error where the sandbox is required and cannot be had.
pub(super) fn confinement(settings: &DecodeSettings) -> Result<Confinement, RunError> {
    let confinement = decode::confinement(settings).map_err(RunError::Decoder)?;
    if settings.sandbox == Sandbox::Require && !confinement.is_whole() {
        return Err(RunError::Sandbox { missing: confinement.missing().join(" and ") });
    }
    Ok(confinement)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::report::Exit;

    /// A child of a kernel without Landlock, one that is whole, and one that does not answer.
    #[test]
    fn what_is_required_and_missing_ends_the_run() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("child");
        let ask = |answer: &str, sandbox| {
            std::fs::write(&program, format!("#!/bin/sh\n{answer}\n")).unwrap();
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
            confinement(&DecodeSettings { sandbox, program: Some(program.clone()), ..DecodeSettings::default() })
        };
        let old = r"printf '\006\003\000\000\000\001\000\001'";
        let new = r"printf '\006\003\000\000\000\001\007\001'";
        let error = ask(old, Sandbox::Require).unwrap_err();
        assert_eq!(error.exit(), Exit::Usage);
        assert!(error.to_string().contains("Landlock") && error.hint().unwrap().contains("--sandbox auto"), "{error}");
        assert!(!ask(old, Sandbox::Auto).unwrap().is_whole());
        assert!(ask(new, Sandbox::Require).unwrap().is_whole());
        assert_eq!(ask("exit 3", Sandbox::Auto).unwrap_err().exit(), Exit::Fatal);
    }
}
