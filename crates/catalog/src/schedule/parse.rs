//! From a line of text to a rule and its zone.

use super::cron::Cron;
use super::error::ScheduleError;
use super::forms::{FORMS, Form};
use super::rule::Rule;
use super::words::{Clauses, Key, Separator, Word, split};
use super::zone::Zone;

/// Reads a schedule.
pub(super) fn parse(text: &str) -> Result<(Rule, Zone), ScheduleError> {
    let words = split(text, Separator::SpaceOrComma);
    let Some(first) = words.first() else {
        let message = format!("the schedule is empty; start with {}", starts());
        return Err(ScheduleError::whole(message));
    };
    if first.low == "cron" {
        return cron(text, first);
    }
    let Some(form) = FORMS.iter().find(|form| form.is_named(&first.low)) else {
        return Err(unknown(first));
    };
    let mut clauses = Clauses::of(words)?;
    let zone = match clauses.take(Key::In) {
        Some(clause) => Zone::find(&clause.words)?,
        None => Zone::utc(),
    };
    let rule = form.read(clauses)?;
    // What never runs by itself has no clock to read.
    let zone = match rule {
        Rule::Manual => Zone::utc(),
        _ => zone,
    };
    Ok((rule, zone))
}

/// The fields hold commas, so their line is split anew, by white space alone.
fn cron(text: &str, cron: &Word) -> Result<(Rule, Zone), ScheduleError> {
    let mut fields = split(text, Separator::Space);
    fields.retain(|word| word.column > cron.column);
    let zone = match fields.iter().position(|word| word.low == "in") {
        Some(at) => {
            let words = fields.split_off(at);
            match Clauses::of(words)?.take(Key::In) {
                Some(clause) => Zone::find(&clause.words)?,
                None => Zone::utc(),
            }
        }
        None => Zone::utc(),
    };
    Ok((Rule::Cron(Cron::read(cron, &fields)?), zone))
}

fn unknown(word: &Word) -> ScheduleError {
    let starts = starts();
    let quoted = word.quoted();
    let near = FORMS
        .iter()
        .map(Form::name)
        .chain(["cron"])
        .map(|name| (strsim::damerau_levenshtein(name, &word.low), name))
        .min()
        .filter(|&(distance, name)| distance <= name.len() / 3);
    let message = match near {
        Some((_, near)) => {
            format!(
                "{quoted} starts no schedule; did you mean {near}? a schedule starts with {starts}"
            )
        }
        None if word
            .low
            .starts_with(|c: char| c == '*' || c.is_ascii_digit()) =>
        {
            format!(
                "{quoted} starts no schedule; write cron before the five fields of cron, or start with \
             {starts}"
            )
        }
        None => format!("{quoted} starts no schedule; start with {starts}"),
    };
    ScheduleError::at(word, message)
}

fn starts() -> String {
    let names: Vec<&str> = FORMS.iter().map(Form::name).collect();
    format!("{} or cron", names.join(", "))
}
