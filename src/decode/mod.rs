//! Bytes to raw pages, in a limited child process of the same binary. The only room that parses files from outside.
