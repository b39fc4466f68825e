//! Whatever comes, nothing panics, and reading at once or in pieces makes no difference.

use exmetrics_catalog::catalog;
use exmetrics_decode::Options;
use proptest::prelude::*;

use crate::{
    fixtures,
    reading::{PEOPLE, people, trend, try_read},
};

/// Both ways of reading agree; that is checked inside.
fn survive(reply: &[u8]) {
    let options = Options {
        max_record_bytes: 4_000,
        ..Options::default()
    };
    let _ = try_read(&people(), reply, &options, None);
    let _ = try_read(&trend(), reply, &options, None);
}

fn json_like() -> impl Strategy<Value = String> {
    let words = vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "null",
        "true",
        "1",
        "-2.5e3",
        " ",
        "\n",
        "\"value\"",
        "\"displayName\"",
        "\"sendCount\"",
        "\"details\"",
        "\"error\"",
        "\"\\u00e9\"",
        "{\"value\":[",
        "]}",
        "{\"displayName\":\"A\",\"sendCount\":1}",
        "\"total\":",
        "\"x\":[{",
    ];
    prop::collection::vec(prop::sample::select(words), 0..40).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_any_kind(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        survive(&bytes);
    }

    #[test]
    fn behind_a_header(
        bytes in prop::collection::vec(
            prop_oneof![any::<u8>(), prop::sample::select(b",,,\"\"\r\n\n123-TPS".to_vec())],
            0..400,
        ),
    ) {
        survive(&[PEOPLE.as_bytes(), &bytes].concat());
    }

    #[test]
    fn like_json(text in json_like(), rest in json_like()) {
        survive(format!("{{\"value\":[{text}").as_bytes());
        survive(format!("{{\"value\":[{{\"displayName\":\"A\",\"sendCount\":1,{text}}},{{{rest}").as_bytes());
        survive(format!("{{{text}").as_bytes());
    }

    #[test]
    fn fixtures_with_other_bytes(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..6),
    ) {
        let report = which.get(catalog().all());
        let Some((_, mut reply)) = fixtures::of(report) else { return Ok(()) };
        for (place, byte, edit) in edits {
            let place = place.index(reply.len());
            match edit {
                0 => reply[place] = byte,
                1 => reply.insert(place, byte),
                _ => reply.truncate(place.max(1)),
            }
        }
        let _ = try_read(report, &reply, &Options::default(), None);
    }
}
