//! The reviewer's station: what people are asked, what they are shown of it, and what becomes of their answers.

mod frame;
mod pictures;
mod words;
