//! One cell to a value. Parsed from bytes by hand: these run for every cell of a million rows.

use jiff::{Span, civil::Date};

/// Days since 1970-01-01 of `2026-02-04`, or of midnight on it in the forms of Graph's JSON.
pub(crate) fn date(cell: &[u8]) -> Option<i32> {
    let (day, time) = cell.split_first_chunk::<10>()?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *day else {
        return None;
    };
    if !time.is_empty() && !is_midnight(time) {
        return None;
    }
    let century = two_digits(y1, y2)?;
    let year = century * 100 + two_digits(y3, y4)?;
    let (month, day) = (two_digits(m1, m2)?, two_digits(d1, d2)?);
    let in_month = match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    (1..=in_month)
        .contains(&day)
        .then(|| days_since_epoch(year, month, day))
}

/// Days since 1970-01-01, by the proleptic Gregorian calendar.
///
/// The year is counted from March, so that the leap day is its last.
pub(crate) fn days_since_epoch(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn two_digits(tens: u8, ones: u8) -> Option<i32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| i32::from(tens) * 10 + i32::from(ones))
}

/// `T00:00:00`, with or without a fraction of zeros and UTC.
fn is_midnight(time: &[u8]) -> bool {
    let Some(rest) = time
        .strip_prefix(b"T00:00:00")
        .or_else(|| time.strip_prefix(b" 00:00:00"))
    else {
        return false;
    };
    let rest = match rest.strip_prefix(b".") {
        Some(fraction) => {
            let zeros = fraction.iter().take_while(|digit| **digit == b'0').count();
            if zeros == 0 {
                return false;
            }
            &fraction[zeros..]
        }
        None => rest,
    };
    matches!(rest, b"" | b"Z" | b"+00:00")
}

/// A whole number of 64 bits.
pub(crate) fn bigint(cell: &[u8]) -> Option<i64> {
    let (negative, digits) = match cell {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() {
        return None;
    }
    // Counted downwards: the most negative number has no positive twin.
    let mut number: i64 = 0;
    if digits.len() <= 18 {
        for digit in digits {
            let digit = digit.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            number = number * 10 - i64::from(digit);
        }
    } else {
        for digit in digits {
            let digit = digit.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            number = number.checked_mul(10)?.checked_sub(i64::from(digit))?;
        }
    }
    if negative {
        Some(number)
    } else {
        number.checked_neg()
    }
}

/// A whole number of one to eight digits, without looking at one after the other: `first` is the
/// cell's first eight bytes, the first lowest, whatever follows it included.
///
/// Most figures are that short, and of lengths that no processor foresees.
#[inline]
pub(crate) fn short_bigint(first: u64, length: usize) -> Option<i64> {
    const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);
    if !(1..=8).contains(&length) {
        return None;
    }
    // Zeros in front, so that there are always eight digits.
    let bits = 8 * length as u32;
    let padded = first << (64 - bits) | ZEROS.checked_shr(bits).unwrap_or(0);
    let digits = padded ^ ZEROS;
    // A byte above nine reaches its highest bit by this, or has it set already.
    let above_nine = digits.wrapping_add(0x7676_7676_7676_7676) | digits;
    if above_nine & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    // Neighbours together: to four pairs, to two fours, to one.
    let pairs = (digits * 10 + (digits >> 8)) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_FFFF_0000_FFFF;
    let eight = (fours * 10_000 + (fours >> 32)) & 0xFFFF_FFFF;
    Some(eight as i64)
}

/// `True`, `False`, `Yes` or `No`, in any case; `first` as for [`short_bigint`].
#[inline]
pub(crate) fn boolean(first: u64, length: usize) -> Option<bool> {
    const fn word(letters: &[u8]) -> u64 {
        let (mut word, mut place) = (0, letters.len());
        while place > 0 {
            place -= 1;
            word = word << 8 | letters[place] as u64;
        }
        word << (64 - 8 * letters.len())
    }
    const YES: [u64; 2] = [word(b"true"), word(b"yes")];
    const NO: [u64; 2] = [word(b"false"), word(b"no")];
    if !(1..=8).contains(&length) {
        return None;
    }
    // This bit makes a letter small, and nothing else a letter.
    let small = 0x2020_2020_2020_2020;
    let cut = 64 - 8 * length as u32;
    let word = (first | small) << cut;
    let (yes, no) = (
        (word == YES[0]) | (word == YES[1]),
        (word == NO[0]) | (word == NO[1]),
    );
    (yes | no).then_some(yes)
}

/// The same of the cell's bytes.
pub(crate) fn boolean_of(cell: &[u8]) -> Option<bool> {
    boolean(first_eight(cell), cell.len())
}

/// Eight bytes as a number, the first lowest; of fewer, what there is.
#[inline]
pub(crate) fn first_eight(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<8>() {
        Some(first) => u64::from_le_bytes(*first),
        None => bytes
            .iter()
            .rev()
            .fold(0, |first, byte| first << 8 | u64::from(*byte)),
    }
}

/// The seconds of an ISO 8601 duration; a fraction of a second is left out. Years and months have no
/// fixed length and are no duration here.
pub(crate) fn seconds(cell: &[u8]) -> Option<i64> {
    let (negative, rest) = match cell {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let mut rest = rest.strip_prefix(b"P")?;
    // Units must come in this order, hours and below behind the `T`.
    let mut units: &[(u8, i64)] = &[(b'W', 604_800), (b'D', 86_400)];
    let mut in_time = false;
    let mut total: i64 = 0;
    let mut empty = true;
    while !rest.is_empty() {
        if !in_time && rest[0] == b'T' {
            (in_time, empty, rest) = (true, true, &rest[1..]);
            units = &[(b'H', 3_600), (b'M', 60), (b'S', 1)];
            continue;
        }
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = bigint(&rest[..digits])?;
        rest = &rest[digits..];
        let mut fraction = false;
        if let [b'.' | b',', after @ ..] = rest {
            let digits = after
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            if digits == 0 {
                return None;
            }
            (fraction, rest) = (true, &after[digits..]);
        }
        let (unit, after) = rest.split_first()?;
        let place = units.iter().position(|(letter, _)| letter == unit)?;
        if fraction && *unit != b'S' {
            return None;
        }
        total = total.checked_add(number.checked_mul(units[place].1)?)?;
        (units, rest, empty) = (&units[place + 1..], after, false);
    }
    if empty {
        return None;
    }
    if negative {
        total.checked_neg()
    } else {
        Some(total)
    }
}

/// Days since 1970-01-01 of a calendar date.
pub(crate) fn days_of(date: Date) -> i32 {
    days_since_epoch(
        i32::from(date.year()),
        i32::from(date.month()),
        i32::from(date.day()),
    )
}

/// The calendar date of days since 1970-01-01.
pub(crate) fn date_of(days: i32) -> Option<Date> {
    Date::constant(1970, 1, 1)
        .checked_add(Span::new().try_days(days).ok()?)
        .ok()
}
