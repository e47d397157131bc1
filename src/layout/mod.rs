//! Words to lines, segments, columns and ruled cells.
