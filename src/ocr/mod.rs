//! Page to words: the trait `OcrEngine`; libtesseract behind it, recorded and faulty engines for tests.
