//! What may be typed: one file a subcommand, its arguments and a few lines of wiring. The only room that knows clap.
