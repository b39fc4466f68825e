//! What happens when a run fails, how rows enter the table, and the fourth pane: name and description.

use exmetrics_catalog::{Report, UpdateMethod};
use exmetrics_engine::preset_key;
use serde::Serialize;

use super::Said;
use crate::pages::new_dataset::{
    boxes::{ChoiceBox, PaneHead, TextBox, UnitBox, choosable},
    fault::Pane,
    fields::Carried,
    naming::sql_name,
    reading::Reading,
    world::World,
};

const METHODS: [(UpdateMethod, &str, &str); 4] = [
    (
        UpdateMethod::Partition,
        "Partition",
        "Each day, or each published snapshot of a period, is replaced whole. Running again changes \
         nothing.",
    ),
    (
        UpdateMethod::Upsert,
        "Upsert",
        "Rows with the same key are replaced, others are added. Running again changes nothing.",
    ),
    (
        UpdateMethod::Append,
        "Append",
        "The run's rows are added. Rows of the same run are never added twice.",
    ),
    (
        UpdateMethod::Replace,
        "Replace",
        "The run's rows become the table. What was there goes; older versions can be restored.",
    ),
];

/// What happens when a run fails.
#[derive(Debug, Serialize)]
pub(super) struct FailuresPart {
    retry: ChoiceBox,
    every: Option<UnitBox>,
    times: Option<TextBox>,
    notify: Option<ChoiceBox>,
    channels: Vec<Channel>,
    no_channel: &'static str,
    carried: Vec<Carried>,
}

#[derive(Debug, Serialize)]
struct Channel {
    id: String,
    name: String,
    checked: bool,
}

pub(super) fn failures(world: &World, reading: &Reading, said: &Said<'_>) -> FailuresPart {
    let fields = &reading.fields;
    let retries = fields.retry != "never";
    let mut shown = vec!["retry"];
    let ways = [("always", "Try again"), ("never", "Do not try again")];
    let mut part = FailuresPart {
        retry: ChoiceBox::new(&ways, &fields.retry),
        every: None,
        times: None,
        notify: None,
        channels: Vec::new(),
        no_channel: "Nobody is told yet: there is no channel.",
        carried: Vec::new(),
    };
    if retries {
        shown.extend(["retry_every", "retry_unit", "retry_times"]);
        let units = [
            ("s", "seconds"),
            ("m", "minutes"),
            ("h", "hours"),
            ("d", "days"),
        ];
        part.every = Some(UnitBox {
            number: TextBox::new(&fields.retry_every).error(said.beside("retry_every")),
            options: choosable(&units, &fields.retry_unit),
        });
        part.times = Some(TextBox::new(&fields.retry_times).error(said.beside("retry_times")));
    }
    if !world.channels.is_empty() {
        shown.push("notify");
        let ways = [
            ("all", "All channels"),
            ("chosen", "Chosen channels"),
            ("none", "Nobody"),
        ];
        let notify = ChoiceBox::new(&ways, &fields.notify);
        part.notify = Some(notify.help(match fields.notify.as_str() {
            "none" => "What fails is seen on these pages only.",
            _ => "Told when a run fails for good and when it is well again.",
        }));
        if fields.notify == "chosen" {
            shown.push("channel");
            let channels = world.channels.iter().map(|(id, name)| Channel {
                id: id.clone(),
                name: name.clone(),
                checked: fields.channel.contains(id),
            });
            part.channels = channels.collect();
        }
    }
    let all = [
        "retry",
        "retry_every",
        "retry_unit",
        "retry_times",
        "notify",
        "channel",
    ];
    part.carried = fields.carried(&all, &shown);
    part
}

/// `tried again every 15 min, at most 3 times`.
pub(in crate::pages::new_dataset) fn retry_words(reading: &Reading) -> String {
    let fields = &reading.fields;
    if fields.retry == "never" {
        return "not tried again".into();
    }
    let unit = match (fields.retry_unit.as_str(), fields.retry_every.trim()) {
        ("s", _) => "s",
        ("h", _) => "h",
        ("d", "1") => "day",
        ("d", _) => "days",
        _ => "min",
    };
    let times = match fields.retry_times.trim() {
        "1" => "once".to_owned(),
        many => format!("{many} times"),
    };
    format!(
        "tried again every {} {unit}, at most {times}",
        fields.retry_every.trim()
    )
}

