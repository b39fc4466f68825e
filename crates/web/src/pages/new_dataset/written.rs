//! A DataSet that is there, back in the fields of the form.

use exmetrics_catalog::catalog;
use exmetrics_engine::preset_key;
use exmetrics_store::DataSet;

use super::{details_form, fields::Fields, schedule_form};

/// The fields of a DataSet that is there.
pub(super) fn fields_of(dataset: &DataSet) -> Fields {
    let mut fields = Fields {
        account: dataset.accounts.iter().map(|(id, _)| id.clone()).collect(),
        report: dataset.report.clone(),
        revision: dataset.revision.to_string(),
        name: dataset.name.clone(),
        description: dataset.description.clone(),
        tags: dataset.tags.join(", "),
        update: dataset.update.as_str().into(),
        ..Fields::default()
    };
    details_form::write(&mut fields, dataset.details);
    schedule_form::write(&mut fields, dataset.schedule.as_ref());
    if let Ok(report) = catalog().find(&dataset.report) {
        // What was saved is no preset, even where it is equal to it.
        fields.update_preset = report.default_update().as_str().into();
        let preset: Vec<String> = preset_key(report, dataset.details)
            .into_iter()
            .filter(|column| column != "_account")
            .collect();
        fields.keys_of = format!("{}/{}", report.slug, preset.join(","));
        fields.key = match dataset.key.is_empty() {
            true => preset,
            false => dataset
                .key
                .iter()
                .filter(|column| *column != "_account")
                .cloned()
                .collect(),
        };
    }
    match (dataset.retry_times, dataset.retry_every_seconds) {
        (Some(0), _) => fields.retry = "never".into(),
        (times, seconds) => {
            fields.retry = "always".into();
            if let Some(times) = times {
                fields.retry_times = times.to_string();
            }
            if let Some(seconds) = seconds {
                let unit = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")]
                    .into_iter()
                    .find(|(length, _)| seconds % length == 0);
                let (length, unit) = unit.unwrap_or((1, "s"));
                fields.retry_every = (seconds / length).to_string();
                fields.retry_unit = unit.into();
            }
        }
    }
    match &dataset.notify {
        None => fields.notify = "all".into(),
        Some(chosen) if chosen.is_empty() => fields.notify = "none".into(),
        Some(chosen) => {
            fields.notify = "chosen".into();
            fields.channel.clone_from(chosen);
        }
    }
    fields
}
