//! Types that SQL may bring and no report has.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BinaryArray, Date64Array, Decimal128Array, DictionaryArray,
    DurationSecondArray, Float32Array, Int8Array, LargeStringArray, NullArray, RecordBatch,
    StringViewArray, StructArray, Time32SecondArray, TimestampMillisecondArray,
    TimestampNanosecondArray, TimestampSecondArray, UInt64Array,
    builder::{Int64Builder, ListBuilder},
    types::Int32Type,
};
use arrow_schema::{DataType, Field};
use exmetrics_show::Format;

use crate::rows::{batch, shown};

fn all_types() -> RecordBatch {
    let mut lists = ListBuilder::new(Int64Builder::new());
    lists.append_value([Some(1), None]);
    lists.append_null();
    let inside = Arc::new(StringViewArray::from(vec![Some("a\"b"), None])) as ArrayRef;
    let moment = Arc::new(
        TimestampSecondArray::from(vec![Some(1_793_514_600), None]).with_timezone("Europe/Berlin"),
    ) as ArrayRef;
    let field =
        |name: &str, array: &ArrayRef| Arc::new(Field::new(name, array.data_type().clone(), true));
    let structs = StructArray::from(vec![
        (field("s", &inside), inside.clone()),
        (field("t", &moment), moment),
    ]);
    let words: DictionaryArray<Int32Type> = [Some("word"), None].into_iter().collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("null", Arc::new(NullArray::new(2))),
        ("int8", Arc::new(Int8Array::from(vec![Some(-128), None]))),
        (
            "uint64",
            Arc::new(UInt64Array::from(vec![Some(u64::MAX), None])),
        ),
        (
            "float32",
            Arc::new(Float32Array::from(vec![Some(0.1), None])),
        ),
        (
            "large",
            Arc::new(LargeStringArray::from(vec![Some("large"), None])),
        ),
        (
            "view",
            Arc::new(StringViewArray::from(vec![Some("view"), None])),
        ),
        ("word", Arc::new(words)),
        (
            "date64",
            Arc::new(Date64Array::from(vec![Some(20_758 * 86_400_000), None])),
        ),
        (
            "second",
            Arc::new(TimestampSecondArray::from(vec![Some(-1), None])),
        ),
        (
            "milli",
            Arc::new(
                TimestampMillisecondArray::from(vec![Some(1_793_514_600_001), None])
                    .with_timezone("America/New_York"),
            ),
        ),
        (
            "nano",
            Arc::new(
                TimestampNanosecondArray::from(vec![Some(1_793_514_600_000_000_001), None])
                    .with_timezone("+02:00"),
            ),
        ),
        (
            "time",
            Arc::new(Time32SecondArray::from(vec![Some(3_661), None])),
        ),
        (
            "lasted",
            Arc::new(DurationSecondArray::from(vec![Some(90), None])),
        ),
        (
            "decimal",
            Arc::new(
                Decimal128Array::from(vec![Some(-12_345), None])
                    .with_precision_and_scale(10, 2)
                    .unwrap(),
            ),
        ),
        (
            "bytes",
            Arc::new(BinaryArray::from(vec![Some(&b"\x00\xff"[..]), None])),
        ),
        ("list", Arc::new(lists.finish())),
        ("struct", Arc::new(structs)),
    ];
    batch(columns)
}

#[test]
fn as_csv() {
    assert_eq!(
        shown(Format::Csv, &[all_types()]),
        "null,int8,uint64,float32,large,view,word,date64,second,milli,nano,time,lasted,decimal,\
         bytes,list,struct\n\
         ,-128,18446744073709551615,0.1,large,view,word,2026-11-01,1969-12-31T23:59:59Z,\
         2026-11-01T06:30:00.001Z,2026-11-01T06:30:00.000000001Z,01:01:01,PT90S,-123.45,00ff,\
         \"[1,null]\",\"{\"\"s\"\":\"\"a\\\"\"b\"\",\"\"t\"\":\"\"2026-11-01T06:30:00Z\"\"}\"\n\
         ,,,,,,,,,,,,,,,,\"{\"\"s\"\":null,\"\"t\"\":null}\"\n"
    );
}

#[test]
fn as_json_lines() {
    assert_eq!(
        shown(Format::Jsonl, &[all_types()]).lines().next().unwrap(),
        r#"{"null":null,"int8":-128,"uint64":18446744073709551615,"float32":0.1,"large":"large","view":"view","word":"word","date64":"2026-11-01","second":"1969-12-31T23:59:59Z","milli":"2026-11-01T06:30:00.001Z","nano":"2026-11-01T06:30:00.000000001Z","time":"01:01:01","lasted":"PT90S","decimal":-123.45,"bytes":"00ff","list":[1,null],"struct":{"s":"a\"b","t":"2026-11-01T06:30:00Z"}}"#
    );
}

#[test]
fn as_a_table() {
    insta::assert_snapshot!(shown(Format::Table, &[all_types()]));
}

#[test]
fn as_parquet() {
    let bytes = crate::rows::file_of(Format::Parquet, Default::default(), &[all_types()]);
    let back = crate::parquet_files::read(&bytes);
    assert_eq!(
        shown(Format::Csv, &back),
        shown(Format::Csv, &[all_types()])
    );
    let kept = back[0].schema();
    let zone = |name: &str| kept.field_with_name(name).unwrap().data_type().clone();
    let berlin = arrow_schema::TimeUnit::Millisecond;
    assert_eq!(
        zone("milli"),
        DataType::Timestamp(berlin, Some("America/New_York".into()))
    );
    assert_eq!(zone("int8"), DataType::Int8);
}
