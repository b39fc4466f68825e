//! The program from end to end: the real binary, a simulated tenant in this process, and what stands on
//! stdout, on stderr, in tables and in files afterwards.

mod access;
mod accounts;
mod bad_input;
mod control;
mod demo;
mod faults;
mod home;
mod killed;
mod listener;
mod naive;
mod people;
mod plans;
mod pool;
mod readers;
mod reports;
mod secrets;
mod service;
mod several;
mod tenant;
mod traces;
mod updates;
mod wire;
