//! Folders to sources: walk, tell kinds by content, hash. Opens files read-only.
