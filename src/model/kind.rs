//! Kinds of file, told by content.

use serde::{Deserialize, Serialize};

/// A kind of file that chartlift reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// Portable Document Format.
    Pdf,
    /// Tagged Image File Format, either byte order, BigTIFF too.
    Tiff,
    /// Portable Network Graphics.
    Png,
    /// JPEG (JFIF or EXIF).
    Jpeg,
    /// Netpbm: PBM, PGM, PPM, PAM.
    Pnm,
    /// Windows bitmap.
    Bmp,
    /// WebP.
    Webp,
}

impl FileKind {
    /// Every kind.
    pub const ALL: [FileKind; 7] = [Self::Pdf, Self::Tiff, Self::Png, Self::Jpeg, Self::Pnm, Self::Bmp, Self::Webp];

    /// The name that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Tiff => "tiff",
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Pnm => "pnm",
            Self::Bmp => "bmp",
            Self::Webp => "webp",
        }
    }

    /// The media type (IANA, or the customary name where none is registered).
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Tiff => "image/tiff",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Pnm => "image/x-portable-anymap",
            Self::Bmp => "image/bmp",
            Self::Webp => "image/webp",
        }
    }

    /// Reads a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}