/// `partition`, or `upsert` with its own key.
pub(in crate::pages::new_dataset) fn update_words(reading: &Reading) -> String {
    match reading.key.as_slice() {
        [] => reading.update.to_string(),
        key => format!("{} by {}", reading.update, key.join(", ")),
    }
}

/// How rows enter the table.
#[derive(Debug, Serialize)]
pub(super) struct UpdatePart {
    fixed: Option<&'static str>,
    error: Option<String>,
    note: Option<String>,
    help: Option<String>,
    methods: Vec<Method>,
    columns: Vec<KeyColumn>,
    key_error: Option<String>,
    key_help: &'static str,
    carried: Vec<Carried>,
}

#[derive(Debug, Serialize)]
struct Method {
    value: &'static str,
    label: &'static str,
    text: &'static str,
    selected: bool,
    preset: bool,
}

#[derive(Debug, Serialize)]
struct KeyColumn {
    name: String,
    meaning: String,
    checked: bool,
    fixed: bool,
    preset: bool,
}

pub(super) fn update(reading: &Reading, said: &Said<'_>) -> UpdatePart {
    let fields = &reading.fields;
    let keeps = reading.keeps_every_day();
    let mut shown = Vec::new();
    let mut part = UpdatePart {
        fixed: keeps.then_some("Keep every day uses partition: each day replaces itself."),
        error: said.beside("update"),
        note: None,
        help: None,
        methods: Vec::new(),
        columns: Vec::new(),
        key_error: said.beside("key"),
        key_help: "The columns that tell one row from another. Preset by the report; _account is always \
                   one of them.",
        carried: Vec::new(),
    };
    if !keeps {
        shown.push("update");
        part.methods = METHODS
            .iter()
            .map(|(method, label, text)| Method {
                value: method.as_str(),
                label,
                text,
                selected: *method == reading.update,
                preset: method.as_str() == fields.update_preset,
            })
            .collect();
        if let (UpdateMethod::Upsert, Some(report)) = (reading.update, reading.report) {
            shown.push("key");
            part.columns = key_columns(reading, report);
        }
    }
    let all = ["update", "update_preset", "keys_of", "key"];
    part.carried = fields.carried(&all, &shown);
    part
}

fn key_columns(reading: &Reading, report: &Report) -> Vec<KeyColumn> {
    let preset = reading
        .details
        .map(|details| preset_key(report, details))
        .unwrap_or_default();
    let context = [
        ("_account", "The account that the row came from."),
        ("_requested_date", "The day that was asked for."),
        ("_requested_period", "The period that was asked for."),
    ]
    .map(|(name, meaning)| (name.to_owned(), meaning.to_owned()));
    let used = |name: &str| {
        name == "_account"
            || preset.iter().any(|column| column == name)
            || reading.fields.key.iter().any(|column| column == name)
    };
    let own = report
        .columns
        .iter()
        .map(|column| (column.name(), column.meaning.clone()));
    context
        .into_iter()
        .filter(|(name, _)| used(name))
        .chain(own)
        .map(|(name, meaning)| KeyColumn {
            checked: name == "_account" || reading.fields.key.contains(&name),
            fixed: name == "_account",
            preset: preset.contains(&name),
            name,
            meaning,
        })
        .collect()
}

/// The fourth pane.
#[derive(Debug, Serialize)]
pub(super) struct NamingPane {
    #[serde(flatten)]
    head: PaneHead,
    name: TextBox,
    preset: String,
    sql_name: Option<String>,
    description: TextBox,
    tags: TextBox,
}

pub(super) fn naming(reading: &Reading, said: &Said<'_>, open: bool) -> NamingPane {
    let fields = &reading.fields;
    let name = fields.name.trim();
    let named = !name.is_empty();
    NamingPane {
        head: PaneHead {
            state: match (said.any_in(Pane::Name), named) {
                (true, _) => "error",
                (false, true) => "done",
                (false, false) => "todo",
            },
            open,
            lead: named.then(|| name.to_owned()),
            summary: (!named).then(|| "Named by report and account".into()),
        },
        name: TextBox::new(&fields.name).error(said.beside("name")),
        preset: fields.name_preset.clone(),
        sql_name: sql_name(name).filter(|_| said.beside("name").is_none()),
        description: TextBox::new(&fields.description)
            .help("What it is for, for whoever finds it later."),
        tags: TextBox::new(&fields.tags).help("Words by which it is found, with commas between."),
    }
}
