//! tests
#[test] fn nothing() {}
