//! Pure renderers of finished documents, and the one writer that puts bytes on disk.
