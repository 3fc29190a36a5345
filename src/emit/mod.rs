//! Records leave: to stdout or to rotated files.
