//! Numbers that look random and depend on nothing but what they are made of, so that the same
//! question has the same answer on every machine and in any order.

/// The finishing steps of splitmix64: every bit of the input changes half of the output.
pub(crate) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Two numbers in, one out; the order counts.
pub(crate) fn pair(left: u64, right: u64) -> u64 {
    mix(left.rotate_left(23) ^ mix(right))
}

/// A text as a number.
pub(crate) fn text(text: &str) -> u64 {
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
    mix(text.bytes().fold(0xCBF2_9CE4_8422_2325, fold))
}

/// Whether something happens that happens so many times in a thousand.
pub(crate) fn chance(hash: u64, per_mille: u32) -> bool {
    (hash >> 20) % 1000 < u64::from(per_mille)
}

/// One of a list.
pub(crate) fn pick<T: Copy>(hash: u64, list: &[T]) -> T {
    list[usize::try_from((hash >> 8) % list.len() as u64).unwrap_or(0)]
}

/// A number with the given mean that is small most of the time and large now and then.
pub(crate) fn skewed(hash: u64, mean: u64) -> u64 {
    let (left, right) = ((hash & 0xFFFF) + 1, ((hash >> 16) & 0xFFFF) + 1);
    let product = u128::from(left) * u128::from(right) * 4 * u128::from(mean);
    u64::try_from((product + (1 << 31)) >> 32).unwrap_or(u64::MAX)
}

/// 32 upper-case hex digits, as Microsoft conceals a name.
pub(crate) fn conceal(seed: u64, name: &str) -> String {
    let first = pair(seed, text(name));
    format!("{:016X}{:016X}", first, pair(first, 0xC0))
}

/// A GUID (version 4 in form) made of a number.
pub(crate) fn guid(value: u64) -> String {
    let (high, low) = (mix(value), pair(value, 0x6D));
    format!(
        "{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xFFFF,
        high & 0xFFF,
        8 + (low >> 62),
        (low >> 48) & 0xFFF,
        low & 0xFFFF_FFFF_FFFF,
    )
}

/// Whether a text is a GUID in its usual form.
pub(crate) fn is_guid(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == lengths.len()
        && parts.iter().zip(lengths).all(|(part, length)| {
            part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}
